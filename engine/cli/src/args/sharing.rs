//! Arguments of the commands that pack, sign, share and approve plugins.

use std::path::PathBuf;

use clap::Args;

/// Whose signatures count.
#[derive(Clone, Debug, Args)]
pub struct TrustArgs {
    /// The trust policy (else trust.toml in $XDG_CONFIG_HOME/selfheal).
    #[arg(long, value_name = "FILE", env = "SELFHEAL_TRUST")]
    pub trust: Option<PathBuf>,
}

/// How a registry is reached.
#[derive(Clone, Copy, Debug, Args)]
pub struct RegistryArgs {
    /// Talk to the registry without TLS. One on this machine is always talked to so.
    #[arg(long)]
    pub plain_http: bool,
}

/// How the password of a secret key is had.
#[derive(Clone, Debug, Args)]
pub struct PasswordArgs {
    /// Read the key's password from the first line of this file instead of asking for it.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

/// Arguments of `plugin keygen`.
#[derive(Debug, Args)]
pub struct KeygenArgs {
    /// The secret key; the public one is written beside it with `.pub` (else plugin.key in $XDG_CONFIG_HOME/selfheal).
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The key's password.
    #[command(flatten)]
    pub password: PasswordArgs,
    /// Protect the key by its file's mode alone.
    #[arg(long, conflicts_with = "password_file")]
    pub no_password: bool,
}

/// Arguments of `plugin pack`.
#[derive(Debug, Args)]
pub struct PackArgs {
    /// A folder with plugin.toml and a built component, or a component.
    #[arg(default_value = ".", value_name = "DIR|WASM")]
    pub input: PathBuf,
    /// The component, where it is not found by itself.
    #[arg(long, value_name = "WASM")]
    pub component: Option<PathBuf>,
    /// The bundle (else NAME-VERSION.plugin.tar in the current folder).
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Who builds it, for the provenance, e.g. the address of the CI job.
    #[arg(long, value_name = "ADDRESS", default_value = "")]
    pub builder: String,
}

/// Arguments of `plugin sign`.
#[derive(Debug, Args)]
pub struct SignArgs {
    /// The bundle; the signature is attached to it.
    pub bundle: PathBuf,
    /// The secret key (else plugin.key in $XDG_CONFIG_HOME/selfheal).
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// The key's password.
    #[command(flatten)]
    pub password: PasswordArgs,
    /// Write the signature to this file, too, or to standard output with `-`, in minisign's format.
    #[arg(long, value_name = "FILE")]
    pub detached: Option<PathBuf>,
}

/// Arguments of `plugin verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The bundle, or a collection of bundles.
    pub bundle: PathBuf,
    /// Whose signatures count.
    #[command(flatten)]
    pub trust: TrustArgs,
    /// Count signatures by this public key alone, given as its line or its `.pub` file, whatever the trust policy says.
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// A signature that is not attached.
    #[arg(long, value_name = "FILE")]
    pub signature: Vec<PathBuf>,
}

/// Arguments of `plugin collect`.
#[derive(Debug, Args)]
pub struct CollectArgs {
    /// The bundles.
    #[arg(required = true)]
    pub bundles: Vec<PathBuf>,
    /// The collection.
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

/// Arguments of `plugin push`.
#[derive(Debug, Args)]
pub struct PushArgs {
    /// The bundle.
    pub bundle: PathBuf,
    /// Where to, `HOST/REPOSITORY:TAG`.
    #[arg(value_name = "REF")]
    pub reference: String,
    /// Let a tag that has another bundle point to this one.
    #[arg(long)]
    pub replace: bool,
    /// The registry.
    #[command(flatten)]
    pub registry: RegistryArgs,
}

/// Arguments of `plugin search-tags`.
#[derive(Debug, Args)]
pub struct SearchTagsArgs {
    /// The plugin's place, `HOST/REPOSITORY`.
    #[arg(value_name = "REF")]
    pub repository: String,
    /// The registry.
    #[command(flatten)]
    pub registry: RegistryArgs,
}

/// What `install` and `update` share.
#[derive(Debug, Args)]
pub struct FetchArgs {
    /// Whose signatures count.
    #[command(flatten)]
    pub trust: TrustArgs,
    /// The registry.
    #[command(flatten)]
    pub registry: RegistryArgs,
    /// Approve what is fetched without a question, with all that it asks for.
    #[arg(short, long)]
    pub yes: bool,
    /// The project's folder.
    #[arg(long, default_value = ".")]
    pub dir: PathBuf,
}

/// Arguments of `plugin install`.
#[derive(Debug, Args)]
pub struct InstallArgs {
    /// `HOST/REPOSITORY:TAG` in a registry, a bundle, a collection, or a component with a manifest. Without it, all that
    /// plugins.lock names.
    #[arg(value_name = "REF|FILE")]
    pub plugin: Option<String>,
    /// Take a plugin that nobody whom you trust has signed. Not where the trust policy has a rule for its publisher.
    #[arg(long)]
    pub allow_unsigned: bool,
    /// The rest.
    #[command(flatten)]
    pub fetch: FetchArgs,
}

/// Arguments of `plugin approve`.
#[derive(Debug, Args)]
pub struct ApprovePluginArgs {
    /// The plugin's id, as `install` or a refusal names it.
    pub id: String,
    /// Say yes without being asked.
    #[arg(short, long)]
    pub yes: bool,
    /// Whose signatures count.
    #[command(flatten)]
    pub trust: TrustArgs,
    /// Folder with plugins of your own, where it is not the pipeline file's.
    #[arg(long, value_name = "DIR")]
    pub plugins: Vec<PathBuf>,
    /// The project's folder.
    #[arg(long, default_value = ".")]
    pub dir: PathBuf,
}

/// Arguments of `plugin update`.
#[derive(Debug, Args)]
pub struct UpdateArgs {
    /// The plugins; without any, all that came from registries.
    pub ids: Vec<String>,
    /// Say what is newer, and fetch nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// The rest.
    #[command(flatten)]
    pub fetch: FetchArgs,
}

/// Arguments of `plugin remove`.
#[derive(Debug, Args)]
pub struct RemoveArgs {
    /// The plugin's id.
    pub id: String,
    /// The project's folder.
    #[arg(long, default_value = ".")]
    pub dir: PathBuf,
}
