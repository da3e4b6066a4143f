//! A project in a folder of its own, and the engine run on it as a user runs it: the built binary, real processes, real
//! plugins. Nothing is shared between two labs but the compiled code of plugins, which is a cache.

mod binary;
mod events;
mod files;
mod registry;
mod server;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

pub use binary::{binary, cache, target};
pub use events::Events;
pub use files::Tree;
pub use registry::DockerRegistry;
pub use server::{HANG_UP, Server};

/// Settings that every pipeline of a scenario ends with: retries that do not wait, and no control attempts by chance.
pub const QUICK: &str = r#"
[healing]
control-rate = 0.0

[plugins.config."heal-retry"]
base-ms = 1
cap-ms = 2
rate-limit-base-ms = 1
"#;

/// Variables of the test process that must not reach a scenario: cargo's own, and those that change what tools print.
const UNWANTED: &[&str] = &[
    "CARGO_PKG",
    "CARGO_MANIFEST",
    "CARGO_BIN",
    "CARGO_TARGET",
    "CARGO_CRATE",
    "CARGO_PRIMARY",
    "CARGO_INCREMENTAL",
    "RUSTFLAGS",
    "RUSTC",
    "RUST_",
    "SELFHEAL_",
    "GIT_DIR",
    "GIT_INDEX",
    "GIT_WORK",
    "CI",
    "GITHUB_",
    "GITLAB_",
    "NO_COLOR",
    "CLICOLOR",
    "VIRTUAL_ENV",
    "PYTHON",
    "NODE_OPTIONS",
    "XDG_",
];

/// One project and the engine's own folders for it.
pub struct Lab {
    folder: tempfile::TempDir,
    env: Vec<(String, String)>,
}

/// How one command of the engine ended.
#[derive(Debug)]
pub struct Answer {
    /// Exit code; 128 and the signal's number for a process that a signal ended.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Lab {
    /// A project without version control.
    pub fn bare() -> Self {
        let folder = tempfile::Builder::new().prefix("lab-").tempdir().expect("a folder for the lab");
        let lab = Self { folder, env: Vec::new() };
        std::fs::create_dir(lab.root()).expect("a folder for the project");
        lab
    }

    /// A project in a git repository, with this pipeline and [`QUICK`].
    pub fn new(pipeline: &str) -> Self {
        Self::bare().with_repository().pipeline(&format!("{pipeline}\n{QUICK}"))
    }

    /// Makes the project a git repository.
    pub fn with_repository(self) -> Self {
        self.git(&["init", "--quiet", "--initial-branch=main"]);
        self
    }

    /// Writes the pipeline file as it is.
    pub fn pipeline(self, text: &str) -> Self {
        self.file("selfheal.toml", text)
    }

    /// Writes a file of the project.
    pub fn file(self, path: &str, content: &str) -> Self {
        self.write(path, content);
        self
    }

    /// Writes a file of the project while the scenario goes on.
    pub fn write(&self, path: &str, content: &str) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().expect("a path below the root")).expect("make a folder");
        std::fs::write(&path, content).expect("write a file of the project");
    }

    /// Commits everything.
    pub fn committed(self) -> Self {
        self.commit();
        self
    }

    /// Commits everything while the scenario goes on.
    pub fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["-c", "user.name=lab", "-c", "user.email=lab@example.com", "commit", "--quiet", "--message=state"]);
    }

    /// Puts a guest into the project's plugin folder outside of the workspace, under an id.
    pub fn guest(self, id: &str, component: &str) -> Self {
        self.plugin_bytes(id, guests::component(component))
    }

    /// Puts any bytes there.
    pub fn plugin_bytes(self, id: &str, bytes: &[u8]) -> Self {
        std::fs::create_dir_all(self.plugins()).expect("a folder for plugins");
        std::fs::write(self.plugins().join(format!("{id}.wasm")), bytes).expect("write the plugin");
        self
    }

    /// Sets a variable for every command of the engine.
    pub fn env(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.env.push((name.to_owned(), value.as_ref().to_owned()));
        self
    }

    /// The project.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    /// A path outside of the workspace, where a command can leave what no remedy undoes.
    pub fn outside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Folder for plugins; used once it is there.
    pub fn plugins(&self) -> PathBuf {
        self.folder.path().join("plugins")
    }

    /// How many lines a file outside of the workspace has; scenarios count attempts with it.
    pub fn count(&self, name: &str) -> usize {
        std::fs::read_to_string(self.outside(name)).map_or(0, |text| text.lines().count())
    }

    /// A file of the project.
    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root().join(path)).unwrap_or_else(|error| panic!("read {path}: {error}"))
    }

    /// The files of the project, byte for byte, git's own files included.
    pub fn tree(&self) -> Tree {
        Tree::of(&self.root())
    }

    /// Runs git in the project and returns what it printed.
    #[track_caller]
    pub fn git(&self, args: &[&str]) -> String {
        let output = Command::new("git").args(args).current_dir(self.root()).output().expect("start git");
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// A command of the engine in the project's folder, not started.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.args(args).current_dir(self.root()).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            let is_cargo_itself = name == "CARGO";
            if is_cargo_itself || UNWANTED.iter().any(|unwanted| name.starts_with(unwanted)) {
                command.env_remove(&name);
            }
        }
        command.env("SELFHEAL_STATE_DIR", self.folder.path().join("state"));
        command.env("SELFHEAL_CONFIG_DIR", self.folder.path().join("config"));
        command.env("SELFHEAL_CACHE_DIR", cache());
        command.env("SELFHEAL_SEED", "1");
        command.env("OUTSIDE", self.folder.path());
        command.env("LC_ALL", "C");
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs the engine.
    pub fn selfheal(&self, args: &[&str]) -> Answer {
        Answer::of(self.command(args).output().expect("start the engine"))
    }

    /// Runs the engine with bytes on standard input.
    pub fn selfheal_with(&self, args: &[&str], stdin: &[u8]) -> Output {
        let mut command = self.command(args);
        let mut child = piped(&mut command).stdin(Stdio::piped()).spawn().expect("start the engine");
        let mut pipe = child.stdin.take().expect("standard input is a pipe");
        let bytes = stdin.to_owned();
        let writer = std::thread::spawn(move || {
            // A command that does not read its input closes it; that is its right.
            let _ = pipe.write_all(&bytes);
        });
        let output = child.wait_with_output().expect("wait for the engine");
        writer.join().expect("the writer ends");
        output
    }

    /// Starts `selfheal run` with further arguments; its event stream can be read while it runs.
    pub fn start_run(&self, args: &[&str]) -> Child {
        let mut command = self.run_command(args);
        piped(&mut command).spawn().expect("start the engine")
    }

    /// Runs the pipeline and returns its event stream. With a plugin folder, its plugins are used.
    pub fn run(&self, args: &[&str]) -> Events {
        Events::of(Answer::of(self.run_command(args).output().expect("start the engine")))
    }

    /// The command of [`Lab::run`], not started.
    pub fn run_command(&self, args: &[&str]) -> Command {
        let plugins = self.plugins();
        let mut all = vec!["run", "--format", "json"];
        if plugins.is_dir() {
            all.extend(["--plugins", plugins.to_str().expect("a path of the lab is text")]);
        }
        all.extend(args);
        self.command(&all)
    }

    /// Runs the pipeline and checks that it was healed, that history shows it, and that a replay decides the same.
    #[track_caller]
    pub fn heals(&self, args: &[&str]) -> Events {
        let events = self.run(args);
        assert_eq!((events.code(), events.end().as_str()), (0, "success healed"), "{events:#?}");
        self.replays();
        events
    }

    /// Checks that a replay of the last run leads to the same decisions.
    #[track_caller]
    pub fn replays(&self) {
        let answer = self.selfheal(&["replay", "last"]);
        assert_eq!(answer.code, 0, "{answer:#?}");
    }
}

impl Answer {
    /// From what a process left.
    pub fn of(output: Output) -> Self {
        use std::os::unix::process::ExitStatusExt as _;
        let code = output.status.code().or_else(|| output.status.signal().map(|signal| 128 + signal));
        Self {
            code: code.expect("a process ends by itself or by a signal"),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Both streams, for a search.
    pub fn text(&self) -> String {
        format!("{}\n{}", self.stdout, self.stderr)
    }

    /// Checks that both streams together hold a text.
    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        assert!(self.text().contains(text), "expected {text:?} in {self:#?}");
        self
    }

    /// Checks the exit code.
    #[track_caller]
    pub fn ends_with(&self, code: i32) -> &Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }
}

fn piped(command: &mut Command) -> &mut Command {
    command.stdout(Stdio::piped()).stderr(Stdio::piped())
}

/// The root of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the repository")
}
