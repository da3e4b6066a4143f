use super::*;

/// A host of the future: the last `v0`, and a `v1` that has grown.
const LATER: &[Contract] =
    &[Contract { major: 0, minor: 3, patch: 0, folder: "v0" }, Contract { major: 1, minor: 2, patch: 0, folder: "v1" }];

fn verdict(contracts: &'static [Contract], version: &str) -> &'static str {
    match check_against(contracts, &format!("selfheal:plugin/healer@{version}")) {
        Ok(()) => "taken",
        Err(Misfit::PluginTooOld { .. }) => "plugin too old",
        Err(Misfit::EngineTooOld { .. }) => "engine too old",
        Err(Misfit::NoRelease { .. }) => "no release",
    }
}

#[test]
fn the_newest_contract_is_the_one_that_is_written_down() {
    let newest = CONTRACTS.last().expect("there is one");
    assert_eq!(newest.version(), API_VERSION);
    for contract in CONTRACTS {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit").join(contract.folder);
        let worlds = std::fs::read_to_string(folder.join("worlds.wit")).expect("the contract is there");
        let package = format!("package selfheal:plugin@{};", contract.version());
        assert!(worlds.starts_with(&package), "{} does not define {package}", folder.display());
    }
    assert!(CONTRACTS.is_sorted());
}

#[test]
fn before_1_0_every_patch_of_a_minor_is_taken_and_no_other_minor() {
    for (version, expected) in [
        ("0.1.0", "taken"),
        ("0.1.12", "taken"),
        ("0.1.0+build.5", "taken"),
        ("0.0.9", "plugin too old"),
        ("0.2.0", "engine too old"),
        ("1.0.0", "engine too old"),
        ("1.1.0", "engine too old"),
    ] {
        assert_eq!(verdict(CONTRACTS, version), expected, "{version}");
    }
}

#[test]
fn from_1_0_on_older_minors_are_taken_and_a_newer_one_wants_another_engine() {
    for (version, expected) in [
        ("0.2.0", "plugin too old"),
        ("0.3.7", "taken"),
        ("0.4.0", "plugin too old"),
        ("1.0.0", "taken"),
        ("1.2.9", "taken"),
        ("1.3.0", "engine too old"),
        ("2.0.0", "engine too old"),
    ] {
        assert_eq!(verdict(LATER, version), expected, "{version}");
    }
}

#[test]
fn what_is_no_release_is_never_taken() {
    for version in
        ["", "0", "0.1", "0.1.0.0", "0.1.0-rc.1", "0.1.x", "-0.1.0", "+0.1.0", "0.1.99999999999999999999", "0.+1.0"]
    {
        assert_eq!(verdict(CONTRACTS, version), "no release", "{version}");
    }
    assert!(check("selfheal:plugin/healer").is_err());
}

#[test]
fn other_packages_are_none_of_this() {
    assert_eq!(check("wasi:io/streams@0.2.6"), Ok(()));
    assert_eq!(check("selfheal:plugins/healer@9.0.0"), Ok(()));
}

#[test]
fn the_messages_say_both_ways_what_to_do() {
    let said = |contracts, name: &str| check_against(contracts, name).expect_err("it is not taken").to_string();
    assert_eq!(
        said(LATER, "selfheal:plugin/healer@0.1.0"),
        "plugin too old: selfheal:plugin/healer@0.1.0 is of version 0.1.0 of the contract, and this engine takes 0.3.x and \
         1.0 to 1.2; rebuild the plugin with an SDK for 1.2.0"
    );
    assert_eq!(
        said(CONTRACTS, "selfheal:plugin/process@0.2.0"),
        "engine too old: selfheal:plugin/process@0.2.0 is of version 0.2.0 of the contract, and this engine takes 0.1.x; \
         upgrade selfheal to a release that takes 0.2.0, or rebuild the plugin for 0.1.0"
    );
    assert_eq!(
        said(CONTRACTS, "selfheal:plugin/healer@0.1.0-rc.1"),
        "selfheal:plugin/healer@0.1.0-rc.1 names no released version of the contract, and this engine takes 0.1.x; rebuild \
         the plugin with an SDK for 0.1.0"
    );
    assert_eq!(range(), "0.1.x");
}
