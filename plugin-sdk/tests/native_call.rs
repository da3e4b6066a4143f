//! A plugin with several roles, called natively: what authors do in their own tests.

use plugin_sdk::host::http::{HttpError, Request};
use plugin_sdk::host::process::{ProcessRequest, ProcessResult};
use plugin_sdk::host::workspace::{EntryKind, WorkspaceError};
use plugin_sdk::prelude::*;
use plugin_sdk::testing::{LogText, World, finding, incident, outcome, stage};

struct Everything;

impl Planner for Everything {
    fn plan(project: Project) -> Result<Vec<PlannedStage>, PluginError> {
        let manifests = host::workspace::glob("**/Cargo.toml", 10)?;
        let stage = |entry: &host::workspace::Entry| {
            PlannedStage::new("test", "test", "cargo test")
                .ecosystem("rust")
                .because(format!("{} has a manifest", project.name))
                .evidence(&entry.path)
        };
        Ok(manifests.iter().map(stage).collect())
    }
}

impl Runner for Everything {
    fn run(stage: Stage) -> Result<Report, PluginError> {
        let result = host::process::run(&ProcessRequest::new(["sh", "-c", &stage.command.text()]).capture(10))?;
        Ok(Report::of(result.outcome.clone()).attr("said", result.stdout()))
    }
}

impl Healer for Everything {
    fn handles() -> Result<Vec<Interest>, PluginError> {
        Ok(vec![Interest::code("x.*")])
    }

    fn propose(incident: Incident, log: &dyn Log) -> Result<Vec<Remedy>, PluginError> {
        let seen = host::state::get("seen")?.map_or(0, |bytes| bytes.len());
        host::state::set("seen", &vec![b'x'; seen + 1])?;
        host::log::warn(format!("{} lines, {} seen, at {:?}", log.line_count(), seen, host::clock::now()));
        let prefix = host::config::json()?.get("prefix").and_then(|value| value.as_str()).unwrap_or("").to_owned();
        Ok(vec![remedy("config", format!("{prefix}{}", incident.root().code)).action(action::set_jobs(1))])
    }
}

plugin_sdk::export_planner!(Everything);
plugin_sdk::export_runner!(Everything);
plugin_sdk::export_healer!(Everything);

#[test]
fn a_planner_reads_the_files_of_its_world() {
    let world = World::new().file("Cargo.toml", "").file("crates/a/Cargo.toml", "").file("src/lib.rs", "");
    let project = Project { name: "shop".to_owned(), tools: Vec::new(), attrs: Vec::new() };
    let stages = world.enter(|| Everything::plan(project)).expect("a plan");
    let evidence: Vec<&str> = stages.iter().flat_map(|stage| &stage.evidence).map(String::as_str).collect();
    assert_eq!(evidence, ["Cargo.toml", "crates/a/Cargo.toml"]);
}

#[test]
fn a_runner_gets_the_answers_that_the_test_prepared() {
    let world = World::new().process(|request: &ProcessRequest| {
        let stdout_tail = request.argv.join("|").into_bytes();
        Ok(ProcessResult { outcome: outcome(3), stdout_tail })
    });
    let report = world.enter(|| Everything::run(stage("test", "true"))).expect("a report");
    assert_eq!(report.outcome.exit_code, Some(3));
    assert_eq!(report.attrs, [Attr::new("said", "sh|-c|true")]);
    assert_eq!(world.process_requests()[0].capture_bytes, 10);
}

#[test]
fn without_a_grant_programs_and_hosts_are_denied() {
    let answer = World::new().enter(|| Everything::run(stage("test", "true")));
    assert!(matches!(answer, Err(PluginError::Denied(_))), "{answer:?}");
    let answer = World::new().enter(|| host::http::send(&Request::new("GET", "https://tracker.example/")));
    assert!(matches!(answer, Err(HttpError::Denied(_))), "{answer:?}");
}

#[test]
fn a_healer_sees_configuration_state_and_time_and_its_messages_are_kept() {
    let world = World::new().config(r#"{"prefix": "fix "}"#).state("seen", "ab").now_ms(1_500);
    let incident = incident(finding("x.y", "configuration")).build();
    let log = LogText::new("one\ntwo\n");
    let remedies = world.enter(|| Everything::propose(incident, &log)).expect("remedies");
    assert_eq!(remedies[0].title, "fix x.y");
    assert_eq!(world.stored("seen").as_deref(), Some(&b"xxx"[..]));
    assert_eq!(world.messages(), ["warn: 2 lines, 2 seen, at 1.5s"]);
}

#[test]
fn a_broken_configuration_is_a_typed_error() {
    let incident = incident(finding("x.y", "configuration")).build();
    let answer = World::new().config("[1]").enter(|| Everything::propose(incident, &LogText::default()));
    assert!(matches!(answer, Err(PluginError::InvalidConfig(_))), "{answer:?}");
}

#[test]
fn the_workspace_of_a_world_refuses_what_the_host_refuses() {
    let world = World::new().file("a/b.txt", "hello");
    world.enter(|| {
        assert_eq!(host::workspace::read_text("a/b.txt").as_deref(), Ok("hello"));
        assert_eq!(host::workspace::stat("a").map(|entry| entry.kind), Ok(EntryKind::Directory));
        assert_eq!(host::workspace::stat("nothing"), Err(WorkspaceError::NotFound));
        for path in ["../a/b.txt", "/etc/passwd", "a/../a/b.txt", "a\0b"] {
            assert!(matches!(host::workspace::read(path), Err(WorkspaceError::Denied(_))), "{path}");
        }
        let chunk = host::workspace::read_chunk("a/b.txt", 1, 3).expect("a chunk");
        assert_eq!((chunk.data.as_slice(), chunk.is_last), (&b"ell"[..], false));
        let paths: Vec<String> =
            host::workspace::entries(".").expect("entries").into_iter().map(|entry| entry.path).collect();
        assert_eq!(paths, ["a"]);
    });
}

#[test]
fn an_inner_world_hides_the_outer_one_only_as_long_as_it_lasts() {
    let (outer, inner) = (World::new().file("x", "outer"), World::new());
    outer.enter(|| {
        inner.enter(|| assert!(!host::workspace::is_file("x")));
        assert!(host::workspace::is_file("x"));
    });
    assert!(!host::workspace::is_file("x"));
}

#[test]
fn captures_are_found_with_hyphen_and_underscore() {
    let finding = finding("x.y", "rate-limit").capture("retry_after", "30").capture("host", "").build();
    assert_eq!(finding.capture("retry-after"), Some("30"));
    assert_eq!(finding.retry_after(), Some(Duration::from_secs(30)));
    assert_eq!(finding.capture("host"), None);
}
