//! The port: all plugins behind one door.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use driver::ports::{
    DiagnoseRequest, Executor, IncidentView, News, PlannedStage, Plugins, ProjectView, Proposals, RunnerRequest,
};
use log_scan::{RuleSet, RuleSpec};
use pipeline::event::FaultNote;
use pipeline::finding::Diagnosis;
use pipeline::id::PluginId;
use pipeline::outcome::Outcome;
use tokio::sync::OnceCell;
use tokio::task::JoinSet;

use crate::catalog::{Catalog, LoadError, Plugin};
use crate::diagnose::{self, Rules};
use crate::fault::{FaultKind, PluginFault};
use crate::host::state::{self, StateFileError};
use crate::inspect::Role;
use crate::loader::Loader;
use crate::metadata::{self, Declared, Interest};
use crate::notice::Notice;
use crate::options::HostOptions;
use crate::roles;

/// Breaches of its contract after which a plugin is not asked any more.
const BENCH_AFTER: u32 = 3;
/// How often a call is repeated for a plugin that calls its failure transient.
const MAX_REPEATS: u32 = 2;
/// How long such a plugin is waited for, all repeats together.
const MAX_WAITED: Duration = Duration::from_secs(2);

/// All plugins of one run. Cheap to make: nothing is compiled before it is needed.
#[derive(Clone)]
pub struct PluginHost {
    loader: Arc<Loader>,
    faults: Arc<Mutex<BTreeMap<PluginId, u32>>>,
    rules: Arc<OnceCell<Arc<Rules>>>,
}

impl fmt::Debug for PluginHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PluginHost").field("catalog", self.catalog()).finish_non_exhaustive()
    }
}

impl PluginHost {
    /// Finds the plugins. One that may not be loaded is in [`Catalog::refused`] and a notice; the others are used.
    pub fn new(options: HostOptions) -> Result<Self, LoadError> {
        let catalog = Catalog::load(&options)?;
        Ok(Self { loader: Arc::new(Loader::new(options, catalog)), faults: Arc::default(), rules: Arc::default() })
    }

    /// The plugins.
    pub fn catalog(&self) -> &Catalog {
        &self.loader.catalog
    }

    /// The rules that a classifier returns. Runs the plugin in the sandbox each time.
    pub async fn rules_of(&self, id: &str) -> Result<Vec<RuleSpec>, PluginFault> {
        let plugin = self.find(id, Role::Classifier)?;
        metadata::asked_rules(&self.loader, plugin).await.map_err(|kind| fault(plugin, Role::Classifier, kind))
    }

    /// The interests of a healer, as they come from the plugin or from the cache.
    pub async fn interests_of(&self, id: &str) -> Result<Vec<Interest>, PluginFault> {
        let plugin = self.find(id, Role::Healer)?;
        let declared = metadata::interests_of(&self.loader, vec![plugin]).await;
        only(declared).map_err(|kind| fault(plugin, Role::Healer, kind))
    }

    /// Calls `handles` of a healer, past all that is kept: what a benchmark measures.
    #[doc(hidden)]
    pub async fn call_for_measurement(&self, id: &str) -> Result<usize, PluginFault> {
        let plugin = self.find(id, Role::Healer)?;
        let answer = roles::handles(&self.loader, plugin).await;
        answer.map(|interests| interests.map_or(0, |all| all.len())).map_err(|kind| fault(plugin, Role::Healer, kind))
    }

    /// Compiles the plugins of these roles ahead of their first use, e.g. while a stage is running.
    pub async fn prepare(&self, roles: &[Role]) {
        let wanted = |plugin: &&Plugin| roles.iter().any(|&role| plugin.has_role(role));
        let ids: Vec<PluginId> = self.catalog().plugins().filter(wanted).map(|plugin| plugin.id.clone()).collect();
        self.loader.prepare(ids).await;
    }

    fn find(&self, id: &str, role: Role) -> Result<&Plugin, PluginFault> {
        let missing = |why: String| PluginFault { plugin: id.into(), role, kind: FaultKind::LoadRefused(why) };
        match self.catalog().find(id) {
            Some(plugin) if plugin.has_role(role) => Ok(plugin),
            Some(_) => Err(missing(format!("it is no {role}"))),
            None => match self.catalog().refused().iter().find(|refusal| refusal.id == id) {
                Some(refusal) => Err(missing(refusal.reason.clone())),
                None => Err(missing("there is no such plugin".to_owned())),
            },
        }
    }

    /// What a plugin keeps from run to run, as far as its keys begin with `prefix`: for a person who wants to see it.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn kept_by(&self, plugin: &PluginId, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StateFileError> {
        state::kept(self.loader.options.state_dir.as_deref(), plugin, prefix)
    }

    pub(crate) fn loader(&self) -> &Arc<Loader> {
        &self.loader
    }

    /// Plugins with a role that still answer.
    pub(crate) fn asked(&self, role: Role) -> Vec<&Plugin> {
        self.catalog().with_role(role).filter(|plugin| !self.is_benched(plugin)).collect()
    }

    pub(crate) fn is_benched(&self, plugin: &Plugin) -> bool {
        let faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        faults.get(&plugin.id).is_some_and(|&count| count >= BENCH_AFTER)
    }

    /// Counts a fault, and turns it into a note.
    pub(crate) fn note(&self, plugin: &Plugin, role: Role, kind: FaultKind) -> FaultNote {
        let count = {
            let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
            let count = faults.entry(plugin.id.clone()).or_default();
            if kind.is_final() {
                *count = (*count).max(BENCH_AFTER);
            } else if kind.is_breach() {
                *count += 1;
            }
            *count
        };
        if count == BENCH_AFTER && kind.is_breach() {
            self.loader.notice(Notice::Benched { plugin: plugin.id.to_string(), faults: count });
        }
        fault(plugin, role, kind).note()
    }

    async fn rules(&self) -> Arc<Rules> {
        Arc::clone(self.rules.get_or_init(|| diagnose::load_rules(self)).await)
    }

    /// Healers that handle one of the findings, and the faults of those that could not say.
    async fn concerned_healers(&self, incident: &IncidentView) -> (Vec<&Plugin>, Vec<FaultNote>) {
        let (mut concerned, mut faults) = (Vec::new(), Vec::new());
        for (healer, interests) in metadata::interests_of(&self.loader, self.asked(Role::Healer)).await {
            let handles = |interest: &Interest| incident.findings.iter().any(|finding| interest.covers(finding));
            match interests {
                Ok(interests) if interests.iter().any(handles) => concerned.push(healer),
                Ok(_) => {}
                Err(kind) => faults.push(self.note(healer, Role::Healer, kind)),
            }
        }
        (concerned, faults)
    }
}

/// Makes a call, and again where the plugin says that this may help, never sooner than it asks.
async fn with_patience<T, F>(mut call: impl FnMut() -> F) -> Result<T, FaultKind>
where
    F: Future<Output = Result<T, FaultKind>>,
{
    let mut waited = Duration::ZERO;
    for _ in 0..MAX_REPEATS {
        match call().await {
            Err(FaultKind::Answered { retry_after: Some(delay), .. }) if waited + delay <= MAX_WAITED => {
                waited += delay;
                tokio::time::sleep(delay).await;
            }
            answer => return answer,
        }
    }
    call().await
}

/// What the one plugin declared that was asked.
fn only<T: Default>(declared: Declared<'_, T>) -> Result<T, FaultKind> {
    declared.into_iter().next().map_or_else(|| Ok(T::default()), |(_, declared)| declared)
}

fn fault(plugin: &Plugin, role: Role, kind: FaultKind) -> PluginFault {
    PluginFault { plugin: plugin.id.clone(), role, kind }
}

#[async_trait]
impl Plugins for PluginHost {
    async fn plan(&self, project: &ProjectView) -> (Vec<PlannedStage>, Vec<FaultNote>) {
        let planners = self.asked(Role::Planner);
        self.loader.prepare(planners.iter().map(|plugin| plugin.id.clone())).await;
        let (mut stages, mut faults) = (Vec::new(), Vec::new());
        for planner in planners {
            match with_patience(|| roles::plan(&self.loader, planner, project)).await {
                Ok(planned) => stages.extend(planned.unwrap_or_default()),
                Err(kind) => faults.push(self.note(planner, Role::Planner, kind)),
            }
        }
        (stages, faults)
    }

    async fn run(&self, request: RunnerRequest, executor: Arc<dyn Executor>) -> Outcome {
        let faulty = |fault: String, measured| Outcome { fault: Some(fault), ..measured };
        let runner = match self.find(request.runner.as_str(), Role::Runner) {
            Ok(runner) => runner,
            Err(fault) => return faulty(fault.to_string(), Outcome::default()),
        };
        if self.is_benched(runner) {
            return faulty(format!("{}: it broke its contract too often", runner.id), Outcome::default());
        }
        match roles::run(&self.loader, runner, request, executor).await {
            Ok(outcome) => outcome,
            Err(broken) => {
                let note = self.note(runner, Role::Runner, broken.fault);
                faulty(format!("{} as {}", note.plugin, note.message), broken.measured)
            }
        }
    }

    async fn diagnose(&self, request: DiagnoseRequest) -> (Diagnosis, Vec<FaultNote>) {
        let rules = match request.pattern_matching {
            true => self.rules().await,
            false => Arc::new(Rules::none()),
        };
        diagnose::diagnose(self, rules, request).await
    }

    async fn propose(&self, incident: &IncidentView) -> Proposals {
        let (healers, mut faults) = self.concerned_healers(incident).await;
        self.loader.prepare(healers.iter().map(|plugin| plugin.id.clone())).await;
        let mut answers = JoinSet::new();
        for (place, healer) in healers.iter().enumerate() {
            let (loader, incident, id) = (Arc::clone(&self.loader), incident.clone(), healer.id.clone());
            answers.spawn(async move {
                let answer = match loader.catalog.find(id.as_str()) {
                    Some(healer) => with_patience(|| roles::propose(&loader, healer, &incident)).await,
                    None => Ok(None),
                };
                (place, answer)
            });
        }
        let mut answers = answers.join_all().await;
        answers.sort_by_key(|(place, _)| *place);
        let mut remedies = Vec::new();
        for (place, answer) in answers {
            match answer {
                Ok(proposed) => remedies.extend(proposed.unwrap_or_default()),
                Err(kind) => faults.push(self.note(healers[place], Role::Healer, kind)),
            }
        }
        Proposals { remedies, faults }
    }

    async fn tell(&self, news: &News) {
        self.loader.prepare(self.asked(Role::Notifier).iter().map(|plugin| plugin.id.clone())).await;
        for fault in self.notify(news).await {
            self.loader.notice(Notice::NotTold { plugin: fault.plugin, reason: fault.message });
        }
    }

    async fn rules(&self) -> Option<RuleSet> {
        // The inherent method: the loaded rules, shared with every diagnosis.
        Some(PluginHost::rules(self).await.set())
    }
}
