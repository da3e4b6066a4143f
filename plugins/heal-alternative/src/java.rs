//! Another Java that is installed, where the build is of an older or newer one than the first of the machine.
//!
//! The host lists the development kits that it found outside of the workspace among the tools (`javac-17`), and lets
//! `JAVA_HOME` be set to the home of one of these and to nothing else.

use plugin_sdk::java::{Needed, needed};
use plugin_sdk::prelude::*;
use plugin_sdk::script_files;

/// Programs that run on the Java that `JAVA_HOME` names.
const READERS: &[&str] =
    &["mvn", "mvnw", "mvnd", "gradle", "gradlew", "sbt", "ant", "lein", "mill", "kotlinc", "scala-cli", "sdkmanager"];
/// Java versions that vendors support for years; where nothing says which is wanted, the newest of these is.
const SUPPORTED_FOR_YEARS: &[u32] = &[8, 11, 17, 21, 25];
/// Most kits that are proposed for one failure: each costs an attempt.
const MOST: usize = 2;

/// The remedies for a failure that asks for another Java.
pub fn remedies(incident: &Incident, log: &dyn Log) -> Vec<Remedy> {
    let Some(needed) = needed(incident.root(), log) else {
        return Vec::new();
    };
    // What the pipeline chose is not chosen otherwise from here.
    if incident.stage.env_names.iter().any(|name| name == "JAVA_HOME") || !reads_java_home(incident) {
        return Vec::new();
    }
    let why = reason(&needed);
    let kits = best(installed(incident), &needed).into_iter();
    let propose = |(place, (version, home)): (usize, (u32, String))| {
        remedy("alternative", format!("run the stage with Java {version}, which is installed"))
            .because(format!("{why}, and the machine has Java {version} in {home}"))
            .confidence(if place == 0 { 0.85 } else { 0.5 })
            .action(action::set_env("JAVA_HOME", home))
    };
    kits.enumerate().map(propose).collect()
}

/// The installed kits with their homes.
fn installed(incident: &Incident) -> Vec<(u32, String)> {
    let kit = |tool: &Tool| {
        let version = tool.name.strip_prefix("javac-")?.parse().ok()?;
        Some((version, tool.path.strip_suffix("/bin/javac")?.to_owned()))
    };
    incident.tools.iter().filter_map(kit).collect()
}

/// The kits that fit, best first: the nearest to what the failure asks for.
fn best(mut kits: Vec<(u32, String)>, needed: &Needed) -> Vec<(u32, String)> {
    kits.retain(|(version, _)| needed.includes(*version));
    kits.sort_by_key(|(version, _)| *version);
    if needed.least.is_none() {
        kits.reverse();
        if needed.most.is_none() {
            kits.sort_by_key(|(version, _)| !SUPPORTED_FOR_YEARS.contains(version));
        }
    }
    kits.truncate(MOST);
    kits
}

fn reason(needed: &Needed) -> String {
    match (needed.least, needed.most) {
        (Some(least), Some(most)) if least == most => format!("the build asks for Java {least}"),
        (Some(least), Some(most)) => format!("the build asks for Java {least} to {most}"),
        (Some(least), None) => format!("the build asks for Java {least} or later"),
        (None, Some(most)) => format!("the build works with Java {most} or earlier"),
        (None, None) => "no Java is where JAVA_HOME says".to_owned(),
    }
}

/// Whether the stage, or a script that it names, calls a program that goes by `JAVA_HOME`.
fn reads_java_home(incident: &Incident) -> bool {
    let command = incident.stage.command.text();
    let scripts = script_files::named_in(&command, &incident.stage.directory);
    std::iter::once(&command).chain(&scripts).any(|text| {
        let words = text.split(|c: char| c.is_whitespace() || ";&|()\"'".contains(c));
        let mut programs = words.map(|word| word.rsplit('/').next().unwrap_or(word));
        text.contains("JAVA_HOME") || programs.any(|program| READERS.contains(&program))
    })
}
