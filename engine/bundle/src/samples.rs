//! Components and manifests for tests.

use std::fmt::Write as _;

use pipeline::time::Timestamp;

use crate::bundle::Bundle;
use crate::keys::{SecretKey, generate};
use crate::manifest::Manifest;
use crate::pack::{BuildFacts, PackInput, pack};
use crate::sign::sign;
use crate::trust::TrustPolicy;

/// The smallest component that exports a role and imports these interfaces of the contract.
pub(crate) fn component(role: &str, imports: &[&str]) -> Vec<u8> {
    let mut text = String::from("(component\n");
    for import in imports {
        writeln!(text, "(import \"selfheal:plugin/{import}@0.1.0\" (instance))").expect("a string takes everything");
    }
    writeln!(text, "(instance $role)\n(export \"selfheal:plugin/{role}@0.1.0\" (instance $role)))")
        .expect("a string takes everything");
    wat::parse_str(text).expect("the sample is well formed")
}

/// A core module.
pub(crate) fn core_module() -> Vec<u8> {
    wat::parse_str("(module)").expect("the sample is well formed")
}

/// A manifest that fits `component("healer", &["process", "workspace"])`.
pub(crate) const MANIFEST: &str = r#"schema = 1
id = "acme/heal-terraform"
version = "1.2.0"
api = "0.1"
roles = ["healer"]
description = "Releases stale state locks of Terraform"
license = "MIT"
repository = "https://code.example/acme/heal-terraform"
authors = ["Ada <ada@acme.example>"]

[limits]
cpu-ms = 500
memory-mb = 32

[[capability]]
kind = "process"
programs = ["terraform"]
reason = "asks Terraform who holds the lock"

[[capability]]
kind = "workspace"
access = "read"
reason = "reads the backend's configuration"
"#;

/// The component that [`MANIFEST`] is about.
pub(crate) fn healer() -> Vec<u8> {
    component("healer", &["process", "workspace"])
}

/// Another valid manifest, for `healer()`.
pub(crate) fn manifest_of(id: &str, version: &str) -> String {
    MANIFEST.replace("acme/heal-terraform\"", &format!("{id}\"")).replace("\"1.2.0\"", &format!("\"{version}\""))
}

/// A bundle of `healer()`.
pub(crate) fn packed(id: &str, version: &str) -> Bundle {
    let manifest = Manifest::from_toml(&manifest_of(id, version)).expect("the sample is valid");
    let input = PackInput {
        component: &healer(),
        manifest: &manifest,
        schema: None,
        created: Timestamp(1_700_000_000_000),
        dependencies: None,
        build: &BuildFacts::default(),
    };
    pack(&input).expect("the sample is packed")
}

/// A new key without a password.
pub(crate) fn secret_key() -> SecretKey {
    let key = generate(None).expect("a key is made");
    SecretKey::parse(key.secret_text(), None).expect("it is a key")
}

/// A bundle with one signature.
pub(crate) fn signed(id: &str, version: &str, key: &SecretKey) -> Bundle {
    let mut bundle = packed(id, version);
    let signature = sign(&bundle, key).expect("it is signed");
    bundle.attach_signature(&signature);
    bundle
}

/// A policy that trusts one key with one publisher's plugins.
pub(crate) fn policy_for(publisher: &str, key: &SecretKey) -> TrustPolicy {
    let text = format!(
        "version = 1\nkeys = {{ release = \"{}\" }}\n[[trust]]\npublisher = \"{publisher}\"\nall-of = [\"release\"]\n",
        key.public()
    );
    TrustPolicy::parse(&text).expect("the policy is valid")
}
