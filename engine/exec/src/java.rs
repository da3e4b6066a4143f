//! Which Java development kits are installed. A build that needs another Java than the machine's first one can be pointed to
//! any of them by `JAVA_HOME`; which of them that may be is decided here and nowhere else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use driver::ports::Tool;

use crate::tools::is_executable;

/// Directories below which packages of Linux distributions, of vendors and of macOS put development kits, one each.
const PLACES: &[&str] =
    &["/usr/lib/jvm", "/usr/lib64/jvm", "/usr/java", "/opt/java", "/opt/jdk", "/Library/Java/JavaVirtualMachines"];
/// The same below the home directory: SDKMAN and IntelliJ.
const PLACES_AT_HOME: &[&str] = &[".sdkman/candidates/java", ".jdks", "Library/Java/JavaVirtualMachines"];
/// Most kits that are looked at: machines of CI services have up to a dozen.
const MOST: usize = 64;

/// A development kit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JavaHome {
    /// The Java that it is: 8, 11, 17, …
    pub version: u32,
    /// Its directory, absolute and without links.
    pub home: String,
}

impl JavaHome {
    /// Its compiler, under a name that says the version: `javac-17`.
    pub fn compiler(&self) -> Tool {
        Tool { name: format!("javac-{}", self.version), path: format!("{}/bin/javac", self.home) }
    }
}

/// The kits that are installed outside of the workspace, oldest Java first and one of each version: those that variables name
/// (`JAVA_HOME`, and `JAVA_HOME_17_X64` as on the machines of GitHub), that of the search path, and those in the usual places.
/// What has no `bin/java`, no `bin/javac` or no `release` file that says its version is none. Costs a few file system calls.
pub fn find_java_homes(environment: &BTreeMap<String, String>, workspace: &Path) -> Vec<JavaHome> {
    let workspace = workspace.canonicalize().unwrap_or_else(|_| workspace.to_owned());
    let mut found: Vec<JavaHome> = Vec::new();
    for place in places(environment).into_iter().take(MOST) {
        let known = ["", "Contents/Home"].iter().find_map(|below| kit(&place.join(below), &workspace));
        if let Some(kit) = known.filter(|kit| found.iter().all(|other| other.version != kit.version)) {
            found.push(kit);
        }
    }
    found.sort_by_key(|kit| kit.version);
    found
}

fn places(environment: &BTreeMap<String, String>) -> Vec<PathBuf> {
    let value = |name: &str| environment.get(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let is_home = |name: &str| name == "JDK_HOME" || name.starts_with("JAVA_HOME_");
    let named = environment.keys().filter(|name| is_home(name)).filter_map(|name| value(name));
    let path = environment.get("PATH").map_or("", String::as_str);
    let first = std::env::split_paths(path).map(|directory| directory.join("javac")).find(|file| is_executable(file));
    let first = first.and_then(|file| Some(file.canonicalize().ok()?.parent()?.parent()?.to_owned()));
    let at_home = value("HOME").into_iter().flat_map(|home| PLACES_AT_HOME.iter().map(move |place| home.join(place)));
    let parents = PLACES.iter().map(PathBuf::from).chain(at_home);
    value("JAVA_HOME")
        .into_iter()
        .chain(first)
        .chain(named)
        .chain(parents.flat_map(|parent| children(&parent)))
        .collect()
}

/// The directories in a directory, in the order of their names.
fn children(parent: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    let mut children: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    children.sort();
    children
}

fn kit(place: &Path, workspace: &Path) -> Option<JavaHome> {
    if !place.is_absolute() {
        return None;
    }
    let home = place.canonicalize().ok()?;
    let is_kit = ["bin/java", "bin/javac"].iter().all(|program| is_executable(&home.join(program)));
    // What lies in the workspace, a remedy or the project itself could have put there.
    if !is_kit || home.starts_with(workspace) {
        return None;
    }
    let release = std::fs::read_to_string(home.join("release")).ok()?;
    let version = version_in(&release)?;
    let home = home.to_str().filter(|home| !home.contains(char::is_control))?.to_owned();
    Some(JavaHome { version, home })
}

/// The version in a `release` file: `JAVA_VERSION="17.0.15"`, and `"1.8.0_392"` for Java 8.
fn version_in(release: &str) -> Option<u32> {
    let value = release.lines().find_map(|line| line.strip_prefix("JAVA_VERSION="))?.trim().trim_matches('"');
    let mut numbers = value.split(|c: char| !c.is_ascii_digit()).map(str::parse::<u32>);
    let first = numbers.next()?.ok()?;
    if first == 1 { numbers.next()?.ok() } else { Some(first) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn make(home: &Path, release: &str) -> String {
        for program in ["java", "javac"] {
            let file = home.join("bin").join(program);
            std::fs::create_dir_all(file.parent().expect("parent")).expect("create");
            std::fs::write(&file, "").expect("write");
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).expect("mode");
        }
        std::fs::write(home.join("release"), release).expect("write");
        home.display().to_string()
    }

    fn environment(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn kits_that_variables_name_are_found_with_their_version() {
        let dir = tempfile::tempdir().expect("temporary directory");
        let outside = dir.path().canonicalize().expect("a directory");
        // Versions that no machine has, so that those of this one do not matter.
        let old = make(&outside.join("old"), "JAVA_VERSION=\"1.901.0_392\"\n");
        let new = make(&outside.join("new"), "IMPLEMENTOR=\"Widget\"\nJAVA_VERSION=\"902.0.3\"\n");
        let env = environment(&[("JAVA_HOME", &new), ("JAVA_HOME_901_X64", &old), ("PATH", "")]);
        let found = find_java_homes(&env, &outside.join("work"));
        let found: Vec<&JavaHome> = found.iter().filter(|kit| kit.version > 900).collect();
        assert_eq!(found, [&JavaHome { version: 901, home: old }, &JavaHome { version: 902, home: new.clone() }]);
        assert_eq!(found[1].compiler(), Tool { name: "javac-902".to_owned(), path: format!("{new}/bin/javac") });
    }

    #[test]
    fn what_is_in_the_workspace_or_no_kit_is_none() {
        let dir = tempfile::tempdir().expect("temporary directory");
        let outside = dir.path().canonicalize().expect("a directory");
        let work = outside.join("work");
        let inside = make(&work.join("jdk"), "JAVA_VERSION=\"901\"\n");
        std::os::unix::fs::symlink(&inside, outside.join("link")).expect("link");
        let silent = make(&outside.join("silent"), "IMPLEMENTOR=\"Widget\"\n");
        let runtime = make(&outside.join("runtime"), "JAVA_VERSION=\"902\"\n");
        std::fs::remove_file(outside.join("runtime/bin/javac")).expect("remove");
        for home in [&inside, &outside.join("link").display().to_string(), &silent, &runtime, "jdk"] {
            let found = find_java_homes(&environment(&[("JAVA_HOME", home), ("PATH", "")]), &work);
            assert!(found.iter().all(|kit| kit.version < 900), "{home}: {found:?}");
        }
    }
}
