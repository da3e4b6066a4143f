use expect_test::{Expect, expect};

use super::*;

/// Marks the lines of the block around the line that starts with `*`: `!` essential, `.` plain, `-` filling.
fn check(log: &str, expect: Expect) {
    let lines: Vec<AroundLine> = (1..)
        .zip(log.lines())
        .map(|(line, text)| {
            let text = text.strip_prefix('*').unwrap_or(text).to_owned();
            AroundLine { line, shown: text.clone(), text }
        })
        .collect();
    let cause = log.lines().position(|line| line.starts_with('*')).expect("one line is marked");
    let (before, rest): (Vec<&AroundLine>, Vec<&AroundLine>) =
        (lines[..cause].iter().collect(), lines[cause + 1..].iter().collect());
    let block = lines_of_block(&lines[cause].text, &before, &rest);
    let mark = |line: &AroundLine| match block.iter().find(|(_, other)| other.line == line.line) {
        _ if line.line == cause as u64 + 1 => '*',
        None => ' ',
        Some((Worth::Essential, _)) => '!',
        Some((Worth::Plain, _)) => '.',
        Some((Worth::Filling, _)) => '-',
    };
    let marked: Vec<String> =
        lines.iter().map(|line| format!("{} {}", mark(line), line.text).trim_end().to_owned()).collect();
    expect.assert_eq(&format!("\n{}\n", marked.join("\n")));
}

#[test]
fn a_compiler_message_has_its_source_and_notes() {
    check(
        "   Compiling demo v0.1.0\n*error[E0308]: mismatched types\n --> src/main.rs:2:18\n  |\n2 |     let x: u8 = \"no\";\n  |                 ^^^^ expected `u8`\n\nnote: it was expected here\n\nerror: aborting",
        expect![[r#"

                 Compiling demo v0.1.0
            * error[E0308]: mismatched types
            !  --> src/main.rs:2:18
            !   |
            ! 2 |     let x: u8 = "no";
            .   |                 ^^^^ expected `u8`
            -
            . note: it was expected here

              error: aborting
        "#]],
    );
}

#[test]
fn a_message_with_a_level_on_each_line_ends_with_the_level() {
    check(
        "[INFO] BUILD FAILURE\n*[ERROR] Failed to execute goal demo:compile: Compilation failure\n[ERROR] Shape.java:[3,4] ';' expected\n[ERROR]\n[ERROR] Re-run Maven using the -X switch.\n[INFO] done",
        expect![[r#"

              [INFO] BUILD FAILURE
            * [ERROR] Failed to execute goal demo:compile: Compilation failure
            ! [ERROR] Shape.java:[3,4] ';' expected
            - [ERROR]
            - [ERROR] Re-run Maven using the -X switch.
              [INFO] done
        "#]],
    );
}

#[test]
fn a_python_traceback_leads_up_to_the_name_of_the_test() {
    check(
        "..F\n======\nFAIL: test_area (tests.ShapeTest)\n------\nTraceback (most recent call last):\n  File \"t.py\", line 9, in test_area\n    self.assertEqual(6, 7)\n*AssertionError: 6 != 7\n\n------\nRan 3 tests",
        expect![[r#"

              ..F
              ======
            ! FAIL: test_area (tests.ShapeTest)
            . ------
            ! Traceback (most recent call last):
            .   File "t.py", line 9, in test_area
            !     self.assertEqual(6, 7)
            * AssertionError: 6 != 7

              ------
              Ran 3 tests
        "#]],
    );
}

#[test]
fn a_pytest_section_has_its_title_source_and_place() {
    check(
        "=== FAILURES ===\n____ test_area ____\n\n    def test_area():\n>       assert area() == 7\n*E       assert 6 == 7\nE        +  where 6 = area()\n\ntests/t.py:9: AssertionError\n=== 1 failed ===",
        expect![[r#"

              === FAILURES ===
            ! ____ test_area ____
            -
            !     def test_area():
            ! >       assert area() == 7
            * E       assert 6 == 7
            ! E        +  where 6 = area()
            -
            ! tests/t.py:9: AssertionError
              === 1 failed ===
        "#]],
    );
}

#[test]
fn a_jvm_trace_keeps_its_headings_and_deeper_causes_first() {
    check(
        "[INFO] Running ShapeTest\n[ERROR] Tests run: 2, Failures: 1 <<< FAILURE! - in ShapeTest\n[ERROR] ShapeTest.area  <<< ERROR!\n*java.lang.IllegalStateException: no pool\n\tat a.A.a(A.java:1)\n\tat a.A.b(A.java:2)\n\tat a.A.c(A.java:3)\n\tat a.A.d(A.java:4)\n\tat a.A.e(A.java:5)\nCaused by: java.io.IOException: gone\n\tat a.B.a(B.java:1)\n\t... 5 more\n\n[INFO] Running OtherTest",
        expect![[r#"

              [INFO] Running ShapeTest
            ! [ERROR] Tests run: 2, Failures: 1 <<< FAILURE! - in ShapeTest
            ! [ERROR] ShapeTest.area  <<< ERROR!
            * java.lang.IllegalStateException: no pool
            . 	at a.A.a(A.java:1)
            . 	at a.A.b(A.java:2)
            . 	at a.A.c(A.java:3)
            . 	at a.A.d(A.java:4)
            - 	at a.A.e(A.java:5)
            ! Caused by: java.io.IOException: gone
            . 	at a.B.a(B.java:1)
            . 	... 5 more

              [INFO] Running OtherTest
        "#]],
    );
}

#[test]
fn a_message_of_any_form_goes_on_to_its_trace() {
    check(
        "  1) shapes\n       area:\n\n*      AssertionError [ERR_ASSERTION]: Expected values to be equal:\n\n6 !== 7\n\n      at Context.<anonymous> (test/shapes.js:9:12)\n\nnpm ERR! Test failed.",
        expect![[r#"

            !   1) shapes
            !        area:
            -
            *       AssertionError [ERR_ASSERTION]: Expected values to be equal:
            -
            ! 6 !== 7
            -
            .       at Context.<anonymous> (test/shapes.js:9:12)

              npm ERR! Test failed.
        "#]],
    );
}

#[test]
fn what_a_test_of_go_said_stands_above_how_it_ended() {
    check(
        "--- PASS: TestSides (0.00s)\n=== RUN   TestArea\n    shapes_test.go:9: area = 6, want 7\n*--- FAIL: TestArea (0.00s)\n=== RUN   TestOther",
        expect![[r#"

              --- PASS: TestSides (0.00s)
            ! === RUN   TestArea
            !     shapes_test.go:9: area = 6, want 7
            * --- FAIL: TestArea (0.00s)
              === RUN   TestOther
        "#]],
    );
}

#[test]
fn a_line_among_strangers_is_alone() {
    check(
        "compiling\nlinking\n*Killed\nbye",
        expect![[r#"

              compiling
              linking
            * Killed
              bye
        "#]],
    );
}

#[test]
fn a_message_of_pytest_has_the_title_of_its_test_and_the_source_above_it() {
    check(
        "collected 2 items\n_______ ERROR collecting tests/test_rates.py _______\nImportError while importing test module 'tests/test_rates.py'.\nTraceback:\ntests/test_rates.py:1: in <module>\n    import rates\n*E   ModuleNotFoundError: No module named 'rates'\n===== short test summary info =====",
        expect![[r#"

              collected 2 items
            ! _______ ERROR collecting tests/test_rates.py _______
            . ImportError while importing test module 'tests/test_rates.py'.
            ! Traceback:
            ! tests/test_rates.py:1: in <module>
            !     import rates
            * E   ModuleNotFoundError: No module named 'rates'
              ===== short test summary info =====
        "#]],
    );
}

#[test]
fn the_deepest_cause_of_a_chain_has_the_message_that_the_chain_explains() {
    check(
        "    Updating index\nerror: failed to get `rates` as a dependency\n\nCaused by:\n  failed to query the registry\n\nCaused by:\n*  failed to get successful HTTP response, got 503\n",
        expect![[r#"

                  Updating index
            ! error: failed to get `rates` as a dependency
            -
            ! Caused by:
            !   failed to query the registry
            -
            ! Caused by:
            *   failed to get successful HTTP response, got 503
        "#]],
    );
}

#[test]
fn a_failed_test_of_ctest_has_what_it_said_and_no_other_test() {
    check(
        "      Start  7: sums\n 7/9 Test  #7: sums ....   Passed    0.01 sec\n      Start  8: rates\n* 8/9 Test  #8: rates ....***Failed    0.01 sec\nrate(7) = 0, expected 10\n\n      Start  9: totals\n 9/9 Test  #9: totals ....   Passed    0.01 sec",
        expect![[r#"

                    Start  7: sums
               7/9 Test  #7: sums ....   Passed    0.01 sec
            !       Start  8: rates
            *  8/9 Test  #8: rates ....***Failed    0.01 sec
            ! rate(7) = 0, expected 10

                    Start  9: totals
               9/9 Test  #9: totals ....   Passed    0.01 sec
        "#]],
    );
}

#[test]
fn a_bundler_s_message_has_the_file_above_it() {
    check(
        "asset main.js 2 KiB\n\nERROR in ./src/page.js 1:0-28\n*Module not found: Error: Can't resolve './theme.js' in '/app/src'\n",
        expect![[r#"

              asset main.js 2 KiB

            ! ERROR in ./src/page.js 1:0-28
            * Module not found: Error: Can't resolve './theme.js' in '/app/src'
        "#]],
    );
}
