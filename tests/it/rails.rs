//! What no remedy gets past: worse is undone, every loop ends, patches are only offered, the same failure is not retried for
//! ever, and what a person has to repair is left to a person.

use crate::lab::Lab;

/// Two stages; the second one fails until `flag` holds the right word. What the first one checks can be broken by a remedy.
const TWO_STAGES: &str = r#"
[[stage]]
name = "check"
run = "grep -q sound data.txt"

[[stage]]
name = "build"
needs = ["check"]
run = "echo built >> $OUTSIDE/builds; grep -q ready flag.txt || { echo 'scripted: the flag is broken'; exit 1; }"
"#;

fn two_stages(healing: &str, remedies: &str) -> Lab {
    Lab::bare()
        .with_repository()
        .file("data.txt", "sound\n")
        .file("flag.txt", "not yet\n")
        .pipeline(&format!(
            "{TWO_STAGES}\n[healing]\ncontrol-rate = 0.0\n{healing}\n[[plugins.config.scripted.remedies]]\n{remedies}\n"
        ))
        .guest("scripted", "scripted")
        .committed()
}

const HELPS: &str = "title = \"set the flag\"\nactions = [{ edit = [\"flag.txt\", \"not yet\", \"ready\"] }]";

const BREAKS_THE_FIRST: &str = "title = \"set the flag and break the check\"\n\
    actions = [{ edit = [\"flag.txt\", \"not yet\", \"ready\"] }, { write = [\"data.txt\", \"spoilt\\n\"] }]";

/// The scenario is run with an overlay where the machine allows one, in a copy, and in place.
fn every_kind_of_scratch(make: impl Fn() -> Lab, check: impl Fn(&Lab)) {
    for kind in ["overlay", "copy", "in-place"] {
        check(&make().env("SELFHEAL_SCRATCH", kind));
    }
}

#[test]
fn a_remedy_that_breaks_an_earlier_stage_is_undone_byte_for_byte() {
    every_kind_of_scratch(
        || two_stages("patches = \"apply\"", BREAKS_THE_FIRST).file("untracked.txt", "mine\n"),
        |lab| {
            let before = lab.tree();
            let events = lab.run(&[]);
            assert_eq!(events.code(), 1, "{events:#?}");
            assert!(events.endings().contains(&"worsened".to_owned()), "{events:#?}");
            lab.tree().is_same_as(&before);
            lab.replays();
            // The pair of failure and remedy is benched: the next run does not try it again.
            let again = lab.run(&[]);
            assert!(again.refusals().iter().any(|reason| reason.contains("worse")), "{again:#?}");
            assert!(again.tried().is_empty(), "{again:#?}");
            lab.tree().is_same_as(&before);
        },
    );
}

#[test]
fn a_remedy_that_does_not_help_leaves_nothing_behind() {
    let remedies =
        "title = \"write much\"\nactions = [{ write = [\"new/file.txt\", \"x\"] }, { remove = \"flag.txt\" }]";
    every_kind_of_scratch(
        || two_stages("patches = \"apply\"", remedies),
        |lab| {
            let before = lab.tree();
            let events = lab.run(&[]);
            assert_eq!(events.code(), 1, "{events:#?}");
            assert_eq!(events.tried(), ["config"], "{events:#?}");
            lab.tree().is_same_as(&before);
        },
    );
}

#[test]
fn a_proposed_patch_leaves_the_workspace_alone_and_makes_the_build_green_when_applied() {
    every_kind_of_scratch(
        || two_stages("", HELPS),
        |lab| {
            let before = lab.tree();
            let events = lab.run(&[]);
            assert_eq!((events.code(), events.incidents()), (1, vec!["proposed".to_owned()]), "{events:#?}");
            lab.tree().is_same_as(&before);
            let [patch] = &events.patches()[..] else { panic!("one patch is offered: {events:#?}") };
            lab.git(&["apply", "--check", patch]);
            lab.git(&["apply", patch]);
            let green = lab.run(&[]);
            assert_eq!((green.code(), green.end().as_str()), (0, "success clean"), "{green:#?}");
        },
    );
}

#[test]
fn an_applied_patch_heals_the_run_and_is_the_only_change() {
    every_kind_of_scratch(
        || two_stages("patches = \"apply\"", HELPS),
        |lab| {
            let before = lab.tree();
            lab.heals(&[]);
            assert_eq!(lab.read("flag.txt"), "ready\n");
            lab.write("flag.txt", "not yet\n");
            lab.tree().is_same_as(&before);
        },
    );
}

#[test]
fn the_report_says_which_kind_of_scratch_it_was() {
    for (kind, expected, more) in [
        ("copy", "(tried in a copy)", ""),
        ("copy", "(tried in place, with a snapshot)", "pyvenv.cfg"),
        ("in-place", "(tried in place, with a snapshot)", ""),
    ] {
        let mut lab = two_stages("patches = \"apply\"", HELPS).env("SELFHEAL_SCRATCH", kind);
        if !more.is_empty() {
            lab = lab.file(&format!("environment/{more}"), "");
        }
        let plugins = lab.plugins();
        lab.selfheal(&["run", "--plugins", plugins.to_str().expect("a path")]).ends_with(0).says(expected);
        assert_eq!(lab.read("flag.txt"), "ready\n");
    }
    let lab = two_stages("", HELPS).env("SELFHEAL_SCRATCH", "somewhere");
    lab.selfheal(&["run"]).ends_with(2).says("overlay, copy or in-place");
}

#[test]
fn the_command_line_chooses_what_happens_to_patches() {
    let lab = two_stages("patches = \"apply\"", HELPS);
    let before = lab.tree();
    assert_eq!(lab.run(&["--patches", "propose"]).incidents(), ["proposed"]);
    lab.tree().is_same_as(&before);
    assert_eq!(lab.run(&["--patches", "apply", "--strict"]).code(), 10);
    assert_eq!(lab.read("flag.txt"), "ready\n");
}

#[test]
fn attempts_are_counted_and_end_every_loop() {
    // Five remedies that do not help, of which each would be tried.
    let useless: Vec<String> = (0..5)
        .map(|n| format!("title = \"useless {n}\"\nagain = true\nactions = [{{ set-env = [\"USELESS\", \"{n}\"] }}]"))
        .collect();
    let remedies = useless.join("\n[[plugins.config.scripted.remedies]]\n");
    for (limit, trials) in [("max-attempts = 2", 2), ("max-attempts = 0", 0), ("", 3)] {
        let lab = two_stages(limit, &remedies);
        let events = lab.run(&[]);
        assert_eq!((events.code(), events.tried().len()), (1, trials), "{limit}: {events:#?}");
        // The attempt in the workspace, and one for each trial.
        assert_eq!(lab.count("builds"), 1 + trials, "{limit}");
        lab.replays();
    }
}

#[test]
fn time_and_processor_time_of_an_incident_have_an_end() {
    let useless: Vec<String> = (0..3)
        .map(|n| format!("title = \"useless {n}\"\nactions = [{{ set-env = [\"USELESS\", \"{n}\"] }}]"))
        .collect();
    let remedies = useless.join("\n[[plugins.config.scripted.remedies]]\n");
    let events = two_stages("time-budget = \"1ms\"", &remedies).run(&[]);
    assert_eq!((events.code(), events.tried().len()), (1, 0), "{events:#?}");
}

#[test]
fn the_same_failure_twice_is_not_retried_a_third_time() {
    let lab = Lab::new("[[stage]]\nname = \"fetch\"\nrun = \"echo x >> $OUTSIDE/attempts; exit 75\"");
    let events = lab.run(&[]);
    assert_eq!((events.code(), events.tried()), (1, vec!["retry".to_owned()]), "{events:#?}");
    assert_eq!(lab.count("attempts"), 2);
    assert_eq!(events.incidents(), ["escalated"]);
    lab.replays();
}

/// A stage that fails the first time with this output, and would pass the second time.
fn lucky(name: &str, output: &str) -> Lab {
    let script =
        "echo x >> $OUTSIDE/attempts\n[ $(wc -l < $OUTSIDE/attempts) -gt 1 ] && exit 0\ncat output.txt\nexit 1\n";
    failing(name, script, output)
}

/// As `lucky`, but it never passes.
fn hopeless(name: &str, output: &str) -> Lab {
    failing(name, "echo x >> $OUTSIDE/attempts\ncat output.txt\nexit 1\n", output)
}

fn failing(name: &str, script: &str, output: &str) -> Lab {
    Lab::new(&format!("[[stage]]\nname = \"{name}\"\nrun = \"sh steps.sh\""))
        .file("steps.sh", script)
        .file("output.txt", output)
        .committed()
}

const COMPILE_ERROR: &str = "   Compiling shop v0.1.0 (/src/shop)\n\
error[E0308]: mismatched types\n  --> src/lib.rs:3:5\n   |\n2 | fn total() -> u32 {\n   |               --- expected `u32` because of return type\n\
3 |     \"five\"\n   |     ^^^^^^ expected `u32`, found `&str`\n\nFor more information about this error, try `rustc --explain E0308`.\n\
error: could not compile `shop` (lib) due to 1 previous error\n";

const ASSERTION: &str = "============================= test session starts ==============================\n\
collected 1 item\n\ntest_shop.py F                                                           [100%]\n\n\
=================================== FAILURES ===================================\n\
__________________________________ test_total __________________________________\n\n    def test_total():\n\
>       assert total([2, 3]) == 5\nE       assert 6 == 5\nE        +  where 6 = total([2, 3])\n\ntest_shop.py:4: AssertionError\n\
=========================== short test summary info ============================\n\
FAILED test_shop.py::test_total - assert 6 == 5\n============================== 1 failed in 0.02s ===============================\n";

#[test]
fn a_compile_error_and_a_failed_assertion_are_never_healed_not_even_by_luck() {
    for (name, output) in [("build", COMPILE_ERROR), ("test", ASSERTION)] {
        for lab in [lucky(name, output), hopeless(name, output)] {
            let before = lab.tree();
            let events = lab.run(&["--patches", "apply"]);
            assert_eq!((events.code(), lab.count("attempts")), (1, 1), "{name}: {events:#?}");
            assert_eq!((events.incidents(), events.tried().len()), (vec!["escalated".to_owned()], 0), "{events:#?}");
            assert_eq!(
                events.facts("diagnosed").next().map(|fact| fact["diagnosis"]["findings"][0]["disposition"].clone()),
                Some("never".into()),
                "{events:#?}"
            );
            lab.tree().is_same_as(&before);
            lab.replays();
        }
    }
}

#[test]
fn a_real_compile_error_and_a_real_failed_assertion_are_left_to_a_person() {
    let rust = Lab::new(
        "[[stage]]\nname = \"build\"\nrun = \"rustc --crate-type lib --emit metadata -o $OUTSIDE/lib.rmeta lib.rs\"",
    )
    .file("lib.rs", "pub fn total() -> u32 {\n    \"five\"\n}\n");
    let python = Lab::new("[[stage]]\nname = \"test\"\nrun = \"python3 -B -m unittest -q test_shop.py\"").file(
        "test_shop.py",
        "import unittest\n\n\nclass Shop(unittest.TestCase):\n    def test_total(self):\n        self.assertEqual(2 + 3, 6)\n",
    );
    for lab in [rust, python] {
        let before = lab.tree();
        let events = lab.run(&["--patches", "apply"]);
        assert_eq!((events.code(), events.tried().len()), (1, 0), "{events:#?}");
        assert_eq!(events.incidents(), ["escalated"], "{events:#?}");
        lab.tree().is_same_as(&before);
    }
}

#[test]
fn an_unknown_failure_is_not_guessed_at() {
    let lab = lucky("odd", "something nobody has ever seen\n");
    let events = lab.run(&[]);
    assert_eq!((events.code(), lab.count("attempts"), events.tried().len()), (1, 1, 0), "{events:#?}");
}

#[test]
fn a_stage_that_passes_without_the_remedy_too_is_a_flaky_suspect_and_never_clean() {
    let lab = Lab::bare()
        .with_repository()
        .guest("scripted", "scripted")
        .pipeline(
            "[[stage]]\nname = \"odd\"\nrun = \"echo x >> $OUTSIDE/attempts; [ $(wc -l < $OUTSIDE/attempts) -gt 1 ] || { echo 'scripted: the moon is broken'; exit 1; }\"\n\
             [healing]\ncontrol-rate = 1.0\n[[plugins.config.scripted.remedies]]\ntitle = \"a charm\"\nactions = [{ set-env = [\"CHARM\", \"1\"] }]\n",
        )
        .committed();
    let events = lab.run(&[]);
    assert_eq!((events.code(), events.end().as_str()), (0, "success flaky-suspect"), "{events:#?}");
    lab.replays();
    lab.selfheal(&["history"]).says("flaky-suspect");
}
