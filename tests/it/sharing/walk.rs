//! The way of a plugin from its author to somebody's healed build.

use super::{GREET, Publisher, manifest, plugin, text, user};
use crate::lab::{Answer, DockerRegistry, Lab};
use crate::schema::{complaints, schema};

#[test]
fn a_plugin_goes_from_its_author_through_a_registry_to_another_machine_and_heals_there() {
    let (registry, acme) = (DockerRegistry::start(), Publisher::two_roles());
    let reference = acme.publishes(&registry, "1.0.0");
    let repository = reference.trim_end_matches(":1.0.0");
    acme.selfheal(&["search-tags", repository]).ends_with(0).says(&reference);

    let home = user(GREET, &acme.policy()).env("HOME", "/nonexistent");
    assert_eq!(home.run(&[]).code(), 1, "nobody knows what it lacks");
    let install = plugin(&home, &["install", &reference]);
    install.ends_with(0).says("acme/two-roles 1.0.0  Sets variables that a stage misses").says("acme-release (RW");
    install.says("nothing beyond reading what it is shown").says("hint: selfheal plugin approve acme/two-roles");
    assert!(!home.root().join("plugins.lock").exists());
    plugin(&home, &["list"]).ends_with(0).says("waits for approval acme/two-roles");
    assert_eq!(home.run(&[]).code(), 1, "it is not approved yet");

    plugin(&home, &["approve", "acme/two-roles", "--yes"]).ends_with(0).says("approved acme/two-roles 1.0.0");
    let lock = home.read("plugins.lock");
    for line in
        ["id = \"acme/two-roles\"", "version = \"1.0.0\"", &format!("source = \"{reference}\""), &acme.public("acme")]
    {
        assert!(lock.contains(line), "{line} is not in\n{lock}");
    }
    let events = home.heals(&[]);
    assert_eq!(events.healed_by(), "config");
    plugin(&home, &["list"]).ends_with(0).says(&format!("approved, from {reference}"));

    // A colleague has the repository with its lock, and nothing else.
    let colleague = user(GREET, &acme.policy()).file("plugins.lock", &lock);
    let events = colleague.run(&[]);
    assert_eq!(events.code(), 1);
    assert!(events.stderr().contains("it is not installed here; run: selfheal plugin install"), "{}", events.stderr());
    plugin(&colleague, &["install"]).ends_with(0).says("installed acme/two-roles 1.0.0");
    colleague.heals(&[]);
    assert_eq!(colleague.read("plugins.lock"), lock);

    plugin(&home, &["remove", "acme/two-roles"]).ends_with(0);
    assert_eq!(home.run(&[]).code(), 1, "it is gone");
    assert_eq!(super::state_files(&home, ".plugin.tar"), Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_newer_version_is_found_verified_and_used_only_after_it_was_approved() {
    let (registry, acme) = (DockerRegistry::start(), Publisher::two_roles());
    let first = acme.publishes(&registry, "1.0.0");
    let home = user(GREET, &acme.policy());
    plugin(&home, &["install", &first, "--yes"]).ends_with(0).says("acme/two-roles@1.0.0 is new");
    plugin(&home, &["update"]).ends_with(0).says("1.0.0 is the newest");
    acme.lab.write("plugin.toml", &manifest("1.1.0"));
    acme.publishes(&registry, "1.1.0");
    let lock = home.read("plugins.lock");
    plugin(&home, &["update", "--dry-run"]).ends_with(0).says("1.0.0 → 1.1.0");
    plugin(&home, &["update"]).ends_with(0).says("it is not used yet");
    assert_eq!(home.read("plugins.lock"), lock);
    home.heals(&[]);
    plugin(&home, &["approve", "acme/two-roles", "--yes"]).ends_with(0).says("version 1.0.0 becomes 1.1.0");
    assert!(home.read("plugins.lock").contains("version = \"1.1.0\""));
    home.heals(&[]);
    assert_eq!(super::state_files(&home, ".plugin.tar").len(), 1, "the old bundle is gone");
}

#[test]
fn packing_twice_gives_the_same_bytes_and_a_file_needs_no_registry() {
    let acme = Publisher::two_roles();
    let (one, two) = (acme.lab.outside("one.tar"), acme.lab.outside("two.tar"));
    for file in [&one, &two] {
        acme.selfheal(&["pack", ".", "--output", text(file)]).ends_with(0).says("packed");
    }
    assert_eq!(std::fs::read(&one).expect("read it"), std::fs::read(&two).expect("read it"));
    acme.selfheal(&["pack"]).ends_with(0).says("two-roles-1.0.0.plugin.tar");
    let file = acme.signed_by("acme");
    acme.selfheal(&["verify", text(&file), "--key", &acme.public("acme")]).ends_with(0).says("verified acme/two-roles");
    acme.selfheal(&["verify", text(&file), "--key", &acme.keygen("other")])
        .ends_with(3)
        .says("none of the 1 signatures");
    let home = user(GREET, &acme.policy());
    plugin(&home, &["install", text(&file), "--yes"]).ends_with(0);
    home.heals(&[]);
}

#[test]
fn a_collection_brings_several_plugins_each_with_its_signature() {
    let (acme, errands) = (Publisher::two_roles(), Publisher::of("errands", super::ERRANDS));
    let (one, two, set) = (acme.signed_by("acme"), errands.signed_by("acme"), acme.lab.outside("set.tar"));
    acme.selfheal(&["collect", text(&one), text(&two), "-o", text(&set)]).ends_with(0).says("2 plugins");
    // The two publishers have different keys; a policy names both.
    let (first, second) = (acme.public("acme"), errands.public("acme"));
    let policy = format!(
        "version = 1\n[keys]\na = \"{first}\"\nb = \"{second}\"\n[[trust]]\npublisher = \"acme/\"\n\
         any-of = {{ minimum = 1, keys = [\"a\", \"b\"] }}\n"
    );
    let home = user(GREET, &policy);
    plugin(&home, &["install", text(&set)]).ends_with(0).says("approve acme/two-roles").says("approve acme/errands");
}

#[test]
fn the_range_of_the_contract_is_printed() {
    let lab = Lab::bare();
    plugin(&lab, &["api-range"]).ends_with(0).says("selfheal:plugin 0.1.x (wit/v0");
    plugin(&lab, &["api-range", "--format", "json"]).ends_with(0).says("\"range\":\"0.1.x\"");
}

#[test]
fn a_bundle_is_inspected_from_its_bytes_alone() {
    let errands = Publisher::of("errands", super::ERRANDS);
    let file = errands.signed_by("acme");
    let home = user(GREET, &errands.policy()).env("SELFHEAL_CACHE_DIR", "/nonexistent/cache");
    let answer = plugin(&home, &["inspect", text(&file)]);
    answer
        .ends_with(0)
        .says("acme/errands 1.0.0")
        .says("acme-release (RW")
        .says("run the program touch (leaves a mark)");
    answer
        .says("400 ms of processor time, 16 MiB of memory")
        .says("settings  argv, url")
        .says("bill of materials, provenance")
        .says("process = [\"touch\"]");
    let component = errands.lab.root().join("dist/errands.wasm");
    plugin(&home, &["inspect", text(&component)]).ends_with(0).says("no manifest");
}

/// `tester` with the password `open sesame`.
const HTPASSWD: &str = "tester:$2y$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW\n";

#[test]
fn the_credentials_that_docker_login_left_are_used() {
    let (registry, acme) = (DockerRegistry::start_for(HTPASSWD), Publisher::two_roles());
    let reference = format!("{}/acme/plugin:1.0.0", registry.host());
    let file = acme.signed_by("acme");
    let denied = format!("log in with `docker login {}`", registry.host());
    acme.selfheal(&["push", text(&file), &reference]).ends_with(3).says(&denied);
    let folder = acme.lab.outside("docker");
    std::fs::create_dir(&folder).expect("make the folder");
    let login = format!(r#"{{"auths":{{"{}":{{"auth":"dGVzdGVyOm9wZW4gc2VzYW1l"}}}}}}"#, registry.host());
    std::fs::write(folder.join("config.json"), login).expect("write what docker would");
    let docker = text(&folder);
    let push = acme.lab.command(&["plugin", "push", text(&file), &reference]).env("DOCKER_CONFIG", docker).output();
    Answer::of(push.expect("start the engine")).ends_with(0).says("pushed");
    super::refuses(&user(GREET, &acme.policy()), &["install", &reference], &denied);
    let home = user(GREET, &acme.policy()).env("DOCKER_CONFIG", docker);
    plugin(&home, &["install", &reference, "--yes"]).ends_with(0);
    home.heals(&[]);
}

#[test]
fn answers_for_programs_are_as_their_schemas_say() {
    let errands = Publisher::of("errands", super::ERRANDS);
    let file = errands.signed_by("acme");
    let home = user(GREET, &errands.policy());
    let check = |args: &[&str], name: &str| {
        let answer = plugin(&home, args);
        answer.ends_with(0);
        let schema = schema(name);
        for line in answer.stdout.lines() {
            let line = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            assert_eq!(complaints(&schema, &line), Vec::<String>::new(), "{line}");
        }
        answer.stdout
    };
    plugin(&home, &["install", text(&file)]).ends_with(0);
    assert!(check(&["list", "--format", "json"], "plugin-list").contains("\"waits\":true"));
    plugin(&home, &["approve", "acme/errands", "--yes"]).ends_with(0);
    assert!(check(&["list", "--format", "json"], "plugin-list").contains("\"approved\":{"));
    assert!(check(&["inspect", "--format", "json", text(&file)], "plugin-inspect").contains("\"trusted\":true"));
    check(&["api-range", "--format", "json"], "plugin-api-range");
}
