//! Digests that the build computes.

mod support;

use plugin_host::Origin;

#[test]
fn the_digest_from_the_build_is_that_of_the_bytes() {
    for plugin in standard_plugins::all() {
        assert_eq!(plugin.digest, plugin_host::digest(plugin.bytes), "{plugin:?}");
    }
}

#[test]
fn a_file_is_known_by_its_own_bytes_whatever_the_build_says() {
    let folder = tempfile::tempdir().expect("a directory");
    let mut bytes = guests::component("two-roles").to_vec();
    // An empty custom section: the same plugin, other bytes.
    bytes.extend_from_slice(&[0, 2, 1, b'x']);
    std::fs::write(folder.path().join("heal-retry.wasm"), &bytes).expect("it is writable");
    let options = plugin_host::HostOptions { directories: vec![folder.path().to_owned()], ..support::options() };
    let host = plugin_host::PluginHost::new(options).expect("the catalog loads");
    let plugin = host.catalog().find("heal-retry").expect("it is used");
    assert!(matches!(plugin.origin, Origin::File(_)));
    assert_eq!(plugin.digest(), plugin_host::digest(&bytes));
    assert!(plugin.version.starts_with("0.0.0+"));
}
