//! How it is seen that a service is ready.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use pipeline::definition::{Ready, Service};
use pipeline::remedy::Limits;
use tokio::sync::watch;

use super::{Scene, log_of, request};
use crate::effects::Reach;
use crate::ports::{CommandRequest, OutputSink, Stream};

/// Time between two looks, in milliseconds.
const POLL_MS: u64 = 100;
/// Time for one look at a port, in milliseconds.
const LOOK_MS: u64 = 250;
/// Time for one command that looks, in milliseconds.
const COMMAND_MS: u64 = 10_000;

/// The port that shows readiness, if one does. A variable is looked up as the service sees it.
pub(super) fn port_of(ready: &Ready, env: &BTreeMap<String, String>) -> Option<u16> {
    match ready {
        Ready::Port { port } => Some(*port),
        Ready::PortOf { variable } => env.get(variable)?.trim().parse().ok(),
        Ready::Http { url } => pipeline::definition::local_address(url).map(|(_, port, _)| port),
        Ready::Command { .. } | Ready::Log { .. } => None,
    }
}

/// Whether somebody accepts connections on a port right now.
pub(super) async fn answers(reach: &Reach, port: u16) -> bool {
    reach.executor.wait_for_service("localhost", port, 1, reach.cancel.clone()).await
}

/// Returns when the service is ready; never, if it does not become so. The caller has the deadline.
pub(super) async fn wait_until_ready(
    reach: &Reach,
    scene: &Scene<'_>,
    service: &Service,
    env: &BTreeMap<String, String>,
    seen: LogWatch,
) {
    if let Ready::Log { .. } = &service.ready {
        return seen.wait().await;
    }
    loop {
        let is_ready = match &service.ready {
            Ready::Http { url } => reach.executor.answers_http(url).await,
            Ready::Command { command } => {
                let log = log_of(reach, scene, service).with_extension("ready.log");
                // Only what the last look said is worth reading.
                let _ = std::fs::remove_file(&log);
                let request = CommandRequest {
                    limits: Limits { timeout_ms: Some(COMMAND_MS), ..Limits::default() },
                    ..request(reach, scene, command, env.clone(), log)
                };
                reach.executor.run(request, reach.cancel.clone()).await.outcome.is_success()
            }
            ready => match port_of(ready, env) {
                Some(port) => reach.executor.wait_for_service("localhost", port, LOOK_MS, reach.cancel.clone()).await,
                None => false,
            },
        };
        if is_ready {
            return;
        }
        reach.clock.sleep(POLL_MS).await;
    }
}

/// Looks for a text in the output of a service.
#[derive(Clone)]
pub(super) struct LogWatch(Option<Arc<Search>>);

struct Search {
    text: Vec<u8>,
    /// By stream: the end of what was seen, shorter than the text.
    ends: Mutex<[Vec<u8>; 2]>,
    found: watch::Sender<bool>,
}

impl LogWatch {
    /// Looks for what `ready` names; for nothing, if it names no text.
    pub(super) fn of(ready: &Ready) -> Self {
        Self(match ready {
            Ready::Log { text } => Some(Arc::new(Search {
                text: text.clone().into_bytes(),
                ends: Mutex::default(),
                found: watch::channel(false).0,
            })),
            _ => None,
        })
    }

    pub(super) fn sink(&self) -> Option<Arc<dyn OutputSink>> {
        self.0.as_ref().map(|search| Arc::clone(search) as Arc<dyn OutputSink>)
    }

    async fn wait(&self) {
        let Some(search) = &self.0 else { return std::future::pending().await };
        if search.found.subscribe().wait_for(|found| *found).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl OutputSink for Search {
    fn output(&self, stream: Stream, bytes: &[u8]) {
        if *self.found.borrow() {
            return;
        }
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        let end = &mut ends[usize::from(stream == Stream::Stderr)];
        end.extend_from_slice(bytes);
        if end.windows(self.text.len()).any(|window| window == self.text) {
            self.found.send_replace(true);
        }
        let surplus = end.len().saturating_sub(self.text.len() - 1);
        end.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_across_pieces_of_one_stream_only() {
        let watch = LogWatch::of(&Ready::Log { text: "ready to accept".to_owned() });
        let search = watch.0.as_ref().expect("it looks for a text");
        let found = || *search.found.borrow();
        search.output(Stream::Stdout, b"starting\nread");
        search.output(Stream::Stderr, b"y to accept");
        assert!(!found());
        search.output(Stream::Stdout, b"y to acc");
        search.output(Stream::Stdout, b"ept connections");
        assert!(found());
    }

    #[test]
    fn the_port_of_a_variable_is_the_services_own() {
        let env = BTreeMap::from([("PORT".to_owned(), "40001".to_owned())]);
        let ready = Ready::PortOf { variable: "PORT".to_owned() };
        assert_eq!(port_of(&ready, &env), Some(40_001));
        assert_eq!(port_of(&ready, &BTreeMap::new()), None);
        let http = Ready::Http { url: "http://[::1]:8080/health".to_owned() };
        assert_eq!(port_of(&http, &env), Some(8_080));
    }
}
