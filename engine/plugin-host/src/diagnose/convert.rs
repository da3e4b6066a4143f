//! Between the types of `log-scan`, `pipeline` and the contract.

use log_scan::{Claim, ContextLine, Diagnosis as Ranked, Outcome as Verdict, Question, RankedFinding};
use pipeline::finding::{Diagnosis, DiagnosisOutcome, Disposition, Finding, LogLine};
use pipeline::id::Signature;
use pipeline::outcome::Outcome;

use crate::bindings::capabilities::selfheal::plugin::types as wit;
use crate::bindings::classifier::exports::selfheal::plugin::classifier::Candidate;
use crate::convert::{
    check_attrs, check_code, check_text, check_unit, disposition_from_wit, outcome_to_wit, texts_to_captures,
};

/// Findings of one answer.
const MAX_FINDINGS: usize = 64;

pub(super) fn diagnosis(ranked: Ranked) -> Diagnosis {
    Diagnosis {
        outcome: match ranked.outcome {
            Verdict::Failure => DiagnosisOutcome::Failure,
            Verdict::NoFailure => DiagnosisOutcome::NoFailure,
            Verdict::Unknown => DiagnosisOutcome::Unknown,
        },
        lines: ranked.lines,
        truncated: ranked.truncated,
        findings: ranked.findings.into_iter().map(finding).collect(),
        runner_up: ranked.runner_up.map(finding),
        excerpt: ranked.excerpt.into_iter().map(log_line).collect(),
    }
}

fn finding(ranked: RankedFinding) -> Finding {
    Finding {
        code: ranked.code,
        category: ranked.category,
        ecosystem: ranked.ecosystem,
        severity: ranked.severity.to_string(),
        confidence: ranked.confidence,
        line: ranked.line,
        text: ranked.text,
        captures: ranked.captures,
        disposition: disposition(&ranked.disposition),
        strategies: ranked.strategies,
        context: ranked.context.into_iter().map(log_line).collect(),
        rule: ranked.rule,
        signature: Signature::new(ranked.signature),
    }
}

fn log_line(line: ContextLine) -> LogLine {
    LogLine { line: line.line, text: line.text }
}

/// The disposition of a word; the most careful one for a word that is none, which no checked rule has.
fn disposition(word: &str) -> Disposition {
    [Disposition::Retry, Disposition::Auto, Disposition::Patch]
        .into_iter()
        .find(|known| known.as_str() == word)
        .unwrap_or(Disposition::Never)
}

/// A question in the contract's words.
pub(super) fn candidate(question: &Question, outcome: Option<&Outcome>) -> Candidate {
    Candidate {
        code: question.code.clone(),
        line: wit::LogLine { line: question.line, text: question.text.clone() },
        captures: texts_to_captures(&question.captures),
        outcome: outcome.map(outcome_to_wit),
    }
}

/// A classifier's answer, checked. Signature and confidence are computed again by the ranking.
pub(super) fn claims(findings: Vec<wit::Finding>) -> Result<Vec<Claim>, String> {
    if findings.len() > MAX_FINDINGS {
        return Err(format!("{} findings; at most {MAX_FINDINGS} are allowed", findings.len()));
    }
    findings.into_iter().map(claim).collect()
}

fn claim(finding: wit::Finding) -> Result<Claim, String> {
    let attrs = check_attrs(finding.attrs)?;
    let captures = finding
        .captures
        .into_iter()
        .map(|capture| Ok((check_code("a capture's name", capture.name)?, check_text("a capture", capture.value)?)));
    let strategies = finding.strategies.into_iter().map(|code| check_code("a strategy", code));
    Ok(Claim {
        code: check_code("a finding's code", finding.code)?,
        category: check_code("a finding's category", finding.category)?,
        ecosystem: check_code("a finding's ecosystem", finding.ecosystem)?,
        severity: finding.severity.parse().map_err(|unknown: log_scan::UnknownWord| unknown.to_string())?,
        confidence: check_unit("a finding's confidence", finding.confidence)?,
        line: finding.cause.line,
        text: check_text("a cause line", finding.cause.text)?,
        captures: captures.collect::<Result<_, String>>()?,
        disposition: disposition_from_wit(finding.disposition).as_str().to_owned(),
        strategies: strategies.collect::<Result<_, String>>()?,
        votes: log_scan::votes(attrs.iter().map(|(key, value)| (key.as_str(), value.as_str()))),
    })
}
