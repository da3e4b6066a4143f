//! Plugins from files are compiled in a child process. This test has a `main` of its own, because the child is this
//! program again.

mod support;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use driver::ports::Plugins;
use plugin_host::compile::COMPILE_SUBCOMMAND;
use plugin_host::{EmbeddedPlugin, HostOptions, PluginHost};
use support::{Notices, finding, incident};

fn main() -> ExitCode {
    if std::env::args().next().is_some_and(|name| name.ends_with(STUCK)) {
        loop {
            std::thread::park();
        }
    }
    if std::env::args().nth(1).as_deref() == Some(COMPILE_SUBCOMMAND) {
        assert_eq!(std::env::vars_os().count(), 0, "the child has no environment");
        return plugin_host::compile_child_main();
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(a_plugin_from_a_file_is_compiled_in_a_child());
    runtime.block_on(a_broken_component_is_a_fault_not_an_error());
    runtime.block_on(a_child_that_is_no_compiler_is_a_fault());
    runtime.block_on(a_component_that_takes_too_long_to_compile_is_a_fault_and_its_child_is_gone());
    println!("compile_child: 4 passed");
    ExitCode::SUCCESS
}

/// The name under which this program is a compiler that never ends.
const STUCK: &str = "stuck-compiler";

fn host(component: &[u8], child: PathBuf) -> (tempfile::TempDir, PluginHost) {
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("two-roles.wasm"), component).expect("it is written");
    let mut options = HostOptions {
        directories: vec![directory.path().to_owned()],
        compile_child: Some(child),
        cache_dir: Some(directory.path().join("cache")),
        ..HostOptions::default()
    };
    Notices::default().listen(&mut options);
    let host = PluginHost::new(options).expect("the catalog loads");
    (directory, host)
}

fn this_program() -> PathBuf {
    std::env::current_exe().expect("this program has a path")
}

async fn a_plugin_from_a_file_is_compiled_in_a_child() {
    let (_directory, host) = host(guests::component("two-roles"), this_program());
    let mut cause = finding("two-roles.variable-unset", "configuration");
    cause.captures.insert("variable".to_owned(), "TOKEN".to_owned());
    let proposals = host.propose(&incident(vec![cause])).await;
    assert_eq!((proposals.remedies.len(), proposals.faults.len()), (1, 0), "{proposals:?}");
}

async fn a_broken_component_is_a_fault_not_an_error() {
    let mut broken = guests::component("two-roles").to_vec();
    // Somewhere in the code of the first module: names of imports and exports stay what they are.
    let at = broken.len() / 3;
    for byte in &mut broken[at..at + 2_000] {
        *byte = 0xff;
    }
    let (_directory, host) = host(&broken, this_program());
    let codes = host.rules_of("two-roles").await.map_err(|fault| fault.kind.code());
    assert_eq!(codes.map(|rules| rules.len()), Err("compile-failed"));
}

async fn a_child_that_is_no_compiler_is_a_fault() {
    for program in ["/bin/true", "/nowhere/at/all"] {
        let (_directory, host) = host(guests::component("two-roles"), PathBuf::from(program));
        let codes = host.rules_of("two-roles").await.map_err(|fault| fault.kind.code());
        assert_eq!(codes.map(|rules| rules.len()), Err("compile-failed"), "{program}");
    }
}

async fn a_component_that_takes_too_long_to_compile_is_a_fault_and_its_child_is_gone() {
    let directory = tempfile::tempdir().expect("a directory");
    let stuck = directory.path().join(STUCK);
    std::os::unix::fs::symlink(this_program(), &stuck).expect("it is linked");
    fs::write(directory.path().join("two-roles.wasm"), guests::component("two-roles")).expect("it is written");
    let good = EmbeddedPlugin { id: "good", version: "0.1.0", digest: None, bytes: guests::component("two-roles") };
    let host = PluginHost::new(HostOptions {
        embedded: vec![good],
        directories: vec![directory.path().to_owned()],
        compile_child: Some(stuck.clone()),
        compile_deadline: Duration::from_millis(200),
        ..HostOptions::default()
    });
    let host = host.expect("the catalog loads");
    let fault = host.rules_of("two-roles").await.expect_err("it is not compiled");
    assert_eq!(fault.kind.code(), "compile-failed");
    assert!(fault.to_string().contains("took more than 0.2 s"), "{fault}");
    assert!(host.rules_of("good").await.is_ok_and(|rules| !rules.is_empty()));
    let named = |entry: &fs::DirEntry| {
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        line.starts_with(stuck.as_os_str().as_encoded_bytes())
    };
    let left = fs::read_dir("/proc").into_iter().flatten().flatten().filter(named).count();
    assert_eq!(left, 0, "the child is still there");
}
