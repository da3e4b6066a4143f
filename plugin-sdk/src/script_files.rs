//! Shell scripts of the workspace, where a stage's command only names the file that holds what is run.

use crate::{host, path};

/// Most scripts that are read for one command.
const MOST: usize = 4;

/// The texts of the shell scripts that a command names, e.g. that of `ci/build.sh` for `bash ci/build.sh --all`; none for what
/// is no file of the workspace. A script that another script calls is not read.
pub fn named_in(command: &str, directory: &str) -> Vec<String> {
    let words = command.split(|c: char| c.is_whitespace() || ";&|()'\"".contains(c));
    let names = words.filter(|word| word.ends_with(".sh") || word.ends_with(".bash")).take(MOST);
    names.filter_map(|name| host::workspace::read_text(&path::below(directory, name)).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    #[test]
    fn scripts_that_a_command_names_are_read_and_nothing_else() {
        let read = |command: &str| {
            let world = World::new().file("app/ci/build.sh", "make").file("app/b.bash", "true").file("app/a.py", "");
            world.enter(|| named_in(command, "app"))
        };
        assert_eq!(read("bash ci/build.sh --all"), ["make"]);
        assert_eq!(read("(./ci/build.sh && . b.bash)"), ["make", "true"]);
        assert!(read("python a.py; sh gone.sh").is_empty());
    }
}
