//! What lies outside of the workspace and still may be chosen or, where that is granted, changed: installed Javas, packages.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::cases::*;
use crate::definition::Grant;
use crate::id::PluginId;
use crate::policy::{Context, check_actions, rule};
use crate::remedy::{Action, CommandLine, Limits, Remedy};

const HOMES: [&str; 2] = ["/usr/lib/jvm/java-17-openjdk-amd64", "/opt/jdk-21"];

/// The rule that refuses a remedy of `heal-x`, where these programs are granted to a plugin.
fn refusal(remedy: &Remedy, granted_to: &str, programs: &[&str]) -> Option<&'static str> {
    let (command, limits) = (CommandLine::Shell("mvn -B verify".to_owned()), Limits::default());
    let homes = HOMES.map(str::to_owned);
    let process = programs.iter().map(|program| (*program).to_owned()).collect();
    let grants = BTreeMap::from([(granted_to.to_owned(), Grant { process, ..Grant::default() })]);
    let context = Context { java_homes: &homes, grants: &grants, ..Context::new(&command, &limits) };
    check_actions(remedy, &context).err().map(|refusal| refusal.rule)
}

fn java(name: &str, value: &str) -> Option<&'static str> {
    refusal(&remedy(vec![set_env(name, value)]), "heal-x", &[])
}

fn installs(command: &str, granted_to: &str, programs: &[&str]) -> Option<&'static str> {
    refusal(&remedy(vec![run(command)]), granted_to, programs)
}

#[test]
fn an_installed_java_may_be_chosen_for_a_stage() {
    assert_eq!(java("JAVA_HOME", HOMES[0]), None);
    assert_eq!(java("JAVA_HOME", HOMES[1]), None);
}

#[test]
fn nothing_that_only_looks_like_an_installed_java_may_be_chosen() {
    for value in
        ["", ".", "/opt", "/opt/jdk-21/", "/opt/jdk-21/../evil", "/opt//jdk-21", "/OPT/jdk-21", "jdk", "build/jdk"]
    {
        assert_eq!(java("JAVA_HOME", value), Some(rule::FORBIDDEN_VARIABLE), "{value}");
    }
    for name in ["java_home", "JAVA-HOME", "JAVA.HOME", "JAVA_HOME_17_X64", "JDK_HOME", "GRADLE_JAVA_HOME"] {
        assert_eq!(java(name, HOMES[0]), Some(rule::FORBIDDEN_VARIABLE), "{name}");
    }
}

#[test]
fn an_installed_java_may_only_be_chosen_for_the_stage_itself() {
    let env = vec![("JAVA_HOME".to_owned(), HOMES[0].to_owned())];
    let command = Action::RunCommand { argv: argv("mvn -v"), directory: ".".to_owned(), env, timeout_ms: 1_000 };
    assert_eq!(refusal(&remedy(vec![command]), "heal-x", &[]), Some(rule::FORBIDDEN_VARIABLE));
}

#[test]
fn packages_are_installed_by_the_plugin_that_the_pipeline_file_lets_do_so_and_by_no_other() {
    for command in [
        "apt-get install -y --no-install-recommends libpq-dev",
        "apt-get install -y build-essential zlib1g-dev g++",
        "dnf install -y openssl-devel",
        "apk add --no-cache build-base",
        "brew install openssl@3",
    ] {
        let program = command.split(' ').next().expect("a program");
        assert_eq!(installs(command, "heal-x", &[program]), None, "{command}");
        assert_eq!(installs(command, "heal-x", &[]), Some(rule::CHANGES_MACHINE), "{command}");
        assert_eq!(installs(command, "heal-x", &["cargo"]), Some(rule::CHANGES_MACHINE), "{command}");
        assert_eq!(installs(command, "heal-y", &[program]), Some(rule::CHANGES_MACHINE), "{command}");
    }
}

#[test]
fn a_granted_package_manager_installs_named_packages_and_does_nothing_else() {
    let granted = ["apt-get", "apt", "dpkg", "apk", "brew"];
    for command in [
        "apt-get remove zlib1g-dev",
        "apt-get install",
        "apt-get install -y",
        "apt-get install zlib1g-dev-",
        "apt-get install ./evil.deb",
        "apt-get install -o Dpkg::Options::=--force-all zlib1g-dev",
        "apt-get install -t unstable zlib1g-dev",
        "apt-get install --reinstall zlib1g-dev",
        "apt-get install --allow-downgrades zlib1g-dev",
        "apt-get update",
        "apt-get upgrade",
        "apt-get dist-upgrade -y",
        "apt-get source zlib1g-dev",
        "apt-get -y install zlib1g-dev",
        "tools/apt-get install zlib1g-dev",
        "apt install zlib1g-dev",
        "dpkg -i build/evil.deb",
        "apk add --allow-untrusted zlib-dev",
        "apk del zlib-dev",
        "brew tap widget/widget",
        "brew install --cask widget",
        "npx apt-get install zlib1g-dev",
    ] {
        let refused = installs(command, "heal-x", &granted);
        assert!(refused.is_some(), "{command} passes");
    }
    assert_eq!(installs("sudo apt-get install zlib1g-dev", "heal-x", &["sudo", "apt-get"]), Some(rule::RUNS_SHELL));
    // Flags that check origin stay closed for granted programs, too.
    let unsafe_ = installs("apt-get install --allow-unauthenticated zlib1g-dev", "heal-x", &granted);
    assert_eq!(unsafe_, Some(rule::RELAXES_SECURITY));
}

#[test]
fn the_refusal_says_what_to_grant() {
    let (command, limits) = (CommandLine::Shell("make".to_owned()), Limits::default());
    let mut remedy = remedy(vec![run("apt-get install -y zlib1g-dev")]);
    remedy.plugin = PluginId::new("heal-escalate");
    let refusal = check_actions(&remedy, &Context::new(&command, &limits)).expect_err("nothing is granted");
    assert_eq!(
        refusal.message,
        "apt-get changes the machine; to let heal-escalate install packages with it, add to \
         [plugins.grants.\"heal-escalate\"]: process = [\"apt-get\"]"
    );
}

proptest! {
    #[test]
    fn no_path_but_that_of_an_installed_java_is_ever_chosen(
        name in prop_oneof![Just("JAVA_HOME".to_owned()), "[Jj][Aa][Vv][Aa][_.-][Hh][Oo][Mm][Ee]", "JAVA_HOME[A-Z_0-9]{0,3}"],
        value in prop_oneof![Just(HOMES[0].to_owned()), Just(HOMES[1].to_owned()), "/(opt|usr/lib/jvm)(/[a-z0-9.-]{0,8}){0,4}/?", "\\PC{0,20}"],
    ) {
        let is_open = java(&name, &value).is_none();
        prop_assert_eq!(is_open, name == "JAVA_HOME" && HOMES.contains(&value.as_str()), "{}={}", name, value);
    }

    #[test]
    fn a_package_manager_that_is_not_granted_never_runs(
        program in prop::sample::select(crate::policy::tables::commands::INSTALLERS),
        before in prop::sample::select(vec!["", "npx", "uv run", "python3 -m", "/usr/bin/", "env", "yarn exec --"]),
        words in prop::collection::vec("[a-z.-]{1,12}", 0..4),
    ) {
        let line = if before.ends_with('/') { format!("{before}{program}") } else { format!("{before} {program}") };
        let line = format!("{line} {}", words.join(" "));
        prop_assert!(installs(&line, "heal-x", &["cargo", "npm"]).is_some(), "{} passes", line);
    }
}
