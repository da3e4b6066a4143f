//! A workspace in memory, and what nobody may do to one: written the slow obvious way, with nothing of the policy in it.
//!
//! The policy judges actions and diffs by classes of paths and patterns of lines. Here a remedy is carried out instead, and what
//! is there afterwards is compared with what was there before, text by text.

use super::*;
use crate::remedy::Limits;

/// Files by path.
pub(super) type Files = BTreeMap<String, String>;

/// Words that make a command insecure, or take a check out of it.
const BAD_WORDS: [&str; 7] = [
    "--legacy-peer-deps",
    "--insecure",
    "--trusted-host",
    "--no-verify",
    "--updateSnapshot",
    "push",
    "--no-frozen-lockfile",
];

/// Variables by which a tool no longer checks whom it talks to, or leaves tests out.
const BAD_VARIABLES: [&str; 5] =
    ["NODE_TLS_REJECT_UNAUTHORIZED", "GIT_SSL_NO_VERIFY", "PIP_TRUSTED_HOST", "PYTHONHTTPSVERIFY", "PYTEST_ADDOPTS"];

/// The project before anything happened to it.
pub(super) fn project() -> Files {
    let files = [
        ("requirements.txt", "flask==2.0 --hash=sha256:aaaaaaaaaaaa\nrequests==2.1 --hash=sha256:bbbbbbbbbbbb\n"),
        ("Cargo.lock", "name = \"shop\"\nchecksum = \"aaaaaaaaaaaa\"\n"),
        ("pyproject.toml", "[tool.coverage.report]\nfail_under = 80\n"),
        ("tests/test_shop.py", "def test_total():\n    assert total() == 5\n"),
        ("src/shop.py", "def total():\n    return 5\n"),
        (".github/workflows/ci.yml", "on: push\n"),
        ("selfheal.toml", "[pipeline]\nname = \"shop\"\n"),
        ("target/debug/shop", "binary\n"),
    ];
    files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect()
}

/// Carries out what an action does to files. What a program writes is drawn by the world.
pub(super) fn carry_out(action: &Action, files: &mut Files) {
    match action {
        Action::WriteFile { path, content, .. } => drop(files.insert(path.clone(), content.clone())),
        Action::EditFile { path, find, replace } => {
            let text = files.entry(path.clone()).or_default();
            if find.is_empty() {
                text.push_str(replace);
                text.push('\n');
            } else {
                *text = text.replacen(find.as_str(), replace, 1);
            }
        }
        Action::RemoveFile { path } => drop(files.remove(path)),
        Action::ClearPath { path } => files.retain(|file, _| file != path && !file.starts_with(&format!("{path}/"))),
        // The last green run had another gate.
        Action::RestoreSnapshot { paths } => {
            for (path, text) in files.iter_mut().filter(|(path, _)| paths.is_empty() || paths.contains(path)) {
                if path.as_str() == "pyproject.toml" {
                    *text = text.replace("80", "60");
                }
            }
        }
        _ => {}
    }
}

/// The differences as the workspace port lists them.
pub(super) fn differences(before: &Files, after: &Files) -> Vec<FileChange> {
    let lines = |text: Option<&String>| -> Vec<String> {
        text.map(|text| text.lines().map(str::to_owned).collect()).unwrap_or_default()
    };
    let without = |lines: &[String], others: &[String]| -> Vec<String> {
        lines.iter().filter(|line| !others.contains(line)).cloned().collect()
    };
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changed = paths.into_iter().filter(|path| before.get(*path) != after.get(*path));
    changed
        .map(|path| {
            let (old, new) = (lines(before.get(path)), lines(after.get(path)));
            FileChange {
                path: path.clone(),
                change: match (before.contains_key(path), after.contains_key(path)) {
                    (false, _) => ChangeKind::Added,
                    (true, true) => ChangeKind::Modified,
                    (true, false) => ChangeKind::Removed,
                },
                is_versioned: is_versioned(path),
                removed_lines: without(&old, &new),
                added_lines: without(&new, &old),
                is_abridged: false,
                is_binary: false,
            }
        })
        .collect()
}

pub(super) fn is_versioned(path: &str) -> bool {
    !path.starts_with("target/")
}

/// What was done to the project that nobody may do.
pub(super) fn offences(before: &Files, after: &Files) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in before {
        let now = after.get(path);
        if path.contains("test") && now.is_none() {
            found.push(format!("the test {path} is gone"));
        }
        let count = |word: &str, text: &str| text.matches(word).count();
        for word in ["assert", "--hash=", "checksum"] {
            if count(word, text) > now.map_or(0, |now| count(word, now)) {
                found.push(format!("{path} has lost its {word}"));
            }
        }
        if let Some(gate) = gate_of(text)
            && now.and_then(|now| gate_of(now)).is_none_or(|now| now < gate)
        {
            found.push(format!("the gate of {path} is lower"));
        }
    }
    for path in before.keys().chain(after.keys()) {
        let steers = path.starts_with(".github/") || path.starts_with(".git/") || path == "selfheal.toml";
        if steers && before.get(path) != after.get(path) {
            found.push(format!("{path} is another one"));
        }
    }
    found
}

fn gate_of(text: &str) -> Option<u32> {
    text.lines().find_map(|line| line.strip_prefix("fail_under = ")?.trim().parse().ok())
}

/// What is wrong with how a stage would run.
pub(super) fn bad_conditions(own: &str, command: &str, env: &[(String, String)], limits: &Limits) -> Option<String> {
    let bad = bad_words(command).or_else(|| bad_variables(env));
    let is_unlocked = own.contains("--locked") && !command.contains("--locked");
    let weakened = is_unlocked.then(|| format!("{command} is not locked"));
    let Limits { timeout_ms, memory_bytes, cpu_ms, open_files, jobs } = limits;
    let is_nothing = [timeout_ms, memory_bytes, cpu_ms, open_files].contains(&&Some(0)) || *jobs == Some(0);
    let is_too_much = memory_bytes.is_some_and(|bytes| bytes > MACHINE_BYTES);
    bad.or(weakened).or_else(|| (is_nothing || is_too_much).then(|| format!("{limits:?} are no limits")))
}

/// What is wrong with a remedy, before anything of it happens.
pub(super) fn bad_steps(own: &str, remedy: &Remedy) -> Vec<String> {
    let before = project();
    let mut after = before.clone();
    let mut found = Vec::new();
    for action in &remedy.actions {
        // What a snapshot holds is not known before it is looked at.
        if !matches!(action, Action::RestoreSnapshot { .. }) {
            carry_out(action, &mut after);
        }
        let wrong = match action {
            Action::SetEnv { name, value } => bad_variables(&[(name.clone(), value.clone())]),
            Action::MovePort { variable, .. } => bad_variables(&[(variable.clone(), String::new())]),
            Action::SetLimit { limits } => bad_conditions(own, own, &[], limits),
            Action::ReplaceCommand { command } => bad_conditions(own, &command.to_string(), &[], &Limits::default()),
            Action::RunCommand { argv, env, .. } => bad_words(&argv.join(" ")).or_else(|| bad_variables(env)),
            Action::WaitForService { host, .. } if host != "localhost" => Some(format!("{host} is far away")),
            _ => None,
        };
        found.extend(wrong);
    }
    // Checksums are judged by the diff: a step knows neither what a file held before nor what a later one does to it.
    for path in ["Cargo.lock", "requirements.txt"] {
        after.insert(path.to_owned(), before[path].clone());
    }
    found.extend(offences(&before, &after));
    found
}

fn bad_words(command: &str) -> Option<String> {
    let is_shell = command.starts_with("sh -c");
    let is_bad = is_shell || command.split(' ').any(|word| BAD_WORDS.contains(&word)) || command == "true";
    is_bad.then(|| format!("{command} runs"))
}

fn bad_variables(env: &[(String, String)]) -> Option<String> {
    env.iter().find(|(name, _)| BAD_VARIABLES.contains(&name.as_str())).map(|(name, _)| format!("{name} is set"))
}
