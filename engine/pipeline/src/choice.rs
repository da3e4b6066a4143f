//! Which remedy first: seeded Thompson sampling over what happened before.
//!
//! Each pair of finding code and strategy is an arm of a bandit. What is known about an arm is a Beta distribution over the
//! probability that it heals; one value is drawn from each candidate's distribution and the largest wins. So what healed
//! often is tried first, and what is little known still gets its chance ("A Tutorial on Thompson Sampling", Russo et al.,
//! 2018).
//!
//! The prior is the plugin's own confidence, as if it came from `w` earlier trials: Beta(1 + healed + w·p, 1 + failed +
//! w·(1 - p)). `w` is [`COLD_WEIGHT`] while nothing at all is known about the candidates, so that their order is nearly that
//! of their confidence, and falls to [`PRIOR_WEIGHT`] as trials of any of them are counted: the more the host has seen, the
//! less it goes by what plugins say.
//!
//! Draws depend on the seed, the number of the draw and the candidate's key, not on the order of the candidates: a replay
//! decides the same, and a plugin gains nothing by answering first. The draws use the platform's own logarithm; a replay on
//! another kind of machine could differ in the last bit and is therefore compared with the recorded decisions.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::id::RemedyKey;

/// What is known about one strategy against one class of failures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArmRecord {
    /// Finding code, the signature's class.
    pub code: String,
    /// Strategy code.
    pub strategy: String,
    /// Decayed number of verified heals.
    pub healed: f64,
    /// Decayed number of trials that did not help.
    pub failed: f64,
}

/// A remedy to choose from.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Which remedy.
    pub key: RemedyKey,
    /// Code of the finding it is for.
    pub code: String,
    /// Strategy code.
    pub strategy: String,
    /// The plugin's own probability that it helps, 0 to 1; anything else is moved into that range.
    pub confidence: f64,
}

/// How many trials the plugin's confidence is worth once the host has seen many.
pub const PRIOR_WEIGHT: f64 = 4.0;

/// How many trials it is worth while the host has seen none. At 256 a confidence of 0.9 is drawn above one of 0.8 in 99.9 % of
/// draws, and above 0.85 in 95 %.
pub const COLD_WEIGHT: f64 = 256.0;

/// Index of the candidate to try first; `None` when there is none.
pub fn choose(candidates: &[Candidate], arms: &[ArmRecord], seed: u64, draw: u64) -> Option<usize> {
    let seen: f64 = arms
        .iter()
        .filter(|arm| candidates.iter().any(|candidate| is_arm_of(arm, candidate)))
        .map(|arm| count(arm.healed) + count(arm.failed))
        .sum();
    let weight = (COLD_WEIGHT / (1.0 + seen).powi(2)).max(PRIOR_WEIGHT);
    let drawn = candidates.iter().enumerate().map(|(index, candidate)| {
        let (healed, failed) = known(arms, candidate);
        let prior = prior_of(candidate);
        let value = Beta::new(1.0 + healed + weight * prior, 1.0 + failed + weight * (1.0 - prior))
            .expect("both parameters are finite and at least 1")
            .sample(&mut draw_rng(seed, candidate.key.as_str(), draw));
        (index, value)
    });
    let is_before = |a: &(usize, f64), b: &(usize, f64)| {
        a.1.total_cmp(&b.1).then_with(|| candidates[b.0].key.cmp(&candidates[a.0].key))
    };
    drawn.max_by(is_before).map(|(index, _)| index)
}

/// A stream of random numbers that depends on nothing but the seed of the run, a name and a number. All chance in the rules
/// comes from such streams, so that a replay meets the same chance.
pub fn draw_rng(seed: u64, name: &str, draw: u64) -> ChaCha8Rng {
    let mut digest = Sha256::new();
    digest.update(seed.to_le_bytes());
    digest.update(draw.to_le_bytes());
    digest.update(name.as_bytes());
    ChaCha8Rng::from_seed(digest.finalize().into())
}

/// Verified heals and trials that did not help, over all records of the candidate's arm.
fn known(arms: &[ArmRecord], candidate: &Candidate) -> (f64, f64) {
    let records = arms.iter().filter(|arm| is_arm_of(arm, candidate));
    records.fold((0.0, 0.0), |(healed, failed), arm| (healed + count(arm.healed), failed + count(arm.failed)))
}

fn is_arm_of(arm: &ArmRecord, candidate: &Candidate) -> bool {
    arm.code == candidate.code && arm.strategy == candidate.strategy
}

/// A record from a damaged store must not stop a run.
fn count(recorded: f64) -> f64 {
    if recorded.is_finite() { recorded.clamp(0.0, 1e9) } else { 0.0 }
}

fn prior_of(candidate: &Candidate) -> f64 {
    if candidate.confidence.is_nan() { 0.0 } else { candidate.confidence.clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::RngExt;

    use super::*;

    fn candidate(strategy: &str, confidence: f64) -> Candidate {
        Candidate { key: strategy.into(), code: "x.y".to_owned(), strategy: strategy.to_owned(), confidence }
    }

    fn arm(strategy: &str, healed: f64, failed: f64) -> ArmRecord {
        ArmRecord { code: "x.y".to_owned(), strategy: strategy.to_owned(), healed, failed }
    }

    /// How often the first of two candidates is chosen in 1,000 draws.
    fn share(candidates: &[Candidate; 2], arms: &[ArmRecord]) -> usize {
        (0..1_000).filter(|draw| choose(candidates, arms, 11, *draw) == Some(0)).count()
    }

    #[test]
    fn confidence_leads_while_nothing_is_learned() {
        assert!(share(&[candidate("a", 0.9), candidate("b", 0.8)], &[]) > 985);
        assert!(share(&[candidate("a", 0.6), candidate("b", 0.9)], &[]) < 3);
        let even = share(&[candidate("a", 0.7), candidate("b", 0.7)], &[]);
        assert!((400..600).contains(&even), "{even}");
    }

    #[test]
    fn what_was_learned_overrules_confidence() {
        let boasting = [candidate("a", 0.99), candidate("b", 0.5)];
        assert!(share(&boasting, &[arm("a", 0.0, 12.0), arm("b", 10.0, 2.0)]) < 20);
        assert!(share(&boasting, &[arm("a", 0.0, 12.0)]) < 200, "an arm that only failed gives way to an unknown one");
    }

    #[test]
    fn another_code_teaches_nothing() {
        let mut other = arm("a", 0.0, 50.0);
        other.code = "z".to_owned();
        assert!(share(&[candidate("a", 0.9), candidate("b", 0.8)], &[other]) > 985);
    }

    #[test]
    fn broken_numbers_do_no_harm() {
        let odd = [candidate("a", f64::NAN), candidate("b", f64::INFINITY), candidate("c", -3.0)];
        assert_eq!(choose(&odd, &[arm("a", f64::NAN, f64::INFINITY), arm("b", -1.0, 0.0)], 1, 1), Some(1));
        assert_eq!(choose(&[], &[], 1, 1), None);
    }

    #[test]
    fn regret_is_less_than_that_of_choosing_evenly() {
        // The plugin that boasts most helps least; the host has to find out.
        let truth = [("a", 0.9, 0.15), ("b", 0.6, 0.75), ("c", 0.5, 0.4)];
        let candidates: Vec<Candidate> =
            truth.iter().map(|(name, confidence, _)| candidate(name, *confidence)).collect();
        let best = 0.75;
        let even: f64 = truth.iter().map(|(_, _, chance)| best - chance).sum::<f64>() / 3.0;
        let (runs, rounds) = (30, 120);
        let mut regret = 0.0;
        for seed in 0..runs {
            let mut arms: Vec<ArmRecord> = truth.iter().map(|(name, _, _)| arm(name, 0.0, 0.0)).collect();
            let mut nature = draw_rng(seed, "nature", 0);
            for round in 0..rounds {
                let chosen = choose(&candidates, &arms, seed, round).expect("there are candidates");
                let chance = truth[chosen].2;
                regret += best - chance;
                if nature.random_range(0.0..1.0) < chance {
                    arms[chosen].healed += 1.0;
                } else {
                    arms[chosen].failed += 1.0;
                }
            }
        }
        let mean = regret / (runs * rounds) as f64;
        assert!(mean < even / 2.0, "mean regret {mean:.3} against {even:.3} of choosing evenly");
    }

    proptest! {
        #[test]
        fn the_same_seed_and_draw_choose_the_same_whatever_the_order(
            confidences in proptest::collection::vec(0.0f64..=1.0, 1..8), seed: u64, draw: u64,
        ) {
            let candidates: Vec<Candidate> =
                confidences.iter().enumerate().map(|(at, confidence)| candidate(&format!("s{at}"), *confidence)).collect();
            let mut turned = candidates.clone();
            turned.reverse();
            let arms = [arm("s0", 3.0, 1.0)];
            let first = choose(&candidates, &arms, seed, draw).map(|at| candidates[at].key.clone());
            let again = choose(&turned, &arms, seed, draw).map(|at| turned[at].key.clone());
            prop_assert_eq!(first, again);
        }
    }
}
