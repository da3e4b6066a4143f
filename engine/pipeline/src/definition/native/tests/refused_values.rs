//! Files with values that are wrong.

use super::*;

#[test]
fn a_command_of_another_type_is_refused() {
    check_errors(
        "[[stage]]\nname = 'a'\nrun = true\n[[stage]]\nname = 'b'\nrun = ['make', 2]\n[[stage]]\nname = 3\nrun = 'true'\n",
        expect![[r#"
        selfheal.toml:3:7: `run` wants a text for the shell, or a list of a program and its arguments, found true
          |
        3 | run = true
          |       ^^^^

        selfheal.toml:6:16: `run` wants a list of texts, found the number 2; write "2"
          |
        6 | run = ['make', 2]
          |                ^

        selfheal.toml:8:8: `name` wants a text, found the number 3; write "3"
          |
        8 | name = 3
          |        ^"#]],
    );
}

#[test]
fn needs_that_are_no_list_are_refused() {
    check_rest(
        "[[stage]]\nname = 'b'\nrun = 'true'\nneeds = 'test'\n",
        expect![[r#"
        selfheal.toml:7:9: `needs` wants a list of texts, found the text "test"; write ["test"]
          |
        7 | needs = 'test'
          |         ^^^^^^"#]],
    );
}

#[test]
fn durations_that_are_none_are_refused() {
    check_rest(
        "timeout = '10 min'\n[pipeline]\ntimeout = 45\n[healing]\ntime-budget = 'soon'\ncpu-budget = '1.5h'\n",
        expect![[r#"
        selfheal.toml:4:11: `timeout` wants a duration such as "45m", "1h30m" or "500ms", found the text "10 min"; did you mean "10m"?
          |
        4 | timeout = '10 min'
          |           ^^^^^^^^

        selfheal.toml:6:11: `timeout` wants a duration such as "45m", "1h30m" or "500ms", found the number 45; did you mean "45s"?
          |
        6 | timeout = 45
          |           ^^

        selfheal.toml:8:15: `time-budget` wants a duration such as "45m", "1h30m" or "500ms", found the text "soon"
          |
        8 | time-budget = 'soon'
          |               ^^^^^^

        selfheal.toml:9:14: `cpu-budget` wants a duration such as "45m", "1h30m" or "500ms", found the text "1.5h"
          |
        9 | cpu-budget = '1.5h'
          |              ^^^^^^"#]],
    );
}

#[test]
fn a_duration_out_of_range_is_refused() {
    check_rest(
        "timeout = '0s'\n[pipeline]\ntimeout = '31d'\n",
        expect![[r#"
        selfheal.toml:4:11: `timeout` has to lie between 1ms and 30d, found 0s
          |
        4 | timeout = '0s'
          |           ^^^^

        selfheal.toml:6:11: `timeout` has to lie between 1ms and 30d, found 31d
          |
        6 | timeout = '31d'
          |           ^^^^^"#]],
    );
}

#[test]
fn sizes_that_are_none_are_refused() {
    check_rest(
        "resources = { memory = '2G' }\n[[stage]]\nname = 'b'\nrun = 'true'\nresources = { memory = 2048 }\n[[stage]]\nname = 'c'\nrun = 'true'\nresources = { memory = '2 cows' }\n",
        expect![[r#"
        selfheal.toml:4:24: `memory` wants a size such as "512MiB" or "2GiB", found the text "2G"; did you mean "2GiB"?
          |
        4 | resources = { memory = '2G' }
          |                        ^^^^

        selfheal.toml:8:24: `memory` wants a size such as "512MiB" or "2GiB", found the number 2048
          |
        8 | resources = { memory = 2048 }
          |                        ^^^^

        selfheal.toml:12:24: `memory` wants a size such as "512MiB" or "2GiB", found the text "2 cows"
           |
        12 | resources = { memory = '2 cows' }
           |                        ^^^^^^^^"#]],
    );
}

#[test]
fn resources_out_of_range_are_refused() {
    check_rest(
        "resources = { memory = '1KiB', cpu = '99d', open-files = 3, jobs = 0, disk = '1GiB' }\n",
        expect![[r#"
        selfheal.toml:4:24: `memory` has to lie between 1MiB and 1024TiB, found 1KiB
          |
        4 | resources = { memory = '1KiB', cpu = '99d', open-files = 3, jobs = 0, disk = '1GiB' }
          |                        ^^^^^^

        selfheal.toml:4:38: `cpu` has to lie between 1ms and 30d, found 99d
          |
        4 | resources = { memory = '1KiB', cpu = '99d', open-files = 3, jobs = 0, disk = '1GiB' }
          |                                      ^^^^^

        selfheal.toml:4:58: `open-files` has to lie between 16 and 1048576, found 3
          |
        4 | resources = { memory = '1KiB', cpu = '99d', open-files = 3, jobs = 0, disk = '1GiB' }
          |                                                          ^

        selfheal.toml:4:68: `jobs` has to lie between 1 and 1024, found 0
          |
        4 | resources = { memory = '1KiB', cpu = '99d', open-files = 3, jobs = 0, disk = '1GiB' }
          |                                                                    ^

        selfheal.toml:4:71: unknown key `disk` in resources; its keys are `memory`, `cpu`, `open-files` and `jobs`
          |
        4 | resources = { memory = '1KiB', cpu = '99d', open-files = 3, jobs = 0, disk = '1GiB' }
          |                                                                       ^^^^"#]],
    );
}

#[test]
fn numbers_out_of_range_are_refused() {
    check_rest(
        "[pipeline]\nmax-parallel = 0\n[detection]\nconfidence-threshold = 80\n[healing]\nmax-attempts = 21\ncontrol-rate = -0.1\n",
        expect![[r#"
        selfheal.toml:5:16: `max-parallel` has to lie between 1 and 1024, found 0
          |
        5 | max-parallel = 0
          |                ^

        selfheal.toml:7:24: `confidence-threshold` has to lie between 0 and 1, found 80; did you mean 0.8?
          |
        7 | confidence-threshold = 80
          |                        ^^

        selfheal.toml:9:16: `max-attempts` has to lie between 0 and 20, found 21
          |
        9 | max-attempts = 21
          |                ^^

        selfheal.toml:10:16: `control-rate` has to lie between 0 and 1, found -0.1
           |
        10 | control-rate = -0.1
           |                ^^^^"#]],
    );
}

#[test]
fn numbers_that_are_none_are_refused() {
    check_rest(
        "[pipeline]\nmax-parallel = '4'\n[detection]\nconfidence-threshold = 'high'\nlearning = 'true'\n[healing]\nmax-attempts = 2.5\nrollback = 1\n",
        expect![[r#"
        selfheal.toml:5:16: `max-parallel` wants a whole number, found the text "4"; leave the quotes out
          |
        5 | max-parallel = '4'
          |                ^^^

        selfheal.toml:7:24: `confidence-threshold` wants a number, found the text "high"
          |
        7 | confidence-threshold = 'high'
          |                        ^^^^^^

        selfheal.toml:8:12: `learning` wants true or false, found the text "true"; leave the quotes out
          |
        8 | learning = 'true'
          |            ^^^^^^

        selfheal.toml:10:16: `max-attempts` wants a whole number, found the number 2.5
           |
        10 | max-attempts = 2.5
           |                ^^^

        selfheal.toml:11:12: `rollback` wants true or false, found the number 1
           |
        11 | rollback = 1
           |            ^"#]],
    );
}

#[test]
fn a_threshold_that_is_not_a_number_is_refused() {
    check_rest(
        "[detection]\nconfidence-threshold = nan\n",
        expect![[r#"
        selfheal.toml:5:24: `confidence-threshold` has to lie between 0 and 1, found NaN
          |
        5 | confidence-threshold = nan
          |                        ^^^"#]],
    );
}

#[test]
fn words_that_nobody_knows_are_refused() {
    check_rest(
        "[pipeline]\norder = 'random'\n[healing]\nmode = 'Auto'\npatches = 'always'\n",
        expect![[r#"
        selfheal.toml:5:9: `order` is one of "critical-path", "file", found "random"
          |
        5 | order = 'random'
          |         ^^^^^^^^

        selfheal.toml:7:8: `mode` is one of "off", "shadow", "suggest", "auto", found "Auto"; did you mean "auto"?
          |
        7 | mode = 'Auto'
          |        ^^^^^^

        selfheal.toml:8:11: `patches` is one of "propose", "apply", found "always"
          |
        8 | patches = 'always'
          |           ^^^^^^^^"#]],
    );
}

#[test]
fn variables_that_no_shell_takes_are_refused() {
    check_rest(
        "env = { '2ND' = 'x', PORT = 8080, OK = 'fine', DEBUG = true }\n[pipeline]\nsecrets = ['MY-TOKEN']\n",
        expect![[r#"
        selfheal.toml:4:9: "2ND" cannot be the name of an environment variable; write letters, digits and `_`, not a digit first
          |
        4 | env = { '2ND' = 'x', PORT = 8080, OK = 'fine', DEBUG = true }
          |         ^^^^^

        selfheal.toml:4:29: `PORT` wants a text, found the number 8080; write "8080"
          |
        4 | env = { '2ND' = 'x', PORT = 8080, OK = 'fine', DEBUG = true }
          |                             ^^^^

        selfheal.toml:4:56: `DEBUG` wants a text, found true; write "true"
          |
        4 | env = { '2ND' = 'x', PORT = 8080, OK = 'fine', DEBUG = true }
          |                                                        ^^^^

        selfheal.toml:6:12: "MY-TOKEN" cannot be the name of an environment variable; write letters, digits and `_`, not a digit first
          |
        6 | secrets = ['MY-TOKEN']
          |            ^^^^^^^^^^"#]],
    );
}

#[test]
fn a_directory_outside_the_workspace_is_refused() {
    check_rest(
        "directory = '../other'\n[[stage]]\nname = 'b'\nrun = 'true'\ndirectory = '/tmp'\n",
        expect![[r#"
        selfheal.toml:4:13: `directory` has to lie inside the workspace, found "../other"; write a relative path without `..`
          |
        4 | directory = '../other'
          |             ^^^^^^^^^^

        selfheal.toml:8:13: `directory` has to lie inside the workspace, found "/tmp"; write a relative path without `..`
          |
        8 | directory = '/tmp'
          |             ^^^^^^"#]],
    );
}

#[test]
fn conditions_that_cannot_be_read_are_refused() {
    check_rest(
        "when = 'env.CI = \"true\"'\n[[stage]]\nname = 'b'\nrun = 'true'\nwhen = \"env.CI == 'true\"\n[[stage]]\nname = 'c'\nrun = 'true'\nwhen = 'branch == \"main\"'\n[[stage]]\nname = 'd'\nrun = 'true'\nwhen = \"\"\"env.A &&\n\"\"\"\n",
        expect![[r#"
        selfheal.toml:4:16: condition `when`: expected `&&`, `||` or the end, found `=`
          |
        4 | when = 'env.CI = "true"'
          |                ^^^^^^^^

        selfheal.toml:8:19: condition `when`: the text that begins here has no closing quote
          |
        8 | when = "env.CI == 'true"
          |                   ^^^^^

        selfheal.toml:12:9: condition `when`: expected `env.NAME` or `(`, found `branch`
           |
        12 | when = 'branch == "main"'
           |         ^^^^^^^^^^^^^^^^

        selfheal.toml:16:8: condition `when`: expected `env.NAME` or `(`, found the end
           |
        16 | when = """env.A &&
           |        ^^^^^^^^^^^"#]],
    );
}

#[test]
fn a_matrix_without_values_is_refused() {
    check_rest(
        "matrix = { os = [], python = '3.12' }\n",
        expect![[r#"
        selfheal.toml:4:17: axis `os` of `matrix` has no values; list at least one, such as `os = ["a", "b"]`
          |
        4 | matrix = { os = [], python = '3.12' }
          |                 ^^

        selfheal.toml:4:30: `python` wants a list of values, found the text "3.12"
          |
        4 | matrix = { os = [], python = '3.12' }
          |                              ^^^^^^"#]],
    );
}

#[test]
fn a_fraction_in_a_matrix_is_refused() {
    check_rest(
        "matrix = { python = [3.10, 3.12] }\n",
        expect![[r#"
        selfheal.toml:4:22: `python` wants texts without control characters, whole numbers, true or false, found the number 3.1; write "3.10"
          |
        4 | matrix = { python = [3.10, 3.12] }
          |                      ^^^^"#]],
    );
}

#[test]
fn a_matrix_with_a_value_twice_is_refused() {
    check_rest(
        "matrix = { n = [1, '1'] }\n",
        expect![[r#"
        selfheal.toml:4:20: axis `n` of `matrix` has the value "1" twice; remove one
          |
        4 | matrix = { n = [1, '1'] }
          |                    ^^^"#]],
    );
}

#[test]
fn a_matrix_that_is_too_large_is_refused() {
    check_rest(
        "matrix = { a = [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17], b = [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17] }\n",
        expect![[r#"
        selfheal.toml:4:1: `matrix` makes 289 stages of `test`; at most 256 are possible
          |
        4 | matrix = { a = [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17], b = [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
          | ^^^^^^"#]],
    );
}

#[test]
fn a_matrix_whose_variable_is_taken_is_refused() {
    check_rest(
        "env = { MATRIX_OS = 'x' }\nmatrix = { os = [1], a-b = [1], a_b = [2] }\n",
        expect![[r#"
        selfheal.toml:5:12: `matrix` sets the variable `MATRIX_OS` for axis `os`, but `env` sets it too; rename one
          |
        5 | matrix = { os = [1], a-b = [1], a_b = [2] }
          |            ^^

        selfheal.toml:5:33: `matrix` sets the variable `MATRIX_A_B` for axis `a_b`, but axis `a-b` sets it too; rename one
          |
        5 | matrix = { os = [1], a-b = [1], a_b = [2] }
          |                                 ^^^"#]],
    );
}

#[test]
fn a_name_that_a_matrix_makes_too_is_refused() {
    check_rest(
        "[[stage]]\nname = 'b (n=1)'\nrun = 'true'\n[[stage]]\nname = 'b'\nrun = 'true'\nmatrix = { n = [1] }\n",
        expect![[r#"
        selfheal.toml:10:1: stage `b (n=1)` is already defined on line 5; give one of them another name
           |
        10 | matrix = { n = [1] }
           | ^^^^^^"#]],
    );
}

#[test]
fn gates_that_make_no_sense_are_refused() {
    check_rest(
        "[gates]\ntest-coverage = 120\ncode-quality = 'G'\nsecurity-scan = 'yes'\nlint = true\n",
        expect![[r#"
        selfheal.toml:5:17: `test-coverage` has to lie between 0 and 100, found 120
          |
        5 | test-coverage = 120
          |                 ^^^

        selfheal.toml:6:16: `code-quality` is one of "A", "B", "C", "D", "E", "F", found "G"
          |
        6 | code-quality = 'G'
          |                ^^^

        selfheal.toml:7:17: `security-scan` wants true or false, found the text "yes"
          |
        7 | security-scan = 'yes'
          |                 ^^^^^

        selfheal.toml:8:1: unknown key `lint` in [gates]; its keys are `test-coverage`, `code-quality`, `security-scan` and `performance-benchmark`
          |
        8 | lint = true
          | ^^^^"#]],
    );
}

#[test]
fn grants_that_make_no_sense_are_refused() {
    check_rest(
        "[plugins.grants.'acme/x']\ndigest = 'sha256:12'\nworkspace = 'write'\nnetwork = ['x.example']\nstate = 'yes'\n",
        expect![[r#"
        selfheal.toml:5:10: `digest` is `sha256:` and 64 hexadecimal digits, found "sha256:12"; `selfheal plugin inspect` prints it
          |
        5 | digest = 'sha256:12'
          |          ^^^^^^^^^^^

        selfheal.toml:6:13: `workspace` is one of "read", found "write"
          |
        6 | workspace = 'write'
          |             ^^^^^^^

        selfheal.toml:7:1: unknown key `network` in [plugins.grants."acme/x"]; did you mean `http`?
          |
        7 | network = ['x.example']
          | ^^^^^^^

        selfheal.toml:8:9: `state` wants true or false, found the text "yes"
          |
        8 | state = 'yes'
          |         ^^^^^"#]],
    );
}

#[test]
fn a_configuration_that_json_cannot_express_is_refused() {
    check_rest(
        "[plugins.config]\n'acme/x' = { limit = inf }\n'acme/y' = 3\n",
        expect![[r#"
        selfheal.toml:5:22: `limit` is the number inf, which JSON cannot express; write a finite number of at most 64 bits or a text
          |
        5 | 'acme/x' = { limit = inf }
          |                      ^^^

        selfheal.toml:6:12: [plugins.config."acme/y"] has to be a table of keys and values, found the number 3
          |
        6 | 'acme/y' = 3
          |            ^"#]],
    );
}

#[test]
fn a_section_that_is_no_table_is_refused() {
    check_rest(
        "[[healing]]\nmode = 'auto'\n",
        expect![[r#"
        selfheal.toml:4:1: [healing] has to be a table of keys and values, found a list
          |
        4 | [[healing]]
          | ^^^^^^^^^^^"#]],
    );
}

#[test]
fn a_number_that_no_machine_holds_is_refused() {
    check_rest(
        "[healing]\nmax-attempts = 99999999999999999999999999999999999999999999\n",
        expect![[r#"
        selfheal.toml:5:16: a number this large is not supported
          |
        5 | max-attempts = 99999999999999999999999999999999999999999999
          |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
}

#[test]
fn a_character_that_ends_every_text_is_refused() {
    check_rest(
        "directory = \"a\\u0000b\"\n",
        expect![[r#"
        selfheal.toml:4:13: `directory` holds a NUL character; remove it
          |
        4 | directory = "a\u0000b"
          |             ^^^^^^^^^^"#]],
    );
}
