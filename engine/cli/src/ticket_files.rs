//! Tickets as files: one for each failure, with its standing at the top. The record is the truth; the file is written anew
//! from it whenever something happened.

use std::path::Path;

use store::{Store, Ticket};

/// Writes every ticket whose file does not say what the record says.
pub fn refresh(store: &Store) -> Result<(), anyhow::Error> {
    for ticket in store.tickets()? {
        let Some(path) = ticket.path.as_deref().map(Path::new).filter(|path| path.is_absolute()) else { continue };
        let text = text_of(&ticket);
        if std::fs::read_to_string(path).ok().as_deref() != Some(&text) {
            std::fs::write(path, text)?;
        }
    }
    Ok(())
}

/// The ticket in Markdown.
fn text_of(ticket: &Ticket) -> String {
    let standing = match &ticket.closed {
        Some((run, at)) => format!("**Closed**: stage `{}` passed clean in run `{run}` at {at}.", ticket.stage),
        None => format!("**Open**: stage `{}` has not passed clean since.", ticket.stage),
    };
    let times = if ticket.occurrences == 1 { "once".to_owned() } else { format!("{} times", ticket.occurrences) };
    let runs: Vec<String> = ticket.runs.iter().map(|run| format!("`{run}`")).collect();
    let labels = if ticket.labels.is_empty() { String::new() } else { format!("\nLabels: {}\n", ticket.labels) };
    format!(
        "# {}\n\n{standing}\n\nSeen {times}, first at {}, last at {} (incident `{}`). Runs: {}.\n{labels}\n{}\n",
        ticket.title,
        ticket.first_seen,
        ticket.last_seen,
        ticket.incident,
        runs.join(", "),
        ticket.body.trim_end()
    )
}
