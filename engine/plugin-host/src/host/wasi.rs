//! WASI as far as std needs it, always empty: no environment, no arguments, fixed seed, fixed clocks, and standard streams
//! that go nowhere but into the message of a fault.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use pipeline::time::Timestamp;
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtx, async_trait};

/// Bytes of standard output and error that are kept: the beginning, where a panic's message stands, as guests write
/// nothing else there.
const KEPT: usize = 8 << 10;
/// What one write may carry. The guest cuts longer ones itself.
const WRITE: usize = 4 << 10;
/// Seed of hash maps. Fixed, so that the same call gives the same answer.
const SEED: u128 = 0x5e1f_4ea1;

/// Takes everything, keeps the first [`KEPT`] bytes. Unlike wasmtime's own pipe it does not trap a guest that writes more.
#[derive(Clone, Default)]
pub(crate) struct CappedOutput(Arc<Mutex<Vec<u8>>>);

impl CappedOutput {
    /// What was written.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    fn take(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = KEPT.saturating_sub(kept.len()).min(bytes.len());
        kept.extend_from_slice(&bytes[..room]);
    }
}

impl IsTerminal for CappedOutput {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for CappedOutput {
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }

    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}

impl OutputStream for CappedOutput {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.take(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(WRITE)
    }
}

#[async_trait]
impl Pollable for CappedOutput {
    async fn ready(&mut self) {}
}

impl AsyncWrite for CappedOutput {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        self.take(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Stands still at the moment of the call.
struct StoppedClock(Timestamp);

impl HostWallClock for StoppedClock {
    fn resolution(&self) -> Duration {
        Duration::from_millis(1)
    }

    fn now(&self) -> Duration {
        Duration::from_millis(self.0.0)
    }
}

impl HostMonotonicClock for StoppedClock {
    fn resolution(&self) -> u64 {
        1_000_000
    }

    fn now(&self) -> u64 {
        0
    }
}

/// A context that tells a guest nothing about the machine.
pub(super) fn empty_wasi(stderr: &CappedOutput, now: Timestamp) -> WasiCtx {
    let mut builder = WasiCtx::builder();
    builder
        .stdout(stderr.clone())
        .stderr(stderr.clone())
        .insecure_random_seed(SEED)
        .max_random_size(0)
        .wall_clock(StoppedClock(now))
        .monotonic_clock(StoppedClock(now))
        .allow_tcp(false)
        .allow_udp(false)
        .allow_ip_name_lookup(false);
    builder.build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_cut_and_the_guest_goes_on() {
        let output = CappedOutput::default();
        output.take(b"panicked at ");
        output.take(&vec![b'x'; 1 << 20]);
        assert_eq!(output.text().len(), KEPT);
        assert!(output.text().starts_with("panicked at xxx"));
    }
}
