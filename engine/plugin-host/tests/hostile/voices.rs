//! H14 and H15: guests that shout, draw on the terminal, or speak in the name of others.

use plugin_host::{HostOptions, Notice, PluginHost};

use crate::lab::{ID, Lab, alone};
use crate::module::Module;

const LOG: &str = r#"(import "selfheal:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32 i32)))"#;

#[tokio::test]
async fn h14_a_flood_of_messages_is_cut_and_the_run_says_how_much_was_dropped() {
    let definitions = r#"(data (i32.const 512) "\1b[2J\1b]0;x\07[host] all is well\0d\0aselfheal: passed\e2\80\ae")"#;
    let handles = "(loop $more
        (call $log (i32.const 64) (i32.const 1) (i32.const 512) (i32.const 45))
        (br_if $more (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 10000))))";
    let lab = Lab::of(Module { imports: LOG, definitions, handles, ..Module::default() }.build());
    let told = lab.ask().await;
    let lines: Vec<String> = told.notices.iter().map(ToString::to_string).collect();
    assert!(lines.iter().all(|line| !line.contains(char::is_control)), "{:?}", lines.first());
    assert!(lines.iter().filter(|line| line.contains("all is well")).all(|line| line.starts_with(&format!("{ID}: "))));
    let written: usize = told.logged().iter().map(|message| message.len()).sum();
    assert!((1_000..8 * (64 << 10)).contains(&written), "{written}");
    assert!(lines.iter().any(|line| line.contains("more messages were dropped")), "{:?}", lines.last());
}

#[tokio::test]
async fn h14_one_message_of_megabytes_is_dropped_and_one_of_more_ends_the_call() {
    let dropped = "(call $log (i32.const 64) (i32.const 1) (i32.const 1024) (i32.const 0x300000))";
    let told =
        Lab::of(Module { imports: LOG, memory: "64", handles: dropped, ..Module::default() }.build()).ask().await;
    assert_eq!(told.logged(), ["1 more messages were dropped: a call may log only so much"]);
    drop(told);
    let ends = "(call $log (i32.const 64) (i32.const 1) (i32.const 1024) (i32.const 0x3000000))";
    let lab = Lab::of(Module { imports: LOG, memory: "896", handles: ends, ..Module::default() }.build());
    assert_eq!(lab.codes().await, ["garbage"]);
}

/// Whatever a guest says of itself, and whatever its file carries: who it is comes from where it was found.
#[tokio::test]
async fn h15_remedies_and_messages_bear_the_name_under_which_the_guest_was_found() {
    let mut component = guests::component("scripted").to_vec();
    let claim = b"\x10selfheal:manifestid = \"two-roles\"";
    component.push(0);
    component.push(u8::try_from(claim.len()).expect("it is short"));
    component.extend_from_slice(claim);
    let lab = Lab::of(component).config(
        r#"{"remedies": [{"title": "two-roles: set TOKEN for the stage", "again": true, "actions": [{"set-env": ["A", "1"]}]}]}"#,
    );
    // `ask` has checked that each remedy and each fault bears the guest's own id or the good one's.
    let told = lab.ask().await;
    assert_eq!((told.faults.len(), told.remedies.len()), (0, 1), "{:?}", told.faults);
}

#[tokio::test]
async fn h15_names_that_look_like_another_are_no_ids() {
    let _alone = alone().await;
    let directory = tempfile::tempdir().expect("a directory");
    for name in [
        "hea\u{4cf}-retry",
        "heal\u{2010}retry",
        "Heal-Retry",
        "heal-retry ",
        "heal_retry",
        "heal-retry.",
        "\u{200b}heal-retry",
    ] {
        std::fs::write(directory.path().join(format!("{name}.wasm")), guests::component("two-roles"))
            .expect("it is written");
    }
    let host =
        PluginHost::new(HostOptions { directories: vec![directory.path().to_owned()], ..HostOptions::default() });
    let host = host.expect("the catalog loads");
    assert_eq!(host.catalog().plugins().count(), 0, "{:?}", host.catalog());
    assert_eq!(host.catalog().refused().len(), 7);
}

#[tokio::test]
async fn h15_of_two_plugins_with_one_id_the_run_says_which_is_used() {
    let _alone = alone().await;
    let notices = crate::support::Notices::default();
    let (first, second) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
    for directory in [&first, &second] {
        std::fs::write(directory.path().join("twin.wasm"), guests::component("two-roles")).expect("it is written");
    }
    // Machine code beside it by the same name takes nobody's place.
    std::fs::write(second.path().join("twin.cwasm"), "\x7fELF").expect("it is written");
    let directories = vec![first.path().to_owned(), second.path().to_owned()];
    let mut options = HostOptions { directories, ..HostOptions::default() };
    notices.listen(&mut options);
    let host = PluginHost::new(options).expect("the catalog loads");
    assert_eq!(host.catalog().plugins().count(), 1);
    assert!(
        host.catalog()
            .find("twin")
            .is_some_and(|twin| twin.origin.to_string().starts_with(second.path().to_str().expect("a path")))
    );
    let notices = notices.take();
    let is_replaced = |notice: &Notice| matches!(notice, Notice::Replaced { plugin, .. } if plugin == "twin");
    let is_refused = |notice: &Notice| matches!(notice, Notice::Refused { plugin, reason } if plugin == "twin" && reason.contains("stays in use"));
    assert!(notices.iter().any(is_replaced) && notices.iter().any(is_refused), "{notices:?}");
}
