//! What earlier runs teach about remedies: how often each strategy helped, and which remedies are never tried again.

use std::collections::BTreeMap;

use pipeline::choice::ArmRecord;
use pipeline::id::{IncidentId, RemedyKey, Signature};
use pipeline::time::Timestamp;
use rusqlite::{Row, params};

use crate::columns::{collect, integer, moment, unsigned, word};
use crate::error::{Fault, StoreError};
use crate::people::{BenchedPair, LearnedOutcome, TrialOutcome};
use crate::store::Store;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Age at which an outcome counts half. Projects and the services they use change, but most failures of a class are rare, and
/// what is forgotten too soon has to be paid for again. Mean regret in a simulated year of 1,200 failures, with a change of 40 %
/// of the truth half-way and without one (`cargo bench -p pipeline --bench choice`, 2026-11-24): 30 days 106 and 79, 90 days 92
/// and 62, 180 days 87 and 56, no decay 86 and 49. After the change the worst tenth of the worlds costs 81 with 180 days and 86
/// without decay, which would take years to give up what it once knew.
const HALF_LIFE_MS: u64 = 180 * DAY_MS;

/// Age beyond which outcomes are not read at all: within a year, what a strategy may do has to be earned anew.
const HORIZON_MS: u64 = 300 * DAY_MS;

/// How long a heal is looked back on: a failure that returns within this time was not healed. Longer, and changes of the
/// project would be taken for the remedy's fault (KPI "false-heal rate").
pub(crate) const LOOK_BACK_MS: u64 = 7 * DAY_MS;

/// What an earlier wish to forget covers, of a table with `code`, `strategy` and a moment. An empty code or strategy in the
/// wish stands for every one.
fn is_remembered(table: &str, moment: &str) -> String {
    format!(
        "{table}.{moment} > coalesce((
             SELECT max(forgotten.at) FROM forgotten
             WHERE forgotten.code IN ('', {table}.code) AND forgotten.strategy IN ('', {table}.strategy)), -1)"
    )
}

/// The trials that came to an end of their own, as `judged`. `?1` is the horizon, `?2` the look-back.
///
/// A trial helped when its remedy is kept or offered, or progressed in an incident that ended like that. It is kept from the
/// end of its incident on, an offered one from its approval on. It was a false heal when the failure it was tried against
/// opened an incident of another run within the look-back, unless the remedy was for its own run only; or when somebody took
/// the approved patch out again.
const JUDGED: &str = "
    WITH ended AS (
        SELECT trials.*, incidents.end AS came_to,
            CASE incidents.end
                WHEN 'healed' THEN incidents.ended
                WHEN 'proposed' THEN (
                    SELECT max(at) FROM verdicts WHERE verdicts.incident = trials.incident AND verdict = 'applied')
            END AS kept
        FROM trials JOIN incidents USING (incident) JOIN runs ON runs.run = trials.run
        WHERE trials.ended > ?1 AND trials.code IS NOT NULL AND runs.is_learning
    ), judged AS (
        SELECT incident, number, code, strategy, ended, CASE
            WHEN end IN ('ineffective', 'worsened', 'flaky-suspect') THEN end
            WHEN NOT (end IN ('healed', 'proposed')
                      OR (end = 'progressed' AND came_to IN ('healed', 'proposed'))) THEN NULL
            WHEN EXISTS (SELECT 1 FROM verdicts WHERE verdicts.incident = ended.incident AND verdict = 'rejected')
                THEN 'rejected'
            WHEN EXISTS (SELECT 1 FROM verdicts WHERE verdicts.incident = ended.incident AND verdict = 'reverted')
                THEN 'false-heal'
            WHEN NOT is_for_one_run AND EXISTS (
                SELECT 1 FROM incidents AS again
                WHERE again.signature = ended.signature AND again.run != ended.run
                  AND again.opened > ended.kept AND again.opened <= ended.kept + ?2) THEN 'false-heal'
            ELSE 'healed' END AS outcome
        FROM ended
        UNION ALL
        SELECT incident, number, code, strategy, ended, outcome FROM imported_outcomes
        WHERE ended > ?1 AND NOT EXISTS (
            SELECT 1 FROM trials
            WHERE trials.incident = imported_outcomes.incident AND trials.number = imported_outcomes.number)
    )";

impl Store {
    /// What is known about strategies against classes of failures, sorted by code and strategy. Outcomes count less with
    /// age: half after 180 days.
    ///
    /// A heal counts for the remedy that is kept or offered and for those before it that progressed. A trial that was
    /// ineffective or worsened things counts against, and so does a heal that a person rejected or that turned out to be
    /// false: the failure came back within seven days, or the patch was taken out again. Nothing follows from luck (the
    /// stage passed without the remedy too), from a refusal, or from an incident that did not come to its end; nor from runs
    /// with `learning` switched off.
    pub fn arms(&self, now: Timestamp) -> Result<Vec<ArmRecord>, StoreError> {
        let mut arms: BTreeMap<(String, String), (f64, f64)> = BTreeMap::new();
        for one in self.outcomes(now)? {
            if one.outcome == TrialOutcome::FlakySuspect {
                continue;
            }
            let (healed, failed) = arms.entry((one.code, one.strategy)).or_default();
            *(if one.outcome == TrialOutcome::Healed { healed } else { failed }) += weight(one.ended, now);
        }
        Ok(arms
            .into_iter()
            .map(|((code, strategy), (healed, failed))| ArmRecord { code, strategy, healed, failed })
            .collect())
    }

    /// How the remembered trials ended, oldest first: those of this project's runs, and those that were imported.
    pub fn outcomes(&self, now: Timestamp) -> Result<Vec<LearnedOutcome>, StoreError> {
        self.read("read what was learned", |transaction| {
            let mut statement = transaction.prepare_cached(&format!(
                "{JUDGED} SELECT * FROM judged WHERE outcome IS NOT NULL AND {} ORDER BY ended, incident, number",
                is_remembered("judged", "ended")
            ))?;
            collect(statement.query(params![horizon(now), integer(LOOK_BACK_MS)])?, learned_outcome)
        })
    }

    /// The trials of one incident whose heal turned out to be false, as far as they are remembered.
    pub fn false_heals(&self, incident: &IncidentId, now: Timestamp) -> Result<Vec<LearnedOutcome>, StoreError> {
        let all = self.outcomes(now)?;
        Ok(all.into_iter().filter(|one| &one.incident == incident && one.outcome == TrialOutcome::FalseHeal).collect())
    }

    /// Remedies that made things worse, did what nobody may do, or were not wanted by a person, each with the signature of
    /// the failure it was tried against; sorted.
    pub fn benched(&self) -> Result<Vec<(Signature, RemedyKey)>, StoreError> {
        Ok(self.benched_pairs()?.into_iter().map(|pair| (pair.signature, pair.remedy)).collect())
    }

    /// The same with what is known about them.
    pub fn benched_pairs(&self) -> Result<Vec<BenchedPair>, StoreError> {
        self.read("read which remedies are benched", |transaction| {
            let mut statement = transaction.prepare_cached(&format!(
                "WITH bad AS (
                     SELECT signature, remedy, code, strategy, ended AS at FROM trials
                     WHERE end IN ('worsened', 'refused') AND signature IS NOT NULL
                     UNION ALL
                     SELECT trials.signature, trials.remedy, trials.code, trials.strategy, verdicts.at
                     FROM verdicts JOIN trials USING (incident)
                     WHERE verdicts.verdict = 'rejected' AND trials.end = 'proposed' AND trials.signature IS NOT NULL
                     UNION ALL
                     SELECT signature, remedy, code, strategy, at FROM imported_benched
                 )
                 SELECT signature, remedy, code, strategy, max(at) AS at FROM bad WHERE {}
                 GROUP BY signature, remedy ORDER BY signature, remedy",
                is_remembered("bad", "at")
            ))?;
            collect(statement.query([])?, |row| {
                Ok(BenchedPair {
                    signature: Signature::new(row.get::<_, String>("signature")?),
                    remedy: RemedyKey::new(row.get::<_, String>("remedy")?),
                    code: row.get("code")?,
                    strategy: row.get("strategy")?,
                    at: moment(row, "at")?,
                })
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

/// The moment before which outcomes are not read.
pub(crate) fn horizon(now: Timestamp) -> i64 {
    integer(now.0.saturating_sub(HORIZON_MS))
}

fn learned_outcome(row: &Row<'_>) -> Result<LearnedOutcome, Fault> {
    Ok(LearnedOutcome {
        incident: IncidentId::new(row.get::<_, String>("incident")?),
        number: unsigned(row, "number")?,
        code: row.get("code")?,
        strategy: row.get("strategy")?,
        ended: moment(row, "ended")?,
        outcome: word(row, "outcome")?,
    })
}

/// What an outcome counts now, from 1 downwards. One from the future (the clock was set back) counts 1.
fn weight(ended: Timestamp, now: Timestamp) -> f64 {
    let age = now.0.saturating_sub(ended.0);
    (-(age as f64) / HALF_LIFE_MS as f64).exp2()
}
