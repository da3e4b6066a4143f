//! Everything that the tests touch of the executor.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use driver::ports::{Cancel, CancelSource, CommandEnd, CommandRequest, Executor, OutputSink, Place, Stdin, Stream};
use exec::{LocalExecutor, LocalOptions};
use pipeline::remedy::Limits;
use tempfile::TempDir;
use tokio::sync::{mpsc, oneshot};

/// After this a test has failed; it is never waited for in a test that passes.
pub const TOO_LONG: Duration = Duration::from_secs(60);

/// A workspace of its own with an executor.
pub struct Bench {
    pub dir: TempDir,
    pub executor: Arc<LocalExecutor>,
    pub source: CancelSource,
}

impl Bench {
    pub fn new() -> Self {
        // Short, because some tests wait for a process that ignores TERM.
        Self::with(LocalOptions { grace: Duration::from_millis(200), ..LocalOptions::default() })
    }

    pub fn with(options: LocalOptions) -> Self {
        Self {
            dir: tempfile::tempdir().expect("temporary directory"),
            executor: Arc::new(LocalExecutor::new(options).expect("executor")),
            source: CancelSource::new(),
        }
    }

    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    pub fn log(&self) -> PathBuf {
        self.root().join("the.log")
    }

    pub fn log_text(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.log()).expect("log")).into_owned()
    }

    pub fn shell(&self, script: &str) -> CommandRequest {
        self.command(&["sh", "-c", script])
    }

    pub fn command(&self, argv: &[&str]) -> CommandRequest {
        let path = std::env::var("PATH").expect("PATH");
        let root = self.root().to_owned();
        CommandRequest {
            argv: argv.iter().map(|word| (*word).to_owned()).collect(),
            env: BTreeMap::from([("PATH".to_owned(), path)]),
            directory: String::new(),
            place: Place { root: root.clone(), visible_root: root, namespace: None },
            limits: Limits::default(),
            log: self.log(),
            log_cap: 1 << 20,
            secrets: Arc::new(Vec::new()),
            sink: None,
            stdin: Stdin::Null,
            capture_bytes: 4096,
        }
    }

    pub fn cancel(&self) -> Cancel {
        self.source.handle()
    }

    pub async fn run(&self, request: CommandRequest) -> CommandEnd {
        let run = self.executor.run(request, self.cancel());
        tokio::time::timeout(TOO_LONG, run).await.expect("the command ends")
    }

    pub async fn run_shell(&self, script: &str) -> CommandEnd {
        self.run(self.shell(script)).await
    }

    /// Writes an executable file. Another process does it: a file that a process with threads has just written is busy while
    /// any child of it, started at the same moment, still holds the descriptor.
    pub fn executable(&self, name: &str, text: &str) {
        let script = "mkdir -p \"${0%/*}\" && printf %s \"$1\" > \"$0\" && chmod 755 \"$0\"";
        let mut command = Command::new("sh");
        command.args(["-c", script]).arg(self.root().join(name)).arg(text);
        assert!(command.status().expect("sh").success());
    }

    /// Makes a FIFO in the workspace. Commands that hold it open for writing are told from those that are gone by its end.
    pub fn fifo(&self, name: &str) -> PathBuf {
        let path = self.root().join(name);
        let name = CString::new(path.as_os_str().as_bytes()).expect("path");
        // SAFETY: the string ends with NUL.
        assert_eq!(unsafe { libc::mkfifo(name.as_ptr(), 0o600) }, 0, "fifo");
        path
    }
}

/// Tells, when awaited, that somebody opened a FIFO for writing and that all who did are gone.
pub struct Holders {
    opened: oneshot::Receiver<()>,
    closed: oneshot::Receiver<()>,
}

impl Holders {
    pub fn of(fifo: PathBuf) -> Self {
        let (tell_opened, opened) = oneshot::channel();
        let (tell_closed, closed) = oneshot::channel();
        std::thread::spawn(move || {
            let mut file = File::open(fifo).expect("open");
            let _ = tell_opened.send(());
            file.read_to_end(&mut Vec::new()).expect("read");
            let _ = tell_closed.send(());
        });
        Self { opened, closed }
    }

    pub async fn opened(&mut self) {
        tokio::time::timeout(TOO_LONG, &mut self.opened).await.expect("somebody opens it").expect("thread");
    }

    pub async fn gone(self) {
        tokio::time::timeout(TOO_LONG, self.closed).await.expect("all who held it are gone").expect("thread");
    }
}

/// A sink that keeps everything and tells when something new came.
#[derive(Default)]
pub struct Kept {
    pieces: Mutex<Vec<(Stream, Vec<u8>)>>,
    news: Mutex<Option<mpsc::UnboundedSender<()>>>,
}

impl Kept {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    pub fn text(&self, stream: Stream) -> String {
        let pieces = self.pieces.lock().expect("lock");
        let bytes: Vec<u8> =
            pieces.iter().filter(|(of, _)| *of == stream).flat_map(|(_, bytes)| bytes.clone()).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Waits until standard output holds a text.
    pub async fn shows(&self, text: &str) {
        let (tell, mut news) = mpsc::unbounded_channel();
        *self.news.lock().expect("lock") = Some(tell);
        let wait = async {
            while !self.text(Stream::Stdout).contains(text) {
                news.recv().await.expect("sender is kept");
            }
        };
        tokio::time::timeout(TOO_LONG, wait).await.expect("the text comes");
    }
}

impl OutputSink for Kept {
    fn output(&self, stream: Stream, bytes: &[u8]) {
        self.pieces.lock().expect("lock").push((stream, bytes.to_vec()));
        if let Some(news) = &*self.news.lock().expect("lock") {
            let _ = news.send(());
        }
    }
}
