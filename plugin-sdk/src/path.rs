//! Paths of the workspace, and what logs print of them.
//!
//! Logs often hold absolute paths, and a healer does not know where the workspace lies; so the longest tail of a printed path
//! that is there counts.

use crate::host;

/// A path below a directory of the workspace; `.` is its root.
pub fn below(directory: &str, path: &str) -> String {
    let path = path.trim_start_matches("./");
    match plain(directory) {
        "" => path.to_owned(),
        directory => format!("{directory}/{path}"),
    }
}

/// A path of the workspace as seen from a directory of the workspace, if it lies below it.
pub fn seen_from<'a>(path: &'a str, directory: &str) -> Option<&'a str> {
    match plain(directory) {
        "" => Some(path),
        directory => path.strip_prefix(directory)?.strip_prefix('/'),
    }
}

/// A directory without what does not count; empty for the root.
fn plain(directory: &str) -> &str {
    match directory.trim_start_matches("./").trim_end_matches('/') {
        "." => "",
        directory => directory,
    }
}

/// The workspace path of a printed path, if there is such a file or directory: a relative one below the stage's directory or
/// below the root, an absolute one by its longest tail. Quotes around it do not count; one with `..` in it is none.
pub fn existing(printed: &str, directory: &str) -> Option<String> {
    let parts = parts(printed)?;
    let exists = |path: &str| host::workspace::stat(path).is_ok();
    if is_absolute(printed) {
        return tails(&parts).find(|tail| exists(tail));
    }
    let path = parts.join("/");
    [below(directory, &path), path].into_iter().find(|path| exists(path))
}

/// The longest tail of a printed path that is wanted. Quotes around it do not count; one with `..` in it has none.
pub fn longest_tail(printed: &str, is_wanted: impl Fn(&str) -> bool) -> Option<String> {
    tails(&parts(printed)?).find(|tail| is_wanted(tail))
}

/// Whether a printed path begins at the root of the file system.
pub fn is_absolute(printed: &str) -> bool {
    unquoted(printed).starts_with('/')
}

fn unquoted(printed: &str) -> &str {
    printed.trim_matches(|c: char| c.is_whitespace() || ['"', '\'', '`'].contains(&c))
}

fn parts(printed: &str) -> Option<Vec<&str>> {
    let parts: Vec<&str> = unquoted(printed).split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    (!parts.is_empty() && !parts.contains(&"..")).then_some(parts)
}

fn tails(parts: &[&str]) -> impl Iterator<Item = String> {
    (0..parts.len()).map(|start| parts[start..].join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    #[test]
    fn the_root_adds_nothing_to_a_path() {
        for directory in [".", "./", ""] {
            assert_eq!(below(directory, "./a.txt"), "a.txt", "{directory}");
            assert_eq!(seen_from("a.txt", directory), Some("a.txt"), "{directory}");
        }
        assert_eq!(below("./app/", "a.txt"), "app/a.txt");
        assert_eq!(seen_from("app/a.txt", "./app/"), Some("a.txt"));
        assert_eq!(seen_from("application/a.txt", "app"), None);
    }

    #[test]
    fn an_absolute_path_is_found_by_its_longest_tail() {
        let world = World::new().file("app/src/a.py", "").file("src/a.py", "");
        world.enter(|| {
            assert_eq!(existing("'/home/ci/work/app/src/a.py'", ".").as_deref(), Some("app/src/a.py"));
            assert_eq!(existing("/home/ci/work/src/a.py", ".").as_deref(), Some("src/a.py"));
            assert_eq!(existing("/home/ci/work/src", ".").as_deref(), Some("src"));
            assert_eq!(existing("/home/ci/work/b.py", "."), None);
        });
    }

    #[test]
    fn a_relative_path_lies_below_the_stage_s_directory_or_the_root() {
        let world = World::new().file("app/a.py", "").file("b.py", "");
        world.enter(|| {
            assert_eq!(existing("./a.py", "app").as_deref(), Some("app/a.py"));
            assert_eq!(existing("b.py", "app").as_deref(), Some("b.py"));
            assert_eq!(existing("ci/work/b.py", "app"), None);
            assert_eq!(existing("../b.py", "app"), None);
        });
    }

    #[test]
    fn the_wanted_tail_may_be_anything() {
        let is_wanted = |tail: &str| !tail.contains("work");
        assert_eq!(longest_tail("`/home/work/.venv/bin`", is_wanted).as_deref(), Some(".venv/bin"));
        assert_eq!(longest_tail("/a/../b", |_| true), None);
        assert_eq!(longest_tail("/", |_| true), None);
    }
}
