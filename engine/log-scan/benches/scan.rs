//! Scans a generated log and prints megabytes per second, beside `rg -c -f` (or `grep -cE -f`) on the same file.
//!
//! `cargo bench -p log-scan [-- MEGABYTES]`. One thread; the best of five runs of each.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use log_scan::{Evidence, Options, Position, RuleSet, RuleSpec, Scanner, Severity};

const RUNS: usize = 5;
const RULES: usize = 300;

fn main() {
    let megabytes: usize = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(64);
    let rules = rules();
    let patterns: Vec<String> = rules.iter().map(|rule| rule.pattern.clone()).collect();
    let log = log(megabytes << 20, &rules);
    let bytes = log.len() as f64 / 1e6;

    let (loading, set) = best(|| RuleSet::load(rules.clone()).expect("the generated rules are sound"));
    println!("load {RULES} rules           {:>9.2} ms", loading.as_secs_f64() * 1e3);
    let (scanning, scan) = best(|| {
        let mut scanner = Scanner::new(&set);
        log.chunks(64 << 10).for_each(|chunk| scanner.push(chunk));
        scanner.finish()
    });
    println!("scan {:>6.0} MB, {} lines  {:>9.0} MB/s", bytes, scan.lines(), bytes / scanning.as_secs_f64());
    let (judging, diagnosis) =
        best(|| scan.diagnose(&Evidence { exit_code: Some(1), ..Evidence::default() }, &Options::default()));
    println!(
        "diagnose                  {:>9.2} ms   ({} findings)",
        judging.as_secs_f64() * 1e3,
        diagnosis.findings.len()
    );

    let coloured = coloured(&log[..log.len() / 8]);
    let (scanning, _) = best(|| {
        let mut scanner = Scanner::new(&set);
        coloured.chunks(64 << 10).for_each(|chunk| scanner.push(chunk));
        scanner.finish()
    });
    println!("scan, colour on each line {:>9.0} MB/s", coloured.len() as f64 / 1e6 / scanning.as_secs_f64());

    let folder = std::env::temp_dir().join(format!("log-scan-bench-{}", std::process::id()));
    if let Err(error) = beside(&folder, &log, &patterns, bytes) {
        println!("no comparison: {error}");
    }
    let _ = std::fs::remove_dir_all(&folder);
}

/// Runs the same patterns over the same bytes with a tool that people have.
fn beside(folder: &Path, log: &[u8], patterns: &[String], bytes: f64) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let (log_file, pattern_file) = (folder.join("log"), folder.join("patterns"));
    std::fs::File::create(&log_file)?.write_all(log)?;
    for (tool, arguments) in [("rg", &["-j1", "-c", "-f"][..]), ("grep", &["-cE", "-f"])] {
        // `grep` knows no named groups.
        let text: Vec<String> = patterns
            .iter()
            .map(|pattern| if tool == "rg" { pattern.clone() } else { pattern.replace("?P<what>", "") })
            .collect();
        std::fs::write(&pattern_file, text.join("\n") + "\n")?;
        let run = || {
            Command::new(tool)
                .args(arguments)
                .arg(&pattern_file)
                .arg(&log_file)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
        };
        let started = Instant::now();
        if run().is_err() {
            println!("{tool} is not installed");
            continue;
        }
        // `grep` takes minutes where `rg` takes a second; once is enough for it.
        let time = if tool == "rg" { best(run).0 } else { started.elapsed() };
        println!("{tool} {:<21} {:>9.0} MB/s", arguments.join(" "), bytes / time.as_secs_f64());
        break;
    }
    Ok(())
}

fn best<T>(mut work: impl FnMut() -> T) -> (Duration, T) {
    let mut timed = || {
        let started = Instant::now();
        let result = work();
        (started.elapsed(), result)
    };
    let first = timed();
    (1..RUNS).map(|_| timed()).fold(first, |best, next| if next.0 < best.0 { next } else { best })
}

/// Words as tools use them in their messages.
const SUBJECTS: [&str; 20] = [
    "module",
    "package",
    "compiler",
    "linker",
    "certificate",
    "connection",
    "checksum",
    "lock file",
    "repository",
    "submodule",
    "snapshot",
    "port",
    "registry",
    "artifact",
    "toolchain",
    "manifest",
    "interpreter",
    "credential",
    "workspace",
    "container",
];
const TROUBLES: [&str; 15] = [
    "could not be found",
    "is not compatible with",
    "timed out after",
    "was refused by",
    "does not match",
    "has been removed from",
    "is already in use",
    "ran out of",
    "failed to resolve",
    "cannot be parsed",
    "was killed by",
    "returned an error for",
    "is locked by",
    "expected version",
    "is missing from",
];

fn rules() -> Vec<RuleSpec> {
    let pairs = SUBJECTS.iter().flat_map(|subject| TROUBLES.iter().map(move |trouble| (*subject, *trouble)));
    let specs = pairs.enumerate().map(|(number, (subject, trouble))| {
        let pattern = match number % 4 {
            0 => format!(r"^error: {subject} {trouble} (?P<what>\S+)"),
            1 => format!(r"tool{number}: {subject} {trouble} '(?P<what>[^']+)'"),
            2 => format!(r"(fatal|panic): the {subject} {trouble}"),
            _ => format!(r"{subject} [a-z0-9_.-]+ {trouble} .*line [0-9]+"),
        };
        RuleSpec {
            id: format!("bench@1.0.0/r{number}"),
            code: format!("bench.r{number}"),
            category: "unknown".to_owned(),
            ecosystem: "generic".to_owned(),
            pattern,
            negative: None,
            severity: Severity::Error,
            confidence: 0.8,
            specificity: 50,
            position: Position::Cause,
            disposition: "never".to_owned(),
            strategies: Vec::new(),
            asks_plugin: false,
            examples: Vec::new(),
            attrs: Vec::new(),
        }
    });
    specs.take(RULES).collect()
}

/// A log of which one line in four hundred matches.
fn log(bytes: usize, rules: &[RuleSpec]) -> Vec<u8> {
    let mut log = Vec::with_capacity(bytes + 200);
    // A linear congruential generator: the same log on every machine.
    let mut state = 1u64;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut number = 0;
    while log.len() < bytes {
        number += 1;
        let time =
            format!("2024-05-22T12:{:02}:{:02}.{:07}Z ", number / 60_000 % 60, number / 1000 % 60, number % 10_000_000);
        let subject = SUBJECTS[random(SUBJECTS.len())];
        let line = match random(400) {
            0 => {
                let rule = random(rules.len());
                let (subject, trouble) = (SUBJECTS[rule / TROUBLES.len()], TROUBLES[rule % TROUBLES.len()]);
                format!("error: {subject} {trouble} thing-{number}")
            }
            1..100 => format!(
                "[INFO] Downloading from central: https://repo.example/maven2/org/demo/{subject}/1.{}/demo-{number}.jar",
                random(40)
            ),
            100..180 => {
                format!("   Compiling {subject}-core v0.{}.{} (/builds/demo/demo/{subject})", random(20), random(20))
            }
            180..260 => format!("test {subject}::tests::handles_errors_in_step_{number} ... ok"),
            260..340 => format!(
                "[INFO] Tests run: {}, Failures: 0, Errors: 0, Skipped: 0 - in org.demo.{subject}Test",
                random(90)
            ),
            340..399 => {
                format!("npm http fetch GET 200 https://packages.example/{subject} {}ms (cache hit)", random(900))
            }
            _ => format!("warning: unused variable in {subject}.c:{}: note: expected by the linker", random(4000)),
        };
        log.extend_from_slice(time.as_bytes());
        log.extend_from_slice(line.as_bytes());
        log.push(b'\n');
    }
    log
}

fn coloured(log: &[u8]) -> Vec<u8> {
    let lines = log.split(|byte| *byte == b'\n');
    lines.flat_map(|line| [b"\x1b[32m".as_slice(), line, b"\x1b[0m\n"].concat()).collect()
}
