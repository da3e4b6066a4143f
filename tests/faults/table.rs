//! The figures as Markdown that reads well in a terminal, too.

use std::fmt::Write as _;
use std::time::Duration;

use crate::catalogue::Nature;
use crate::figures::{Figures, Group, median, share};
use crate::verdict::Verdict;

const HEAD: &[&str] = &[
    "",
    "F",
    "A",
    "A/F",
    "H",
    "H/A",
    "H/F",
    "W",
    "W/A",
    "false",
    "MTTR ms",
    "CPU s",
    "retry ok",
    "retry false",
    "retry MTTR ms",
    "retry CPU s",
];

const LEGEND: &str = "F faults (curable: transient and healable); A a remedy of a standard plugin was tried; A/F coverage; H healed and true; H/A precision; H/F effective; W left something \
worse; W/A harm; false: green, but a bug or not true; MTTR: median from red to green; CPU: beyond the same run without healing. The \
last four columns are the same faults under a plain retry, three attempts at most: green and right, green and wrong, time, CPU.";

/// Everything that is to be seen.
pub fn markdown(figures: &Figures, verdicts: &[Verdict]) -> String {
    let mut rows = vec![HEAD.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>()];
    rows.extend(figures.ecosystems.iter().map(|(name, group)| row(name, group)));
    rows.extend(figures.strategies.iter().map(|(name, group)| row(name, group)));
    rows.extend(figures.natures.iter().map(|(nature, group)| row(&nature.to_string(), group)));
    rows.push(row("curable", &figures.curable));
    rows.push(row("total", &figures.total));
    format!("# Injected faults\n\n{}\n{LEGEND}\n\n{}\n{}", aligned(&rows), in_short(figures), catalogue(verdicts))
}

fn row(name: &str, group: &Group) -> Vec<String> {
    let true_retries = group.retried - group.falsely_retried.min(group.retried);
    vec![
        name.to_owned(),
        group.faults.to_string(),
        group.attempted.to_string(),
        percent(share(group.attempted, group.faults)),
        group.healed.to_string(),
        percent(share(group.healed, group.attempted)),
        percent(share(group.healed, group.faults)),
        group.worsened.to_string(),
        percent(share(group.worsened, group.attempted)),
        group.false_heals.to_string(),
        milliseconds(median(&group.times)),
        format!("{:.1}", group.cpu.as_secs_f64()),
        true_retries.to_string(),
        group.falsely_retried.to_string(),
        milliseconds(median(&group.retry_times)),
        format!("{:.1}", group.retry_cpu.as_secs_f64()),
    ]
}

/// Three ways to run continuous integration, side by side.
fn in_short(figures: &Figures) -> String {
    let total = &figures.total;
    let bugs = figures.natures.get(&Nature::Bug).map_or(0, |group| group.faults);
    let hidden = |count: fn(&Group) -> usize| figures.natures.get(&Nature::Bug).map_or(0, count);
    let ways = [
        [
            "way".to_owned(),
            "green and true".to_owned(),
            "green and false".to_owned(),
            format!("of {bugs} real bugs hidden"),
        ],
        [
            "healing off".to_owned(),
            "0".to_owned(),
            total.green_when_off.to_string(),
            hidden(|bugs| bugs.green_when_off).to_string(),
        ],
        [
            "retry 3 times".to_owned(),
            (total.retried - total.falsely_retried).to_string(),
            total.falsely_retried.to_string(),
            hidden(|bugs| bugs.falsely_retried).to_string(),
        ],
        [
            "healing".to_owned(),
            (total.healed + total.flaky_suspects).to_string(),
            total.false_heals.to_string(),
            hidden(|bugs| bugs.false_heals).to_string(),
        ],
    ];
    aligned(&ways.map(Vec::from))
}

/// One line for each fault.
fn catalogue(verdicts: &[Verdict]) -> String {
    let mut rows = vec![["fault", "nature", "strategy", "healing", "retry", "what"].map(str::to_owned).to_vec()];
    for verdict in verdicts {
        let (Some(fault), Some(runs)) = (verdict.case.fault, &verdict.seen) else { continue };
        let events = &runs.healing.events;
        let end =
            if runs.healing.is_green() { events.end().replace("success ", "") } else { events.incidents().join(", ") };
        let retry = if runs.retry_hid_something(fault) {
            "green, false"
        } else if runs.retry.is_green {
            "green"
        } else {
            "red"
        };
        rows.push(vec![
            verdict.case.name(),
            fault.nature.to_string(),
            fault.strategy.clone(),
            end,
            retry.to_owned(),
            fault.what.clone(),
        ]);
    }
    aligned(&rows)
}

/// A table whose first row is its head.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let widths: Vec<usize> =
        (0..columns).map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for (number, row) in rows.iter().enumerate() {
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(text, "| {cell:width$} ");
        }
        text.push_str("|\n");
        if number == 0 {
            widths.iter().for_each(|width| text.push_str(&format!("|{}", "-".repeat(width + 2))));
            text.push_str("|\n");
        }
    }
    text
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.0} %", share * 100.0))
}

fn milliseconds(time: Option<Duration>) -> String {
    time.map_or_else(|| "-".to_owned(), |time| time.as_millis().to_string())
}
