//! Makes the names of stages unique: by folder, and by ecosystem where a folder has several.

use plugin_sdk::prelude::*;

use crate::folders::Folder;

/// All stages under their final names, in the order given.
pub fn joined(parts: Vec<(Folder, Vec<PlannedStage>)>) -> Vec<PlannedStage> {
    let directories: Vec<String> = parts.iter().map(|(folder, _)| folder.directory.clone()).collect();
    let mut all = Vec::new();
    for (folder, stages) in parts {
        let is_mixed = directories.iter().filter(|directory| **directory == folder.directory).count() > 1;
        let prefix = prefix_of(&folder, is_mixed);
        for mut stage in stages {
            stage.name = format!("{prefix}{}", stage.name);
            stage.needs = stage.needs.into_iter().map(|need| format!("{prefix}{need}")).collect();
            stage.directory = folder.directory.clone();
            stage.ecosystem = folder.ecosystem.code().to_owned();
            all.push(stage);
        }
    }
    all
}

/// What stands before the names of a folder's stages.
fn prefix_of(folder: &Folder, is_mixed: bool) -> String {
    let mut prefix = String::new();
    if folder.directory != "." {
        prefix.push_str(&kebab(&folder.directory));
        prefix.push('-');
    }
    if is_mixed {
        prefix.push_str(folder.ecosystem.code());
        prefix.push('-');
    }
    prefix
}

fn kebab(path: &str) -> String {
    let plain: String =
        path.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    plain.trim_matches('-').to_owned()
}
