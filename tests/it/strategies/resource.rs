//! `resource`: one step more of what demonstrably ran out.

use crate::lab::Lab;

#[test]
fn a_stage_that_may_not_open_enough_files_gets_more() {
    let lab = Lab::new("[[stage]]\nname = \"pack\"\nrun = \"python3 -B pack.py\"\nresources = { open-files = 64 }\n")
        .file("pack.py", "opened = [open('pack.py') for _ in range(150)]\nprint(len(opened), 'files are open')\n")
        .committed();
    let before = lab.tree();
    let events = lab.heals(&[]);
    assert_eq!(events.healed_by(), "resource", "{events:#?}");
    lab.tree().is_same_as(&before);
}

#[test]
fn a_limit_that_healed_is_remembered_tried_lower_and_taken_again() {
    let lab = Lab::new("[[stage]]\nname = \"pack\"\nrun = \"python3 -B pack.py\"\nresources = { open-files = 64 }\n")
        .file("pack.py", "opened = [open('pack.py') for _ in range(150)]\nprint(len(opened), 'files are open')\n")
        .committed();
    assert_eq!(lab.heals(&[]).healed_by(), "resource");
    let limits = |events: &crate::lab::Events| -> Vec<Option<u64>> {
        events.decisions("start-attempt").map(|start| start["limits"]["open_files"].as_u64()).collect()
    };
    lab.selfheal(&["run"]).ends_with(0).says("learned limits: pack starts with open files 256 instead of 64");
    for _ in 0..4 {
        let green = lab.run(&[]);
        assert_eq!((green.end().as_str(), limits(&green)), ("success clean", vec![Some(256)]), "{green:#?}");
    }
    // Five green attempts: half as many are tried, and are too few.
    let tried = lab.heals(&[]);
    assert_eq!(limits(&tried)[0], Some(128), "{tried:#?}");
    let again = lab.run(&[]);
    assert_eq!((again.end().as_str(), limits(&again)), ("success clean", vec![Some(256)]), "{again:#?}");
    lab.replays();
    lab.selfheal(&["learn", "show"]).says("pack of pipeline: open files 256").says("after 10 green attempts, 1 so far");
    lab.selfheal(&["learn", "forget", "--all"]).ends_with(0);
    assert_eq!(limits(&lab.run(&[]))[0], Some(64));
}

#[test]
fn a_heap_that_the_project_lets_be_set_is_raised() {
    let lab = Lab::new(
        "[[stage]]\nname = \"bundle\"\nrun = \"node --max-old-space-size=${PACK_HEAP:-24} bundle.js\"\n",
    )
    .file(
        "bundle.js",
        "const kept = [];\nfor (let n = 0; n < 150; n++) kept.push(new Array(50000).fill(n));\nconsole.log(kept.length + ' chunks');\n",
    )
    .committed();
    let events = lab.heals(&[]);
    assert_eq!(events.healed_by(), "resource", "{events:#?}");
    assert_eq!(events.causes()[0], "node.heap-out-of-memory");
}

#[test]
fn a_kill_that_no_counter_explains_is_not_taken_for_a_lack_of_memory() {
    let lab = Lab::new(
        "[[stage]]\nname = \"build\"\nrun = \"echo x >> $OUTSIDE/attempts; kill -9 $$\"\nresources = { memory = \"1GiB\" }\n",
    );
    let events = lab.run(&[]);
    assert_eq!((events.code(), lab.count("attempts")), (1, 1), "{events:#?}");
    assert!(!events.causes().contains(&"system.out-of-memory".to_owned()), "{events:#?}");
}
