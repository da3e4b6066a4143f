//! `selfheal plugin install`: fetch, compare with the digest, judge the signatures, look inside, show what it asks for. Nothing
//! is compiled or run, and nothing is used before it is approved.

use anyhow::anyhow;
use bundle::lock::Entry;
use bundle::registry::{Reference, Target};

use crate::args::{InstallArgs, RegistryArgs};
use crate::exit::{self, Failure};
use crate::people;
use crate::project::Project;
use crate::report::paint::{NAME, PASSED, paint};
use crate::sharing::approval::{Approval, Consent};
use crate::sharing::gate::read_lock;
use crate::sharing::installed::{Installed, Offer, is_loose, open};
use crate::sharing::offer::{self, Offered, Signatures};
use crate::sharing::trust::{self, Trust};
use crate::sharing::words;

/// Installs.
pub fn install(args: &InstallArgs) -> Result<u8, Failure> {
    if args.fetch.yes {
        people::must_be_a_person("approve a plugin")?;
    }
    let project = Project::at(&args.fetch.dir)?;
    let trust = trust::read(args.fetch.trust.trust.as_deref())?;
    let Some(name) = &args.plugin else { return install_locked(&project, &trust, args.fetch.registry) };
    let signatures = if args.allow_unsigned { Signatures::Waived } else { Signatures::Wanted };
    let all = offer::fetch(name, &trust, args.fetch.registry, signatures)?;
    for offered in &all {
        take(&project, &trust, offered, args.fetch.yes)?;
    }
    Ok(exit::PASSED)
}

/// Keeps a verified plugin. It is used at once if it is the approved one already, or with a yes on the command line.
pub fn take(project: &Project, trust: &Trust, offered: &Offered, is_approved: bool) -> Result<(), Failure> {
    let installed = Installed::of(project);
    let bundle = offered.verified.bundle();
    let manifest = &offered.verified.contents().manifest;
    let id = &manifest.id;
    installed.keep(bundle)?;
    let lock = read_lock(project)?.unwrap_or_default();
    if lock.get(id).is_some_and(|entry| entry.admits_bundle(bundle).is_ok()) {
        installed.set_offer(id, None)?;
        say!("{} {} {}, as plugins.lock approves it", paint(PASSED, "✓ installed"), paint(NAME, id), manifest.version);
        return installed.sweep(&lock);
    }
    let is_unsigned = offered.verified.judgement().signers.is_empty();
    let offer = Offer { source: offered.source.clone(), manifest: bundle.digest(), is_unsigned };
    installed.set_offer(id, Some(offer))?;
    installed.sweep(&lock)?;
    if is_approved {
        return Approval { project, trust, offered }.settle(Consent::Given);
    }
    words::introduce(&offered.verified, trust);
    say!("{} {} {}; it is not used yet", paint(PASSED, "✓ installed"), paint(NAME, id), manifest.version);
    say!("hint: selfheal plugin approve {id}");
    Ok(())
}

/// Installs what the lock names, e.g. on a fresh machine: by digest, so that it needs no approval.
fn install_locked(project: &Project, trust: &Trust, registry: RegistryArgs) -> Result<u8, Failure> {
    let lock = read_lock(project)?.unwrap_or_default();
    let installed = Installed::of(project);
    let mut count = 0;
    for entry in lock.entries().filter(|entry| !is_loose(&entry.source)) {
        trust::check_revocation(&trust.policy, entry).map_err(|why| Failure::plugin(anyhow!("{}: {why}", entry.id)))?;
        let is_there = installed.open(entry.manifest).is_ok_and(|bundle| entry.admits_bundle(&bundle).is_ok());
        if !is_there {
            let bundle = fetch_locked(entry, trust, registry)?;
            entry
                .admits_bundle(&bundle)
                .map_err(|mismatch| Failure::plugin(anyhow!("{} from {}: {mismatch}", entry.id, entry.source)))?;
            installed.keep(&bundle)?;
        }
        count += 1;
        say!("{} {} {}", paint(PASSED, "✓ installed"), paint(NAME, &entry.id), entry.version);
    }
    if count == 0 {
        say!("plugins.lock names no plugin to fetch");
        say!("hint: selfheal plugin install HOST/REPOSITORY:TAG");
        return Ok(exit::NOTHING);
    }
    Ok(exit::PASSED)
}

fn fetch_locked(entry: &Entry, trust: &Trust, registry: RegistryArgs) -> Result<bundle::Bundle, Failure> {
    // Somebody who approved it without a signature did so for these very bytes.
    let signatures = if entry.signers.is_empty() { Signatures::Waived } else { Signatures::Wanted };
    match entry.source.parse::<Reference>() {
        Ok(tagged) => {
            let pinned = tagged.repository.at(Target::Digest(entry.manifest));
            let offered = offer::from_registry(&pinned, trust, registry, signatures)?;
            Ok(offered.verified.bundle().clone())
        }
        Err(_) => {
            let bundle = open(std::path::Path::new(&entry.source))
                .map_err(|failure| failure.hint(format!("{} was approved from that file", entry.id)))?;
            Ok(offer::judged(bundle, trust, signatures)?.bundle().clone())
        }
    }
}
