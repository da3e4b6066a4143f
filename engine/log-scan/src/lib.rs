//! Turns the bytes of a log into ranked findings with line numbers.
//!
//! Pure: no files, no clock, no threads, no wasm; it does not know pipelines either. Everything that knows about a tool
//! comes in as data ([`RuleSpec`]), declared by classifier plugins.
//!
//! Read in this order:
//!
//! 1. [`RuleSpec`] and [`RuleSet`]: a rule, and how many rules become one filter (`literal`, `sieve`).
//! 2. [`Scanner`]: one pass over the bytes with flat memory; `line` says what a line is, `normal` what a rule sees of it.
//! 3. [`Scan::diagnose`]: which of the matches is the cause, and how sure that is (`weight`, `course`, `rank`, `vote`), and
//!    which lines show it (`extent`, `present`).
//! 4. [`signature`]: the stable fingerprint of a cause line.
//! 5. [`SecretMask`]: what must never be shown.
//!
//! Invariants: the way in which the bytes are cut into chunks changes nothing; the work is linear in the number of bytes;
//! memory does not grow with the log; log text is data, never a pattern and never a format string.

mod rule;

mod literal;
mod pattern;
mod ruleset;
mod sieve;

mod ansi;
mod decode;
mod line;
mod normal;
mod prefix;

mod course;
mod hint;
mod kept;
mod scan;
mod scanner;

mod block;
mod candidate;
mod diagnosis;
mod evidence;
mod excerpt;
mod extent;
mod present;
mod rank;
mod shape;
mod suspect;
mod template;
mod vote;
mod weight;

mod mask;

mod examples;
mod secrets;

pub use diagnosis::{ContextLine, Diagnosis, Outcome, RankedFinding};
pub use evidence::Evidence;
pub use examples::{ExampleFault, FaultKind, check_examples};
pub use line::lines;
pub use mask::{mask_line, signature};
pub use normal::{displayed, normalised};
pub use rank::Options;
pub use rule::{Example, Position, RuleSpec, Severity, UnknownWord};
pub use ruleset::{MAX_PATTERN_BYTES, MAX_RULES, RuleSet, RuleSetError};
pub use scan::{Claim, Question, Scan};
pub use scanner::Scanner;
pub use secrets::{MaskStream, SecretMask};
pub use template::Templates;
pub use vote::votes;
