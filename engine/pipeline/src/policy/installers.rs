//! Package managers of the operating system: they change the machine for everybody and for good, so that no scratch holds
//! what they do and nothing is undone. Only the pipeline file can allow one, to one plugin, and then only to install.

use crate::policy::commands::programs_in;
use crate::policy::context::Context;
use crate::policy::refusal::{Refusal, rule};
use crate::policy::tables::commands as table;
use crate::remedy::Remedy;

/// Checks a command of a remedy that may call a package manager.
///
/// # Errors
/// The pipeline file does not grant the program to the plugin, or the command is not a plain installation of named packages.
pub(super) fn check(argv: &[String], remedy: &Remedy, context: &Context<'_>) -> Result<(), Refusal> {
    let words: Vec<&str> = argv.iter().map(String::as_str).collect();
    let Some(name) = programs_in(&words).into_iter().find(|name| table::INSTALLERS.contains(&name.as_str())) else {
        return Ok(());
    };
    let refuse = |message: String| Err(Refusal::new(rule::CHANGES_MACHINE, message));
    let plugin = remedy.plugin.as_str();
    let is_granted = context.grants.get(plugin).is_some_and(|grant| grant.process.contains(&name));
    if !is_granted {
        return refuse(format!(
            "{name} changes the machine; to let {plugin} install packages with it, add to [plugins.grants.\"{plugin}\"]: \
             process = [\"{name}\"]"
        ));
    }
    let shape = table::INSTALLATIONS.iter().find(|shape| shape.program == name);
    let is_plain = shape.is_some_and(|shape| {
        // A path would be another program of that name.
        let Some(rest) = words.strip_prefix(&[shape.program]) else { return false };
        let Some(rest) = rest.strip_prefix(shape.subcommand) else { return false };
        let (flags, packages): (Vec<&str>, Vec<&str>) = rest.iter().partition(|word| word.starts_with('-'));
        flags.iter().all(|flag| shape.flags.contains(flag))
            && !packages.is_empty()
            && packages.iter().all(|package| is_package(package))
    });
    if is_plain { Ok(()) } else { refuse(format!("{} is no plain installation of named packages", words.join(" "))) }
}

/// Whether a word names a package and nothing else: no file, no address, no version, and no mark at its end by which `apt-get`
/// would remove the package (`name-`).
fn is_package(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphanumeric())
        && word.len() <= 128
        && !word.ends_with(['-', '.'])
        && word.chars().all(|c| c.is_ascii_alphanumeric() || "+-._@".contains(c))
}
