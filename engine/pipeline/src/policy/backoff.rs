//! How long to wait before a retry: full jitter, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015. A server's own
//! `Retry-After` is a lower bound.

use rand::{Rng, RngExt};

/// Usual base of the back-off, in milliseconds.
pub const BASE_MS: u64 = 2_000;

/// Longest wait of a run, in milliseconds. Longer ones are no back-off: the run would only hold its machine.
pub const MAX_MS: u64 = 300_000;

/// What to do before the next attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delay {
    /// Wait so long, at most [`MAX_MS`].
    Wait {
        /// Milliseconds.
        ms: u64,
    },
    /// The server asked for more than a run may wait: put the incident on hold.
    Hold {
        /// What it asked for, in milliseconds.
        asked_ms: u64,
    },
}

/// Draws the wait before attempt `attempt` (0 for the first retry): evenly from 0 to `base_ms · 2^attempt`, at most `cap_ms`
/// and [`MAX_MS`]. With `asked_ms` that much is waited first and the drawn time is added, so that clients that were sent
/// away together do not come back together.
pub fn full_jitter<R: Rng>(base_ms: u64, cap_ms: u64, attempt: u32, asked_ms: Option<u64>, rng: &mut R) -> Delay {
    let asked = asked_ms.unwrap_or(0);
    if asked > MAX_MS {
        return Delay::Hold { asked_ms: asked };
    }
    let grown = base_ms.saturating_mul(2u64.saturating_pow(attempt));
    let drawn = rng.random_range(0..=grown.min(cap_ms).min(MAX_MS));
    Delay::Wait { ms: (asked + drawn).min(MAX_MS) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::choice::draw_rng;

    proptest! {
        #[test]
        fn a_wait_is_never_above_the_caps_and_never_below_what_the_server_asked(
            base in 0u64..1_000_000, cap in 0u64..1_000_000, attempt in 0u32..200,
            asked in proptest::option::of(0u64..600_000), seed: u64,
        ) {
            match full_jitter(base, cap, attempt, asked, &mut draw_rng(seed, "wait", 0)) {
                Delay::Hold { asked_ms } => prop_assert!(Some(asked_ms) == asked && asked_ms > MAX_MS),
                Delay::Wait { ms } => {
                    prop_assert!(asked.unwrap_or(0) <= MAX_MS);
                    prop_assert!(ms <= MAX_MS);
                    prop_assert!(ms >= asked.unwrap_or(0));
                    prop_assert!(ms <= cap.saturating_add(asked.unwrap_or(0)));
                }
            }
        }
    }

    #[test]
    fn the_jitter_is_full_from_nothing_to_the_doubled_base() {
        let draws: Vec<u64> = (0..2_000)
            .map(|draw| match full_jitter(BASE_MS, MAX_MS, 2, None, &mut draw_rng(7, "wait", draw)) {
                Delay::Wait { ms } => ms,
                Delay::Hold { .. } => panic!("nobody asked"),
            })
            .collect();
        let mean = draws.iter().sum::<u64>() / 2_000;
        assert!(draws.iter().all(|ms| *ms <= 8_000));
        assert!(draws.iter().any(|ms| *ms < 400) && draws.iter().any(|ms| *ms > 7_600));
        assert!((3_700..4_300).contains(&mean), "mean {mean}");
    }

    #[test]
    fn the_same_seed_waits_the_same() {
        let wait = |seed| full_jitter(BASE_MS, MAX_MS, 1, None, &mut draw_rng(seed, "wait", 3));
        assert_eq!(wait(1), wait(1));
        assert_ne!(wait(1), wait(2));
    }
}
