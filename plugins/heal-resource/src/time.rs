//! Time: twice as much, once. A second time-out is a hang or a slower program, and both are for a person.

use plugin_sdk::prelude::*;

/// The remedy, unless more time was already given.
pub fn remedies(incident: &Incident) -> Vec<Remedy> {
    if incident.tried_with("resource").any(|tried| tried.ended != "refused") {
        return Vec::new();
    }
    let limits = incident.stage.limits;
    if incident.root().code == "system.cpu-time-limit" {
        return limits.cpu_ms.map(cpu).into_iter().collect();
    }
    // A log may speak of a time-out that was another one's.
    if !incident.outcome.timed_out {
        return Vec::new();
    }
    limits.timeout_ms.map(wall).into_iter().collect()
}

fn wall(now_ms: u64) -> Remedy {
    let next = now_ms.saturating_mul(2);
    remedy("resource", format!("raise the time limit from {} to {} s", now_ms / 1_000, next / 1_000))
        .because("the stage was stopped because its time was up; nothing in its log says that it hangs")
        .confidence(0.4)
        .action(action::set_timeout(Duration::from_millis(next)))
}

fn cpu(now_ms: u64) -> Remedy {
    let next = now_ms.saturating_mul(2);
    remedy("resource", format!("raise the limit of processor time from {} to {} s", now_ms / 1_000, next / 1_000))
        .because("the kernel stopped a process because its processor time was up")
        .confidence(0.45)
        .action(action::set_limit(Limits { cpu_ms: Some(next), ..Limits::default() }))
}
