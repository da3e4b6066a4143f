//! Breakers: what failed again and again is left alone for a while, then probed once.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::id::{RemedyKey, Signature};
use crate::time::Timestamp;

/// Failures in a row that open a breaker.
pub const THRESHOLD: u32 = 3;
/// First cool-down; each probe that fails doubles it.
pub const COOL_DOWN: Duration = Duration::from_secs(60);
/// Longest cool-down.
pub const MAX_COOL_DOWN: Duration = Duration::from_secs(30 * 60);

/// What a breaker guards.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Guarded {
    /// A host that answers badly: hammering it makes an outage worse.
    Host(String),
    /// A failure that comes back whatever is done.
    Signature(Signature),
    /// A remedy that does not help against a signature.
    Remedy(Signature, RemedyKey),
}

/// State of one breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum State {
    /// Everything goes through.
    Closed {
        /// Failures in a row.
        failures: u32,
    },
    /// Nothing goes through.
    Open {
        /// End of the cool-down.
        until: Timestamp,
        /// How often it opened in a row.
        trips: u32,
    },
    /// One probe is under way.
    HalfOpen {
        /// When the probe counts as lost.
        until: Timestamp,
        /// How often it opened in a row.
        trips: u32,
    },
}

/// Whether something may be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It may.
    Go,
    /// It may, once: how it ends decides about the breaker.
    Probe,
    /// Not before this moment.
    Refused {
        /// End of the cool-down.
        until: Timestamp,
    },
}

/// All breakers of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Breakers {
    states: BTreeMap<Guarded, State>,
}

impl Breakers {
    /// State of one breaker.
    pub fn state(&self, guarded: &Guarded) -> State {
        self.states.get(guarded).copied().unwrap_or(State::Closed { failures: 0 })
    }

    /// Whether something may be tried now. A breaker whose cool-down is over becomes half-open by asking.
    pub fn admit(&mut self, guarded: &Guarded, now: Timestamp) -> Admission {
        match self.state(guarded) {
            State::Closed { .. } => Admission::Go,
            State::Open { until, .. } | State::HalfOpen { until, .. } if now < until => Admission::Refused { until },
            // A probe whose end was never told counts as lost, and the next one may go.
            State::Open { trips, .. } | State::HalfOpen { trips, .. } => {
                let until = now.after(cool_down(trips));
                self.states.insert(guarded.clone(), State::HalfOpen { until, trips });
                Admission::Probe
            }
        }
    }

    /// Something worked: the breaker closes.
    pub fn succeeded(&mut self, guarded: &Guarded) {
        self.states.remove(guarded);
    }

    /// Something failed: the breaker counts, and opens at [`THRESHOLD`] failures in a row or after a failed probe.
    pub fn failed(&mut self, guarded: &Guarded, now: Timestamp) {
        let next = match self.state(guarded) {
            State::Closed { failures } if failures + 1 < THRESHOLD => State::Closed { failures: failures + 1 },
            State::Closed { .. } => State::Open { until: now.after(COOL_DOWN), trips: 1 },
            State::HalfOpen { trips, .. } => {
                let trips = trips.saturating_add(1);
                State::Open { until: now.after(cool_down(trips)), trips }
            }
            // Late news from before it opened.
            open @ State::Open { .. } => open,
        };
        self.states.insert(guarded.clone(), next);
    }
}

fn cool_down(trips: u32) -> Duration {
    let doubled = 2u32.saturating_pow(trips.saturating_sub(1));
    COOL_DOWN.saturating_mul(doubled).min(MAX_COOL_DOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host() -> Guarded {
        Guarded::Host("mirror.example".to_owned())
    }

    #[test]
    fn a_breaker_opens_after_three_failures_in_a_row() {
        let mut breakers = Breakers::default();
        let now = Timestamp(1_000);
        breakers.failed(&host(), now);
        breakers.failed(&host(), now);
        breakers.succeeded(&host());
        for _ in 0..2 {
            breakers.failed(&host(), now);
            assert_eq!(breakers.admit(&host(), now), Admission::Go);
        }
        breakers.failed(&host(), now);
        assert_eq!(breakers.admit(&host(), now), Admission::Refused { until: now.after(COOL_DOWN) });
        assert_eq!(breakers.admit(&Guarded::Host("other.example".to_owned()), now), Admission::Go);
    }

    #[test]
    fn after_the_cool_down_one_probe_decides() {
        let mut breakers = Breakers::default();
        for _ in 0..THRESHOLD {
            breakers.failed(&host(), Timestamp(0));
        }
        let later = Timestamp(0).after(COOL_DOWN);
        assert_eq!(breakers.admit(&host(), later), Admission::Probe);
        assert!(matches!(breakers.admit(&host(), later), Admission::Refused { .. }), "a second one has to wait");
        breakers.failed(&host(), later);
        let twice = later.after(COOL_DOWN * 2);
        assert_eq!(breakers.state(&host()), State::Open { until: twice, trips: 2 });
        assert_eq!(breakers.admit(&host(), twice), Admission::Probe);
        breakers.succeeded(&host());
        assert_eq!(breakers.admit(&host(), twice), Admission::Go);
    }

    #[test]
    fn the_cool_down_has_a_cap() {
        assert_eq!(cool_down(1), COOL_DOWN);
        assert_eq!(cool_down(40), MAX_COOL_DOWN);
    }
}
