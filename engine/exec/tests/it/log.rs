//! The log on disk.

use std::fs;
use std::sync::Arc;

use driver::ports::Stream;

use crate::bench::{Bench, Kept};

#[tokio::test]
async fn secrets_are_masked_in_the_log_and_not_in_the_sink() {
    let bench = Bench::new();
    let kept = Kept::new();
    let mut request = bench.shell("echo \"token: $TOKEN.\"; echo \"again $TOKEN\" >&2");
    request.env.insert("TOKEN".to_owned(), "s3cr3t-v4lue-of-the-test".to_owned());
    request.secrets = Arc::new(vec!["s3cr3t-v4lue-of-the-test".to_owned()]);
    request.sink = Some(kept.clone());
    bench.run(request).await;
    let log = bench.log_text();
    assert!(!log.contains("s3cr3t"), "{log}");
    assert!(log.contains("token: ") && log.contains("again "), "{log}");
    assert_eq!(kept.text(Stream::Stdout), "token: s3cr3t-v4lue-of-the-test.\n");
}

#[tokio::test]
async fn long_output_is_cut_in_the_middle_and_the_command_does_not_notice() {
    let bench = Bench::new();
    let kept = Kept::new();
    let mut request = bench.shell("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo line $i; done; exit 3");
    request.log_cap = 10_000;
    request.sink = Some(kept.clone());
    let outcome = bench.run(request).await.outcome;
    assert_eq!(outcome.exit_code, Some(3));
    assert!(outcome.log_truncated);
    assert!(outcome.log_bytes <= 10_000 && outcome.log_bytes > 9_000, "{}", outcome.log_bytes);
    assert_eq!(outcome.log_bytes, fs::metadata(bench.log()).expect("log").len());
    let log = bench.log_text();
    assert!(log.starts_with("line 1\n") && log.ends_with("line 20000\n"));
    let is_mark = |line: &&str| line.starts_with("[selfheal: ") && line.ends_with(" bytes left out here]");
    assert_eq!(log.lines().filter(is_mark).count(), 1);
    assert_eq!(kept.text(Stream::Stdout).lines().count(), 20_000, "the sink gets everything");
}

#[tokio::test]
async fn bytes_that_are_no_text_get_through() {
    let bench = Bench::new();
    let end = bench.run_shell("printf '\\377\\376\\000ok\\n'; printf '\\200' >&2").await;
    assert_eq!(end.stdout_tail, b"\xff\xfe\x00ok\n");
    let log = fs::read(bench.log()).expect("log");
    assert!(log == b"\xff\xfe\x00ok\n\x80" || log == b"\x80\xff\xfe\x00ok\n", "{log:?}");
}

#[tokio::test]
async fn second_command_appends_to_the_log() {
    let bench = Bench::new();
    bench.run_shell("echo one").await;
    let end = bench.run_shell("echo two").await;
    assert_eq!(bench.log_text(), "one\ntwo\n");
    assert_eq!(end.outcome.log_bytes, 8);
}
