//! `selfheal plugin test --record`: fixtures out of the incidents of a real run.

use std::path::Path;

use anyhow::anyhow;
use driver::effects::log_path;
use plugin_project::Project as PluginProject;
use plugin_project::record::{Asks, incidents};
use plugin_project::scaffold::Role;

use crate::drive;
use crate::exit::{self, Failure};
use crate::project::Project;
use crate::report::paint::{PASSED, paint};

/// Writes one fixture for each incident of a run of the project `from`.
pub fn record(plugin: &PluginProject, run: &str, from: &Path) -> Result<u8, Failure> {
    let asks = match plugin.manifest.roles.as_slice() {
        roles if roles.contains(&Role::Healer) => Asks::Healer,
        roles if roles.contains(&Role::Classifier) => Asks::Classifier,
        _ => {
            return Err(Failure::bad_input(anyhow!("incidents are recorded for healers and classifiers"))
                .hint("write the question of another role by hand: the author's guide shows one of each"));
        }
    };
    let project = Project::at(from)?;
    if !project.state.database().exists() {
        return Err(Failure::bad_input(anyhow!("there is no recorded run of {}", project.root.display()))
            .hint("name the project's folder with --from"));
    }
    let store = drive::open_store(&project.state)?;
    let run = store.run(run).map_err(|error| {
        Failure::bad_input(anyhow::Error::new(error)).hint("selfheal history lists the runs of a project")
    })?;
    let found = incidents(&store.records(&run.run).map_err(anyhow::Error::new)?);
    if found.is_empty() {
        return Err(Failure::bad_input(anyhow!("nothing was diagnosed in run {}", run.run)));
    }
    for incident in &found {
        let log = log_path(&project.state, run.run.as_str(), &incident.stage, incident.attempt);
        let path = incident.write(&plugin.fixtures(), asks, &log).map_err(Failure::bad_input)?;
        say!("{} {}", paint(PASSED, "✓ recorded"), path.display());
    }
    tell!("hint: look at it, then accept the answer: selfheal plugin test --update");
    Ok(exit::PASSED)
}
