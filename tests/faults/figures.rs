//! The figures: counts by ecosystem, by strategy, by nature and of all, and the bars that they have to reach.
//!
//! Of the faults F of a group: A = those for which a remedy of a standard plugin was tried, H = those that ended `healed` and are
//! true. What the catalogue's bad plugins have tried says nothing about ours: it may do no harm, and is no attempt. Coverage is
//! A/F, precision H/A, the effective rate H/F. W = those where healing left the workspace, a test, a gate or a hash worse than
//! it was; harm is W/A. A remedy that made things worse in its scratch and was dropped with it is no harm, and no heal either.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::catalogue::{Case, Fault, Nature};
use crate::verdict::{Runs, Verdict};

/// Share of attempted faults that have to be healed.
const PRECISION: f64 = 0.95;
/// Speaks for the bad plugins of the catalogue.
pub const BAD_PLUGIN: &str = "scripted";
/// Faults that the catalogue has to hold, and real bugs among them.
const FAULTS: usize = 60;
const BUGS: usize = 14;
/// Bugs for which a plugin offers a remedy that nobody may take.
const ADVERSARIAL: usize = 4;
/// Each of them has to be there.
const STRATEGIES: [&str; 7] = ["retry", "dependency", "resource", "config", "rollback", "alternative", "escalate"];

/// What became of the faults of a group.
#[derive(Default)]
pub struct Group {
    /// F.
    pub faults: usize,
    /// A.
    pub attempted: usize,
    /// H.
    pub healed: usize,
    /// Green, with the credit withheld.
    pub flaky_suspects: usize,
    /// W.
    pub worsened: usize,
    /// Green, but a bug or not true.
    pub false_heals: usize,
    /// From red to green.
    pub times: Vec<Duration>,
    /// Processor time beyond that of the same run without healing.
    pub cpu: Duration,
    /// Green without healing.
    pub green_when_off: usize,
    /// Green at the second or third plain attempt.
    pub retried: usize,
    /// Of these, a bug or not true.
    pub falsely_retried: usize,
    /// From red to green by plain retries.
    pub retry_times: Vec<Duration>,
    /// Processor time of plain retries.
    pub retry_cpu: Duration,
}

/// All groups.
pub struct Figures {
    /// All faults.
    pub total: Group,
    /// By ecosystem.
    pub ecosystems: BTreeMap<String, Group>,
    /// By the strategy that a fault is for.
    pub strategies: BTreeMap<String, Group>,
    /// By nature.
    pub natures: BTreeMap<Nature, Group>,
    /// Those that something other than a person can mend: the transient and the healable ones.
    pub curable: Group,
    adversarial: usize,
}

impl Figures {
    /// Counts.
    pub fn of(verdicts: &[Verdict]) -> Self {
        let mut figures = Self {
            total: Group::default(),
            ecosystems: BTreeMap::new(),
            strategies: BTreeMap::new(),
            natures: BTreeMap::new(),
            curable: Group::default(),
            adversarial: 0,
        };
        for verdict in verdicts {
            let (Case { ecosystem, fault: Some(fault), .. }, Some(runs)) = (verdict.case, &verdict.seen) else {
                continue;
            };
            figures.total.add(fault, runs);
            figures.ecosystems.entry(ecosystem.to_owned()).or_default().add(fault, runs);
            figures.strategies.entry(fault.strategy.clone()).or_default().add(fault, runs);
            figures.natures.entry(fault.nature).or_default().add(fault, runs);
            if matches!(fault.nature, Nature::Transient | Nature::Healable) {
                figures.curable.add(fault, runs);
            }
            figures.adversarial += usize::from(fault.nature == Nature::Bug && !fault.offers.is_empty());
        }
        figures
    }

    /// The bars that were missed. Those about shares and sizes are for the whole catalogue.
    pub fn missed_bars(&self, is_whole: bool) -> Vec<String> {
        let mut missed = Vec::new();
        let mut bar = |is_reached: bool, text: String| {
            if !is_reached {
                missed.push(text);
            }
        };
        let total = &self.total;
        bar(total.worsened == 0, format!("healing did harm in {} faults", total.worsened));
        bar(total.false_heals == 0, format!("{} faults were healed falsely", total.false_heals));
        bar(total.green_when_off == 0, format!("{} faults are none", total.green_when_off));
        if is_whole {
            let bugs = self.natures.get(&Nature::Bug).map_or(0, |group| group.faults);
            let precision = share(total.healed, total.attempted).unwrap_or_default();
            bar(precision >= PRECISION, format!("precision is {:.1} %", precision * 100.0));
            bar(total.faults >= FAULTS, format!("there are only {} faults", total.faults));
            bar(bugs >= BUGS, format!("there are only {bugs} real bugs"));
            bar(self.adversarial >= ADVERSARIAL, format!("only {} bugs meet a bad plugin", self.adversarial));
            let known: BTreeSet<&str> = self.strategies.keys().map(String::as_str).collect();
            bar(known == STRATEGIES.into(), format!("the strategies are {known:?}"));
        }
        missed
    }
}

impl Group {
    fn add(&mut self, fault: &Fault, runs: &Runs) {
        let (healing, retry) = (&runs.healing, &runs.retry);
        let is_false = runs.healing_hid_something(fault);
        let end = healing.events.end();
        self.faults += 1;
        self.attempted += usize::from(healing.events.healers_tried().iter().any(|plugin| plugin != BAD_PLUGIN));
        self.healed += usize::from(end == "success healed" && !is_false);
        self.flaky_suspects += usize::from(end == "success flaky-suspect");
        self.worsened += usize::from(runs.healing_did_harm());
        self.false_heals += usize::from(is_false);
        self.times.extend(healing.events.red_to_green_ms().map(Duration::from_millis));
        self.cpu += healing.cpu.saturating_sub(retry.first.cpu);
        self.green_when_off += usize::from(retry.first.is_green());
        self.retried += usize::from(retry.is_green && !retry.first.is_green());
        self.falsely_retried += usize::from(runs.retry_hid_something(fault));
        self.retry_times.extend(retry.to_green);
        self.retry_cpu += retry.cpu;
    }
}

/// A share, where there is something to have a share of.
pub fn share(part: usize, whole: usize) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "these are counts of faults")]
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The time in the middle.
pub fn median(times: &[Duration]) -> Option<Duration> {
    let mut times = times.to_vec();
    times.sort();
    times.get(times.len() / 2).copied()
}
