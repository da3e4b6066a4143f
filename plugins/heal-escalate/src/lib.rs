//! Hands an incident over to a person: one ticket with the cause, the evidence, what was tried, how to see the failure again,
//! and what to check next.
//!
//! Role: healer, strategy `escalate`. Imports: none that needs a grant. [`ticket`] writes the text, [`next_steps`] knows what
//! to check for each kind of failure, [`install`] which package of the distribution is missing; this file only connects them.
//! Strategy `dependency`: the package itself, where the pipeline file grants this plugin the package manager.

use plugin_sdk::prelude::*;

pub mod install;
pub mod next_steps;
pub mod reproduction;
pub mod ticket;

/// Every remedy that does something is better than a ticket, so this one says the least about itself.
const CONFIDENCE: f64 = 0.05;

/// The plugin.
pub struct HealEscalate;

impl Healer for HealEscalate {
    fn handles() -> Result<Vec<Interest>, PluginError> {
        Ok(vec![Interest::code("*")])
    }

    fn propose(incident: Incident, log: &dyn Log) -> Result<Vec<Remedy>, PluginError> {
        let title = ticket::title(&incident);
        let installations = install::remedies(&incident, log);
        let already = incident.tried_with("escalate").any(|tried| tried.ended != "refused");
        if already {
            return Ok(installations);
        }
        let body = ticket::body(&incident, log);
        let ticket = [remedy("escalate", format!("hand {} over to a person", incident.root().code))
            .because("nothing that a machine may do is left, or nothing has helped so far")
            .confidence(CONFIDENCE)
            .action(action::escalate(title, body, ticket::labels(incident.root())))];
        Ok(installations.into_iter().chain(ticket).collect())
    }
}

plugin_sdk::export_healer!(HealEscalate);

#[cfg(test)]
mod tests;
