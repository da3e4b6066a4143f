//! Which interfaces a linker gets, one by one: what is not named here cannot be imported.

use wasmtime::component::{HasData, HasSelf, Linker, ResourceTable};
use wasmtime_wasi::cli::{WasiCli, WasiCliView};
use wasmtime_wasi::clocks::{WasiClocks, WasiClocksView};
use wasmtime_wasi::p2::bindings::{cli, clocks, io, random};
use wasmtime_wasi::random::WasiRandom;

use super::HostState;
use crate::bindings::capabilities::selfheal::plugin as wit;
use crate::inspect::Interface;

/// Gives `wasi:io` its table.
struct HasIo;

impl HasData for HasIo {
    type Data<'a> = &'a mut ResourceTable;
}

type Own = HasSelf<HostState>;

/// Adds what every plugin may import.
pub(crate) fn add_free_interfaces(linker: &mut Linker<HostState>) -> wasmtime::Result<()> {
    wit::types::add_to_linker::<HostState, Own>(linker, |state| state)?;
    wit::log::add_to_linker::<HostState, Own>(linker, |state| state)?;
    wit::config::add_to_linker::<HostState, Own>(linker, |state| state)?;
    wit::log_source::add_to_linker::<HostState, Own>(linker, |state| state)?;
    add_wasi(linker)
}

/// Adds what this plugin was granted.
pub(crate) fn add_granted_interfaces(linker: &mut Linker<HostState>, granted: &[Interface]) -> wasmtime::Result<()> {
    for interface in granted {
        match interface {
            Interface::Workspace => wit::workspace::add_to_linker::<HostState, Own>(linker, |state| state)?,
            Interface::Process => wit::process::add_to_linker::<HostState, Own>(linker, |state| state)?,
            Interface::Http => wit::http::add_to_linker::<HostState, Own>(linker, |state| state)?,
            Interface::State => wit::state::add_to_linker::<HostState, Own>(linker, |state| state)?,
            Interface::Clock => wit::clock::add_to_linker::<HostState, Own>(linker, |state| state)?,
        }
    }
    Ok(())
}

/// WASI as far as std needs it; the same list as in `inspect`.
fn add_wasi(linker: &mut Linker<HostState>) -> wasmtime::Result<()> {
    io::error::add_to_linker::<HostState, HasIo>(linker, |state| &mut state.table)?;
    io::poll::add_to_linker::<HostState, HasIo>(linker, |state| &mut state.table)?;
    io::streams::add_to_linker::<HostState, HasIo>(linker, |state| &mut state.table)?;
    cli::environment::add_to_linker::<HostState, WasiCli>(linker, HostState::cli)?;
    cli::exit::add_to_linker::<HostState, WasiCli>(linker, HostState::cli)?;
    cli::stdin::add_to_linker::<HostState, WasiCli>(linker, HostState::cli)?;
    cli::stdout::add_to_linker::<HostState, WasiCli>(linker, HostState::cli)?;
    cli::stderr::add_to_linker::<HostState, WasiCli>(linker, HostState::cli)?;
    cli::terminal_input::add_to_linker::<HostState, WasiCli>(linker, HostState::cli)?;
    cli::terminal_output::add_to_linker::<HostState, WasiCli>(linker, HostState::cli)?;
    cli::terminal_stdin::add_to_linker::<HostState, WasiCli>(linker, HostState::cli)?;
    cli::terminal_stdout::add_to_linker::<HostState, WasiCli>(linker, HostState::cli)?;
    cli::terminal_stderr::add_to_linker::<HostState, WasiCli>(linker, HostState::cli)?;
    random::insecure_seed::add_to_linker::<HostState, WasiRandom>(linker, |state| state.wasi.random())?;
    clocks::monotonic_clock::add_to_linker::<HostState, WasiClocks>(linker, HostState::clocks)?;
    clocks::wall_clock::add_to_linker::<HostState, WasiClocks>(linker, HostState::clocks)?;
    Ok(())
}
