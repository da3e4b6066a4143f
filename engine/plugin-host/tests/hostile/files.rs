//! H9 to H11: guests that look for files outside of the workspace, and for what the machine would tell a program.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pipeline::definition::{Grant, WorkspaceGrant};
use pipeline::time::Timestamp;
use rustix::fs::{CWD, FileType, mknodat};

use crate::lab::{Lab, Told, granting};
use crate::module::Module;

fn may_read() -> Grant {
    granting(|grant| {
        grant.workspace = Some(WorkspaceGrant::Read);
        grant.state = true;
    })
}

/// Asks for these paths in every way there is.
async fn reads(lab: Lab, paths: &[&str]) -> Told {
    let paths = paths.iter().map(|path| format!("{path:?}").replace("\\0", "\\u0000")).collect::<Vec<_>>().join(", ");
    lab.config(&format!("{{\"read\": [{paths}]}}")).ask().await
}

fn lab() -> Lab {
    let lab = Lab::guest("prying").grant(may_read());
    fs::write(lab.project().join("a.txt"), "of the project").expect("it is written");
    lab
}

#[tokio::test]
async fn h9_paths_that_lead_out_are_denied_by_the_one_resolver() {
    let long = "a/".repeat(3_000);
    let paths = [
        "../canary",
        "a/../../canary",
        "./../canary",
        "/etc/passwd",
        "//etc/passwd",
        "",
        "a.txt/",
        "a\0b",
        "..",
        "../",
        ".git/config",
        ".GIT/config",
        long.as_str(),
    ];
    let told = reads(lab(), &paths).await;
    assert_eq!(told.faults, []);
    let logged = told.logged();
    assert_eq!(logged.len(), 4 * paths.len(), "{logged:?}");
    for line in logged {
        let harmless_glob = line.starts_with("glob") && line.ends_with("Ok([])");
        assert!(line.contains("Denied") || harmless_glob, "{line}");
    }
}

#[tokio::test]
async fn h9_what_another_system_takes_for_a_path_is_a_name_like_any_other() {
    let paths = ["C:\\Windows\\win.ini", "..\\canary", "\\\\server\\share", "~/.ssh/id_rsa", "file:///etc/passwd"];
    let told = reads(lab(), &paths).await;
    for line in told.logged() {
        assert!(line.contains("NotFound") || line.contains("Denied") || line.ends_with("Ok([])"), "{line}");
    }
    let told = reads(lab(), &["./a.txt"]).await;
    assert!(told.logged()[0].ends_with("of the project"), "{:?}", told.logged());
}

#[tokio::test]
async fn h9_a_path_that_is_no_text_ends_the_call() {
    let imports = r#"(import "selfheal:plugin/workspace@0.1.0" "stat" (func $stat (param i32 i32 i32)))"#;
    let definitions = r#"(data (i32.const 512) "a\ff\fe/b")"#;
    let handles = "(call $stat (i32.const 512) (i32.const 5) (i32.const 256))";
    let component = Module { imports, definitions, handles, ..Module::default() }.build();
    assert_eq!(Lab::of(component).grant(may_read()).codes().await, ["garbage"]);
}

#[tokio::test]
async fn h10_links_devices_and_pipes_give_nothing_away_and_nothing_waits() {
    let lab = lab();
    let project = lab.project();
    let link = |target: &Path, name: &str| symlink(target, project.join(name)).expect("it is linked");
    link(Path::new("../canary"), "file");
    link(&lab.directory().join("canary"), "absolute");
    link(Path::new(".."), "directory");
    link(Path::new("/proc/self"), "process");
    link(Path::new("/dev/zero"), "endless");
    link(Path::new("/dev/tty"), "terminal");
    link(Path::new("loop"), "loop");
    mknodat(CWD, project.join("pipe"), FileType::Fifo, 0o600.into(), 0).expect("a pipe");
    let _socket = std::os::unix::net::UnixListener::bind(project.join("socket")).expect("a socket");
    let paths = [
        "file",
        "absolute",
        "directory/canary",
        "process/environ",
        "process/root/etc/passwd",
        "endless",
        "terminal",
        "loop",
        "pipe",
        "socket",
    ];
    let told = reads(lab, &paths).await;
    assert_eq!(told.faults, []);
    let logged = told.logged();
    let of = |what: &str| -> Vec<&str> { logged.iter().copied().filter(|line| line.starts_with(what)).collect() };
    for line in of("read ") {
        assert!(line.contains("Denied") || line.contains("Failed"), "{line}");
    }
    for line in of("stat ") {
        assert!(line.ends_with("EntryKind::Other") || line.contains("Denied"), "{line}");
    }
    for line in of("entries ").into_iter().chain(of("glob ")) {
        assert!(line.contains("Denied") || line.contains("Failed") || line.ends_with("Ok([])"), "{line}");
    }
}

#[tokio::test]
async fn h10_a_file_that_becomes_a_link_while_it_is_read_gives_nothing_away() {
    let lab = lab();
    let (project, is_over) = (lab.project(), Arc::new(AtomicBool::new(false)));
    for name in ["file", "directory"] {
        fs::create_dir_all(project.join("directory")).expect("a directory");
        fs::write(project.join("directory/canary"), "harmless").expect("it is written");
        let (project, is_over) = (project.clone(), Arc::clone(&is_over));
        std::thread::spawn(move || {
            let (place, next) = (project.join(format!("swapped-{name}")), project.join(format!("next-{name}")));
            while !is_over.load(Ordering::Relaxed) {
                // Now this, now that, and never nothing.
                let _ = if name == "file" { fs::write(&next, "harmless") } else { symlink("directory", &next) };
                let _ = fs::rename(&next, &place);
                let target = if name == "file" { "../canary" } else { ".." };
                let _ = symlink(target, &next).and_then(|()| fs::rename(&next, &place));
            }
        });
    }
    let config = r#"{"read": ["swapped-file", "swapped-directory/canary"], "times": 800}"#;
    let told = lab.config(config).ask().await;
    is_over.store(true, Ordering::Relaxed);
    // `ask` has looked for the content of the file outside; here the guest must have met the one inside, too.
    assert!(told.logged().iter().any(|line| line.ends_with("harmless")), "{:?}", told.logged().first());
}

#[tokio::test]
async fn h11_the_machine_tells_a_guest_nothing() {
    let mut lab = lab().config(r#"{"do": "look-around"}"#);
    lab.options.now = Arc::new(|| Timestamp(1_700_000_000_000));
    let first = lab.ask().await.logged().iter().map(|&line| line.to_owned()).collect::<Vec<_>>();
    let [variables, arguments, directory, input, clock, chance] = &first[..] else { panic!("{first:?}") };
    assert_eq!(variables, "variables []");
    assert_eq!(arguments, "arguments []");
    assert!(
        directory == "directory Ok(\\\"/\\\")" || directory.contains("Err(") || directory == "directory Ok(\"/\")",
        "{directory}"
    );
    assert_eq!(input, "input Ok(0) \"\"");
    assert_eq!(clock, "clock Ok(1700000000000), 0ns later");
    // Chance is the same in every run, so that the same question gets the same answer.
    let second = lab.ask().await.logged().iter().map(|&line| line.to_owned()).collect::<Vec<_>>();
    assert_eq!(&second[5], chance);
}
