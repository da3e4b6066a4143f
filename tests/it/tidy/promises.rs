//! What healing promises, sentence by sentence, and the tests that hold it to that. A promise without a test, or a test that is
//! gone, fails here.

use crate::tree::{none, read};

/// A sentence, and the tests that are named after it: file and function.
type Promise = (&'static str, &'static [(&'static str, &'static str)]);

const RAILS: &str = "tests/it/rails.rs";
const MORE: &str = "tests/it/promises.rs";
const SAME_COMMIT: &str = "tests/it/same_commit.rs";
const HOSTILE: &str = "tests/it/hostile.rs";
const SECRETS: &str = "tests/it/secrets.rs";
const PASSTHROUGH: &str = "tests/it/passthrough.rs";
const RUN: &str = "engine/pipeline/src/run/tests.rs";
const SUSPECTS: &str = "engine/pipeline/src/run/tests/suspects.rs";
const PROPERTIES: &str = "engine/pipeline/src/run/tests/properties.rs";
const INCIDENT: &str = "engine/pipeline/src/incident/tests.rs";
const WEIGHED: &str = "engine/pipeline/src/policy/tests/incident.rs";
const ACTIONS: &str = "engine/pipeline/src/policy/tests/actions.rs";
const CHANGES: &str = "engine/pipeline/src/policy/tests/changes.rs";
const FORBIDDEN: &str = "engine/pipeline/src/policy/tests/forbidden.rs";
const REPLACEMENTS: &str = "engine/pipeline/src/policy/tests/replacements.rs";
const BUDGET: &str = "engine/pipeline/src/policy/budget.rs";
const BREAKER: &str = "engine/pipeline/src/policy/breaker.rs";
const BACKOFF: &str = "engine/pipeline/src/policy/backoff.rs";
const MASKS: &str = "engine/log-scan/src/secrets/tests.rs";
const SCRATCHES: &str = "engine/workspace/tests/it/scratches.rs";
const BESIDE: &str = "engine/workspace/tests/it/beside.rs";
const SEVERAL: &str = "tests/it/several.rs";
const COPIES: &str = "engine/workspace/tests/it/copies.rs";

/// In the order of the design: the incident, the ten rails, the scratch, several at once, `exec` and secrets.
const PROMISES: &[Promise] = &[
    (
        "an incident never edits an attempt's recorded result",
        &[(MORE, "an_incident_never_edits_the_recorded_result_of_an_attempt")],
    ),
    (
        "an incident goes through the documented states only",
        &[
            (INCIDENT, "the_table_of_incidents_is_the_documented_one"),
            (PROPERTIES, "every_transition_of_both_tables_happens"),
        ],
    ),
    ("superseded leaves from anywhere", &[(INCIDENT, "superseded_leaves_from_anywhere_but_the_end")]),
    (
        "everything ends in recorded",
        &[
            (INCIDENT, "every_state_but_the_end_can_be_left"),
            (PROPERTIES, "every_rail_holds_in_every_run_and_every_run_ends"),
        ],
    ),
    ("all rails are shown in the plan", &[(MORE, "every_rail_is_shown_in_the_plan")]),
    // 1: disposition first.
    (
        "the host computes the disposition from the actions and never believes the plugin",
        &[(ACTIONS, "the_disposition_comes_from_the_actions"), (ACTIONS, "the_most_careful_step_decides")],
    ),
    (
        "retry is the same inputs under changed conditions",
        &[(MORE, "a_retry_has_the_same_inputs_and_only_other_conditions")],
    ),
    (
        "auto is the ephemeral environment only, patch is any versioned file",
        &[(CHANGES, "ignored_files_are_the_environment_and_versioned_ones_a_patch")],
    ),
    (
        "a patch is tried in scratch and verified by the whole pipeline there",
        &[(RUN, "a_patch_is_verified_by_the_whole_pipeline_and_offered")],
    ),
    (
        "a verified patch is offered as a diff",
        &[(RAILS, "a_proposed_patch_leaves_the_workspace_alone_and_makes_the_build_green_when_applied")],
    ),
    (
        "a verified patch is applied where that is asked for",
        &[
            (RAILS, "an_applied_patch_heals_the_run_and_is_the_only_change"),
            (RAILS, "the_command_line_chooses_what_happens_to_patches"),
        ],
    ),
    (
        "checksums, TLS, credentials, data races and snapshots are never healed",
        &[
            (MORE, "checksums_tls_credentials_races_and_snapshots_are_left_to_a_person_even_if_luck_would_do"),
            (WEIGHED, "a_broken_seal_stops_healing_even_beside_another_cause"),
        ],
    ),
    (
        "compile errors and failed assertions of the project are never healed",
        &[
            (RAILS, "a_compile_error_and_a_failed_assertion_are_never_healed_not_even_by_luck"),
            (RAILS, "a_real_compile_error_and_a_real_failed_assertion_are_left_to_a_person"),
        ],
    ),
    (
        "what a dependency took away is a dependency matter",
        &[(MORE, "what_a_dependency_took_away_is_a_matter_of_dependencies_and_not_of_code")],
    ),
    (
        "never means that only a person may act",
        &[
            (WEIGHED, "never_means_that_only_a_person_may_act"),
            (WEIGHED, "no_plugin_talks_its_way_past_a_never_finding"),
        ],
    ),
    // 2: the never-list.
    (
        "no test is skipped, deleted or weakened",
        &[
            (FORBIDDEN, "an_edit_that_weakens_a_check_is_refused"),
            (CHANGES, "markers_that_skip_or_silence_are_not_added"),
            (CHANGES, "files_that_decide_what_is_checked_never_change"),
        ],
    ),
    ("no gate is lowered", &[(CHANGES, "gates_in_manifests_are_not_lowered")]),
    (
        "no lock flag and no hash is dropped",
        &[
            (CHANGES, "hashes_of_requirements_are_kept"),
            (CHANGES, "checksums_of_lock_files_are_kept"),
            (REPLACEMENTS, "a_replacement_that_drops_or_weakens_a_check_is_refused"),
        ],
    ),
    (
        "no flag relaxes TLS, peers or snapshots, and nothing is pushed",
        &[
            (FORBIDDEN, "a_forbidden_command_is_refused"),
            (FORBIDDEN, "a_forbidden_flag_is_refused_wherever_it_stands"),
            (FORBIDDEN, "a_forbidden_variable_is_refused"),
        ],
    ),
    (
        "the pipeline file, CI files, the policy and the healer are not edited",
        &[(FORBIDDEN, "a_forbidden_path_is_refused"), (FORBIDDEN, "spelling_a_path_differently_does_not_help")],
    ),
    (
        "the never-list is checked on the actions before they run",
        &[
            (HOSTILE, "remedies_of_the_never_list_are_refused_each_with_its_reason"),
            (FORBIDDEN, "no_sequence_of_steps_with_a_forbidden_one_passes"),
        ],
    ),
    (
        "the never-list is checked on the resulting diff",
        &[
            (MORE, "what_a_command_wrote_is_checked_like_what_it_said"),
            (RUN, "a_result_that_touches_ci_files_is_undone_whatever_the_command_said"),
            (CHANGES, "one_forbidden_change_among_many_is_found"),
        ],
    ),
    // 3: budgets.
    ("attempts of an incident are counted and end every loop", &[(RAILS, "attempts_are_counted_and_end_every_loop")]),
    ("time of an incident has an end", &[(RAILS, "time_and_processor_time_of_an_incident_have_an_end")]),
    ("processor time of an incident has an end", &[(MORE, "processor_time_of_the_trials_has_an_end_of_its_own")]),
    (
        "each budget ends the loop by itself",
        &[(BUDGET, "each_budget_ends_the_loop_by_itself"), (RUN, "budgets_end_every_loop")],
    ),
    // 4: breakers and backoff.
    (
        "a breaker opens, lets one probe through, and closes",
        &[
            (BREAKER, "a_breaker_opens_after_three_failures_in_a_row"),
            (BREAKER, "after_the_cool_down_one_probe_decides"),
        ],
    ),
    (
        "waits have full jitter between nothing and the doubled base",
        &[(BACKOFF, "the_jitter_is_full_from_nothing_to_the_doubled_base")],
    ),
    ("the server's own time is honoured", &[("plugins/heal-retry/src/tests.rs", "the_server_s_own_time_is_passed_on")]),
    // 5: no blind retry.
    (
        "blind retry is forbidden",
        &[(WEIGHED, "blind_retry_is_forbidden"), (RAILS, "an_unknown_failure_is_not_guessed_at")],
    ),
    (
        "the same signature failing the same way twice is deterministic",
        &[
            (WEIGHED, "the_same_signature_failing_the_same_way_twice_is_deterministic"),
            (RAILS, "the_same_failure_twice_is_not_retried_a_third_time"),
        ],
    ),
    (
        "exit 137 is out of memory only if a counter says so",
        &[
            ("tests/it/strategies/resource.rs", "a_kill_that_no_counter_explains_is_not_taken_for_a_lack_of_memory"),
            ("engine/log-scan/tests/it/judging.rs", "killed_is_out_of_memory_only_when_the_counter_says_so"),
        ],
    ),
    ("exit 75 is a cooperative transient", &[(WEIGHED, "exit_code_75_is_a_cooperative_transient")]),
    // 6: worst outcome wins.
    (
        "a pass after a failure is never clean",
        &[
            (RAILS, "a_stage_that_passes_without_the_remedy_too_is_a_flaky_suspect_and_never_clean"),
            (RUN, "a_pass_without_the_remedy_is_luck_and_never_clean"),
        ],
    ),
    (
        "one commit that fails and passes is never clean, in another run either",
        &[
            (SAME_COMMIT, "a_stage_that_failed_in_an_earlier_run_on_the_same_commit_never_passes_clean"),
            (SUSPECTS, "a_pass_after_a_failure_of_an_earlier_run_on_the_same_commit_is_never_clean"),
        ],
    ),
    // 7: verify.
    (
        "the failed stage, its dependents and every gate are verified",
        &[
            (RUN, "a_patch_is_verified_by_the_whole_pipeline_and_offered"),
            (RAILS, "a_remedy_that_breaks_an_earlier_stage_is_undone_byte_for_byte"),
        ],
    ),
    (
        "a control attempt decides whether the remedy gets the credit",
        &[
            (MORE, "a_control_attempt_that_fails_gives_the_remedy_the_credit"),
            (RAILS, "a_stage_that_passes_without_the_remedy_too_is_a_flaky_suspect_and_never_clean"),
        ],
    ),
    // 8: worse is undone.
    (
        "worse is undone byte for byte, and the pair is benched",
        &[
            (RAILS, "a_remedy_that_breaks_an_earlier_stage_is_undone_byte_for_byte"),
            (WEIGHED, "what_made_it_worse_is_benched_for_that_signature"),
        ],
    ),
    // 9: modes and replay.
    (
        "shadow, suggest and off change nothing",
        &[(MORE, "shadow_decides_and_records_and_does_nothing_suggest_shows_and_off_asks_nobody")],
    ),
    ("a replay reproduces every decision", &[(PROPERTIES, "replaying_a_journal_reproduces_every_decision")]),
    // 10: log text is data.
    (
        "log text is data, never an instruction or a format string",
        &[
            (MORE, "log_text_is_data_and_never_an_instruction_or_a_format_string"),
            ("plugins/heal-escalate/src/tests.rs", "log_text_cannot_leave_its_block"),
        ],
    ),
    // The scratch.
    (
        "a remedy is tried where it cannot hurt",
        &[
            (RAILS, "a_remedy_that_does_not_help_leaves_nothing_behind"),
            (SCRATCHES, "discarded_scratch_leaves_index_refs_untracked_files_and_times_as_they_were"),
        ],
    ),
    (
        "the upper layer is the exact diff, and is committed when it is verified",
        &[(SCRATCHES, "committed_scratch_is_what_its_commands_saw")],
    ),
    (
        "a copy is used only if nothing is bound to its path, else the workspace itself",
        &[(COPIES, "workspace_that_is_bound_to_its_path_is_tried_in_place_and_comes_back")],
    ),
    (
        "ignored folders come back too where the overlay was used",
        &[(MORE, "ignored_folders_come_back_too_where_the_overlay_was_used")],
    ),
    ("the report says which kind of scratch it was", &[(RAILS, "the_report_says_which_kind_of_scratch_it_was")]),
    // Several failures at once.
    (
        "failures of one cause are one incident",
        &[(SEVERAL, "stages_that_failed_for_one_cause_are_one_incident_that_one_remedy_heals")],
    ),
    (
        "failures of different causes are healed side by side",
        &[
            (SEVERAL, "failures_of_different_causes_are_on_trial_at_the_same_time"),
            (PROPERTIES, "every_rail_holds_while_remedies_are_tried_side_by_side"),
        ],
    ),
    (
        "none of them tramples another",
        &[
            (BESIDE, "whatever_both_touch_is_committed_once_and_the_other_is_refused_and_lost_without_a_trace"),
            (SEVERAL, "a_remedy_that_touches_what_another_one_changed_is_put_off_and_tried_again_alone"),
            (SEVERAL, "where_there_is_no_overlay_remedies_are_tried_one_after_the_other"),
        ],
    ),
    (
        "what happens to the engine meanwhile leaves nothing behind and loses no file",
        &[
            (SEVERAL, "ctrl_c_during_two_trials_leaves_neither_behind"),
            (SEVERAL, "a_run_that_is_killed_during_two_trials_loses_no_file_and_is_finished_by_the_next_start"),
        ],
    ),
    // exec and secrets.
    (
        "exec streams the command's own output as it comes",
        &[
            ("engine/exec/tests/it/run.rs", "output_comes_while_the_command_runs"),
            (PASSTHROUGH, "standard_input_reaches_the_command_and_its_output_comes_back_byte_for_byte"),
        ],
    ),
    (
        "exec says on standard error what it found and tries",
        &[(PASSTHROUGH, "a_command_that_is_healed_ends_with_0_and_the_story_goes_to_standard_error")],
    ),
    (
        "exec ends with the exit code of the last attempt",
        &[(PASSTHROUGH, "a_command_that_stays_broken_ends_with_its_own_code")],
    ),
    (
        "a named secret is masked in logs, journal, findings and tickets",
        &[(SECRETS, "a_secret_that_a_stage_prints_is_masked_wherever_it_could_be_kept")],
    ),
    (
        "what looks like a token is masked",
        &[
            (SECRETS, "what_looks_like_a_token_is_masked_without_being_named"),
            (MASKS, "tokens_are_recognised_by_their_shape"),
        ],
    ),
    (
        "encoded forms and long lines of a secret are masked",
        &[
            (MASKS, "encoded_and_escaped_forms_are_masked"),
            (MASKS, "base64_is_masked_whatever_stands_around"),
            (MASKS, "long_lines_of_a_multi_line_value_are_masked_one_by_one"),
        ],
    ),
];

#[test]
fn every_promise_of_healing_has_a_test_of_its_name() {
    let mut complaints = Vec::new();
    for (promise, tests) in PROMISES {
        if tests.is_empty() {
            complaints.push(format!("nothing tests that {promise}"));
        }
        for (file, name) in *tests {
            let is_there = read(file).contains(&format!("fn {name}("));
            if !is_there {
                complaints.push(format!("{promise}: {file} has no test {name}"));
            }
        }
    }
    none("a promise without its test is only a claim", &complaints);
}
