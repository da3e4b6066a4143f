//! Which Java a failure asks for, read from what compilers, virtual machines and build tools of Java print.

use crate::types::{Finding, Log, LogLine};

/// Class files count from 45 for Java 1.1, so that 61 is Java 17.
const CLASS_FILES_BEFORE_JAVA: u32 = 44;
/// Lines around the cause in which the versions may stand: compilers say them up to three lines below.
const AROUND: u32 = 4;

/// The Javas with which a failure would not be: from one version to another, both included. Neither bound means any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needed {
    /// The oldest.
    pub least: Option<u32>,
    /// The newest.
    pub most: Option<u32>,
}

impl Needed {
    /// Whether a version is one of them.
    pub fn includes(&self, version: u32) -> bool {
        self.least.is_none_or(|least| version >= least) && self.most.is_none_or(|most| version <= most)
    }

    fn at_least(version: u32) -> Self {
        Self { least: Some(version), most: None }
    }

    fn at_most(version: u32) -> Self {
        Self { least: None, most: Some(version) }
    }
}

/// The Javas that a failure asks for; `None` where neither its cause nor the lines around it say.
pub fn needed(root: &Finding, log: &dyn Log) -> Option<Needed> {
    let cause = &root.cause;
    let around = || log.below(cause.line, AROUND).into_iter().chain(log.above(cause.line, AROUND));
    let text = |line: LogLine| line.text;
    // The enforcer says its range in a line of its own, wherever Maven prints it.
    let range = || log.containing("is not in the allowed range", 1).into_iter().map(text);
    needed_in(&cause.text).or_else(|| around().map(text).chain(range()).find_map(|line| needed_in(&line)))
}

/// What one line says.
fn needed_in(line: &str) -> Option<Needed> {
    of_class_file(line)
        .or_else(|| of_range(line))
        .or_else(|| of_release(line))
        .or_else(|| of_minimum(line))
        .or_else(|| of_maximum(line))
        .or_else(|| is_none_chosen(line).then(Needed::default))
}

/// Class files that are too new for the Java that reads them; or, to a tool that reads them itself, the Java too new for it.
fn of_class_file(line: &str) -> Option<Needed> {
    if let Some(major) = version_behind(line, "Unsupported class file major version") {
        return java_of(major).map(|java| Needed::at_most(java - 1));
    }
    ["(class file version", "class file has wrong version", "Unsupported major.minor version", "class file version"]
        .iter()
        .find_map(|words| java_of(version_behind(line, words)?))
        .map(Needed::at_least)
}

fn java_of(class_file: u32) -> Option<u32> {
    class_file.checked_sub(CLASS_FILES_BEFORE_JAVA).filter(|java| (6..100).contains(java))
}

/// `is not in the allowed range [1.8,12).`
fn of_range(line: &str) -> Option<Needed> {
    let (_, rest) = line.split_once("is not in the allowed range")?;
    let rest = rest.trim_start_matches([' ', ':']);
    if !rest.starts_with(['[', '(']) {
        // A bare `17` means 17 or later to the enforcer.
        return version_in(rest).map(Needed::at_least);
    }
    let is_open = rest.starts_with('(');
    let end = rest.find([']', ')'])?;
    let is_open_above = rest[end..].starts_with(')');
    let (least, most) = rest[1..end].split_once(',').unwrap_or((&rest[1..end], &rest[1..end]));
    // `[17,18)` ends before 18, and `[17,17.0.9)` within 17.
    let is_whole = |text: &str| text.trim().strip_prefix("1.").unwrap_or(text.trim()).parse::<u32>().is_ok();
    let least = version_in(least).map(|version| version + u32::from(is_open && is_whole(least)));
    let most = version_in(most).map(|version| version - u32::from(is_open_above && is_whole(most) && version > 1));
    Some(Needed { least, most })
}

/// A release that the compiler does not know yet, or does not know any more.
fn of_release(line: &str) -> Option<Needed> {
    let version = ["target release:", "source release:", "release version", "Source option", "Target option"]
        .iter()
        .find_map(|words| version_behind(line, words))?;
    match version {
        // The last compilers that wrote these releases.
        0..=5 => Some(Needed::at_most(8)),
        6 => Some(Needed::at_most(11)),
        7 => Some(Needed::at_most(19)),
        8 => None,
        newer => Some(Needed::at_least(newer)),
    }
}

/// `requires at least JDK 17`, `languageVersion=21`.
fn of_minimum(line: &str) -> Option<Needed> {
    if let Some(version) = version_behind(line, "languageVersion=") {
        return Some(Needed { least: Some(version), most: Some(version) });
    }
    ["requires at least JDK", "requires at least Java", "at least JVM runtime version", "requires JDK", "requires Java"]
        .iter()
        .find_map(|words| version_behind(line, words))
        .map(Needed::at_least)
}

/// Things that later Javas took away, and tools that do not know later ones.
fn of_maximum(line: &str) -> Option<Needed> {
    const GONE: &[(&str, u32)] = &[
        ("Unrecognized VM option 'MaxPermSize", 16),
        ("Unrecognized VM option 'UseConcMarkSweepGC", 13),
        ("Unrecognized VM option 'PrintGC", 8),
        ("Unrecognized VM option 'UseGCLogFileRotation", 8),
        ("JCTree$JCImport does not have member field", 20),
        ("to unnamed module", 15),
    ];
    if line.contains("Could not determine java version from") {
        let version = version_behind(line, "Could not determine java version from")?;
        return Some(Needed::at_most(version.checked_sub(1)?));
    }
    if let Some(version) = version_behind(line, "officially supports Java") {
        return Some(Needed::at_most(version));
    }
    GONE.iter().find(|(words, _)| line.contains(words)).map(|(_, most)| Needed::at_most(*most))
}

/// Whether the line says that there is no Java where `JAVA_HOME` says, or nothing that says where one is.
fn is_none_chosen(line: &str) -> bool {
    [
        "JAVA_HOME is set to an invalid",
        "JAVA_HOME is not set",
        "JAVA_HOME environment variable is not defined correctly",
    ]
    .iter()
    .any(|words| line.contains(words))
        || line.contains("No compiler is provided in this environment")
}

fn version_behind(line: &str, words: &str) -> Option<u32> {
    version_in(line.split_once(words)?.1)
}

/// The first version of a text that begins with one: 8 of `1.8.0_392`, 17 of `[17,)`, 61 of `61.0`.
fn version_in(text: &str) -> Option<u32> {
    let text = text.trim_start_matches([' ', ':', '[', '(', '\'', '"']);
    let text = text.strip_prefix("1.").unwrap_or(text);
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok().filter(|version| *version < 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{LogText, finding};

    #[test]
    fn the_javas_that_a_failure_asks_for_are_read_from_its_own_words() {
        for (line, least, most) in [
            (
                "A has been compiled by a more recent version of the Java Runtime (class file version 69.0), this version of the Java Runtime only recognizes class file versions up to 61.0",
                Some(25),
                None,
            ),
            ("    class file has wrong version 61.0, should be 55.0", Some(17), None),
            ("Unsupported major.minor version 52.0", Some(8), None),
            ("Unsupported class file major version 65", None, Some(20)),
            ("error: release version 21 not supported", Some(21), None),
            ("error: invalid target release: 21", Some(21), None),
            ("error: invalid source release: 1.6", None, Some(11)),
            ("[ERROR] Source option 7 is no longer supported. Use 8 or later.", None, Some(19)),
            ("Detected JDK version 11.0.2 (JAVA_HOME=/opt/jdk) is not in the allowed range [17,).", Some(17), None),
            ("Detected JDK Version: 17.0.1 is not in the allowed range [1.8,12).", Some(8), Some(11)),
            ("Detected JDK version 21 is not in the allowed range (,17].", None, Some(17)),
            ("Detected JDK version 8 is not in the allowed range 11.", Some(11), None),
            ("Detected JDK version 8 is not in the allowed range [11,11.0.9).", Some(11), Some(11)),
            ("Android Gradle plugin requires Java 17 to run. You are currently using Java 11.", Some(17), None),
            ("Dependency requires at least JVM runtime version 21. This build uses a Java 17 JVM.", Some(21), None),
            ("Cannot find a Java installation matching: {languageVersion=21, vendor=any}", Some(21), Some(21)),
            ("Could not determine java version from '25.0.3'.", None, Some(24)),
            (
                "Java 22 (66) is not supported by the current version of Byte Buddy which officially supports Java 20 (64)",
                None,
                Some(20),
            ),
            ("Unrecognized VM option 'MaxPermSize=512m'", None, Some(16)),
            ("ERROR: JAVA_HOME is set to an invalid directory: /opt/jdk", None, None),
        ] {
            assert_eq!(needed_in(line), Some(Needed { least, most }), "{line}");
        }
    }

    #[test]
    fn what_names_no_java_asks_for_none() {
        for line in [
            "error: cannot find symbol",
            "error: release version 8 not supported",
            "release 21 is out",
            "class file version",
        ] {
            assert_eq!(needed_in(line), None, "{line}");
        }
    }

    #[test]
    fn the_version_may_stand_below_the_cause_or_far_from_it() {
        let of = |cause: &str, log: &str| needed(&finding("jvm.x", "x").cause(1, cause).build(), &LogText::new(log));
        let log = "B.java:1: error: cannot access A\nclass B { A a; }\n          ^\n  bad class file: A.class\n    class file has wrong version 69.0, should be 61.0\n";
        assert_eq!(of("B.java:1: error: cannot access A", log), Some(Needed::at_least(25)));
        let log = format!(
            "[ERROR] Rule 0: failed\n{}Detected JDK version 11 is not in the allowed range [17,).\n",
            "x\n".repeat(20)
        );
        assert_eq!(of("[ERROR] Rule 0: failed", &log), Some(Needed::at_least(17)));
    }
}
