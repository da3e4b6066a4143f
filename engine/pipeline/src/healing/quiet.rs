//! What an incident does only while nobody is at work on another one of the same moment, and what it does if another one came
//! first.
//!
//! Remedies for different failures are tried side by side, each in a scratch of its own. Two things wait until everybody else
//! has finished or waits as well: the whole pipeline in scratch, because it runs stages that may not run beside those of the
//! others, and a commit, because nobody may look at a workspace that changes. After a commit those that still wait hold
//! scratches of a workspace that is no more. What they hold counts all the same if neither side changed a versioned file, the
//! remedies did not change the same folder of the environment, and no path at all was touched by both, which the workspace looks
//! at when it commits: the definition says that the stages themselves do not depend on each other. Otherwise it is put off:
//! undone, not counted, and tried again alone, where that cannot happen a second time.

use serde::{Deserialize, Serialize};

use super::{After, Context, HealingError, Incident, Task, Trial, rerun};
use crate::event::Decision;
use crate::finding::Disposition;
use crate::incident::IncidentEvent;

/// What is done when nobody else is at work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Errand {
    /// The whole pipeline runs in scratch, for a patch that is then offered, or applied.
    Verification { trial: Box<Trial>, is_offered: bool },
    /// The scratch of a remedy is committed.
    Commit(Box<Trial>),
    /// The scratch of a further attempt under a person's word is committed.
    Rerun { attempt: u32 },
}

/// What a commit changes in the workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Whether that may be a versioned file.
    pub is_versioned: bool,
    /// Paths that steps of remedies changed. What stages made is not in it.
    pub paths: Vec<String>,
}

/// The order in which those go on that wait for the others: so that as few as possible are put off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// It changes nothing in the workspace, whatever comes of it.
    Offer,
    /// It commits what is not versioned.
    Commit,
    /// It changes versioned files, and puts everybody off that comes later.
    Patch,
}

/// What an incident has used before its scratch was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Used {
    attempts: u32,
    tried: usize,
    reruns: u32,
}

impl Incident {
    /// Whether it waits for everybody else, and how urgent it is then.
    pub fn awaits_quiet(&self) -> Option<Rank> {
        match &self.task {
            Task::Quiet(Errand::Verification { is_offered: true, .. }) => Some(Rank::Offer),
            Task::Quiet(Errand::Verification { is_offered: false, .. }) => Some(Rank::Patch),
            Task::Quiet(Errand::Commit(trial)) if trial.disposition >= Disposition::Patch => Some(Rank::Patch),
            Task::Quiet(Errand::Commit(_) | Errand::Rerun { .. }) => Some(Rank::Commit),
            _ => None,
        }
    }

    /// What it changes in the workspace, while it commits.
    pub fn committing(&self) -> Option<Moved> {
        match &self.task {
            Task::Commit(trial) => {
                Some(Moved { is_versioned: trial.disposition >= Disposition::Patch, paths: trial.touched.clone() })
            }
            Task::Rerun(rerun::Step::Commit { .. }) => Some(Moved::default()),
            _ => None,
        }
    }

    /// Goes on, now that nobody else is at work. `moved` is what was committed since its scratch was opened.
    pub fn go_on(&mut self, moved: Option<&Moved>, ctx: &mut Context<'_>) -> Result<Vec<Decision>, HealingError> {
        let reason = moved.and_then(|moved| self.overtaken_by(moved));
        match (std::mem::replace(&mut self.task, Task::Nothing), reason) {
            (Task::Quiet(_), Some(reason)) => self.put_off(&reason, ctx),
            (Task::Quiet(Errand::Verification { trial, .. }), None) => self.verify_all(trial, ctx),
            (Task::Quiet(Errand::Commit(trial)), None) => {
                self.task = Task::Commit(trial);
                Ok(vec![Decision::CommitScratch { incident: self.id.clone() }])
            }
            (Task::Quiet(Errand::Rerun { attempt }), None) => {
                self.task = Task::Rerun(rerun::Step::Commit { attempt });
                Ok(vec![Decision::CommitScratch { incident: self.id.clone() }])
            }
            (task, _) => Err(HealingError::Unexpected {
                incident: self.id.clone(),
                task: format!("{task:?}").chars().take(40).collect(),
                fact: "that the others are quiet".to_owned(),
            }),
        }
    }

    /// Why what is in scratch may not be kept after a commit, as far as that can be told without a look at the scratch.
    fn overtaken_by(&self, moved: &Moved) -> Option<String> {
        let is_patch = self.awaits_quiet() != Some(Rank::Commit);
        if moved.is_versioned || is_patch {
            return Some("another remedy was committed first, and this one was not tried together with it".to_owned());
        }
        // Both remedies changed the same part of the environment, e.g. installed something in one folder.
        let Task::Quiet(Errand::Commit(trial)) = &self.task else { return None };
        let both = trial.touched.iter().find(|path| moved.paths.iter().any(|other| is_in_one_line(path, other)));
        both.map(|path| both_touch(path))
    }

    /// Notes what was used before a scratch is opened.
    pub(super) fn note_opening(&mut self) {
        if !self.has_scratch {
            self.used = Used { attempts: self.ledger.attempts(), tried: self.tried.len(), reruns: self.reruns };
        }
    }

    /// Undoes what is in scratch as if it had not been tried, and waits for another turn.
    ///
    /// Invariant: that happens to an incident once. Its next turn is its own, so nothing can come first then; if it is said
    /// all the same, what was tried stays counted and the budget ends the loop.
    pub(super) fn put_off(&mut self, reason: &str, ctx: &mut Context<'_>) -> Result<Vec<Decision>, HealingError> {
        if std::mem::replace(&mut self.was_put_off, true) {
            self.go(IncidentEvent::DidNotHelp)?;
            return self.undo(After::AskAgain);
        }
        self.go(IncidentEvent::PutOff)?;
        self.ledger.give_back(self.used.attempts);
        self.tried.truncate(self.used.tried);
        self.reruns = self.used.reruns;
        let mut decisions = vec![Decision::PutOff { incident: self.id.clone(), reason: reason.to_owned() }];
        decisions.extend(if self.has_scratch {
            self.drop_scratch(After::TurnAgain)?
        } else {
            self.on_dropped(After::TurnAgain, ctx)?
        });
        Ok(decisions)
    }
}

/// Whether two paths are the same or one lies below the other.
fn is_in_one_line(one: &str, other: &str) -> bool {
    let lies_below = |path: &str, top: &str| path.strip_prefix(top).is_some_and(|rest| rest.starts_with('/'));
    one == other || lies_below(one, other) || lies_below(other, one)
}

/// Why something is put off, for a person.
pub(super) fn both_touch(path: &str) -> String {
    format!("another remedy was committed first, and both touch {path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_in_one_line_with_what_lies_in_it_and_with_nothing_else() {
        for (one, other) in [("a", "a"), (".venv", ".venv/lib/x"), ("a/b/c", "a/b")] {
            assert!(is_in_one_line(one, other) && is_in_one_line(other, one), "{one} and {other}");
        }
        for (one, other) in [("a", "ab"), ("a/b", "a/c"), (".venv", "venv")] {
            assert!(!is_in_one_line(one, other) && !is_in_one_line(other, one), "{one} and {other}");
        }
    }
}
