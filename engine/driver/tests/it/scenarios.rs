//! The builds that break, and how each run of them ends when nothing else happens.

use driver::fakes::{Files, finding};
use pipeline::definition::{Mode, Patches, Pipeline, Quarantine, Stage};
use pipeline::finding::{Disposition, Finding};
use pipeline::id::{PluginId, StageName};
use pipeline::remedy::{Action, CommandLine, Remedy};

use crate::world::{Scenario, Seen};

pub fn pipeline(stages: &[(&str, &[&str])]) -> Pipeline {
    let mut pipeline = Pipeline::named("shop");
    pipeline.healing.control_rate = 0.0;
    pipeline.stages = stages
        .iter()
        .map(|(name, needs)| {
            let mut stage = Stage::new(*name, CommandLine::Shell(format!("make {name}")));
            stage.needs = needs.iter().map(|need| StageName::new(*need)).collect();
            stage
        })
        .collect();
    pipeline
}

pub fn remedy(strategy: &str, actions: Vec<Action>) -> Remedy {
    Remedy {
        plugin: PluginId::new("heal-fake"),
        strategy: strategy.to_owned(),
        title: format!("try {strategy}"),
        rationale: String::new(),
        confidence: 0.9,
        actions,
        reversible: true,
        expects: Vec::new(),
    }
}

pub fn wait() -> Remedy {
    remedy("retry", vec![Action::Wait { base_ms: 2_000, cap_ms: 60_000, asked_ms: Some(1_000) }])
}

pub fn set_env(name: &str) -> Remedy {
    remedy("config", vec![Action::SetEnv { name: name.to_owned(), value: "1".to_owned() }])
}

pub fn add_pillow() -> Remedy {
    let append = |path: &str, text: &str| Action::EditFile {
        path: path.to_owned(),
        find: String::new(),
        replace: text.to_owned(),
    };
    remedy("dependency", vec![append("requirements.txt", "pillow\n")])
}

pub fn ticket() -> Remedy {
    let escalate = Action::Escalate {
        title: "test fails".to_owned(),
        body: "an assertion failed".to_owned(),
        labels: vec!["ci".to_owned()],
    };
    remedy("escalate", vec![escalate])
}

fn network() -> Finding {
    finding("system.dns", "network-transient", Disposition::Retry)
}

fn missing() -> Finding {
    finding("python.module-not-found", "dependency-missing", Disposition::Patch)
}

fn setting(code: &str) -> Finding {
    finding(code, "configuration", Disposition::Auto)
}

fn has_pillow(files: &Files) -> bool {
    files.get("requirements.txt").is_some_and(|content| content.contains("pillow"))
}

fn base(name: &'static str, stages: &[(&str, &[&str])], script: fn(&Seen<'_>, &mut Files) -> i32) -> Scenario {
    Scenario {
        name,
        files: vec![("requirements.txt", "flask\n")],
        pipeline: pipeline(stages),
        script,
        findings: Vec::new(),
        remedies: Vec::new(),
        takes_ms: 10,
    }
}

/// A server that does not answer the first attempt of each engine.
pub fn transient() -> Scenario {
    let script = |seen: &Seen<'_>, _: &mut Files| if seen.stage() == "test" && seen.attempt() == 1 { 7 } else { 0 };
    Scenario {
        findings: vec![(7, network())],
        remedies: vec![wait()],
        ..base("transient", &[("install", &[]), ("test", &["install"]), ("gate", &["test"])], script)
    }
}

/// A dependency that is not declared: a versioned file has to change.
pub fn patch_proposed() -> Scenario {
    let script = |seen: &Seen<'_>, files: &mut Files| {
        if seen.stage() == "install" {
            files.insert("ignored/installed".to_owned(), files["requirements.txt"].clone());
        }
        let is_installed = files.get("ignored/installed").is_some_and(|installed| installed.contains("pillow"));
        if seen.stage() == "test" && !(is_installed || has_pillow(files)) { 3 } else { 0 }
    };
    Scenario {
        findings: vec![(3, missing())],
        remedies: vec![add_pillow()],
        ..base("patch proposed", &[("install", &[]), ("test", &["install"]), ("gate", &["test"])], script)
    }
}

pub fn patch_applied() -> Scenario {
    let mut scenario = patch_proposed();
    scenario.name = "patch applied";
    scenario.pipeline.healing.patches = Patches::Apply;
    scenario
}

/// A stage that asks for the engine's mark to be taken away, and tells whether it was.
pub fn marked() -> Scenario {
    let script = |seen: &Seen<'_>, _: &mut Files| match (seen.is_marked(), seen.has_env("FIRST")) {
        (false, _) => 9,
        (true, false) => 4,
        (true, true) => 0,
    };
    let mut scenario = Scenario {
        findings: vec![(4, setting("system.missing-first"))],
        remedies: vec![set_env("FIRST")],
        ..base("marked", &[("test", &[])], script)
    };
    scenario.pipeline.stages[0].env.insert(driver::INSIDE.to_owned(), String::new());
    scenario
}

/// Two settings are missing, and the second shows only when the first is there.
pub fn chain() -> Scenario {
    let script = |seen: &Seen<'_>, _: &mut Files| match (seen.has_env("FIRST"), seen.has_env("SECOND")) {
        (false, _) => 4,
        (true, false) => 5,
        (true, true) => 0,
    };
    Scenario {
        findings: vec![(4, setting("system.missing-first")), (5, setting("system.missing-second"))],
        // Far enough apart that the first is tried first whatever the seed.
        remedies: vec![set_env("FIRST"), Remedy { confidence: 0.2, ..set_env("SECOND") }],
        ..base("chain", &[("test", &[])], script)
    }
}

/// The remedy helps the stage that failed and breaks one that passed.
pub fn worse() -> Scenario {
    let script = |seen: &Seen<'_>, files: &mut Files| match (seen.stage(), has_pillow(files)) {
        ("install", true) => 8,
        ("test", false) => 3,
        _ => 0,
    };
    let mut scenario = Scenario {
        findings: vec![(3, missing()), (8, setting("pip.conflict"))],
        remedies: vec![add_pillow()],
        ..base("worse", &[("install", &[]), ("test", &["install"])], script)
    };
    scenario.pipeline.healing.patches = Patches::Apply;
    scenario
}

/// An assertion of the project's own failed.
pub fn never() -> Scenario {
    let script = |seen: &Seen<'_>, _: &mut Files| if seen.stage() == "test" { 9 } else { 0 };
    Scenario {
        findings: vec![(9, finding("python.test-failed", "test-failure", Disposition::Never))],
        remedies: vec![wait(), set_env("FIRST"), add_pillow(), ticket()],
        ..base("never", &[("test", &[]), ("gate", &["test"])], script)
    }
}

/// Nothing that is offered helps.
pub fn hopeless() -> Scenario {
    let script = |_: &Seen<'_>, _: &mut Files| 4;
    Scenario {
        findings: vec![(4, setting("system.missing-first"))],
        remedies: ["A", "B", "C", "D", "E"].into_iter().map(set_env).collect(),
        ..base("hopeless", &[("test", &[])], script)
    }
}

/// A stale file of a cache that version control ignores.
pub fn stale_cache() -> Scenario {
    let script = |seen: &Seen<'_>, files: &mut Files| {
        let is_stale = files.contains_key("ignored/cache/stale");
        if seen.stage() == "build" && is_stale { 6 } else { 0 }
    };
    Scenario {
        files: vec![("requirements.txt", "flask\n"), ("ignored/cache/stale", "x")],
        findings: vec![(6, setting("cmake.stale-cache"))],
        remedies: vec![remedy("config", vec![Action::ClearPath { path: "ignored/cache".to_owned() }])],
        ..base("stale cache", &[("build", &[]), ("test", &["build"])], script)
    }
}

/// Three stages at the same time, one of which fails for good.
pub fn parallel() -> Scenario {
    let script = |seen: &Seen<'_>, _: &mut Files| if seen.stage() == "lint" { 9 } else { 0 };
    Scenario {
        findings: vec![(9, finding("python.lint", "lint-or-format", Disposition::Never))],
        ..base(
            "parallel",
            &[("lint", &[]), ("unit", &[]), ("docs", &[]), ("publish", &["lint", "unit"]), ("site", &["docs"])],
            script,
        )
    }
}

/// A test that a person vouches for fails in the first attempt of each engine.
pub fn quarantined() -> Scenario {
    let script = |seen: &Seen<'_>, _: &mut Files| if seen.stage() == "test" && seen.attempt() == 1 { 9 } else { 0 };
    let cause = finding("python.test-failed", "test-failure", Disposition::Never);
    let mut scenario = Scenario {
        findings: vec![(9, cause.clone())],
        remedies: vec![wait(), ticket()],
        ..base("quarantined", &[("test", &[]), ("gate", &["test"])], script)
    };
    scenario.pipeline.quarantine = vec![Quarantine {
        stage: StageName::new("test"),
        signature: cause.signature,
        owner: "ada".to_owned(),
        until: "1970-02-01".parse().expect("a day"),
        reason: "it races".to_owned(),
    }];
    scenario
}

/// A test that a person vouches for fails each time.
pub fn quarantined_in_vain() -> Scenario {
    let mut scenario = quarantined();
    scenario.name = "quarantined in vain";
    scenario.script = |seen, _| if seen.stage() == "test" { 9 } else { 0 };
    scenario
}

/// Two stages side by side lack the same setting.
pub fn one_cause() -> Scenario {
    let script = |seen: &Seen<'_>, files: &mut Files| {
        if seen.has_env("FIRST") {
            files.insert(format!("ignored/{}", seen.stage()), "made".to_owned());
        }
        if ["unit", "e2e"].contains(&seen.stage()) && !seen.has_env("FIRST") { 4 } else { 0 }
    };
    Scenario {
        findings: vec![(4, setting("system.missing-first"))],
        remedies: vec![set_env("FIRST")],
        ..base("one cause", &[("unit", &[]), ("e2e", &[]), ("publish", &["unit", "e2e"])], script)
    }
}

/// Two stages side by side have the same missing dependency, and a patch heals both.
pub fn one_cause_patched() -> Scenario {
    let script = |seen: &Seen<'_>, files: &mut Files| {
        if ["unit", "e2e"].contains(&seen.stage()) && !has_pillow(files) { 3 } else { 0 }
    };
    let mut scenario = Scenario {
        findings: vec![(3, missing())],
        remedies: vec![add_pillow()],
        ..base("one cause, patched", &[("unit", &[]), ("e2e", &[]), ("publish", &["unit", "e2e"])], script)
    };
    scenario.pipeline.healing.patches = Patches::Apply;
    scenario
}

/// Two stages side by side lack different settings.
pub fn two_causes() -> Scenario {
    let script = |seen: &Seen<'_>, _: &mut Files| match seen.stage() {
        "unit" if !seen.has_env("FIRST") => 4,
        "e2e" if !seen.has_env("SECOND") => 5,
        _ => 0,
    };
    Scenario {
        findings: vec![(4, setting("system.missing-first")), (5, setting("system.missing-second"))],
        remedies: vec![set_env("FIRST"), set_env("SECOND")],
        ..base("two causes", &[("unit", &[]), ("e2e", &[]), ("publish", &["unit", "e2e"])], script)
    }
}

/// Two stages side by side lack different settings, and both write the same file.
pub fn overlapping() -> Scenario {
    let script = |seen: &Seen<'_>, files: &mut Files| {
        let lacks = match seen.stage() {
            "unit" if !seen.has_env("FIRST") => 4,
            "e2e" if !seen.has_env("SECOND") => 5,
            _ => 0,
        };
        if lacks == 0 {
            files.insert("ignored/lock".to_owned(), String::new());
            files.insert(format!("ignored/{}", seen.stage()), "made".to_owned());
        }
        lacks
    };
    Scenario { name: "overlapping", script, ..two_causes() }
}

/// Two stages side by side need different changes of versioned files.
pub fn two_patches() -> Scenario {
    let script = |seen: &Seen<'_>, files: &mut Files| match seen.stage() {
        "unit" if !has_pillow(files) => 3,
        "e2e" if !files.contains_key("settings.toml") => 5,
        _ => 0,
    };
    let write =
        Action::WriteFile { path: "settings.toml".to_owned(), content: "second = 1\n".to_owned(), executable: None };
    let mut scenario = Scenario {
        findings: vec![(3, missing()), (5, setting("system.missing-second"))],
        remedies: vec![add_pillow(), remedy("config", vec![write])],
        ..base("two patches", &[("unit", &[]), ("e2e", &[]), ("publish", &["unit", "e2e"])], script)
    };
    scenario.pipeline.healing.patches = Patches::Apply;
    scenario
}

/// Stages that say what they read and make.
pub fn kept() -> Scenario {
    let script = |seen: &Seen<'_>, files: &mut Files| {
        if seen.stage() == "build" {
            files.insert("ignored/dist/app".to_owned(), format!("built from {}", files["src/app.py"]));
        }
        0
    };
    let mut scenario = Scenario {
        files: vec![("src/app.py", "1"), ("notes", "mine")],
        ..base("kept", &[("build", &[]), ("test", &["build"])], script)
    };
    for stage in &mut scenario.pipeline.stages {
        stage.inputs = vec!["src".to_owned()];
    }
    scenario.pipeline.stages[0].outputs = vec!["ignored/dist".to_owned()];
    scenario
}

pub fn in_mode(mode: Mode) -> Scenario {
    let mut scenario = transient();
    scenario.name = "not healed";
    scenario.script = |seen, _| if seen.stage() == "test" { 7 } else { 0 };
    scenario.pipeline.healing.mode = mode;
    scenario
}

/// Every scenario, for the suites that go through all.
pub fn all() -> Vec<Scenario> {
    vec![
        transient(),
        patch_proposed(),
        patch_applied(),
        chain(),
        worse(),
        never(),
        hopeless(),
        stale_cache(),
        parallel(),
        kept(),
        quarantined(),
        quarantined_in_vain(),
        one_cause(),
        one_cause_patched(),
        two_causes(),
        overlapping(),
        in_mode(Mode::Off),
        in_mode(Mode::Suggest),
        in_mode(Mode::Shadow),
    ]
}
