//! What notifiers are told about a run, made from decisions that are on record.
//!
//! Told once, after the decision was journaled, by the process that made it: a replay tells nothing, and a run that goes on
//! after its engine died does not tell again what it told before. What was journaled in the moment of death is not told.

use pipeline::event::Decision;
use pipeline::incident::IncidentEnd;
use pipeline::run::Run;
use pipeline::time::Timestamp;

use crate::ports::News;

/// Kind of the news that an incident is over.
const INCIDENT_ENDED: &str = "incident-ended";

/// The news of an incident's end; `None` for another decision.
pub(crate) fn of_end(decision: &Decision, run: &Run, at: Timestamp) -> Option<News> {
    let Decision::EndIncident { incident, stage, end, signature, category, code, strategy, .. } = decision else {
        return None;
    };
    let known = run.incidents().iter().find(|known| known.id() == incident);
    let cause = known.and_then(|known| known.root()).map(|root| root.text.clone());
    let title = format!("stage {stage}: {}", sentence(*end));
    let body = match &cause {
        Some(cause) => format!("{title}\n\n    {}", cause.replace('\n', " ")),
        None => title.clone(),
    };
    let facts = [
        ("incident", Some(incident.to_string())),
        ("stage", Some(stage.to_string())),
        ("ended", Some(end.as_str().to_owned())),
        ("category", category.clone()),
        ("code", code.clone()),
        ("signature", signature.as_ref().map(ToString::to_string)),
        ("cause", cause),
        ("strategy", strategy.clone()),
        ("at", Some(at.to_string())),
    ];
    let known = |(key, value): (&str, Option<String>)| Some((key.to_owned(), value.filter(|text| !text.is_empty())?));
    Some(News {
        kind: INCIDENT_ENDED.to_owned(),
        run: run.id().to_string(),
        title,
        body,
        attrs: facts.into_iter().filter_map(known).collect(),
    })
}

fn sentence(end: IncidentEnd) -> &'static str {
    match end {
        IncidentEnd::Healed => "healed and verified",
        IncidentEnd::FlakySuspect => "passed without the remedy too",
        IncidentEnd::Quarantined => "passed when it was run again, and a person vouches for its failure",
        IncidentEnd::Proposed => "a patch was verified and is offered",
        IncidentEnd::Reported => "nothing was changed",
        IncidentEnd::Escalated => "a person has to take over",
        IncidentEnd::Joined => "another stage failed in the same way, and both are one incident",
        IncidentEnd::Stuck => "healing left something that it could not undo",
        IncidentEnd::Superseded => "the run ended first",
    }
}
