//! What a line looks like, whatever it says: from this alone follows which lines belong together.

/// How far a line is indented, in characters.
pub(crate) fn indent(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// Whether nothing stands on a line, or nothing but its level.
pub(crate) fn is_blank(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || level(text).is_some_and(|level| level.trim_end() == text)
}

/// What loggers and tools write in front of each line of an error message.
const LEVELS: [&str; 16] = [
    "[ERROR] ",
    "[ERROR]",
    "[FATAL] ",
    "[error] ",
    "npm ERR! ",
    "npm ERR!",
    "npm error ",
    "npm error",
    "E: ",
    "E   ",
    "ERROR: ",
    "Error: ",
    "error: ",
    "FATAL: ",
    "fatal: ",
    "e: ",
];

/// The error level that a line starts with.
pub(crate) fn level(text: &str) -> Option<&'static str> {
    LEVELS.iter().find(|level| text.starts_with(**level)).map(|level| level.trim_end())
}

/// A line of a stack trace that names a place: Java, JavaScript, .NET, Python, Ruby, Go, Rust.
pub(crate) fn is_frame(text: &str) -> bool {
    let text = text.trim_start();
    let is_numbered = || {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        (1..=3).contains(&digits) && text[digits..].starts_with(": ")
    };
    text.starts_with("at ")
        || text.starts_with("File \"")
        || text.starts_with("from /")
        || is_elision(text)
        || is_numbered()
}

/// Where a trace leaves frames out.
fn is_elision(text: &str) -> bool {
    let is_count = |rest: &str| rest.starts_with(|first: char| first.is_ascii_digit());
    text.strip_prefix("... ")
        .is_some_and(|rest| is_count(rest) && (rest.ends_with(" more") || rest.contains(" common frames")))
}

/// A line that leads on to a deeper or an earlier cause.
pub(crate) fn is_chain(text: &str) -> bool {
    let text = text.trim_start();
    ["Caused by:", "Caused:", "Suppressed:", "Also:", "During handling of the above", "The above exception was"]
        .iter()
        .any(|start| text.starts_with(start))
}

/// A line with which a compiler points at source text or explains its message.
pub(crate) fn is_pointer(text: &str) -> bool {
    let text = text.trim_start();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let has_source = digits > 0 && text[digits..].trim_start().starts_with('|');
    has_source
        || ["| ", "|\t", "^", "~~", "--> ", "= note", "= help", "note: ", "help: ", "hint: "]
            .iter()
            .any(|start| text.starts_with(start))
        || text == "|"
        || text.starts_with("> ") && !text.starts_with("> Task ")
}

/// A line that separates sections, with or without a title in it.
pub(crate) fn is_ruler(text: &str) -> bool {
    const SHORTEST: usize = 4;
    let text = text.trim();
    let Some(first) = text.bytes().next().filter(|byte| b"-=_*#+".contains(byte)) else { return false };
    let is_same = |byte: &u8| *byte == first;
    text.bytes().take_while(is_same).count() >= SHORTEST
}

/// The first line of a stack trace: the name of an exception, and mostly a message.
pub(crate) fn is_exception(text: &str) -> bool {
    let text = text.trim_start();
    let name = text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"._$:/".contains(byte)).count();
    let (name, rest) = text.split_at(name);
    let name = name.trim_end_matches(':');
    let kind = name.rsplit(['.', '$', ':', '/']).next().unwrap_or(name);
    let says_so = ["Error", "Exception", "Failure", "Throwable", "Exit"].iter().any(|end| kind.ends_with(end));
    // A bare `Error:` is a level, not a name.
    let is_bare = name == kind && ["Error", "Exception", "Failure"].contains(&kind);
    let is_name = !is_bare && kind.starts_with(|first: char| first.is_ascii_uppercase());
    // Node.js writes its code between name and message.
    let has_message = text[name.len()..].starts_with(':') || rest.starts_with(" [") && rest.contains("]:");
    is_name && says_so && (rest.trim().is_empty() || has_message)
}

/// A line that starts with a place in a file: `path:line:`.
pub(crate) fn is_place(text: &str) -> bool {
    let Some((path, rest)) = text.split_once(':') else { return false };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    path.contains('.') && !path.contains(' ') && digits > 0 && rest[digits..].starts_with(':')
}

/// The line with which a test runner introduces a test that failed.
pub(crate) fn is_test_heading(text: &str) -> bool {
    let text = text.trim();
    text.ends_with("<<< FAILURE!")
        || text.ends_with("<<< ERROR!")
        || text.contains("<<< FAILURE! - in ")
        || text.contains("<<< FAILURE! -- in ")
        || text.contains(" > ") && text.ends_with(" FAILED")
        || text.starts_with("--- FAIL: ")
        || text.starts_with("not ok ")
        || text.starts_with("● ")
        || matches!(text, "Error:" | "Failure:")
}

/// A line of the Test Anything Protocol that ends what was said of the test before.
pub(crate) fn is_tap_result(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with("ok ") || text.starts_with("not ok ") || text.starts_with("1..") || text.starts_with("# Subtest")
}

/// A result of CTest, such as ` 8/26 Test  #8: name ...***Failed`.
pub(crate) fn is_ctest_result(text: &str) -> bool {
    let Some((count, rest)) = text.trim_start().split_once(" Test ") else { return false };
    let is_count = count.split_once('/').is_some_and(|(test, of)| is_number(test) && is_number(of));
    is_count && rest.trim_start().starts_with('#')
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A line that says what the lines below it are.
pub(crate) fn is_heading(text: &str) -> bool {
    let text = text.trim();
    text.ends_with(':') || text.contains("Traceback (most recent call last)") || text.starts_with("ERROR in ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_and_chains_of_many_languages_are_known() {
        for frame in [
            "\tat demo.Main.main(Main.java:9)",
            "    at Object.<anonymous> (/src/app/a.test.js:3:5)",
            "   at Demo.Program.Main() in /src/Program.cs:line 3",
            "  File \"app.py\", line 3, in <module>",
            "\tfrom /src/app/lib/a.rb:3:in 'run'",
            "   4: core::panicking::panic_fmt",
            "\t... 12 more",
        ] {
            assert!(is_frame(frame), "{frame}");
        }
        for text in ["attempt 3", "Filed", "... and more", "12:30:11 done"] {
            assert!(!is_frame(text), "{text}");
        }
        assert!(is_chain("Caused by: java.io.IOException: gone"));
        assert!(is_chain("During handling of the above exception, another exception occurred:"));
    }

    #[test]
    fn exceptions_are_named_at_the_start_of_a_line() {
        for text in [
            "java.lang.IllegalStateException: no pool",
            "java.lang.NullPointerException",
            "org.opentest4j.AssertionFailedError: expected: <1> but was: <2>",
            "ActionView::Template::Error: no image",
            "TypeError: x is not a function",
        ] {
            assert!(is_exception(text), "{text}");
        }
        for text in
            ["java.lang.IllegalStateException at ShapeTest.java:61", "Error: boom", "BUILD FAILURE", "an Exception"]
        {
            assert!(!is_exception(text), "{text}");
        }
    }

    #[test]
    fn a_level_alone_is_a_blank_line() {
        assert!(is_blank("[ERROR]") && is_blank("npm ERR!") && is_blank("  ") && is_blank("[ERROR] "));
        assert!(!is_blank("[ERROR] x") && !is_blank("E"));
    }

    #[test]
    fn rulers_may_carry_a_title() {
        assert!(is_ruler("=================== FAILURES ===================") && is_ruler("------------"));
        assert!(is_ruler("____ test_area ____") && !is_ruler("--- FAIL: TestArea") && !is_ruler("text"));
    }
}
