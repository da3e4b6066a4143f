//! Which well-known programs are installed.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use driver::ports::Tool;

/// Programs that planners and healers ask for.
pub const WELL_KNOWN_TOOLS: [&str; 45] = [
    "sh", "bash", "git", "python3", "python", "pip", "uv", "poetry", "pipenv", "tox", "pytest", "node", "npm", "pnpm",
    "yarn", "npx", "corepack", "cargo", "rustc", "rustup", "go", "java", "mvn", "gradle", "make", "cmake", "ninja",
    "gcc", "cc", "clang", "docker", "podman", "ruby", "bundle", "php", "composer", "dotnet", "curl", "wget", "tar",
    "unzip", "apt-get", "dnf", "apk", "brew",
];

/// The programs of `names` that are found in `path` (as in the variable `PATH`), in the order of `names`. Only absolute
/// directories count: others depend on where a command runs. Costs one `stat` a name and directory.
pub fn find_tools(path: &str, names: &[&str]) -> Vec<Tool> {
    let directories: Vec<PathBuf> = std::env::split_paths(path).filter(|directory| directory.is_absolute()).collect();
    let find = |name: &&str| {
        let file = directories.iter().map(|directory| directory.join(name)).find(|file| is_executable(file))?;
        Some(Tool { name: (*name).to_owned(), path: file.to_str()?.to_owned() })
    };
    names.iter().filter_map(find).collect()
}

pub(crate) fn is_executable(file: &Path) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_executable_file_on_the_path_counts() {
        let dir = tempfile::tempdir().expect("temporary directory");
        let make = |place: &str, name: &str, mode: u32| {
            let file = dir.path().join(place).join(name);
            std::fs::create_dir_all(file.parent().expect("parent")).expect("create");
            std::fs::write(&file, "").expect("write");
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).expect("mode");
        };
        make("a", "git", 0o644);
        make("b", "git", 0o755);
        make("c", "git", 0o755);
        make("c", "sh", 0o755);
        std::fs::create_dir_all(dir.path().join("a/node")).expect("create");

        let path = ["a", "b", "c"].map(|part| dir.path().join(part).display().to_string()).join(":");
        let found = find_tools(&format!("relative:{path}"), &["sh", "node", "git", "cargo"]);
        let found: Vec<(&str, String)> = found.iter().map(|tool| (tool.name.as_str(), tool.path.clone())).collect();
        let at = |place: &str| dir.path().join(place).display().to_string();
        assert_eq!(found, [("sh", at("c/sh")), ("git", at("b/git"))]);
    }

    #[test]
    fn shell_of_this_machine_is_found() {
        let found = find_tools("/usr/local/bin:/usr/bin:/bin", &WELL_KNOWN_TOOLS);
        assert!(found.iter().any(|tool| tool.name == "sh"));
    }
}
