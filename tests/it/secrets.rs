//! Secrets are shown nowhere: not on the screen, not in logs, tickets, patches or the journal.

use std::path::Path;

use crate::lab::Lab;

const SECRET: &str = "hunter2-Zx81-correct-horse";

/// Files below a folder that hold a text.
pub fn files_with(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("read a folder of the state").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else {
            let bytes = std::fs::read(&path).expect("read a file of the state");
            if bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

#[test]
fn a_secret_that_a_stage_prints_is_masked_wherever_it_could_be_kept() {
    let base64 = "aHVudGVyMi1aeDgxLWNvcnJlY3QtaG9yc2U=";
    let lab = Lab::new(
        "[pipeline]\nname = \"shop\"\nsecrets = [\"DEPLOY_TOKEN\"]\n\n[[stage]]\nname = \"test\"\n\
         run = \"echo login with $DEPLOY_TOKEN; echo $ENCODED; echo \\\"AssertionError: expected 1, got $DEPLOY_TOKEN\\\"; exit 1\"\n",
    )
    .env("DEPLOY_TOKEN", SECRET)
    .env("ENCODED", base64);
    let events = lab.run(&[]);
    assert_eq!(events.code(), 1, "{events:#?}");
    for text in [SECRET, base64] {
        assert!(!events.text().contains(text), "{events:#?}");
        assert!(!events.stderr().contains(text), "{events:#?}");
        let explained = lab.selfheal(&["explain", "last"]);
        assert!(!explained.text().contains(text), "{explained:#?}");
        let run = lab.selfheal(&["run"]);
        assert!(!run.text().contains(text), "{run:#?}");
        assert_eq!(files_with(&lab.outside("state"), text), [""; 0]);
    }
    assert!(!events.tickets().is_empty(), "{events:#?}");
    // The engine did keep the log; what is masked is only the secret.
    assert_ne!(files_with(&lab.outside("state"), "login with"), [""; 0]);
    lab.replays();
}

#[test]
fn what_looks_like_a_token_is_masked_without_being_named() {
    let token = format!("ghp_{}", "a1B2".repeat(9));
    let lab =
        Lab::new("[[stage]]\nname = \"push\"\nrun = \"echo remote: $LEAK was used; exit 1\"\n").env("LEAK", &token);
    let events = lab.run(&[]);
    assert!(!events.text().contains(&token), "{events:#?}");
    assert_eq!(files_with(&lab.outside("state"), &token), [""; 0]);
}
