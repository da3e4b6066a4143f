//! Ctrl-C and TERM: the first asks for an orderly stop, the second ends the process at once.

use driver::ports::{Cancel, CancelSource};
use tokio::signal::unix::{SignalKind, signal};

use crate::exit;

/// Listens for the rest of the process; the handle is cancelled by the first signal. Has to be called inside a runtime.
pub fn interrupts() -> Cancel {
    let source = CancelSource::new();
    let handle = source.handle();
    tokio::spawn(async move {
        let (Ok(mut int), Ok(mut term), Ok(mut hup)) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()), signal(SignalKind::hangup()))
        else {
            // Without handlers the default applies: the process ends, and the next start recovers.
            std::future::pending::<()>().await;
            return;
        };
        let mut count = 0;
        loop {
            tokio::select! {
                _ = int.recv() => {}
                _ = term.recv() => {}
                _ = hup.recv() => {}
            }
            count += 1;
            if count == 1 {
                source.cancel();
            } else {
                tell!("selfheal: stopped at once; the next start puts the workspace in order");
                std::process::exit(i32::from(exit::INTERRUPTED));
            }
        }
    });
    handle
}
