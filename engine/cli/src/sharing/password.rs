//! Passwords of secret keys: from a file, or asked for at the terminal.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use bundle::keys::{KeyError, SecretKey};

use crate::args::PasswordArgs;
use crate::exit::Failure;
use crate::project;

/// Where the user's key is if nobody says otherwise.
pub fn default_key() -> Result<PathBuf, Failure> {
    project::config_home().map(|folder| folder.join("plugin.key")).ok_or_else(|| {
        Failure::bad_input(anyhow!("there is no place for a key: neither HOME nor XDG_CONFIG_HOME is set"))
            .hint("name a file")
    })
}

/// The password of a new key, asked for twice; `None` for an empty one.
pub fn new_password(args: &PasswordArgs) -> Result<Option<String>, Failure> {
    if let Some(file) = &args.password_file {
        return from_file(file).map(Some);
    }
    must_be_terminal().map_err(|failure| failure.hint("--no-password protects the key by its file's mode alone"))?;
    let first = prompt("password of the new key (empty for none): ")?;
    if first.is_empty() {
        return Ok(None);
    }
    if prompt("the same again: ")? != first {
        return Err(Failure::bad_input(anyhow!("the two passwords differ; no key was made")));
    }
    Ok(Some(first))
}

/// Reads a secret key; its password is asked for only where it has one.
pub fn secret_key(path: &Path, args: &PasswordArgs) -> Result<SecretKey, Failure> {
    let given = args.password_file.as_deref().map(from_file).transpose()?;
    let failed = |error: KeyError| {
        let is_missing = matches!(&error, KeyError::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound);
        let failure = Failure::bad_input(anyhow::Error::new(error).context("read the secret key"));
        if is_missing { failure.hint("selfheal plugin keygen makes one; --key names another") } else { failure }
    };
    match SecretKey::read(path, given.as_deref()) {
        Err(KeyError::PasswordWanted) => {
            must_be_terminal()?;
            let password = prompt(&format!("password of {}: ", path.display()))?;
            SecretKey::read(path, Some(&password)).map_err(failed)
        }
        read => read.map_err(failed),
    }
}

fn from_file(file: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(file).with_context(|| format!("read the password in {}", file.display()));
    let text = text.map_err(Failure::bad_input)?;
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(line.to_owned()),
        _ => Err(Failure::bad_input(anyhow!("{} holds no password in its first line", file.display()))),
    }
}

fn must_be_terminal() -> Result<(), Failure> {
    if std::io::stdin().is_terminal() {
        return Ok(());
    }
    Err(Failure::bad_input(anyhow!("the key's password is wanted, and this is no terminal to ask for it at"))
        .hint("--password-file FILE reads it from a file"))
}

fn prompt(question: &str) -> Result<String, Failure> {
    Ok(rpassword::prompt_password(question).context("read the password")?)
}
