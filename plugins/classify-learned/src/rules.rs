//! The one rule: a line that speaks of failure in words that any program uses.
//!
//! It only brings the host to ask once for a log; what the log shows is the model's matter. Its low specificity says that such
//! a line alone is no failure.

use plugin_sdk::prelude::*;

/// Code of the rule.
pub const FAILURE_WORD: &str = "learned.failure-word";

/// All rules.
pub const ALL: &[&[Rule]] = &[rules![
    Rule::new(FAILURE_WORD)
        .category("unknown")
        .pattern(
            r"\b(?:[Ee]rror|ERROR|ERR!|[Ff]ail(?:ed|ure|ures|ing|s)?|FAIL(?:ED|URE)?|[Ff]atal|FATAL|[Ee]xception|panic(?:ked)?|[Kk]illed|[Dd]enied|[Rr]efused|[Tt]imed out|[Nn]ot found|[Cc]annot|[Uu]nable to|[Cc]ould not|[Nn]o space left|[Aa]borted|would reformat|[Vv]ulnerabilit(?:y|ies)|[Cc]onflict|[Rr]ejected|[Ee]xceeded|[Cc]ancell?ed)\b"
        )
        .confidence(0.05)
        .specificity(5)
        .asks_plugin()
        .attr("asks", "once")
        .matches("Error: something broke")
        .matches("widget: cannot open the door")
        .ignores("compiled 3 files in 2 s")
        .ignores("src/errors.rs is up to date"),
]];
