//! Tickets: one for each failure that was handed over to a person, however often it happened.

use std::collections::BTreeMap;

use pipeline::id::{IncidentId, RunId, StageName};
use pipeline::time::Timestamp;

use crate::approvals::passed_since;
use crate::columns::{collect, moment};
use crate::error::StoreError;
use crate::store::Store;

/// What was handed over, once for each signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Signature of the failure; id of the incident where the failure has none.
    pub signature: String,
    /// Finding code.
    pub code: Option<String>,
    /// The stage in which it happened last.
    pub stage: StageName,
    /// The incident that it happened as last.
    pub incident: IncidentId,
    /// Title of the last hand-over.
    pub title: String,
    /// Text of the last hand-over, in Markdown.
    pub body: String,
    /// Labels, with a comma and a space between them.
    pub labels: String,
    /// The file.
    pub path: Option<String>,
    /// How often it was handed over.
    pub occurrences: u64,
    /// When first.
    pub first_seen: Timestamp,
    /// When last.
    pub last_seen: Timestamp,
    /// The runs, oldest first.
    pub runs: Vec<RunId>,
    /// The run in which every stage of it had passed clean since, and when; `None` while it is open.
    pub closed: Option<(RunId, Timestamp)>,
}

struct HandOver {
    signature: String,
    scope: String,
    ticket: Ticket,
}

impl Store {
    /// All tickets, the one that was seen last first.
    pub fn tickets(&self) -> Result<Vec<Ticket>, StoreError> {
        self.read("read the tickets", |transaction| {
            let mut statement = transaction.prepare_cached(
                "SELECT tickets.*, incidents.stage, incidents.code, runs.scope,
                        coalesce(incidents.signature, tickets.incident) AS key
                 FROM tickets JOIN incidents USING (incident) JOIN runs ON runs.run = tickets.run
                 ORDER BY tickets.saved, tickets.incident",
            )?;
            let all = collect(statement.query([])?, |row| {
                let (signature, saved): (String, _) = (row.get("key")?, moment(row, "saved")?);
                let ticket = Ticket {
                    signature: signature.clone(),
                    code: row.get("code")?,
                    stage: StageName::new(row.get::<_, String>("stage")?),
                    incident: IncidentId::new(row.get::<_, String>("incident")?),
                    title: row.get("title")?,
                    body: row.get("body")?,
                    labels: row.get("labels")?,
                    path: row.get("path")?,
                    occurrences: 1,
                    first_seen: saved,
                    last_seen: saved,
                    runs: vec![RunId::new(row.get::<_, String>("run")?)],
                    closed: None,
                };
                Ok(HandOver { signature, scope: row.get("scope")?, ticket })
            })?;
            let mut groups: BTreeMap<String, Vec<HandOver>> = BTreeMap::new();
            for one in all {
                groups.entry(one.signature.clone()).or_default().push(one);
            }
            let mut tickets = Vec::new();
            for group in groups.into_values() {
                // The last hand-over of each stage; the ticket is closed when all of them have passed since.
                let mut last: BTreeMap<(&str, &str), &HandOver> = BTreeMap::new();
                for one in &group {
                    last.insert((&one.scope, one.ticket.stage.as_str()), one);
                }
                let mut passed = Vec::new();
                for one in last.values() {
                    let (ticket, run) = (&one.ticket, &one.ticket.runs[0]);
                    passed.push(passed_since(transaction, &one.scope, &ticket.stage, run, Some(ticket.last_seen))?);
                }
                let closed: Option<Vec<_>> = passed.into_iter().collect();
                tickets.extend(sum(group, closed.and_then(|all| all.into_iter().max_by_key(|(_, at)| *at))));
            }
            tickets.sort_by_key(|ticket| std::cmp::Reverse(ticket.last_seen));
            Ok(tickets)
        })
    }
}

/// One ticket of all hand-overs of a signature, which come oldest first.
fn sum(group: Vec<HandOver>, closed: Option<(RunId, Timestamp)>) -> Option<Ticket> {
    let first_seen = group.first()?.ticket.first_seen;
    let occurrences = group.len() as u64;
    let mut runs: Vec<RunId> = group.iter().flat_map(|one| one.ticket.runs.clone()).collect();
    runs.dedup();
    let last = group.into_iter().next_back()?.ticket;
    Some(Ticket { occurrences, first_seen, runs, closed, ..last })
}
