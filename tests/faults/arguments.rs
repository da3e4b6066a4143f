//! The arguments of `cargo test --test faults -- …`, as far as the standard harness's are needed here.

/// Faults that are run at once: most of their time is spent waiting for processes, and two processors are usual.
const THREADS: usize = 4;

/// What to run.
pub struct Arguments {
    filters: Vec<String>,
    skips: Vec<String>,
    is_exact: bool,
    runs_nothing: bool,
    /// Whether names are wanted instead of runs.
    pub lists: bool,
    /// How many faults at once.
    pub threads: usize,
}

impl Arguments {
    /// Reads them. Options of the standard harness that mean nothing here are passed over, because `cargo test --workspace`
    /// gives the same ones to every target.
    pub fn of(words: impl Iterator<Item = String>) -> Self {
        let mut read = Self {
            filters: Vec::new(),
            skips: Vec::new(),
            is_exact: false,
            runs_nothing: false,
            lists: false,
            threads: THREADS,
        };
        let mut words = words.flat_map(|word| match word.split_once('=') {
            Some((option, value)) if option.starts_with("--") => vec![option.to_owned(), value.to_owned()],
            _ => vec![word],
        });
        while let Some(word) = words.next() {
            match word.as_str() {
                "--list" => read.lists = true,
                "--exact" => read.is_exact = true,
                // No fault is ignored.
                "--ignored" => read.runs_nothing = true,
                "--skip" => read.skips.extend(words.next()),
                "--test-threads" => {
                    let threads = words.next().and_then(|count| count.parse().ok());
                    read.threads = threads.filter(|count| *count > 0).unwrap_or(THREADS);
                }
                "--format" | "--color" | "--logfile" | "-Z" => {
                    words.next();
                }
                option if option.starts_with('-') => {}
                _ => read.filters.push(word),
            }
        }
        read
    }

    /// Whether a fault of this name is to be run.
    pub fn wants(&self, name: &str) -> bool {
        let fits = |pattern: &String| if self.is_exact { name == pattern } else { name.contains(pattern.as_str()) };
        let is_named = self.filters.is_empty() || self.filters.iter().any(fits);
        is_named && !self.skips.iter().any(fits) && !self.runs_nothing
    }

    /// Whether nothing is left out.
    pub fn wants_all(&self) -> bool {
        self.filters.is_empty() && self.skips.is_empty() && !self.runs_nothing
    }
}
