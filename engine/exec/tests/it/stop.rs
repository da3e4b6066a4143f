//! Stopping, and what must not be left behind.

use std::fs;
use std::io::Write;
use std::time::Duration;

use driver::ports::Executor;
use exec::LocalOptions;
use rustix::process::{Pid, Signal, kill_process};

use crate::bench::{Bench, Holders, Kept, TOO_LONG};

#[tokio::test]
async fn timeout_kills_the_whole_group_even_where_term_is_ignored() {
    let bench = Bench::new();
    let holders = Holders::of(bench.fifo("held"));
    let script = "trap '' TERM; exec 3>held; sh -c 'while :; do sleep 1000; done' & while :; do sleep 1000; done";
    let mut request = bench.shell(script);
    request.limits.timeout_ms = Some(300);
    let outcome = bench.run(request).await.outcome;
    assert!(outcome.timed_out && !outcome.cancelled, "{outcome:?}");
    assert_eq!((outcome.signal, outcome.shell_code()), (Some(9), 124));
    assert!(outcome.duration_ms >= 500, "TERM came first: {outcome:?}");
    holders.gone().await;
}

#[tokio::test]
async fn command_may_clean_up_when_it_is_cancelled() {
    let bench = Bench::with(LocalOptions { grace: TOO_LONG, ..LocalOptions::default() });
    let holders = Holders::of(bench.fifo("held"));
    let kept = Kept::new();
    // The background process says that it is ready: a shell that has only just forked for it would swallow the signal.
    let script = "exec 3>held; trap 'echo bye; exit 3' TERM; sh -c 'echo ready; exec sleep 1000' & wait";
    let mut request = bench.shell(script);
    request.sink = Some(kept.clone());
    let cancel = async {
        kept.shows("ready").await;
        bench.source.cancel();
    };
    let (end, ()) = tokio::join!(bench.run(request), cancel);
    assert!(end.outcome.cancelled && !end.outcome.timed_out, "{:?}", end.outcome);
    assert_eq!(end.outcome.exit_code, Some(3));
    assert_eq!(end.stdout_tail, b"ready\nbye\n");
    holders.gone().await;
}

#[tokio::test]
async fn cancelled_run_starts_nothing() {
    let bench = Bench::new();
    bench.source.cancel();
    let outcome = bench.run_shell("touch ran").await.outcome;
    assert!(outcome.cancelled);
    assert!(!bench.root().join("ran").exists());
}

#[tokio::test]
async fn command_ends_when_nobody_waits_for_it_any_more() {
    let bench = Bench::new();
    let mut holders = Holders::of(bench.fifo("held"));
    let (executor, request, cancel) = (bench.executor.clone(), bench.shell("exec 3>held; sleep 1000"), bench.cancel());
    let run = tokio::spawn(async move { executor.run(request, cancel).await });
    holders.opened().await;
    run.abort();
    holders.gone().await;
}

#[tokio::test]
async fn background_process_of_the_group_ends_with_the_command() {
    let bench = Bench::new();
    let holders = Holders::of(bench.fifo("held"));
    let end = bench.run_shell("exec 3>held; sleep 1000 >/dev/null 2>&1 & echo done").await;
    assert!(end.outcome.is_success());
    assert_eq!(end.stdout_tail, b"done\n");
    holders.gone().await;
}

#[tokio::test]
async fn background_process_that_holds_the_pipe_does_not_hang_the_run() {
    let bench = Bench::new();
    let holders = Holders::of(bench.fifo("held"));
    let end = bench.run_shell("trap '' TERM; exec 3>held; sh -c 'while :; do sleep 1000; done' & echo done").await;
    assert!(end.outcome.is_success());
    assert!(end.outcome.duration_ms < 250, "the time after its end is not the command's: {:?}", end.outcome);
    holders.gone().await;
}

#[tokio::test]
async fn daemon_that_left_the_group_and_holds_the_pipe_does_not_hang_the_run() {
    let bench = Bench::new();
    let mut holders = Holders::of(bench.fifo("held"));
    let end = bench.run_shell("setsid sh -c 'echo $$ > pid; exec 3>held; exec sleep 1000' & echo done").await;
    assert!(end.outcome.is_success());
    holders.opened().await;
    let pid = fs::read_to_string(bench.root().join("pid")).expect("pid");
    let pid = Pid::from_raw(pid.trim().parse().expect("number")).expect("positive");
    kill_process(pid, Signal::KILL).expect("it runs on: it asked for a session of its own");
    holders.gone().await;
}

#[tokio::test]
async fn background_process_may_finish_its_output() {
    let bench = Bench::with(LocalOptions { settle: TOO_LONG, ..LocalOptions::default() });
    let fifo = bench.fifo("go");
    let kept = Kept::new();
    let mut request = bench.shell("{ read answer < go; echo late $answer; } & echo first");
    request.sink = Some(kept.clone());
    let answer = async {
        kept.shows("first").await;
        let write =
            move || fs::File::options().write(true).open(fifo).expect("open").write_all(b"yes\n").expect("write");
        tokio::task::spawn_blocking(write).await.expect("join");
    };
    let (end, ()) = tokio::join!(bench.run(request), answer);
    assert_eq!(end.stdout_tail, b"first\nlate yes\n");
}

#[tokio::test]
async fn stopped_process_is_continued_so_that_it_can_end() {
    let bench = Bench::with(LocalOptions { grace: TOO_LONG, ..LocalOptions::default() });
    let mut request = bench.shell("kill -STOP $$; sleep 1000");
    request.limits.timeout_ms = Some(200);
    let outcome = bench.run(request).await.outcome;
    assert!(outcome.timed_out && outcome.duration_ms < 50_000, "{outcome:?}");
    assert_eq!(outcome.signal, Some(15));
}

#[tokio::test]
async fn executor_can_be_dropped_and_made_again() {
    for _ in 0..3 {
        let bench = Bench::with(LocalOptions { grace: Duration::ZERO, settle: Duration::ZERO });
        assert!(bench.run_shell("true").await.outcome.is_success());
    }
}
