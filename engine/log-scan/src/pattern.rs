//! The regular expression of one rule, built when a line first needs it: most rules never are.
//!
//! Two things keep that short, because a `diagnose` builds some dozens of expressions and most of them match nothing. Letters,
//! digits, spaces and word ends are those of ASCII and a dot is a byte: no tool words its errors by other classes, and their
//! automata take longer to build than a megabyte takes to scan. A pattern that names other characters in a class gets Unicode.
//! And whether a line matches at all is asked of a forward automaton alone; what finds the groups is built at the first match.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use regex::bytes::{Captures, Regex, RegexBuilder};
use regex_automata::hybrid::dfa::{Cache, Config, DFA};
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::{Input, util::syntax};

use crate::literal::MAX_NESTING;

/// Largest compiled pattern in bytes. Unicode classes under a counted repetition reach this; ordinary rules need a tenth.
const MAX_COMPILED_BYTES: usize = 1 << 20;
/// Lazy automaton's cache per pattern, in bytes. Confirmation looks at single lines, so a small cache is enough.
const AUTOMATON_BYTES: usize = 1 << 18;

/// A regular expression that is built when it is first needed.
pub(crate) struct LazyRegex {
    source: String,
    filter: OnceLock<Option<Filter>>,
    built: OnceLock<Option<Regex>>,
}

/// Says whether a line matches, and not where.
struct Filter {
    automaton: DFA,
    /// States that were met. Another thread that scans at the same time asks the whole expression.
    cache: Mutex<Cache>,
}

impl LazyRegex {
    pub(crate) fn new(source: &str) -> Self {
        Self { source: source.to_owned(), filter: OnceLock::new(), built: OnceLock::new() }
    }

    pub(crate) fn build(&self) -> Result<Regex, regex::Error> {
        let build = |is_unicode| {
            RegexBuilder::new(&self.source)
                .unicode(is_unicode)
                .size_limit(MAX_COMPILED_BYTES)
                .dfa_size_limit(AUTOMATON_BYTES)
                .nest_limit(MAX_NESTING)
                .build()
        };
        match build(false) {
            Err(regex::Error::Syntax(_)) => build(true),
            built => built,
        }
    }

    /// Whether the expression matches. One that is over a limit never does; [`RuleSet::compile`](crate::RuleSet::compile) lets
    /// no such rule in.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        let known = self.filter.get_or_init(|| Filter::build(&self.source)).as_ref().and_then(|one| one.is_match(text));
        known.unwrap_or_else(|| self.get().is_some_and(|built| built.is_match(text.as_bytes())))
    }

    /// The first match in `text`, and its named groups, each at most `most` bytes long.
    pub(crate) fn named(&self, text: &str, most: usize) -> Option<BTreeMap<String, String>> {
        let built = self.get()?;
        built.captures(text.as_bytes()).map(|captures| named(built, &captures, most))
    }

    fn get(&self) -> Option<&Regex> {
        self.built.get_or_init(|| self.build().ok()).as_ref()
    }
}

impl Filter {
    fn build(source: &str) -> Option<Self> {
        let syntax = syntax::Config::new().unicode(false).utf8(false).nest_limit(MAX_NESTING);
        let limits = thompson::Config::new()
            .utf8(false)
            .which_captures(WhichCaptures::None)
            .nfa_size_limit(Some(MAX_COMPILED_BYTES));
        let config = Config::new().cache_capacity(AUTOMATON_BYTES).minimum_cache_clear_count(Some(3));
        let automaton = DFA::builder().configure(config).syntax(syntax).thompson(limits).build(source).ok()?;
        let cache = Mutex::new(automaton.create_cache());
        Some(Self { automaton, cache })
    }

    /// `None` where the automaton cannot say: another thread uses it, or it became too large.
    fn is_match(&self, text: &str) -> Option<bool> {
        let mut cache = match self.cache.try_lock() {
            Ok(cache) => cache,
            Err(std::sync::TryLockError::Poisoned(poisoned)) => PoisonError::into_inner(poisoned),
            Err(std::sync::TryLockError::WouldBlock) => return None,
        };
        let input = Input::new(text).earliest(true);
        self.automaton.try_search_fwd(&mut cache, &input).ok().map(|end| end.is_some())
    }
}

/// The named groups that took part in a match, each at most `most` bytes long.
fn named(pattern: &Regex, captures: &Captures<'_>, most: usize) -> BTreeMap<String, String> {
    let value = |name: &str| captures.name(name).map(|group| cut(group.as_bytes(), most));
    pattern.capture_names().flatten().filter_map(|name| Some((name.to_owned(), value(name)?))).collect()
}

/// Whole characters only: a group may end inside of one.
fn cut(bytes: &[u8], most: usize) -> String {
    let end = (0..=most.min(bytes.len())).rev().find(|at| is_start(bytes, *at)).unwrap_or(0);
    let start = (0..end).find(|at| is_start(bytes, *at)).unwrap_or(end);
    String::from_utf8_lossy(&bytes[start..end]).into_owned()
}

/// Whether no character goes on at a position.
fn is_start(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_none_or(|byte| byte & 0xc0 != 0x80)
}
