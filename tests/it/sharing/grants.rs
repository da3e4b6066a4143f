//! What an approved plugin may do: what it asks for, what was granted to its bytes, and not more than was approved.

use super::{ERRANDS, Publisher, plugin, text, user};
use crate::lab::Lab;

/// A stage that fails in a way that healers are asked about, and the errand that one of them then goes on.
fn pipeline(extra: &str) -> String {
    format!(
        "[[stage]]\nname = \"a\"\nrun = \"echo 'connect: Connection refused'; exit 1\"\n\
         [healing]\ncontrol-rate = 0.0\nmax-attempts = 1\n[plugins]\ndisabled = [\"heal-retry\", \"heal-alternative\"]\n{extra}"
    )
}

fn config(mark: &str) -> String {
    format!("[plugins.config.\"acme/errands\"]\nargv = [\"touch\", \"{mark}\"]\n")
}

fn mark(lab: &Lab) -> std::path::PathBuf {
    lab.outside("mark")
}

/// Whether the errand was gone on in a run.
fn leaves_a_mark(lab: &Lab) -> bool {
    let _ = std::fs::remove_file(mark(lab));
    lab.run(&[]);
    mark(lab).exists()
}

fn approved(errands: &Publisher) -> Lab {
    let home = user(&pipeline(""), &errands.policy());
    home.write("selfheal.toml", &pipeline(&config(text(&mark(&home)))));
    plugin(&home, &["install", text(&errands.signed_by("acme"))])
        .ends_with(0)
        .says("run the program touch (leaves a mark)")
        .says("send requests to errands.example (asks whether there are errands)");
    plugin(&home, &["approve", "acme/errands", "--yes"]).ends_with(0).says("it may now: run the program touch");
    home
}

#[test]
fn approval_writes_the_grant_and_the_plugin_does_what_it_asked_for() {
    let errands = Publisher::of("errands", ERRANDS);
    let home = approved(&errands);
    let file = home.read("selfheal.toml");
    assert!(file.contains("[plugins.grants.\"acme/errands\"]\ndigest = \"sha256:"), "{file}");
    assert!(file.contains("process = [\"touch\"]\nhttp = [\"errands.example\"]"), "{file}");
    let lock = home.read("plugins.lock");
    assert!(lock.contains("process touch") && lock.contains("http errands.example"), "{lock}");
    assert!(leaves_a_mark(&home));
    plugin(&home, &["approve", "acme/errands"]).ends_with(0).says("is approved as it is");
    plugin(&home, &["remove", "acme/errands"]).ends_with(0);
    assert!(!home.read("selfheal.toml").contains("plugins.grants"));
    assert!(!leaves_a_mark(&home));
}

#[test]
fn a_wider_grant_is_nothing_beyond_the_request_and_a_narrower_one_needs_nobody() {
    let errands = Publisher::of("errands", ERRANDS);
    let home = approved(&errands);
    let file = home.read("selfheal.toml");
    // Granted, and never asked for: not in force, so nothing was widened.
    home.write("selfheal.toml", &file.replace("process = [\"touch\"]", "process = [\"touch\", \"sh\"]"));
    assert!(leaves_a_mark(&home));
    plugin(&home, &["list", "--format", "json"])
        .ends_with(0)
        .says("\"granted\":[\"http errands.example\",\"process touch\"]");
    // Narrowed: the plugin loads no more, because it imports what it may not use, and says which line is missing.
    home.write("selfheal.toml", &file.replace("http = [\"errands.example\"]\n", ""));
    let events = home.run(&[]);
    assert!(!mark(&home).exists() || !leaves_a_mark(&home));
    assert!(events.stderr().contains("it imports http, which is not granted"), "{}", events.stderr());
    assert!(events.stderr().contains("http = [\"errands.example\"]"), "{}", events.stderr());
}

#[test]
fn a_grant_that_was_widened_after_the_approval_waits_for_another_one() {
    let errands = Publisher::of("errands", ERRANDS);
    let home = approved(&errands);
    let (file, lock) = (home.read("selfheal.toml"), home.read("plugins.lock"));
    // What was approved is less than what the pipeline file grants now.
    let narrow = file.replace("process = [\"touch\"]", "process = [\"false\"]");
    home.write("selfheal.toml", &narrow);
    home.write("plugins.lock", &lock);
    plugin(&home, &["approve", "acme/errands", "--yes"]).ends_with(0).says("it may no longer: run the program touch");
    home.write("selfheal.toml", &file);
    let events = home.run(&[]);
    let words = "it would be allowed more than was approved: process touch; look at what changed, then: selfheal plugin approve acme/errands";
    assert!(events.stderr().contains(words), "{}", events.stderr());
    assert!(!mark(&home).exists());
    plugin(&home, &["approve", "acme/errands", "--yes"]).ends_with(0).says("it may now: run the program touch");
    assert!(leaves_a_mark(&home));
}

#[test]
fn a_grant_written_beforehand_needs_no_question() {
    let errands = Publisher::of("errands", ERRANDS);
    let file = errands.lab.outside("plugin.tar");
    let packed = errands.selfheal(&["pack", "-o", text(&file)]);
    let digest = packed.stdout.lines().find_map(|line| line.trim().strip_prefix("component ")).expect("it is named");
    let grant = format!(
        "[plugins.grants.\"acme/errands\"]\ndigest = \"{digest}\"\nprocess = [\"touch\"]\nhttp = [\"errands.example\"]\n"
    );
    errands.selfheal(&["sign", text(&file), "--key", &errands.key("acme")]).ends_with(0);
    let home = user(&pipeline(""), &errands.policy());
    home.write("selfheal.toml", &pipeline(&format!("{}{grant}", config(text(&mark(&home))))));
    let before = home.read("selfheal.toml");
    plugin(&home, &["install", text(&file)]).ends_with(0);
    plugin(&home, &["approve", "acme/errands"]).ends_with(0).says("approved acme/errands");
    assert_eq!(home.read("selfheal.toml"), before);
    assert!(leaves_a_mark(&home));
}

#[test]
fn a_configuration_that_the_schema_does_not_allow_is_named_before_anything_runs() {
    let errands = Publisher::of("errands", ERRANDS);
    let home = approved(&errands);
    let file = home.read("selfheal.toml");
    home.write("selfheal.toml", &file.replace("argv = [", "argvv = ["));
    let events = home.run(&[]);
    assert!(
        events.stderr().contains("its configuration does not fit its schema: [plugins.config.\"acme/errands\"]"),
        "{}",
        events.stderr()
    );
    assert!(!mark(&home).exists());
}

#[test]
fn in_a_plain_folder_a_grant_counts_only_with_the_digest() {
    let lab = Lab::bare().with_repository().guest("errands", "errands");
    let path = lab.outside("mark");
    let pipeline_with = |grant: &str| {
        let config = format!("[plugins.config.errands]\nargv = [\"touch\", \"{}\"]\n", text(&path));
        pipeline(&format!(
            "{config}[plugins.grants.errands]\nprocess = [\"touch\"]\nhttp = [\"errands.example\"]\n{grant}"
        ))
    };
    lab.write("selfheal.toml", &pipeline_with(""));
    let events = lab.run(&[]);
    let line = events.stderr().lines().find(|line| line.contains("its grant names no bytes")).map(str::to_owned);
    let line = line.unwrap_or_else(|| panic!("{}", events.stderr()));
    assert!(!path.exists());
    let (_, digest) = line.split_once("digest = ").expect("the line to add is named");
    lab.write("selfheal.toml", &pipeline_with(&format!("digest = {digest}\n")));
    lab.run(&[]);
    assert!(path.exists());
}
