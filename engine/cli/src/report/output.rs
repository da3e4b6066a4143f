//! Writing to the standard streams, where `println!` would panic.
//!
//! A reader that has gone, such as `head`, has seen what it wanted: the rest is not shown, and the command ends as it would
//! have. Anything else, such as a full disk behind `> answer.json`, is remembered and makes the command end with an error.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write};
use std::sync::atomic::{AtomicBool, Ordering};

static IS_INCOMPLETE: AtomicBool = AtomicBool::new(false);

/// Writes a line.
pub fn line(stream: &mut impl Write, text: Arguments<'_>) {
    note(stream.write_fmt(format_args!("{text}\n")));
}

/// Writes bytes to standard output as they are.
pub fn whole(bytes: &[u8]) {
    let mut stream = std::io::stdout().lock();
    note(stream.write_all(bytes).and_then(|()| stream.flush()));
}

/// Whether something could not be written that somebody still waits for.
pub fn is_incomplete() -> bool {
    IS_INCOMPLETE.load(Ordering::Relaxed)
}

fn note(written: std::io::Result<()>) {
    if written.is_err_and(|error| error.kind() != ErrorKind::BrokenPipe) {
        IS_INCOMPLETE.store(true, Ordering::Relaxed);
    }
}
