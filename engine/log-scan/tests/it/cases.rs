//! `cases/NAME.log` is judged and compared with `cases/NAME.expect`, which `UPDATE_EXPECT=1` refreshes. The words in
//! `NAME.args`, if there is one, are the evidence: `exit=N`, `signal=N`, `oom=N`, `timed-out`, `truncated`; `NAME.green`, if
//! there is one, is the baseline.

use std::path::{Path, PathBuf};

use expect_test::expect_file;
use log_scan::{Diagnosis, Evidence, Options, Scanner, Templates};

use crate::rules;

fn evidence(path: &Path) -> Evidence {
    let mut evidence = Evidence::default();
    let text = std::fs::read_to_string(path).unwrap_or_default();
    for word in text.split_whitespace() {
        match word.split_once('=').unwrap_or((word, "")) {
            ("exit", code) => evidence.exit_code = code.parse().ok(),
            ("signal", number) => evidence.signal = number.parse().ok(),
            ("oom", kills) => evidence.oom_kills = kills.parse().ok(),
            ("timed-out", _) => evidence.timed_out = true,
            ("truncated", _) => evidence.log_truncated = true,
            other => panic!("{}: unknown argument {other:?}", path.display()),
        }
    }
    evidence
}

fn diagnose(log: &Path) -> Diagnosis {
    let bytes = std::fs::read(log).expect("the case is readable");
    let green = std::fs::read(log.with_extension("green")).ok().map(|green| Templates::learn(&green));
    let mut scanner = Scanner::new(&rules::set());
    scanner.push(&bytes);
    scanner
        .finish()
        .diagnose(&evidence(&log.with_extension("args")), &Options { baseline: green.as_ref(), ..Options::default() })
}

#[test]
fn every_log_gets_the_diagnosis_beside_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut logs: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the cases are there")
        .map(|entry| entry.expect("the cases are readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .collect();
    logs.sort();
    assert!(logs.len() >= 20, "only {} cases were found", logs.len());
    for log in logs {
        let text = serde_json::to_string_pretty(&diagnose(&log)).expect("a diagnosis is plain data");
        expect_file![log.with_extension("expect")].assert_eq(&format!("{text}\n"));
    }
}
