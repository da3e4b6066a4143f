//! A look at the output of an attempt that is still running, for the first error in it.
//!
//! It may not cost the attempt anything: pieces go into a bounded queue, and where that is full the look ends, because it is
//! provisional anyway and the diagnosis reads the whole log. It decides nothing and is not journaled.

use std::sync::{Arc, Mutex, PoisonError};

use log_scan::{Evidence, Options, RuleSet, Scanner, SecretMask, Severity};
use pipeline::id::StageName;
use tokio::sync::mpsc::{self, Receiver, Sender};

use crate::effects::Reach;
use crate::ports::{Clock, Observer, Plugins, SeenFinding, Stream};

/// How long an attempt has to go on after its first error before anybody is told, in milliseconds: where it ends within that
/// time, the diagnosis is there as soon and says more.
const SETTLE_MS: u64 = 1_000;
/// Pieces that wait to be looked at. The executor's pieces have at most 64 KiB, so this bounds the memory to 4 MiB.
const QUEUE: usize = 64;

/// The end that takes output. Dropping it ends the look.
pub(crate) struct LiveScan(Mutex<Option<Sender<Piece>>>);

/// Output of one stream.
type Piece = (Stream, Vec<u8>);

impl LiveScan {
    /// Begins a look at the output of an attempt. Has to be called within a runtime.
    pub(crate) fn of(reach: &Reach, stage: &StageName, attempt: u32) -> Self {
        let (sender, pieces) = mpsc::channel(QUEUE);
        let look = Look {
            plugins: Arc::clone(&reach.plugins),
            observer: Arc::clone(&reach.observer),
            clock: Arc::clone(&reach.clock),
            secrets: Arc::clone(&reach.settings.secrets),
            stage: stage.clone(),
            attempt,
        };
        tokio::spawn(look.run(pieces));
        Self(Mutex::new(Some(sender)))
    }

    /// Takes a piece; never waits.
    pub(crate) fn push(&self, stream: Stream, bytes: &[u8]) {
        let mut sender = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(queue) = sender.as_ref() else { return };
        let is_taken = queue.try_reserve().map(|place| place.send((stream, bytes.to_vec()))).is_ok();
        if !is_taken {
            // It is over, or it cannot keep up: with a gap, lines would be cut and counted wrongly.
            *sender = None;
        }
    }
}

struct Look {
    plugins: Arc<dyn Plugins>,
    observer: Arc<dyn Observer>,
    clock: Arc<dyn Clock>,
    secrets: Arc<Vec<String>>,
    stage: StageName,
    attempt: u32,
}

impl Look {
    async fn run(self, mut pieces: Receiver<Piece>) {
        // The rules are loaded only when there is something to look at.
        let Some(first) = pieces.recv().await else { return };
        let Some(rules) = self.plugins.rules().await else { return };
        let mut streams = [Watch::new(&rules), Watch::new(&rules)];
        let mut next = Some(first);
        while let Some((stream, bytes)) = next {
            let watch = &mut streams[usize::from(stream == Stream::Stderr)];
            if let Some((code, category, line, text)) = watch.push(&bytes) {
                let text = SecretMask::new(self.secrets.as_slice()).mask(&text).into_owned();
                let seen = SeenFinding { stage: self.stage, attempt: self.attempt, code, category, line, text };
                if goes_on(self.clock.as_ref(), &mut pieces).await {
                    self.observer.finding_seen(self.clock.now(), &seen);
                }
                return;
            }
            next = pieces.recv().await;
        }
    }
}

/// Whether the attempt is still running after a while. What it prints meanwhile is taken and not looked at.
async fn goes_on(clock: &dyn Clock, pieces: &mut Receiver<Piece>) -> bool {
    let mut settled = clock.sleep(SETTLE_MS);
    loop {
        tokio::select! {
            biased;
            piece = pieces.recv() => if piece.is_none() { return false },
            () = &mut settled => return true,
        }
    }
}

/// One stream.
struct Watch {
    scanner: Scanner,
    matched: u64,
}

impl Watch {
    fn new(rules: &RuleSet) -> Self {
        Self { scanner: Scanner::new(rules), matched: 0 }
    }

    /// Takes a piece; returns code, category, line and text of an error, if one is there by now.
    fn push(&mut self, bytes: &[u8]) -> Option<(String, String, u64, String)> {
        self.scanner.push(bytes);
        if self.scanner.matched() == std::mem::replace(&mut self.matched, self.scanner.matched()) {
            return None;
        }
        // As if the attempt had failed here: otherwise nothing in it would be a cause.
        let evidence = Evidence { exit_code: Some(1), ..Evidence::default() };
        let diagnosis = self.scanner.snapshot().diagnose(&evidence, &Options::default());
        // A finding without a line comes from that evidence, which is not real.
        let is_seen = |finding: &log_scan::RankedFinding| finding.severity == Severity::Error && finding.line > 0;
        let error = diagnosis.findings.into_iter().find(is_seen)?;
        Some((error.code, error.category, error.line, error.text))
    }
}

#[cfg(test)]
mod tests {
    use log_scan::{Position, RuleSpec};

    use super::*;
    use crate::fakes::StillClock;

    fn rule(code: &str, pattern: &str, severity: Severity) -> RuleSpec {
        RuleSpec {
            id: format!("test@1.0.0/{code}"),
            code: code.to_owned(),
            category: "dependency-missing".to_owned(),
            ecosystem: "python".to_owned(),
            pattern: pattern.to_owned(),
            negative: None,
            severity,
            confidence: 0.95,
            specificity: 90,
            position: Position::Cause,
            disposition: "auto".to_owned(),
            strategies: vec!["dependency".to_owned()],
            asks_plugin: false,
            examples: Vec::new(),
            attrs: Vec::new(),
        }
    }

    fn watch() -> Watch {
        let error = rule("python.module-not-found", "ModuleNotFoundError: ", Severity::Error);
        let warning = rule("python.deprecated", "DeprecationWarning: ", Severity::Warning);
        Watch::new(&RuleSet::load(vec![error, warning]).expect("sound rules"))
    }

    #[test]
    fn an_error_is_seen_once_its_line_is_whole_and_a_warning_is_none() {
        let mut watch = watch();
        assert_eq!(watch.push(b"collecting\nDeprecationWarning: old\n"), None);
        assert_eq!(watch.push(b"ModuleNotFoundError: No module na"), None);
        let (code, _, line, text) = watch.push(b"med 'PIL'\nmore\n").expect("it is seen");
        assert_eq!((code.as_str(), line), ("python.module-not-found", 3));
        assert_eq!(text, "ModuleNotFoundError: No module named 'PIL'");
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_that_ends_soon_after_its_error_is_not_told_of() {
        let clock = StillClock::default();
        let (sender, mut pieces) = mpsc::channel(2);
        sender.try_send((Stream::Stdout, b"more\n".to_vec())).expect("there is room");
        assert!(goes_on(&clock, &mut pieces).await);
        drop(sender);
        assert!(!goes_on(&clock, &mut pieces).await);
    }

    #[test]
    fn output_that_comes_faster_than_it_is_looked_at_is_dropped_and_not_waited_for() {
        let (sender, mut pieces) = mpsc::channel(2);
        let scan = LiveScan(Mutex::new(Some(sender)));
        for _ in 0..100 {
            scan.push(Stream::Stdout, b"a line\n");
        }
        let mut count = 0;
        while pieces.try_recv().is_ok() {
            count += 1;
        }
        assert_eq!(count, 2);
        scan.push(Stream::Stdout, b"after a gap\n");
        assert!(pieces.try_recv().is_err(), "nothing is looked at behind a gap");
    }
}
