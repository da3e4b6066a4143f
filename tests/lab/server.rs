//! A web server on the loopback address whose first answers can be failures.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;

/// The answer that is none: the connection is closed.
pub const HANG_UP: &str = "hang up";

/// A server of files. Dropping it ends it.
pub struct Server {
    port: u16,
    state: Arc<State>,
    thread: Option<JoinHandle<()>>,
}

struct State {
    folder: PathBuf,
    refusals: Vec<String>,
    always: Option<String>,
    requests: AtomicUsize,
    is_ending: AtomicBool,
}

impl Server {
    /// Serves the files of a folder; for a folder in it, its `index.html`. The first requests get these answers instead, one
    /// each: a status like `503 Service Unavailable`, headers behind it if it has line breaks, [`HANG_UP`], or nothing for the
    /// file all the same.
    pub fn start(folder: PathBuf, refusals: &[&str]) -> Self {
        Self::serve(folder, refusals, None)
    }

    /// Gives this answer to every request.
    pub fn always(answer: &str) -> Self {
        Self::serve(PathBuf::new(), &[], Some(answer.to_owned()))
    }

    fn serve(folder: PathBuf, refusals: &[&str], always: Option<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bind a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(State {
            folder,
            refusals: refusals.iter().map(|refusal| (*refusal).to_owned()).collect(),
            always,
            requests: AtomicUsize::new(0),
            is_ending: AtomicBool::new(false),
        });
        let shared = Arc::clone(&state);
        let thread = std::thread::spawn(move || {
            for client in listener.incoming() {
                if shared.is_ending.load(Ordering::SeqCst) {
                    return;
                }
                // A client that hangs up in the middle is the client's affair.
                let _ = client.and_then(|client| shared.answer(client));
            }
        });
        Self { port, state, thread: Some(thread) }
    }

    /// Address without a slash at its end.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// How many requests were refused so far.
    pub fn refused(&self) -> usize {
        self.state.requests.load(Ordering::SeqCst).min(self.state.refusals.len())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.state.is_ending.store(true, Ordering::SeqCst);
        // Wakes the thread up; should that fail it ends with the process.
        if TcpStream::connect(("127.0.0.1", self.port)).is_ok()
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
    }
}

impl State {
    fn answer(&self, client: TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(&client);
        let mut request = String::new();
        reader.read_line(&mut request)?;
        let mut header = String::from("-");
        while !header.trim().is_empty() {
            header.clear();
            reader.read_line(&mut header)?;
        }
        let number = self.requests.fetch_add(1, Ordering::SeqCst);
        let target = request.split(' ').nth(1).unwrap_or("/");
        let refusal = self.refusals.get(number).or(self.always.as_ref()).filter(|refusal| !refusal.is_empty());
        if refusal.is_some_and(|refusal| refusal == HANG_UP) {
            return Ok(());
        }
        let (status, body) = match (refusal, self.file(target)) {
            (Some(refusal), _) => (refusal.as_str(), Vec::new()),
            (None, Some(body)) => ("200 OK", body),
            (None, None) => ("404 Not Found", Vec::new()),
        };
        // Pip reads an index only where it says that it is one.
        let kind = if body.starts_with(b"<") { "text/html" } else { "application/octet-stream" };
        let mut client = &client;
        let length = body.len();
        write!(
            client,
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        )?;
        client.write_all(&body)
    }

    fn file(&self, target: &str) -> Option<Vec<u8>> {
        let path = target.split('?').next().unwrap_or_default().trim_start_matches('/');
        let is_plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
        if !is_plain {
            return None;
        }
        let path = self.folder.join(path);
        std::fs::read(if path.is_dir() { path.join("index.html") } else { path }).ok()
    }
}
