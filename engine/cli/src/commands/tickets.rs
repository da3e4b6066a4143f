//! `selfheal tickets`: what was handed over to people, one ticket for each failure.

use crate::args::{Format, TicketsArgs};
use crate::drive;
use crate::exit::{self, Failure};
use crate::project::Project;
use crate::report::paint::{FAILED, NAME, PASSED, harmless, paint};

/// Characters of a title that are shown.
const SHOWN: usize = 160;

/// Lists them, the one that was seen last first.
pub fn tickets(args: TicketsArgs) -> Result<u8, Failure> {
    let project = Project::at(&args.dir)?;
    let mut tickets = match project.state.database().exists() {
        true => drive::open_store(&project.state)?.tickets().map_err(anyhow::Error::new)?,
        false => Vec::new(),
    };
    tickets.retain(|ticket| args.all || ticket.closed.is_none());
    if args.format == Format::Json {
        for ticket in &tickets {
            let line = serde_json::json!({
                "version": 1,
                "signature": ticket.signature,
                "code": ticket.code,
                "stage": ticket.stage,
                "incident": ticket.incident,
                "title": ticket.title,
                "path": ticket.path,
                "occurrences": ticket.occurrences,
                "first_seen": ticket.first_seen,
                "last_seen": ticket.last_seen,
                "runs": ticket.runs,
                "closed_by": ticket.closed.as_ref().map(|(run, _)| run),
                "closed": ticket.closed.as_ref().map(|(_, at)| at),
            });
            say!("{line}");
        }
        return Ok(exit::PASSED);
    }
    if tickets.is_empty() {
        let which = if args.all { "no ticket" } else { "no open ticket" };
        say!("there is {which} of {}", project.root.display());
        return Ok(exit::PASSED);
    }
    for ticket in &tickets {
        let word = match &ticket.closed {
            Some((run, _)) => paint(PASSED, format!("✓ closed by {run}")),
            None => paint(FAILED, "✗ open"),
        };
        say!("{word}  {}", harmless(&ticket.title, SHOWN));
        let times = if ticket.occurrences == 1 { "once".to_owned() } else { format!("{} times", ticket.occurrences) };
        say!("    seen {times}, last at {} in stage {}", ticket.last_seen, ticket.stage);
        if let Some(path) = &ticket.path {
            say!("    {}", paint(NAME, path));
        }
    }
    Ok(exit::PASSED)
}
