//! How much choosing costs until the host knows better: cumulative regret of the engine's Thompson sampling against choosing
//! evenly and against a fixed order by the plugins' confidence.
//!
//! A simulation, seeded and without a clock: classes of failures come one after the other; each has a few strategies with a
//! hidden probability to heal, and plugins that guess it more or less well. In one kind of world some probabilities are drawn
//! anew half-way; in the other nothing changes. Outcomes count less with age as in the store, and with other half-lives beside
//! it. Regret of a round is the probability of the best strategy less that of the chosen one.
//!
//! `cargo bench -p pipeline --bench choice`

use std::collections::BTreeMap;

use pipeline::choice::{ArmRecord, Candidate, choose, draw_rng};
use rand::RngExt;

/// Classes of failures in a project.
const CLASSES: usize = 12;
/// Strategies that answer to a class.
const STRATEGIES: [&str; 4] = ["retry", "config", "dependency", "alternative"];
/// Failures in a year of a busy project.
const ROUNDS: u64 = 1_200;
/// Days between two failures.
const DAYS_PER_ROUND: f64 = 365.0 / ROUNDS as f64;
/// Ages in days at which an outcome counts half; the engine's is that of `store/src/learning.rs`.
const HALF_LIVES_DAYS: [f64; 6] = [30.0, 60.0, 90.0, 120.0, 180.0, 365.0];
/// How far a plugin's confidence lies from the truth at most.
const MISJUDGED_BY: f64 = 0.35;
/// Share of the hidden probabilities that are drawn anew half-way.
const DRIFTING: f64 = 0.4;
/// Worlds; each is a seed.
const SEEDS: u64 = 60;

/// The hidden truth, and what plugins think of it.
#[derive(Clone)]
struct World {
    truth: Vec<[f64; STRATEGIES.len()]>,
    guess: Vec<[f64; STRATEGIES.len()]>,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut rng = draw_rng(seed, "world", 0);
        let truth: Vec<[f64; 4]> =
            (0..CLASSES).map(|_| std::array::from_fn(|_| rng.random_range(0.02..0.95))).collect();
        let guess = truth
            .iter()
            .map(|of_class| of_class.map(|p| (p + rng.random_range(-MISJUDGED_BY..MISJUDGED_BY)).clamp(0.05, 0.99)))
            .collect();
        Self { truth, guess }
    }

    /// The plugins do not notice.
    fn drift(&mut self, seed: u64) {
        let mut rng = draw_rng(seed, "drift", 0);
        for p in self.truth.iter_mut().flatten() {
            if rng.random_range(0.0..1.0) < DRIFTING {
                *p = rng.random_range(0.02..0.95);
            }
        }
    }
}

/// Who chooses.
#[derive(Clone, Copy, PartialEq)]
enum Chooser {
    /// As the engine does, with a half-life in days.
    Thompson(f64),
    /// Likewise, but nothing is forgotten.
    ThompsonWithoutDecay,
    /// By the plugins' confidence.
    FixedOrder,
    /// Evenly.
    Uniform,
}

/// Whether the hidden probabilities stay.
#[derive(Clone, Copy, PartialEq)]
enum Weather {
    Drifting,
    Steady,
}

/// Cumulative regret after the first half and after all rounds.
fn regret(chooser: Chooser, weather: Weather, seed: u64) -> (f64, f64) {
    let mut world = World::new(seed);
    let mut outcomes: BTreeMap<(usize, usize), (f64, f64)> = BTreeMap::new();
    let mut nature = draw_rng(seed, "nature", 0);
    let mut even = draw_rng(seed, "even", 0);
    let decay = match chooser {
        Chooser::Thompson(half_life) => (-DAYS_PER_ROUND / half_life).exp2(),
        _ => 1.0,
    };
    let (mut total, mut half) = (0.0, 0.0);
    for round in 0..ROUNDS {
        if round == ROUNDS / 2 {
            half = total;
            if weather == Weather::Drifting {
                world.drift(seed);
            }
        }
        // Few classes make most of the failures.
        let class = (nature.random_range(0.0f64..1.0).powi(2) * CLASSES as f64) as usize;
        let (truth, guess) = (world.truth[class], world.guess[class]);
        for (helped, failed) in outcomes.values_mut() {
            *helped *= decay;
            *failed *= decay;
        }
        let chosen = match chooser {
            Chooser::Uniform => even.random_range(0..STRATEGIES.len()),
            Chooser::FixedOrder => largest(&guess),
            Chooser::Thompson(_) | Chooser::ThompsonWithoutDecay => {
                let candidates: Vec<Candidate> = STRATEGIES
                    .iter()
                    .zip(guess)
                    .map(|(strategy, confidence)| Candidate {
                        key: (*strategy).into(),
                        code: class.to_string(),
                        strategy: (*strategy).to_owned(),
                        confidence,
                    })
                    .collect();
                let arms: Vec<ArmRecord> = outcomes
                    .iter()
                    .map(|((class, strategy), (healed, failed))| ArmRecord {
                        code: class.to_string(),
                        strategy: STRATEGIES[*strategy].to_owned(),
                        healed: *healed,
                        failed: *failed,
                    })
                    .collect();
                choose(&candidates, &arms, seed, round).expect("there are candidates")
            }
        };
        total += truth[largest(&truth)] - truth[chosen];
        let known = outcomes.entry((class, chosen)).or_default();
        *(if nature.random_range(0.0..1.0) < truth[chosen] { &mut known.0 } else { &mut known.1 }) += 1.0;
    }
    (half, total)
}

fn largest(values: &[f64]) -> usize {
    (0..values.len()).max_by(|a, b| values[*a].total_cmp(&values[*b])).expect("there are strategies")
}

fn quantile(sorted: &[f64], share: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * share).round() as usize]
}

fn main() {
    println!("{CLASSES} classes x {} strategies, {ROUNDS} failures in a year, {SEEDS} worlds;", STRATEGIES.len());
    println!(
        "{:.0} % of the probabilities drift half-way, or none. Cumulative regret, in heals missed:",
        DRIFTING * 100.0
    );
    println!("{:<26}{:>18}{:>18}{:>8}{:>22}", "", "before the drift", "after it", "sum", "without drift");
    println!(
        "{:<26}{:>18}{:>18}{:>8}{:>22}",
        "", "p10   p50   p90", "p10   p50   p90", "mean", "p10   p50   p90  mean"
    );
    let decaying = HALF_LIVES_DAYS.map(|days| (format!("Thompson, {days:.0} days"), Chooser::Thompson(days)));
    let others = [
        ("Thompson, no decay".to_owned(), Chooser::ThompsonWithoutDecay),
        ("fixed order (confidence)".to_owned(), Chooser::FixedOrder),
        ("uniform".to_owned(), Chooser::Uniform),
    ];
    for (name, chooser) in decaying.into_iter().chain(others) {
        let drifting: Vec<(f64, f64)> = (0..SEEDS).map(|seed| regret(chooser, Weather::Drifting, seed)).collect();
        let steady: Vec<f64> = (0..SEEDS).map(|seed| regret(chooser, Weather::Steady, seed).1).collect();
        let three = |values: Vec<f64>| {
            let mut all = values;
            all.sort_by(f64::total_cmp);
            format!("{:.0}   {:.0}   {:.0}", quantile(&all, 0.1), quantile(&all, 0.5), quantile(&all, 0.9))
        };
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let (before, after) = drifting.iter().map(|one| (one.0, one.1 - one.0)).unzip();
        let sums: Vec<f64> = drifting.iter().map(|one| one.1).collect();
        let (without, steady) = (mean(&steady), three(steady));
        println!("{name:<26}{:>18}{:>18}{:>8.0}{steady:>16}{without:>6.0}", three(before), three(after), mean(&sums));
    }
}
