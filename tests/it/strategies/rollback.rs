//! `rollback`: back to what the last green run had.

use std::process::Command;

use crate::lab::{Lab, QUICK};

#[test]
fn a_manifest_that_was_broken_after_a_green_run_goes_back() {
    let manifest = |version: &str| {
        format!(
            "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[workspace]\n\n[dependencies]\n\
             greeting = {{ path = \"greeting\", version = \"{version}\" }}\n"
        )
    };
    let lab = Lab::new("[[stage]]\nname = \"build\"\nrun = \"cargo check --quiet --offline\"\n\n[plugins]\ndisabled = [\"heal-dependency\"]\n")
        .file(".gitignore", "target/\n")
        .file("Cargo.toml", &manifest("0.1"))
        .file("src/lib.rs", "pub use greeting::hello;\n")
        .file("greeting/Cargo.toml", "[package]\nname = \"greeting\"\nversion = \"0.1.0\"\nedition = \"2021\"\n")
        .file("greeting/src/lib.rs", "pub fn hello() -> &'static str {\n    \"hello\"\n}\n");
    assert_eq!(lab.run(&[]).end(), "success clean");
    lab.commit();
    lab.write("Cargo.toml", &manifest("9"));
    lab.commit();
    let before = lab.tree();
    let events = lab.run(&[]);
    assert_eq!(
        (events.incidents(), events.healed_by().as_str()),
        (vec!["proposed".to_owned()], "rollback"),
        "{events:#?}"
    );
    lab.tree().without("target").is_same_as(&before.without("target"));
    lab.heals(&["--patches", "apply"]);
    assert_eq!(lab.read("Cargo.toml"), manifest("0.1"));
}

/// Makes a wheel, which is an archive with three files.
const MAKE_WHEEL: &str = "import zipfile\n\
    with zipfile.ZipFile('wheels/greeting-1.0-py3-none-any.whl', 'w') as wheel:\n\
    \x20   info = 'greeting-1.0.dist-info/'\n\
    \x20   wheel.writestr('greeting.py', 'HELLO = \"hello\"\\n')\n\
    \x20   wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: greeting\\nVersion: 1.0\\n')\n\
    \x20   wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')\n\
    \x20   wheel.writestr(info + 'RECORD', '')\n";

#[test]
fn a_requirement_that_nobody_has_ever_published_goes_back() {
    let pip = "python3 -m pip --isolated install --disable-pip-version-check --no-index --find-links wheels";
    let lab = Lab::new(&format!(
        "[[stage]]\nname = \"install\"\nrun = \"{pip} --upgrade --target build -r requirements.txt\"\n\n\
         [[stage]]\nname = \"test\"\nneeds = [\"install\"]\nrun = \"PYTHONPATH=build python3 -B -c 'import greeting; print(greeting.HELLO)'\"\n"
    ))
    .file(".gitignore", "build/\n")
    .file("requirements.txt", "greeting==1.0\n")
    .file("wheels/README", "what the project may install\n");
    let made = Command::new("python3").args(["-B", "-c", MAKE_WHEEL]).current_dir(lab.root()).status();
    assert!(made.expect("start python3").success());
    lab.commit();
    assert_eq!(lab.run(&[]).end(), "success clean");
    lab.write("requirements.txt", "greeting==1.0\ngreeting-colours==0.3\n");
    lab.commit();
    let before = lab.tree();
    let events = lab.run(&[]);
    assert_eq!(
        (events.incidents(), events.healed_by().as_str()),
        (vec!["proposed".to_owned()], "rollback"),
        "{events:#?}"
    );
    lab.tree().is_same_as(&before);
    lab.git(&["apply", "--check", &events.patches()[0]]);
    lab.heals(&["--patches", "apply"]);
    assert_eq!(lab.read("requirements.txt"), "greeting==1.0\n");
}

#[test]
fn a_settings_file_that_was_good_in_the_last_green_run_goes_back() {
    let lab = Lab::bare()
        .with_repository()
        .pipeline(&format!(
            "[[stage]]\nname = \"serve\"\nrun = \"grep -q ^port= settings.ini || {{ echo 'scripted: the file settings.ini is spoilt'; exit 1; }}\"\n{QUICK}"
        ))
        .file("settings.ini", "port=80\n")
        .guest("scripted", "scripted")
        .committed();
    assert_eq!(lab.run(&[]).end(), "success clean");
    lab.write("settings.ini", "prot=80\n");
    lab.commit();
    let before = lab.tree();
    let events = lab.run(&[]);
    assert_eq!(
        (events.incidents(), events.healed_by().as_str()),
        (vec!["proposed".to_owned()], "rollback"),
        "{events:#?}"
    );
    lab.tree().is_same_as(&before);
    lab.heals(&["--patches", "apply"]);
    assert_eq!(lab.read("settings.ini"), "port=80\n");
}

#[test]
fn without_a_green_run_or_with_rollback_switched_off_nothing_goes_back() {
    let pipeline = |healing: &str| {
        format!(
            "[[stage]]\nname = \"serve\"\nrun = \"grep -q ^port= settings.ini || {{ echo 'scripted: the file settings.ini is spoilt'; exit 1; }}\"\n[healing]\n{healing}\n"
        )
    };
    let never_green = Lab::bare()
        .with_repository()
        .guest("scripted", "scripted")
        .pipeline(&pipeline(""))
        .file("settings.ini", "prot\n");
    assert_eq!(never_green.run(&["--patches", "apply"]).tried().len(), 0);
    let switched_off = Lab::bare()
        .with_repository()
        .guest("scripted", "scripted")
        .pipeline(&pipeline("rollback = false"))
        .file("settings.ini", "port=80\n");
    assert_eq!(switched_off.run(&[]).end(), "success clean");
    switched_off.write("settings.ini", "prot=80\n");
    let events = switched_off.run(&["--patches", "apply"]);
    assert_eq!((events.code(), events.tried().len()), (1, 0), "{events:#?}");
    assert_eq!(switched_off.read("settings.ini"), "prot=80\n");
}
