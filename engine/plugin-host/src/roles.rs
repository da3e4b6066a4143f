//! The calls of each role. Each makes a fresh instance, calls it once, checks the answer and throws the instance away.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use driver::ports::{Executor, IncidentView, LogText, Place, PlannedStage, ProjectView, RunnerRequest};
use log_scan::RuleSpec;
use pipeline::outcome::{Artifact, Metric, Outcome};
use pipeline::remedy::{CommandLine, Remedy};
use wasmtime::Store;
use wasmtime::component::InstancePre;

use crate::bindings::capabilities::selfheal::plugin::types::{Finding, PluginError};
use crate::bindings::classifier::ClassifierPluginPre;
use crate::bindings::classifier::exports::selfheal::plugin::classifier::Candidate;
use crate::bindings::healer::HealerPluginPre;
use crate::bindings::notifier::NotifierPluginPre;
use crate::bindings::notifier::exports::selfheal::plugin::notifier::{Event, Ticket, TicketRef};
use crate::bindings::planner::PlannerPluginPre;
use crate::bindings::runner::RunnerPluginPre;
use crate::bindings::runner::exports::selfheal::plugin::runner::Report;
use crate::catalog::Plugin;
use crate::convert;
use crate::fault::FaultKind;
use crate::host::process::Processes;
use crate::host::state::StateSession;
use crate::host::{CallEnd, CallSetup, HostState, Web};
use crate::inspect::{Interface, Role};
use crate::loader::Loader;
use crate::metadata::Interest;
use crate::notice::{Notice, TracedCall};
use crate::options::{Network, OnNotice};
use crate::sandbox::{Patience, Sandbox};

/// Time after a stage's own limit, or after it was cancelled, until its runner is given up: the executor needs it to end
/// the process group gently.
const RUNNER_SLACK: Duration = Duration::from_secs(60);

/// What a role function gave: its answer, or `None` when it does not know what it was asked about.
type Answer<T> = Result<Option<T>, FaultKind>;

/// A function of a role.
type Function = (Role, &'static str);

/// A call that is about to be made.
struct Call<'a> {
    trace: Trace,
    sandbox: &'a Sandbox,
    pre: InstancePre<HostState>,
    store: Store<HostState>,
    patience: Patience,
}

/// What only some roles have.
struct Surroundings {
    place: Option<Place>,
    processes: Processes,
    web: Option<Arc<Web>>,
    patience: Patience,
}

impl Surroundings {
    /// Of a call whose answer depends on nothing but the plugin.
    fn none(plugin: &Plugin) -> Self {
        let patience = Patience::of(plugin.limits.wall);
        Self { place: None, processes: Processes::none(), web: None, patience }
    }

    /// Of a call that may look at what it was granted.
    fn of(loader: &Loader, plugin: &Plugin, place: Option<Place>) -> Self {
        let (options, imports) = (&loader.options, &plugin.allowance.interfaces);
        let programs = options.programs.as_ref().filter(|_| imports.contains(&Interface::Process));
        let asks_servers = imports.contains(&Interface::Http) && options.network == Network::Online;
        let wall = match programs.is_some() || asks_servers {
            true => plugin.limits.wall_outside,
            false => plugin.limits.wall,
        };
        let granted = || plugin.allowance.grant.process.clone();
        let processes = programs.map(|programs| Processes::for_errands(programs, granted(), wall));
        Self {
            place,
            processes: processes.unwrap_or_else(Processes::none),
            web: Some(Arc::clone(&loader.web)),
            patience: Patience::of(wall),
        }
    }
}

impl<'a> Call<'a> {
    async fn begin(
        loader: &'a Arc<Loader>,
        plugin: &Plugin,
        function: Function,
        surroundings: Surroundings,
    ) -> Result<Self, FaultKind> {
        let pre = loader.load(plugin).await?;
        let sandbox = loader.sandbox()?;
        let state_dir = loader.options.state_dir.as_deref();
        let setup = CallSetup {
            plugin: plugin.id.clone(),
            grant: plugin.allowance.grant.clone(),
            config: Arc::clone(&plugin.config),
            place: surroundings.place,
            processes: surroundings.processes,
            web: surroundings.web,
            end: CallEnd {
                deadline: surroundings.patience.wall.and_then(|wall| Instant::now().checked_add(wall)),
                cancel: surroundings.patience.cancel.as_ref().map(|(cancel, _)| cancel.clone()),
            },
            state: plugin.allowance.grant.state.then(|| StateSession::new(state_dir, &plugin.id)),
            now: (loader.options.now)(),
            on_notice: Arc::clone(&loader.options.on_notice),
        };
        let store = sandbox.store(HostState::new(setup, &plugin.limits), &plugin.limits)?;
        let patience = surroundings.patience.with_cpu(plugin.limits.cpu);
        let trace = Trace::of(loader, plugin, function);
        Ok(Self { trace, sandbox, pre, store, patience })
    }
}

/// Makes a call and ends it. `$work` is an async block that uses `$store` and `$pre`.
macro_rules! make_call {
    ($call:expr, |$store:ident, $pre:ident| $work:expr) => {{
        let Call { mut trace, sandbox, pre: $pre, store: mut store_of_call, patience } = $call;
        let _place = sandbox.place().await;
        let meter = store_of_call.data().meter.clone();
        trace.start();
        let result = {
            let $store = &mut store_of_call;
            sandbox.within(patience, meter, async { $work }).await
        };
        let (result, state) = sandbox.conclude(store_of_call, result);
        trace.end(&result, &state);
        finish(result, state).await
    }};
}

/// What is told of a call, where somebody wants to know.
struct Trace {
    plugin: String,
    function: Function,
    started: Instant,
    /// Memory that the call may have, in bytes.
    memory: usize,
    listener: Option<OnNotice>,
}

impl Trace {
    fn of(loader: &Loader, plugin: &Plugin, function: Function) -> Self {
        let listener = loader.options.traces_calls.then(|| Arc::clone(&loader.options.on_notice));
        let memory = plugin.limits.memory;
        Self { plugin: plugin.id.to_string(), function, started: Instant::now(), memory, listener }
    }

    /// The call begins: waiting for a place in the pool was not its fault.
    fn start(&mut self) {
        self.started = Instant::now();
    }

    fn end<T: fmt::Debug>(self, result: &Result<Result<T, PluginError>, FaultKind>, state: &HostState) {
        let Some(listener) = self.listener else { return };
        let micros = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let (answer, fault) = match result {
            Ok(Ok(answer)) => (Counted::of(answer), None),
            Ok(Err(error)) => match convert::fault_from_error(error.clone()) {
                Some(fault) => (0, Some(fault.to_string())),
                None => (0, Some("answered unsupported".to_owned())),
            },
            Err(fault) => (0, Some(fault.to_string())),
        };
        let (role, function) = self.function;
        let memory = state.limiter.given_of(self.memory) as u64;
        listener(Notice::Called(TracedCall { plugin: self.plugin, role, function, micros, memory, answer, fault }));
    }
}

/// Counts what is written and keeps none of it.
struct Counted(usize);

impl Counted {
    fn of(answer: &impl fmt::Debug) -> usize {
        let mut counted = Self(0);
        // Counting never fails.
        let _ = fmt::Write::write_fmt(&mut counted, format_args!("{answer:?}"));
        counted.0
    }
}

impl fmt::Write for Counted {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}

/// Stops what the call left running, and keeps its durable state if it answered.
async fn finish<T>(result: Result<Result<T, PluginError>, FaultKind>, mut state: HostState) -> (Answer<T>, HostState) {
    state.processes.finish().await;
    let answer = match result {
        Err(fault) => Err(fault),
        Ok(Err(error)) => match convert::fault_from_error(error) {
            Some(fault) => Err(fault),
            None => Ok(None),
        },
        Ok(Ok(answer)) => Ok(Some(answer)),
    };
    if answer.as_ref().err().is_none_or(|fault| !fault.is_breach())
        && let Some(session) = &mut state.state
        && let Err(error) = session.commit()
    {
        let message = format!("its state was not kept: {error}");
        let fault = FaultKind::Answered { code: "failed", message, retry_after: None };
        return (Err(fault), state);
    }
    (answer, state)
}

/// Asks a planner.
pub(crate) async fn plan(loader: &Arc<Loader>, plugin: &Plugin, project: &ProjectView) -> Answer<Vec<PlannedStage>> {
    let surroundings = Surroundings::of(loader, plugin, Some(project.place.clone()));
    let call = Call::begin(loader, plugin, (Role::Planner, "plan"), surroundings).await?;
    let request = convert::project_to_wit(project);
    let (answer, _) = make_call!(call, |store, pre| {
        let instance = PlannerPluginPre::new(pre)?.instantiate_async(&mut *store).await?;
        instance.selfheal_plugin_planner().call_plan(&mut *store, &request).await
    });
    checked(answer, |stages| convert::planned_stages_from_wit(&plugin.id, stages))
}

/// An attempt whose runner broke its contract.
pub(crate) struct BrokenAttempt {
    /// What the runner did.
    pub fault: FaultKind,
    /// What was measured before it.
    pub measured: Outcome,
}

impl BrokenAttempt {
    fn boxed(fault: FaultKind, measured: Outcome) -> Box<Self> {
        Box::new(Self { fault, measured })
    }
}

/// Runs one attempt through a runner. The outcome is the host's own measurement wherever there is one.
pub(crate) async fn run(
    loader: &Arc<Loader>,
    plugin: &Plugin,
    request: RunnerRequest,
    executor: Arc<dyn Executor>,
) -> Result<Outcome, Box<BrokenAttempt>> {
    let started = Instant::now();
    let stage = convert::stage_to_wit(&request.stage);
    let own_program = match &request.stage.command {
        CommandLine::Shell(_) => Some("sh".to_owned()),
        CommandLine::Argv(argv) => argv.first().cloned(),
    };
    let programs = plugin.allowance.grant.process.iter().cloned().chain(own_program).collect();
    let place = Some(request.template.place.clone());
    let timeout = request.template.limits.timeout_ms.map(Duration::from_millis);
    let surroundings = Surroundings {
        place,
        web: Some(Arc::clone(&loader.web)),
        patience: Patience {
            wall: timeout.map(|timeout| timeout.saturating_add(RUNNER_SLACK)),
            cancel: Some((request.cancel.clone(), RUNNER_SLACK)),
            ..Patience::default()
        },
        processes: Processes::for_attempt(executor, request.template, request.cancel.clone(), programs),
    };
    let call = Call::begin(loader, plugin, (Role::Runner, "run"), surroundings).await;
    let call = call.map_err(|fault| BrokenAttempt::boxed(fault, Outcome::default()))?;
    let (answer, state) = make_call!(call, |store, pre| {
        let instance = RunnerPluginPre::new(pre)?.instantiate_async(&mut *store).await?;
        instance.selfheal_plugin_runner().call_run(&mut *store, &stage).await
    });
    let measured = state.processes.last().cloned();
    let elapsed = pipeline::time::millis(started.elapsed());
    match attempt_outcome(answer, measured, elapsed) {
        // A runner that was cancelled before or between its processes has nothing that was measured.
        Err(broken) if request.cancel.is_cancelled() => Ok(Outcome { cancelled: true, ..broken.measured }),
        ended => ended,
    }
}

/// What an attempt's outcome is, of what the runner answered and what the host measured.
fn attempt_outcome(
    answer: Answer<Report>,
    measured: Option<Outcome>,
    elapsed_ms: u64,
) -> Result<Outcome, Box<BrokenAttempt>> {
    let unsupported = || FaultKind::Answered {
        code: "unsupported",
        message: "it does not know this kind of stage".to_owned(),
        retry_after: None,
    };
    let report = match answer.and_then(|report| report.ok_or_else(unsupported)) {
        Ok(report) => report,
        Err(fault) => {
            let measured = measured.unwrap_or_default();
            // A stage whose process was stopped has its outcome, whatever its runner makes of it.
            let was_stopped = measured.timed_out || measured.cancelled;
            return if was_stopped { Ok(measured) } else { Err(BrokenAttempt::boxed(fault, measured)) };
        }
    };
    let outcome = measured.unwrap_or_else(|| Outcome {
        exit_code: report.outcome.exit_code,
        signal: report.outcome.signal,
        duration_ms: elapsed_ms,
        ..Outcome::default()
    });
    match reported(report) {
        Ok(reported) => Ok(Outcome {
            failed_gates: reported.failed_gates,
            metrics: reported.metrics,
            artifacts: reported.artifacts,
            ..outcome
        }),
        Err(why) => Err(BrokenAttempt::boxed(FaultKind::Garbage(why), outcome)),
    }
}

/// What a runner adds to what the host measured.
struct Reported {
    failed_gates: Vec<String>,
    metrics: Vec<Metric>,
    artifacts: Vec<Artifact>,
}

/// Checks a report: gates that did not pass, with the reason (not measured is never a pass), metrics and artifacts.
fn reported(report: Report) -> Result<Reported, String> {
    const MAX_VERDICTS: usize = 100;
    const MAX_MEASURES: usize = 1_000;
    if report.verdicts.len() > MAX_VERDICTS {
        return Err(format!("{} verdicts; at most {MAX_VERDICTS} are allowed", report.verdicts.len()));
    }
    if report.metrics.len() > MAX_MEASURES || report.artifacts.len() > MAX_MEASURES {
        return Err(format!("more than {MAX_MEASURES} metrics or artifacts"));
    }
    convert::check_attrs(report.attrs)?;
    let mut gates = Vec::new();
    for verdict in report.verdicts {
        let gate = convert::check_code("a gate's name", verdict.gate)?;
        let reason = convert::check_text("a verdict's reason", verdict.reason)?;
        match verdict.verdict.as_str() {
            "pass" => {}
            "fail" => gates.push(format!("{gate}: {reason}")),
            "not-measured" => gates.push(format!("{gate}: not measured: {reason}")),
            _ => return Err(format!("the verdict of gate {gate} is no known word")),
        }
    }
    let mut metrics = Vec::new();
    for metric in report.metrics {
        let name = convert::check_code("a metric's name", metric.name)?;
        let unit = convert::check_text("a metric's unit", metric.unit)?;
        metrics.push(Metric { name, value: metric.value, unit });
    }
    let mut artifacts = Vec::new();
    for artifact in report.artifacts {
        convert::check_relative_path(&artifact.path)?;
        let media_type = convert::check_text("an artifact's media type", artifact.media_type)?;
        let title = convert::check_text("an artifact's title", artifact.title)?;
        artifacts.push(Artifact { path: artifact.path, media_type, title });
    }
    Ok(Reported { failed_gates: gates, metrics, artifacts })
}

/// Asks a classifier for its rules, and checks them.
pub(crate) async fn rules(loader: &Arc<Loader>, plugin: &Plugin) -> Answer<Vec<RuleSpec>> {
    let surroundings = Surroundings::none(plugin);
    let call = Call::begin(loader, plugin, (Role::Classifier, "rules"), surroundings).await?;
    let (answer, _) = make_call!(call, |store, pre| {
        let instance = ClassifierPluginPre::new(pre)?.instantiate_async(&mut *store).await?;
        instance.selfheal_plugin_classifier().call_rules(&mut *store).await
    });
    checked(answer, |rules| convert::rules_from_wit(&plugin.name(), rules))
}

/// Asks a classifier about a match of its own rule.
pub(crate) async fn classify(
    loader: &Arc<Loader>,
    plugin: &Plugin,
    candidate: &Candidate,
    log: Arc<dyn LogText>,
) -> Answer<Vec<Finding>> {
    let surroundings = Surroundings::of(loader, plugin, None);
    let call = Call::begin(loader, plugin, (Role::Classifier, "classify"), surroundings).await?;
    let (answer, _) = make_call!(call, |store, pre| {
        let instance = ClassifierPluginPre::new(pre)?.instantiate_async(&mut *store).await?;
        let log = store.data_mut().lend_log(log)?;
        instance.selfheal_plugin_classifier().call_classify(&mut *store, candidate, log).await
    });
    answer
}

/// Asks a healer which findings it wants to see.
pub(crate) async fn handles(loader: &Arc<Loader>, plugin: &Plugin) -> Answer<Vec<Interest>> {
    let surroundings = Surroundings::none(plugin);
    let call = Call::begin(loader, plugin, (Role::Healer, "handles"), surroundings).await?;
    let (answer, _) = make_call!(call, |store, pre| {
        let instance = HealerPluginPre::new(pre)?.instantiate_async(&mut *store).await?;
        instance.selfheal_plugin_healer().call_handles(&mut *store).await
    });
    checked(answer, |interests| {
        let interests = interests.into_iter().map(|it| Interest { code: it.code, category: it.category }).collect();
        Interest::check_all(interests)
    })
}

/// Asks a healer for remedies.
pub(crate) async fn propose(loader: &Arc<Loader>, plugin: &Plugin, incident: &IncidentView) -> Answer<Vec<Remedy>> {
    let surroundings = Surroundings::of(loader, plugin, Some(incident.place.clone()));
    let call = Call::begin(loader, plugin, (Role::Healer, "propose"), surroundings).await?;
    let request = convert::incident_to_wit(incident);
    let log = Arc::clone(&incident.log);
    let (answer, _) = make_call!(call, |store, pre| {
        let instance = HealerPluginPre::new(pre)?.instantiate_async(&mut *store).await?;
        let log = store.data_mut().lend_log(log)?;
        instance.selfheal_plugin_healer().call_propose(&mut *store, &request, log).await
    });
    checked(answer, |remedies| convert::remedies_from_wit(&plugin.id, remedies))
}

/// What a notifier is asked to do.
#[derive(Clone, Debug)]
pub(crate) enum NotifierTask {
    /// Tell an event.
    Notify(Event),
    /// Open a ticket, or find the open one.
    Open(Ticket),
    /// Bring a ticket up to date: id and content.
    Update(String, Ticket),
    /// Close a ticket: id and comment.
    Close(String, String),
}

impl NotifierTask {
    fn function(&self) -> &'static str {
        match self {
            Self::Notify(_) => "notify",
            Self::Open(_) => "open",
            Self::Update(..) => "update",
            Self::Close(..) => "close",
        }
    }
}

/// Has a notifier do something. Only [`NotifierTask::Open`] gives a reference.
pub(crate) async fn notify(loader: &Arc<Loader>, plugin: &Plugin, task: &NotifierTask) -> Answer<Option<TicketRef>> {
    let surroundings = Surroundings::of(loader, plugin, None);
    let call = Call::begin(loader, plugin, (Role::Notifier, task.function()), surroundings).await?;
    let (answer, _) = make_call!(call, |store, pre| {
        let instance = NotifierPluginPre::new(pre)?.instantiate_async(&mut *store).await?;
        let notifier = instance.selfheal_plugin_notifier();
        match task {
            NotifierTask::Notify(event) => Ok(notifier.call_notify(&mut *store, event).await?.map(|()| None)),
            NotifierTask::Open(ticket) => Ok(notifier.call_open(&mut *store, ticket).await?.map(Some)),
            NotifierTask::Update(id, ticket) => Ok(notifier.call_update(&mut *store, id, ticket).await?.map(|()| None)),
            NotifierTask::Close(id, comment) => Ok(notifier.call_close(&mut *store, id, comment).await?.map(|()| None)),
        }
    });
    checked(answer, |reference| reference.map(checked_reference).transpose())
}

/// A ticket's id and address, which go into the journal.
fn checked_reference(reference: TicketRef) -> Result<TicketRef, String> {
    if reference.id.is_empty() {
        return Err("a ticket has no id".to_owned());
    }
    Ok(TicketRef {
        id: convert::check_text("a ticket's id", reference.id)?,
        url: convert::check_text("a ticket's address", reference.url)?,
    })
}

/// Checks an answer; a breach of the contract's limits is garbage.
fn checked<T, U>(answer: Answer<T>, check: impl FnOnce(T) -> Result<U, String>) -> Answer<U> {
    match answer? {
        None => Ok(None),
        Some(answer) => check(answer).map(Some).map_err(FaultKind::Garbage),
    }
}
