//! Which failures time cures, and how long to wait for that.
//!
//! Blind retry is forbidden: the root cause has to be of a transient class, and a cause that came back after a retry is not
//! retried again.

use plugin_sdk::prelude::*;

use crate::settings::Settings;

/// Categories in which a retry can help.
pub const CATEGORIES: &[&str] = &[
    "network-transient",
    "registry-or-service-outage",
    "rate-limit",
    "infrastructure-runner",
    "flaky-test",
    "git-or-checkout",
    // The rest only where the rule says that the failure passes, as the host demands.
    "port-or-concurrency-conflict",
    "resource-cpu-timeout",
    "deployment",
    "dependency-missing",
    "dependency-conflict",
    "toolchain-missing-or-version",
    "configuration",
];

/// The finding that the host makes of exit code 75 (`EX_TEMPFAIL` of sysexits.h): a command's own word that trying later may
/// help.
pub const TEMPFAIL: &str = "system.tempfail";

/// Failures that may have passed and may as well be mistakes of the project: only a healer that asks the other side which it
/// is proposes to try again.
const DOUBTED: &[&str] = &["python.pip-nothing-offered"];

const STRATEGY: &str = "retry";

/// Why time may cure the failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    Network,
    Outage,
    RateLimit,
    Infrastructure,
    FlakyTest,
    Checkout,
    Taken,
    Passing,
    Tempfail,
}

/// The remedy for an incident, if time can cure it.
pub fn remedy_for(incident: &Incident, settings: &Settings, asked: Option<Duration>) -> Option<Remedy> {
    let root = incident.root();
    let cause = cause_of(root)?;
    if incident.attempts_left == 0 || was_in_vain(incident) || is_left_to_a_mirror(incident, cause) {
        return None;
    }
    // Elsewhere the words around the cause are about something else.
    let asked = asked.filter(|_| matches!(cause, Cause::RateLimit | Cause::Outage | Cause::Tempfail));
    if asked.is_some_and(|asked| asked > settings.longest_asked) {
        host::log::info(format!("{}: the server asks for more time than a run may wait", root.code));
        return None;
    }
    let base = match cause {
        // Another installation or build holds its lock for a while.
        Cause::RateLimit | Cause::Taken => settings.rate_limit_base,
        _ => settings.base,
    };
    Some(
        remedy(STRATEGY, title(root, asked))
            .because(rationale(cause))
            .confidence(confidence(root, cause, asked))
            .action(action::wait(base, settings.cap.max(base)).asked(asked)),
    )
}

fn cause_of(root: &Finding) -> Option<Cause> {
    if root.disposition == Disposition::Never || DOUBTED.contains(&root.code.as_str()) {
        return None;
    }
    if root.code == TEMPFAIL {
        return Some(Cause::Tempfail);
    }
    match root.category.as_str() {
        "network-transient" => Some(Cause::Network),
        "registry-or-service-outage" => Some(Cause::Outage),
        "rate-limit" => Some(Cause::RateLimit),
        "infrastructure-runner" => Some(Cause::Infrastructure),
        "flaky-test" => Some(Cause::FlakyTest),
        // Most of this category (a missing reference, a dubious owner, a conflict) is there again next time. The rules say
        // which of their findings only want another attempt.
        category if root.disposition == Disposition::Retry => match category {
            "git-or-checkout" => Some(Cause::Checkout),
            "port-or-concurrency-conflict" => Some(Cause::Taken),
            known if CATEGORIES.contains(&known) => Some(Cause::Passing),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a retry was tried and the same failure came back, or the host refused one.
fn was_in_vain(incident: &Incident) -> bool {
    let signature = &incident.root().signature;
    incident.tried_with(STRATEGY).any(|tried| tried.signature == *signature || tried.ended == "refused")
}

/// Whether the evidence names a mirror that nobody has tried yet: then the strategy `alternative` does not have to wait.
fn is_left_to_a_mirror(incident: &Incident, cause: Cause) -> bool {
    let root = incident.root();
    let names_mirror = root.attr("mirror").or_else(|| root.capture("mirror")).is_some();
    cause == Cause::Outage && names_mirror && incident.tried_with("alternative").next().is_none()
}

fn title(root: &Finding, asked: Option<Duration>) -> String {
    let place = root.capture("host").map(|host| format!(" for {host}")).unwrap_or_default();
    match asked {
        Some(asked) => format!("wait {} s{place}, as the server asked, and run the stage again", asked.as_secs()),
        None => format!("wait a little{place} and run the stage again"),
    }
}

fn rationale(cause: Cause) -> &'static str {
    match cause {
        Cause::Network => "the connection broke, and nothing in the project causes that",
        Cause::Outage => "the service did not answer properly, and such outages are short as a rule",
        Cause::RateLimit => "the service counts requests in a window of time and accepts them again after it",
        Cause::Infrastructure => "the machine failed, and nothing in the project causes that",
        Cause::FlakyTest => {
            "the test is known to pass and fail on the same code; a pass now counts as a suspicion, not as clean"
        }
        Cause::Checkout => "the transfer from the repository broke off",
        Cause::Taken => "another process holds what the stage needs, and lets it go when it ends",
        Cause::Passing => "failures of this kind pass by themselves as a rule",
        Cause::Tempfail => "the command ended with exit code 75, which asks for another attempt later",
    }
}

/// Priors from what the classes usually do; the host's own statistics take over from there.
fn confidence(root: &Finding, cause: Cause, asked: Option<Duration>) -> f64 {
    let prior = match cause {
        Cause::Tempfail => 0.85,
        Cause::Network => 0.8,
        Cause::RateLimit if asked.is_some() => 0.8,
        Cause::Infrastructure | Cause::Checkout => 0.7,
        Cause::Outage => 0.55,
        Cause::Taken => 0.6,
        Cause::RateLimit | Cause::FlakyTest | Cause::Passing => 0.5,
    };
    let place = |strategy: &str| root.strategies.iter().position(|listed| listed == strategy);
    let is_second_choice = match (place("alternative"), place(STRATEGY)) {
        (Some(alternative), Some(retry)) => alternative < retry,
        (Some(_), None) => true,
        _ => false,
    };
    if is_second_choice { prior * 0.6 } else { prior }
}
