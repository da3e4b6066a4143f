//! What is said about failures that may be flaky: for which a person vouches, and which are only suspected.

use std::collections::{HashMap, HashSet};

use pipeline::definition::{Mode, Quarantine};
use pipeline::event::Licence;
use pipeline::healing::UNKNOWN_CODE;
use pipeline::id::{IncidentId, Signature, StageName};
use pipeline::incident::IncidentEnd;
use pipeline::outcome::Qualifier;
use pipeline::source::{Earlier, EarlierFailure, Source};
use pipeline::time::{Day, Timestamp};

use super::paint::{FAILED, HEALED, harmless, paint};

/// Owner of an entry that somebody has to complete; the pipeline file's reader refuses it.
const OWNER: &str = "<who looks after it>";

/// Days that a printed entry lasts. Long enough to find the cause, short enough to be remembered.
const DAYS: u64 = 30;

/// Most characters of a text from the pipeline file or the log.
const WIDEST: usize = 160;

/// What is remembered between records.
#[derive(Default)]
pub struct Memory {
    licences: HashMap<IncidentId, (Quarantine, u64)>,
    /// Those whose stage was run again under their licence.
    reruns: HashSet<IncidentId>,
    quarantined: Vec<(Quarantine, u64)>,
    suspects: Vec<(StageName, Signature)>,
    /// Stages that failed in an earlier run on the same commit.
    earlier: Vec<EarlierFailure>,
    /// Those of them that passed now.
    repeated: Vec<EarlierFailure>,
}

impl Memory {
    /// What earlier runs on the same commit have to say.
    pub fn begin(&mut self, source: Option<&Source>, earlier: &Earlier) {
        if source.is_some_and(|source| source.clean_commit().is_some()) {
            self.earlier.clone_from(&earlier.failures);
        }
    }

    /// What the pass of a stage means if it failed before on the same commit.
    pub fn passed(&mut self, stage: &StageName, qualifier: Qualifier) {
        if qualifier == Qualifier::FlakySuspect {
            self.repeated.extend(self.earlier.iter().filter(|failure| failure.stage == *stage).cloned());
        }
    }

    /// What a person's word is worth.
    pub fn vouched(&mut self, incident: &IncidentId, entry: &Quarantine, licence: &Licence, mode: Mode) -> Vec<String> {
        let (owner, reason) = (harmless(&entry.owner, WIDEST), harmless(&entry.reason, WIDEST));
        let until = entry.until;
        vec![match licence {
            Licence::RunsAgain { days_left } if mode == Mode::Auto => {
                self.licences.insert(incident.clone(), (entry.clone(), *days_left));
                let left = days(*days_left);
                format!(
                    "  {} {owner} vouches for this failure until {until} ({left}): {reason}",
                    paint(HEALED, "quarantined:")
                )
            }
            Licence::RunsAgain { .. } => {
                format!("  would run it again: {owner} vouches for this failure until {until}: {reason}")
            }
            Licence::Expired => {
                let title = paint(FAILED, "quarantine expired:");
                format!("  {title} it ended with {until}, so this failure counts as any other; its owner is {owner}")
            }
            Licence::NotAlone { beside } => {
                let (title, beside) = (paint(FAILED, "quarantine does not count:"), harmless(beside, WIDEST));
                format!("  {title} beside the failure that {owner} vouches for stands {beside}")
            }
        }]
    }

    /// What the end of an incident adds to that.
    pub fn ended(
        &mut self,
        incident: &IncidentId,
        stage: &StageName,
        end: IncidentEnd,
        signature: Option<&Signature>,
    ) -> Vec<String> {
        let is_known = |signature: &&Signature| !signature.as_str().starts_with(UNKNOWN_CODE);
        match (end, self.licences.remove(incident)) {
            (IncidentEnd::Quarantined, Some(licence)) => self.quarantined.push(licence),
            (IncidentEnd::FlakySuspect, _) => {
                self.suspects.extend(signature.filter(is_known).map(|one| (stage.clone(), one.clone())));
            }
            (IncidentEnd::Superseded | IncidentEnd::Healed, _) | (_, None) => {}
            (_, Some((entry, _))) if self.reruns.contains(incident) => {
                let owner = harmless(&entry.owner, WIDEST);
                return vec![format!(
                    "  {} it did not pass when it was run again; its owner is {owner}",
                    paint(FAILED, "→ quarantine:")
                )];
            }
            (_, Some(_)) => {}
        }
        Vec::new()
    }

    /// The line of a further attempt; `of` says for which stage, where there are several.
    pub fn rerun(&mut self, incident: &IncidentId, of: &str, number: u32) -> String {
        self.reruns.insert(incident.clone());
        format!("  {}{of} running it again, unchanged (attempt {number} under quarantine)", paint(HEALED, "tried"))
    }

    /// What has to be said once more, loudly, when all else is told.
    pub fn at_end(&self, at: u64, run: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for (entry, left) in &self.quarantined {
            let (owner, reason) = (harmless(&entry.owner, WIDEST), harmless(&entry.reason, WIDEST));
            let (stage, left) = (&entry.stage, days(*left));
            lines.push(format!(
                "{} {stage} failed and passed; owner {owner}, {left}: {reason}",
                paint(HEALED, "quarantined:")
            ));
        }
        for failure in &self.repeated {
            lines.push(format!("{} {} {failure}", paint(HEALED, "flaky-suspect:"), failure.stage));
        }
        for (stage, signature) in &self.suspects {
            let entry = Quarantine {
                stage: stage.clone(),
                signature: signature.clone(),
                owner: OWNER.to_owned(),
                until: Day::of(Timestamp(at)).plus(DAYS),
                reason: format!("it failed and passed in {run}"),
            };
            lines.push(format!(
                "hint: if somebody vouches that this failure of {stage} is flaky, add to selfheal.toml:"
            ));
            lines.extend(entry.to_toml().lines().map(|line| format!("    {line}")));
        }
        lines
    }
}

fn days(left: u64) -> String {
    match left {
        0 => "today is the last day".to_owned(),
        1 => "1 day left".to_owned(),
        left => format!("{left} days left"),
    }
}

#[cfg(test)]
mod tests {
    use pipeline::definition::parse;

    use super::*;

    #[test]
    fn the_printed_entry_is_refused_until_somebody_is_named() {
        let mut memory = Memory::default();
        let (incident, signature) = (IncidentId::new("r-1.1"), Signature::new("python.test-failed:8b3d84eefcfffb21"));
        memory.ended(&incident, &StageName::new("test"), IncidentEnd::FlakySuspect, Some(&signature));
        let lines = memory.at_end(1_795_440_000_000, "r-1");
        let stage = "[[stage]]\nname = \"test\"\nrun = \"make\"\n";
        let file = format!("{stage}{}\n", lines[1..].join("\n"));
        let refused = parse(&file, "selfheal.toml").expect_err("the owner is missing").to_string();
        assert!(refused.contains("`owner` is still the placeholder"), "{refused}");
        assert_eq!(refused.matches("selfheal.toml:").count(), 1, "{refused}");
        let parsed = parse(&file.replace(OWNER, "ada"), "selfheal.toml").expect("with an owner it is whole");
        let entry = &parsed.pipeline.quarantine[0];
        assert_eq!((&entry.signature, entry.until.to_string().as_str()), (&signature, "2026-12-23"));
    }

    #[test]
    fn nobody_is_asked_to_vouch_for_an_unknown_cause() {
        let mut memory = Memory::default();
        let signature = Signature::new("system.unknown-failure:1");
        memory.ended(&IncidentId::new("r-1.1"), &StageName::new("test"), IncidentEnd::FlakySuspect, Some(&signature));
        assert!(memory.at_end(0, "r-1").is_empty());
    }
}
