//! Where what was learned is kept: in the plugin's own store, one per repository.
//!
//! Key `learned/head` is a JSON object that a person can read (versions, lessons by category); keys `learned/0`, `learned/1` …
//! are pieces of the [`Delta`]; keys `learned/lesson/NUMBER` are the latest lessons, one JSON object each, which `selfheal learn
//! show` lists (the form is in `wit/README.md`). A diagnosis reads the head and the pieces; only an event reads the lessons.

use std::collections::BTreeMap;

use plugin_sdk::host::state::{self, StateError};
use plugin_sdk::json::{self, Value, json};

use crate::delta::{Delta, Teacher};
use crate::features;
use crate::lesson::Lesson;
use crate::model::Weights;

/// What all keys start with.
pub const PREFIX: &str = "learned/";
/// The key of the head.
const HEAD: &str = "learned/head";
/// What the keys of lessons start with.
const LESSON: &str = "learned/lesson/";
/// Version of the stored form.
const VERSION: u64 = 2;
/// Bytes of one piece: the contract allows 64 KiB a value.
const PIECE_BYTES: usize = 60_000;
/// Pieces that are read at most; a [`Delta`] has fewer.
const MOST_PIECES: usize = 64;
/// Lessons that are kept by name. Older ones stay in the differences, where they fade, until something is forgotten: then the
/// differences are made again from those that are kept.
pub const MOST_LESSONS: usize = 256;

/// What a repository has taught.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    /// The difference to the shipped weights.
    pub delta: Delta,
    /// Lessons that were taken in, by category.
    pub counts: BTreeMap<String, u64>,
}

impl Memory {
    /// Reads the store; `None` when nothing was learned, or only by another version of the features.
    ///
    /// # Errors
    /// When reading failed.
    pub fn load() -> Result<Option<Self>, StateError> {
        let Some(head) = state::get(HEAD)?.and_then(|bytes| Head::parse(&bytes)) else { return Ok(None) };
        let mut pieces = Vec::new();
        for number in 0..head.pieces {
            pieces.extend(state::get(&piece_key(number))?);
        }
        Ok(Some(Self { delta: Delta::from_pieces(&pieces), counts: head.counts }))
    }

    /// Number of lessons.
    pub fn lesson_count(&self) -> u64 {
        self.counts.values().sum()
    }

    fn learn(&mut self, shipped: &dyn Weights, lesson: &Lesson) {
        self.delta.learn(shipped, &features::vector(&lesson.line), lesson.class, lesson.teacher);
        *self.counts.entry(lesson.category.clone()).or_default() += 1;
    }
}

/// What a repository has taught, with the lessons themselves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notebook {
    /// What the lessons come to.
    pub memory: Memory,
    /// The lessons that are kept, by number.
    lessons: BTreeMap<u64, Lesson>,
}

impl Notebook {
    /// Reads the store. What another version of the features has learned is learned again from its lessons.
    ///
    /// # Errors
    /// When reading failed.
    pub fn open(shipped: &dyn Weights) -> Result<Self, StateError> {
        let mut lessons = BTreeMap::new();
        for key in state::keys(LESSON)? {
            let Some(number) = lesson_number(&key) else { continue };
            let lesson = state::get(&key)?.and_then(|bytes| Lesson::from_json(&bytes));
            lessons.extend(lesson.map(|lesson| (number, lesson)));
        }
        let mut notebook = Self { memory: Memory::default(), lessons };
        match Memory::load()? {
            Some(memory) => notebook.memory = memory,
            None => notebook.learn_again(shipped),
        }
        Ok(notebook)
    }

    /// Takes a lesson in; `false` when that changes nothing, because its incident has taught that, or a person has spoken.
    pub fn take_in(&mut self, shipped: &dyn Weights, lesson: Lesson) -> bool {
        // Fixed before anything is forgotten: no other lesson gets the number of one that is in the store.
        let number = self.lessons.last_key_value().map_or(0, |(number, _)| number + 1);
        let known = self.lessons.values().find(|known| known.incident == lesson.incident);
        if let Some(known) = known {
            let says_the_same = known.category == lesson.category && known.line == lesson.line;
            if lesson.teacher == Teacher::Verification || (known.teacher == Teacher::Person && says_the_same) {
                return false;
            }
            self.forget(shipped, &lesson.incident);
        }
        self.memory.learn(shipped, &lesson);
        self.lessons.insert(number, lesson);
        while self.lessons.len() > MOST_LESSONS {
            self.lessons.pop_first();
        }
        true
    }

    /// Forgets what an incident taught; `false` when that is nothing.
    pub fn forget(&mut self, shipped: &dyn Weights, incident: &str) -> bool {
        let before = self.lessons.len();
        self.lessons.retain(|_, lesson| lesson.incident != incident);
        let is_less = self.lessons.len() < before;
        if is_less {
            self.learn_again(shipped);
        }
        is_less
    }

    /// Makes the differences again. A lesson cannot be taken out of them: the later ones were learned on top of it.
    fn learn_again(&mut self, shipped: &dyn Weights) {
        self.memory = Memory::default();
        for lesson in self.lessons.values() {
            self.memory.learn(shipped, lesson);
        }
    }

    /// Writes the store, and removes what is in it beyond that.
    ///
    /// # Errors
    /// When writing failed; the host then drops the whole call's changes together.
    pub fn store(&self) -> Result<(), StateError> {
        if self.lessons.is_empty() {
            return forget_all();
        }
        let pieces = self.memory.delta.to_pieces(PIECE_BYTES);
        let mut is_written = Vec::new();
        for key in state::keys(PREFIX)? {
            let piece = key.strip_prefix(PREFIX).and_then(|number| number.parse::<usize>().ok());
            match lesson_number(&key) {
                Some(number) if self.lessons.contains_key(&number) => is_written.push(number),
                Some(_) => state::remove(&key)?,
                None if piece.is_some_and(|number| number >= pieces.len()) => state::remove(&key)?,
                None => {}
            }
        }
        for (number, piece) in (0..).zip(&pieces) {
            state::set(&piece_key(number), piece)?;
        }
        // A lesson never changes under its number.
        for (number, lesson) in self.lessons.iter().filter(|(number, _)| !is_written.contains(number)) {
            state::set(&format!("{LESSON}{number:08}"), lesson.to_json().as_bytes())?;
        }
        let head = json!({
            "version": VERSION,
            "features": features::VERSION,
            "buckets": features::BUCKETS,
            "pieces": pieces.len(),
            "differences": self.memory.delta.len(),
            "lessons": self.memory.counts,
        });
        state::set(HEAD, head.to_string().as_bytes())
    }
}

/// Removes everything.
///
/// # Errors
/// When the store cannot be written.
pub fn forget_all() -> Result<(), StateError> {
    for key in state::keys(PREFIX)? {
        state::remove(&key)?;
    }
    Ok(())
}

fn piece_key(number: usize) -> String {
    format!("{PREFIX}{number}")
}

fn lesson_number(key: &str) -> Option<u64> {
    key.strip_prefix(LESSON)?.parse().ok()
}

struct Head {
    pieces: usize,
    counts: BTreeMap<String, u64>,
}

impl Head {
    /// `None` for a head of another version: buckets would mean something else.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let value: Value = json::from_slice(bytes).ok()?;
        let number = |key: &str| value.get(key).and_then(Value::as_u64);
        let fits = number("version") == Some(VERSION)
            && number("features") == Some(u64::from(features::VERSION))
            && number("buckets") == Some(features::BUCKETS as u64);
        let counts = value.get("lessons")?.as_object()?;
        let pieces = number("pieces").and_then(|pieces| usize::try_from(pieces).ok()).unwrap_or(0);
        fits.then(|| Self {
            pieces: pieces.min(MOST_PIECES),
            counts: counts.iter().filter_map(|(key, value)| Some((key.clone(), value.as_u64()?))).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classes::index;
    use crate::model::Dense;

    fn lesson(number: usize) -> Lesson {
        Lesson {
            incident: format!("i-{number}"),
            line: "widget pool drained".to_owned(),
            category: "rate-limit".to_owned(),
            class: index("rate-limit").expect("a category"),
            teacher: Teacher::Verification,
            at: String::new(),
        }
    }

    #[test]
    fn only_the_latest_lessons_are_kept_by_name() {
        let shipped = Dense::zero(features::BUCKETS);
        let mut notebook = Notebook::default();
        for number in 0..=MOST_LESSONS {
            assert!(notebook.take_in(&shipped, lesson(number)));
        }
        assert_eq!(notebook.lessons.len(), MOST_LESSONS);
        assert_eq!(notebook.memory.lesson_count(), MOST_LESSONS as u64 + 1);
        assert!(!notebook.forget(&shipped, "i-0"), "it is not known by name any more");
        assert!(notebook.forget(&shipped, "i-1"));
    }

    #[test]
    fn a_stored_lesson_is_read_as_it_was_written() {
        let lesson = Lesson { at: "2026-11-23T20:00:00.000Z".to_owned(), ..lesson(3) };
        assert_eq!(Lesson::from_json(lesson.to_json().as_bytes()), Some(lesson));
        assert_eq!(Lesson::from_json(b"{}"), None);
    }
}
