//! Limits that the kernel enforces.

use crate::bench::Bench;

#[tokio::test]
async fn open_files_are_limited() {
    let bench = Bench::new();
    let mut request = bench.shell("ulimit -Sn; ulimit -Hn");
    request.limits.open_files = Some(64);
    assert_eq!(bench.run(request).await.stdout_tail, b"64\n64\n");
}

#[tokio::test]
async fn processor_time_is_limited() {
    let bench = Bench::new();
    let mut request = bench.shell("while :; do :; done");
    request.limits.cpu_ms = Some(1);
    let outcome = bench.run(request).await.outcome;
    assert_eq!(outcome.signal.map(libc::c_uint::cast_signed), Some(libc::SIGXCPU), "{outcome:?}");
    // A limit is a whole second; the two clocks of the kernel differ a little.
    assert!(outcome.cpu_ms >= 500 && !outcome.timed_out, "{outcome:?}");
}

#[tokio::test]
async fn memory_is_limited_and_commands_that_need_less_pass() {
    let bench = Bench::new();
    let mut request = bench.shell("head -c 400000000 /dev/zero | tail -c 400000000 > out");
    request.limits.memory_bytes = Some(64 << 20);
    let outcome = bench.run(request).await.outcome;
    // The pipe's last program is killed by the kernel, or gets no memory and says so.
    assert!(matches!(outcome.exit_code, Some(1 | 137)), "{outcome:?}");
    let mut request = bench.shell("head -c 4000000 /dev/zero | tail -c 4000000 > out");
    request.limits.memory_bytes = Some(64 << 20);
    let outcome = bench.run(request).await.outcome;
    assert!(outcome.is_success(), "{outcome:?}");
    assert!(outcome.oom_kills.is_none_or(|kills| kills == 0), "{outcome:?}");
}
