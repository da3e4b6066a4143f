//! Memory: one step more after a counter's word, or fewer jobs at once. Exit code 137 alone is no evidence.

use plugin_sdk::prelude::*;

/// How near to its limit a peak has to be to count as having hit it, in percent: allocators fail before the last page.
const NEAR_PERCENT: u64 = 90;
/// Jobs that are assumed where neither the stage nor the machine says how many there are.
const UNKNOWN_JOBS: u32 = 4;

/// The remedies, the gentler one for the machine last.
pub fn remedies(incident: &Incident) -> Vec<Remedy> {
    let Some(evidence) = evidence(incident) else {
        return Vec::new();
    };
    let mut remedies = Vec::new();
    if let Some(limit) = incident.stage.limits.memory_bytes {
        let doubled = limit.saturating_mul(2);
        let most = incident.memory_bytes().unwrap_or(limit);
        let next = doubled.min(most);
        if next > limit {
            remedies.push(
                remedy("resource", format!("raise the memory limit from {} to {} MiB", limit >> 20, next >> 20))
                    .because(evidence.clone())
                    .confidence(0.8)
                    .action(action::set_memory(next)),
            );
        }
    }
    let jobs = incident.stage.limits.jobs.or(incident.processors()).unwrap_or(UNKNOWN_JOBS);
    if jobs > 1 {
        let fewer = jobs / 2;
        remedies.push(
            remedy("resource", format!("run {fewer} instead of {jobs} jobs at once"))
                .because(format!("{evidence}; processes that run one after the other need less memory together"))
                .confidence(0.55)
                .action(action::set_jobs(fewer)),
        );
    }
    remedies
}

/// What shows that memory ran out.
fn evidence(incident: &Incident) -> Option<String> {
    let outcome = &incident.outcome;
    if outcome.is_out_of_memory() {
        let kills = outcome.oom_kills.unwrap_or_default();
        return Some(format!("the kernel killed {kills} process(es) of the stage for lack of memory"));
    }
    let (peak, limit) = (outcome.peak_memory_bytes?, incident.stage.limits.memory_bytes?);
    let is_near = peak >= limit / 100 * NEAR_PERCENT;
    is_near.then(|| format!("the largest process reached {} of the allowed {} MiB", peak >> 20, limit >> 20))
}
