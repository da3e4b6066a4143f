//! Files whose structure is wrong.

use super::*;

#[test]
fn a_text_that_is_not_toml_is_refused() {
    check_errors(
        "[pipeline\nname = 'x'\n[[stage]]\nname = \n",
        expect![[r#"
        selfheal.toml:1:10: unclosed table, expected `]`
          |
        1 | [pipeline
          |          ^

        selfheal.toml:4:8: string values must be quoted, expected literal string
          |
        4 | name =
          |        ^"#]],
    );
}

#[test]
fn the_same_key_twice_is_refused() {
    check_errors(
        "[[stage]]\nname = 'a'\nname = 'b'\nrun = 'true'\n",
        expect![[r#"
        selfheal.toml:3:1: duplicate key
          |
        3 | name = 'b'
          | ^^^^"#]],
    );
}

#[test]
fn an_empty_file_is_refused() {
    check_errors(
        "",
        expect![[r#"
        selfheal.toml:1:1: there is no stage; write `[[stage]]` and under it `name = "test"` and `run = "make test"`
          |
        1 |
          | ^"#]],
    );
}

#[test]
fn a_file_without_stages_is_refused() {
    check_errors(
        "[pipeline]\nname = 'shop'\n",
        expect![[r#"
        selfheal.toml:2:14: there is no stage; write `[[stage]]` and under it `name = "test"` and `run = "make test"`
          |
        2 | name = 'shop'
          |              ^"#]],
    );
}

#[test]
fn an_empty_list_of_stages_is_refused() {
    check_errors(
        "stage = []\n",
        expect![[r#"
        selfheal.toml:1:1: there is no stage; write `[[stage]]` and under it `name = "test"` and `run = "make test"`
          |
        1 | stage = []
          | ^^^^^"#]],
    );
}

#[test]
fn a_single_bracketed_stage_is_refused() {
    check_errors(
        "[stage]\nname = 'a'\nrun = 'true'\n",
        expect![[r#"
        selfheal.toml:1:2: stages are a list; write `[[stage]]` above each of them
          |
        1 | [stage]
          |  ^^^^^"#]],
    );
}

#[test]
fn a_misspelled_section_is_refused() {
    check_rest(
        "[healling]\nmode = 'auto'\n",
        expect![[r#"
        selfheal.toml:4:2: unknown key `healling` in the file; did you mean `healing`?
          |
        4 | [healling]
          |  ^^^^^^^^"#]],
    );
}

#[test]
fn a_section_of_another_tool_is_refused() {
    check_rest(
        "[cache]\npaths = []\n",
        expect![[r#"
            selfheal.toml:4:2: unknown key `cache` in the file; its keys are `pipeline`, `stage`, `detection`, `healing`, `quarantine`, `gates` and `plugins`
              |
            4 | [cache]
              |  ^^^^^"#]],
    );
}

#[test]
fn a_pipeline_key_at_the_top_is_refused() {
    check_errors(
        "timeout = '45m'\n[[stage]]\nname = 'test'\nrun = 'make test'\n",
        expect![[r#"
        selfheal.toml:1:1: unknown key `timeout` in the file; it belongs under [pipeline]
          |
        1 | timeout = '45m'
          | ^^^^^^^"#]],
    );
}

#[test]
fn a_misspelled_key_of_a_stage_is_refused() {
    check_rest(
        "timout = '10m'\n",
        expect![[r#"
        selfheal.toml:4:1: unknown key `timout` in [[stage]]; did you mean `timeout`?
          |
        4 | timout = '10m'
          | ^^^^^^"#]],
    );
}

#[test]
fn a_key_with_an_underscore_is_refused() {
    check_rest(
        "allow_failure = true\n",
        expect![[r#"
        selfheal.toml:4:1: unknown key `allow_failure` in [[stage]]; did you mean `allow-failure`?
          |
        4 | allow_failure = true
          | ^^^^^^^^^^^^^"#]],
    );
}

#[test]
fn a_key_of_another_tool_is_refused() {
    check_rest(
        "depends_on = ['x']\nscript = 'make'\ncolour = 1\n",
        expect![[r#"
        selfheal.toml:4:1: unknown key `depends_on` in [[stage]]; did you mean `needs`?
          |
        4 | depends_on = ['x']
          | ^^^^^^^^^^

        selfheal.toml:5:1: unknown key `script` in [[stage]]; did you mean `run`?
          |
        5 | script = 'make'
          | ^^^^^^

        selfheal.toml:6:1: unknown key `colour` in [[stage]]; its keys are `name`, `run`, `needs`, `runner`, `directory`, `env`, `timeout`, `resources`, `idempotent`, `when`, `matrix`, `allow-failure`, `environment`, `inputs`, `outputs` and `services`
          |
        6 | colour = 1
          | ^^^^^^"#]],
    );
}

#[test]
fn a_limit_outside_of_resources_is_refused() {
    check_rest(
        "memory = '2GiB'\n",
        expect![[r#"
        selfheal.toml:4:1: unknown key `memory` in [[stage]]; it belongs in `resources`: resources = { memory = … }
          |
        4 | memory = '2GiB'
          | ^^^^^^"#]],
    );
}

#[test]
fn a_stage_without_a_name_is_refused() {
    check_errors(
        "[[stage]]\nrun = 'true'\n",
        expect![[r#"
        selfheal.toml:1:1: a [[stage]] has no `name`; add one, such as `name = "test"`
          |
        1 | [[stage]]
          | ^^^^^^^^^"#]],
    );
}

#[test]
fn a_stage_without_a_command_is_refused() {
    check_errors(
        "[[stage]]\nname = 'a'\n",
        expect![[r#"
        selfheal.toml:1:1: stage `a` has no `run`; add one, such as `run = "make test"`
          |
        1 | [[stage]]
          | ^^^^^^^^^"#]],
    );
}

#[test]
fn a_stage_with_an_empty_command_is_refused() {
    check_errors(
        "[[stage]]\nname = 'a'\nrun = '  '\n[[stage]]\nname = 'b'\nrun = []\n[[stage]]\nname = 'c'\nrun = ['']\n",
        expect![[r#"
        selfheal.toml:3:7: `run` of stage `a` is empty; write the command, such as `run = "make test"`
          |
        3 | run = '  '
          |       ^^^^

        selfheal.toml:6:7: `run` of stage `b` is empty; write the command, such as `run = "make test"`
          |
        6 | run = []
          |       ^^

        selfheal.toml:9:7: `run` of stage `c` is empty; write the command, such as `run = "make test"`
          |
        9 | run = ['']
          |       ^^^^"#]],
    );
}

#[test]
fn a_stage_with_a_bad_name_is_refused() {
    check_errors(
        "[[stage]]\nname = ''\nrun = 'true'\n[[stage]]\nname = ' a'\nrun = 'true'\n[[stage]]\nname = \"a\\nb\"\nrun = 'true'\n",
        expect![[r#"
        selfheal.toml:2:8: stage name "" is empty; write 1 to 100 characters without control characters and outer blanks
          |
        2 | name = ''
          |        ^^

        selfheal.toml:5:8: stage name " a" begins or ends with a blank; write 1 to 100 characters without control characters and outer blanks
          |
        5 | name = ' a'
          |        ^^^^

        selfheal.toml:8:8: stage name "a\nb" holds a control character; write 1 to 100 characters without control characters and outer blanks
          |
        8 | name = "a\nb"
          |        ^^^^^^"#]],
    );
}

#[test]
fn two_stages_of_one_name_are_refused() {
    check_rest(
        "[[stage]]\nname = 'test'\nrun = 'true'\n",
        expect![[r#"
        selfheal.toml:5:8: stage `test` is already defined on line 2; give one of them another name
          |
        5 | name = 'test'
          |        ^^^^^^"#]],
    );
}

#[test]
fn a_need_that_is_no_stage_is_refused() {
    check_rest(
        "[[stage]]\nname = 'b'\nrun = 'true'\nneeds = ['tset', 'elsewhere']\n",
        expect![[r#"
        selfheal.toml:7:10: stage `b` needs `tset`, which is no stage of this pipeline; did you mean `test`?
          |
        7 | needs = ['tset', 'elsewhere']
          |          ^^^^^^

        selfheal.toml:7:18: stage `b` needs `elsewhere`, which is no stage of this pipeline
          |
        7 | needs = ['tset', 'elsewhere']
          |                  ^^^^^^^^^^^"#]],
    );
}

#[test]
fn a_stage_that_needs_itself_is_refused() {
    check_rest(
        "needs = ['test']\n",
        expect![[r#"
        selfheal.toml:4:10: stages wait for each other in a circle: `test` → `test`; take one of these needs away
          |
        4 | needs = ['test']
          |          ^^^^^^"#]],
    );
}

#[test]
fn a_circle_of_needs_is_refused() {
    check_errors(
        "[[stage]]\nname = 'a'\nrun = 'true'\nneeds = ['c']\n[[stage]]\nname = 'b'\nrun = 'true'\nneeds = ['a']\n[[stage]]\nname = 'c'\nrun = 'true'\nneeds = ['b']\n[[stage]]\nname = 'd'\nrun = 'true'\nneeds = ['a', 'e']\n[[stage]]\nname = 'e'\nrun = 'true'\nneeds = ['d']\n",
        expect![[r#"
        selfheal.toml:4:10: stages wait for each other in a circle: `a` → `c` → `b` → `a`; take one of these needs away
          |
        4 | needs = ['c']
          |          ^^^

        selfheal.toml:16:15: stages wait for each other in a circle: `d` → `e` → `d`; take one of these needs away
           |
        16 | needs = ['a', 'e']
           |               ^^^"#]],
    );
}

#[test]
fn a_circle_through_a_matrix_is_refused() {
    check_errors(
        "[[stage]]\nname = 'a'\nrun = 'true'\nneeds = ['b']\nmatrix = { n = [1, 2] }\n[[stage]]\nname = 'b'\nrun = 'true'\nneeds = ['a']\n",
        expect![[r#"
        selfheal.toml:4:10: stages wait for each other in a circle: `a (n=1)` → `b` → `a (n=1)`; take one of these needs away
          |
        4 | needs = ['b']
          |          ^^^"#]],
    );
}

#[test]
fn services_that_cannot_be_started_or_watched_are_refused() {
    check_rest(
        "services = [{ name = 'db', image = 'postgres' }]\n",
        expect![[r#"
        selfheal.toml:4:28: `image` is not supported by this version: there is no container runtime here; give the program to start as `run`
          |
        4 | services = [{ name = 'db', image = 'postgres' }]
          |                            ^^^^^"#]],
    );
    check_rest(
        "services = [{ name = 'db', run = 'db' }]\n",
        expect![[r#"
        selfheal.toml:4:13: a service of stage `test` has no `ready`; add one, such as `ready = { port = 5432 }`
          |
        4 | services = [{ name = 'db', run = 'db' }]
          |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
    check_rest(
        "services = [{ name = 'a b', run = 'db', ready = {} }]\n",
        expect![[r#"
        selfheal.toml:4:13: "a b" cannot be the name of a service; write up to 60 letters, digits, `-`, `_` and `.`
          |
        4 | services = [{ name = 'a b', run = 'db', ready = {} }]
          |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

        selfheal.toml:4:49: `ready` takes exactly one of `port`, `http`, `command` and `log`, found 0
          |
        4 | services = [{ name = 'a b', run = 'db', ready = {} }]
          |                                                 ^^"#]],
    );
    check_rest(
        "services = [{ name = 'a', run = 'x', ready = { http = 'https://shop.example/' } }]\n",
        expect![[r#"
        selfheal.toml:4:55: `http` is an address of this machine, such as "http://127.0.0.1:8080/health", found "https://shop.example/"
          |
        4 | services = [{ name = 'a', run = 'x', ready = { http = 'https://shop.example/' } }]
          |                                                       ^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
    check_rest(
        "services = [{ name = 'a', run = 'x', ready = { port = 1, log = 'y' } }]\n",
        expect![[r#"
        selfheal.toml:4:46: `ready` takes exactly one of `port`, `http`, `command` and `log`, found 2
          |
        4 | services = [{ name = 'a', run = 'x', ready = { port = 1, log = 'y' } }]
          |                                              ^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
    let service = "{ name = 'a', run = 'x', ready = { port = 1 } }";
    check_rest(
        &format!("services = [{service}, {service}]\n"),
        expect![[r#"
        selfheal.toml:4:62: stage `test` has two services `a`; give one of them another name
          |
        4 |  = [{ name = 'a', run = 'x', ready = { port = 1 } }, { name = 'a', run = 'x', ready = { port = 1 } }
          |                                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
}

#[test]
fn patterns_that_lead_out_of_the_workspace_or_mean_anything_are_refused() {
    check_rest(
        "inputs = ['../secret']\n",
        expect![[r#"
        selfheal.toml:4:11: "../secret" of `inputs` is no pattern of paths in the workspace: it is not a relative path with `/` between its parts and without `..`
          |
        4 | inputs = ['../secret']
          |           ^^^^^^^^^^^"#]],
    );
    check_rest(
        "inputs = ['src']\noutputs = ['**/*.o']\n",
        expect![[r#"
        selfheal.toml:5:12: "**/*.o" of `outputs` begins with a wildcard; begin with the folder that the stage fills, such as "dist"
          |
        5 | outputs = ['**/*.o']
          |            ^^^^^^^^"#]],
    );
}

#[test]
fn every_mistake_is_told_at_once() {
    check_errors(
        "[pipeline]\ntimeout = 45\nmax-paralel = 2\n\n[[stage]]\nname = 'a'\nrun = ''\nneeds = ['b']\n\n[healing]\nmode = 'atuo'\nmax-attempts = 99\n",
        expect![[r#"
        selfheal.toml:2:11: `timeout` wants a duration such as "45m", "1h30m" or "500ms", found the number 45; did you mean "45s"?
          |
        2 | timeout = 45
          |           ^^

        selfheal.toml:3:1: unknown key `max-paralel` in [pipeline]; did you mean `max-parallel`?
          |
        3 | max-paralel = 2
          | ^^^^^^^^^^^

        selfheal.toml:7:7: `run` of stage `a` is empty; write the command, such as `run = "make test"`
          |
        7 | run = ''
          |       ^^

        selfheal.toml:8:10: stage `a` needs `b`, which is no stage of this pipeline
          |
        8 | needs = ['b']
          |          ^^^

        selfheal.toml:11:8: `mode` is one of "off", "shadow", "suggest", "auto", found "atuo"; did you mean "auto"?
           |
        11 | mode = 'atuo'
           |        ^^^^^^

        selfheal.toml:12:16: `max-attempts` has to lie between 0 and 20, found 99
           |
        12 | max-attempts = 99
           |                ^^"#]],
    );
}

#[test]
fn a_mistake_in_a_long_line_with_tabs_is_refused() {
    check_errors(
        "[[stage]]\nname = 'a'\nrun = 'true'\n\tenv = { LONG = 'ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää', \t'1X' = 'y' }\n",
        expect![[r#"
        selfheal.toml:4:172: "1X" cannot be the name of an environment variable; write letters, digits and `_`, not a digit first
          |
        4 | ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää',  '1X'
          |                                                                                                 ^^^^"#]],
    );
}
