//! Telling work in progress that it has to stop.

use tokio::sync::watch;

/// Tells that work has to stop. Cloned freely; stays cancelled.
#[derive(Clone, Debug)]
pub struct Cancel(watch::Receiver<bool>);

/// The other end of a [`Cancel`].
#[derive(Debug)]
pub struct CancelSource(watch::Sender<bool>);

impl CancelSource {
    /// A source that has not been cancelled.
    pub fn new() -> Self {
        Self(watch::channel(false).0)
    }

    /// A handle for work.
    pub fn handle(&self) -> Cancel {
        Cancel(self.0.subscribe())
    }

    /// Cancels all handles, those of the future included.
    pub fn cancel(&self) {
        self.0.send_replace(true);
    }
}

impl Default for CancelSource {
    fn default() -> Self {
        Self::new()
    }
}

impl Cancel {
    /// Whether work has to stop.
    pub fn is_cancelled(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns when work has to stop; never, if the source is gone without having cancelled.
    pub async fn cancelled(&mut self) {
        if self.0.wait_for(|is_cancelled| *is_cancelled).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
