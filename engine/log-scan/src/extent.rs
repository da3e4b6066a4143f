//! Lines that belong together: a message with what it quotes, a trace with its causes, a failed test's section.
//!
//! The block of a line is found by its shape alone (indentation, levels, frames, blank lines, rulers), so that it works for
//! tools that no rule names.

use crate::kept::AroundLine;
use crate::shape;

/// How much a line of a block is worth to a reader. The order is from what is shown first to what fills the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Worth {
    /// What the cause line is about: its headings, the next lines of its message, deeper causes.
    Essential,
    /// The rest of the message, and the first frames of a trace.
    Plain,
    /// Further frames, advice, and blank lines between.
    Filling,
}

/// Most lines of a block above its cause line.
const MOST_ABOVE: usize = 16;
/// Frames of a trace that are worth more than filling: where it happened, and who called.
const FRAMES: usize = 4;
/// The level of pytest's messages, which stand below the source that they are about.
const PYTEST: &str = "E";
/// Lines right below the cause line that are essential.
const NEXT_LINES: usize = 3;
/// Blank lines that a block may have in a row.
const MOST_BLANK: usize = 2;

/// The lines of the block around a cause line, in order, without it. `before` and `after` are its neighbours.
pub(crate) fn lines_of_block<'a>(
    cause: &str,
    before: &[&'a AroundLine],
    after: &[&'a AroundLine],
) -> Vec<(Worth, &'a AroundLine)> {
    let above = above(cause, before);
    let below = below(cause, after);
    let mut lines = Vec::with_capacity(above + below);
    let nearest = before.len() - above;
    let mut frames = 0;
    for (index, line) in before.iter().enumerate().skip(nearest) {
        let is_near = index + NEXT_LINES >= before.len() || index == nearest;
        lines.push((worth(&line.text, is_near, &mut frames), *line));
    }
    frames = 0;
    let mut after_advice = false;
    for (index, line) in after.iter().take(below).enumerate() {
        // Below an empty line of its level, a tool only gives advice.
        after_advice |= shape::level(&line.text).is_some() && shape::is_blank(&line.text);
        let worth = worth(&line.text, index < NEXT_LINES, &mut frames);
        lines.push((if after_advice { Worth::Filling } else { worth }, *line));
    }
    lines
}

fn worth(text: &str, is_near: bool, frames: &mut usize) -> Worth {
    if shape::is_blank(text) {
        return Worth::Filling;
    }
    if shape::is_chain(text) {
        *frames = 0;
        return Worth::Essential;
    }
    if shape::is_frame(text) {
        *frames += 1;
        return if *frames > FRAMES { Worth::Filling } else { Worth::Plain };
    }
    let is_marked = text.starts_with('>') || text.starts_with("E  ") || shape::is_test_heading(text);
    if is_near || is_marked { Worth::Essential } else { Worth::Plain }
}

/// The number of the last line below that belongs to the block of a line, if there is one.
pub(crate) fn end_below(cause: &str, after: &[AroundLine]) -> Option<u64> {
    let after: Vec<&AroundLine> = after.iter().collect();
    let count = below(cause, &after);
    count.checked_sub(1).map(|last| after[last].line)
}

/// How many of the lines below belong to the block of a line.
fn below(cause: &str, after: &[&AroundLine]) -> usize {
    let base = shape::indent(cause);
    let level = shape::level(cause);
    let has_tap_diagnostics = cause.trim_start().starts_with("not ok ");
    if shape::is_ctest_result(cause) {
        // What a failed test said stands between its result and the next test, without indentation.
        let is_own = |line: &&&AroundLine| !shape::is_blank(&line.text) && shape::indent(&line.text) == 0;
        return after.iter().take(MOST_ABOVE).take_while(is_own).count();
    }
    let to_trace = lines_to_trace(cause, after);
    let mut previous = cause;
    let mut end = 0;
    let mut blank = 0;
    for (index, line) in after.iter().enumerate() {
        let text = line.text.as_str();
        if text.trim().is_empty() {
            blank += 1;
            if blank > MOST_BLANK {
                break;
            }
            continue;
        }
        let indent = shape::indent(text);
        let is_deeper = indent > base || base > 0 && indent == base || index < to_trace;
        let is_same_message = level.is_some() && shape::level(text) == level;
        let is_part = shape::is_frame(text) || shape::is_chain(text) || shape::is_pointer(text);
        let is_elsewhere = shape::is_ruler(text) || text.starts_with("=== ") || text.starts_with("[INFO]");
        let announces = previous.ends_with(':') || shape::is_test_heading(previous);
        let is_announced = blank == 0 && announces && !is_elsewhere;
        let is_message_of_test = shape::is_test_heading(cause) && shape::is_exception(text);
        let is_place_of_test = level == Some(PYTEST) && shape::is_place(text);
        let is_in_tap = has_tap_diagnostics && !shape::is_tap_result(text);
        let is_in_message = is_in_tap || is_same_message || is_announced || is_message_of_test || is_place_of_test;
        if !(is_deeper && !shape::is_ruler(text) || is_part || is_in_message) {
            break;
        }
        blank = 0;
        end = index + 1;
        previous = text;
    }
    end
}

/// How many lines stand between an exception and the first frame of its trace: the rest of its message, which may look
/// like anything. 0 when there is no trace.
fn lines_to_trace(cause: &str, after: &[&AroundLine]) -> usize {
    /// Longer messages are cut: a trace further down may be another's.
    const MOST: usize = 20;
    if !shape::is_exception(cause) {
        return 0;
    }
    let ends = |text: &str| shape::is_test_heading(text) || shape::is_exception(text) || shape::level(text).is_some();
    let message = after.iter().take(MOST).take_while(|line| !ends(&line.text));
    message.into_iter().position(|line| shape::is_frame(&line.text)).unwrap_or(0)
}

/// How many of the lines above belong to the block of a line.
fn above(cause: &str, before: &[&AroundLine]) -> usize {
    let nearest_first = || before.iter().rev().take(MOST_ABOVE).map(|line| line.text.as_str());
    let level = shape::level(cause);
    if let Some(level) = level.filter(|level| *level != PYTEST) {
        return nearest_first().take_while(|text| shape::level(text) == Some(level)).count();
    }
    if level == Some(PYTEST) {
        return up_to_title(nearest_first());
    }
    if shape::is_ctest_result(cause) {
        return nearest_first().take(1).filter(|text| text.trim_start().starts_with("Start ")).count();
    }
    let headings = nearest_first().take_while(|text| shape::is_test_heading(text)).count();
    if headings > 0 {
        return headings;
    }
    if cause.starts_with("--- FAIL: ") {
        // `go test -v` prints what a test said before it prints how it ended.
        return nearest_first().take_while(|text| shape::indent(text) > 0 || text.starts_with("=== RUN ")).count();
    }
    if level.is_none() && shape::indent(cause) > 0 {
        let parent = up_to_parents(shape::indent(cause), nearest_first());
        let is_link = parent > 0 && nearest_first().nth(parent - 1).is_some_and(shape::is_chain);
        return if is_link { up_to_first_link(nearest_first()).unwrap_or(parent) } else { parent };
    }
    if shape::is_exception(cause) && nearest_first().take(2).any(|text| text.trim_start().starts_with('^')) {
        // Node.js prints the place, the source line and a caret above an exception.
        return nearest_first().take(5).position(is_bare_place).map_or(0, |place| place + 1);
    }
    let opened = up_to_opening(nearest_first());
    // Python's unittest prints the name of the test above a ruler above the trace.
    let mut title = nearest_first().skip(opened);
    let is_traceback = opened > 0 && nearest_first().nth(opened - 1).is_some_and(|text| text.starts_with("Traceback"));
    let has_title = is_traceback
        && title.next().is_some_and(shape::is_ruler)
        && title.next().is_some_and(|text| !text.trim().is_empty() && !shape::is_ruler(text));
    if has_title { opened + 2 } else { opened }
}

/// A line that is nothing but a place in a file.
fn is_bare_place(text: &str) -> bool {
    let Some((path, number)) = text.rsplit_once(':') else { return false };
    path.contains(['/', '\\']) && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// The lines above an indented one, up to the parent that is not indented.
fn up_to_parents<'a>(base: usize, nearest_first: impl Iterator<Item = &'a str>) -> usize {
    let mut lowest = base;
    let mut reached = 0;
    for (count, text) in (1..).zip(nearest_first) {
        if text.trim().is_empty() {
            continue;
        }
        let indent = shape::indent(text);
        if indent < lowest {
            lowest = indent;
            reached = count;
        }
        if indent == 0 {
            break;
        }
    }
    reached
}

/// The lines above the deepest cause of a chain whose links stand alone ("Caused by:" over an indented line), up to the
/// message that the chain explains; nothing when that is out of sight.
fn up_to_first_link<'a>(nearest_first: impl Iterator<Item = &'a str>) -> Option<usize> {
    let mut lines = (1..).zip(nearest_first).filter(|(_, text)| !text.trim().is_empty());
    lines.find(|(_, text)| shape::indent(text) == 0 && !shape::is_chain(text)).map(|(count, _)| count)
}

/// The lines above a message of pytest, up to the title of the test's section, or else up to the source line that it is
/// about.
fn up_to_title<'a>(nearest_first: impl Iterator<Item = &'a str> + Clone) -> usize {
    let is_title = |text: &str| shape::is_ruler(text) && text.contains(char::is_alphanumeric);
    let up_to = |is_first: &dyn Fn(&str) -> bool| nearest_first.clone().position(is_first).map(|above| above + 1);
    up_to(&is_title).or_else(|| up_to(&|text| text.starts_with("> "))).unwrap_or(0)
}

/// The lines of a trace or section that ends in a line which is not indented, up to the line that opens it.
fn up_to_opening<'a>(nearest_first: impl Iterator<Item = &'a str>) -> usize {
    let mut has_inside = false;
    for (count, text) in (1..).zip(nearest_first) {
        if text.trim().is_empty() {
            continue;
        }
        let is_source = text.starts_with("E  ") || text.starts_with("> ");
        if shape::indent(text) > 0 || is_source || shape::is_frame(text) || shape::is_chain(text) {
            has_inside = true;
            continue;
        }
        let is_title = shape::is_ruler(text) && text.contains(char::is_alphanumeric);
        let is_trace = shape::is_exception(text) || text.starts_with("Exception in thread ");
        let opens = shape::is_heading(text) || (is_title || is_trace) && has_inside;
        return if opens && (has_inside || count == 1) { count } else { 0 };
    }
    0
}

#[cfg(test)]
mod tests;
