//! A server of a test on the loopback address: it records what it is sent and answers what the fixture says.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::fixture::ResponsePart;

/// How long one request may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most bytes of a body that are recorded; the contract allows 1 MiB.
const MOST_BODY: u64 = 1 << 20;

/// A request that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Body.
    pub body: String,
}

/// A server that answers as long as the process lives, or until it has no answer left.
pub struct AnsweringServer {
    address: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl AnsweringServer {
    /// Starts one. Without an answer left it hangs up.
    pub fn start(answers: Vec<ResponsePart>) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = format!("http://127.0.0.1:{}", listener.local_addr()?.port());
        let received = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&received);
        std::thread::spawn(move || {
            // One connection for each answer: every answer closes its connection.
            for (answer, stream) in answers.iter().zip(listener.incoming().flatten()) {
                // A client that hangs up in the middle was recorded as far as it came.
                let _ = serve(&stream, answer, &record);
            }
        });
        Ok(Self { address, received })
    }

    /// `http://127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What has arrived.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn serve(stream: &TcpStream, answer: &ResponsePart, record: &Mutex<Vec<Received>>) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut length = 0;
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? == 0 || header.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = header.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = Vec::new();
    reader.take(u64::min(length, MOST_BODY)).read_to_end(&mut body)?;
    let mut words = first.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let body = String::from_utf8_lossy(&body).into_owned();
    record.lock().unwrap_or_else(PoisonError::into_inner).push(Received { method, path, body });
    let mut text = format!("HTTP/1.1 {} Answer\r\nconnection: close\r\n", answer.status);
    for (name, value) in &answer.headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str(&format!("content-length: {}\r\n\r\n{}", answer.body.len(), answer.body));
    let mut stream = stream;
    stream.write_all(text.as_bytes())
}
