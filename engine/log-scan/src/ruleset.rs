//! Many rules made into one filter.

use std::fmt;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::hint;
use crate::literal::{self, MAX_NESTING};
use crate::pattern::LazyRegex;
use crate::rule::RuleSpec;
use crate::sieve::{Hit, Sieve};

/// Longest pattern in bytes; the limit of the contract.
pub const MAX_PATTERN_BYTES: usize = 2048;
/// Most rules in one set: the contract's 2,000 for each of twenty plugins.
pub const MAX_RULES: usize = 40_000;
/// About how many literals a rule has.
const LITERALS_OF_A_RULE: usize = 8;

/// Why rules do not become a set. Names the rule.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuleSetError {
    /// More than [`MAX_RULES`].
    #[error("compile {count} rules: at most {MAX_RULES} are allowed")]
    TooMany {
        /// How many there are.
        count: usize,
    },
    /// Two rules have one id.
    #[error("compile rule {rule}: another rule has the same id")]
    Duplicate {
        /// The rule's id.
        rule: String,
    },
    /// A number is out of its range.
    #[error("compile rule {rule}: {field} {value} is not between 0 and {most}")]
    OutOfRange {
        /// The rule's id.
        rule: String,
        /// The field's name.
        field: &'static str,
        /// Its value.
        value: f64,
        /// The largest value allowed.
        most: f64,
    },
    /// A pattern is longer than [`MAX_PATTERN_BYTES`].
    #[error("compile rule {rule}: its {field} has {bytes} bytes, at most {MAX_PATTERN_BYTES} are allowed")]
    TooLong {
        /// The rule's id.
        rule: String,
        /// `pattern` or `negative`.
        field: &'static str,
        /// Its length.
        bytes: usize,
    },
    /// A pattern is not a regular expression, or nests too deeply.
    #[error("compile rule {rule}: its {field} is not a regular expression")]
    Syntax {
        /// The rule's id.
        rule: String,
        /// `pattern` or `negative`.
        field: &'static str,
        /// What is wrong, and where.
        source: Box<regex_syntax::Error>,
    },
    /// A pattern needs too much memory.
    #[error("compile rule {rule}: its {field} needs too much memory")]
    TooLarge {
        /// The rule's id.
        rule: String,
        /// `pattern` or `negative`.
        field: &'static str,
        /// The limit that it hit.
        source: regex::Error,
    },
    /// A pattern matches the empty line, so it would match everything.
    #[error("compile rule {rule}: its pattern matches an empty line")]
    MatchesEmptyLine {
        /// The rule's id.
        rule: String,
    },
}

/// Rules, compiled. Cloning is cheap.
#[derive(Clone)]
pub struct RuleSet {
    inner: Arc<Inner>,
}

struct Inner {
    rules: Vec<RuleSpec>,
    patterns: Vec<Pattern>,
    sieve: Sieve,
    /// The literals of rules that are matched once in a log. Such a rule is broad, its literals are short and stand
    /// everywhere: apart from the others they cost nothing once it has matched.
    once: Sieve,
    /// Patterns by literal; those of `once` follow those of `sieve`.
    owners: Vec<Vec<u32>>,
    /// Patterns without a literal: they are tried on every line.
    unfiltered: Vec<u32>,
    /// Patterns of rules that are matched once in a log.
    broad: Vec<u32>,
}

impl fmt::Debug for RuleSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RuleSet({} rules)", self.inner.rules.len())
    }
}

/// What a pattern belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A rule, by index.
    Rule(usize),
    /// One of the engine's own hints, by index.
    Hint(usize),
}

/// A pattern and what must not match beside it.
pub(crate) struct Pattern {
    pub target: Target,
    pub positive: LazyRegex,
    pub negative: Option<LazyRegex>,
}

impl RuleSet {
    /// Compiles rules and checks every limit.
    ///
    /// # Errors
    ///
    /// The first rule that breaks a limit, by its id.
    ///
    /// Cost: 0.1 ms a rule or so, because every pattern is built. For rules that passed before there is [`RuleSet::load`].
    pub fn compile(rules: Vec<RuleSpec>) -> Result<Self, RuleSetError> {
        let set = Self::load(rules)?;
        for rule in set.rules() {
            parse(&rule.id, "pattern", &rule.pattern)?;
            if let Some(negative) = &rule.negative {
                parse(&rule.id, "negative pattern", negative)?;
            }
        }
        for pattern in &set.inner.patterns {
            let Target::Rule(rule) = pattern.target else {
                continue;
            };
            let rule = &set.inner.rules[rule].id;
            let too_large = |field| move |source| RuleSetError::TooLarge { rule: rule.clone(), field, source };
            let built = pattern.positive.build().map_err(too_large("pattern"))?;
            if built.is_match(b"") {
                return Err(RuleSetError::MatchesEmptyLine { rule: rule.clone() });
            }
            if let Some(negative) = &pattern.negative {
                negative.build().map_err(too_large("negative pattern"))?;
            }
        }
        Ok(set)
    }

    /// Compiles rules that [`RuleSet::compile`] accepted before, such as those from a cache, best [prepared](RuleSpec::prepared):
    /// patterns are built when a line first needs them. A pattern that turns out to be unsound then never matches.
    ///
    /// # Errors
    ///
    /// As [`RuleSet::compile`], but without `TooLarge`, `MatchesEmptyLine` and `Syntax` of negative patterns.
    ///
    /// Cost: see `benches/scan.rs`; it is part of every `diagnose`, so nothing is done here that most logs do not need.
    pub fn load(rules: Vec<RuleSpec>) -> Result<Self, RuleSetError> {
        if rules.len() > MAX_RULES {
            return Err(RuleSetError::TooMany { count: rules.len() });
        }
        let mut index = Index::default();
        index.always.slots.reserve(rules.len() * LITERALS_OF_A_RULE);
        let mut ids = std::collections::HashSet::new();
        for (number, rule) in rules.iter().enumerate() {
            check_numbers(rule)?;
            if !ids.insert(rule.id.as_str()) {
                return Err(RuleSetError::Duplicate { rule: rule.id.clone() });
            }
            check_length(&rule.id, "pattern", &rule.pattern)?;
            if let Some(negative) = &rule.negative {
                check_length(&rule.id, "negative pattern", negative)?;
            }
            let literals = literals(rule)?;
            let often = if rule.is_matched_once() { Often::Once } else { Often::Always };
            index.add(Target::Rule(number), often, literals, &rule.pattern, rule.negative.as_deref());
        }
        for (number, hint) in hint::HINTS.iter().enumerate() {
            let literals = hint.literals.iter().map(|literal| literal.as_bytes().to_vec()).collect();
            index.add(Target::Hint(number), Often::Always, Some(literals), hint.pattern, None);
        }
        let Index { patterns, always, once, unfiltered, broad } = index;
        let ((always, mut owners), (once, owners_of_once)) = (always.finished(), once.finished());
        owners.extend(owners_of_once);
        let (sieve, once) = (Sieve::new(always), Sieve::new(once));
        Ok(Self { inner: Arc::new(Inner { rules, patterns, sieve, once, owners, unfiltered, broad }) })
    }

    /// The rules.
    pub fn rules(&self) -> &[RuleSpec] {
        &self.inner.rules
    }

    /// Rules whose pattern has no fixed text of three bytes or more. Each of them is tried on every line of a log, which
    /// makes scanning many times slower; `plugin inspect` should name them.
    pub fn slow_rules(&self) -> impl Iterator<Item = &RuleSpec> {
        self.inner.unfiltered.iter().filter_map(|pattern| match self.inner.patterns[*pattern as usize].target {
            Target::Rule(rule) => Some(&self.inner.rules[rule]),
            Target::Hint(_) => None,
        })
    }

    pub(crate) fn rule(&self, index: usize) -> &RuleSpec {
        &self.inner.rules[index]
    }

    pub(crate) fn pattern(&self, index: u32) -> &Pattern {
        &self.inner.patterns[index as usize]
    }

    /// Finds the literals of all rules but those that are matched once.
    pub(crate) fn find(&self, block: &[u8], hits: &mut Vec<Hit>) {
        self.inner.sieve.find(block, hits);
    }

    /// Adds the literals of rules that are matched once to what [`RuleSet::find`] found in the same block.
    pub(crate) fn find_broad(&self, block: &[u8], hits: &mut Vec<Hit>) {
        let first = hits.len();
        self.inner.once.find(block, hits);
        hits[first..].iter_mut().for_each(|hit| hit.literal += self.inner.sieve.len() as u32);
        hits.sort_unstable();
    }

    /// Patterns of rules that are matched once in a log.
    pub(crate) fn broad(&self) -> &[u32] {
        &self.inner.broad
    }

    pub(crate) fn owners(&self, literal: u32) -> &[u32] {
        &self.inner.owners[literal as usize]
    }

    pub(crate) fn unfiltered(&self) -> &[u32] {
        &self.inner.unfiltered
    }
}

/// How often a pattern is matched in one log.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Often {
    Always,
    Once,
}

/// Both filters while they are being built.
#[derive(Default)]
struct Index {
    patterns: Vec<Pattern>,
    always: Literals,
    once: Literals,
    unfiltered: Vec<u32>,
    broad: Vec<u32>,
}

/// Literals by the order in which they came, and their patterns, while a filter is being built. The hash is a quick one: a
/// plugin whose literals collide on purpose slows the start by a second at most (its rules are limited in number and length).
#[derive(Default)]
struct Literals {
    slots: FxHashMap<Vec<u8>, u32>,
    owners: Vec<Vec<u32>>,
}

impl Index {
    fn add(
        &mut self,
        target: Target,
        often: Often,
        literals: Option<Vec<Vec<u8>>>,
        pattern: &str,
        negative: Option<&str>,
    ) {
        let number = self.patterns.len() as u32;
        self.patterns.push(Pattern {
            target,
            positive: LazyRegex::new(pattern),
            negative: negative.map(LazyRegex::new),
        });
        if often == Often::Once {
            self.broad.push(number);
        }
        let filter = if often == Often::Once { &mut self.once } else { &mut self.always };
        match literals {
            None => self.unfiltered.push(number),
            Some(literals) => literals.into_iter().for_each(|literal| filter.add(literal, number)),
        }
    }
}

impl Literals {
    fn add(&mut self, literal: Vec<u8>, pattern: u32) {
        let next = self.owners.len() as u32;
        let slot = *self.slots.entry(literal).or_insert(next);
        if slot == next {
            self.owners.push(Vec::new());
        }
        self.owners[slot as usize].push(pattern);
    }

    /// The literals in their order, and the patterns of each.
    fn finished(self) -> (Vec<Vec<u8>>, Vec<Vec<u32>>) {
        let mut literals = vec![Vec::new(); self.owners.len()];
        for (literal, slot) in self.slots {
            literals[slot as usize] = literal;
        }
        (literals, self.owners)
    }
}

fn check_numbers(rule: &RuleSpec) -> Result<(), RuleSetError> {
    let out_of_range = |field, value, most| RuleSetError::OutOfRange { rule: rule.id.clone(), field, value, most };
    if !(0.0..=1.0).contains(&rule.confidence) {
        return Err(out_of_range("confidence", rule.confidence, 1.0));
    }
    if rule.specificity > 100 {
        return Err(out_of_range("specificity", f64::from(rule.specificity), 100.0));
    }
    Ok(())
}

fn check_length(rule: &str, field: &'static str, pattern: &str) -> Result<(), RuleSetError> {
    if pattern.len() > MAX_PATTERN_BYTES {
        return Err(RuleSetError::TooLong { rule: rule.to_owned(), field, bytes: pattern.len() });
    }
    Ok(())
}

/// The literals of a rule's pattern, if it has any.
fn literals(rule: &RuleSpec) -> Result<Option<Vec<Vec<u8>>>, RuleSetError> {
    if let Some(known) = rule.known_literals() {
        return Ok(known);
    }
    match literal::of_pattern(&rule.pattern) {
        Some(literals) => Ok(literals),
        // Says what is wrong.
        None => parse(&rule.id, "pattern", &rule.pattern).map(|parsed| literal::required(&parsed)),
    }
}

fn parse(rule: &str, field: &'static str, pattern: &str) -> Result<regex_syntax::hir::Hir, RuleSetError> {
    regex_syntax::ParserBuilder::new()
        .nest_limit(MAX_NESTING)
        .build()
        .parse(pattern)
        .map_err(|source| RuleSetError::Syntax { rule: rule.to_owned(), field, source: Box::new(source) })
}
