//! A command's output on its way from two pipes to the log, the sink and the kept end.

use std::fmt;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Instant;

use driver::ports::{CommandRequest, OutputSink, Stream};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::spool::Spool;

/// Bytes that are read at a time: the size of a pipe.
const READ_BYTES: usize = 64 * 1024;

/// Further descriptors to wait for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Watched<'a> {
    /// Tells that the command has ended.
    pub(crate) exit: Option<BorrowedFd<'a>>,
    /// Tells that it has to be stopped.
    pub(crate) stop: Option<BorrowedFd<'a>>,
}

/// Which of the further descriptors are ready.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ready {
    /// The command has ended.
    pub(crate) exit: bool,
    /// It has to be stopped.
    pub(crate) stop: bool,
}

/// The two pipes and where their bytes go.
pub(crate) struct Streams {
    pipes: [(Stream, Option<OwnedFd>); 2],
    spool: Spool,
    sink: Option<Arc<dyn OutputSink>>,
    stdout_tail: Tail,
    buffer: Vec<u8>,
}

impl fmt::Debug for Streams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Streams").field("pipes", &self.pipes).field("spool", &self.spool).finish_non_exhaustive()
    }
}

impl Streams {
    /// Streams of a started command.
    pub(crate) fn new(stdout: OwnedFd, stderr: OwnedFd, spool: Spool, request: &CommandRequest) -> Self {
        let capacity = usize::try_from(request.capture_bytes).unwrap_or(usize::MAX);
        Self {
            pipes: [(Stream::Stdout, Some(stdout)), (Stream::Stderr, Some(stderr))],
            spool,
            sink: request.sink.clone(),
            stdout_tail: Tail { capacity, bytes: Vec::new() },
            buffer: vec![0; READ_BYTES],
        }
    }

    /// Whether somebody may still write.
    pub(crate) fn is_open(&self) -> bool {
        self.pipes.iter().any(|(_, pipe)| pipe.is_some())
    }

    /// Waits until `until` for whatever comes first, and passes on what can be read: at most one piece of each stream, so that
    /// neither of them starves the other or the clock.
    pub(crate) fn read_until(&mut self, until: Option<Instant>, watched: Watched<'_>) -> Ready {
        let readable = {
            let pipes = self.pipes.iter().map(|(_, pipe)| pipe.as_ref().map(AsFd::as_fd));
            let all: Vec<Option<BorrowedFd<'_>>> = pipes.chain([watched.exit, watched.stop]).collect();
            wait(&all, until)
        };
        for (index, is_readable) in readable.iter().enumerate().take(self.pipes.len()) {
            if *is_readable {
                self.read(index);
            }
        }
        Ready { exit: readable[2], stop: readable[3] }
    }

    /// The log and the end of standard output.
    pub(crate) fn into_parts(self) -> (Spool, Vec<u8>) {
        (self.spool, self.stdout_tail.finish())
    }

    fn read(&mut self, index: usize) {
        let (stream, pipe) = &mut self.pipes[index];
        let Some(open) = pipe else { return };
        match rustix::io::read(&*open, &mut self.buffer[..]) {
            Err(Errno::INTR | Errno::AGAIN) => {}
            // A pipe that cannot be read any more has ended, whatever the reason.
            Ok(0) | Err(_) => {
                *pipe = None;
                self.spool.end(*stream);
            }
            Ok(count) => {
                let bytes = &self.buffer[..count];
                if let Some(sink) = &self.sink {
                    sink.output(*stream, bytes);
                }
                if *stream == Stream::Stdout {
                    self.stdout_tail.push(bytes);
                }
                self.spool.push(*stream, bytes);
            }
        }
    }
}

/// Waits for four descriptors, some of which may be missing, and tells which have something to say.
fn wait(descriptors: &[Option<BorrowedFd<'_>>], until: Option<Instant>) -> [bool; 4] {
    let mut polled: Vec<(usize, PollFd<'_>)> = Vec::with_capacity(descriptors.len());
    for (index, descriptor) in descriptors.iter().enumerate() {
        polled.extend(descriptor.map(|fd| (index, PollFd::from_borrowed_fd(fd, PollFlags::IN))));
    }
    let (indices, mut fds): (Vec<usize>, Vec<PollFd<'_>>) = polled.into_iter().unzip();
    let remaining = until.map(|until| until.saturating_duration_since(Instant::now()));
    let timeout = remaining.and_then(|time| Timespec::try_from(time).ok());
    let mut ready = [false; 4];
    // An interruption is a wake-up like any other: the caller looks at the clock and comes again.
    if poll(&mut fds, timeout.as_ref()).is_ok() {
        for (index, fd) in indices.into_iter().zip(&fds) {
            ready[index] = !fd.revents().is_empty();
        }
    }
    ready
}

/// The last bytes of a stream. Memory stays below twice the capacity plus one piece.
#[derive(Debug)]
struct Tail {
    capacity: usize,
    bytes: Vec<u8>,
}

impl Tail {
    fn push(&mut self, bytes: &[u8]) {
        let start = bytes.len().saturating_sub(self.capacity);
        self.bytes.extend_from_slice(&bytes[start..]);
        if self.bytes.len() >= self.capacity.saturating_mul(2) {
            self.trim();
        }
    }

    fn finish(mut self) -> Vec<u8> {
        self.trim();
        self.bytes
    }

    fn trim(&mut self) {
        let surplus = self.bytes.len().saturating_sub(self.capacity);
        self.bytes.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tail(capacity: usize, pieces: &[&str]) -> String {
        let mut tail = Tail { capacity, bytes: Vec::new() };
        pieces.iter().for_each(|piece| tail.push(piece.as_bytes()));
        assert!(tail.bytes.len() <= capacity * 2);
        String::from_utf8(tail.finish()).expect("text")
    }

    #[test]
    fn end_of_a_stream_is_kept() {
        assert_eq!(tail(4, &["ab", "cdefg", "h"]), "efgh");
        assert_eq!(tail(4, &["ab"]), "ab");
        assert_eq!(tail(0, &["ab", "c"]), "");
        assert_eq!(tail(3, &["a", "b", "c", "d", "e", "f", "g"]), "efg");
    }
}
