//! What a plugin costs: a call in a fresh store, and a start from the compiled cache. Prints medians; compares nothing.
//!
//! Targets (design.md section 13): instantiate and call at most 60 µs, ten plugins from the cache at most 20 ms.

use std::time::{Duration, Instant};

use plugin_host::{EmbeddedPlugin, HostOptions, PluginHost, Role};

const CALLS: usize = 2_000;
const STARTS: usize = 40;

fn main() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(measure());
}

async fn measure() {
    let cache = tempfile::tempdir().expect("a directory");
    let options = HostOptions {
        embedded: standard_plugins::all()
            .iter()
            .map(|plugin| EmbeddedPlugin {
                id: plugin.id,
                version: plugin.version,
                digest: Some(plugin.digest),
                bytes: plugin.bytes,
            })
            .collect(),
        cache_dir: Some(cache.path().to_owned()),
        embedded_grants: grants(),
        ..HostOptions::default()
    };

    let started = Instant::now();
    let host = PluginHost::new(options.clone()).expect("the catalog loads");
    host.prepare(&Role::ALL).await;
    let plugins = host.catalog().plugins().count();
    println!("compile {plugins} plugins, first run: {:?}", started.elapsed());

    let mut calls = Vec::with_capacity(CALLS);
    for _ in 0..CALLS {
        let started = Instant::now();
        let called = host.call_for_measurement("heal-retry").await;
        calls.push(started.elapsed());
        assert!(called.is_ok(), "{called:?}");
    }
    report("store, instantiate, call, drop", calls);

    let mut starts = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let started = Instant::now();
        let host = PluginHost::new(options.clone()).expect("the catalog loads");
        host.prepare(&Role::ALL).await;
        starts.push(started.elapsed());
    }
    report(&format!("start with {plugins} plugins from the cache"), starts);
}

fn grants() -> std::collections::BTreeMap<String, pipeline::definition::Grant> {
    let grant = pipeline::definition::Grant {
        process: vec!["sh".to_owned()],
        workspace: Some(pipeline::definition::WorkspaceGrant::Read),
        state: true,
        clock: true,
        ..Default::default()
    };
    standard_plugins::all().iter().map(|plugin| (plugin.id.to_owned(), grant.clone())).collect()
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!("{what}: p50 {:?}, p95 {:?}, n {}", at(0.5), at(0.95), times.len());
}
