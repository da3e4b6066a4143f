//! What lies beside a project: packages for the server, a remote repository. Made once for an ecosystem, because making it costs
//! more than most faults, and then copied for each lab.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

/// The folder that the script of an ecosystem made, once it did.
pub type Outside = OnceLock<TempDir>;

/// Puts a copy of what the script makes into a folder. In texts, `fill` puts in what is known only for one lab; the script finds
/// the place `@SERVER@` in the variable `SERVER`.
pub fn place(made: &Outside, script: &str, folder: &Path, fill: &dyn Fn(&str) -> String) {
    let template = made.get_or_init(|| make(script));
    copy(template.path(), folder, fill);
}

fn make(script: &str) -> TempDir {
    let folder = tempfile::Builder::new().prefix("outside-").tempdir().expect("a folder for what lies outside");
    std::fs::create_dir(folder.path().join("site")).expect("a folder for the server");
    let mut command = Command::new("sh");
    command.args(["-euc", script]).current_dir(folder.path()).stdin(Stdio::null());
    command.env("SERVER", "@SERVER@").env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    let output = command.output().expect("start a shell");
    assert!(output.status.success(), "{script}\n{}", String::from_utf8_lossy(&output.stderr));
    folder
}

fn copy(from: &Path, to: &Path, fill: &dyn Fn(&str) -> String) {
    std::fs::create_dir_all(to).expect("make a folder");
    for entry in std::fs::read_dir(from).expect("list a folder") {
        let entry = entry.expect("an entry of a folder");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a kind of file").is_dir() {
            copy(&entry.path(), &target, fill);
            continue;
        }
        std::fs::copy(entry.path(), &target).expect("copy a file");
        if let Ok(text) = std::fs::read_to_string(&target)
            && ["@SERVER@", "@OUTSIDE@"].iter().any(|place| text.contains(place))
        {
            std::fs::write(&target, fill(&text)).expect("fill a file");
        }
    }
}
