//! The fault-injection suite: small healthy projects, broken on purpose in many ways, and what becomes of each with healing
//! on, with healing off, and with a plain retry.
//!
//! ```sh
//! cargo test --workspace --test faults                    # all of them, and the table
//! cargo test --workspace --test faults -- python --list   # names
//! cargo test --workspace --test faults -- rust/lock-drift # one
//! ```
//!
//! [`catalogue`] holds the projects and faults as data: adding one needs no Rust. [`injection`] makes a lab of a fault, and
//! [`outside`] what lies beside it; [`manner`] runs it, [`verdict`] says what is wrong with what happened, [`figures`] counts
//! and [`table`] prints. A table goes to standard output whether the suite passes or not; the whole one is kept as
//! `target/faults.md`.

mod arguments;
mod catalogue;
mod figures;
mod injection;
mod manner;
mod outside;
mod table;
mod verdict;

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::arguments::Arguments;
use crate::catalogue::{Case, Ecosystem};
use crate::verdict::Verdict;

fn main() -> ExitCode {
    let arguments = Arguments::of(std::env::args().skip(1));
    let ecosystems = catalogue::load();
    let cases: Vec<Case> =
        ecosystems.iter().flat_map(Ecosystem::cases).filter(|case| arguments.wants(&case.name())).collect();
    if arguments.lists {
        cases.iter().for_each(|case| println!("{}: test", case.name()));
        return ExitCode::SUCCESS;
    }
    let started = Instant::now();
    println!("\nrunning {} faults", cases.len());
    let verdicts = judge_all(&cases, arguments.threads);
    let figures = figures::Figures::of(&verdicts);
    let complaints = complaints(&verdicts, &figures, arguments.wants_all());
    if !verdicts.is_empty() {
        let table = table::markdown(&figures, &verdicts);
        println!("\n{table}");
        if arguments.wants_all() {
            let path = lab::target().join("faults.md");
            std::fs::write(&path, &table).unwrap_or_else(|error| panic!("write {}: {error}", path.display()));
        }
    }
    let result = if complaints.is_empty() { "ok" } else { "FAILED" };
    for complaint in &complaints {
        println!("---- {complaint}");
    }
    let failed = verdicts.iter().filter(|verdict| !verdict.complaints.is_empty()).count();
    let passed = verdicts.len() - failed;
    let seconds = started.elapsed().as_secs();
    println!("\ntest result: {result}. {passed} passed; {failed} failed; finished in {seconds} s\n");
    ExitCode::from(u8::from(!complaints.is_empty()))
}

/// Runs every case, a few at a time, and says how each went as it ends.
fn judge_all<'a>(cases: &[Case<'a>], threads: usize) -> Vec<Verdict<'a>> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..threads.min(cases.len()) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let verdict = verdict::of(*case);
                    println!("fault {} ... {}", case.name(), verdict.in_short());
                    done.lock().expect("no thread panics while it holds the lock").push(verdict);
                }
            });
        }
    });
    let mut verdicts = done.into_inner().expect("no thread panics while it holds the lock");
    verdicts.sort_by_key(|verdict| verdict.case.name());
    verdicts
}

/// What is wrong: with single faults, and with the figures of all.
fn complaints(verdicts: &[Verdict], figures: &figures::Figures, is_whole: bool) -> Vec<String> {
    let mut all = Vec::new();
    for verdict in verdicts {
        all.extend(verdict.complaints.iter().map(|complaint| format!("{}: {complaint}", verdict.case.name())));
    }
    all.extend(figures.missed_bars(is_whole));
    all
}
