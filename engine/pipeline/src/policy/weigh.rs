//! All rules together: which of the proposed remedies may be tried, and by whom.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::definition::Healing;
use crate::finding::{Disposition, Finding};
use crate::id::{RemedyKey, Signature};
use crate::policy::actions::check_actions;
use crate::policy::context::Context;
use crate::policy::disposition::disposition_of;
use crate::policy::refusal::{Refusal, rule};
use crate::policy::transient;
use crate::remedy::{Action, Remedy};

/// A remedy that was tried on this incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// Which remedy.
    pub key: RemedyKey,
    /// What the host computed for it.
    pub disposition: Disposition,
    /// Signature of the failure it ended with, if it ran and failed.
    pub signature: Option<Signature>,
}

/// A proposed remedy and what the rules say about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Weighed {
    /// The remedy.
    pub remedy: Remedy,
    /// Who may carry it out. `Never` means a person: of such remedies only tickets are allowed.
    pub disposition: Disposition,
    /// Why it may not be tried; `None` when it may.
    pub refusal: Option<Refusal>,
}

/// Whether a remedy does nothing but hand over to a person.
pub fn is_escalation(remedy: &Remedy) -> bool {
    !remedy.actions.is_empty() && remedy.actions.iter().all(|action| matches!(action, Action::Escalate { .. }))
}

/// Weighs the proposals for one incident; the order of the proposals is kept.
///
/// `findings` has the root cause first and is empty when the cause is unknown. `tried` is what was tried on this incident.
/// `benched` are remedies that made things worse for a signature, in this or an earlier run. What the mode allows is the
/// caller's question.
pub fn weigh(
    remedies: Vec<Remedy>,
    findings: &[Finding],
    tried: &[Tried],
    settings: &Healing,
    context: &Context<'_>,
    benched: &BTreeSet<(Signature, RemedyKey)>,
) -> Vec<Weighed> {
    let weigh_one = |remedy: Remedy| {
        let disposition = disposition_of(&remedy.actions, context.paths);
        let refusal = check_actions(&remedy, context)
            .and_then(|()| check_incident(&remedy, disposition, findings, tried, settings, benched))
            .err();
        Weighed { remedy, disposition, refusal }
    };
    remedies.into_iter().map(weigh_one).collect()
}

fn check_incident(
    remedy: &Remedy,
    disposition: Disposition,
    findings: &[Finding],
    tried: &[Tried],
    settings: &Healing,
    benched: &BTreeSet<(Signature, RemedyKey)>,
) -> Result<(), Refusal> {
    let refuse = |rule, message: String| Err(Refusal::new(rule, message));
    // A ticket may always be written; writing the same one again is the caller's to avoid.
    if is_escalation(remedy) {
        return Ok(());
    }
    if disposition == Disposition::Never {
        return refuse(rule::BAD_SHAPE, "a remedy that hands over to a person does nothing else".to_owned());
    }
    let Some(root) = findings.first().filter(|root| !transient::is_unknown(root)) else {
        return refuse(rule::UNKNOWN_CAUSE, "the cause is not known, and nothing is guessed".to_owned());
    };
    let seal = findings.iter().find(|finding| transient::is_seal(finding));
    if let Some(never) = Some(root).filter(|root| transient::floor_of(root) == Disposition::Never).or(seal) {
        return refuse(rule::NEVER_FINDING, format!("{} is for a person", never.code));
    }
    let key = remedy.key();
    if tried.iter().any(|tried| tried.key == key) {
        return refuse(rule::ALREADY_TRIED, "the same steps were tried in this incident".to_owned());
    }
    if benched.contains(&(root.signature.clone(), key)) {
        return refuse(rule::BENCHED, "it made this failure worse before, or a person rejected it".to_owned());
    }
    if !settings.rollback && is_rollback(remedy) {
        return refuse(rule::ROLLBACK_OFF, "rollback is switched off".to_owned());
    }
    if disposition == Disposition::Retry {
        check_retry(root, tried)?;
    }
    Ok(())
}

fn is_rollback(remedy: &Remedy) -> bool {
    remedy.strategy == "rollback"
        || remedy.actions.iter().any(|action| matches!(action, Action::RestoreSnapshot { .. }))
}

/// Blind retry is forbidden, and so is a third attempt at what failed twice the same way. A service that is waited for is a
/// changed condition that somebody looks at; a plain wait is not.
fn check_retry(root: &Finding, tried: &[Tried]) -> Result<(), Refusal> {
    if !transient::is_transient(root) {
        return Err(Refusal::new(rule::BLIND_RETRY, format!("{} does not pass by itself", root.code)));
    }
    let failed_again =
        |tried: &&Tried| tried.disposition == Disposition::Retry && tried.signature.as_ref() == Some(&root.signature);
    if tried.iter().any(|tried| failed_again(&tried)) {
        return Err(Refusal::new(rule::DETERMINISTIC, format!("{} failed the same way twice", root.code)));
    }
    Ok(())
}
