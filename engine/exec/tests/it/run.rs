//! Starting: program, arguments, environment, directory, output.

use std::fs;
use std::io::Write;

use driver::ports::{Executor, Stdin, Stream};

use crate::bench::{Bench, Kept};

#[tokio::test]
async fn exit_code_is_passed_on() {
    let bench = Bench::new();
    let outcome = bench.run_shell("exit 7").await.outcome;
    assert_eq!((outcome.exit_code, outcome.signal, outcome.shell_code()), (Some(7), None, 7));
    assert!(!outcome.is_success() && !outcome.timed_out && outcome.fault.is_none());
    assert!(bench.run_shell("exit 0").await.outcome.is_success());
}

#[tokio::test]
async fn signal_is_told_from_an_exit_code() {
    let outcome = Bench::new().run_shell("kill -9 $$").await.outcome;
    assert_eq!((outcome.exit_code, outcome.signal, outcome.shell_code()), (None, Some(9), 137));
}

#[tokio::test]
async fn standard_input_is_empty() {
    let end = Bench::new().run_shell("cat; echo end").await;
    assert_eq!(end.stdout_tail, b"end\n");
}

#[tokio::test]
async fn engines_standard_input_without_a_terminal_is_passed_on_in_a_group_of_its_own() {
    let bench = Bench::new();
    let mut request = bench.shell("ps -o pgid= -p $$; echo $$");
    request.stdin = Stdin::Inherit;
    // In a terminal the command stays in the terminal's group instead.
    if std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        request.stdin = Stdin::Null;
    }
    let output = String::from_utf8(bench.run(request).await.stdout_tail).expect("text");
    let numbers: Vec<&str> = output.split_whitespace().collect();
    assert_eq!(numbers.len(), 2, "{output}");
    assert_eq!(numbers[0], numbers[1], "the command leads its group");
}

#[tokio::test]
async fn environment_is_exactly_the_given_one() {
    let bench = Bench::new();
    let mut request = bench.command(&["env"]);
    request.env.insert("GREETING".to_owned(), "two words".to_owned());
    let path = request.env["PATH"].clone();
    let output = String::from_utf8(bench.run(request).await.stdout_tail).expect("text");
    let mut lines: Vec<&str> = output.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["GREETING=two words".to_owned(), format!("PATH={path}")]);
}

#[tokio::test]
async fn number_of_jobs_reaches_build_tools() {
    let bench = Bench::new();
    let mut request = bench.shell("echo $MAKEFLAGS $CARGO_BUILD_JOBS $CMAKE_BUILD_PARALLEL_LEVEL");
    request.limits.jobs = Some(3);
    assert_eq!(bench.run(request).await.stdout_tail, b"-j3 3 3\n");
}

#[tokio::test]
async fn command_runs_in_its_directory() {
    let bench = Bench::new();
    fs::create_dir_all(bench.root().join("a/b")).expect("create");
    fs::write(bench.root().join("a/b/file"), "here").expect("write");
    let mut request = bench.command(&["cat", "file"]);
    request.directory = "a/b".to_owned();
    assert_eq!(bench.run(request).await.stdout_tail, b"here");
}

#[tokio::test]
async fn directory_that_is_missing_or_outside_is_not_entered() {
    let bench = Bench::new();
    for (directory, reason) in [
        ("nowhere", "No such file or directory"),
        ("../x", "leads out of the workspace"),
        ("/etc", "leads out of the workspace"),
    ] {
        let mut request = bench.shell("echo ran");
        request.directory = directory.to_owned();
        let end = bench.run(request).await;
        let not_started = end.outcome.not_started.expect("not started");
        assert!(not_started.contains(reason), "{not_started}");
        assert_eq!(end.stdout_tail, b"");
    }
}

#[tokio::test]
async fn missing_program_is_an_outcome_with_the_code_of_a_shell() {
    let bench = Bench::new();
    let outcome = bench.run(bench.command(&["no-such-program", "x"])).await.outcome;
    assert_eq!(outcome.not_started.as_deref(), Some("program `no-such-program` not found on PATH"));
    assert_eq!(outcome.shell_code(), 127);
    assert_eq!(outcome.fault, None);
    let outcome = bench.run(bench.command(&["./no-such-file"])).await.outcome;
    assert_eq!(outcome.not_started.as_deref(), Some("program `./no-such-file` not found"));
    assert_eq!(outcome.shell_code(), 127);
}

#[tokio::test]
async fn file_that_cannot_be_executed_is_told_from_a_missing_one() {
    let bench = Bench::new();
    fs::write(bench.root().join("data"), "text").expect("write");
    bench.executable("script", "#!/no/such/interpreter\n");
    let outcome = bench.run(bench.command(&["./data"])).await.outcome;
    assert_eq!(outcome.not_started.as_deref(), Some("program `./data` is not executable"));
    assert_eq!(outcome.shell_code(), 126);
    let outcome = bench.run(bench.command(&["./script"])).await.outcome;
    let reason = outcome.not_started.clone().expect("not started");
    assert!(reason.starts_with("the interpreter of `") && reason.ends_with("script` was not found"), "{reason}");
    assert_eq!(outcome.shell_code(), 127);
}

#[tokio::test]
async fn program_is_looked_up_in_the_path_of_the_command() {
    let bench = Bench::new();
    bench.executable("bin/tool", "#!/bin/sh\necho mine\n");
    let mut request = bench.command(&["tool"]);
    request.env.insert("PATH".to_owned(), "bin".to_owned());
    assert_eq!(bench.run(request).await.stdout_tail, b"mine\n");
}

#[tokio::test]
async fn script_without_an_interpreter_line_is_run_by_the_shell() {
    let bench = Bench::new();
    bench.executable("script", "echo \"$0 got $1\"\n");
    assert_eq!(bench.run(bench.command(&["./script", "two words"])).await.stdout_tail, b"./script got two words\n");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn signals_of_the_command_are_not_those_of_the_engine() {
    let bench = Bench::new();
    // A handler as the engine has it; the Rust runtime ignores SIGPIPE besides.
    let _handler = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::window_change()).expect("handler");
    let output = bench.run(bench.command(&["cat", "/proc/self/status"])).await.stdout_tail;
    let output = String::from_utf8(output).expect("text");
    let mask = |name: &str| {
        let text = output.lines().find_map(|line| line.strip_prefix(name)).expect("line");
        u64::from_str_radix(text.trim(), 16).expect("mask")
    };
    assert_eq!((mask("SigBlk:"), mask("SigCgt:")), (0, 0), "{output}");
    // Others that are ignored are inherited on purpose: think of nohup.
    assert_eq!(mask("SigIgn:") & (1 << (libc::SIGPIPE - 1)), 0, "{output}");
}

#[tokio::test]
async fn word_with_a_nul_byte_is_not_started() {
    let bench = Bench::new();
    let outcome = bench.run(bench.command(&["echo", "a\0b"])).await.outcome;
    assert!(outcome.not_started.is_some() && outcome.fault.is_none(), "{outcome:?}");
}

#[tokio::test]
async fn each_stream_keeps_its_order() {
    let bench = Bench::new();
    let kept = Kept::new();
    let mut request = bench.shell("i=0; while [ $i -lt 2000 ]; do i=$((i+1)); echo out $i; echo err $i >&2; done");
    request.sink = Some(kept.clone());
    let end = bench.run(request).await;
    for (stream, name) in [(Stream::Stdout, "out"), (Stream::Stderr, "err")] {
        let expected: String = (1..=2000).map(|number| format!("{name} {number}\n")).collect();
        assert_eq!(kept.text(stream), expected);
        let log = bench.log_text();
        let in_log: String =
            log.lines().filter(|line| line.starts_with(name)).map(|line| format!("{line}\n")).collect();
        assert_eq!(in_log, expected);
    }
    let everything = kept.text(Stream::Stdout);
    assert_eq!(end.stdout_tail, &everything.as_bytes()[everything.len() - 4096..]);
    assert_eq!(end.outcome.log_bytes, fs::metadata(bench.log()).expect("log").len());
}

#[tokio::test]
async fn output_comes_while_the_command_runs() {
    let bench = Bench::new();
    let fifo = bench.fifo("go");
    let kept = Kept::new();
    let mut request = bench.shell("echo ready; read answer < go; echo got $answer");
    request.sink = Some(kept.clone());
    let answer = async {
        kept.shows("ready\n").await;
        let write =
            move || fs::File::options().write(true).open(fifo).expect("open").write_all(b"yes\n").expect("write");
        tokio::task::spawn_blocking(write).await.expect("join");
    };
    let (end, ()) = tokio::join!(bench.run(request), answer);
    assert_eq!(end.stdout_tail, b"ready\ngot yes\n");
}

#[tokio::test]
async fn many_commands_run_at_the_same_time() {
    let bench = Bench::new();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..32 {
        let mut request = bench.shell(&format!("exit {number}"));
        request.log = bench.root().join(format!("{number}.log"));
        let (executor, cancel) = (bench.executor.clone(), bench.cancel());
        tasks.spawn(async move { (number, executor.run(request, cancel).await) });
    }
    while let Some(done) = tasks.join_next().await {
        let (number, end) = done.expect("join");
        assert_eq!(end.outcome.exit_code, Some(number));
    }
}
