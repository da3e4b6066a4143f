//! The engine is killed: nothing may run on.

use std::process::{Command, Stdio};

use crate::bench::{Bench, Holders};

/// Names the workspace for a copy of this program that plays the engine.
const VARIABLE: &str = "SELFHEAL_EXEC_TEST_ENGINE";

/// Two processes that ignore TERM and hold the FIFO: the command itself and a child of it.
const SCRIPT: &str = "trap '' TERM; sh -c 'exec 3>held; while :; do sleep 1000; done' & exec 3>held; wait";

/// Plays the engine in a process of its own, if it is asked to by the test below; else there is nothing to do.
#[tokio::test]
async fn engine_that_will_be_killed() {
    let Some(root) = std::env::var_os(VARIABLE) else { return };
    let bench = Bench::new();
    let mut request = bench.shell(SCRIPT);
    request.place.root = root.into();
    bench.run(request).await;
}

#[tokio::test]
async fn killed_engine_takes_its_commands_and_their_children_with_it() {
    let bench = Bench::new();
    let mut holders = Holders::of(bench.fifo("held"));
    let mut engine = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "engine_death::engine_that_will_be_killed"])
        .env(VARIABLE, bench.root())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("spawn");
    holders.opened().await;
    engine.kill().expect("kill -9");
    engine.wait().expect("wait");
    holders.gone().await;
}
