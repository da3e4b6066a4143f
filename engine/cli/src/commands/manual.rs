//! `selfheal completions` and `selfheal man`.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::args::Cli;
use crate::exit::{self, Failure};
use crate::report::output;

/// Prints a completion script.
pub fn completions(shell: Shell) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "selfheal", &mut script);
    output::whole(&script);
    Ok(exit::PASSED)
}

/// Prints the main page, or writes all pages to a folder.
pub fn man(dir: Option<PathBuf>) -> Result<u8, Failure> {
    let Some(dir) = dir else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Cli::command()).render(&mut page).context("make the man page")?;
        output::whole(&page);
        return Ok(exit::PASSED);
    };
    std::fs::create_dir_all(&dir).with_context(|| format!("make the folder {}", dir.display()))?;
    clap_mangen::generate_to(Cli::command(), &dir).with_context(|| format!("write man pages to {}", dir.display()))?;
    Ok(exit::PASSED)
}
