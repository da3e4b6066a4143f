//! What a hostile plugin, bundle, cache or lock file may try, and the tests that hold the engine to its answer. An id without
//! a test, or a test that is gone, fails here.

use crate::tree::{none, read};

/// An id, what is tried, and the tests: file and function.
type Attack = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const LOOPS: &str = "engine/plugin-host/tests/hostile/loops.rs";
const HOARDS: &str = "engine/plugin-host/tests/hostile/hoards.rs";
const FILES: &str = "engine/plugin-host/tests/hostile/files.rs";
const OUTSIDE: &str = "engine/plugin-host/tests/hostile/outside.rs";
const VOICES: &str = "engine/plugin-host/tests/hostile/voices.rs";
const TRACES: &str = "engine/plugin-host/tests/hostile/traces.rs";
const BYTES: &str = "engine/plugin-host/tests/hostile/bytes.rs";
const CONTRACT: &str = "engine/plugin-host/tests/hostile/contract.rs";
const METER: &str = "engine/plugin-host/src/sandbox/meter.rs";
const RESOLVER: &str = "engine/plugin-host/src/host/workspace/tests.rs";
const PROCESS: &str = "engine/plugin-host/src/host/process/tests.rs";
const HTTP: &str = "engine/plugin-host/src/host/http/tests.rs";
const ADDRESS: &str = "engine/plugin-host/src/host/http/address.rs";
const CHILD: &str = "engine/plugin-host/tests/compile_child.rs";
const CACHE: &str = "engine/plugin-host/tests/cache.rs";
const ENTRIES: &str = "engine/plugin-host/src/compiled_cache/tests.rs";
const INSPECT: &str = "engine/plugin-host/src/inspect.rs";
const CATALOG: &str = "engine/plugin-host/src/catalog/tests.rs";
const STOP: &str = "engine/exec/tests/it/stop.rs";
const RUN: &str = "engine/exec/tests/it/run.rs";
const WHOLE: &str = "tests/it/hostile.rs";
const LAYOUT: &str = "engine/bundle/src/layout/tests.rs";
const BUNDLE: &str = "engine/bundle/src/bundle/tests.rs";
const VERIFY: &str = "engine/bundle/src/verify/tests.rs";
const TRUST: &str = "engine/bundle/src/trust/tests.rs";
const SIGN: &str = "engine/bundle/src/sign/tests.rs";
const LIAR: &str = "engine/bundle/src/registry/tests/liar.rs";
const LOCK: &str = "engine/bundle/src/lock/tests.rs";

/// What is there to be tried. `H` is a guest, `B` a bundle or a file, `C` what is kept on disk.
const IDS: &[&str] = &[
    "H1", "H2", "H3", "H4", "H5", "H6", "H7", "H8", "H9", "H10", "H11", "H12", "H13", "H14", "H15", "H16", "H17",
    "H18", "B1", "B2", "B3", "B4", "C1", "C2",
];

const ATTACKS: &[Attack] = &[
    (
        "H1",
        "a loop in a function, in `rules`, in the start function, in a destructor, in the allocator, after the answer",
        &[
            (LOOPS, "h1_a_loop_in_a_function_is_stopped"),
            (LOOPS, "h1_a_loop_in_the_declaration_of_rules_is_stopped"),
            (LOOPS, "h1_a_loop_in_the_start_function_is_stopped"),
            (LOOPS, "h1_a_loop_in_the_destructor_of_a_resource_is_stopped"),
            (LOOPS, "h1_a_loop_in_the_allocator_that_the_host_calls_is_stopped"),
            (LOOPS, "h1_a_loop_after_the_answer_was_read_is_stopped"),
            (CONTRACT, "a_loop_ends_on_a_single_thread_too"),
            (WHOLE, "a_guest_that_misbehaves_in_any_of_its_functions_is_named_and_does_not_end_the_run"),
        ],
    ),
    (
        "H2",
        "waiting in a host function: a timer, a silent process, a silent server",
        &[
            (LOOPS, "h2_a_guest_that_sleeps_is_given_up"),
            (LOOPS, "h2_a_guest_that_waits_for_a_silent_process_is_given_up_and_the_process_stopped"),
            (HTTP, "a_server_that_takes_its_time_is_given_up"),
            (METER, "a_call_that_waits_runs_out_of_patience"),
        ],
    ),
    (
        "H3",
        "one instruction over all of memory; a tight loop of host calls",
        &[
            (LOOPS, "h3_instructions_that_fill_all_of_memory_overrun_by_little"),
            (LOOPS, "h3_a_loop_of_host_calls_ends_with_the_budget_of_a_call"),
            (METER, "a_host_function_that_computes_uses_up_patience"),
            (CONTRACT, "floods_are_stopped"),
        ],
    ),
    (
        "H4",
        "memory, tables and instances without end; kinds of memory that are not served",
        &[
            (HOARDS, "h4_memory_is_limited_however_it_is_asked_for"),
            (HOARDS, "h4_tables_are_limited_however_they_are_asked_for"),
            (HOARDS, "h4_thousands_of_instances_memories_or_tables_are_not_made"),
            (HOARDS, "h4_kinds_of_memory_that_are_not_served_are_not_compiled"),
            (LOOPS, "a_fault_has_its_own_name_however_slow_the_machine_is"),
        ],
    ),
    (
        "H5",
        "deep recursion, also through the host",
        &[
            (HOARDS, "h5_deep_recursion_is_a_fault_and_not_a_crash"),
            (HOARDS, "h5_an_allocator_that_calls_the_host_does_not_recurse_through_it"),
            (CONTRACT, "recursion_has_a_limit"),
        ],
    ),
    (
        "H6",
        "texts and lists that would cost the host gigabytes",
        &[
            (HOARDS, "h6_a_text_that_is_too_large_or_lies_outside_is_not_copied"),
            (HOARDS, "h6_a_list_that_names_the_same_bytes_again_and_again_is_not_copied"),
        ],
    ),
    (
        "H7",
        "answers that would cost the host gigabytes; too many rules; patterns that explode",
        &[
            (HOARDS, "h7_an_answer_that_is_too_large_or_lies_outside_is_not_read"),
            (CONTRACT, "answers_over_a_limit_or_without_sense_are_garbage"),
            (CONTRACT, "declarations_are_contained_like_answers"),
        ],
    ),
    ("H8", "handles that are never dropped", &[(HOARDS, "h8_handles_that_are_never_dropped_come_to_an_end")]),
    (
        "H9",
        "paths that lead out of the workspace",
        &[
            (FILES, "h9_paths_that_lead_out_are_denied_by_the_one_resolver"),
            (FILES, "h9_what_another_system_takes_for_a_path_is_a_name_like_any_other"),
            (FILES, "h9_a_path_that_is_no_text_ends_the_call"),
            (RESOLVER, "no_path_whatever_leads_out_of_the_workspace"),
            (RESOLVER, "paths_that_leave_the_workspace_are_denied"),
        ],
    ),
    (
        "H10",
        "links, a file that becomes a link meanwhile, pipes and devices",
        &[
            (FILES, "h10_links_devices_and_pipes_give_nothing_away_and_nothing_waits"),
            (FILES, "h10_a_file_that_becomes_a_link_while_it_is_read_gives_nothing_away"),
            (RESOLVER, "links_are_followed_within_the_workspace_only"),
            (RESOLVER, "only_regular_files_are_read"),
        ],
    ),
    (
        "H11",
        "environment, arguments, directory, input, clock and chance of the machine",
        &[
            (FILES, "h11_the_machine_tells_a_guest_nothing"),
            (WHOLE, "nothing_that_the_engine_keeps_to_itself_comes_out_through_a_plugin"),
        ],
    ),
    (
        "H12",
        "programs that were not granted, shells, variables that change a program, a fork bomb",
        &[
            (OUTSIDE, "h12_only_a_granted_program_runs_by_the_name_that_was_granted"),
            (OUTSIDE, "h12_arguments_are_words_and_no_shell_reads_them"),
            (OUTSIDE, "h12_variables_that_make_another_program_of_it_are_denied"),
            (OUTSIDE, "h12_a_program_sees_neither_the_engines_environment_nor_the_project"),
            (OUTSIDE, "h12_whatever_a_program_has_started_ends_with_the_call"),
            (PROCESS, "what_is_not_granted_is_denied_with_a_reason"),
            (STOP, "timeout_kills_the_whole_group_even_where_term_is_ignored"),
            (RUN, "environment_is_exactly_the_given_one"),
        ],
    ),
    (
        "H13",
        "servers that were not granted, redirects to them, names that lead into the own network, bodies without end",
        &[
            (OUTSIDE, "h13_a_request_goes_to_granted_servers_only"),
            (OUTSIDE, "h13_a_redirect_is_checked_like_a_request"),
            (OUTSIDE, "h13_a_body_without_end_is_cut_off"),
            (HTTP, "only_granted_servers_get_past_the_check"),
            (HTTP, "a_redirect_is_followed_only_where_a_request_could_go"),
            (HTTP, "a_name_on_the_internet_does_not_lead_into_the_own_network"),
            (HTTP, "a_name_that_changes_its_address_is_asked_once_for_each_request"),
            (HTTP, "an_endless_response_is_cut_off"),
            (HTTP, "a_compressed_response_is_unpacked_up_to_the_limit"),
            (ADDRESS, "addresses_of_this_machine_and_the_network_around_it_are_not"),
        ],
    ),
    (
        "H14",
        "floods of messages, messages of megabytes, escapes of a terminal, forged beginnings",
        &[
            (VOICES, "h14_a_flood_of_messages_is_cut_and_the_run_says_how_much_was_dropped"),
            (VOICES, "h14_one_message_of_megabytes_is_dropped_and_one_of_more_ends_the_call"),
            (CONTRACT, "log_output_is_capped_and_harmless"),
        ],
    ),
    (
        "H15",
        "speaking in the name of another plugin",
        &[
            (VOICES, "h15_remedies_and_messages_bear_the_name_under_which_the_guest_was_found"),
            (VOICES, "h15_names_that_look_like_another_are_no_ids"),
            (VOICES, "h15_of_two_plugins_with_one_id_the_run_says_which_is_used"),
            (CATALOG, "a_directory_wins_over_what_came_before_and_says_so"),
            (VERIFY, "a_trusted_key_cannot_give_a_plugin_another_name"),
        ],
    ),
    (
        "H16",
        "breaking off in the middle; breaking off again and again",
        &[
            (TRACES, "h16_what_a_guest_kept_before_it_broke_off_is_not_kept"),
            (CONTRACT, "a_guest_that_breaks_its_contract_three_times_is_benched"),
        ],
    ),
    (
        "H17",
        "leaving something in memory for the next call",
        &[
            (TRACES, "h17_nothing_in_memory_lasts_from_one_call_to_the_next"),
            (TRACES, "h17_tables_globals_and_memory_are_those_of_the_component_in_every_call"),
        ],
    ),
    (
        "H18",
        "calling the host from within a call of the host; asking again after every denial",
        &[
            (TRACES, "h18_a_guest_that_asks_again_after_every_denial_runs_out_of_calls"),
            (HOARDS, "h5_an_allocator_that_calls_the_host_does_not_recurse_through_it"),
        ],
    ),
    (
        "B1",
        "bundles that grow when they are read",
        &[
            (LAYOUT, "a_compressed_file_is_not_unpacked"),
            (LAYOUT, "a_file_of_very_many_entries_is_refused_early"),
            (LAYOUT, "an_entry_that_is_too_large_is_refused_before_it_is_read"),
            (LIAR, "more_bytes_than_were_announced_are_not_read"),
            (LIAR, "a_descriptor_that_announces_too_much_is_refused_before_anything_is_fetched"),
        ],
    ),
    (
        "B2",
        "bundles with names that lead elsewhere, links, devices, and names that come twice",
        &[
            (LAYOUT, "entries_that_no_layout_has_are_refused"),
            (LAYOUT, "a_link_in_a_folder_is_not_followed"),
            (LAYOUT, "a_fifo_in_place_of_a_bundle_is_refused_without_waiting"),
        ],
    ),
    (
        "B3",
        "changed bytes, older versions, unknown and revoked keys, signatures of something else",
        &[
            (BUNDLE, "no_flipped_byte_of_a_part_is_accepted"),
            (LAYOUT, "no_flipped_byte_of_a_file_changes_what_is_read"),
            (VERIFY, "no_flipped_byte_of_a_signed_file_is_accepted_as_something_else"),
            (VERIFY, "a_signature_of_another_bundle_is_worth_nothing"),
            (VERIFY, "a_revoked_component_is_refused_in_a_new_bundle_too"),
            (TRUST, "nobody_is_trusted_by_default"),
            (TRUST, "what_is_revoked_is_refused_whoever_signed_it"),
            (SIGN, "a_valid_signature_over_something_else_than_a_plugin_is_refused"),
            (LOCK, "every_kind_of_change_is_told_in_words"),
            (LIAR, "an_unsigned_component_is_never_asked_for"),
        ],
    ),
    (
        "B4",
        "files that are no plugins, or only look like one, or take for ever to compile",
        &[
            (BYTES, "b4_files_that_only_look_like_a_plugin_are_refused_each_with_its_reason"),
            (BYTES, "b4_precompiled_machine_code_is_never_a_plugin"),
            (BYTES, "b4_a_component_whose_code_is_not_valid_is_not_compiled"),
            (BYTES, "b4_no_damage_makes_a_reader_of_components_panic"),
            (CHILD, "a_component_that_takes_too_long_to_compile_is_a_fault_and_its_child_is_gone"),
            (CHILD, "a_broken_component_is_a_fault_not_an_error"),
            (WHOLE, "a_file_that_is_no_component_is_refused_with_one_message_and_the_run_goes_on"),
        ],
    ),
    (
        "C1",
        "compiled code that was changed, exchanged, linked, or made by another compiler or user",
        &[
            (CACHE, "an_entry_that_is_not_the_hosts_own_is_never_used"),
            (CACHE, "a_directory_that_all_can_write_is_not_used_and_the_run_says_so"),
            (CACHE, "a_warm_start_compiles_nothing_and_a_tampered_entry_is_made_again"),
            (ENTRIES, "a_change_of_any_byte_is_noticed"),
            (ENTRIES, "entries_that_changed_places_are_noticed"),
            (ENTRIES, "code_of_another_compiler_under_the_name_of_this_one_is_noticed"),
            (ENTRIES, "links_and_files_that_others_can_write_are_not_read"),
            (ENTRIES, "what_belongs_to_another_user_is_not_trusted"),
            (INSPECT, "machine_code_is_never_a_plugin"),
        ],
    ),
    (
        "C2",
        "an edited lock file; an update that may do more",
        &[
            (LOCK, "an_edited_lock_is_refused"),
            (LOCK, "every_kind_of_change_is_told_in_words"),
            (LOCK, "the_digest_of_a_grant_is_about_what_it_allows"),
        ],
    ),
];

#[test]
fn every_attack_has_its_tests() {
    let ids: Vec<&str> = ATTACKS.iter().map(|(id, ..)| *id).collect();
    assert_eq!(ids, IDS, "each id has one row, in order");
    let mut complaints = Vec::new();
    for (id, attack, tests) in ATTACKS {
        if tests.is_empty() {
            complaints.push(format!("nothing tests {id}: {attack}"));
        }
        for (file, name) in *tests {
            if !read(file).contains(&format!("fn {name}(")) {
                complaints.push(format!("{id}: {file} has no test {name}"));
            }
        }
    }
    none("a limit without its test is only a claim", &complaints);
}

/// The other way round: what is called after an attack stands in the table.
#[test]
fn every_test_of_an_attack_is_listed() {
    let mut complaints = Vec::new();
    for file in [LOOPS, HOARDS, FILES, OUTSIDE, VOICES, TRACES, BYTES] {
        for line in read(file).lines() {
            let name = line.trim_start().trim_start_matches("async ").strip_prefix("fn ");
            let Some(name) = name.and_then(|rest| rest.split('(').next()) else { continue };
            let id = name.split('_').next().unwrap_or_default().to_uppercase();
            let is_listed = ATTACKS.iter().any(|(_, _, tests)| tests.contains(&(file, name)));
            if IDS.contains(&id.as_str()) && !is_listed {
                complaints.push(format!("{id}: {file} has {name}"));
            }
        }
    }
    none("these tests are missing in the table", &complaints);
}
