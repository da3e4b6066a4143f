//! `selfheal plugin approve`: a person lets a plugin be used in a project.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use bundle::Digest;

use crate::args::ApprovePluginArgs;
use crate::exit::{self, Failure};
use crate::people;
use crate::pipeline_file;
use crate::project::Project;
use crate::sharing::approval::{Approval, Consent, loose};
use crate::sharing::gate::read_lock;
use crate::sharing::installed::{Installed, is_loose};
use crate::sharing::offer::{Offered, Signatures, judged};
use crate::sharing::trust::{self, Trust};

/// Approves.
pub fn approve(args: &ApprovePluginArgs) -> Result<u8, Failure> {
    people::must_be_a_person(&format!("approve {}", args.id))?;
    let project = Project::at(&args.dir)?;
    let trust = trust::read(args.trust.trust.as_deref())?;
    let offered = find(args, &project, &trust)?;
    let found = &offered.verified.contents().manifest.id;
    if *found != args.id {
        return Err(Failure::plugin(anyhow!("what is there under the name {} calls itself {found}", args.id))
            .hint(format!("give the file that name: {found}.wasm")));
    }
    let consent = if args.yes { Consent::Given } else { Consent::Asked };
    Approval { project: &project, trust: &trust, offered: &offered }.settle(consent)?;
    Ok(exit::PASSED)
}

/// What is to be approved: what was fetched last, else what lies in a plugin folder, else what was approved before, anew.
fn find(args: &ApprovePluginArgs, project: &Project, trust: &Trust) -> Result<Offered, Failure> {
    let installed = Installed::of(project);
    let of_bundle = |manifest: Digest, is_unsigned: bool, source: &str| -> Result<Offered, Failure> {
        // The bundle is verified again: the policy may have changed since it was fetched.
        let signatures = if is_unsigned { Signatures::Waived } else { Signatures::Wanted };
        let verified = judged(installed.open(manifest)?, trust, signatures)?;
        Ok(Offered { verified, source: source.to_owned() })
    };
    if let Some(offer) = installed.offers()?.remove(&args.id) {
        return of_bundle(offer.manifest, offer.is_unsigned, &offer.source);
    }
    for folder in folders(args, project)? {
        let path = folder.join(format!("{}.wasm", args.id));
        if path.is_file() {
            return loose(project, &path, trust);
        }
    }
    let lock = read_lock(project)?.unwrap_or_default();
    if let Some(entry) = lock.get(&args.id).filter(|entry| !is_loose(&entry.source)) {
        return of_bundle(entry.manifest, entry.signers.is_empty(), &entry.source);
    }
    Err(Failure::plugin(anyhow!("there is no plugin {} to approve", args.id))
        .hint("selfheal plugin install REF|FILE fetches one; selfheal plugin list shows what waits"))
}

fn folders(args: &ApprovePluginArgs, project: &Project) -> Result<Vec<PathBuf>, Failure> {
    let (source, _) = pipeline_file::read_settings(&project.root)?;
    let settings = pipeline_file::settings(&source, &project.name);
    let of_file = settings.plugins.dir.as_deref().map(|dir| project.root.join(Path::new(dir)));
    // The command line's win, as they do in a run.
    Ok(args.plugins.iter().rev().cloned().chain(of_file).collect())
}
