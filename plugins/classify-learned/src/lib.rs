//! Names the category of a failure from the wording alone, without any rule: hashed n-grams, softmax regression, and what the
//! repository has taught.
//!
//! Roles: classifier (one finding for a log, with votes for the best categories) and notifier (learns from incidents that
//! ended verified and from a person's label; opens no tickets). Import: `state`, for what was learned. Same log, same store,
//! same answer: no clock, no chance, and arithmetic that is rounded alike everywhere.
//!
//! The way of a line: [`window`] chooses it, [`words`] masks what changes, [`features`] hashes n-grams, [`model`] multiplies
//! them with the [`weights`], [`verdict`] takes the best line, [`calibration`] says how sure that is, [`answer`] makes the
//! finding. [`lesson`], [`delta`] and [`memory`] are the other direction. `README.md` says how the weights are made.

use plugin_sdk::notifier::{Event, Ticket, TicketRef};
use plugin_sdk::prelude::*;

pub mod answer;
pub mod calibration;
pub mod classes;
pub mod delta;
pub mod features;
pub mod lesson;
pub mod memory;
pub mod model;
pub mod numeric;
pub mod rules;
pub mod verdict;
pub mod weights;
pub mod window;
pub mod words;

#[cfg(not(target_arch = "wasm32"))]
pub mod training;

use delta::Taught;
use lesson::Request;
use memory::{Memory, Notebook};
use weights::{Shipped, WeightsError};

/// The weights that `cargo run -p classify-learned --example train` made.
const WEIGHTS: &[u8] = include_bytes!("../weights.bin");

/// Calibrated confidence below which there is no answer: healthy logs speak of errors, too, and a vote that is right half of
/// the time moves a ranking the wrong way as often as the right one.
pub const FLOOR: f32 = 0.6;

/// The plugin.
pub struct ClassifyLearned;

/// The weights that the plugin carries.
///
/// # Errors
/// When the file was made for another version of the features; a test keeps that from being shipped.
pub fn shipped() -> Result<Shipped<'static>, WeightsError> {
    Shipped::parse(WEIGHTS)
}

impl Classifier for ClassifyLearned {
    const RULES: &'static [&'static [Rule]] = rules::ALL;

    fn classify(candidate: Candidate, log: &dyn Log) -> Result<Vec<Finding>, PluginError> {
        candidate.rule_in(Self::RULES)?;
        let shipped = shipped().map_err(unusable)?;
        // What was learned only adds: a store that cannot be read leaves the shipped weights.
        let memory = Memory::load().unwrap_or_default().unwrap_or_default();
        let taught = Taught { shipped: &shipped, delta: &memory.delta };
        let readings = window::read(log, candidate.line.line);
        let verdict = verdict::verdict(&taught, &shipped.curve, &readings);
        let Some(verdict) = verdict.filter(|verdict| verdict.confidence >= FLOOR) else { return Ok(Vec::new()) };
        let rival = verdict.votes.get(1).map_or(classes::NONE, |(class, _)| *class);
        let reasons = verdict::reasons(&taught, &verdict.cause.text, verdict.class, rival);
        Ok(vec![answer::finding(&verdict, &reasons, memory.lesson_count())])
    }
}

impl Notifier for ClassifyLearned {
    fn notify(event: Event) -> Result<(), PluginError> {
        let Some(request) = lesson::of_event(&event) else { return Ok(()) };
        let shipped = shipped().map_err(unusable)?;
        let mut notebook = match &request {
            Request::ForgetAll => return Ok(memory::forget_all()?),
            _ => Notebook::open(&shipped)?,
        };
        let is_changed = match request {
            Request::Learn(lesson) => notebook.take_in(&shipped, lesson),
            Request::Forget(incident) => notebook.forget(&shipped, &incident),
            Request::ForgetAll => false,
        };
        if is_changed {
            notebook.store()?;
        }
        Ok(())
    }

    fn open(_ticket: Ticket) -> Result<TicketRef, PluginError> {
        Err(no_tickets())
    }

    fn update(_id: String, _ticket: Ticket) -> Result<(), PluginError> {
        Err(no_tickets())
    }

    fn close(_id: String, _comment: String) -> Result<(), PluginError> {
        Err(no_tickets())
    }
}

fn no_tickets() -> PluginError {
    PluginError::unsupported("this plugin learns from events and keeps no tickets")
}

fn unusable(error: WeightsError) -> PluginError {
    PluginError::failed("io-failed", error.to_string())
}

plugin_sdk::export_classifier!(ClassifyLearned);
plugin_sdk::export_notifier!(ClassifyLearned);

#[cfg(test)]
mod tests;
