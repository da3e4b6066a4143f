#![allow(clippy::unwrap_used)]
use plugin_sdk::healer::Ticket;
use plugin_sdk::testing::{LogText, finding, incident};

use super::*;

fn ticket(incident: Incident, log: &str) -> Ticket {
    let remedies = HealEscalate::propose(incident, &LogText::new(log)).unwrap();
    let remedy = remedies.last().unwrap();
    assert_eq!(remedy.strategy, "escalate");
    match &remedy.actions[..] {
        [Action::Escalate(ticket)] => ticket.clone(),
        other => panic!("expected one ticket, got {other:?}"),
    }
}

fn failed_test() -> Incident {
    incident(
        finding("python.assertion-failed", "test-failure").cause(2, "AssertionError: 1 != 2").capture("test", "test_a"),
    )
    .script("pytest -q tests")
    .tried("retry", "wait a little")
    .build()
}

#[test]
fn the_title_names_stage_code_and_cause() {
    assert_eq!(ticket(failed_test(), "").title, "test: python.assertion-failed: AssertionError: 1 != 2");
}

#[test]
fn a_title_is_one_short_line() {
    let long = incident(finding("x.y", "unknown").cause(1, format!("a\nb{}", "ü".repeat(500)))).build();
    let title = ticket(long, "").title;
    assert!(title.chars().count() == 120 && !title.contains('\n'), "{title}");
}

#[test]
fn the_body_has_cause_evidence_history_command_and_steps() {
    let body = ticket(failed_test(), "collecting\nAssertionError: 1 != 2\n1 failed\n").body;
    for piece in [
        "`python.assertion-failed`",
        "exit code 1",
        "| test | `test_a` |",
        "     1 collecting",
        "     3 1 failed",
        "wait a little: the same failure came back",
        "```sh\npytest -q tests\n```",
        "Run the failed test alone",
    ] {
        assert!(body.contains(piece), "{piece} is missing in\n{body}");
    }
}

#[test]
fn a_remedy_after_which_another_failure_came_is_told_apart() {
    let other = Tried {
        strategy: "config".to_owned(),
        title: "set A".to_owned(),
        ended: "ineffective".to_owned(),
        signature: "another:1".to_owned(),
    };
    let body = ticket(incident(finding("x.y", "configuration")).tried_as(other).build(), "").body;
    assert!(body.contains("it failed in another way"), "{body}");
}

#[test]
fn broken_seals_get_their_own_steps_whatever_the_category_says() {
    for (code, expected) in [
        ("node.integrity-mismatch", "possible tampering"),
        ("rust.checksum-mismatch", "possible tampering"),
        ("system.tls-untrusted", "Do not switch the check off"),
        ("node.unauthorized", "expired"),
    ] {
        let body = ticket(incident(finding(code, "registry-or-service-outage")).build(), "").body;
        assert!(body.contains(expected), "{code}: {body}");
    }
}

#[test]
fn every_category_has_steps_of_its_own() {
    let unknown = next_steps::for_finding(&finding("x.y", "unknown").build());
    for category in plugin_sdk::codes::CATEGORIES.iter().filter(|category| **category != "unknown") {
        assert_ne!(next_steps::for_finding(&finding("x.y", *category).build()), unknown, "{category}");
    }
}

#[test]
fn log_text_cannot_leave_its_block() {
    let evil = incident(finding("x.y", "unknown").cause(1, "```\n# owned\n````")).build();
    let body = ticket(evil, "").body;
    assert!(body.contains("`````text\n```\n# owned\n````\n`````"), "{body}");
}

#[test]
fn arguments_are_quoted_as_a_shell_reads_them() {
    let mut stage = plugin_sdk::testing::stage("build", "");
    stage.command = Command::Argv(vec!["make".to_owned(), "X=it's $HOME".to_owned()]);
    stage.directory = "sub dir".to_owned();
    stage.env_names = vec!["TOKEN".to_owned()];
    assert_eq!(reproduction::command_of(&stage), "# needs the variables TOKEN\ncd 'sub dir'\nmake 'X=it'\\''s $HOME'");
}

#[test]
fn the_same_incident_gives_the_same_ticket_and_only_one() {
    assert_eq!(ticket(failed_test(), "a"), ticket(failed_test(), "a"));
    let again = incident(finding("x.y", "unknown")).tried("escalate", "hand x.y over to a person").build();
    assert!(HealEscalate::propose(again, &LogText::default()).unwrap().is_empty());
}

#[test]
fn labels_are_kebab_case_words() {
    let labels = ticket(failed_test(), "").labels;
    assert_eq!(labels, ["ci-failure", "test-failure", "generic", "python-assertion-failed"]);
}

#[test]
fn everything_is_handled_and_nothing_is_less_sure() {
    assert_eq!(HealEscalate::handles().unwrap(), [Interest::code("*")]);
    let remedies = HealEscalate::propose(failed_test(), &LogText::default()).unwrap();
    assert!(remedies[0].confidence < 0.1);
}

#[test]
fn what_only_the_distribution_brings_is_named_with_the_line_that_installs_it() {
    for (code, capture, value, cause, expected) in [
        ("c.missing-header", "file", "zlib.h", "", "apt-get install --no-install-recommends zlib1g-dev"),
        ("c.missing-header", "file", "openssl/ssl.h", "", "dnf install openssl-devel"),
        ("c.missing-library", "library", "z", "ld: cannot find -lz", "apk add zlib-dev"),
        ("c.missing-library", "requirement", "libpng", "Package 'libpng' not found", "brew install libpng"),
        ("c.cmake-package-missing", "package", "ZLIB", "", "zlib1g-dev"),
        ("c.meson-dependency", "package", "glib-2.0", "", "libglib2.0-dev"),
        ("c.configure-missing", "x", "", "configure: error: please install libssl-dev", "openssl-dev"),
        ("system.missing-shared-library", "library", "libsqlite3.so.0", "", "libsqlite3-dev"),
        ("system.command-not-found", "command", "ninja", "", "ninja-build"),
        ("jvm.class-version", "x", "", "Runtime (class file version 65.0), this", "openjdk-21-jdk-headless"),
        ("jvm.java-version", "x", "", "error: release version 17 not supported", "openjdk@17"),
        ("system.no-display", "x", "", "cannot open display", "xvfb"),
    ] {
        let found = finding(code, "dependency-missing").cause(1, cause).capture(capture, value);
        let body = ticket(incident(found).build(), "").body;
        assert!(body.contains("## Install") && body.contains(expected), "{code} {value}: {body}");
    }
}

#[test]
fn what_the_table_does_not_know_is_not_guessed() {
    for (code, value) in [("c.missing-header", "widget/spin.h"), ("system.command-not-found", "spin")] {
        let found = finding(code, "dependency-missing").capture("file", value).capture("command", value);
        assert!(!ticket(incident(found).build(), "").body.contains("## Install"), "{value}");
    }
}

#[test]
fn the_enforcer_s_range_names_the_java() {
    let found = finding("jvm.enforcer-toolchain", "toolchain-missing-or-version").cause(1, "[ERROR] Rule 0: failed");
    let log = "[ERROR] Rule 0: failed\nDetected JDK version 11.0.20 is not in the allowed range [17,).\n";
    assert!(ticket(incident(found).build(), log).body.contains("openjdk-17-jdk-headless"));
}

fn missing_header(file: &str) -> plugin_sdk::testing::IncidentBuilder {
    incident(finding("c.missing-header", "dependency-missing").capture("file", file))
}

#[test]
fn the_package_is_offered_by_the_package_manager_that_the_machine_has() {
    let offered = |incident: plugin_sdk::testing::IncidentBuilder| {
        let remedies = HealEscalate::propose(incident.build(), &LogText::default()).unwrap();
        let mut commands = remedies.into_iter().filter(|remedy| remedy.strategy == "dependency");
        let Some(remedy) = commands.next() else { return Vec::new() };
        assert!(!remedy.reversible && commands.next().is_none());
        match &remedy.actions[..] {
            [Action::RunCommand(run)] => run.argv.clone(),
            other => panic!("expected one command, got {other:?}"),
        }
    };
    let apt = ["apt-get", "install", "-y", "--no-install-recommends", "zlib1g-dev"];
    assert_eq!(offered(missing_header("zlib.h").tool("apt-get").tool("brew")), apt);
    assert_eq!(offered(missing_header("zlib.h").tool("apk")), ["apk", "add", "--no-cache", "zlib-dev"]);
    assert!(offered(missing_header("zlib.h")).is_empty(), "no package manager");
    assert!(offered(missing_header("widget.h").tool("apt-get")).is_empty(), "no such package");
    assert!(offered(missing_header("X11/Xlib.h").tool("dnf")) == ["dnf", "install", "-y", "libX11-devel"]);
    let own = incident(
        finding("c.missing-header", "dependency-missing").capture("file", "zlib.h").disposition(Disposition::Never),
    );
    assert!(offered(own.tool("apt-get")).is_empty(), "a finding for a person");
}

#[test]
fn the_ticket_says_what_to_grant_where_the_machine_has_a_package_manager() {
    let body = ticket(missing_header("zlib.h").tool("apt-get").build(), "").body;
    assert!(body.contains("[plugins.grants.heal-escalate]\nprocess = [\"apt-get\"]"), "{body}");
    assert!(!ticket(missing_header("zlib.h").build(), "").body.contains("plugins.grants"));
}

#[test]
fn a_header_belongs_to_the_package_that_names_it_before_that_of_its_directory() {
    for (header, package) in [
        ("GL/gl.h", "libgl-dev"),
        ("GL/glew.h", "libglew-dev"),
        ("X11/Xlib.h", "libx11-dev"),
        ("X11/extensions/Xrandr.h", "libxrandr-dev"),
    ] {
        let body = ticket(missing_header(header).build(), "").body;
        assert!(body.contains(&format!("install --no-install-recommends {package}\n")), "{header}: {body}");
    }
}

#[test]
fn what_builds_ask_for_most_is_in_the_table() {
    let module =
        |name: &str| incident(finding("c.cmake-package-missing", "dependency-missing").capture("package", name));
    for name in [
        "ZLIB",
        "OpenSSL",
        "LibXml2",
        "libxslt",
        "JPEG",
        "PNG",
        "Freetype",
        "PostgreSQL",
        "SQLite3",
        "CURL",
        "Boost",
        "Eigen3",
        "GTest",
        "GMP",
        "Curses",
        "Readline",
        "BZip2",
        "liblzma",
        "uuid",
        "libsystemd",
        "dbus-1",
        "glib-2.0",
        "cairo",
        "pango",
        "gtk+-3.0",
        "gtk4",
        "SDL2",
        "X11",
        "OpenGL",
        "ALSA",
        "libpulse",
        "libusb-1.0",
        "bluez",
        "libsasl2",
        "krb5",
        "snappy",
        "leveldb",
        "rocksdb",
        "Protobuf",
        "gRPC",
        "HDF5",
        "netCDF",
        "fftw3",
        "BLAS",
        "LAPACK",
        "TBB",
        "OpenCV",
        "Python3",
        "Ruby",
    ] {
        assert!(ticket(module(name).build(), "").body.contains("apt-get install"), "{name}");
    }
    let program =
        |name: &str| incident(finding("system.command-not-found", "dependency-missing").capture("command", name));
    for name in [
        "cmake",
        "ninja",
        "autoreconf",
        "libtoolize",
        "bison",
        "flex",
        "pkg-config",
        "gettext",
        "protoc",
        "jq",
        "unzip",
        "xxd",
        "aclocal",
        "msgfmt",
        "makeinfo",
        "dot",
        "envsubst",
        "nc",
        "dig",
        "ps",
        "ssh",
        "gfortran",
        "patchelf",
    ] {
        assert!(ticket(program(name).build(), "").body.contains("apt-get install"), "{name}");
    }
}
