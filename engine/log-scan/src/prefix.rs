//! What CI services, container tools and task runners write in front of each line.

use std::sync::LazyLock;

use regex::Regex;

/// How many prefixes may stand in front of each other: a log inside a container inside a build inside a CI job.
const MAX_NESTED: usize = 5;

/// One prefix per line; the comment names who writes it. All are anchored at the start of what is left of the line.
const PREFIXES: &[&str] = &[
    // A byte order mark at the start of a file or of a step.
    r"\u{feff}",
    // `gh run view --log`: job, step and time, separated by tabs.
    r"[^\t]{1,200}\t[^\t]{1,200}\t\u{feff}?(?:[0-9]{4}-[0-9]{2}-[0-9]{2}T)",
    // GitLab: time, stream number, output or error, `+` for the rest of a long line.
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]+Z [0-9a-f]{2}[OE][ +]",
    // GitHub, Azure, kubectl, docker, application logs: date and time.
    r"\[?[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,:][0-9]{1,9})?(?: ?(?:Z|UTC|[+-][0-9]{2}:?[0-9]{2}))?\]?(?:[ \t]|$)",
    // Jenkins, TeamCity, gulp, Netlify: time only.
    r"\[[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?\](?:[WEFi]?:)?[ \t]+(?:\[Step [0-9]+/[0-9]+\][ \t]+)?",
    r"[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{3})?(?: [AP]M:)?[ \t]+",
    // GitHub's and Azure's commands.
    r"##\[(?:error|warning|notice|debug|section|group|endgroup)\]",
    r"::(?:error|warning|notice|debug)(?: [^:]*(?::[^:]+)*)?::",
    // BuildKit: step and seconds; in its summary only seconds.
    r"#[0-9]+ [0-9]+\.[0-9]+ ",
    r"#[0-9]+ (?:ERROR|CACHED|DONE|CANCELED|WARN)?:? ?",
    r"[0-9]+\.[0-9]{3} ",
    // Buildkite.
    r"_bk;t=[0-9]+\x07?",
    // Cargo: what a build script prints.
    r"[ ]{0,4}cargo:warning=",
    r"warning: [a-zA-Z0-9_-]+@[0-9][a-zA-Z0-9.+-]*: ",
    // Woodpecker and Drone.
    r"\[[a-zA-Z0-9_ .-]+:L[0-9]+:[0-9]+s\] ",
    // Cloud Build.
    r#"Step #[0-9]+(?: - "[^"]+")?: "#,
    // Tekton, kubectl logs --prefix.
    r"\[(?:[a-zA-Z0-9_.-]+ : [a-zA-Z0-9_.-]+|pod/[a-zA-Z0-9_.-]+/[a-zA-Z0-9_.-]+)\] ",
    // act.
    r"\[[^\]/]+/[^\]]+\][ \t]+\| ",
    // docker compose.
    r"[a-zA-Z][a-zA-Z0-9_.-]*[-_][0-9]+[ \t]+\| ?",
    r"[a-zA-Z][a-zA-Z0-9_.-]*[ \t]{2,}\| ",
    // turbo, lerna, pnpm -r, concurrently.
    r"@?[a-zA-Z0-9_./-]+:(?:build|test|lint|dev|check|typecheck|compile)(?::[a-zA-Z0-9_-]+)*: ",
    r"[a-zA-Z0-9_@./-]+ (?:build|test|lint|install|prepare|postinstall|typecheck)(?::[a-zA-Z0-9_-]+)*: ",
    r"\[[0-9]{1,3}\] ",
];

static ANY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!("^(?:{})", PREFIXES.join("|"))).expect("the table of prefixes is tested"));

/// Cheap look at the first bytes: most lines of a bare log start with nothing that a prefix starts with.
fn may_have_prefix(line: &str) -> bool {
    match line.as_bytes() {
        [b'0'..=b'9' | b'[' | b'#' | 0xef, ..] => true,
        [b':', b':', ..] | [b'_', b'b', ..] | [b'c', b'a', b'r', b'g', b'o', b':', ..] => true,
        [b' ', b' ', b'c', b'a', b'r', b'g', b'o', b':', ..] => true,
        bytes => memchr::memchr3(b'|', b'\t', b':', &bytes[..bytes.len().min(256)]).is_some(),
    }
}

/// The line without what was written in front of it by others than the tool.
pub(crate) fn strip(line: &str) -> &str {
    let mut rest = line;
    for _ in 0..MAX_NESTED {
        if !may_have_prefix(rest) {
            break;
        }
        let Some(found) = ANY.find(rest) else { break };
        // The pattern of `gh run view` looks ahead at the year and month, which belong to the next prefix.
        let end = if found.as_str().contains('\t') && found.as_str().ends_with('T') {
            found.end() - "2000-01-01T".len()
        } else {
            found.end()
        };
        if end == 0 {
            break;
        }
        rest = &rest[end..];
    }
    rest
}

/// Whether a line shows a command that is about to run, not what it printed.
pub(crate) fn is_echo(line: &str) -> bool {
    let starts = ["$ ", "+ ", "++ ", "+++ ", "> git ", " > git ", "[command]", "Run ", "##[command]"];
    starts.iter().any(|start| line.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_of_ci_services_go() {
        for line in [
            "2024-05-22T12:43:46.9626461Z E   boom",
            "2024-05-22T12:43:46.9626461Z ##[error]E   boom",
            "unit (3.12)\tRun tests\t2024-05-22T12:43:46.9626461Z E   boom",
            "unit\tRun tests\t\u{feff}2024-05-22T12:43:46.9626461Z E   boom",
            "2024-05-22T12:43:46.962646Z 00O E   boom",
            "2024-05-22T12:43:46.962646Z 01E+E   boom",
            "#12 3.456 E   boom",
            "0.345 E   boom",
            "[2024-05-22T12:43:46.962Z] E   boom",
            "[12:43:46] E   boom",
            "[12:43:46]W:\t [Step 1/2] E   boom",
            "12:43:46  E   boom",
            "7:51:34 PM: E   boom",
            "_bk;t=1700000000000\u{7}E   boom",
            "web-1  | E   boom",
            "db_1 | E   boom",
            "[build:L12:3s] E   boom",
            "Step #2 - \"unit\": E   boom",
            "[build : compile] E   boom",
            "[CI/unit]   | E   boom",
            "cargo:warning=E   boom",
            "  cargo:warning=E   boom",
            "warning: demo-sys@0.1.2: E   boom",
            "web:test: E   boom",
            "[0] E   boom",
            "2024-05-22T12:43:46.9626461Z #9 12.01 web-1  | E   boom",
            "::error file=a.py,line=3::E   boom",
        ] {
            assert_eq!(strip(line), "E   boom", "{line}");
        }
    }

    #[test]
    fn text_of_tools_stays() {
        for line in [
            "error[E0308]: mismatched types",
            "  12 | let x: u8 = 1;",
            "12 | let x: u8 = 1;",
            "[ERROR] Failed to execute goal",
            "src/app.py:12:1: F401 unused import",
            "ERROR: Job failed: exit code 1",
            "12 passed in 0.1s",
            "help: consider | this",
            "127.0.0.1:8080 refused",
        ] {
            assert_eq!(strip(line), line);
        }
    }
}
