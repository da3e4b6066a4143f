#![allow(clippy::unwrap_used)]
use plugin_sdk::testing::{IncidentBuilder, LogText, World, finding, incident, outcome};

use super::*;

const MIB: u64 = 1 << 20;

fn propose_with_log(world: World, incident: IncidentBuilder, log: &str) -> Vec<Vec<Action>> {
    let remedies = world.enter(|| HealResource::propose(incident.build(), &LogText::new(log))).unwrap();
    assert!(remedies.iter().all(|remedy| remedy.strategy == "resource" && !remedy.rationale.is_empty()));
    remedies.into_iter().map(|remedy| remedy.actions).collect()
}

fn propose(world: World, incident: IncidentBuilder) -> Vec<Vec<Action>> {
    propose_with_log(world, incident, "")
}

fn limited(memory: u64) -> Limits {
    Limits { memory_bytes: Some(memory * MIB), jobs: Some(8), ..Limits::default() }
}

fn out_of_memory() -> IncidentBuilder {
    incident(finding("system.out-of-memory", "resource-memory"))
        .limits(limited(512))
        .attr("memory-bytes", (4096 * MIB).to_string())
}

#[test]
fn a_counted_kill_raises_the_limit_one_step_or_halves_the_jobs() {
    let killed = out_of_memory().outcome(Outcome { oom_kills: Some(1), ..outcome(137) });
    assert_eq!(propose(World::new(), killed), [vec![action::set_memory(1024 * MIB)], vec![action::set_jobs(4)]]);
}

#[test]
fn a_peak_at_the_limit_counts_too() {
    let near = out_of_memory().outcome(Outcome { peak_memory_bytes: Some(500 * MIB), ..outcome(137) });
    assert_eq!(propose(World::new(), near).len(), 2);
    let far = out_of_memory().outcome(Outcome { peak_memory_bytes: Some(100 * MIB), ..outcome(137) });
    assert!(propose(World::new(), far).is_empty());
}

#[test]
fn exit_code_137_alone_is_no_evidence() {
    assert!(propose(World::new(), out_of_memory().outcome(outcome(137))).is_empty());
}

#[test]
fn the_machine_s_memory_is_the_end() {
    let all = out_of_memory().limits(limited(4096)).outcome(Outcome { oom_kills: Some(1), ..outcome(137) });
    assert_eq!(propose(World::new(), all), [vec![action::set_jobs(4)]]);
    let most = out_of_memory().limits(limited(3000)).outcome(Outcome { oom_kills: Some(1), ..outcome(137) });
    assert_eq!(propose(World::new(), most)[0], [action::set_memory(4096 * MIB)]);
}

fn heap() -> IncidentBuilder {
    incident(finding("node.heap-out-of-memory", "resource-memory")).script("npm run build")
}

#[test]
fn node_s_heap_grows_by_its_option() {
    let log =
        "[1:0x1] 900 ms: Mark-Compact 2046.8 (2083.2) -> 2045.1 (2083.9) MB, 700 ms\nFATAL ERROR: Reached heap limit\n";
    let expected = [vec![action::set_env("NODE_OPTIONS", "--max-old-space-size=4090")]];
    assert_eq!(propose_with_log(World::new(), heap(), log), expected);
    let small = heap().attr("memory-bytes", (2048 * MIB).to_string());
    assert!(propose_with_log(World::new(), small, log).is_empty());
}

#[test]
fn the_project_s_own_setting_is_used_where_there_is_one() {
    let manifest = r#"{"scripts": {"build": "node --max-old-space-size=${HEAP:-24} big.js"}}"#;
    let world = || World::new().file("package.json", manifest);
    assert_eq!(propose(world(), heap()), [vec![action::set_env("HEAP", "512")]]);
    let sourced = || heap().script(". ./.env; export HEAP; npm run build");
    assert_eq!(propose(world(), sourced())[1], [action::write_file(".env", "HEAP=512\n")]);
    assert_eq!(propose(world().file(".env", "A=1"), sourced())[1], [action::append_to_file(".env", "\nHEAP=512\n")]);
    assert_eq!(
        propose(world().file(".env", "HEAP=24\n"), sourced())[1],
        [action::edit_file(".env", "HEAP=24", "HEAP=512")]
    );
}

#[test]
fn a_script_that_the_command_names_is_read_like_the_command() {
    let manifest = r#"{"scripts": {"build": "node --max-old-space-size=${HEAP:-24} big.js"}}"#;
    let world = |script: &str| World::new().file("package.json", manifest).file("ci/build.sh", script);
    let named = || heap().script("bash ci/build.sh --all");
    let reading = "[ -f .env ] && . ./.env; export HEAP; npm run build\n";
    assert_eq!(propose(world(reading), named())[1], [action::write_file(".env", "HEAP=512\n")]);
    assert_eq!(propose(world("npm run build\n"), named()), [[action::set_env("HEAP", "512")]]);
}

#[test]
fn an_option_that_the_environment_cannot_overrule_is_left_alone() {
    assert!(propose(World::new(), heap().script("node --max-old-space-size=64 a.js")).is_empty());
}

#[test]
fn open_files_grow_fourfold_up_to_the_kernel_s_limit() {
    let files = || incident(finding("system.too-many-open-files", "resource-cpu-timeout"));
    assert_eq!(propose(World::new(), files()), [vec![action::set_open_files(4096)]]);
    let most = files().limits(Limits { open_files: Some(1_048_576), ..Limits::default() });
    assert!(propose(World::new(), most).is_empty());
}

#[test]
fn a_full_disk_costs_the_caches() {
    let full = || incident(finding("system.no-space", "resource-disk"));
    let world = World::new().file("target/debug/incremental/a", "").file(".mypy_cache/b", "").file("src/a.rs", "");
    let expected = [vec![action::clear_path("target/debug/incremental"), action::clear_path(".mypy_cache")]];
    assert_eq!(propose(world, full()), expected);
    assert!(propose(World::new(), full()).is_empty());
}

#[test]
fn time_is_doubled_once_and_only_for_the_stage_s_own_limit() {
    let limits = Limits { timeout_ms: Some(60_000), ..Limits::default() };
    let late = |code: &str| {
        incident(finding(code, "resource-cpu-timeout"))
            .limits(limits)
            .outcome(Outcome { timed_out: true, ..outcome(1) })
    };
    assert_eq!(propose(World::new(), late("system.timeout")), [vec![action::set_timeout(Duration::from_secs(120))]]);
    assert!(propose(World::new(), late("system.timeout").tried("resource", "raise the time limit")).is_empty());
    assert!(propose(World::new(), late("system.timeout").outcome(outcome(1))).is_empty());
    assert!(propose(World::new(), late("rust.test-timed-out")).is_empty());
}

#[test]
fn processor_time_is_doubled_once() {
    let limits = Limits { cpu_ms: Some(5_000), ..Limits::default() };
    let spent = incident(finding("system.cpu-time-limit", "resource-cpu-timeout")).limits(limits);
    let expected = action::set_limit(Limits { cpu_ms: Some(10_000), ..Limits::default() });
    assert_eq!(propose(World::new(), spent), [vec![expected]]);
}

#[test]
fn what_it_answers_is_among_what_it_handles() {
    let handled = HealResource::handles().unwrap();
    assert!(handled.contains(&Interest::code(OPEN_FILES)) && handled.contains(&Interest::category("resource-memory")));
}
