//! What is said about entries of `[[quarantine]]`.

use super::*;

#[test]
fn an_entry_without_a_person_a_day_or_a_reason_is_refused() {
    check_rest(
        "[[quarantine]]\nstage = 'test'\nsignature = 'a.b:1'\n",
        expect![[r#"
        selfheal.toml:4:1: [[quarantine]] has no `owner`; add one, such as `owner = "ada@shop.example"`
          |
        4 | [[quarantine]]
          | ^^^^^^^^^^^^^^

        selfheal.toml:4:1: [[quarantine]] has no `until`; add one, such as `until = "2026-12-31"`
          |
        4 | [[quarantine]]
          | ^^^^^^^^^^^^^^

        selfheal.toml:4:1: [[quarantine]] has no `reason`; add one, such as `reason = "the clock of the runner is off, see SHOP-12"`
          |
        4 | [[quarantine]]
          | ^^^^^^^^^^^^^^"#]],
    );
}

#[test]
fn an_entry_whose_values_are_none_is_refused() {
    check_rest(
        "[[quarantine]]\nstage = 'tets'\nsignature = 'a.b'\nowner = '<who looks after it>'\nuntil = '2026-02-30'\nreason = ' '\nexpiry = 1\n",
        expect![[r#"
            selfheal.toml:5:9: `stage` is "tets", which is no stage of this pipeline; did you mean `test`?
              |
            5 | stage = 'tets'
              |         ^^^^^^

            selfheal.toml:6:13: `signature` is a code, `:` and a hash, as the report of the failure prints it, found "a.b"
              |
            6 | signature = 'a.b'
              |             ^^^^^

            selfheal.toml:7:9: `owner` is still the placeholder "<who looks after it>"; write who looks after the failure
              |
            7 | owner = '<who looks after it>'
              |         ^^^^^^^^^^^^^^^^^^^^^^

            selfheal.toml:8:9: `until` is a day such as "2026-12-31", found the text "2026-02-30"
              |
            8 | until = '2026-02-30'
              |         ^^^^^^^^^^^^

            selfheal.toml:9:10: `reason` is empty; write why it may fail, or leave the key out
              |
            9 | reason = ' '
              |          ^^^

            selfheal.toml:10:1: unknown key `expiry` in [[quarantine]]; its keys are `stage`, `signature`, `owner`, `until` and `reason`
               |
            10 | expiry = 1
               | ^^^^^^"#]],
    );
}

#[test]
fn a_failure_of_unknown_cause_cannot_be_quarantined() {
    let entry = "[[quarantine]]\nstage = 'test'\nsignature = 'system.unknown-failure:1'\nowner = 'a'\nuntil = 2026-12-31\nreason = 'b'\n";
    check_rest(
        entry,
        expect![[r#"
        selfheal.toml:6:13: "system.unknown-failure:1" stands for whatever has no known cause; only a failure whose cause is known can be quarantined
          |
        6 | signature = 'system.unknown-failure:1'
          |             ^^^^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
}

#[test]
fn two_entries_for_one_failure_are_refused_and_a_table_is_no_list() {
    let entry = "[[quarantine]]\nstage = 'test'\nsignature = 'a.b:1'\nowner = 'a'\nuntil = 2026-12-31\nreason = 'b'\n";
    check_rest(
        &entry.repeat(2),
        expect![[r#"
        selfheal.toml:10:1: this failure of stage `test` is already quarantined on line 4; remove one of the entries
           |
        10 | [[quarantine]]
           | ^^^^^^^^^^^^^^"#]],
    );
    check_rest(
        &entry.replace("[[quarantine]]", "[quarantine]"),
        expect![[r#"
        selfheal.toml:4:1: `quarantine` wants a list of entries, found a table; write `[[quarantine]]` above each of them
          |
        4 | [quarantine]
          | ^^^^^^^^^^^^"#]],
    );
}

#[test]
fn an_entry_for_a_stage_with_a_matrix_is_one_for_each_of_its_stages() {
    let entry = "matrix = { os = ['a', 'b'] }\n[[quarantine]]\nstage = 'test'\nsignature = 'a.b:1'\nowner = 'Ada <ada@shop.example>'\nuntil = 2026-12-31\nreason = 'b'\n";
    let pipeline = parsed(&format!("{STAGE}{entry}")).pipeline;
    let stages: Vec<&str> = pipeline.quarantine.iter().map(|entry| entry.stage.as_str()).collect();
    assert_eq!(stages, ["test (os=a)", "test (os=b)"]);
    assert_eq!(pipeline.quarantine[0].until.to_string(), "2026-12-31");
}

#[test]
fn settings_may_name_a_stage_that_stands_in_no_file() {
    let entry = "[[quarantine]]\nstage = 'exec'\nsignature = 'a.b:1'\nowner = 'a'\nuntil = 2026-12-31\nreason = 'b'\n";
    let settings = super::super::parse_settings(entry, "selfheal.toml").expect("settings need no stages");
    assert_eq!(settings.pipeline.quarantine.len(), 1);
}
