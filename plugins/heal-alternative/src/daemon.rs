//! Without a daemon that broke: Gradle's own, and that of the Kotlin compiler. Both tools document a way to do the same work in
//! a process of the build.

use plugin_sdk::prelude::*;
use plugin_sdk::script_files;

use crate::serial::slowed;

/// Programs of Gradle.
const GRADLE: &[&str] = &["gradle", "./gradlew"];

/// A daemon: what is said when it is the failure, and how to do without it.
struct Daemon {
    name: &'static str,
    says: &'static [&'static str],
    /// The words for Gradle's command line.
    words: &'static str,
    /// The same for `GRADLE_OPTS`, for a Gradle that a script calls.
    options: &'static str,
    why: &'static str,
}

const DAEMONS: &[Daemon] = &[
    // Before Gradle's, whose words the messages about this one may also hold.
    Daemon {
        name: "the Kotlin daemon",
        says: &["otlin daemon", "otlin compile daemon", "onnection to the daemon has been unexpectedly lost"],
        words: "-Pkotlin.compiler.execution.strategy=in-process",
        options: "-Dkotlin.compiler.execution.strategy=in-process",
        why: "the daemon of the Kotlin compiler could not be reached; the compiler can work in Gradle's own process",
    },
    Daemon {
        name: "Gradle's daemon",
        says: &[
            "daemon disappeared",
            "daemon has disappeared",
            "Could not connect to the Gradle daemon",
            "daemon has been stopped",
            "Could not receive a message from the daemon",
            "Could not dispatch a message to the daemon",
            "Unable to start the daemon process",
        ],
        words: "--no-daemon",
        options: "-Dorg.gradle.daemon=false",
        why: "the daemon broke off; without it the build runs in a process of its own",
    },
];

/// The remedies for a daemon that broke.
pub fn remedies(incident: &Incident, log: &dyn Log) -> Vec<Remedy> {
    let is_said = |text: &&str| incident.root().cause.text.contains(text) || !log.find(text, 1, 1).is_empty();
    let Some(daemon) = DAEMONS.iter().find(|daemon| daemon.says.iter().any(is_said)) else {
        return Vec::new();
    };
    let proposed = |words: &str| {
        remedy("alternative", format!("run Gradle without {} ({words})", daemon.name)).because(daemon.why)
    };
    let command = &incident.stage.command;
    if let Some(changed) = GRADLE.iter().find_map(|program| slowed(command, program, daemon.words)) {
        return vec![proposed(daemon.words).confidence(0.65).action(changed)];
    }
    let scripts = script_files::named_in(&command.text(), &incident.stage.directory);
    let calls_it = |script: &String| script.contains("gradle") && !script.contains(daemon.words);
    if !scripts.iter().any(calls_it) {
        return Vec::new();
    }
    vec![proposed(daemon.options).confidence(0.5).action(action::set_env("GRADLE_OPTS", daemon.options))]
}
