//! Where a project is, and where the engine keeps what it knows about it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use driver::ports::StatePaths;
use sha2::{Digest as _, Sha256};

use crate::exit::Failure;

/// A project's folders.
#[derive(Clone, Debug)]
pub struct Project {
    /// Root of the workspace, absolute, without symbolic links.
    pub root: PathBuf,
    /// Name of its folder.
    pub name: String,
    /// The engine's state for it, outside of it.
    pub state: StatePaths,
    /// Compiled code of plugins, shared by all projects; `None` where no folder can be named.
    pub cache: Option<PathBuf>,
}

impl Project {
    /// The project in a folder.
    pub fn at(dir: &Path) -> Result<Self, Failure> {
        let root = std::fs::canonicalize(dir)
            .with_context(|| format!("open the project's folder {}", dir.display()))
            .map_err(|error| {
            Failure::bad_input(error).hint("name a folder that exists, such as `selfheal run .`")
        })?;
        if !root.is_dir() {
            return Err(Failure::bad_input(anyhow!("{} is not a folder", root.display()))
                .hint("name the folder that holds selfheal.toml, not the file"));
        }
        let name = root.file_name().map_or_else(|| "root".to_owned(), |name| name.to_string_lossy().into_owned());
        let state = StatePaths { root: state_home()?.join(state_name(&name, &root)) };
        Ok(Self { root, name, state, cache: folder("SELFHEAL_CACHE_DIR", "XDG_CACHE_HOME", ".cache") })
    }

    /// The project around the current folder: the top of its git work tree, or the folder itself. Also returns the current
    /// folder relative to it.
    pub fn around_here() -> Result<(Self, String), Failure> {
        let here = std::env::current_dir().context("read the current folder")?;
        let here = std::fs::canonicalize(&here).unwrap_or(here);
        let root = git_top(&here).unwrap_or_else(|| here.clone());
        let directory = here.strip_prefix(&root).map(|path| path.display().to_string()).unwrap_or_default();
        let directory = if directory.is_empty() { ".".to_owned() } else { directory };
        Ok((Self::at(&root)?, directory))
    }
}

/// `$SELFHEAL_STATE_DIR`, `$XDG_STATE_HOME/selfheal` or `~/.local/state/selfheal`.
fn state_home() -> Result<PathBuf, Failure> {
    folder("SELFHEAL_STATE_DIR", "XDG_STATE_HOME", ".local/state").ok_or_else(|| {
        Failure::bad_input(anyhow!("there is no place for the engine's state: neither HOME nor XDG_STATE_HOME is set"))
            .hint("set SELFHEAL_STATE_DIR to a folder outside of the project")
    })
}

/// `$SELFHEAL_CONFIG_DIR`, `$XDG_CONFIG_HOME/selfheal` or `~/.config/selfheal`: keys and the trust policy.
pub fn config_home() -> Option<PathBuf> {
    folder("SELFHEAL_CONFIG_DIR", "XDG_CONFIG_HOME", ".config")
}

fn folder(own: &str, xdg: &str, under_home: &str) -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set(own)
        .or_else(|| set(xdg).map(|base| base.join("selfheal")))
        .or_else(|| set("HOME").map(|home| home.join(under_home).join("selfheal")))
        .map(|path| std::path::absolute(&path).unwrap_or(path))
}

fn state_name(name: &str, root: &Path) -> String {
    let digest = Sha256::digest(root.as_os_str().as_encoded_bytes());
    let hex: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).take(40).collect();
    format!("{plain}-{hex}")
}

/// The folder with the repository that a folder belongs to.
pub fn git_top(here: &Path) -> Option<PathBuf> {
    // A look for `.git` upwards is all that `git rev-parse --show-toplevel` does for a plain repository, at none of its cost.
    here.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_path_buf)
}

/// The engine's own environment, as commands get it. Values that are not Unicode are left out.
pub fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| !name.starts_with("SELFHEAL_"))
        .collect()
}

/// Values of the variables that the pipeline calls secret.
pub fn secret_values(names: &[String], environment: &BTreeMap<String, String>) -> Vec<String> {
    names.iter().filter_map(|name| environment.get(name)).filter(|value| !value.is_empty()).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_projects_of_one_name_do_not_share_state() {
        let one = state_name("shop", Path::new("/a/shop"));
        let two = state_name("shop", Path::new("/b/shop"));
        assert_ne!(one, two);
        assert!(one.starts_with("shop-"));
    }

    #[test]
    fn a_name_with_odd_characters_makes_a_plain_folder() {
        let name = state_name("my shop/ü", Path::new("/x"));
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)), "{name}");
    }
}
