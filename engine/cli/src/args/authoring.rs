//! Arguments of the commands with which plugins are written.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// The role of a new plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RoleArg {
    /// Proposes remedies.
    Healer,
    /// Recognises failures in logs.
    Classifier,
    /// Runs stages and judges them.
    Runner,
    /// Names the stages of a project without a pipeline file.
    Planner,
    /// Tells people outside.
    Notifier,
}

/// The language of a new plugin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LanguageArg {
    /// Small and quick; needs rustup.
    #[default]
    Rust,
    /// Needs Node.js and npm.
    Js,
    /// Needs Python 3 with venv and pip.
    Python,
}

/// Arguments of `plugin new`.
#[derive(Debug, Args)]
pub struct NewPluginArgs {
    /// Its id: `NAME`, or `PUBLISHER/NAME` for one that is shared. The folder is called NAME.
    pub id: String,
    /// What it does.
    #[arg(long, value_enum)]
    pub role: RoleArg,
    /// What it is written in.
    #[arg(long, value_enum, default_value_t)]
    pub lang: LanguageArg,
    /// For Rust: `path:DIR` or `git:URL` of plugin-sdk, instead of a copy in the project.
    #[arg(long, value_name = "SDK")]
    pub sdk: Option<String>,
    /// Folder of the project, if not NAME.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

/// Arguments of `plugin build`.
#[derive(Clone, Debug, Args)]
pub struct BuildPluginArgs {
    /// The plugin's project.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// For Rust: build for this target; a core module is made a component.
    #[arg(long, value_name = "TARGET")]
    pub target: Option<String>,
    /// Take this module or component, which another tool has built, instead of building.
    #[arg(long, value_name = "FILE", conflicts_with = "target")]
    pub module: Option<PathBuf>,
}

/// Arguments of `plugin test`.
#[derive(Debug, Args)]
pub struct TestPluginArgs {
    /// The plugin's project.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// Only fixtures whose name contains this.
    #[arg(long, value_name = "TEXT")]
    pub only: Option<String>,
    /// Accept what the plugin answers now.
    #[arg(long)]
    pub update: bool,
    /// Test the component that is there, without building it again.
    #[arg(long)]
    pub no_build: bool,
    /// Instead of testing, make fixtures of the incidents of this run: its id, the beginning of it, or `last`.
    #[arg(long, value_name = "RUN", conflicts_with_all = ["only", "update", "no_build"])]
    pub record: Option<String>,
    /// The project whose run it was.
    #[arg(long, value_name = "PROJECT", default_value = ".", requires = "record")]
    pub from: PathBuf,
}
