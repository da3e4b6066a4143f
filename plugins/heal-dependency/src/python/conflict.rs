//! Requirements that exclude each other, as pip's resolver explains them.

use plugin_sdk::prelude::*;

use super::Project;
use super::requirements::{normal, parse};

const USER: &str = "The user requested ";
const DEPENDS: &str = " depends on ";

/// Remedies that move one requirement of the project to what the other side needs.
pub fn remedies(log: &dyn Log, project: &Project) -> Vec<Remedy> {
    let texts =
        |needle: &str| -> Vec<String> { log.containing(needle, 100).into_iter().map(|line| line.text).collect() };
    let asked: Vec<(String, String)> = texts(USER)
        .iter()
        .filter_map(|line| parse(line.split_once(USER)?.1))
        .map(|(name, specifiers, _)| (normal(&name), specifiers))
        .collect();
    let mut remedies = Vec::new();
    for line in texts(DEPENDS) {
        let Some((owner, needs)) = line.split_once(DEPENDS) else { continue };
        let Some((name, specifiers, _)) = parse(needs.trim_end_matches('.')) else { continue };
        let is_asked_otherwise = asked.iter().any(|(asked, by)| *asked == normal(&name) && *by != specifiers);
        if !is_asked_otherwise || specifiers.is_empty() {
            continue;
        }
        let owner = owner.trim();
        let follow = remedy("dependency", format!("require {name}{specifiers}, as {owner} does"))
            .because(format!("the project asks for another version of {name} than {owner} works with"))
            .confidence(0.65);
        remedies.extend(project.require(follow, &name, &specifiers));
        let owner_name = owner.split([' ', '[']).next().unwrap_or(owner);
        if let Some(declared) = project.manifests.find(owner_name).filter(|declared| !declared.specifiers.is_empty()) {
            let edit = project.manifests.change(declared, &declared.written, "", &declared.marker);
            let free = edit.and_then(|edit| {
                let proposed = remedy(
                    "dependency",
                    format!("let the resolver choose the version of {}", declared.written),
                )
                .because(format!(
                    "{owner} does not work with the version of {name} that the project asks for; another one may"
                ))
                .confidence(0.5)
                .action(edit);
                project.installed(proposed, &declared.path, &declared.written)
            });
            remedies.extend(free);
        }
    }
    let mut titles: Vec<String> = Vec::new();
    remedies.retain(|remedy: &Remedy| {
        let is_new = !titles.contains(&remedy.title);
        titles.push(remedy.title.clone());
        is_new
    });
    remedies
}
