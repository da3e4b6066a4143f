//! What earlier runs teach about remedies: how often each strategy helped, and which remedies are never tried again.

use std::collections::BTreeMap;

use pipeline::choice::ArmRecord;
use pipeline::id::{RemedyKey, Signature};
use pipeline::time::Timestamp;
use rusqlite::params;

use crate::columns::{collect, integer, moment};
use crate::error::StoreError;
use crate::store::Store;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Age at which an outcome counts half: projects and the services they use change within months.
const HALF_LIFE_MS: u64 = 30 * DAY_MS;

/// Age beyond which outcomes are not read at all: ten half-lives, when one counts less than a thousandth.
const HORIZON_MS: u64 = 10 * HALF_LIFE_MS;

/// Outcomes that an earlier wish to forget does not cover. An empty code or strategy in it stands for every one.
const IS_REMEMBERED: &str = "trials.ended > coalesce((
    SELECT max(at) FROM forgotten
    WHERE forgotten.code IN ('', trials.code) AND forgotten.strategy IN ('', trials.strategy)), -1)";

impl Store {
    /// What is known about strategies against classes of failures, sorted by code and strategy. Outcomes count less with
    /// age: half after 30 days.
    ///
    /// A heal counts for the remedy that is kept or offered and for those before it that progressed. A trial that was
    /// ineffective or worsened things counts against. Nothing follows from luck (the stage passed without the remedy too),
    /// from a refusal, or from an incident that did not come to its end; nor from runs with `learning` switched off.
    pub fn arms(&self, now: Timestamp) -> Result<Vec<ArmRecord>, StoreError> {
        let outcomes = self.read("read what was learned", |transaction| {
            let mut statement = transaction.prepare_cached(&format!(
                "SELECT trials.code, trials.strategy, trials.ended, (
                     trials.end IN ('healed', 'proposed')
                     OR (trials.end = 'progressed' AND incidents.end IN ('healed', 'proposed'))) AS has_helped
                 FROM trials JOIN incidents USING (incident) JOIN runs ON runs.run = trials.run
                 WHERE trials.ended > ?1 AND trials.code IS NOT NULL AND runs.is_learning
                   AND (has_helped OR trials.end IN ('ineffective', 'worsened'))
                   AND {IS_REMEMBERED}
                 ORDER BY trials.ended, trials.incident, trials.number"
            ))?;
            let horizon = now.0.saturating_sub(HORIZON_MS);
            collect(statement.query([integer(horizon)])?, |row| {
                let key: (String, String) = (row.get("code")?, row.get("strategy")?);
                Ok((key, moment(row, "ended")?, row.get::<_, bool>("has_helped")?))
            })
        })?;
        let mut arms: BTreeMap<(String, String), (f64, f64)> = BTreeMap::new();
        for (key, ended, has_helped) in outcomes {
            let (healed, failed) = arms.entry(key).or_default();
            *(if has_helped { healed } else { failed }) += weight(ended, now);
        }
        Ok(arms
            .into_iter()
            .map(|((code, strategy), (healed, failed))| ArmRecord { code, strategy, healed, failed })
            .collect())
    }

    /// Remedies that made things worse, or did what nobody may do, each with the signature of the failure it was tried
    /// against; sorted.
    pub fn benched(&self) -> Result<Vec<(Signature, RemedyKey)>, StoreError> {
        self.read("read which remedies are benched", |transaction| {
            let mut statement = transaction.prepare_cached(&format!(
                "SELECT DISTINCT signature, remedy FROM trials
                 WHERE end IN ('worsened', 'refused') AND signature IS NOT NULL AND {IS_REMEMBERED}
                 ORDER BY signature, remedy"
            ))?;
            collect(statement.query([])?, |row| {
                Ok((
                    Signature::new(row.get::<_, String>("signature")?),
                    RemedyKey::new(row.get::<_, String>("remedy")?),
                ))
            })
        })
    }

    /// Forgets what was learned until `now` about a strategy against a class of failures; `None` stands for every one.
    /// Benched remedies of that kind may be tried again. The journal keeps it all: replays still decide as they did.
    pub fn forget(&self, code: Option<&str>, strategy: Option<&str>, now: Timestamp) -> Result<(), StoreError> {
        self.write("forget what was learned", |transaction| {
            transaction
                .prepare_cached("INSERT OR REPLACE INTO forgotten (code, strategy, at) VALUES (?1, ?2, ?3)")?
                .execute(params![code.unwrap_or_default(), strategy.unwrap_or_default(), integer(now.0)])?;
            Ok(())
        })
    }
}

/// What an outcome counts now, from 1 downwards. One from the future (the clock was set back) counts 1.
fn weight(ended: Timestamp, now: Timestamp) -> f64 {
    let age = now.0.saturating_sub(ended.0);
    (-(age as f64) / HALF_LIFE_MS as f64).exp2()
}
