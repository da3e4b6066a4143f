//! What was measured.

use std::hint::black_box;

use crate::bench::Bench;

#[tokio::test]
async fn processor_time_and_memory_are_those_of_the_commands_descendants_and_never_the_engines() {
    let bench = Bench::new();
    let outcome = bench.run_shell("head -c 80000000 /dev/zero | tail -c 80000000 | cksum").await.outcome;
    assert!(outcome.is_success(), "{outcome:?}");
    let peak = outcome.peak_memory_bytes.expect("far above the engine's own memory");
    assert!(peak > 70_000_000 && peak < 200_000_000, "{peak}");
    assert!(outcome.cpu_ms > 0);

    let ballast = black_box(vec![1_u8; 300_000_000]);
    let outcome = bench.run_shell("true").await.outcome;
    assert_eq!(ballast[black_box(7)], 1);
    assert!(outcome.peak_memory_bytes.is_none_or(|peak| peak < 50_000_000), "{outcome:?}");
}

#[tokio::test]
async fn log_that_cannot_be_opened_is_a_fault_of_the_engine() {
    let bench = Bench::new();
    let mut request = bench.shell("touch ran");
    request.log = bench.root().join("missing/the.log");
    let outcome = bench.run(request).await.outcome;
    assert!(outcome.fault.expect("fault").contains("the.log"));
    assert!(!bench.root().join("ran").exists());
}

#[tokio::test]
async fn scratch_whose_process_is_gone_is_a_fault_of_the_engine() {
    let bench = Bench::new();
    let mut request = bench.shell("touch ran");
    request.place.namespace = Some(u32::try_from(i32::MAX).expect("positive"));
    let outcome = bench.run(request).await.outcome;
    assert!(outcome.fault.expect("fault").contains("namespaces"));
    assert!(!bench.root().join("ran").exists());
}
