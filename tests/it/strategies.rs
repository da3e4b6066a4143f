//! Each of the seven strategies heals builds that are really broken: a real process fails, its log is diagnosed, a plugin's
//! remedy is tried, verified and kept, and a replay decides the same.

mod alternative;
mod checkout;
mod config;
mod dependency;
mod escalate;
mod resource;
mod retry;
mod rollback;
