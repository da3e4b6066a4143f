//! `selfheal replay --policy FILE`: what another policy would have made of recorded incidents.

use std::path::Path;

use anyhow::{Context as _, anyhow};
use pipeline::definition::{self, Pipeline};
use pipeline::replay::policy::{Change, Foreseen, foresee};
use store::HistoryFilter;

use super::explain::recorded;
use super::learn::counted;
use crate::args::{Format, ReplayArgs};
use crate::drive;
use crate::exit::{self, Failure};
use crate::report::paint::{HEALED, NAME, PASSED, harmless, paint};

/// Characters of a title or reason that are shown.
const SHOWN: usize = 200;

/// Says it, one incident after the other.
pub fn replay(args: &ReplayArgs, file: &Path) -> Result<u8, Failure> {
    let policy = read(file)?;
    let (project, run, _) = recorded(&args.of)?;
    let store = drive::open_store(&project.state)?;
    let runs = match args.last {
        Some(limit) => {
            let newest = store.history(limit as usize, &HistoryFilter::default()).map_err(anyhow::Error::new)?;
            newest.into_iter().rev().map(|summary| summary.run).collect()
        }
        None => vec![run],
    };
    let (mut incidents, mut differ, mut unknown) = (0, 0, 0);
    for run in &runs {
        let records = store.records(run).map_err(anyhow::Error::new)?;
        let foreseen =
            foresee(&records, &policy.healing, &policy.detection).with_context(|| format!("replay {run}"))?;
        for one in &foreseen {
            incidents += 1;
            unknown += usize::from(one.change == Change::Unknown);
            differ += usize::from(!matches!(one.change, Change::Same | Change::Unknown));
            match args.of.format {
                Format::Json => say!("{}", line_of(one)?),
                Format::Human => tell(one),
            }
        }
    }
    let same = incidents - differ - unknown;
    if args.of.format == Format::Json {
        let summary = serde_json::json!({
            "version": 1, "kind": "summary", "runs": runs.len(), "incidents": incidents, "same": same,
            "differ": differ, "unknown": unknown,
        });
        say!("{summary}");
        return Ok(exit::PASSED);
    }
    let unknown = if unknown > 0 { format!(", {unknown} cannot be told") } else { String::new() };
    let (what, of) = (counted(incidents, "incident"), counted(runs.len(), "run"));
    say!("{what} in {of}: {same} the same, {differ} otherwise{unknown}");
    if differ > 0 {
        say!("    what would have happened after a different decision cannot be known from the record");
    }
    Ok(exit::PASSED)
}

/// The settings of a file; it needs no stages.
fn read(file: &Path) -> Result<Pipeline, Failure> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("read the policy {}", file.display()))
        .map_err(Failure::bad_input)?;
    let parsed = definition::parse_settings(&text, &file.display().to_string());
    Ok(parsed.map_err(|errors| Failure::bad_input(anyhow!("{errors}")))?.pipeline)
}

fn line_of(foreseen: &Foreseen) -> Result<serde_json::Value, Failure> {
    let mut line = serde_json::to_value(foreseen).map_err(anyhow::Error::new)?;
    line["version"] = 1.into();
    line["kind"] = "incident".into();
    Ok(line)
}

fn tell(foreseen: &Foreseen) {
    let shown = |text: &str| harmless(text, SHOWN);
    let (style, text) = match &foreseen.change {
        Change::Same => (PASSED, "✓ the same decisions".to_owned()),
        Change::WouldTry { title, strategy, instead_of: None } => {
            (HEALED, format!("! would have tried: {} ({strategy})", shown(title)))
        }
        Change::WouldTry { title, strategy, instead_of: Some(other) } => {
            (HEALED, format!("! would have tried: {} ({strategy}) instead of: {}", shown(title), shown(other)))
        }
        Change::WouldNotTry { title: Some(title) } => (HEALED, format!("! would not have tried: {}", shown(title))),
        Change::WouldNotTry { title: None } => (HEALED, "! would not have asked for a remedy".to_owned()),
        Change::WouldTell { title } => (HEALED, format!("! would only have told about: {}", shown(title))),
        Change::WouldRefuse { title, reason } => {
            (HEALED, format!("! would have refused: {}: {}", shown(title), shown(reason)))
        }
        Change::WouldAllow { title } => (HEALED, format!("! would not have refused: {}", shown(title))),
        Change::WouldPropose => (HEALED, "! would have offered a patch instead of applying it".to_owned()),
        Change::WouldApply => (HEALED, "! would have applied the change instead of offering it".to_owned()),
        Change::WouldAsk => (HEALED, "! would have asked for a remedy".to_owned()),
        Change::WouldCheck => (HEALED, "! would have checked with an attempt without the remedy".to_owned()),
        Change::WouldDecide { recorded, decided } => {
            (HEALED, format!("! would have decided {decided} where it decided {recorded}"))
        }
        Change::Unknown => {
            (HEALED, "? cannot be told: another incident of the run would have gone another way".to_owned())
        }
    };
    let place = foreseen.seq.map_or_else(String::new, |seq| format!(" (after record {seq})"));
    say!("{}  stage {}  {}{place}", paint(NAME, &foreseen.incident), foreseen.stage, paint(style, text));
}
