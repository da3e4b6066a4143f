//! What people and programs get to see. Everything here consumes the journal's records; nothing decides.

/// Prints a line on standard output; see [`output`].
macro_rules! say {
    ($($part:tt)*) => {
        $crate::report::output::line(&mut anstream::stdout().lock(), format_args!($($part)*))
    };
}

/// Prints a line on standard error; see [`output`].
macro_rules! tell {
    ($($part:tt)*) => {
        $crate::report::output::line(&mut anstream::stderr().lock(), format_args!($($part)*))
    };
}

mod changes;
pub mod diagnosis;
mod flaky;
pub mod human;
mod incidents;
pub mod json;
pub mod limits;
pub mod live;
mod measures;
mod offer;
pub mod output;
pub mod paint;
