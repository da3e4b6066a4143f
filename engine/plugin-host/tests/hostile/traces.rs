//! H16 to H18: guests that break off in the middle, that leave something for the next call, and that do not take no for an
//! answer.

use pipeline::definition::WorkspaceGrant;

use crate::lab::{Lab, granting};
use crate::module::Module;

fn prying(action: &str) -> Lab {
    Lab::guest("prying").config(&format!("{{\"do\": \"{action}\"}}")).grant(granting(|grant| {
        grant.workspace = Some(WorkspaceGrant::Read);
        grant.state = true;
    }))
}

#[tokio::test]
async fn h16_what_a_guest_kept_before_it_broke_off_is_not_kept() {
    let lab = prying("keep-and-trap");
    for _ in 0..2 {
        let told = lab.ask().await;
        assert_eq!(told.faults.len(), 1, "{:?}", told.faults);
        assert_eq!(told.faults[0].code, "panic");
        assert_eq!(told.logged(), ["kept Ok(None)", "set Ok(())"]);
    }
}

#[tokio::test]
async fn h17_nothing_in_memory_lasts_from_one_call_to_the_next() {
    let lab = prying("leave-traces");
    for _ in 0..3 {
        let told = lab.ask().await;
        assert_eq!((told.faults.as_slice(), told.logged()), (&[][..], vec!["found 0 traces"]));
    }
}

#[tokio::test]
async fn h17_tables_globals_and_memory_are_those_of_the_component_in_every_call() {
    // Traps as soon as it sees anything that it has changed in an earlier call.
    let definitions = "(table $t 10 funcref) (elem declare func $handles) (global $seen (mut i32) (i32.const 0))";
    let handles = "
        (if (global.get $seen) (then unreachable))
        (if (i32.load (i32.const 0x80000)) (then unreachable))
        (if (i32.eqz (ref.is_null (table.get $t (i32.const 3)))) (then unreachable))
        (global.set $seen (i32.const 1))
        (i32.store (i32.const 0x80000) (i32.const 1))
        (table.set $t (i32.const 3) (ref.func $handles))";
    // An answer that is refused is asked for anew each time.
    let spoil = "(i32.store (i32.const 12) (i32.const 0x10000000))";
    let handles = &*format!("{handles} {spoil}").leak();
    let lab = Lab::of(Module { definitions, handles, ..Module::default() }.build());
    for _ in 0..3 {
        assert_eq!(lab.codes().await, ["garbage"]);
    }
}

#[tokio::test]
async fn h18_a_guest_that_asks_again_after_every_denial_runs_out_of_calls() {
    let lab = Lab::guest("errands").config(r#"{"argv": ["tool"], "times": 1000000}"#).grant(granting(|grant| {
        grant.process = vec!["other".to_owned()];
        grant.http = vec!["api.example".to_owned()];
    }));
    assert_eq!(lab.codes().await, ["host-call-limit"]);
    let imports = r#"(import "selfheal:plugin/workspace@0.1.0" "stat" (func $stat (param i32 i32 i32)))"#;
    let handles = "(loop $more (call $stat (i32.const 64) (i32.const 0) (i32.const 256)) (br $more))";
    let lab = Lab::of(Module { imports, handles, ..Module::default() }.build())
        .grant(granting(|grant| grant.workspace = Some(WorkspaceGrant::Read)));
    assert_eq!(lab.codes().await, ["host-call-limit"]);
}
