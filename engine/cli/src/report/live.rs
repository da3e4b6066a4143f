//! The live region of a terminal: one line per stage that runs, on standard error.

use std::collections::HashMap;
use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use pipeline::id::StageName;

/// How often a running line is redrawn.
const TICK: Duration = Duration::from_millis(120);

/// The region; without a terminal, or in CI, it shows nothing.
pub struct Live {
    bars: MultiProgress,
    running: HashMap<StageName, ProgressBar>,
    is_shown: bool,
}

impl Live {
    /// A region on standard error, if a person can see it.
    pub fn new(is_wanted: bool) -> Self {
        let is_shown = is_wanted && std::io::stderr().is_terminal() && std::env::var_os("CI").is_none();
        let target = if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self { bars: MultiProgress::with_draw_target(target), running: HashMap::new(), is_shown }
    }

    /// Shows a stage at work, or changes what is said about it.
    pub fn show(&mut self, stage: &StageName, text: String) {
        let bar = self.running.entry(stage.clone()).or_insert_with(|| {
            let bar = self.bars.add(ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("{spinner:.cyan} {msg} {elapsed}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(TICK);
            bar
        });
        bar.set_message(text);
    }

    /// Whether a person sees it.
    pub fn is_shown(&self) -> bool {
        self.is_shown
    }

    /// Changes what is said about a stage that is at work; one that has ended stays as it is.
    pub fn show_if_running(&self, stage: &StageName, text: String) {
        if let Some(bar) = self.running.get(stage) {
            bar.set_message(text);
        }
    }

    /// Takes a stage's line away.
    pub fn hide(&mut self, stage: &StageName) {
        if let Some(bar) = self.running.remove(stage) {
            bar.finish_and_clear();
        }
    }

    /// Prints around the region.
    pub fn print(&self, print: impl FnOnce()) {
        if self.is_shown { self.bars.suspend(print) } else { print() }
    }
}
