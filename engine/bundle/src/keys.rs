//! Keys in minisign's format: ed25519, one short line to publish and one file to keep secret.
//!
//! Files written here are read by `minisign` and the other way round. Passwords are arguments: asking for one is the
//! command's business.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minisign::SecretKeyBox;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Largest key file. A real one has 300 bytes.
const MAX_KEY_BYTES: u64 = 4096;
/// Algorithm, id and key of a public key.
const PUBLIC_BYTES: usize = 42;
/// What `minisign -G -W` writes where the checksum of a secret key belongs. Damage shows when it signs.
const NO_CHECKSUM: [u8; 32] = [0; 32];

/// A public key. Printed and read as the line that begins with `RW`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey([u8; PUBLIC_BYTES]);

/// A key cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Reading or writing failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A key already stands there; it is never overwritten.
    #[error("{} exists; a key is never overwritten", .0.display())]
    Exists(PathBuf),
    /// Others could read it.
    #[error("{} can be read by others (mode {mode:o}); make it yours alone: chmod 600 {}", path.display(), path.display())]
    NotSecret {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// It is no public key.
    #[error("`{0}` is no public key: the line that begins with RW in the .pub file is")]
    NoPublicKey(String),
    /// It is no secret key.
    #[error("this is no secret key in minisign's format")]
    NoSecretKey,
    /// It is protected and no password was given.
    #[error("the secret key is protected by a password, and none was given")]
    PasswordWanted,
    /// The password is another one.
    #[error("the password of the secret key is another one")]
    WrongPassword,
    /// The machine has no random numbers, or too little memory to derive the key.
    #[error("make a key: {0}")]
    Generation(String),
}

impl PublicKey {
    /// The key's id as minisign prints it, 16 digits. Two keys may have the same: it helps to find a key, never to trust one.
    pub fn id(&self) -> String {
        self.0[2..10].iter().rev().map(|byte| format!("{byte:02X}")).collect()
    }

    /// Reads a `.pub` file.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        read_small(path)?.parse()
    }

    pub(crate) fn verifier(&self) -> minisign_verify::PublicKey {
        minisign_verify::PublicKey::from_base64(&self.to_string()).expect("its form was checked when it was read")
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    /// Reads the line, or a whole `.pub` file with its comment.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let line = match lines.as_slice() {
            [line] => line,
            [comment, line] if comment.starts_with("untrusted comment:") => line,
            _ => "",
        };
        let refused = || KeyError::NoPublicKey(crate::text::shown(line));
        let bytes = STANDARD.decode(line).map_err(|_| refused())?;
        let bytes: [u8; PUBLIC_BYTES] = bytes.try_into().map_err(|_| refused())?;
        if !bytes.starts_with(b"Ed") {
            return Err(refused());
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A secret key that can sign.
pub struct SecretKey {
    key: minisign::SecretKey,
    public: PublicKey,
}

impl SecretKey {
    /// From the text of a key file.
    pub fn parse(text: &str, password: Option<&str>) -> Result<Self, KeyError> {
        let parse = || SecretKeyBox::from_string(text.trim_end()).map_err(|_| KeyError::NoSecretKey);
        let raw = text.lines().nth(1).and_then(|line| STANDARD.decode(line.trim()).ok()).unwrap_or_default();
        let key = match (raw.get(2..4), password) {
            (Some(b"Sc"), None) => return Err(KeyError::PasswordWanted),
            (Some(b"Sc"), Some(password)) => {
                parse()?.into_secret_key(Some(password.to_owned())).map_err(|_| KeyError::WrongPassword)?
            }
            (Some(b"\0\0"), _) if raw.ends_with(&NO_CHECKSUM) => {
                minisign::SecretKey::from_bytes(&raw).map_err(|_| KeyError::NoSecretKey)?
            }
            (Some(b"\0\0"), _) => parse()?.into_unencrypted_secret_key().map_err(|_| KeyError::NoSecretKey)?,
            _ => return Err(KeyError::NoSecretKey),
        };
        let public = minisign::PublicKey::from_secret_key(&key).map_err(|_| KeyError::NoSecretKey)?;
        Ok(Self { key, public: public.to_base64().parse()? })
    }

    /// Reads a key file, which nobody else may be able to read.
    pub fn read(path: &Path, password: Option<&str>) -> Result<Self, KeyError> {
        let failed = |source| KeyError::Io { path: path.to_owned(), source };
        let mode = std::fs::metadata(path).map_err(failed)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyError::NotSecret { path: path.to_owned(), mode });
        }
        Self::parse(&read_small(path)?, password)
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        self.public
    }

    pub(crate) fn signer(&self) -> &minisign::SecretKey {
        &self.key
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey(of {})", self.public)
    }
}

/// A new key in the form of its two files.
pub struct NewKey {
    /// The public half.
    pub public: PublicKey,
    secret_text: String,
}

/// Makes a key. With a password the file is useless to whoever copies it; deriving the key from it takes about a second and
/// some memory, every time.
pub fn generate(password: Option<&str>) -> Result<NewKey, KeyError> {
    let failed = |error: minisign::PError| KeyError::Generation(error.to_string());
    let pair = match password {
        Some(password) => minisign::KeyPair::generate_encrypted_keypair(Some(password.to_owned())),
        None => minisign::KeyPair::generate_unencrypted_keypair(),
    };
    let pair = pair.map_err(failed)?;
    let secret_text = pair.sk.to_box(Some("selfheal secret key")).map_err(failed)?.into_string();
    Ok(NewKey { public: pair.pk.to_base64().parse()?, secret_text })
}

impl NewKey {
    /// The text of the `.pub` file.
    pub fn public_text(&self) -> String {
        format!("untrusted comment: selfheal public key {}\n{}\n", self.public.id(), self.public)
    }

    /// The text of the secret file.
    pub fn secret_text(&self) -> &str {
        &self.secret_text
    }

    /// Writes both files: the secret one with mode 0600. Neither may exist.
    pub fn write(&self, secret: &Path, public: &Path) -> Result<(), KeyError> {
        create_new(secret, 0o600, self.secret_text.as_bytes())?;
        create_new(public, 0o644, self.public_text().as_bytes())
    }
}

impl fmt::Debug for NewKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewKey({})", self.public)
    }
}

fn create_new(path: &Path, mode: u32, bytes: &[u8]) -> Result<(), KeyError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => KeyError::Exists(path.to_owned()),
        _ => KeyError::Io { path: path.to_owned(), source },
    };
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)
}

fn read_small(path: &Path) -> Result<String, KeyError> {
    let failed = |source| KeyError::Io { path: path.to_owned(), source };
    let mut text = String::new();
    File::open(path).map_err(failed)?.take(MAX_KEY_BYTES).read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

#[cfg(test)]
mod tests;
