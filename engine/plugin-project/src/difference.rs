//! What differs between two texts, line by line.

/// Lines of context around a difference.
const CONTEXT: usize = 2;
/// Most lines that are compared one by one; of longer texts the differing middle is shown whole.
const MOST_LINES: usize = 2_000;

/// One line of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// In both.
    Same(String),
    /// Expected and not there.
    Missing(String),
    /// There and not expected.
    Extra(String),
    /// Lines that are the same and not shown.
    Skipped(usize),
}

/// Compares what was expected with what is there. Empty when they are the same.
pub fn between(expected: &str, actual: &str) -> Vec<Line> {
    if expected == actual {
        return Vec::new();
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), actual.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let mut lines: Vec<Line> = old[..head].iter().map(|line| Line::Same((*line).to_owned())).collect();
    lines.extend(middle(&old[head..old.len() - tail], &new[head..new.len() - tail]));
    lines.extend(old[old.len() - tail..].iter().map(|line| Line::Same((*line).to_owned())));
    shortened(lines)
}

/// The differences of a part, by the longest common subsequence.
fn middle(old: &[&str], new: &[&str]) -> Vec<Line> {
    let missing = |line: &&str| Line::Missing((*line).to_owned());
    let extra = |line: &&str| Line::Extra((*line).to_owned());
    if old.len().max(new.len()) > MOST_LINES {
        return old.iter().map(missing).chain(new.iter().map(extra)).collect();
    }
    let width = new.len() + 1;
    let mut common = vec![0_u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i * width + j] = if old[i] == new[j] {
                common[(i + 1) * width + j + 1] + 1
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            lines.push(Line::Same(old[i].to_owned()));
            (i, j) = (i + 1, j + 1);
        } else if common[(i + 1) * width + j] >= common[i * width + j + 1] {
            lines.push(missing(&old[i]));
            i += 1;
        } else {
            lines.push(extra(&new[j]));
            j += 1;
        }
    }
    lines.extend(old[i..].iter().map(missing));
    lines.extend(new[j..].iter().map(extra));
    lines
}

/// Leaves out what is the same and far from any difference.
fn shortened(lines: Vec<Line>) -> Vec<Line> {
    let differs: Vec<usize> =
        lines.iter().enumerate().filter(|(_, line)| !matches!(line, Line::Same(_))).map(|(place, _)| place).collect();
    let is_near = |place: usize| differs.iter().any(|&other| place.abs_diff(other) <= CONTEXT);
    let mut kept = Vec::new();
    for (place, line) in lines.into_iter().enumerate() {
        match (is_near(place), kept.last_mut()) {
            (true, _) => kept.push(line),
            (false, Some(Line::Skipped(count))) => *count += 1,
            (false, _) => kept.push(Line::Skipped(1)),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(expected: &str, actual: &str) -> String {
        let line = |line: Line| match line {
            Line::Same(text) => format!("  {text}"),
            Line::Missing(text) => format!("- {text}"),
            Line::Extra(text) => format!("+ {text}"),
            Line::Skipped(count) => format!("@ {count}"),
        };
        between(expected, actual).into_iter().map(line).collect::<Vec<String>>().join("\n")
    }

    #[test]
    fn equal_texts_do_not_differ() {
        assert_eq!(shown("a\nb\n", "a\nb\n"), "");
    }

    #[test]
    fn a_changed_line_stands_between_its_neighbours() {
        assert_eq!(shown("1\n2\n3\n4\n5\n6\n", "1\n2\n3\nx\n5\n6\n"), "@ 1\n  2\n  3\n- 4\n+ x\n  5\n  6");
    }

    #[test]
    fn added_and_removed_lines_are_told_apart() {
        assert_eq!(shown("a\nc\n", "a\nb\nc\n"), "  a\n+ b\n  c");
        assert_eq!(shown("a\nb\nc\n", "a\nc\n"), "  a\n- b\n  c");
        assert_eq!(shown("", "a\n"), "+ a");
    }
}
