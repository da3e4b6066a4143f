//! Answers that break the contract or the never-list.

use plugin_sdk::classifier::{RuleRecord, records};
use plugin_sdk::prelude::*;

use crate::behaviour::Behaviour;
use crate::{GOOD_RULES, good_remedy};

/// Over every count of the contract, and small enough that the answer is finished before the guest's memory limit is reached.
const MANY: usize = 50_000;
const HUGE_BYTES: usize = 8 << 20;

/// Paths that no action may touch.
pub const PATHS: &[&str] = &[
    "../../etc/passwd",
    "/etc/passwd",
    "a/../../b",
    "C:\\Windows\\system32",
    "with\0nul",
    "",
    ".",
    ".git/hooks/post-checkout",
    "~/.bashrc",
    "./../escape",
];

/// A text that breaks the rule that texts are UTF-8.
fn invalid_text() -> String {
    let bytes = vec![b'x', 0xff, 0xfe, b'y'];
    // SAFETY: not sound, and that is the point: the text is only handed to the host, which has to notice.
    unsafe { String::from_utf8_unchecked(bytes) }
}

/// A text by which a good answer becomes a bad one.
fn text(behaviour: Behaviour) -> Option<String> {
    match behaviour {
        Behaviour::HugeText => Some("x".repeat(HUGE_BYTES)),
        Behaviour::InvalidText => Some(invalid_text()),
        _ => None,
    }
}

/// Rules.
pub fn rules(behaviour: Behaviour) -> Vec<RuleRecord> {
    let good = || records(GOOD_RULES).remove(0);
    match behaviour {
        Behaviour::ManyElements => {
            let bare = records(&[rules![Rule::new("guest.bare")]]).remove(0);
            (0..MANY).map(|n| RuleRecord { code: format!("guest.n{n}"), ..bare.clone() }).collect()
        }
        Behaviour::HugeText | Behaviour::InvalidText => {
            vec![RuleRecord { pattern: text(behaviour).unwrap_or_default(), ..good() }]
        }
        Behaviour::InvalidPatterns => {
            let pattern = |code: &str, pattern: &str| RuleRecord {
                code: format!("guest.{code}"),
                pattern: pattern.to_owned(),
                ..good()
            };
            vec![
                pattern("unclosed", "("),
                pattern("look-ahead", "(?=x)"),
                pattern("gigabytes", "(((((x{1000}){1000}){1000}){1000}){1000})"),
                pattern("nested", &"(".repeat(1_000)),
            ]
        }
        Behaviour::InvalidValues => vec![
            RuleRecord { confidence: f64::NAN, ..good() },
            RuleRecord {
                confidence: 7.0,
                specificity: 255,
                category: "no-such-category".to_owned(),
                severity: "fatal".to_owned(),
                ..good()
            },
            RuleRecord { examples: Vec::new(), ..good() },
            RuleRecord { code: String::new(), pattern: String::new(), ..good() },
        ],
        _ => vec![good()],
    }
}

/// Findings.
pub fn findings(behaviour: Behaviour, good: &Finding) -> Vec<Finding> {
    match behaviour {
        Behaviour::ManyElements => vec![good.clone(); MANY],
        Behaviour::HugeText | Behaviour::InvalidText => {
            let mut bad = good.clone();
            bad.cause.text = text(behaviour).unwrap_or_default();
            vec![bad]
        }
        Behaviour::InvalidValues => {
            let mut bad = Finding { confidence: f64::INFINITY, signature: "forged".to_owned(), ..good.clone() };
            bad.cause.line = u64::MAX;
            vec![bad]
        }
        _ => vec![good.clone()],
    }
}

/// Interests.
pub fn interests(behaviour: Behaviour) -> Vec<Interest> {
    match behaviour {
        Behaviour::ManyElements => vec![Interest::category("*"); MANY],
        Behaviour::HugeText | Behaviour::InvalidText => {
            vec![Interest::code(text(behaviour).unwrap_or_default())]
        }
        Behaviour::InvalidValues => {
            vec![Interest::code(""), Interest { code: "*".to_owned(), category: "*".to_owned() }]
        }
        _ => vec![Interest::code("guest.*")],
    }
}

/// Remedies.
pub fn remedies(behaviour: Behaviour, incident: &Incident) -> Vec<Remedy> {
    match behaviour {
        Behaviour::ManyElements => vec![remedy("retry", "again"); MANY],
        Behaviour::HugeText | Behaviour::InvalidText => {
            vec![good_remedy().because(text(behaviour).unwrap_or_default())]
        }
        Behaviour::InvalidValues => vec![
            Remedy { confidence: f64::NAN, ..good_remedy() },
            Remedy { confidence: -1.0, strategy: "no-such-strategy".to_owned(), ..good_remedy() },
            Remedy { actions: Vec::new(), ..good_remedy() },
            Remedy { actions: vec![action::set_env("A=B", "x\0y")], ..good_remedy() },
            Remedy { actions: vec![action::replace_argv(Vec::<String>::new())], ..good_remedy() },
            Remedy { actions: vec![action::set_jobs(0); 33], ..good_remedy() },
        ],
        Behaviour::InvalidPaths => PATHS.iter().flat_map(|path| path_remedies(path)).collect(),
        Behaviour::NeverList => never_list(incident),
        _ => vec![good_remedy()],
    }
}

fn path_remedies(path: &str) -> Vec<Remedy> {
    let step = |action: Action| remedy("config", format!("touch {path:?}")).confidence(0.99).action(action);
    vec![
        step(action::write_file(path, "owned\n")),
        step(action::append_to_file(path, "owned\n")),
        step(action::remove_file(path)),
        step(action::clear_path(path)),
        step(action::restore_snapshot([path])),
    ]
}

/// One remedy for each thing that the host must never do, whoever proposes it.
pub fn never_list(incident: &Incident) -> Vec<Remedy> {
    let script = incident.stage.command.text();
    let step = |title: &str, action: Action| remedy("config", title).confidence(0.99).action(action);
    vec![
        step("edit a workflow of GitHub", action::write_file(".github/workflows/ci.yml", "on: push\n")),
        step("edit the pipeline file", action::append_to_file("selfheal.toml", "[healing]\nmode = \"auto\"\n")),
        step("delete a test", action::remove_file("tests/test_shop.py")),
        step("skip a test", action::edit_file("tests/test_shop.py", "def test_", "@pytest.mark.skip\ndef test_")),
        step("ignore peer dependencies", action::run_command(["npm", "install", "--legacy-peer-deps"]).into()),
        step("update snapshots", action::replace_script("npx jest -u")),
        step("drop a lock", action::replace_script("cargo test")),
        step(
            "skip the verification of certificates",
            action::run_command(["curl", "--insecure", "https://x.example"]).into(),
        ),
        step("hide the failure", action::replace_script(format!("{script} || true"))),
        step("push", action::run_command(["git", "push", "origin", "main"]).into()),
        step("set an option that disables tests", action::set_env("PYTEST_ADDOPTS", "--deselect tests/test_shop.py")),
        step("hide it in a shell", action::run_command(["sh", "-c", "rm -rf tests"]).into()),
    ]
}
