//! What a call of a plugin costs, measured on the questions of its fixtures.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use plugin_host::Notice;

use crate::fixture::Fixture;
use crate::trial::{Bench, TrialError};

/// Calls before the measurement: the first ones compile, and warm the pool of instances up.
const WARM_UP: usize = 3;
/// Calls of one measurement; more make no figure better.
const MOST_CALLS: usize = 100_000;

/// The cost of one question.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// The fixture's name.
    pub name: String,
    /// The role function that was called.
    pub function: &'static str,
    /// Calls that were measured.
    pub calls: usize,
    /// Calls per second, one after the other.
    pub per_second: f64,
    /// Time of one call: the median.
    pub median: Duration,
    /// Time of one call: 95 of 100 are quicker.
    pub p95: Duration,
    /// The most memory that one call had, in bytes.
    pub memory: u64,
    /// How many calls ended in a fault.
    pub faults: usize,
}

/// One call, as the host saw it.
#[derive(Clone, Copy)]
struct Call {
    function: &'static str,
    micros: u64,
    memory: u64,
    is_fault: bool,
}

impl Bench {
    /// Asks what a fixture asks, again and again for this long.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub async fn measure(&self, fixture: &Fixture, time: Duration) -> Result<Option<Cost>, TrialError> {
        let calls: Arc<Mutex<Vec<Call>>> = Arc::default();
        let record = Arc::clone(&calls);
        let id = self.manifest.id.clone();
        let asked = self.asked(&fixture.question, move |notice| {
            if let Notice::Called(call) = notice
                && call.plugin == id
            {
                let call = Call {
                    function: call.function,
                    micros: call.micros,
                    memory: call.memory,
                    is_fault: call.fault.is_some(),
                };
                record.lock().unwrap_or_else(PoisonError::into_inner).push(call);
            }
        })?;
        for _ in 0..WARM_UP {
            self.ask(fixture, &asked).await?;
        }
        calls.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let started = Instant::now();
        let mut rounds = 0;
        while rounds == 0 || (started.elapsed() < time && rounds < MOST_CALLS) {
            self.ask(fixture, &asked).await?;
            rounds += 1;
        }
        let elapsed = started.elapsed();
        let mut seen = std::mem::take(&mut *calls.lock().unwrap_or_else(PoisonError::into_inner));
        seen.sort_by_key(|call| call.micros);
        let Some(last) = seen.last() else { return Ok(None) };
        let at = |share: usize| Duration::from_micros(seen[(seen.len() - 1) * share / 100].micros);
        Ok(Some(Cost {
            name: fixture.name.clone(),
            function: last.function,
            calls: seen.len(),
            per_second: seen.len() as f64 / elapsed.as_secs_f64(),
            median: at(50),
            p95: at(95),
            memory: seen.iter().map(|call| call.memory).max().unwrap_or(0),
            faults: seen.iter().filter(|call| call.is_fault).count(),
        }))
    }
}
