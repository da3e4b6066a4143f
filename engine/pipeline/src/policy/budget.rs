//! Budgets: how often, how long and with how much processor time one incident may be worked on.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::definition::Healing;
use crate::time::{Timestamp, millis};

/// What one incident may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// Trials.
    pub attempts: u32,
    /// Processor time of all trials together, in milliseconds.
    pub cpu_ms: u64,
    /// Wall-clock time from the incident's start, in milliseconds.
    pub wall_ms: u64,
}

impl Budget {
    /// The budget that the settings give an incident.
    pub fn of(settings: &Healing) -> Self {
        Self { attempts: settings.max_attempts, cpu_ms: settings.cpu_budget_ms, wall_ms: settings.time_budget_ms }
    }
}

/// Which budget is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Exhausted {
    /// The number of trials.
    #[error("the budget of {0} attempts is used up")]
    Attempts(u32),
    /// The processor time.
    #[error("the budget of {0} ms of processor time is used up")]
    Cpu(u64),
    /// The wall-clock time.
    #[error("the budget of {0} ms is used up")]
    Wall(u64),
}

/// What one incident has used.
///
/// Invariant: the counter of attempts grows on entry, whatever becomes of the trial. Only trials that count for nothing, because
/// another incident came first, are given back; that happens to an incident once ([`Ledger::give_back`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    budget: Budget,
    started: Timestamp,
    attempts: u32,
    cpu_ms: u64,
}

impl Ledger {
    /// An empty ledger of an incident that began at `started`.
    pub fn new(budget: Budget, started: Timestamp) -> Self {
        Self { budget, started, attempts: 0, cpu_ms: 0 }
    }

    /// Enters a trial and returns its number, from 1.
    ///
    /// # Errors
    /// A budget is used up; then nothing may be tried any more.
    pub fn enter(&mut self, now: Timestamp) -> Result<u32, Exhausted> {
        self.check(now)?;
        self.attempts += 1;
        Ok(self.attempts)
    }

    /// Whether another trial may be entered.
    ///
    /// # Errors
    /// A budget is used up.
    pub fn check(&self, now: Timestamp) -> Result<(), Exhausted> {
        if self.attempts >= self.budget.attempts {
            Err(Exhausted::Attempts(self.budget.attempts))
        } else if self.cpu_ms >= self.budget.cpu_ms {
            Err(Exhausted::Cpu(self.budget.cpu_ms))
        } else if millis(now.since(self.started)) >= self.budget.wall_ms {
            Err(Exhausted::Wall(self.budget.wall_ms))
        } else {
            Ok(())
        }
    }

    /// Books the processor time of an attempt.
    pub fn charge_cpu(&mut self, cpu_ms: u64) {
        self.cpu_ms = self.cpu_ms.saturating_add(cpu_ms);
    }

    /// Gives back the trials after the first `attempts`. What they took of processor time and of time stays booked.
    pub fn give_back(&mut self, attempts: u32) {
        self.attempts = self.attempts.min(attempts);
    }

    /// Trials entered.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Trials that remain.
    pub fn attempts_left(&self) -> u32 {
        self.budget.attempts.saturating_sub(self.attempts)
    }

    /// Wall-clock time that remains, in milliseconds; a trial's own timeout should not be longer.
    pub fn wall_left_ms(&self, now: Timestamp) -> u64 {
        self.budget.wall_ms.saturating_sub(millis(now.since(self.started)))
    }

    /// Moment at which the wall-clock budget ends.
    pub fn deadline(&self) -> Timestamp {
        self.started.after(Duration::from_millis(self.budget.wall_ms))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_budget_ends_the_loop_by_itself() {
        let budget = Budget { attempts: 2, cpu_ms: 100, wall_ms: 1_000 };
        let mut ledger = Ledger::new(budget, Timestamp(5_000));
        assert_eq!(ledger.enter(Timestamp(5_000)), Ok(1));
        assert_eq!(ledger.check(Timestamp(6_000)), Err(Exhausted::Wall(1_000)));
        ledger.charge_cpu(100);
        assert_eq!(ledger.enter(Timestamp(5_001)), Err(Exhausted::Cpu(100)));

        let mut ledger = Ledger::new(budget, Timestamp(5_000));
        assert_eq!(
            (ledger.enter(Timestamp(1)), ledger.enter(Timestamp(1))),
            (Ok(1), Ok(2)),
            "a clock set back is no time"
        );
        assert_eq!(ledger.enter(Timestamp(1)), Err(Exhausted::Attempts(2)));
        assert_eq!(ledger.attempts_left(), 0);
    }

    proptest! {
        #[test]
        fn budgets_are_never_exceeded(
            attempts in 0u32..6, cpu_ms in 0u64..500, wall_ms in 0u64..500,
            steps in proptest::collection::vec((0u64..100, 0u64..100), 0..40),
        ) {
            let mut ledger = Ledger::new(Budget { attempts, cpu_ms, wall_ms }, Timestamp(0));
            let (mut now, mut entered, mut cpu) = (0, 0, 0);
            for (passes_ms, uses_ms) in steps {
                now += passes_ms;
                if ledger.enter(Timestamp(now)).is_ok() {
                    prop_assert!(cpu < cpu_ms && now < wall_ms);
                    entered += 1;
                    cpu += uses_ms;
                    ledger.charge_cpu(uses_ms);
                }
            }
            prop_assert!(entered <= attempts);
            prop_assert_eq!(ledger.attempts(), entered);
        }
    }
}
