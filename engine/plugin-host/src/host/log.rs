//! `log`: a line in the run's record.

use pipeline::id::PluginId;

use super::HostState;
use crate::bindings::capabilities::selfheal::plugin::{log, types};
use crate::notice::Notice;
use crate::options::OnNotice;

/// The log output of one call.
pub(super) struct Log {
    plugin: PluginId,
    bytes_left: usize,
    dropped: u64,
    on_notice: OnNotice,
}

impl Log {
    pub(super) fn new(plugin: PluginId, budget: usize, on_notice: OnNotice) -> Self {
        Self { plugin, bytes_left: budget, dropped: 0, on_notice }
    }

    pub(super) fn write(&mut self, level: &str, message: &str) {
        let Some(rest) = self.bytes_left.checked_sub(message.len().max(1)) else {
            self.dropped += 1;
            return;
        };
        self.bytes_left = rest;
        self.send(level, escaped(message));
    }

    fn send(&self, level: &str, message: String) {
        let level = match level {
            "error" | "warn" | "debug" | "trace" => level,
            _ => "info",
        };
        (self.on_notice)(Notice::Log { plugin: self.plugin.to_string(), level: level.to_owned(), message });
    }
}

impl Drop for Log {
    /// Says how much was dropped, once.
    fn drop(&mut self) {
        if self.dropped > 0 {
            self.send("warn", format!("{} more messages were dropped: a call may log only so much", self.dropped));
        }
    }
}

/// A text without control characters: a plugin cannot move the cursor, forge a line or change colours. Line breaks and
/// tabs become their escapes too.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || is_direction_mark(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// Marks that reorder what follows on a terminal.
fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

impl types::Host for HostState {}

impl log::Host for HostState {
    fn write(&mut self, level: String, message: String) -> wasmtime::Result<()> {
        self.charge()?;
        self.log.write(&level, &message);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn what_is_beyond_the_budget_is_dropped_and_counted() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&seen);
        let on_notice: OnNotice = Arc::new(move |notice| sink.lock().expect("no panic").push(notice));
        let mut log = Log::new("p".into(), 10, on_notice);
        log.write("info", "12345678");
        log.write("info", "123");
        log.write("shout", "ab");
        log.write("info", "");
        drop(log);
        let lines: Vec<String> = seen
            .lock()
            .expect("no panic")
            .iter()
            .map(|notice| match notice {
                Notice::Log { level, message, .. } => format!("{level}: {message}"),
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(
            lines,
            ["info: 12345678", "info: ab", "warn: 2 more messages were dropped: a call may log only so much"]
        );
    }

    #[test]
    fn control_characters_are_shown_not_obeyed() {
        assert_eq!(escaped("a\x1b[31mred\r\n\u{202e}x"), "a\\u{1b}[31mred\\r\\n\\u{202e}x");
        assert_eq!(escaped("Zürich 東京"), "Zürich 東京");
    }
}
