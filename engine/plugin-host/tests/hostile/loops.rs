//! H1 to H3: guests that do not come to an end, wherever a guest can have code, and guests that wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use driver::ports::{Cancel, CommandEnd, CommandRequest, Executor};
use pipeline::outcome::Outcome;
use plugin_host::Programs;

use crate::lab::{ID, Lab, alone, granting};
use crate::module::{Module, with_inner};

const FOREVER: &str = "(loop $forever (br $forever))";

async fn is_stopped(component: Vec<u8>) {
    assert_eq!(Lab::of(component).codes().await, ["timeout"]);
}

#[tokio::test]
async fn h1_a_loop_in_a_function_is_stopped() {
    is_stopped(Module { handles: FOREVER, ..Module::default() }.build()).await;
}

#[tokio::test]
async fn h1_a_loop_in_the_start_function_is_stopped() {
    is_stopped(Module { start: FOREVER, ..Module::default() }.build()).await;
}

#[tokio::test]
async fn h1_a_loop_in_the_allocator_that_the_host_calls_is_stopped() {
    is_stopped(Module { realloc: "(loop $forever (br $forever)) unreachable", ..Module::default() }.build()).await;
}

#[tokio::test]
async fn h1_a_loop_after_the_answer_was_read_is_stopped() {
    is_stopped(Module { post_return: FOREVER, ..Module::default() }.build()).await;
}

#[tokio::test]
async fn h1_a_loop_in_the_destructor_of_a_resource_is_stopped() {
    let inner = r#"(component
        (core module $destroyer (func (export "destroy") (param i32) (loop $forever (br $forever))))
        (core instance $destroyer (instantiate $destroyer))
        (alias core export $destroyer "destroy" (core func $destroy))
        (type $thing (resource (rep i32) (dtor (func $destroy))))
        (core func $new (canon resource.new $thing))
        (core func $drop (canon resource.drop $thing))
        (core module $user
            (import "things" "new" (func $new (param i32) (result i32)))
            (import "things" "drop" (func $drop (param i32)))
            (func $start (call $drop (call $new (i32.const 1))))
            (start $start))
        (core instance (instantiate $user (with "things" (instance (export "new" (func $new)) (export "drop" (func $drop)))))))"#;
    is_stopped(with_inner(Module::default().build(), inner)).await;
}

#[tokio::test]
async fn h1_a_loop_in_the_declaration_of_rules_is_stopped() {
    let lab = Lab::guest("misbehaving").config(r#"{"behaviour": "loop", "in": "rules"}"#);
    let _alone = alone().await;
    let host = plugin_host::PluginHost::new(lab.options.clone()).expect("the catalog loads");
    let rules = host.rules_of(ID).await;
    assert_eq!(rules.map_err(|fault| fault.kind.code()).map(|rules| rules.len()), Err("timeout"));
    assert!(host.rules_of("two-roles").await.is_ok_and(|rules| !rules.is_empty()));
}

#[tokio::test]
async fn h2_a_guest_that_sleeps_is_given_up() {
    let imports = r#"
        (import "wasi:clocks/monotonic-clock@0.2.6" "subscribe-duration" (func $in (param i64) (result i32)))
        (import "wasi:io/poll@0.2.6" "[method]pollable.block" (func $block (param i32)))"#;
    let told = {
        let handles = "(call $block (call $in (i64.const 3600000000000)))";
        Lab::of(Module { imports, handles, ..Module::default() }.build()).ask().await
    };
    assert_eq!(told.faults.len(), 1, "{:?}", told.faults);
    assert!(told.faults[0].message.contains("no answer within 0.5 s"), "{:?}", told.faults);
}

/// Never answers, and remembers whether it was told to stop.
#[derive(Default)]
struct Silent {
    was_stopped: AtomicBool,
}

#[async_trait]
impl Executor for Silent {
    async fn run(&self, _: CommandRequest, mut cancel: Cancel) -> CommandEnd {
        cancel.cancelled().await;
        self.was_stopped.store(true, Ordering::SeqCst);
        CommandEnd { outcome: Outcome { cancelled: true, ..Outcome::default() }, stdout_tail: Vec::new() }
    }

    fn free_port(&self) -> std::io::Result<u16> {
        Err(std::io::ErrorKind::Unsupported.into())
    }

    async fn wait_for_service(&self, _: &str, _: u16, _: u64, _: Cancel) -> bool {
        false
    }
}

#[tokio::test]
async fn h2_a_guest_that_waits_for_a_silent_process_is_given_up_and_the_process_stopped() {
    let mut lab = Lab::guest("errands").config(r#"{"argv": ["tool"]}"#).grant(granting(|grant| {
        grant.process = vec!["tool".to_owned()];
        grant.http = vec!["api.example".to_owned()];
    }));
    let executor = Arc::new(Silent::default());
    lab.options.limits.wall_outside = Duration::from_millis(500);
    lab.options.programs = Some(Programs {
        executor: Arc::clone(&executor) as Arc<dyn Executor>,
        env: Default::default(),
        secrets: Arc::default(),
        scratch: lab.directory().join("scratch"),
    });
    assert_eq!(lab.codes().await, ["timeout"]);
    assert!(executor.was_stopped.load(Ordering::SeqCst));
}

#[tokio::test]
async fn h3_instructions_that_fill_all_of_memory_overrun_by_little() {
    let handles = "(loop $forever (memory.fill (i32.const 0) (i32.const 1) (i32.const 0x3800000)) (br $forever))";
    is_stopped(Module { memory: "896", handles, ..Module::default() }.build()).await;
    let handles = "(loop $forever (memory.copy (i32.const 0) (i32.const 64) (i32.const 0x37fff00)) (br $forever))";
    is_stopped(Module { memory: "896", handles, ..Module::default() }.build()).await;
}

#[tokio::test]
async fn h3_a_loop_of_host_calls_ends_with_the_budget_of_a_call() {
    let imports = r#"(import "selfheal:plugin/config@0.1.0" "get" (func $config (param i32)))"#;
    let handles = "(loop $forever (call $config (i32.const 256)) (br $forever))";
    let component = Module { imports, handles, ..Module::default() }.build();
    assert_eq!(Lab::of(component).codes().await, ["host-call-limit"]);
}

/// What a guest does before the wall clock would have ended it is named after what it did: on a busy machine, too.
#[tokio::test]
async fn a_fault_has_its_own_name_however_slow_the_machine_is() {
    for (behaviour, code) in [("exhaust-memory", "memory-limit"), ("recurse", "stack-overflow"), ("trap", "panic")] {
        let mut lab = Lab::guest("misbehaving").config(&format!("{{\"behaviour\": \"{behaviour}\"}}"));
        lab.options.limits.wall = Duration::ZERO;
        assert_eq!(lab.codes().await, [code], "{behaviour}");
    }
}
