//! Counts right answers and holds the shares to their floors.

use std::fmt::Write as _;

/// Ids of misses that a message names; the commands in `tests/logs/README.md` list all.
const SHOWN_MISSES: usize = 12;
/// Bins of confidence for the calibration error.
const BINS: usize = 10;

/// How often an answer was right.
#[derive(Default)]
pub struct Share {
    right: usize,
    misses: Vec<String>,
}

impl Share {
    /// Counts one answer.
    pub fn count(&mut self, is_right: bool, id: &str) {
        if is_right {
            self.right += 1;
        } else {
            self.misses.push(id.to_owned());
        }
    }

    fn asked(&self) -> usize {
        self.right + self.misses.len()
    }

    fn percent(&self) -> f64 {
        100.0 * as_f64(self.right) / as_f64(self.asked().max(1))
    }
}

/// Expected calibration error: by how much confidence and the share of right answers differ, in ten bins of confidence
/// weighed by their size.
#[derive(Default)]
pub struct Calibration {
    answers: Vec<(f64, bool)>,
}

impl Calibration {
    /// Counts one answer.
    pub fn count(&mut self, confidence: f64, is_right: bool) {
        self.answers.push((confidence, is_right));
    }

    fn error(&self) -> f64 {
        let mut bins = [(0.0, 0.0); BINS];
        for &(confidence, is_right) in &self.answers {
            let upper = |bin: &usize| confidence * as_f64(BINS) < as_f64(*bin + 1);
            let bin = (0..BINS - 1).find(upper).unwrap_or(BINS - 1);
            bins[bin].0 += confidence;
            bins[bin].1 += f64::from(u8::from(is_right));
        }
        let apart: f64 = bins.iter().map(|(confidence, right)| (confidence - right).abs()).sum();
        apart / as_f64(self.answers.len().max(1))
    }
}

/// Whether a report says which logs were missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misses {
    Named,
    /// For logs that writers of rules do not read: a name says much of what is in a log.
    Counted,
}

/// The figures of one set of logs against what they must not fall below.
pub struct Report {
    set: String,
    misses: Misses,
    text: String,
    has_fallen: bool,
}

impl Report {
    /// A report about a set of logs.
    pub fn of(set: &str, misses: Misses) -> Self {
        Self { set: set.to_owned(), misses, text: String::new(), has_fallen: false }
    }

    /// Holds a share to its floor, in percent.
    #[must_use]
    pub fn share(mut self, what: &str, floor: f64, got: &Share) -> Self {
        let (percent, right, asked) = (got.percent(), got.right, got.asked());
        let has_fallen = asked == 0 || percent < floor;
        self.line(what, &format!("floor {floor:5.1} %, got {percent:5.1} % ({right}/{asked})"), has_fallen);
        if has_fallen && self.misses == Misses::Named {
            let shown: Vec<&str> = got.misses.iter().take(SHOWN_MISSES).map(String::as_str).collect();
            self.write(&format!("      missed: {}", shown.join(", ")));
        }
        self
    }

    /// Holds the calibration error to its ceiling.
    #[must_use]
    pub fn calibration(mut self, ceiling: f64, got: &Calibration) -> Self {
        let error = got.error();
        let has_fallen = got.answers.is_empty() || error > ceiling;
        self.line("calibration error", &format!("ceiling {ceiling:.3}, got {error:.3}"), has_fallen);
        self
    }

    /// Fails the test where a figure fell; otherwise only prints them, for `--nocapture`.
    #[track_caller]
    pub fn check(self) {
        println!("{}\n{}", self.set, self.text);
        assert!(!self.has_fallen, "diagnosis got worse on {}:\n{}", self.set, self.text);
    }

    fn line(&mut self, what: &str, figures: &str, has_fallen: bool) {
        self.has_fallen |= has_fallen;
        let mark = if has_fallen { "FELL" } else { "" };
        self.write(&format!("  {what:30} {figures} {mark}"));
    }

    fn write(&mut self, line: &str) {
        writeln!(self.text, "{}", line.trim_end()).expect("a string can be written to");
    }
}

/// Counts of logs are far below 2^32.
fn as_f64(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("a count of logs fits"))
}

#[test]
fn a_share_at_its_floor_stands_and_one_below_it_or_of_nothing_falls() {
    let mut share = Share::default();
    share.count(true, "right");
    share.count(false, "wrong");
    let report = |floor: f64, share: &Share| Report::of("logs", Misses::Named).share("category", floor, share);
    assert!(!report(50.0, &share).has_fallen);
    let fallen = report(50.1, &share);
    assert!(fallen.has_fallen && fallen.text.contains("missed: wrong"));
    assert!(report(0.0, &Share::default()).has_fallen);
}

#[test]
fn confidence_that_keeps_its_word_has_no_calibration_error() {
    let of = |answers: &[(f64, bool)]| Calibration { answers: answers.to_vec() }.error();
    assert!(of(&[(0.5, true), (0.5, false)]) < 1e-9);
    assert!((of(&[(1.0, true), (1.0, false)]) - 0.5).abs() < 1e-9);
}
