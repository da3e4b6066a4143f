//! `dependency`: what is declared gets installed, what is not gets declared, and a lock follows its manifest. Without a
//! registry, except where a test says so; `examples.rs` has the cases with one.

use crate::lab::Lab;

fn locked_crate() -> Lab {
    let manifest = |name: &str, version: &str, more: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2021\"\n{more}")
    };
    let lab = Lab::new("[[stage]]\nname = \"build\"\nrun = \"cargo check --quiet --locked --offline\"\n")
        .file(".gitignore", "target/\n")
        .file("Cargo.toml", &manifest("shop", "0.1.0", "\n[workspace]\n\n[dependencies]\ngreeting = { path = \"greeting\" }\n"))
        .file("src/lib.rs", "pub use greeting::hello;\n")
        .file("greeting/Cargo.toml", &manifest("greeting", "0.1.0", ""))
        .file("greeting/src/lib.rs", "pub fn hello() -> &'static str {\n    \"hello\"\n}\n")
        .file(
            "Cargo.lock",
            "version = 4\n\n[[package]]\nname = \"greeting\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"shop\"\nversion = \"0.1.0\"\ndependencies = [\n \"greeting\",\n]\n",
        )
        .committed();
    lab.write("greeting/Cargo.toml", &manifest("greeting", "0.2.0", ""));
    lab.commit();
    lab
}

#[test]
fn a_lock_that_lags_behind_its_manifest_is_offered_as_a_patch_and_applied_when_asked() {
    let lab = locked_crate();
    let before = lab.tree();
    let events = lab.run(&[]);
    assert_eq!((events.code(), events.incidents()), (1, vec!["proposed".to_owned()]), "{events:#?}");
    assert_eq!(events.healed_by(), "dependency");
    lab.tree().is_same_as(&before);
    lab.git(&["apply", "--check", &events.patches()[0]]);
    lab.heals(&["--patches", "apply"]);
    assert!(lab.read("Cargo.lock").contains("name = \"greeting\"\nversion = \"0.2.0\""));
    // The flag that keeps the lock honest was never dropped.
    assert!(!events.text().contains("\"replace-command\""), "{events:#?}");
}

#[test]
fn a_declared_node_module_that_nobody_installed_is_installed() {
    let lab = Lab::new("[[stage]]\nname = \"test\"\nrun = \"node main.js\"\n")
        .file(".gitignore", "node_modules/\n")
        .file("main.js", "console.log(require('greeting'));\n")
        .file("package.json", "{\n  \"name\": \"shop\",\n  \"version\": \"1.0.0\",\n  \"dependencies\": {\n    \"greeting\": \"file:greeting\"\n  }\n}\n")
        .file("greeting/package.json", "{\n  \"name\": \"greeting\",\n  \"version\": \"1.0.0\",\n  \"main\": \"index.js\"\n}\n")
        .file("greeting/index.js", "module.exports = 'hello';\n")
        .file(
            "package-lock.json",
            "{\n  \"name\": \"shop\",\n  \"version\": \"1.0.0\",\n  \"lockfileVersion\": 3,\n  \"requires\": true,\n  \"packages\": {\n    \"\": {\n      \"name\": \"shop\",\n      \"version\": \"1.0.0\",\n      \"dependencies\": {\n        \"greeting\": \"file:greeting\"\n      }\n    },\n    \"greeting\": {\n      \"version\": \"1.0.0\"\n    },\n    \"node_modules/greeting\": {\n      \"resolved\": \"greeting\",\n      \"link\": true\n    }\n  }\n}\n",
        )
        .committed();
    let events = lab.heals(&[]);
    assert_eq!(events.healed_by(), "dependency", "{events:#?}");
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
}
