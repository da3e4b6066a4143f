//! What a call has used: processor time while its guest computes, wall-clock time while it waits.
//!
//! Neither alone would do. On a machine that does much else a guest gets a part of each second only, and a wall clock would
//! end a call that has done nothing wrong, or name its fault after the clock. And a guest that waits in a host function
//! uses no processor time at all.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use tokio::time::Sleep;

use super::TICK;

/// The meter of one call, shared by its store, which charges it, and by what awaits the call.
#[derive(Clone, Default)]
pub(crate) struct Meter(Arc<Reading>);

#[derive(Default)]
struct Reading {
    /// The thread's processor time when the call was last taken up, in nanoseconds. A call is taken up and goes on in one
    /// thread until it pauses, so both readings are of the same clock.
    taken_up: AtomicU64,
    /// Processor time that was charged, in nanoseconds.
    used: AtomicU64,
    /// Processor time of host functions that do not pause, in nanoseconds. It counts as waiting.
    hosted: AtomicU64,
    /// Whether the last pause was the guest's turn being over, and not a host function that waits.
    is_turn_over: AtomicBool,
}

impl Meter {
    /// Charges what the guest has computed since it was taken up, and returns all that was charged. At most one tick, because
    /// this is called at each tick that the guest sees: what is beyond one was a host function's.
    pub(super) fn charge(&self) -> Duration {
        let since = thread_time().saturating_sub(self.0.taken_up.load(Ordering::Relaxed));
        let charged = since.min(nanos(TICK));
        self.0.hosted.fetch_add(since - charged, Ordering::Relaxed);
        Duration::from_nanos(self.0.used.fetch_add(charged, Ordering::Relaxed) + charged)
    }

    /// Says that the guest pauses only to let others have their turn.
    pub(super) fn end_turn(&self) {
        self.0.is_turn_over.store(true, Ordering::Relaxed);
    }

    fn take_up(&self) {
        self.0.taken_up.store(thread_time(), Ordering::Relaxed);
        self.0.is_turn_over.store(false, Ordering::Relaxed);
    }

    fn hosted(&self) -> Duration {
        Duration::from_nanos(self.0.hosted.load(Ordering::Relaxed))
    }

    fn was_turn_over(&self) -> bool {
        self.0.is_turn_over.load(Ordering::Relaxed)
    }
}

/// Awaits a call for as long as it may wait. Gives `None` when it has waited longer.
pub(super) struct Metered<F> {
    call: Pin<Box<F>>,
    meter: Meter,
    patience: Option<Duration>,
    waited: Duration,
    waiting: Option<Waiting>,
}

/// A pause in which the call waits for a host function.
struct Waiting {
    since: Instant,
    /// Wakes the call when its patience is over; kept for nothing else.
    _end: Option<Pin<Box<Sleep>>>,
}

impl<F> Metered<F> {
    /// `patience` of `None` is as long as it takes.
    pub(super) fn new(call: F, meter: Meter, patience: Option<Duration>) -> Self {
        Self { call: Box::pin(call), meter, patience, waited: Duration::ZERO, waiting: None }
    }
}

impl<F: Future> Future for Metered<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if let Some(waiting) = this.waiting.take() {
            this.waited += waiting.since.elapsed();
        }
        this.meter.take_up();
        if let Poll::Ready(output) = this.call.as_mut().poll(ctx) {
            return Poll::Ready(Some(output));
        }
        let spent = this.waited + this.meter.hosted();
        let left = this.patience.map(|patience| patience.checked_sub(spent));
        if left == Some(None) {
            return Poll::Ready(None);
        }
        if this.meter.was_turn_over() {
            return Poll::Pending;
        }
        let mut end = left.flatten().map(|left| Box::pin(tokio::time::sleep(left)));
        let is_over = end.as_mut().is_some_and(|end| end.as_mut().poll(ctx).is_ready());
        this.waiting = Some(Waiting { since: Instant::now(), _end: end });
        if is_over { Poll::Ready(None) } else { Poll::Pending }
    }
}

/// Processor time of this thread, in nanoseconds.
fn thread_time() -> u64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    let (seconds, nanos) = (u64::try_from(now.tv_sec), u64::try_from(now.tv_nsec));
    seconds.unwrap_or(0).saturating_mul(1_000_000_000).saturating_add(nanos.unwrap_or(0))
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computing_is_charged_and_at_most_a_tick_at_once() {
        let meter = Meter::default();
        meter.take_up();
        let idle = meter.charge();
        assert!(idle < TICK, "{idle:?}");
        let began = thread_time();
        while thread_time() - began < 2 * nanos(TICK) {
            std::hint::spin_loop();
        }
        assert_eq!(meter.charge(), idle + TICK);
        assert!(meter.hosted() >= TICK / 2, "{:?}", meter.hosted());
    }

    #[tokio::test]
    async fn a_call_that_waits_runs_out_of_patience() {
        let patience = Some(Duration::from_millis(1));
        let waiting = Metered::new(std::future::pending::<()>(), Meter::default(), patience);
        assert_eq!(waiting.await, None);
    }

    #[tokio::test]
    async fn a_host_function_that_computes_uses_up_patience() {
        let meter = Meter::default();
        let of_guest = meter.clone();
        let busy = std::future::poll_fn(move |ctx| {
            let began = thread_time();
            while thread_time() - began < 2 * nanos(TICK) {
                std::hint::spin_loop();
            }
            of_guest.charge();
            of_guest.end_turn();
            ctx.waker().wake_by_ref();
            Poll::<()>::Pending
        });
        assert_eq!(Metered::new(busy, meter, Some(2 * TICK)).await, None);
    }

    #[tokio::test]
    async fn a_call_that_computes_is_not_hurried_by_the_wall_clock() {
        let meter = Meter::default();
        let mut turns_left = 100;
        let of_guest = meter.clone();
        let computing = std::future::poll_fn(move |ctx| {
            turns_left -= 1;
            if turns_left == 0 {
                return Poll::Ready(7);
            }
            of_guest.end_turn();
            ctx.waker().wake_by_ref();
            Poll::Pending
        });
        assert_eq!(Metered::new(computing, meter, Some(Duration::ZERO)).await, Some(7));
    }
}
