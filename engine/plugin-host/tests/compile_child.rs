//! Plugins from files are compiled in a child process. This test has a `main` of its own, because the child is this
//! program again.

mod support;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use driver::ports::Plugins;
use plugin_host::compile::COMPILE_SUBCOMMAND;
use plugin_host::{HostOptions, PluginHost};
use support::{Notices, finding, incident};

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some(COMPILE_SUBCOMMAND) {
        assert_eq!(std::env::vars_os().count(), 0, "the child has no environment");
        return plugin_host::compile_child_main();
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(a_plugin_from_a_file_is_compiled_in_a_child());
    runtime.block_on(a_broken_component_is_a_fault_not_an_error());
    runtime.block_on(a_child_that_is_no_compiler_is_a_fault());
    println!("compile_child: 3 passed");
    ExitCode::SUCCESS
}

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
