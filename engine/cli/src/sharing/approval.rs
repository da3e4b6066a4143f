//! A person's word that a plugin may be used: asked for, or given beforehand, and written down.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, anyhow};
use bundle::Digest;
use bundle::lock::{Change, Entry, Lock, changes};
use bundle::manifest::grant_lines;
use pipeline::definition::Grant;

use super::gate::{LOCK, in_force};
use super::installed::Installed;
use super::offer::Offered;
use super::trust::Trust;
use super::{grant_file, words};
use crate::exit::{self, Failure};
use crate::people;
use crate::pipeline_file;
use crate::project::Project;
use crate::report::paint::{HEALED, NAME, PASSED, harmless, paint};

/// Longest change that is shown, in characters.
const SHOWN: usize = 300;

/// How somebody says yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// On the command line.
    Given,
    /// When asked; or beforehand, by a grant for these very bytes in the pipeline file.
    Asked,
}

/// A plugin that somebody is to approve.
pub struct Approval<'a> {
    /// The project.
    pub project: &'a Project,
    /// Whose signatures count.
    pub trust: &'a Trust,
    /// The plugin.
    pub offered: &'a Offered,
}

impl Approval<'_> {
    /// Shows what it asks for, has it approved, and writes it down: the grant, then the lock. Says no to processes of the
    /// engine itself: what a plugin may do is a person's business.
    pub fn settle(&self, consent: Consent) -> Result<(), Failure> {
        let id = self.id();
        people::must_be_a_person(&format!("approve {id}"))?;
        let root = &self.project.root;
        let requested = self.offered.verified.contents().manifest.requested();
        let wasm = self.offered.verified.bundle().component_digest();
        let given = self.given_grant(wasm)?;
        let grant = match &given {
            Some(given) => in_force(Some(given), &wasm.to_string(), &requested),
            None => Grant { digest: Some(wasm.to_string()), ..requested.clone() },
        };
        let entry = Entry::offered(&self.offered.verified, &self.offered.source, &grant);
        let path = root.join(LOCK);
        let lock = Lock::read(&path).map_err(Failure::plugin)?;
        let changes = changes(lock.get(id), &entry);
        let writes_grant = given.is_none() && !grant_lines(&grant).is_empty();
        words::introduce(&self.offered.verified, self.trust);
        if changes.is_empty() && !writes_grant {
            say!("{} {id} is approved as it is", paint(PASSED, "✓"));
            return self.clean_up(&lock);
        }
        show(&changes);
        if let Some(given) = &given {
            show_what_is_left_out(&requested, given);
        }
        if writes_grant {
            grant_file::check(root, id, &grant)?;
        }
        if changes.iter().any(Change::needs_approval) || writes_grant {
            self.hear(consent, given.is_some(), &grant)?;
        }
        if writes_grant {
            grant_file::set(root, id, &grant)?;
        }
        let lock = Lock::update(&path, |lock| {
            lock.approve(entry.clone());
            lock.clone()
        });
        let lock = lock.map_err(Failure::plugin)?;
        let grants = if writes_grant { format!("{LOCK} and {}", pipeline_file::NATIVE) } else { LOCK.to_owned() };
        say!("{} {} {} (written to {grants})", paint(PASSED, "✓ approved"), paint(NAME, id), entry.version);
        self.clean_up(&lock)
    }

    fn id(&self) -> &str {
        &self.offered.verified.contents().manifest.id
    }

    /// The grant in the pipeline file, if it is one for these very bytes.
    fn given_grant(&self, wasm: Digest) -> Result<Option<Grant>, Failure> {
        let (source, _) = pipeline_file::read_settings(&self.project.root)?;
        let settings = pipeline_file::settings(&source, &self.project.name);
        let of_these_bytes = |grant: &&Grant| grant.digest.as_deref() == Some(wasm.to_string().as_str());
        Ok(settings.plugins.grants.get(self.id()).filter(of_these_bytes).cloned())
    }

    /// Whether somebody says yes.
    fn hear(&self, consent: Consent, is_granted_before: bool, grant: &Grant) -> Result<(), Failure> {
        let id = self.id();
        if consent == Consent::Given {
            return Ok(());
        }
        if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
            let question = format!("use {id} in {}?", self.project.root.display());
            return if ask(&question)? {
                Ok(())
            } else {
                Err(no(anyhow!("{id} was not approved; nothing was changed")))
            };
        }
        if is_granted_before {
            return Ok(());
        }
        let lines = grant_file::lines(id, grant);
        Err(no(anyhow!("{id} has to be approved by a person, and this is no terminal to ask one at"))
            .hint(format!("selfheal plugin approve {id} in a terminal asks; --yes says yes to all that it asks for"))
            .hint(format!("or grant it beforehand, in {}:\n{lines}", pipeline_file::NATIVE)))
    }

    fn clean_up(&self, lock: &Lock) -> Result<(), Failure> {
        let installed = Installed::of(self.project);
        installed.set_offer(self.id(), None)?;
        installed.sweep(lock)
    }
}

fn no(error: anyhow::Error) -> Failure {
    Failure { code: exit::PLUGIN, error, hints: Vec::new() }
}

fn show(changes: &[Change]) {
    say!("  what changes");
    for change in changes {
        let text = harmless(&change.to_string(), SHOWN);
        if change.needs_approval() { say!("    {}", paint(HEALED, text)) } else { say!("    {text}") }
    }
}

/// What the plugin asks for and the pipeline file's grant does not give: not an error, and worth knowing.
fn show_what_is_left_out(requested: &Grant, given: &Grant) {
    let given = grant_lines(given);
    let left_out: Vec<String> = grant_lines(requested).into_iter().filter(|line| !given.contains(line)).collect();
    if !left_out.is_empty() {
        say!("  not granted in {}: {}", pipeline_file::NATIVE, harmless(&left_out.join(", "), SHOWN));
    }
}

fn ask(question: &str) -> Result<bool, Failure> {
    let mut stderr = std::io::stderr();
    let asked = write!(stderr, "{question} [y/N] ").and_then(|()| stderr.flush());
    asked.context("ask for approval")?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).context("read the answer")?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// A component in a plugin folder, to be approved where it lies. Its source in the lock is its path, relative to the project
/// where that is possible.
pub fn loose(project: &Project, path: &Path, trust: &Trust) -> Result<Offered, Failure> {
    let bundle = super::offer::of_component(path)?;
    let verified = super::offer::judged(bundle, trust, super::offer::Signatures::Waived)?;
    super::offer::check_loadable(verified.bundle().component())?;
    let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let source = real.strip_prefix(&project.root).unwrap_or(&real).display().to_string();
    Ok(Offered { verified, source })
}
