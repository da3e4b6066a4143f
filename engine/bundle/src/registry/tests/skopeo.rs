//! Another tool of the OCI world, `skopeo`, takes our bundles out of a registry and brings them into one.

use std::path::Path;
use std::process::Command;

use super::server::DockerRegistry;
use super::*;
use crate::layout::Layout;
use crate::sign::sign;
use crate::verify::verify;

/// Runs `skopeo copy`; `.ci/run` installs it.
#[track_caller]
fn copy(from: &str, to: &str) {
    let arguments = ["--insecure-policy", "copy", "--quiet", "--preserve-digests"];
    let plain = ["--src-tls-verify=false", "--dest-tls-verify=false"];
    let output = Command::new("skopeo").args(arguments).args(plain).args([from, to]).output();
    let output = output.expect("skopeo is installed: apt-get install skopeo");
    assert!(output.status.success(), "skopeo copy {from} {to}: {}", String::from_utf8_lossy(&output.stderr));
}

fn folder_of(path: &Path) -> String {
    format!("oci:{}:1.0.0", path.display())
}

#[test]
fn a_bundle_that_skopeo_took_out_of_a_registry_is_the_one_that_was_pushed() {
    let (registry, key, folder) = (DockerRegistry::start(), secret_key(), tempfile::tempdir().expect("there is room"));
    let bundle = signed("acme/x", "1.0.0", &key);
    let tag = reference(&registry.host, "acme/x:1.0.0");
    client().push(&bundle, &tag, ExistingTag::Keep).expect("it is pushed");
    copy(&format!("docker://{tag}"), &folder_of(folder.path()));
    let copied = Bundle::from_layout(&Layout::open(folder.path()).expect("it is read")).expect("it is a bundle");
    assert_eq!((copied.digest(), copied.component()), (bundle.digest(), bundle.component()));
    // It does not copy what is attached; a detached signature does as well.
    let signature = sign(&bundle, &key).expect("it is signed");
    assert!(verify(copied, &[signature], &policy_for("acme/", &key)).is_ok());
}

#[test]
fn a_bundle_that_skopeo_brought_to_a_registry_is_installed_from_there() {
    let (registry, key, folder) = (DockerRegistry::start(), secret_key(), tempfile::tempdir().expect("there is room"));
    let bundle = signed("acme/x", "1.0.0", &key);
    bundle.to_layout().write_folder(folder.path()).expect("it is written");
    let tag = reference(&registry.host, "mirror/x:1.0.0");
    copy(&folder_of(folder.path()), &format!("docker://{tag}"));
    assert_eq!(client().resolve(&tag).expect("it is there"), bundle.digest());
    client().push(&bundle, &tag, ExistingTag::Keep).expect("what is attached is added");
    let installed = client().install(&tag, &policy_for("acme/", &key)).expect("it is installed");
    assert_eq!(installed.verified.bundle(), &bundle);
}
