//! Against Debian's `docker-registry`, and against a registry that lies.

mod auth;
mod liar;
mod real;
mod references;
mod server;
mod skopeo;

use super::*;
use crate::bundle::Bundle;
use crate::samples::{policy_for, secret_key, signed};

/// A client without credentials and without a proxy.
fn client() -> Registry {
    client_with(DockerConfig::default())
}

fn client_with(docker: DockerConfig) -> Registry {
    Registry::new(RegistryOptions { docker, proxy: Proxy::None, ..RegistryOptions::default() })
}

fn reference(host: &str, rest: &str) -> Reference {
    format!("{host}/{rest}").parse().expect("it is a reference")
}
