//! Registries, with the credentials that the user gave docker.

use std::path::PathBuf;
use std::str::FromStr;

use bundle::registry::{
    DockerConfig, Proxy, Reference, ReferenceError, Registry, RegistryError, RegistryOptions, Repository,
};

use super::trust::Trust;
use crate::args::RegistryArgs;
use crate::exit::Failure;

/// A client that may talk to this host.
pub fn registry(args: RegistryArgs, host: &str) -> Result<Registry, Failure> {
    let docker = match docker_config() {
        Some(path) => DockerConfig::read(&path).map_err(Failure::bad_input)?,
        None => DockerConfig::default(),
    };
    let plain_http = if args.plain_http { vec![host.to_owned()] } else { Vec::new() };
    Ok(Registry::new(RegistryOptions { docker, plain_http, proxy: Proxy::OfEnvironment }))
}

/// `$DOCKER_CONFIG/config.json` or `~/.docker/config.json`.
fn docker_config() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = set("DOCKER_CONFIG").or_else(|| set("HOME").map(|home| home.join(".docker")))?;
    Some(folder.join("config.json"))
}

/// A reference from the command line.
pub fn reference(text: &str) -> Result<Reference, Failure> {
    parsed(text)
}

/// A repository from the command line; a tag behind it is left out.
pub fn repository(text: &str) -> Result<Repository, Failure> {
    match text.parse::<Reference>() {
        Ok(reference) => Ok(reference.repository),
        Err(_) => parsed(text),
    }
}

fn parsed<T: FromStr<Err = ReferenceError>>(text: &str) -> Result<T, Failure> {
    text.parse().map_err(Failure::bad_input)
}

/// Why talking to a registry failed; what a policy refuses comes with the policy's hints.
pub fn failed(error: RegistryError, trust: Option<&Trust>) -> Failure {
    match (error, trust) {
        (RegistryError::Verify(error), Some(trust)) => trust.refusal(error),
        (error @ RegistryError::Unreachable { .. }, _) => {
            Failure::plugin(error).hint("a registry without TLS that is not on this machine needs --plain-http")
        }
        (error @ RegistryError::TagTaken { .. }, _) => {
            Failure::plugin(error).hint("publish a new version, or say --replace if you mean it")
        }
        (error, _) => Failure::plugin(error),
    }
}
