//! The user's docker credentials: `config.json`, and the helper programs that it names.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

/// Largest configuration, and largest answer of a helper.
const MAX_BYTES: u64 = 1 << 20;
/// How long a helper may take: it may ask its user to unlock a keyring.
const HELPER_TIME: Duration = Duration::from_secs(60);

/// How somebody is known to a registry.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// Name and password.
    Password {
        /// The name.
        user: String,
        /// The password.
        password: String,
    },
    /// A token that is exchanged for others.
    IdentityToken(String),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Password { user, .. } => write!(f, "Password({user}, …)"),
            Self::IdentityToken(_) => f.write_str("IdentityToken(…)"),
        }
    }
}

/// Docker's `config.json`, as far as it is about credentials.
#[derive(Clone, Default, Deserialize)]
pub struct DockerConfig {
    #[serde(default)]
    auths: BTreeMap<String, Auth>,
    #[serde(default, rename = "credsStore")]
    store: Option<String>,
    #[serde(default, rename = "credHelpers")]
    helpers: BTreeMap<String, String>,
}

#[derive(Clone, Default, Deserialize)]
struct Auth {
    #[serde(default)]
    auth: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
    #[serde(default, rename = "identitytoken")]
    identity_token: String,
}

/// Credentials cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// Reading failed.
    #[error("read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no such file.
    #[error("docker's config.json cannot be understood: {0}")]
    Format(String),
    /// An entry that holds no credentials.
    #[error("docker's config.json has an entry for {0} that holds no credentials; log in again")]
    Entry(String),
    /// A helper's name that could be a path.
    #[error("docker's config.json names the credential helper `{0}`, which is no name of one")]
    HelperName(String),
    /// A helper did not answer.
    #[error("docker-credential-{helper}: {why}")]
    Helper {
        /// Which.
        helper: String,
        /// Why.
        why: String,
    },
}

impl DockerConfig {
    /// Reads the file; one that does not exist holds nothing.
    pub fn read(path: &Path) -> Result<Self, CredentialError> {
        match fs::read_to_string(path) {
            Ok(text) => Self::parse(&text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(CredentialError::Io { path: path.to_owned(), source }),
        }
    }

    /// Reads the text of the file.
    pub fn parse(text: &str) -> Result<Self, CredentialError> {
        // The place without the text: that may be a secret.
        let failed = |error: serde_json::Error| {
            CredentialError::Format(format!("line {}, column {}", error.line(), error.column()))
        };
        serde_json::from_str(text).map_err(failed)
    }

    /// The credentials for a registry (`HOST` or `HOST:PORT`), as docker looks for them: its own helper, the common store,
    /// the entry in the file.
    pub fn credentials(&self, host: &str) -> Result<Option<Credentials>, CredentialError> {
        if let Some(helper) = self.helpers.get(host).or(self.store.as_ref()).filter(|helper| !helper.is_empty())
            && let Some(found) = ask_helper(helper, host)?
        {
            return Ok(Some(found));
        }
        let spellings =
            [host.to_owned(), format!("https://{host}"), format!("https://{host}/v2/"), format!("http://{host}")];
        match spellings.iter().find_map(|spelling| self.auths.get(spelling)) {
            Some(auth) => auth.credentials(host),
            None => Ok(None),
        }
    }
}

impl Auth {
    fn credentials(&self, host: &str) -> Result<Option<Credentials>, CredentialError> {
        if !self.identity_token.is_empty() {
            return Ok(Some(Credentials::IdentityToken(self.identity_token.clone())));
        }
        if !self.username.is_empty() {
            return Ok(Some(Credentials::Password { user: self.username.clone(), password: self.password.clone() }));
        }
        if self.auth.is_empty() {
            // What `docker login` leaves behind where a helper keeps the credentials.
            return Ok(None);
        }
        let refused = || CredentialError::Entry(host.to_owned());
        let bytes = STANDARD.decode(self.auth.trim()).map_err(|_| refused())?;
        let text = String::from_utf8(bytes).map_err(|_| refused())?;
        let (user, password) = text.split_once(':').ok_or_else(refused)?;
        let password = password.trim_end_matches('\0').to_owned();
        Ok(Some(Credentials::Password { user: user.to_owned(), password }))
    }
}

impl fmt::Debug for DockerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DockerConfig({} registries)", self.auths.len() + self.helpers.len())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HelperAnswer {
    username: String,
    secret: String,
}

/// Runs `docker-credential-NAME get`; `None` where it knows nothing.
fn ask_helper(helper: &str, host: &str) -> Result<Option<Credentials>, CredentialError> {
    let is_name = !helper.starts_with(['-', '.'])
        && helper.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if !is_name {
        return Err(CredentialError::HelperName(crate::text::shown(helper)));
    }
    ask_helper_at(format!("docker-credential-{helper}").as_ref(), helper, host)
}

/// The same for a program that was found.
pub(super) fn ask_helper_at(program: &OsStr, helper: &str, host: &str) -> Result<Option<Credentials>, CredentialError> {
    let failed = |why: String| CredentialError::Helper { helper: helper.to_owned(), why };
    let mut child = Command::new(program)
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    let (mut input, output) = (child.stdin.take(), child.stdout.take());
    let (sender, answer) = mpsc::channel();
    let host = host.to_owned();
    std::thread::spawn(move || {
        // A helper that does not read is a helper that does not answer; both are the same to whoever waits.
        let _ = input.as_mut().map(|input| input.write_all(host.as_bytes()));
        drop(input);
        let mut text = String::new();
        let read = output.map(|output| output.take(MAX_BYTES).read_to_string(&mut text));
        let _ = sender.send(matches!(read, Some(Ok(_))).then_some(text));
    });
    let answer = answer.recv_timeout(HELPER_TIME);
    if answer.is_err() {
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| failed(error.to_string()))?;
    let text = match answer {
        Ok(Some(text)) => text,
        Ok(None) => return Err(failed("its answer cannot be read".to_owned())),
        Err(_) => return Err(failed(format!("no answer within {} s", HELPER_TIME.as_secs()))),
    };
    if !status.success() {
        // The protocol's way to say that there are none; other failures leave the user without credentials as well.
        return Ok(None);
    }
    let answer: HelperAnswer = serde_json::from_str(&text).map_err(|_| failed("its answer is no JSON".to_owned()))?;
    Ok(Some(match answer.username.as_str() {
        "<token>" => Credentials::IdentityToken(answer.secret),
        _ => Credentials::Password { user: answer.username, password: answer.secret },
    }))
}
