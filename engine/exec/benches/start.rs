//! What it costs to run `true`: the bare standard library against [`LocalExecutor`], in turns in one run.
//!
//! `cargo bench -p exec`; a number as argument changes the rounds. Prints medians in microseconds.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use driver::ports::{CancelSource, CommandRequest, Executor, Place, Stdin};
use exec::{LocalExecutor, LocalOptions};
use pipeline::remedy::Limits;

const ROUNDS: usize = 300;

/// Memory of an engine that has loaded its plugins: a plain fork gets slower with it.
const BALLAST_BYTES: usize = 100_000_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rounds = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(ROUNDS);
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let directory = tempfile::tempdir()?;
    let mut times = [const { Vec::new() }; 2];
    for _ in 0..rounds.min(50) {
        let begin = Instant::now();
        let executor = LocalExecutor::new(LocalOptions::default())?;
        times[0].push(begin.elapsed());
        let begin = Instant::now();
        drop(executor);
        times[1].push(begin.elapsed());
    }
    print("making an executor", &mut times[0]);
    print("dropping it", &mut times[1]);
    let executor = LocalExecutor::new(LocalOptions::default())?;
    let source = CancelSource::new();
    let executed = |limits: &Limits| {
        let request = request(directory.path(), limits.clone());
        let begin = Instant::now();
        let end = runtime.block_on(executor.run(request, source.handle()));
        assert!(end.outcome.is_success(), "{:?}", end.outcome);
        begin.elapsed()
    };
    let limited = Limits { memory_bytes: Some(1 << 30), ..Limits::default() };

    // Where there is a cgroup, the first one costs more.
    executed(&limited);
    for ballast in [0, BALLAST_BYTES] {
        let memory = vec![1_u8; ballast];
        let mut times = [const { Vec::new() }; 3];
        for _ in 0..rounds {
            times[0].push(bare()?);
            times[1].push(executed(&Limits::default()));
            times[2].push(executed(&limited));
        }
        println!("engine with {} MB of ballast:", memory.len() / 1_000_000);
        for (name, times) in
            ["std, with pipes", "LocalExecutor", "LocalExecutor, memory limit"].into_iter().zip(&mut times)
        {
            print(name, times);
        }
    }
    Ok(())
}

fn print(name: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |part: usize| times[(times.len() - 1) * part / 100].as_micros();
    println!("  {name:30} p50 {:6} µs   p95 {:6} µs", at(50), at(95));
}

fn bare() -> std::io::Result<Duration> {
    let begin = Instant::now();
    let mut command = Command::new("true");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.output()?;
    Ok(begin.elapsed())
}

fn request(root: &Path, limits: Limits) -> CommandRequest {
    CommandRequest {
        argv: vec!["true".to_owned()],
        env: BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())]),
        directory: String::new(),
        place: Place { root: root.to_owned(), visible_root: root.to_owned(), namespace: None },
        limits,
        log: root.join("log"),
        log_cap: 1 << 20,
        secrets: Arc::default(),
        sink: None,
        stdin: Stdin::Null,
        capture_bytes: 0,
    }
}
