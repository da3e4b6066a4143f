//! Asks a built plugin what its fixtures ask, in the sandbox that a user's run has.
//!
//! Every fixture gets a host of its own: the limits of one call as plugin.toml asks for them (or the host's own), the grants
//! that it asks for, a fixed clock, an empty store, and a network that ends at the test's own server.

mod files;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bundle::Role;
use driver::log_text::FileLog;
use driver::ports::{
    CancelSource, CommandRequest, DiagnoseRequest, Executor, IncidentView, LogText, News, Place, Plugins as _,
    ProjectView, RunnerRequest, StageView, Stdin, Tool,
};
use log_scan::ExampleFault;
use pipeline::definition::Grant;
use pipeline::event::TriedNote;
use pipeline::finding::{Disposition, Finding, LogLine};
use pipeline::id::{IncidentId, PluginId, RemedyKey, Signature, StageName};
use pipeline::outcome::Outcome;
use pipeline::remedy::{CommandLine, Limits};
use pipeline::time::Timestamp;
use plugin_host::notifier::Ticket;
use plugin_host::{
    CallLimits, EmbeddedPlugin, HostOptions, LoadError, Network, Notice, PluginFault, PluginHost, Programs,
};

use self::files::{copy_folder, empty_folder, folder_of, stand_ins};
use crate::answer::{self, Answer};
use crate::answering_server::AnsweringServer;
use crate::difference::{self, Line};
use crate::fixture::{FindingPart, Fixture, IncidentPart, Question, StagePart};
use crate::project::Project;

/// The time that plugins are told: 2026-01-01T00:00:00Z.
const NOW: Timestamp = Timestamp(1_767_225_600_000);
/// Confidence from which on a finding makes a log a failure; the default of a pipeline file.
const THRESHOLD: f64 = 0.8;
/// Lines of context that a finding has above and below its cause.
const CONTEXT: u64 = 5;
/// Cap of a runner's log in bytes.
const LOG_CAP: u64 = 1 << 20;

/// What the program that tests plugins has for them.
#[derive(Clone)]
pub struct Surroundings {
    /// The standard plugins, for fixtures that want their rules beside the plugin's.
    pub embedded: Vec<EmbeddedPlugin>,
    /// Their grants.
    pub embedded_grants: BTreeMap<String, Grant>,
    /// Where compiled code is kept.
    pub cache_dir: Option<PathBuf>,
    /// The program that compiles components.
    pub compile_child: Option<PathBuf>,
    /// Runs programs.
    pub executor: Arc<dyn Executor>,
    /// Their environment.
    pub env: BTreeMap<String, String>,
}

/// A built plugin, ready to be asked.
pub struct Bench {
    pub(crate) surroundings: Surroundings,
    pub(crate) manifest: bundle::manifest::Manifest,
    /// A plugin folder that holds nothing else.
    pub(crate) folder: tempfile::TempDir,
    /// `sha256:…` of the component.
    digest: String,
}

/// What one fixture came to.
#[derive(Clone, Debug)]
pub struct Outcomes {
    /// The fixture's name.
    pub name: String,
    /// What the plugin answered.
    pub answer: String,
    /// How that compares.
    pub verdict: Verdict,
    /// What the plugin wrote to its log, `LEVEL: MESSAGE`.
    pub log: Vec<String>,
}

/// How an answer compares with what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is what was expected.
    Passed,
    /// It is not.
    Differs(Vec<Line>),
    /// Nothing was expected yet.
    New,
}

/// A fixture cannot be tried.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrialError {
    /// A file cannot be read or written.
    #[error("{action} {}: {source}", path.display())]
    Io {
        /// What was attempted.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The host has no use for the plugin.
    #[error("load the plugin: {0}")]
    Refused(String),
    /// The host cannot be set up.
    #[error(transparent)]
    Host(#[from] LoadError),
    /// The plugin broke its contract.
    #[error(transparent)]
    Fault(#[from] PluginFault),
    /// The fixture asks a role that the plugin does not have.
    #[error("fixture {fixture} asks a {role}, which this plugin is not")]
    NotItsRole {
        /// The fixture's name.
        fixture: String,
        /// What it asks.
        role: Role,
    },
    /// The fixture lacks what its role is asked about.
    #[error("fixture {fixture}: {reason}")]
    Incomplete {
        /// The fixture's name.
        fixture: String,
        /// What is missing.
        reason: String,
    },
}

impl TrialError {
    fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}

/// The host of one fixture, and what it leaves behind.
pub(crate) struct Asked {
    host: PluginHost,
    server: AnsweringServer,
    log: Arc<Mutex<Vec<String>>>,
    scratch: tempfile::TempDir,
}

impl Bench {
    /// Takes the component that a project was built to.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of(project: &Project, surroundings: Surroundings) -> Result<Self, TrialError> {
        let component = project.component();
        let folder = tempfile::tempdir().map_err(TrialError::io("make a folder in", &std::env::temp_dir()))?;
        let copy = folder.path().join(format!("{}.wasm", project.manifest.id));
        let parent = copy.parent().unwrap_or(folder.path());
        fs::create_dir_all(parent).map_err(TrialError::io("make the folder", parent))?;
        let bytes = fs::read(&component).map_err(TrialError::io("read", &component))?;
        fs::write(&copy, &bytes).map_err(TrialError::io("write", &copy))?;
        Ok(Self { surroundings, manifest: project.manifest.clone(), digest: plugin_host::digest(&bytes), folder })
    }

    /// The limits of one call: the host's, with what plugin.toml asks for in their place.
    pub fn limits(&self) -> CallLimits {
        let (asked, mut limits) = (&self.manifest.limits, CallLimits::default());
        if let Some(ms) = asked.cpu_ms {
            limits.cpu = Duration::from_millis(ms.into());
        }
        if let Some(ms) = asked.wall_ms {
            limits.wall = Duration::from_millis(ms.into());
        }
        if let Some(mb) = asked.memory_mb {
            limits.memory = usize::try_from(mb).unwrap_or(usize::MAX).saturating_mul(1 << 20);
        }
        limits
    }

    /// The rules' own examples that do not do what they say; how many there are comes first. Nothing for other roles.
    ///
    /// # Errors
    /// When the plugin does not give its rules.
    pub async fn rule_examples(&self) -> Result<(usize, Vec<ExampleFault>), TrialError> {
        if !self.manifest.roles.contains(&Role::Classifier) {
            return Ok((0, Vec::new()));
        }
        let host = self.host(HostOptions::default())?;
        let rules = host.rules_of(&self.manifest.id).await?;
        Ok((rules.iter().map(|rule| rule.examples.len()).sum(), log_scan::check_examples(&rules)))
    }

    /// Asks what a fixture asks.
    ///
    /// # Errors
    /// When it cannot be asked; a fault of the plugin is an answer.
    pub async fn try_fixture(&self, fixture: &Fixture) -> Result<Outcomes, TrialError> {
        let role = fixture.question.role();
        if !self.manifest.roles.contains(&role) {
            return Err(TrialError::NotItsRole { fixture: fixture.name.clone(), role });
        }
        let asked = self.asked(&fixture.question, |_| {})?;
        let answer = self.ask(fixture, &asked).await?.text(Some(asked.server.address()));
        let verdict = match &fixture.expected {
            None => Verdict::New,
            Some(expected) if answer::is_same(expected, &answer) => Verdict::Passed,
            Some(expected) => Verdict::Differs(difference::between(expected, &answer)),
        };
        let log = asked.log.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ok(Outcomes { name: fixture.name.clone(), answer, verdict, log })
    }

    /// A host with this plugin, its grants and limits, and what else is given.
    pub(crate) fn host(&self, options: HostOptions) -> Result<PluginHost, TrialError> {
        let id = self.manifest.id.clone();
        let mut grants = options.grants;
        // A grant for a file counts for the bytes that it names.
        grants.entry(id.clone()).or_insert_with(|| self.manifest.requested()).digest = Some(self.digest.clone());
        let host = PluginHost::new(HostOptions {
            directories: vec![self.folder.path().to_owned()],
            grants,
            cache_dir: self.surroundings.cache_dir.clone(),
            compile_child: self.surroundings.compile_child.clone(),
            limits: self.limits(),
            now: Arc::new(|| NOW),
            ..options
        })?;
        match host.catalog().refused().iter().find(|refusal| refusal.id == id) {
            Some(refusal) => Err(TrialError::Refused(refusal.reason.clone())),
            None => Ok(host),
        }
    }

    pub(crate) fn asked(
        &self,
        question: &Question,
        listener: impl Fn(&Notice) + Send + Sync + 'static,
    ) -> Result<Asked, TrialError> {
        let scratch = tempfile::tempdir().map_err(TrialError::io("make a folder in", &std::env::temp_dir()))?;
        let server = AnsweringServer::start(question.response.clone())
            .map_err(TrialError::io("listen for requests of", self.folder.path()))?;
        let log = Arc::new(Mutex::new(Vec::new()));
        let (id, lines) = (self.manifest.id.clone(), Arc::clone(&log));
        let on_notice = move |notice: Notice| {
            listener(&notice);
            if let Notice::Log { plugin, level, message } = notice
                && plugin == id
            {
                lines.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{level}: {message}"));
            }
        };
        let config = serde_json::to_string(&question.config).unwrap_or_default().replace("SERVER", server.address());
        let mut grant = self.manifest.requested();
        let network = if question.response.is_empty() { Network::Offline } else { Network::Online };
        if network == Network::Online {
            grant.http = vec![server.address().to_owned()];
        }
        let mut env = self.surroundings.env.clone();
        if !question.program.is_empty() {
            let folder = stand_ins(&question.program, &scratch.path().join("bin"))?;
            let path = env.get("PATH").map_or(String::new(), |path| format!(":{path}"));
            env.insert("PATH".to_owned(), format!("{}{path}", folder.display()));
        }
        // Where the log is all that a healer is asked about, the standard rules read it.
        let reads_log = question.incident.as_ref().is_some_and(|incident| incident.finding.is_empty());
        let is_beside = question.beside_standard || reads_log;
        let host = self.host(HostOptions {
            embedded: if is_beside { self.surroundings.embedded.clone() } else { Vec::new() },
            embedded_grants: self.surroundings.embedded_grants.clone(),
            grants: BTreeMap::from([(self.manifest.id.clone(), grant)]),
            config: BTreeMap::from([(self.manifest.id.clone(), config)]),
            state_dir: Some(scratch.path().join("state")),
            programs: Some(Programs {
                executor: Arc::clone(&self.surroundings.executor),
                env,
                secrets: Arc::default(),
                scratch: scratch.path().join("programs"),
            }),
            network,
            traces_calls: true,
            on_notice: Arc::new(on_notice),
            ..HostOptions::default()
        })?;
        Ok(Asked { host, server, log, scratch })
    }

    pub(crate) async fn ask(&self, fixture: &Fixture, asked: &Asked) -> Result<Answer, TrialError> {
        let question = &fixture.question;
        let incomplete =
            |reason: &str| TrialError::Incomplete { fixture: fixture.name.clone(), reason: reason.to_owned() };
        match (question.role(), question) {
            (Role::Healer, Question { incident: Some(incident), .. }) => {
                let view = self.incident(fixture, incident, asked).await?;
                let proposals = asked.host.propose(&view).await;
                let own = proposals.remedies.into_iter().filter(|it| it.plugin.as_str() == self.manifest.id);
                Ok(Answer::of_remedies(&own.collect::<Vec<_>>()).with_faults(&proposals.faults))
            }
            (Role::Planner, Question { project: Some(project), .. }) => {
                let root = folder_of(fixture, &project.folder)?;
                let view = ProjectView {
                    name: project.folder.clone(),
                    tools: tools(&project.tools),
                    attrs: facts(&project.facts),
                    place: place(root),
                };
                let (stages, faults) = asked.host.plan(&view).await;
                Ok(Answer::of_plan(&stages).with_faults(&faults))
            }
            (Role::Runner, Question { stage: Some(stage), .. }) => self.run(fixture, stage, asked).await,
            (Role::Notifier, Question { event: Some(event), .. }) => {
                let news = News {
                    kind: event.kind.clone(),
                    run: event.run.clone(),
                    title: event.title.clone(),
                    body: event.body.clone(),
                    attrs: facts(&event.facts),
                };
                let faults = asked.host.notify(&news).await;
                Ok(Answer::of_requests(&asked.server.received(), &[]).with_faults(&faults))
            }
            (Role::Notifier, Question { ticket: Some(ticket), .. }) => {
                let ticket = Ticket {
                    signature: ticket.signature.clone(),
                    title: ticket.title.clone(),
                    body: ticket.body.clone(),
                    labels: ticket.labels.clone(),
                    attrs: facts(&ticket.facts),
                };
                let (tickets, faults) = asked.host.open_ticket(&ticket).await;
                Ok(Answer::of_requests(&asked.server.received(), &tickets).with_faults(&faults))
            }
            _ => {
                let log = question.log.as_ref().ok_or_else(|| {
                    incomplete("it has neither a log nor one of the tables incident, project, stage, event and ticket")
                })?;
                let (diagnosis, faults) = self.diagnosis(fixture, log, asked).await?;
                Ok(Answer::of_diagnosis(&diagnosis, &format!("{}@", self.manifest.id)).with_faults(&faults))
            }
        }
    }

    async fn diagnosis(
        &self,
        fixture: &Fixture,
        log: &str,
        asked: &Asked,
    ) -> Result<(pipeline::finding::Diagnosis, Vec<pipeline::event::FaultNote>), TrialError> {
        let path = fixture.folder.join(log);
        fs::metadata(&path).map_err(TrialError::io("read", &path))?;
        let outcome = fixture.question.exit_code.map(|code| Outcome { exit_code: Some(code), ..Outcome::default() });
        let request = DiagnoseRequest {
            log: path,
            outcome,
            baselines: Vec::new(),
            confidence_threshold: THRESHOLD,
            pattern_matching: true,
        };
        Ok(asked.host.diagnose(request).await)
    }

    async fn incident(
        &self,
        fixture: &Fixture,
        part: &IncidentPart,
        asked: &Asked,
    ) -> Result<IncidentView, TrialError> {
        let path = fixture.question.log.as_ref().map(|log| fixture.folder.join(log));
        if let Some(path) = &path {
            fs::metadata(path).map_err(TrialError::io("read", path))?;
        }
        let log: Arc<dyn LogText> =
            Arc::new(path.map_or_else(|| FileLog::new(Vec::new()), |path| FileLog::open(&path)));
        let findings = match &fixture.question.log {
            Some(name) if part.finding.is_empty() => self.diagnosis(fixture, name, asked).await?.0.findings,
            _ => part.finding.iter().map(|it| finding(it, log.as_ref())).collect(),
        };
        if findings.is_empty() {
            let reason = "an incident has [[incident.finding]], or a log in which a rule finds one".to_owned();
            return Err(TrialError::Incomplete { fixture: fixture.name.clone(), reason });
        }
        let root = match &fixture.question.workspace {
            Some(folder) => folder_of(fixture, folder)?,
            None => empty_folder(asked)?,
        };
        let mut attrs = BTreeMap::from([("os".to_owned(), "linux".to_owned())]);
        attrs.insert("version-control".to_owned(), "git".to_owned());
        attrs.extend(part.facts.clone());
        Ok(IncidentView {
            id: IncidentId::new("r-20260101-000000-0000.1"),
            stage: stage_view(&part.stage, &part.run, &BTreeMap::new()),
            outcome: Outcome { exit_code: Some(part.exit_code.unwrap_or(1)), ..Outcome::default() },
            tried: part.tried.iter().map(|it| tried(it, &findings)).collect(),
            findings,
            attempts_left: part.attempts_left.unwrap_or(2),
            tools: tools(&part.tools),
            attrs: facts(&attrs),
            log,
            place: place(root),
        })
    }

    /// Runs a stage for real, in a copy of its folder.
    async fn run(&self, fixture: &Fixture, stage: &StagePart, asked: &Asked) -> Result<Answer, TrialError> {
        let root = asked.scratch.path().join("project");
        fs::create_dir(&root).map_err(TrialError::io("make the folder", &root))?;
        if !stage.folder.is_empty() {
            copy_folder(&folder_of(fixture, &stage.folder)?, &root)?;
        }
        let cancel = CancelSource::new();
        let view = stage_view(if stage.name.is_empty() { "test" } else { &stage.name }, &stage.run, &stage.facts);
        let request = RunnerRequest {
            runner: PluginId::new(self.manifest.id.clone()),
            template: CommandRequest {
                argv: Vec::new(),
                env: self.surroundings.env.clone(),
                directory: ".".to_owned(),
                place: place(root),
                limits: Limits { timeout_ms: Some(60_000), ..Limits::default() },
                log: asked.scratch.path().join("stage.log"),
                log_cap: LOG_CAP,
                secrets: Arc::default(),
                sink: None,
                stdin: Stdin::Null,
                capture_bytes: 0,
            },
            stage: view,
            cancel: cancel.handle(),
        };
        Ok(Answer::of_attempt(&asked.host.run(request, Arc::clone(&self.surroundings.executor)).await))
    }
}

fn stage_view(name: &str, run: &str, attrs: &BTreeMap<String, String>) -> StageView {
    StageView {
        name: StageName::new(if name.is_empty() { "test" } else { name }),
        command: CommandLine::Shell(run.to_owned()),
        directory: ".".to_owned(),
        env_names: Vec::new(),
        limits: Limits::default(),
        attrs: facts(attrs),
    }
}

fn finding(part: &FindingPart, log: &dyn LogText) -> Finding {
    let first = part.line.saturating_sub(CONTEXT).max(1);
    let near = if part.line == 0 { Vec::new() } else { log.lines(first, 2 * CONTEXT as u32 + 1) };
    let own = || near.iter().find(|(line, _)| *line == part.line).map(|(_, text)| text.clone());
    let text = part.text.clone().or_else(own).unwrap_or_default();
    Finding {
        code: part.code.clone(),
        category: part.category.clone(),
        ecosystem: part.ecosystem.clone(),
        severity: "error".to_owned(),
        confidence: part.confidence,
        line: part.line,
        text,
        captures: part.captures.clone(),
        disposition: part.disposition,
        strategies: part.strategies.clone(),
        context: near.iter().map(|(line, text)| LogLine { line: *line, text: text.clone() }).collect(),
        rule: format!("fixture/{}", part.code),
        signature: Signature::new(part.signature.clone().unwrap_or_else(|| format!("{}:0", part.code))),
    }
}

fn tried(part: &crate::fixture::TriedPart, findings: &[Finding]) -> TriedNote {
    TriedNote {
        key: RemedyKey::new(format!("{}:0", part.strategy)),
        strategy: part.strategy.clone(),
        title: part.title.clone(),
        disposition: Disposition::Auto,
        ended: part.ended.clone(),
        reason: String::new(),
        signature: findings.first().map(|root| root.signature.clone()),
    }
}

fn place(root: PathBuf) -> Place {
    Place { visible_root: root.clone(), root, namespace: None }
}

fn tools(names: &[String]) -> Vec<Tool> {
    names.iter().map(|name| Tool { name: name.clone(), path: format!("/usr/bin/{name}") }).collect()
}

fn facts(facts: &BTreeMap<String, String>) -> Vec<(String, String)> {
    facts.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
}
