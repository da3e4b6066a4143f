//! The command line.

mod authoring;
mod sharing;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub use authoring::{BuildPluginArgs, LanguageArg, NewPluginArgs, RoleArg, TestPluginArgs};
pub use sharing::*;

/// A CI engine that repairs the pipelines it runs.
#[derive(Debug, Parser)]
#[command(
    name = "selfheal",
    version,
    about,
    long_about = "\
A CI engine that repairs the pipelines it runs.

Put `selfheal exec --` in front of any command, run a whole pipeline with `selfheal run`, or read a log you already have \
with `selfheal diagnose`. Remedies come from sandboxed plugins, are tried in a scratch of the workspace, verified, and kept \
or undone; changes to versioned files are offered as patches unless you ask for more.",
    after_help = "Exit codes: 0 passed or healed, 1 failed, 2 bad arguments or pipeline file, 3 plugin refused or broken, \
4 nothing to run, 5 healing left something it could not undo, 10 healed under --strict, 70 engine fault, 130 interrupted.",
    propagate_version = true,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a pipeline: diagnose, heal and verify what breaks.
    Run(RunArgs),
    /// Run one command; heal it when it fails.
    Exec(ExecArgs),
    /// Say why a log failed.
    Diagnose(DiagnoseArgs),
    /// Write a selfheal.toml for the project, with the reason for every stage.
    Init(InitArgs),
    /// Write plugins, and look at them.
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// List past runs of the project.
    History(HistoryArgs),
    /// Tell the story of one run: what failed, what was tried, what came of it.
    Explain(RunRef),
    /// Apply a patch that was offered, after looking at it; without an incident, list what waits.
    Approve(ApproveArgs),
    /// Say no to a patch that was offered: it is not offered against that failure again.
    Reject(RejectArgs),
    /// List what was handed over to people and is still open.
    Tickets(TicketsArgs),
    /// Feed the recorded facts of a run to the rules again and compare the decisions.
    Replay(ReplayArgs),
    /// Look at what was learned in the project, add to it, or forget it.
    #[command(subcommand)]
    Learn(LearnCommand),
    /// Say what is missing on this machine for the project's pipeline.
    Doctor(DoctorArgs),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Write man pages.
    Man {
        /// Folder for the pages; without it the main page is printed.
        #[arg(long)]
        dir: Option<PathBuf>,
    },
    /// Compile a component given on standard input (used by the engine itself).
    #[command(hide = true)]
    CompilePlugin,
    /// Hold a scratch open (used by the engine itself).
    #[command(hide = true, disable_help_flag = true)]
    HoldScratch {
        /// What the workspace port asks for.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<std::ffi::OsString>,
    },
}

/// How far healing goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ModeArg {
    /// Diagnose only.
    Off,
    /// Decide and record, do nothing.
    Shadow,
    /// Show what would be tried.
    Suggest,
    /// Try, verify, keep or undo.
    Auto,
}

/// What happens to a verified patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PatchesArg {
    /// Offer it as a file; the workspace stays as it was.
    Propose,
    /// Apply it to the workspace.
    Apply,
}

/// How answers are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Human,
    /// For programs: JSON, one object per line, with a version.
    Json,
}

/// What `run` and `exec` share.
#[derive(Clone, Debug, Args)]
pub struct HealArgs {
    /// How far healing goes (pipeline file: healing.mode; else auto).
    #[arg(long, value_enum, env = "SELFHEAL_MODE")]
    pub mode: Option<ModeArg>,
    /// What happens to verified patches (pipeline file: healing.patches; else propose).
    #[arg(long, value_enum, env = "SELFHEAL_PATCHES")]
    pub patches: Option<PatchesArg>,
    /// Folder with plugins of your own; one of the same id replaces a standard plugin.
    #[arg(long, value_name = "DIR")]
    pub plugins: Vec<PathBuf>,
    /// Tell every call of a plugin on standard error: function, time, memory, size of the answer, fault; and its messages.
    #[arg(long)]
    pub trace_plugins: bool,
    /// Exit with 10 instead of 0 when the run passed only because it was healed.
    #[arg(long)]
    pub strict: bool,
    /// Seed of every random choice; a fresh one is drawn and recorded without it.
    #[arg(long, env = "SELFHEAL_SEED")]
    pub seed: Option<u64>,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The project's folder.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// Run only this stage and what it needs; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub stage: Vec<String>,
    /// Show stages, reasons, order and the healing rules in force; run nothing.
    #[arg(long)]
    pub plan: bool,
    /// Run every stage: put no outputs back, and keep none.
    #[arg(long)]
    pub no_cache: bool,
    /// Take up plugins that are replaced while the run goes on, between two calls; outputs are then neither put back nor kept.
    #[arg(long)]
    pub watch: bool,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Healing.
    #[command(flatten)]
    pub heal: HealArgs,
}

/// Arguments of `exec`.
#[derive(Debug, Args)]
pub struct ExecArgs {
    /// Stop the command after this time, e.g. `10m`.
    #[arg(long, value_name = "TIME")]
    pub timeout: Option<String>,
    /// Healing.
    #[command(flatten)]
    pub heal: HealArgs,
    /// The command and its arguments.
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "CMD")]
    pub command: Vec<String>,
}

/// Arguments of `diagnose`.
#[derive(Debug, Args)]
pub struct DiagnoseArgs {
    /// The log; `-` or nothing for standard input.
    #[arg(default_value = "-")]
    pub file: PathBuf,
    /// Log of a green run of the same job: what it holds too weighs nothing. May be given several times.
    #[arg(long, value_name = "GREEN.log")]
    pub baseline: Vec<PathBuf>,
    /// Exit code of the job, as further evidence.
    #[arg(long, value_name = "CODE")]
    pub exit_code: Option<i32>,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Folder with plugins of your own.
    #[arg(long, value_name = "DIR")]
    pub plugins: Vec<PathBuf>,
}

/// Arguments of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The project's folder.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// Print the file instead of writing it.
    #[arg(long)]
    pub print: bool,
    /// Replace a file that is there.
    #[arg(long)]
    pub force: bool,
}

/// What to do with plugins.
#[derive(Debug, Subcommand)]
pub enum PluginCommand {
    /// Write a project for a new plugin: a working example with tests.
    New(NewPluginArgs),
    /// Build the project of a plugin as a component, with its manifest inside.
    Build(BuildPluginArgs),
    /// Build it and hold it to its fixtures, in the sandbox that a user's run has.
    Test(TestPluginArgs),
    /// Build and test whenever a file changes, until Ctrl-C.
    Dev {
        /// The plugin's project.
        #[arg(default_value = ".")]
        dir: PathBuf,
    },
    /// Measure what calls of a plugin cost.
    Bench {
        /// The plugin's project.
        #[arg(default_value = ".")]
        dir: PathBuf,
        /// How long each fixture is called.
        #[arg(long, value_name = "SECONDS", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=600))]
        seconds: u64,
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// List the plugins that a run would use.
    List {
        /// Folder with plugins of your own.
        #[arg(long, value_name = "DIR")]
        plugins: Vec<PathBuf>,
        /// The project's folder.
        #[arg(long, default_value = ".")]
        dir: PathBuf,
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Show what a plugin or a bundle is and asks for, from its bytes alone.
    Inspect {
        /// Id of a standard plugin, a `.wasm` file, or a bundle.
        plugin: String,
        /// Run it in the sandbox, with nothing granted, to ask for what its file does not declare.
        #[arg(long)]
        ask: bool,
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Make a key that plugins are signed with.
    Keygen(KeygenArgs),
    /// Pack a component and its plugin.toml into a bundle, one file that can be shared.
    Pack(PackArgs),
    /// Sign a bundle.
    Sign(SignArgs),
    /// Check a bundle's signatures and content, without a network and without running anything.
    Verify(VerifyArgs),
    /// Put several bundles into one file.
    Collect(CollectArgs),
    /// Push a bundle to an OCI registry.
    Push(PushArgs),
    /// List the versions of a plugin in a registry.
    SearchTags(SearchTagsArgs),
    /// Fetch a plugin from a registry or a file and verify it; it is used once it is approved.
    Install(InstallArgs),
    /// Let a plugin be used in this project, with what it asks for.
    Approve(ApprovePluginArgs),
    /// Fetch newer versions of the plugins that came from registries.
    Update(UpdateArgs),
    /// Take a plugin out of this project: its approval, its grant and its bundle.
    Remove(RemoveArgs),
    /// Print which versions of the plugin contract this program takes.
    ApiRange {
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

/// What to do with what was learned.
#[derive(Debug, Subcommand)]
pub enum LearnCommand {
    /// List the lessons of the learned classifier, by category and one by one, and how often each strategy helped.
    Show {
        /// The project's folder.
        #[arg(long, default_value = ".")]
        dir: PathBuf,
        /// How to print.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Say what kind of failure it was; the learned classifier knows it the next time, where no rule is sure.
    Label(LabelArgs),
    /// Write down what was learned, for another machine or a CI cache.
    Export {
        /// The file; `-` for standard output.
        #[arg(default_value = "-")]
        file: PathBuf,
        /// The project's folder.
        #[arg(long, default_value = ".")]
        dir: PathBuf,
    },
    /// Take in what another machine has learned; the same twice counts once.
    Import {
        /// The file; `-` for standard input.
        file: PathBuf,
        /// Who brings it, if not the user of this machine.
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
        /// The project's folder.
        #[arg(long, default_value = ".")]
        dir: PathBuf,
    },
    /// Forget what an incident taught, or everything.
    Forget {
        /// The incident, as `selfheal learn show` names it.
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        incident: Option<String>,
        /// Forget all lessons, and how often each strategy helped.
        #[arg(long)]
        all: bool,
        /// The project's folder.
        #[arg(long, default_value = ".")]
        dir: PathBuf,
    },
}

/// Arguments of `learn label`.
#[derive(Debug, Args)]
#[command(override_usage = "selfheal learn label [OPTIONS] RUN|INCIDENT CATEGORY\n       \
    selfheal learn label [OPTIONS] --log FILE [--line N] CATEGORY")]
pub struct LabelArgs {
    /// The failure: id of an incident, or of a run with one incident (`last`, or the beginning of an id). Then what kind of
    /// failure it was, e.g. `rate-limit`, or `none` when the line speaks of no failure.
    #[arg(required = true, num_args = 1..=2, value_name = "RUN|INCIDENT CATEGORY")]
    pub words: Vec<String>,
    /// Label a line of this log instead of a recorded failure; then the category stands alone.
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// The line of the failure's log that names the cause; without it the one that the diagnosis names.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub line: Option<u64>,
    /// The project's folder.
    #[arg(long, default_value = ".")]
    pub dir: PathBuf,
}

/// Arguments of `history`.
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// The project's folder.
    #[arg(long, default_value = ".")]
    pub dir: PathBuf,
    /// Number of runs.
    #[arg(short = 'n', long, default_value_t = 20)]
    pub limit: u32,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Arguments of `approve`.
#[derive(Debug, Args)]
pub struct ApproveArgs {
    /// The incident: its id, the beginning of it, or `last` for the newest that waits.
    #[arg(conflicts_with = "list")]
    pub incident: Option<String>,
    /// List what waits.
    #[arg(long)]
    pub list: bool,
    /// Who approves it, if not the user of this machine.
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// The project's folder.
    #[arg(long, default_value = ".")]
    pub dir: PathBuf,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Arguments of `reject`.
#[derive(Debug, Args)]
pub struct RejectArgs {
    /// The incident: its id, the beginning of it, or `last` for the newest that waits.
    pub incident: String,
    /// Why, for those who read the record.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Who rejects it, if not the user of this machine.
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// The project's folder.
    #[arg(long, default_value = ".")]
    pub dir: PathBuf,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Arguments of `tickets`.
#[derive(Debug, Args)]
pub struct TicketsArgs {
    /// Closed ones, too.
    #[arg(long)]
    pub all: bool,
    /// The project's folder.
    #[arg(long, default_value = ".")]
    pub dir: PathBuf,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// One recorded run.
#[derive(Debug, Args)]
pub struct RunRef {
    /// Id of the run, the beginning of one, or `last`.
    #[arg(default_value = "last")]
    pub run: String,
    /// The project's folder.
    #[arg(long, default_value = ".")]
    pub dir: PathBuf,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Arguments of `replay`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// The run.
    #[command(flatten)]
    pub of: RunRef,
    /// Say what `[healing]` and `[detection]` of this file would have decided instead; nothing is run.
    #[arg(long, value_name = "NEW.toml")]
    pub policy: Option<PathBuf>,
    /// Ask that about the last N runs.
    #[arg(long, value_name = "N", requires = "policy", conflicts_with = "run")]
    pub last: Option<u32>,
}

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// The project's folder.
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}
