//! `selfheal plugin remove`: a plugin leaves the project.

use anyhow::anyhow;
use bundle::lock::Lock;

use crate::args::RemoveArgs;
use crate::exit::{self, Failure};
use crate::people;
use crate::project::Project;
use crate::report::paint::{NAME, PASSED, paint};
use crate::sharing::gate::{LOCK, read_lock};
use crate::sharing::grant_file;
use crate::sharing::installed::{Installed, is_loose};

/// Removes its approval, its grant, its bundle and what waits.
pub fn remove(args: &RemoveArgs) -> Result<u8, Failure> {
    let id = &args.id;
    people::must_be_a_person(&format!("remove {id}"))?;
    let project = Project::at(&args.dir)?;
    let installed = Installed::of(&project);
    let lock = read_lock(&project)?;
    let approved = lock.as_ref().and_then(|lock| lock.get(id)).cloned();
    let is_offered = installed.offers()?.contains_key(id);
    let had_grant = grant_file::remove(&project.root, id)?;
    let left = match (&approved, lock) {
        (Some(_), _) => Lock::update(&project.root.join(LOCK), |lock| {
            lock.remove(id);
            lock.clone()
        })
        .map_err(Failure::plugin)?,
        (None, lock) => lock.unwrap_or_default(),
    };
    installed.set_offer(id, None)?;
    installed.sweep(&left)?;
    if approved.is_none() && !is_offered && !had_grant {
        return Err(Failure::plugin(anyhow!("there is nothing of a plugin {id} here"))
            .hint("selfheal plugin list shows the plugins that are used"));
    }
    say!("{} {}", paint(PASSED, "✓ removed"), paint(NAME, id));
    if let Some(entry) = approved.filter(|entry| is_loose(&entry.source)) {
        say!("hint: its file stays where it is, and is not used any more: {}", entry.source);
    }
    Ok(exit::PASSED)
}
