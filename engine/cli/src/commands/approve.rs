//! `selfheal approve` and `selfheal reject`: a person's word about a verified patch.
//!
//! A patch is applied like a remedy: in a scratch of the workspace, which then becomes the workspace. What the scratch holds
//! has to be, byte for byte, the patch that was verified; then every file that it touches is as it was when it was verified.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use driver::ports::{CancelSource, Clock as _, CommandRequest, Executor, Scratch, Stdin, Workspace};
use pipeline::definition::Pipeline;
use pipeline::event::{ChangeKind, Event, Fact, FileChange};
use pipeline::policy;
use pipeline::remedy::{Limits, quote};
use store::{ApprovedFile, Proposal, Standing, Statement, Store, StoreError};

use crate::args::{ApproveArgs, Format, RejectArgs};
use crate::drive;
use crate::engine::{self, SystemClock};
use crate::exit::{self, Failure};
use crate::people;
use crate::pipeline_file;
use crate::project::{self, Project};
use crate::report::paint::{FAILED, HEALED, NAME, PASSED, harmless, paint};

/// Longest time that applying a patch may take.
const APPLYING_MS: u64 = 60_000;
/// Characters of a title that are shown.
const SHOWN: usize = 160;

/// Approves a patch and applies it, or lists what waits.
pub fn approve(args: ApproveArgs) -> Result<u8, Failure> {
    let Some(incident) = &args.incident else { return list(&args) };
    let action = format!("approve {incident}");
    people::must_be_outside(&action)?;
    let executor = engine::executor()?;
    let (project, store, proposal) = find(&args.dir, incident)?;
    let id = proposal.incident.incident.clone();
    match &proposal.standing {
        // Applying it was cut off: the word stands, the work goes on.
        Standing::Waiting | Standing::Approved { applied: None, .. } => {}
        other => return Err(not_waiting(&proposal, other)),
    }
    people::must_be_at_rest(&store, &action)?;
    let patch =
        std::fs::read(&proposal.path).map_err(|error| refused(anyhow!("read the patch {}: {error}", proposal.path)))?;
    if proposal.digest.is_empty() || driver::digest_of(&patch) != proposal.digest {
        return Err(refused(anyhow!("the patch {} is not the one that was verified", proposal.path))
            .hint("run the pipeline again to have it verified anew"));
    }
    let by = people::speaker(args.by.as_deref());
    let workspace: Arc<dyn Workspace> = engine::workspace(&project, &[])?;
    let applying = Applying { project: &project, store: &store, proposal: &proposal, workspace, executor };
    let changes = engine::runtime()?.block_on(applying.apply(&by))?;
    if args.format == Format::Json {
        let proposal = store.proposal(id.as_str()).map_err(anyhow::Error::new)?;
        say!("{}", line_of(&proposal, Some(&changes)));
        return Ok(exit::PASSED);
    }
    say!("{} {} ({}, approved by {by})", paint(PASSED, "✓ applied:"), title_of(&proposal), paint(NAME, &id));
    for change in &changes {
        say!("    {} {}", word_of(change.change), paint(NAME, &change.path));
    }
    say!("hint: look at it with `git diff`, commit it, and run the pipeline again");
    Ok(exit::PASSED)
}

/// Rejects a patch.
pub fn reject(args: RejectArgs) -> Result<u8, Failure> {
    let action = format!("reject {}", args.incident);
    people::must_be_outside(&action)?;
    let (_, store, proposal) = find(&args.dir, &args.incident)?;
    people::must_be_at_rest(&store, &action)?;
    let id = proposal.incident.incident.clone();
    match &proposal.standing {
        Standing::Waiting | Standing::Overtaken { .. } | Standing::Replaced { .. } => {}
        other => return Err(not_waiting(&proposal, other)),
    }
    let by = people::speaker(args.by.as_deref());
    let statement = Statement::PatchRejected { incident: id.clone(), by: by.clone(), reason: args.reason };
    store.append_statement(SystemClock.now(), &statement).map_err(anyhow::Error::new)?;
    if args.format == Format::Json {
        let proposal = store.proposal(id.as_str()).map_err(anyhow::Error::new)?;
        say!("{}", line_of(&proposal, None));
        return Ok(exit::PASSED);
    }
    say!("{} {} ({}, by {by})", paint(HEALED, "rejected:"), title_of(&proposal), paint(NAME, &id));
    say!("    it is not tried against this failure again, and counts against its strategy");
    Ok(exit::PASSED)
}

fn list(args: &ApproveArgs) -> Result<u8, Failure> {
    let project = Project::at(&args.dir)?;
    let mut waiting = Vec::new();
    if project.state.database().exists() {
        let store = drive::open_store(&project.state)?;
        people::note_reverts(&project, &store)?;
        waiting = store.proposals().map_err(anyhow::Error::new)?;
        waiting.retain(|one| one.standing == Standing::Waiting);
    }
    if args.format == Format::Json {
        for proposal in &waiting {
            say!("{}", line_of(proposal, None));
        }
        return Ok(exit::PASSED);
    }
    if waiting.is_empty() {
        say!("no patch waits for approval in {}", project.root.display());
        return Ok(exit::PASSED);
    }
    for proposal in &waiting {
        let incident = &proposal.incident;
        let code = incident.code.as_deref().unwrap_or("unknown");
        say!("{}  stage {}, {code}: {}", paint(NAME, &incident.incident), incident.stage, title_of(proposal));
        say!("    {}", paint(NAME, &proposal.path));
    }
    say!("hint: selfheal approve INCIDENT, or selfheal reject INCIDENT --reason TEXT");
    Ok(exit::PASSED)
}

/// The project, its record, and the offered patch that a command names.
fn find(dir: &Path, incident: &str) -> Result<(Project, Arc<Store>, Proposal), Failure> {
    let project = Project::at(dir)?;
    let none = || refused(anyhow!("no patch waits for approval in {}", project.root.display()));
    if !project.state.database().exists() {
        return Err(none());
    }
    let store = drive::open_store(&project.state)?;
    let proposal = match store.proposal(incident) {
        Ok(proposal) => proposal,
        Err(StoreError::NoIncident(name)) if name == "last" => return Err(none()),
        Err(error @ (StoreError::NoIncident(_) | StoreError::AmbiguousIncident { .. })) => {
            return Err(Failure::bad_input(anyhow::Error::new(error)).hint("selfheal approve --list shows what waits"));
        }
        Err(error) => return Err(anyhow::Error::new(error).into()),
    };
    Ok((project, store, proposal))
}

fn refused(error: anyhow::Error) -> Failure {
    Failure { code: exit::FAILED, error, hints: Vec::new() }
}

fn not_waiting(proposal: &Proposal, standing: &Standing) -> Failure {
    let id = &proposal.incident.incident;
    let text = match standing {
        Standing::Waiting => format!("{id} waits"),
        Standing::Approved { by, at, .. } => format!("{id} was approved by {by} at {at}"),
        Standing::Reverted { at, .. } => format!("{id} was approved, and taken out again before {at}"),
        Standing::Rejected { by, at, .. } => format!("{id} was rejected by {by} at {at}"),
        Standing::Overtaken { run } => {
            format!("{id} is overtaken: stage {} passed in {run} without it", proposal.incident.stage)
        }
        Standing::Replaced { incident } => {
            format!("{id} is replaced: {incident} offers a newer patch for the same failure")
        }
    };
    refused(anyhow!("{text}")).hint("selfheal approve --list shows what waits")
}

fn title_of(proposal: &Proposal) -> String {
    harmless(proposal.incident.title.as_deref().unwrap_or("a patch"), SHOWN)
}

fn word_of(change: ChangeKind) -> &'static str {
    match change {
        ChangeKind::Added => "added",
        ChangeKind::Modified => "modified",
        ChangeKind::Removed => "removed",
    }
}

/// One line of JSON about an offered patch.
pub fn line_of(proposal: &Proposal, changes: Option<&[FileChange]>) -> serde_json::Value {
    let incident = &proposal.incident;
    let (by, at, reason) = match &proposal.standing {
        Standing::Approved { by, at, .. } | Standing::Reverted { by, at } => (Some(by), Some(at), None),
        Standing::Rejected { by, at, reason } => (Some(by), Some(at), reason.as_ref()),
        _ => (None, None, None),
    };
    let instead = match &proposal.standing {
        Standing::Overtaken { run } => Some(run.to_string()),
        Standing::Replaced { incident } => Some(incident.to_string()),
        _ => None,
    };
    let changed = changes.map(|all| all.iter().map(|one| one.path.as_str()).collect::<Vec<_>>());
    serde_json::json!({
        "version": 1,
        "incident": incident.incident,
        "run": incident.run,
        "stage": incident.stage,
        "code": incident.code,
        "category": incident.category,
        "signature": incident.signature,
        "strategy": incident.strategy,
        "title": incident.title,
        "offered": incident.ended,
        "patch": proposal.path,
        "digest": proposal.digest,
        "standing": proposal.standing.as_str(),
        "by": by,
        "at": at,
        "reason": reason,
        "instead": instead,
        "changed": changed,
    })
}

/// One patch on its way into the workspace.
struct Applying<'a> {
    project: &'a Project,
    store: &'a Store,
    proposal: &'a Proposal,
    workspace: Arc<dyn Workspace>,
    executor: Arc<dyn Executor>,
}

impl Applying<'_> {
    /// Applies it; the workspace is untouched after an error.
    async fn apply(&self, by: &str) -> Result<Vec<FileChange>, Failure> {
        let name = format!("{}-approval", self.proposal.incident.incident);
        // What a cut-off attempt to apply it left behind.
        let recovery = self.workspace.recover().await.context("put the workspace in order")?;
        if let Some(stuck) = recovery.stuck.first() {
            return Err(Failure { code: exit::STUCK, error: anyhow!("{stuck}"), hints: Vec::new() });
        }
        if let Some(changes) = self.is_there_already(by)? {
            return Ok(changes);
        }
        let scratch = self.workspace.open_scratch(&name).await.context("open a scratch")?;
        let prepared = self.prepare(&scratch).await;
        let (changes, files) = match prepared {
            Ok(prepared) => prepared,
            Err(failure) => {
                self.workspace.discard(&scratch).await.context("drop the scratch")?;
                return Err(failure);
            }
        };
        let incident = self.proposal.incident.incident.clone();
        let approved = Statement::PatchApproved {
            incident: incident.clone(),
            by: by.to_owned(),
            files,
            head: people::head(&self.project.root),
        };
        // On record before it is done: what was cut off can be told and gone on with.
        self.store.append_statement(SystemClock.now(), &approved).map_err(anyhow::Error::new)?;
        self.workspace.commit(&scratch).await.map_err(|error| Failure {
            code: exit::STUCK,
            error: anyhow::Error::new(error).context(format!("apply the patch of {incident}")),
            hints: vec![format!("look at the workspace, then run `selfheal approve {incident}` again")],
        })?;
        let applied = Statement::PatchApplied { incident, by: by.to_owned() };
        self.store.append_statement(SystemClock.now(), &applied).map_err(anyhow::Error::new)?;
        Ok(changes)
    }

    /// What it changed, when applying it was cut off after the last file.
    fn is_there_already(&self, by: &str) -> Result<Option<Vec<FileChange>>, Failure> {
        let Standing::Approved { applied: None, .. } = self.proposal.standing else { return Ok(None) };
        let incident = self.proposal.incident.incident.clone();
        let approved = self.store.approved_patch(incident.clone()).map_err(anyhow::Error::new)?;
        let is_there = |file: &ApprovedFile| people::digest_of_file(&self.project.root.join(&file.path)) == file.after;
        if approved.files.is_empty() || !approved.files.iter().all(is_there) {
            return Ok(None);
        }
        let applied = Statement::PatchApplied { incident, by: by.to_owned() };
        self.store.append_statement(SystemClock.now(), &applied).map_err(anyhow::Error::new)?;
        let change = |file: ApprovedFile| FileChange {
            change: match (&file.before, &file.after) {
                (None, _) => ChangeKind::Added,
                (_, None) => ChangeKind::Removed,
                _ => ChangeKind::Modified,
            },
            path: file.path,
            is_versioned: true,
            removed_lines: Vec::new(),
            added_lines: Vec::new(),
            is_abridged: false,
            is_binary: false,
        };
        Ok(Some(approved.files.into_iter().map(change).collect()))
    }

    /// Applies it in scratch and checks what came of it.
    async fn prepare(&self, scratch: &Scratch) -> Result<(Vec<FileChange>, Vec<ApprovedFile>), Failure> {
        self.git_apply(scratch).await?;
        let changes = self.workspace.changes(scratch).await.context("list what the patch changes")?;
        self.check(&changes)?;
        let patch = self.workspace.patch(scratch).await.context("read what the patch changes")?;
        if driver::digest_of(&patch) != self.proposal.digest {
            return Err(refused(anyhow!(
                "the patch applies, but the files that it changes are not as they were when it was verified"
            ))
            .hint("run the pipeline again to have it verified anew"));
        }
        let digest = |root: &Path, path: &str| people::digest_of_file(&root.join(path));
        let files = changes
            .iter()
            .map(|change| ApprovedFile {
                path: change.path.clone(),
                before: digest(&self.project.root, &change.path),
                after: digest(&scratch.place.visible_root, &change.path),
            })
            .collect();
        Ok((changes, files))
    }

    /// Runs `git apply` as outside of any repository: bytes go as they are, whatever attributes and settings there are.
    async fn git_apply(&self, scratch: &Scratch) -> Result<(), Failure> {
        let root = &self.project.root;
        // Names in the patch begin at the top of the repository.
        let above = project::git_top(root).and_then(|top| Some(root.strip_prefix(top).ok()?.components().count()));
        let strip = format!("-p{}", 1 + above.unwrap_or(0));
        let log = self.project.state.root.join("approve.log");
        let _ = std::fs::remove_file(&log);
        let mut env = project::environment();
        env.retain(|name, _| !name.starts_with("GIT_"));
        env.insert("GIT_DIR".to_owned(), self.project.state.root.join("no-repository").display().to_string());
        env.insert("LC_ALL".to_owned(), "C".to_owned());
        let argv = ["git", "apply", "--whitespace=nowarn", &strip, &self.proposal.path].map(str::to_owned);
        let request = CommandRequest {
            argv: argv.into(),
            env,
            directory: ".".to_owned(),
            place: scratch.place.clone(),
            limits: Limits { timeout_ms: Some(APPLYING_MS), ..Limits::default() },
            log: log.clone(),
            log_cap: 1 << 20,
            secrets: Arc::default(),
            sink: None,
            stdin: Stdin::Null,
            capture_bytes: 0,
        };
        let outcome = self.executor.run(request, CancelSource::new().handle()).await.outcome;
        let said = std::fs::read_to_string(&log).unwrap_or_default();
        let _ = std::fs::remove_file(&log);
        if outcome.is_success() {
            return Ok(());
        }
        let why =
            said.lines().find(|line| line.starts_with("error:")).map_or_else(|| outcome.to_string(), str::to_owned);
        Err(refused(anyhow!("the patch no longer applies ({}); the workspace is as it was", harmless(&why, SHOWN)))
            .hint(format!("look at it: {}", quote(&self.proposal.path)))
            .hint("run the pipeline again to have a patch for the files as they are now"))
    }

    /// The never-list once more, as it is today.
    fn check(&self, changes: &[FileChange]) -> Result<(), Failure> {
        let (source, _warnings) = pipeline_file::read_settings(&self.project.root)?;
        let now = pipeline_file::settings(&source, &self.project.name);
        let then = self.recorded_pipeline()?;
        let stage = then.stages.iter().find(|stage| stage.name == self.proposal.incident.stage);
        let stage = stage.ok_or_else(|| anyhow!("run {} has no stage of that name", self.proposal.incident.run))?;
        let healer_paths: Vec<String> = now.plugins.dir.iter().chain(&then.plugins.dir).cloned().collect();
        let programs = policy::programs_of_stages(&then.stages);
        let context = policy::Context {
            healer_paths: &healer_paths,
            programs: &programs,
            ..policy::Context::new(&stage.command, &stage.limits)
        };
        policy::check_changes(changes, &context)
            .map(drop)
            .map_err(|refusal| refused(anyhow!("{} {refusal}", paint(FAILED, "the patch does what no patch may do:"))))
    }

    fn recorded_pipeline(&self) -> Result<Pipeline, Failure> {
        let records = self.store.records(&self.proposal.incident.run).map_err(anyhow::Error::new)?;
        match records.into_iter().next().map(|record| record.event) {
            Some(Event::Fact(Fact::RunStarted { pipeline, .. })) => Ok(*pipeline),
            _ => Err(anyhow!("the record of run {} has no start", self.proposal.incident.run).into()),
        }
    }
}
