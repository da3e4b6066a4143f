//! An environment that answers every decision with some legal fact, the worst ones included, and checks each decision against
//! the rails of design.md section 5 as it comes. [`model`] is the judge of remedies. The file is long because each
//! decision has its answer and its check in one `match`.

mod accounts;
mod model;
mod oracle;
mod world;

use std::collections::BTreeSet;

use rand::RngExt as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::event::{Event, Record};
use crate::incident::IncidentEnd;
use crate::policy;
use crate::time::Day;
use world::some_pipeline;

/// More facts than any run of the adversary's pipelines can need: five stages with three incidents each, of which each has
/// three trials that are verified by all stages.
const MOST_FACTS: usize = 2_000;

/// Memory of the machine.
const MACHINE_BYTES: u64 = 1 << 30;

/// When the runs begin: long enough after the epoch for a day before it.
const START: Timestamp = Timestamp(10 * 86_400_000);
/// On the day before.
const BEFORE: Timestamp = Timestamp(START.0 - 1);

/// Where choices come from. The first alternative is the harmless one, so that a shrunk case is a calm one.
pub(super) enum Choices {
    Bytes(std::vec::IntoIter<u8>),
    Random(Box<ChaCha8Rng>),
}

impl Choices {
    pub(super) fn bytes(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into_iter())
    }

    pub(super) fn seed(seed: u64) -> Self {
        Self::Random(Box::new(ChaCha8Rng::seed_from_u64(seed)))
    }

    fn below(&mut self, count: usize) -> usize {
        match self {
            Self::Bytes(bytes) => usize::from(bytes.next().unwrap_or(0)) % count,
            Self::Random(rng) => rng.random_range(0..count),
        }
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == count - 1
    }

    fn of<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }
}

/// What the oracle knows about one incident.
#[derive(Default)]
struct Watch {
    trials: u32,
    prepared: u32,
    may_be_open: bool,
    /// The project when its scratch was opened, and in it.
    scratch: (model::Files, model::Files),
    accounts: accounts::Accounts,
    is_ended: bool,
    /// The last diagnosis of it.
    findings: Vec<Finding>,
    /// The attempt under way, or the last one, was made under a person's word.
    is_vouched: bool,
    /// Stages that joined it.
    joined: Vec<StageName>,
    /// Trials and preparations since its scratch was opened, and whether that was beside others.
    in_scratch: (u32, u32),
    is_beside_others: bool,
    was_put_off: bool,
}

pub(super) struct Adversary {
    choices: Choices,
    run: Run,
    pending: Vec<Decision>,
    records: Vec<Record>,
    now: u64,
    unwanted: BTreeSet<StageName>,
    /// Results by stage.
    ended: BTreeMap<StageName, (RunResult, Qualifier)>,
    /// Stages that failed, in this run or in an earlier one on the same clean commit.
    failed: BTreeSet<StageName>,
    /// Stages that passed an attempt in scratch.
    passed_in_scratch: BTreeSet<StageName>,
    plain: BTreeSet<StageName>,
    restored: BTreeSet<StageName>,
    watches: BTreeMap<IncidentId, Watch>,
    versioned: Vec<String>,
    project: model::Files,
    /// What healers have proposed so far; they are stubborn.
    proposed: Vec<Remedy>,
    /// Failures and remedies that must not meet again.
    benched: BTreeSet<(Signature, RemedyKey)>,
    /// When a stage's own attempt failed last.
    failed_at: BTreeMap<StageName, u64>,
    result: Option<(RunResult, Qualifier)>,
    is_stopping: bool,
    resumptions: usize,
    /// Most scratches of the machine.
    scratches: u32,
    temper: Temper,
}

/// What the world is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Temper {
    /// Anything happens.
    Hostile,
    /// Mostly, several stages fail at the same time for different causes, and remedies help.
    Busy,
}

pub(super) fn play(choices: Choices) -> Vec<Record> {
    play_in(choices, Temper::Hostile)
}

/// Plays a run in which remedies are tried side by side.
pub(super) fn play_busy(choices: Choices) -> Vec<Record> {
    play_in(choices, Temper::Busy)
}

fn play_in(choices: Choices, temper: Temper) -> Vec<Record> {
    let mut adversary = Adversary::begin(choices, temper);
    let mut facts = 0;
    while adversary.result.is_none() {
        facts += 1;
        assert!(facts < MOST_FACTS, "the run does not end");
        adversary.one_fact();
    }
    adversary.check_end();
    adversary.records
}

impl Adversary {
    fn begin(mut choices: Choices, temper: Temper) -> Self {
        let mut pipeline = some_pipeline(&mut choices);
        if temper == Temper::Busy {
            world::make_busy(&mut pipeline, &mut choices);
        }
        let unwanted: Vec<StageName> = pipeline
            .stages
            .iter()
            .filter(|_| temper == Temper::Hostile && choices.one_in(10))
            .map(|stage| stage.name.clone())
            .collect();
        let durations =
            pipeline.stages.iter().map(|stage| (stage.name.clone(), choices.below(3) as u64 * 1_000)).collect();
        let benched = world::some_benched(&mut choices);
        let (source, earlier) = world::some_past(&mut choices, &pipeline);
        let counts = source.as_ref().is_some_and(|source| !source.is_dirty);
        let failed_before = earlier.failures.iter().filter(|_| counts).map(|one| one.stage.clone()).collect();
        let scratches = if temper == Temper::Busy { 4 } else { choices.of(&[0, 4, 4]) };
        let fact = Fact::RunStarted {
            run: RunId::new("r-1"),
            pipeline: Box::new(pipeline),
            seed: choices.below(256) as u64,
            learned: Vec::new(),
            benched: benched.clone(),
            machine: Machine { memory_bytes: MACHINE_BYTES, processors: 2, scratches },
            unwanted: unwanted.clone(),
            durations,
            joins_failures: !choices.one_in(6),
            java_homes: Vec::new(),
            source,
            earlier: Box::new(earlier),
        };
        let (run, decisions) = Run::start(&fact, START).expect("a run starts with its first fact");
        let mut this = Self {
            choices,
            run,
            pending: Vec::new(),
            records: Vec::new(),
            now: START.0,
            unwanted: unwanted.into_iter().collect(),
            ended: BTreeMap::new(),
            failed: failed_before,
            passed_in_scratch: BTreeSet::new(),
            plain: BTreeSet::new(),
            restored: BTreeSet::new(),
            watches: BTreeMap::new(),
            versioned: Vec::new(),
            project: model::project(),
            proposed: Vec::new(),
            benched: benched.into_iter().collect(),
            failed_at: BTreeMap::new(),
            result: None,
            is_stopping: false,
            resumptions: 0,
            scratches,
            temper,
        };
        this.record(fact, decisions);
        this
    }

    fn record(&mut self, fact: Fact, decisions: Vec<Decision>) {
        let at = Timestamp(self.now);
        let events = std::iter::once(Event::Fact(fact)).chain(decisions.iter().cloned().map(Event::Decision));
        for event in events {
            let seq = self.records.len() as u64 + 1;
            self.records.push(Record { seq, at, event });
        }
        for decision in decisions {
            self.check(&decision);
            let has_answer = !matches!(
                decision,
                Decision::Weighed { .. }
                    | Decision::Vouched { .. }
                    | Decision::JoinIncident { .. }
                    | Decision::PutOff { .. }
                    | Decision::EndIncident { .. }
                    | Decision::EndStage { .. }
                    | Decision::CancelAttempts
                    | Decision::EndRun { .. }
            );
            if has_answer {
                self.pending.push(decision);
            }
        }
    }

    fn one_fact(&mut self) {
        self.now += self.choices.below(3) as u64 * 1_000;
        let event = self.choices.below(60);
        let is_calm = self.temper == Temper::Busy && !self.choices.one_in(6);
        let fact = match if is_calm { 0 } else { event } {
            57 => {
                self.is_stopping = true;
                Fact::Interrupted
            }
            58 => {
                self.is_stopping = true;
                Fact::DeadlineReached
            }
            59 if self.resumptions < 3 => {
                // Everything that was under way is gone, and so are the scratches: the workspace was recovered.
                self.resumptions += 1;
                self.pending.clear();
                self.plain.clear();
                // A restoration whose fact was not journaled has to be done again.
                self.restored.retain(|stage| self.ended.contains_key(stage));
                self.watches.values_mut().for_each(|watch| watch.may_be_open = false);
                Fact::Resumed { lost: self.run.running() }
            }
            _ => {
                assert!(!self.pending.is_empty(), "the run waits for nothing and has no end");
                let open = self.answerable();
                let decision = self.pending.remove(self.choices.of(&open));
                self.answer(decision)
            }
        };
        let decisions = self.run.step(&fact, Timestamp(self.now)).expect("every legal fact is taken");
        self.record(fact, decisions);
    }

    /// Positions of the decisions that could be answered now: attempts in the workspace end in any order, the work of one
    /// incident is done in the order in which it was decided.
    fn answerable(&self) -> Vec<usize> {
        let mut seen = BTreeSet::new();
        let is_first = |decision: &Decision| decision.incident().is_none_or(|incident| seen.insert(incident.clone()));
        let flags: Vec<bool> = self.pending.iter().map(is_first).collect();
        (0..self.pending.len()).filter(|&index| flags[index]).collect()
    }

    fn answer(&mut self, decision: Decision) -> Fact {
        match decision {
            Decision::StartAttempt { stage, attempt, purpose, .. } => {
                let outcome = self.outcome_of(attempt, &purpose);
                self.book(&stage, &purpose, &outcome);
                if purpose == Purpose::Plain {
                    self.plain.remove(&stage);
                    if !self.is_stopping && matches!(outcome.result(), RunResult::Failure | RunResult::Timeout) {
                        self.failed.insert(stage.clone());
                    }
                } else if outcome.is_success() {
                    self.passed_in_scratch.insert(stage.clone());
                }
                Fact::AttemptEnded { stage, attempt, purpose, outcome }
            }
            Decision::CheckCache { stage, recipe } => {
                let key = (!self.choices.one_in(5)).then(|| CacheKey::new(format!("{stage}:{recipe}")));
                let is_hit = key.is_some() && self.choices.one_in(3);
                Fact::CacheChecked { stage, key, is_hit, notice: None }
            }
            Decision::RestoreOutputs { stage, key } => {
                let problem = self.choices.one_in(4).then(|| "its entry is damaged".to_owned());
                if problem.is_none() {
                    self.restored.insert(stage.clone());
                }
                Fact::OutputsRestored { stage, key, files: 1, problem }
            }
            Decision::StoreOutputs { stage, key, .. } => {
                let problem = self.choices.one_in(4).then(|| "its inputs changed".to_owned());
                Fact::OutputsStored { stage, key, files: 1, bytes: 1, problem }
            }
            Decision::Diagnose { incident, stage, attempt } => {
                let diagnosis = Box::new(self.diagnosis_of(&stage));
                self.watches.entry(incident.clone()).or_default().findings = diagnosis.findings.clone();
                Fact::Diagnosed { incident, stage, attempt, diagnosis, faults: Vec::new() }
            }
            Decision::AskHealers { incident, .. } => {
                let count = self.choices.below(5);
                let remedies: Vec<Remedy> = (0..count).map(|_| self.some_remedy()).collect();
                self.proposed.extend(remedies.iter().cloned());
                self.versioned = remedies.iter().flat_map(|remedy| policy::paths_named(&remedy.actions)).collect();
                self.versioned.retain(|path| model::is_versioned(path));
                Fact::RemediesProposed { incident, remedies, versioned: self.versioned.clone(), faults: Vec::new() }
            }
            Decision::PrepareRerun { incident, is_beside_others: true, .. }
            | Decision::PrepareTrial { incident, is_beside_others: true, keeps_scratch: false, .. }
                if self.choices.one_in(12) =>
            {
                self.watches.entry(incident.clone()).or_default().may_be_open = false;
                Fact::ScratchRefused { incident, problem: "there is no overlay".to_owned() }
            }
            Decision::PrepareRerun { incident, .. } => {
                let problem = self.choices.one_in(6).then(|| "no scratch".to_owned());
                self.open_scratch(&incident);
                let scratch = self.choices.of(&[ScratchKind::Overlay, ScratchKind::Copy, ScratchKind::InPlace]);
                Fact::TrialPrepared { incident, scratch, changes: Vec::new(), env: Vec::new(), problem }
            }
            Decision::PrepareTrial { incident, remedy, keeps_scratch, .. } => {
                if !keeps_scratch {
                    self.open_scratch(&incident);
                }
                let changes = self.some_changes(&incident, &remedy.actions);
                let problem = self.choices.one_in(6).then(|| "a step failed".to_owned());
                let scratch = self.choices.of(&[ScratchKind::Overlay, ScratchKind::Overlay, ScratchKind::InPlace]);
                Fact::TrialPrepared { incident, scratch, changes, env: Vec::new(), problem }
            }
            Decision::InspectScratch { incident } => {
                if self.choices.one_in(8) {
                    return unread(incident);
                }
                let changes = self.some_changes(&incident, &[]);
                Fact::ScratchInspected { incident, changes }
            }
            Decision::CommitScratch { incident }
                if self.watches[&incident].is_beside_others && self.choices.one_in(6) =>
            {
                Fact::ScratchOverlaps { incident, path: "target/debug".to_owned() }
            }
            Decision::CommitScratch { incident } => {
                let fact = self.close(incident, |incident| Fact::ScratchCommitted { incident });
                self.note_commit(&fact);
                fact
            }
            Decision::DropScratch { incident } => self.close(incident, |incident| Fact::ScratchDropped { incident }),
            Decision::SavePatch { incident } if self.choices.one_in(8) => unread(incident),
            Decision::SavePatch { incident } => {
                Fact::PatchSaved { incident, path: "p".to_owned(), digest: String::new() }
            }
            Decision::SaveTicket { incident, .. } => Fact::TicketSaved { incident, path: "t".to_owned() },
            other => unreachable!("{other:?} has no answer"),
        }
    }

    fn close(&mut self, incident: IncidentId, fact: impl Fn(IncidentId) -> Fact) -> Fact {
        // A scratch that is stuck counts as closed here: that it is said so is checked at the end.
        self.watches.entry(incident.clone()).or_default().may_be_open = false;
        if self.choices.one_in(8) { stuck(incident) } else { fact(incident) }
    }

    /// The oracle.
    fn check(&mut self, decision: &Decision) {
        assert!(self.result.is_none(), "{decision:?} after the end of the run");
        match decision {
            Decision::StartAttempt { stage, purpose: Purpose::Plain, .. } => self.check_start(stage),
            Decision::StartAttempt { purpose: Purpose::Trial { incident }, .. } => {
                let most = self.run.pipeline().healing.max_attempts;
                let watch = self.watches.entry(incident.clone()).or_default();
                watch.trials += 1;
                watch.in_scratch.0 += 1;
                assert!(watch.trials <= most, "{incident} has its trial number {} of {most}", watch.trials);
                self.check_scratch(incident);
                self.check_conditions(decision);
            }
            Decision::CheckCache { stage, .. } => self.check_needs(stage),
            Decision::RestoreOutputs { stage, key } => {
                assert!(key.as_str().starts_with(stage.as_str()), "{stage} gets the outputs of {key}");
            }
            Decision::StoreOutputs { stage, .. } => self.check_kept(stage),
            Decision::AskHealers { incident, findings, tried, .. } => self.note_question(incident, findings, tried),
            Decision::StartAttempt { purpose: Purpose::Verify { incident }, .. } => {
                self.check_conditions(decision);
                self.check_verification(incident);
            }
            Decision::StartAttempt { .. } => self.check_conditions(decision),
            Decision::Weighed { .. } => {}
            Decision::Vouched { incident, entry, .. } => {
                let root = self.watches[incident].findings.first().expect("a failure with a cause is quarantined");
                assert_eq!(root.signature, entry.signature, "{incident} is taken for another failure");
                assert!(self.run.pipeline().quarantine.contains(entry), "{entry:?} stands nowhere");
            }
            Decision::PrepareRerun { incident, stage, number, is_beside_others } => {
                self.check_rerun(incident, stage, *number, *is_beside_others);
            }
            Decision::PutOff { incident, .. } => self.check_put_off(incident),
            Decision::JoinIncident { incident, stage, into } => self.check_join(incident, stage, into),
            Decision::Diagnose { incident, .. } => {
                assert!(self.plain.is_empty(), "{incident} is worked on while {:?} run", self.plain);
            }
            Decision::PrepareTrial { incident, stage, remedy, keeps_scratch, is_beside_others, .. } => {
                self.check_remedy(stage, remedy);
                self.check_budgets(incident, stage);
                self.check_benched(incident, remedy);
                let most = self.run.pipeline().healing.max_attempts;
                let watch = self.watches.entry(incident.clone()).or_default();
                watch.prepared += 1;
                if !keeps_scratch {
                    watch.in_scratch = (0, 0);
                    watch.is_beside_others = *is_beside_others;
                }
                watch.in_scratch.1 += 1;
                watch.is_vouched = false;
                assert!(watch.prepared <= most, "{incident} prepares {} of {most} trials", watch.prepared);
                assert_eq!(watch.may_be_open, *keeps_scratch, "{incident} opens a scratch while one is open");
                watch.may_be_open = true;
                self.check_open_scratches();
            }
            Decision::CommitScratch { incident } | Decision::SavePatch { incident } => {
                let is_commit = matches!(decision, Decision::CommitScratch { .. });
                let patches = self.run.pipeline().healing.patches;
                self.check_scratch(incident);
                let watch = &self.watches[incident];
                assert!(!watch.accounts.control_passed, "{decision:?} although the stage passed without it");
                let is_a_patch = watch.holds_versioned() && (patches == Patches::Propose || watch.is_vouched);
                assert!(!(is_commit && is_a_patch), "{incident} commits a patch that is only to be offered");
                if is_commit {
                    self.check_quiet(incident);
                }
            }
            Decision::InspectScratch { .. } | Decision::DropScratch { .. } => {}
            Decision::SaveTicket { incident, body, .. } => {
                let joined = &self.watches[incident].joined;
                let unnamed = joined.iter().find(|stage| !body.contains(&format!("- {stage}")));
                assert_eq!(unnamed, None, "the ticket of {incident} does not name all its stages");
            }
            Decision::EndIncident { incident, end, .. } => {
                self.check_end_of(incident, *end);
                let watch = self.watches.entry(incident.clone()).or_default();
                assert!(!watch.may_be_open, "{incident} ends with an open scratch");
                assert!(!std::mem::replace(&mut watch.is_ended, true), "{incident} ends twice");
            }
            Decision::EndStage { stage, result, qualifier, .. } => {
                let before = self.ended.insert(stage.clone(), (*result, *qualifier));
                assert_eq!(before, None, "{stage} ends twice");
                let is_clean = *result == RunResult::Success && *qualifier == Qualifier::Clean;
                assert!(!(is_clean && self.failed.contains(stage)), "{stage} failed and passed and is called clean");
                let is_listed = self.run.pipeline().quarantine.iter().any(|entry| entry.stage == *stage);
                assert!(*qualifier != Qualifier::Quarantined || is_listed, "nobody vouches for {stage}");
                let is_proven = self.passed_in_scratch.contains(stage);
                assert!(
                    *qualifier != Qualifier::Healed || is_proven,
                    "{stage} is healed and never passed with a remedy"
                );
            }
            Decision::CancelAttempts => self.is_stopping = true,
            Decision::EndRun { result, qualifier } => self.result = Some((*result, *qualifier)),
        }
    }

    /// Only what is clean, and made from what is clean, is kept.
    fn check_kept(&self, stage: &StageName) {
        assert!(!self.failed.contains(stage), "the outputs of {stage} are kept although it failed before");
        let definition = self.run.pipeline().stages.iter().find(|other| &other.name == stage).expect("a known stage");
        assert!(definition.is_idempotent && !definition.inputs.is_empty(), "{stage} is none that is kept");
        for need in &definition.needs {
            let is_clean = match self.ended.get(need) {
                Some((RunResult::Success, qualifier)) => *qualifier == Qualifier::Clean,
                Some((RunResult::Skip, _)) => self.unwanted.contains(need),
                _ => false,
            };
            assert!(is_clean, "the outputs of {stage} are kept although {need} is not clean");
        }
    }

    fn check_start(&mut self, stage: &StageName) {
        self.check_needs(stage);
        assert!(!self.restored.contains(stage), "{stage} runs although its outputs were put back");
        let most = self.run.pipeline().max_parallel as usize;
        assert!(self.plain.insert(stage.clone()), "{stage} runs twice at the same time");
        assert!(self.plain.len() <= most, "more than {most} stages run at the same time");
    }

    fn check_needs(&self, stage: &StageName) {
        let pipeline = self.run.pipeline();
        assert!(!self.is_stopping, "{stage} starts although the run is being stopped");
        let definition = pipeline.stages.iter().find(|other| &other.name == stage).expect("a known stage");
        for need in &definition.needs {
            let may_fail = pipeline.stages.iter().any(|other| &other.name == need && other.may_fail);
            let is_met = match self.ended.get(need) {
                Some((RunResult::Success, _)) => true,
                Some((RunResult::Skip, _)) => self.unwanted.contains(need),
                Some(_) => may_fail,
                None => false,
            };
            assert!(is_met, "{stage} starts before {need}, which it needs, has passed");
        }
    }

    fn check_remedy(&self, stage: &StageName, remedy: &Remedy) {
        let bad = model::bad_steps(&self.command_of(stage), remedy);
        assert!(bad.is_empty(), "{remedy:?} is tried on {stage}: {bad:?}");
        let healing = &self.run.pipeline().healing;
        assert_eq!(healing.mode, Mode::Auto, "a remedy is tried although the mode says no");
    }
}

fn unread(incident: IncidentId) -> Fact {
    Fact::ScratchUnread { incident, problem: "no space left on device".to_owned() }
}

fn stuck(incident: IncidentId) -> Fact {
    Fact::ScratchStuck { incident, problem: "no space left on device".to_owned() }
}
