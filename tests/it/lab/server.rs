//! A web server on the loopback address whose first answers can be failures.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;

/// A server of files. Dropping it ends it.
pub struct Server {
    port: u16,
    state: Arc<State>,
    thread: Option<JoinHandle<()>>,
}

struct State {
    folder: PathBuf,
    refusals: Vec<String>,
    requests: AtomicUsize,
    is_ending: AtomicBool,
}

impl Server {
    /// Serves the files of a folder. The first requests get these answers instead, one each, e.g. `503 Service Unavailable`.
    pub fn start(folder: PathBuf, refusals: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bind a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(State {
            folder,
            refusals: refusals.iter().map(|refusal| (*refusal).to_owned()).collect(),
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
        let (status, body) = match (self.refusals.get(number), self.file(target)) {
            (Some(refusal), _) => (refusal.as_str(), Vec::new()),
            (None, Some(body)) => ("200 OK", body),
            (None, None) => ("404 Not Found", Vec::new()),
        };
        let mut client = &client;
        write!(client, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len())?;
        client.write_all(&body)
    }

    fn file(&self, target: &str) -> Option<Vec<u8>> {
        let path = target.split('?').next().unwrap_or_default().trim_start_matches('/');
        let is_plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
        if is_plain { std::fs::read(self.folder.join(path)).ok() } else { None }
    }
}
