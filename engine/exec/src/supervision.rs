//! Sees a running command through to the end of all that it started.
//!
//! One thread per command sits in one `poll` over the command's end, its two pipes and the stop line; there is no lock and
//! no second reader. First the command runs ([`Supervision::attend`]): its time may run out or the run may be cancelled, then
//! its group is asked to end and, after the grace period, killed. When the command itself has ended and was reaped, what it
//! left behind gets a moment to finish and is then stopped the same way ([`Supervision::settle`]).

use std::io::PipeReader;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use crate::local::LocalOptions;
use crate::streams::{Streams, Watched};
use crate::target::Target;

/// How long a killed command may take to end before the engine gives up on it: a process in an uninterruptible system call
/// (a dead network disk) cannot be killed at all.
const GIVE_UP_AFTER: Duration = Duration::from_secs(10);

/// First and longest time between two looks at what a command left behind; nobody reports its end.
const LOOK_AGAIN: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(50));

/// Why a command is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StopReason {
    /// Its time was up.
    TimedOut,
    /// Somebody wants it to stop.
    Cancelled,
}

/// How [`Supervision::attend`] ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The command has ended and waits to be reaped.
    Ended,
    /// It could not be killed and runs on.
    Stuck,
}

/// How far the stopping of a command has come.
#[derive(Clone, Copy, Debug)]
enum Stopping {
    /// Nobody wants it to stop.
    No,
    /// It was asked to end and will be killed.
    Asked { kill_at: Instant },
    /// It was killed.
    Killed { give_up_at: Instant },
}

/// A command under supervision.
#[derive(Debug)]
pub(crate) struct Supervision {
    target: Target,
    streams: Streams,
    stop: PipeReader,
    options: LocalOptions,
    stopping: Stopping,
    stop_reason: Option<StopReason>,
}

impl Supervision {
    /// A command that was just started. `stop` hangs up when it has to be stopped.
    pub(crate) fn new(target: Target, streams: Streams, stop: PipeReader, options: LocalOptions) -> Self {
        Self { target, streams, stop, options, stopping: Stopping::No, stop_reason: None }
    }

    /// Waits until the command itself has ended, and stops it at `deadline` or when the stop line hangs up. `exit` becomes
    /// readable when it has ended.
    pub(crate) fn attend(&mut self, exit: &OwnedFd, deadline: Option<Instant>) -> Ending {
        loop {
            let (stop, until) = match self.stopping {
                Stopping::No => (Some(self.stop.as_fd()), deadline),
                Stopping::Asked { kill_at } => (None, Some(kill_at)),
                Stopping::Killed { give_up_at } => (None, Some(give_up_at)),
            };
            let ready = self.streams.read_until(until, Watched { exit: Some(exit.as_fd()), stop });
            if ready.exit {
                return Ending::Ended;
            }
            let now = Instant::now();
            match self.stopping {
                Stopping::No if ready.stop => self.ask_to_end(StopReason::Cancelled, now),
                Stopping::No if deadline.is_some_and(|deadline| deadline <= now) => {
                    self.ask_to_end(StopReason::TimedOut, now);
                }
                Stopping::Asked { kill_at } if kill_at <= now => {
                    self.target.kill();
                    self.stopping = Stopping::Killed { give_up_at: now + GIVE_UP_AFTER };
                }
                Stopping::Killed { give_up_at } if give_up_at <= now => return Ending::Stuck,
                Stopping::No | Stopping::Asked { .. } | Stopping::Killed { .. } => {}
            }
        }
    }

    /// Waits until nothing of the command is left: what it started gets `options.settle` to end by itself and to close the
    /// pipes, then it is stopped. To be called after the command was reaped.
    pub(crate) fn settle(&mut self) {
        let settled_at = Instant::now() + self.options.settle;
        let mut pause = LOOK_AGAIN.0;
        loop {
            let is_gone = self.target.is_gone();
            let now = Instant::now();
            // A process that left the group and holds the pipes must not hang the run.
            if is_gone && (!self.streams.is_open() || now >= settled_at) {
                return;
            }
            match self.stopping {
                _ if is_gone => {}
                Stopping::No if now >= settled_at => {
                    self.target.terminate();
                    self.stopping = Stopping::Asked { kill_at: now + self.options.grace };
                }
                Stopping::Asked { kill_at } if kill_at <= now => {
                    self.target.kill();
                    self.stopping = Stopping::Killed { give_up_at: now + GIVE_UP_AFTER };
                }
                // It cannot be killed; what was measured of the command itself is still good.
                Stopping::Killed { give_up_at } if give_up_at <= now => return,
                Stopping::No | Stopping::Asked { .. } | Stopping::Killed { .. } => {}
            }
            self.streams.read_until(Some(now + pause), Watched::default());
            pause = (pause * 2).min(LOOK_AGAIN.1);
        }
    }

    /// Why it was stopped, if it was.
    pub(crate) fn stop_reason(&self) -> Option<StopReason> {
        self.stop_reason
    }

    /// What was read.
    pub(crate) fn into_streams(self) -> Streams {
        self.streams
    }

    fn ask_to_end(&mut self, reason: StopReason, now: Instant) {
        self.target.terminate();
        self.stop_reason = Some(reason);
        self.stopping = Stopping::Asked { kill_at: now + self.options.grace };
    }
}
