//! `selfheal replay RUN`: the recorded facts have to lead to the recorded decisions.

use anyhow::Context as _;
use pipeline::replay;

use super::explain::recorded;
use super::replay_policy;
use crate::args::{Format, ReplayArgs};
use crate::exit::{self, Failure};
use crate::report::paint::{FAILED, NAME, PASSED, paint};

/// Replays it. Exit code 1 when the decisions differ.
pub fn replay(args: ReplayArgs) -> Result<u8, Failure> {
    if let Some(policy) = &args.policy {
        return replay_policy::replay(&args, policy);
    }
    let args = args.of;
    let (_, run, records) = recorded(&args)?;
    let answer = replay::replay(&records).with_context(|| format!("replay {run}"))?;
    if args.format == Format::Json {
        let line = serde_json::json!({
            "version": 1,
            "run": run,
            "facts": answer.facts,
            "decisions": answer.decisions,
            "same": answer.divergence.is_none(),
            "differs_at": answer.divergence.as_ref().map(|one| one.seq),
            "recorded": answer.divergence.as_ref().and_then(|one| one.recorded.clone()),
            "decided": answer.divergence.as_ref().and_then(|one| one.decided.clone()),
        });
        say!("{line}");
    } else if let Some(divergence) = &answer.divergence {
        say!("{} {run} at record {}", paint(FAILED, "✗ differs:"), divergence.seq);
        say!("  recorded  {}", text(divergence.recorded.as_deref()));
        say!("  decided   {}", text(divergence.decided.as_deref()));
    } else {
        say!(
            "{} {}: {} facts led to the same {} decisions",
            paint(PASSED, "✓ same"),
            paint(NAME, &run),
            answer.facts,
            answer.decisions
        );
    }
    Ok(if answer.divergence.is_none() { exit::PASSED } else { exit::FAILED })
}

fn text(decision: Option<&pipeline::event::Decision>) -> String {
    decision.map_or_else(|| "nothing".to_owned(), |decision| serde_json::to_string(decision).unwrap_or_default())
}
