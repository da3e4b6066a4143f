//! What happens to a failure that a person vouches for: the stage runs again, unchanged, in a scratch, to decide.
//!
//! Rejected: running it again in the workspace. What a failing attempt leaves behind would be there for the next one, and the
//! never-list could not be asked about what a pass has changed.

use serde::{Deserialize, Serialize};

use super::planning::judge_changes;
use super::quiet::Errand;
use super::{After, Context, HealingError, Incident, Task, UNKNOWN_CODE};
use crate::definition::Quarantine;
use crate::event::{Decision, Fact, FileChange, Licence, Purpose, TriedNote};
use crate::finding::{Disposition, Finding};
use crate::id::{RemedyKey, Signature};
use crate::incident::IncidentEvent;

/// Attempts under one licence: one that fails again may be bad luck once.
const MOST_RERUNS: u32 = 2;

/// Confidence from which another error counts as a failure of its own. What a tool only repeats of a cause, its details and
/// its list of failed tests, is ranked below this (0.09 to 0.20 in logs of pytest, cargo, go and jest, measured 2026-11-23),
/// and a second failed test far above (0.46 to 0.89).
const OF_ITS_OWN: f64 = 0.3;

/// What a further attempt waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Step {
    Preparation,
    End { attempt: u32 },
    Diagnosis,
    Inspection { attempt: u32 },
    Commit { attempt: u32 },
}

impl Step {
    /// Whether a fact is what it waits for.
    pub(super) fn takes(&self, fact: &Fact) -> bool {
        matches!(
            (self, fact),
            (Self::Preparation, Fact::TrialPrepared { .. })
                | (Self::End { .. }, Fact::AttemptEnded { .. })
                | (Self::Diagnosis, Fact::Diagnosed { .. })
                | (Self::Inspection { .. }, Fact::ScratchInspected { .. } | Fact::ScratchUnread { .. })
                | (Self::Commit { .. }, Fact::ScratchCommitted { .. })
        )
    }
}

impl Incident {
    /// What the pipeline file says for this failure, if it says anything.
    pub(super) fn licence(&self, ctx: &Context<'_>) -> Option<(Quarantine, Licence)> {
        let evidence = self.evidence();
        let entry = entry_for(&evidence.findings, ctx)?.clone();
        let beside = self.beside(&evidence.findings, evidence.runner_up.as_ref());
        let licence = match (entry.until.days_left(ctx.now), beside) {
            (None, _) => Licence::Expired,
            (Some(_), Some(beside)) => Licence::NotAlone { beside },
            (Some(days_left), None) => Licence::RunsAgain { days_left },
        };
        Some((entry, licence))
    }

    /// What else went wrong besides the root cause, for a person.
    fn beside(&self, findings: &[Finding], runner_up: Option<&Finding>) -> Option<String> {
        if let Some(gate) = self.outcome.failed_gates.first() {
            return Some(format!("gate {gate}"));
        }
        if let Some(service) = &self.outcome.failed_service {
            return Some(service.clone());
        }
        other_failure(findings, runner_up).map(|other| format!("{}: {}", other.code, other.text))
    }

    /// Begins a further attempt; the budget was looked at.
    pub(super) fn run_again(&mut self, ctx: &mut Context<'_>) -> Result<Decision, HealingError> {
        self.note_opening();
        if self.ledger.enter(ctx.now).is_err() {
            return Ok(self.ask(ctx));
        }
        self.go(IncidentEvent::Licensed)?;
        self.reruns += 1;
        self.task = Task::Rerun(Step::Preparation);
        Ok(Decision::PrepareRerun {
            incident: self.id.clone(),
            stage: self.stage.clone(),
            number: self.reruns,
            is_beside_others: ctx.is_beside_others,
        })
    }

    pub(super) fn on_rerun(
        &mut self,
        step: Step,
        fact: &Fact,
        ctx: &mut Context<'_>,
    ) -> Result<Vec<Decision>, HealingError> {
        match (step, fact) {
            (Step::Preparation, Fact::TrialPrepared { problem, .. }) => {
                self.has_scratch = true;
                match problem {
                    Some(problem) => self.end_rerun(problem, None, After::AskAgain),
                    None => self.start_rerun(ctx),
                }
            }
            (Step::End { attempt }, Fact::AttemptEnded { outcome, .. }) => {
                self.ledger.charge_cpu(outcome.cpu_ms);
                if !outcome.is_success() {
                    // What goes wrong beside the failure in this attempt is looked at as well.
                    self.outcome = outcome.clone();
                    self.task = Task::Rerun(Step::Diagnosis);
                    return Ok(vec![self.diagnose(attempt)]);
                }
                self.task = Task::Rerun(Step::Inspection { attempt });
                Ok(vec![Decision::InspectScratch { incident: self.id.clone() }])
            }
            (Step::Diagnosis, Fact::Diagnosed { diagnosis, .. }) => {
                let findings = if diagnosis.root().is_some() { diagnosis.findings.as_slice() } else { &[] };
                let is_same = self.vouched.is_some() && entry_for(findings, ctx) == self.vouched.as_ref();
                let is_alone = self.beside(findings, diagnosis.runner_up.as_ref()).is_none();
                let signature = findings.first().map(|root| root.signature.clone());
                let reason = match findings.first() {
                    Some(_) if is_same && is_alone => "it failed the same way".to_owned(),
                    Some(root) if !is_same => format!("it failed with {}: {}", root.code, root.text),
                    Some(_) => "another failure stands beside it now".to_owned(),
                    None => "it failed, and its log does not show why".to_owned(),
                };
                let may_go_on = is_same && is_alone && self.reruns < MOST_RERUNS && self.trials_left(ctx) > 0;
                let after = if may_go_on { After::RunAgain } else { After::AskAgain };
                self.end_rerun(&reason, signature, after)
            }
            (Step::Inspection { .. }, Fact::ScratchUnread { problem, .. }) => {
                self.end_rerun(problem, None, After::AskAgain)
            }
            (Step::Inspection { attempt }, Fact::ScratchInspected { changes, .. }) => match is_kept(changes, ctx) {
                Ok(()) => {
                    self.task = Task::Quiet(Errand::Rerun { attempt });
                    Ok(Vec::new())
                }
                Err(reason) => self.end_rerun(&reason, None, After::AskAgain),
            },
            (Step::Commit { attempt }, Fact::ScratchCommitted { .. }) => {
                self.has_scratch = false;
                self.go(IncidentEvent::PassedAgain)?;
                self.adopted = Some(attempt);
                self.close(crate::incident::IncidentEnd::Quarantined, None)
            }
            (step, fact) => Err(HealingError::Unexpected {
                incident: self.id.clone(),
                task: format!("{step:?}"),
                fact: format!("{fact:?}").chars().take(80).collect(),
            }),
        }
    }

    fn start_rerun(&mut self, ctx: &mut Context<'_>) -> Result<Vec<Decision>, HealingError> {
        self.go(IncidentEvent::Prepared)?;
        let attempt = ctx.attempts.next(&self.stage);
        self.task = Task::Rerun(Step::End { attempt });
        Ok(vec![Decision::StartAttempt {
            stage: self.stage.clone(),
            attempt,
            purpose: Purpose::Trial { incident: self.id.clone() },
            command: ctx.stage.command.clone(),
            env: Vec::new(),
            limits: ctx.stage.limits.clone(),
        }])
    }

    fn end_rerun(
        &mut self,
        reason: &str,
        signature: Option<Signature>,
        after: After,
    ) -> Result<Vec<Decision>, HealingError> {
        let owner = self.vouched.as_ref().map_or("", |entry| entry.owner.as_str());
        // Healers and the policy see it as the retry that it is, so that nobody proposes another one.
        self.tried.push(TriedNote {
            key: RemedyKey::new(format!("rerun:{}", self.reruns)),
            strategy: "retry".to_owned(),
            title: format!("run it again, because {owner} vouches for the failure"),
            disposition: Disposition::Retry,
            ended: "ineffective".to_owned(),
            reason: reason.to_owned(),
            signature,
        });
        self.go(IncidentEvent::DidNotHelp)?;
        self.undo(after)
    }

    /// What a ticket says about the person's word, as a section of Markdown; nothing where there is none.
    pub(super) fn word_of_quarantine(&self) -> String {
        let Some(Quarantine { owner, until, reason, .. }) = &self.vouched else { return String::new() };
        let times = if self.reruns == 1 { "once".to_owned() } else { format!("{} times", self.reruns) };
        format!(
            "\n\n## Quarantine\n\nOwner: {owner}. The failure is quarantined until {until} ({reason}). The stage was run \
             again {times} and did not pass, so this counts as an ordinary failure.\n"
        )
    }
}

/// The entry for the root of a diagnosis. One that is expired is found too.
fn entry_for<'a>(findings: &[Finding], ctx: &Context<'a>) -> Option<&'a Quarantine> {
    let root = findings.first().filter(|root| root.code != UNKNOWN_CODE)?;
    let fits = |entry: &&Quarantine| entry.stage == ctx.stage.name && entry.signature == root.signature;
    ctx.pipeline.quarantine.iter().find(fits)
}

/// An error that is no part of the root's own story. Tools' closing summaries say nothing new, unless they count several
/// failures; by convention their codes end in that word.
fn other_failure<'a>(findings: &'a [Finding], runner_up: Option<&'a Finding>) -> Option<&'a Finding> {
    let root = findings.first()?;
    let is_other = |finding: &&Finding| {
        if finding.severity != "error" || finding.signature == root.signature {
            return false;
        }
        if finding.code.ends_with("summary") { counts_several(&finding.text) } else { finding.confidence >= OF_ITS_OWN }
    };
    findings.iter().chain(runner_up).find(is_other)
}

/// Whether a summary says that more than one thing failed: `2 failed, 5 passed`.
fn counts_several(text: &str) -> bool {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_count = |word: &str| word.parse::<u64>().is_ok_and(|count| count > 1);
    words.windows(2).any(|pair| is_count(pair[0]) && pair[1].to_ascii_lowercase().starts_with("fail"))
}

/// Whether what a pass has changed may be kept. Nobody has looked at versioned files that it changed, and the rest of the
/// pipeline was not run with them.
fn is_kept(changes: &[FileChange], ctx: &Context<'_>) -> Result<(), String> {
    match judge_changes(changes, ctx)? {
        Disposition::Retry | Disposition::Auto => Ok(()),
        Disposition::Patch | Disposition::Never => {
            let changed = changes.iter().find(|change| change.is_versioned);
            let path = changed.map_or("a file", |change| change.path.as_str());
            Err(format!("it passed and changed {path}, which is under version control"))
        }
    }
}
