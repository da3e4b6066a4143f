//! Whether a strategy has earned to be trusted: what its trials came to, and how sure that is.

use std::collections::BTreeMap;

use pipeline::time::Timestamp;

use crate::columns::collect;
use crate::error::StoreError;
use crate::people::TrialOutcome;
use crate::store::Store;

/// The precision that a strategy has to have shown, as the lower bound of its 95 % interval.
pub const MIN_PRECISION: f64 = 0.8;

/// Fewer trials than this prove nothing, whatever the bound says.
pub const MIN_TRIALS: u64 = 10;

/// Quantile of the normal distribution for a two-sided interval of 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// Further trials beyond which nobody wants to know the number.
const MOST_MISSING: u64 = 100_000;

/// What is known about a strategy against a class of failures. Trials count in full however old they are, up to the horizon
/// of what is remembered.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Figures {
    /// Finding code.
    pub code: String,
    /// Strategy code.
    pub strategy: String,
    /// Times that a remedy of it would have been tried if its mode had not been to tell only.
    pub shadowed: u64,
    /// Trials that came to an end of their own.
    pub tried: u64,
    /// Trials whose remedy healed, false heals included.
    pub healed: u64,
    /// Trials that broke something.
    pub worsened: u64,
    /// Heals after which the failure came back within the look-back, or that a person took out again.
    pub false_heals: u64,
}

impl Figures {
    /// Share of the trials that healed for good; `None` without a trial.
    pub fn precision(&self) -> Option<f64> {
        (self.tried > 0).then(|| self.good() as f64 / self.tried as f64)
    }

    /// Lower end of the precision's 95 % interval; see [`wilson_lower_bound`].
    pub fn lower_bound(&self) -> f64 {
        wilson_lower_bound(self.good(), self.tried)
    }

    /// How many further trials would have to heal, all of them, until the strategy is ready: 0 when it is.
    pub fn missing(&self) -> u64 {
        let is_ready = |more: &u64| {
            self.tried + more >= MIN_TRIALS
                && wilson_lower_bound(self.good() + more, self.tried + more) >= MIN_PRECISION
        };
        (0..MOST_MISSING).find(is_ready).unwrap_or(MOST_MISSING)
    }

    fn good(&self) -> u64 {
        self.healed.saturating_sub(self.false_heals)
    }
}

/// Lower end of Wilson's 95 % interval for a share of which `good` of `tried` were seen:
///
/// `(p + z²/2n − z·√(p(1 − p)/n + z²/4n²)) / (1 + z²/n)` with `p = good/n`, `n = tried`, `z = 1.96`; 0 without a trial.
///
/// Unlike `p ± z·√(p(1 − p)/n)` it stays honest for few trials and for shares near 1: ten of ten are "at least 0.72", not
/// "1.0". Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927.
pub fn wilson_lower_bound(good: u64, tried: u64) -> f64 {
    if tried == 0 {
        return 0.0;
    }
    let n = tried as f64;
    let p = good.min(tried) as f64 / n;
    let square = Z * Z;
    let spread = Z * (p * (1.0 - p) / n + square / (4.0 * n * n)).sqrt();
    ((p + square / (2.0 * n) - spread) / (1.0 + square / n)).max(0.0)
}

impl Store {
    /// The figures of every strategy against every class of failures that it was tried against or would have been; sorted by
    /// code and strategy. What was forgotten does not count.
    pub fn figures(&self, now: Timestamp) -> Result<Vec<Figures>, StoreError> {
        let mut all: BTreeMap<(String, String), Figures> = BTreeMap::new();
        let mut of = |code: String, strategy: String, count: &dyn Fn(&mut Figures)| {
            let empty = || Figures { code: code.clone(), strategy: strategy.clone(), ..Figures::default() };
            count(all.entry((code.clone(), strategy.clone())).or_insert_with(empty));
        };
        for outcome in self.outcomes(now)? {
            of(outcome.code, outcome.strategy, &|figures| {
                figures.tried += 1;
                let is_heal = matches!(outcome.outcome, TrialOutcome::Healed | TrialOutcome::FalseHeal);
                figures.healed += u64::from(is_heal);
                figures.false_heals += u64::from(outcome.outcome == TrialOutcome::FalseHeal);
                figures.worsened += u64::from(outcome.outcome == TrialOutcome::Worsened);
            });
        }
        for (code, strategy) in self.shadowed(now)? {
            of(code, strategy, &|figures| figures.shadowed += 1);
        }
        Ok(all.into_values().collect())
    }

    /// Code and strategy of each remedy that would have been tried.
    fn shadowed(&self, now: Timestamp) -> Result<Vec<(String, String)>, StoreError> {
        let since = crate::learning::horizon(now);
        self.read("read what would have been tried", |transaction| {
            let mut statement = transaction.prepare_cached(
                "SELECT code, strategy FROM shadowed WHERE code IS NOT NULL AND at > ?1 AND at > coalesce((
                     SELECT max(forgotten.at) FROM forgotten
                     WHERE forgotten.code IN ('', shadowed.code) AND forgotten.strategy IN ('', shadowed.strategy)), -1)",
            )?;
            collect(statement.query([since])?, |row| Ok((row.get("code")?, row.get("strategy")?)))
        })
    }
}
