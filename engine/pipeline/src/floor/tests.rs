use super::*;

const MIB: u64 = 1 << 20;

fn memory(mib: u64) -> Limits {
    Limits { memory_bytes: Some(mib * MIB), ..Limits::default() }
}

fn learned(mib: u64) -> Floor {
    Floor::raised(None, None, &memory(mib), &RunId::new("r-1"))
}

fn stage() -> StageName {
    StageName::new("test")
}

fn green(peak_mib: u64) -> Outcome {
    Outcome { exit_code: Some(0), peak_memory_bytes: Some(peak_mib * MIB), ..Outcome::default() }
}

fn short(limit_mib: u64) -> Outcome {
    let bytes = Some(limit_mib * MIB);
    Outcome { exit_code: Some(1), peak_memory_bytes: bytes, memory_limit_bytes: bytes, ..Outcome::default() }
}

/// Runs of a stage that is defined with 64 MiB: what it starts with, and whether that is a try.
fn runs(floor: &mut Option<Floor>, count: usize, outcome: impl Fn(u64) -> Outcome) -> Vec<(u64, bool)> {
    let mut seen = Vec::new();
    for _ in 0..count {
        let Some(known) = floor.take() else { break };
        let given = known.given(&stage(), &memory(64)).expect("more than is defined, or a try");
        let limit = with_floor(&memory(64), &given.limits).memory_bytes.expect("it is defined") / MIB;
        seen.push((limit, given.is_probe));
        *floor = known.after(&given, &outcome(limit));
    }
    seen
}

#[test]
fn a_stage_starts_with_what_helped_and_gets_less_step_by_step() {
    let mut floor = Some(learned(256));
    let seen = runs(&mut floor, 100, |_| green(10));
    let waits = |mib| vec![(mib, false); FIRST_WAIT as usize];
    let expected = [waits(256), vec![(128, true)], waits(128), vec![(64, true)]].concat();
    assert_eq!(seen, expected);
    assert_eq!(floor, None, "nothing is left to remember");
}

#[test]
fn a_try_that_runs_short_goes_back_up_and_waits_twice_as_long() {
    let mut floor = Some(learned(256));
    let needs_200 = |limit| if limit < 200 { short(limit) } else { green(50) };
    let seen = runs(&mut floor, 20, needs_200);
    let tries: Vec<usize> = (0..seen.len()).filter(|&index| seen[index].1).collect();
    assert_eq!(tries, [5, 16], "five green attempts, then ten");
    assert!(seen.iter().all(|(limit, is_probe)| *limit == if *is_probe { 128 } else { 256 }), "{seen:?}");
    let mut floor = learned(256);
    for _ in 0..20 {
        floor.greens = floor.wait;
        let given = floor.given(&stage(), &memory(64)).expect("a try");
        floor = floor.after(&given, &short(128)).expect("it stays");
    }
    assert_eq!(floor.wait, LONGEST_WAIT);
}

#[test]
fn a_try_that_fails_for_another_reason_says_nothing() {
    let mut floor = learned(256);
    floor.greens = floor.wait;
    let given = floor.given(&stage(), &memory(64)).expect("a try");
    let failed = Outcome { exit_code: Some(1), ..Outcome::default() };
    assert_eq!(floor.clone().after(&given, &failed), Some(floor));
}

#[test]
fn less_is_not_tried_where_what_was_measured_would_not_fit() {
    let mut floor = Some(learned(256));
    let seen = runs(&mut floor, 30, |_| green(120));
    assert!(seen.iter().all(|one| *one == (256, false)), "{seen:?}");
    // Once it takes less, it is tried.
    let seen = runs(&mut floor, 12, |_| green(20));
    assert!(seen.contains(&(128, true)), "{seen:?}");
}

#[test]
fn a_heal_after_a_failed_try_counts_once_and_what_was_enough_is_enough() {
    let mut floor = learned(256);
    floor.greens = floor.wait;
    let given = floor.given(&stage(), &memory(64)).expect("a try");
    let floor = floor.after(&given, &short(128)).expect("it stays");
    // Remedies take larger steps than tries do.
    let again = Floor::raised(Some(floor), Some(&given), &memory(512), &RunId::new("r-9"));
    assert_eq!((again.wait, again.limits, again.run.as_str()), (2 * FIRST_WAIT, memory(256), "r-1"));
}

#[test]
fn a_heal_under_a_floor_raises_it() {
    let floor = learned(128);
    let given = floor.given(&stage(), &memory(64)).expect("more than is defined");
    let higher = Floor::raised(Some(floor), Some(&given), &memory(256), &RunId::new("r-2"));
    assert_eq!((&higher.limits, higher.run.as_str()), (&memory(256), "r-2"));
    assert_eq!(higher.wait, FIRST_WAIT, "nothing less was tried");
}

#[test]
fn a_definition_that_gives_as_much_needs_no_floor() {
    assert_eq!(learned(256).given(&stage(), &memory(512)), None);
    assert_eq!(learned(256).given(&stage(), &Limits::default()), None, "no limit is enforced");
}

#[test]
fn times_stay_within_reach_of_the_definition() {
    let (defined, floor) = (Some(1_000), Some(1_000_000));
    let limits = with_floor(
        &Limits { timeout_ms: defined, ..Limits::default() },
        &Limits { timeout_ms: floor, cpu_ms: floor, ..Limits::default() },
    );
    assert_eq!((limits.timeout_ms, limits.cpu_ms), (Some(4_000), None));
}

#[test]
fn fewer_jobs_and_more_open_files_count_without_a_definition() {
    let floor = Limits { jobs: Some(2), open_files: Some(4_096), ..Limits::default() };
    assert_eq!(with_floor(&Limits::default(), &floor), floor);
    let defined = Limits { jobs: Some(1), open_files: Some(64), ..Limits::default() };
    assert_eq!(with_floor(&defined, &floor), Limits { jobs: Some(1), open_files: Some(4_096), ..Limits::default() });
    let lower = lowered(&floor, &Limits::default());
    assert_eq!((lower.jobs, lower.open_files), (Some(4), Some(2_048)));
    let least = lowered(&lowered(&lower, &Limits::default()), &Limits::default());
    assert_eq!(least, Limits::default(), "what the definition gives is no floor");
}
