//! What `selfheal exec` costs over the bare command, and `selfheal diagnose` on a log of 1 MB, in one run on one machine.
//!
//! `cargo bench -p cli`. Targets (design.md section 13): at most 15 ms over `true`; at most 50 ms for the diagnosis, whole
//! process, warm. Both are measured interleaved with a command that people would use instead: the bare command, and
//! `grep -cE` for a handful of words.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Rounds of each measurement; the median is printed, so single slow rounds do not matter.
const ROUNDS: usize = 60;

fn main() {
    let engine = env!("CARGO_BIN_EXE_selfheal");
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let log = folder.path().join("build.log");
    std::fs::write(&log, log_of_one_megabyte()).expect("the log can be written");

    let with_engine = |arguments: &[&str]| {
        let mut command = Command::new(engine);
        command.args(arguments);
        prepare(&mut command, folder.path());
        command
    };
    let bare = || {
        let mut command = Command::new("true");
        prepare(&mut command, folder.path());
        command
    };
    let grep = || {
        let mut command = Command::new("grep");
        command.args(["-cE", "error|failed|fatal|exception|cannot"]).arg(&log);
        prepare(&mut command, folder.path());
        command
    };
    let path = log.to_str().expect("the temporary path is Unicode");
    // The first calls compile plugins and create the record.
    for _ in 0..3 {
        time(with_engine(&["exec", "--", "true"]));
        time(with_engine(&["diagnose", "--format", "json", path]));
    }
    let (mut plain, mut passed, mut grepped, mut diagnosed) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        plain.push(time(bare()));
        passed.push(time(with_engine(&["exec", "--", "true"])));
        grepped.push(time(grep()));
        diagnosed.push(time(with_engine(&["diagnose", "--format", "json", path])));
    }
    let (plain, passed) = (median(plain), median(passed));
    println!("true                        {:8.2} ms", ms(plain));
    println!(
        "selfheal exec -- true       {:8.2} ms   {:.2} ms over `true`, {:.1} times (target: at most 15 ms over)",
        ms(passed),
        ms(passed) - ms(plain),
        ms(passed) / ms(plain)
    );
    println!("grep -cE on 1 MB            {:8.2} ms", ms(median(grepped)));
    println!("selfheal diagnose on 1 MB   {:8.2} ms   (target: at most 50 ms)", ms(median(diagnosed)));
}

fn prepare(command: &mut Command, folder: &Path) {
    command
        .current_dir(folder)
        .env("SELFHEAL_STATE_DIR", folder.join("state"))
        .env("SELFHEAL_CACHE_DIR", folder.join("cache"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
}

fn time(mut command: Command) -> Duration {
    let start = Instant::now();
    command.status().expect("the command can be started");
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// A log that mostly does not match, with one cause near its end.
fn log_of_one_megabyte() -> String {
    let mut log = String::new();
    let mut number = 0;
    while log.len() < 1 << 20 {
        number += 1;
        let _ = writeln!(log, "[{number:>6}] Compiling module_{number} into build/objects/module_{number}.o ... done");
    }
    log.push_str("Traceback (most recent call last):\n  File \"app.py\", line 3, in <module>\n    import yaml\n");
    log.push_str("ModuleNotFoundError: No module named 'yaml'\n");
    log
}
