//! Measures what the scanner promises, each promise beside its yardstick in the same run:
//!
//! - faster on one thread than `rg -j1 -c -f` with the same patterns on the same file;
//! - a further plugin with 100 rules slows the scan by at most 10 %;
//! - memory stays flat on a log of 1 GB, which is made while it is scanned.
//!
//! `cargo bench -p log-scan [-- MEGABYTES]`; 200 MB unless told. The log is generated and the same everywhere: times, paths,
//! downloads and tests, one line in four hundred matches. Wall time is the best of five runs; processor time is the mean of
//! the same runs (Linux only) and is the one to trust on a machine that does other things, too.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use log_scan::{Evidence, Options, Position, RuleSet, RuleSpec, Scan, Scanner, Severity};

const RUNS: u32 = 5;
const RULES: usize = 300;
/// Rules of the further plugin.
const FURTHER: usize = 100;
/// Size of the log that is scanned for its memory only.
const STREAMED: usize = 1 << 30;
const CHUNK: usize = 64 << 10;

fn main() {
    let megabytes: usize = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(200);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load of the machine        {}", load.split(' ').take(3).collect::<Vec<_>>().join(" "));
    let rules = rules();
    let prepared: Vec<RuleSpec> = rules.iter().cloned().map(RuleSpec::prepared).collect();
    let set = RuleSet::load(prepared.clone()).expect("the generated rules are sound");
    // First, while nothing else has been in memory.
    memory(&set, &rules);

    let loading = timed(|| RuleSet::load(rules.clone()).map(drop).expect("the generated rules are sound"));
    println!("load {RULES} rules             {loading}");
    let loading = timed(|| RuleSet::load(prepared.clone()).map(drop).expect("the generated rules are sound"));
    println!("load {RULES} prepared rules    {loading}");

    let folder = std::env::temp_dir().join(format!("log-scan-bench-{}", std::process::id()));
    if let Err(error) = on_file(&folder, megabytes << 20, &rules, &set) {
        println!("no measurement: {error}");
    }
    let _ = std::fs::remove_dir_all(&folder);
}

/// Scans a log that is longer than anything that may be kept.
fn memory(set: &RuleSet, rules: &[RuleSpec]) {
    let mut lines = Lines::new();
    let mut chunk = Vec::with_capacity(CHUNK + 400);
    let mut scanner = Scanner::new(set);
    let (mut scanned, mut early) = (0, None);
    while scanned < STREAMED {
        chunk.clear();
        while chunk.len() < CHUNK {
            lines.push(&mut chunk, rules);
        }
        scanner.push(&chunk);
        scanned += chunk.len();
        if early.is_none() && scanned >= STREAMED / 2 {
            early = peak();
        }
    }
    let matched = scanner.matched();
    drop(scanner.finish());
    match (early, peak()) {
        (Some(early), Some(late)) => println!(
            "memory on {} MiB          peak {:.1} MiB, of these {:.1} MiB after the first {} MiB; {matched} matches",
            STREAMED >> 20,
            late,
            late - early,
            STREAMED >> 21
        ),
        _ => println!("memory                     not known on this system"),
    }
}

/// The most memory that this process ever held, in MiB.
fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(kilobytes.trim().trim_end_matches(" kB").parse::<f64>().ok()? / 1024.0)
}

fn on_file(folder: &Path, bytes: usize, rules: &[RuleSpec], set: &RuleSet) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let (log_file, pattern_file) = (folder.join("log"), folder.join("patterns"));
    let log = log(bytes, rules);
    File::create(&log_file)?.write_all(&log)?;
    let mut found = None;
    let scanning = timed(|| found = scan(set, &log_file).ok());
    let (found, matched) = found.ok_or_else(|| std::io::Error::other("the log cannot be read back"))?;
    println!(
        "scan {:>4} MB, {} lines  {}   {matched} matches",
        log.len() / 1_000_000,
        found.lines(),
        scanning.speed(log.len())
    );
    let judging =
        timed(|| drop(found.diagnose(&Evidence { exit_code: Some(1), ..Evidence::default() }, &Options::default())));
    println!("diagnose                   {judging}");

    let coloured = coloured(&log[..log.len() / 8]);
    let in_colour = timed(|| {
        let mut scanner = Scanner::new(set);
        coloured.chunks(CHUNK).for_each(|chunk| scanner.push(chunk));
        drop(scanner.finish());
    });
    println!("scan, colour on each line  {}", in_colour.speed(coloured.len()));

    let more: Vec<RuleSpec> = rules.iter().cloned().chain(further_rules()).collect();
    let more = RuleSet::load(more).expect("the generated rules are sound");
    let with_more = timed(|| drop(scan(&more, &log_file)));
    println!("scan, {FURTHER} rules more       {}", with_more.speed(log.len()));
    println!("    slower by              {}", with_more.compared_with(scanning));

    let Some((tool, arguments)) = yardstick() else {
        println!("no comparison: neither rg nor grep is there");
        return Ok(());
    };
    // `grep` knows no named groups, and `rg` joins all patterns to one, in which a name may stand only once.
    let patterns: Vec<String> = rules.iter().map(|rule| rule.pattern.replace("?P<what>", "")).collect();
    std::fs::write(&pattern_file, patterns.join("\n") + "\n")?;
    let mut counted = Ok(String::new());
    let run = || {
        let mut command = Command::new(tool);
        let output = command.args(arguments).arg(&pattern_file).arg(&log_file).stdin(Stdio::null()).output();
        counted = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    };
    // `grep` takes minutes where `rg` takes a second; once is enough for it.
    let other = if tool == "rg" { timed(run) } else { timed_runs(1, run) };
    let counted = counted?;
    println!("{tool} {:<23} {}   {counted} lines match", arguments.join(" "), other.speed(log.len()));
    if counted.parse::<u64>().is_err() {
        return Err(std::io::Error::other(format!("{tool} did not count")));
    }
    println!("    scan takes, against it {}", scanning.compared_with(other));
    Ok(())
}

/// The scan of a file and the number of its matches.
fn scan(set: &RuleSet, path: &Path) -> std::io::Result<(Scan, u64)> {
    let mut file = File::open(path)?;
    let mut chunk = vec![0; CHUNK];
    let mut scanner = Scanner::new(set);
    loop {
        match file.read(&mut chunk)? {
            0 => {
                let matched = scanner.matched();
                return Ok((scanner.finish(), matched));
            }
            count => scanner.push(&chunk[..count]),
        }
    }
}

/// The tool that people have, with its arguments.
fn yardstick() -> Option<(&'static str, &'static [&'static str])> {
    let is_there = |tool: &str| {
        let mut command = Command::new(tool);
        command
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    if is_there("rg") {
        return Some(("rg", &["-j1", "-c", "-f"]));
    }
    println!(
        "rg is not installed (`apt-get install ripgrep` or `cargo install ripgrep`); grep stands in for it, and is"
    );
    println!("no match for it: the figure below says nothing about the promise");
    is_there("grep").then_some(("grep", &["-cE", "-f"]))
}

/// What some work took.
#[derive(Clone, Copy)]
struct Time {
    /// The best run.
    wall: Duration,
    /// Processor time of this process and its children, the mean of all runs, where it is known.
    processor: Option<Duration>,
}

impl Time {
    fn speed(self, bytes: usize) -> String {
        let speed = |time: Duration| bytes as f64 / 1e6 / time.as_secs_f64();
        match self.processor {
            Some(time) => {
                format!("{:>7.0} MB/s   {:>7.0} MB per second of processor time", speed(self.wall), speed(time))
            }
            None => format!("{:>7.0} MB/s", speed(self.wall)),
        }
    }

    fn compared_with(self, other: Time) -> String {
        let percent = |mine: Duration, other: Duration| 100.0 * (mine.as_secs_f64() / other.as_secs_f64());
        let wall = percent(self.wall, other.wall);
        match (self.processor, other.processor) {
            (Some(mine), Some(other)) => {
                format!("{wall:>7.1} %      {:>7.1} % of its processor time", percent(mine, other))
            }
            _ => format!("{wall:>7.1} %"),
        }
    }
}

impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:>7.2} ms", self.wall.as_secs_f64() * 1e3)
    }
}

fn timed(work: impl FnMut()) -> Time {
    timed_runs(RUNS, work)
}

fn timed_runs(runs: u32, mut work: impl FnMut()) -> Time {
    let before = processor_time();
    let mut best = Duration::MAX;
    for _ in 0..runs {
        let started = Instant::now();
        work();
        best = best.min(started.elapsed());
    }
    let spent = processor_time().zip(before).map(|(after, before)| (after - before) / runs);
    Time { wall: best, processor: spent.filter(|spent| !spent.is_zero()) }
}

/// Processor time of this process and of the children it waited for, as Linux counts it: in hundredths of a second.
fn processor_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program, in brackets, may hold anything; user, system and both of children are fields 14 to 17.
    let fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11).take(4);
    let ticks: u64 = fields.map(str::parse::<u64>).sum::<Result<_, _>>().ok()?;
    Some(Duration::from_millis(10 * ticks))
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

/// The rules of a further plugin: other subjects, other troubles.
fn further_rules() -> Vec<RuleSpec> {
    let mut further = rules();
    further.truncate(FURTHER);
    for (number, rule) in further.iter_mut().enumerate() {
        rule.id = format!("further@1.0.0/r{number}");
        rule.code = format!("further.r{number}");
        let subject = SUBJECTS[number % SUBJECTS.len()];
        rule.pattern = match number % 3 {
            0 => format!(r"^widget {number}: no {subject} left for (?P<what>\S+)"),
            1 => format!(r"refused to unfold the {subject} [0-9]+ after step {number}"),
            _ => format!(r"(broken|missing) {subject} in drawer {number}:"),
        };
    }
    further
}

fn rules() -> Vec<RuleSpec> {
    let pairs = SUBJECTS.iter().flat_map(|subject| TROUBLES.iter().map(move |trouble| (*subject, *trouble)));
    let specs = pairs.enumerate().map(|(number, (subject, trouble))| {
        let pattern = match number % 4 {
            0 => format!(r"error: {subject} {trouble} (?P<what>\S+)"),
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

/// Lines of a log of which one in four hundred matches.
struct Lines {
    /// Of a linear congruential generator: the same log on every machine.
    state: u64,
    number: usize,
}

impl Lines {
    fn new() -> Self {
        Self { state: 1, number: 0 }
    }

    fn random(&mut self, below: usize) -> usize {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) as usize % below
    }

    /// Appends the next line.
    fn push(&mut self, log: &mut Vec<u8>, rules: &[RuleSpec]) {
        self.number += 1;
        let number = self.number;
        let subject = SUBJECTS[self.random(SUBJECTS.len())];
        let (kind, count) = (self.random(400), self.random(900));
        let (hour, minute, second) = (number / 3_600_000 % 24, number / 60_000 % 60, number / 1000 % 60);
        let _ = write!(log, "2024-05-22T{hour:02}:{minute:02}:{second:02}.{:07}Z ", number % 10_000_000);
        let _ = match kind {
            0 => {
                let rule = self.random(rules.len());
                let (subject, trouble) = (SUBJECTS[rule / TROUBLES.len()], TROUBLES[rule % TROUBLES.len()]);
                match rule % 4 {
                    0 => writeln!(log, "error: {subject} {trouble} thing-{number}"),
                    1 => writeln!(log, "tool{rule}: {subject} {trouble} 'thing-{number}'"),
                    2 => writeln!(log, "fatal: the {subject} {trouble} {number}"),
                    _ => writeln!(log, "{subject} thing-{number} {trouble} part 7, line {number}"),
                }
            }
            1..100 => writeln!(
                log,
                "[INFO] Downloading from central: https://repo.example/maven2/org/demo/{subject}/1.{count}/demo-{number}.jar"
            ),
            100..180 => writeln!(log, "   Compiling {subject}-core v0.{count}.2 (/builds/demo/demo/{subject})"),
            180..260 => writeln!(log, "test {subject}::tests::handles_errors_in_step_{number} ... ok"),
            260..340 => writeln!(
                log,
                "[INFO] Tests run: {count}, Failures: 0, Errors: 0, Skipped: 0 - in org.demo.{subject}Test"
            ),
            340..399 => {
                writeln!(log, "npm http fetch GET 200 https://packages.example/{subject} {count}ms (cache hit)")
            }
            _ => writeln!(log, "warning: unused variable in {subject}.c:{count}: note: expected by the linker"),
        };
    }
}

fn log(bytes: usize, rules: &[RuleSpec]) -> Vec<u8> {
    let mut log = Vec::with_capacity(bytes + 400);
    let mut lines = Lines::new();
    while log.len() < bytes {
        lines.push(&mut log, rules);
    }
    log
}

fn coloured(log: &[u8]) -> Vec<u8> {
    let lines = log.split(|byte| *byte == b'\n');
    lines.flat_map(|line| [b"\x1b[32m".as_slice(), line, b"\x1b[0m\n"].concat()).collect()
}
