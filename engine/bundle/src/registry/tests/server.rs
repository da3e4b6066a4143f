//! Servers on loopback that the tests talk to: a real registry in a folder of its own, and a scripted one.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;

/// Debian's registry on a free port. It ends with the test.
pub(super) struct DockerRegistry {
    pub(super) host: String,
    child: Child,
    _folder: TempDir,
}

impl DockerRegistry {
    /// Without authentication.
    pub(super) fn start() -> Self {
        Self::start_with("")
    }

    /// With more lines in its configuration; `FOLDER` stands for a folder with `files`.
    pub(super) fn start_with_files(configuration: &str, files: &[(&str, &str)]) -> Self {
        Self::launch(configuration, files)
    }

    fn start_with(configuration: &str) -> Self {
        Self::launch(configuration, &[])
    }

    fn launch(configuration: &str, files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("there is room");
        for (name, content) in files {
            std::fs::write(folder.path().join(name), content).expect("it is written");
        }
        let place = folder.path().display().to_string();
        let configuration = configuration.replace("FOLDER", &place);
        // Port 0: the registry takes a free one and says in its log which.
        let text = format!(
            "version: 0.1\nlog:\n  level: info\n  formatter: json\nstorage:\n  filesystem:\n    rootdirectory: {place}/data\n\
             http:\n  addr: 127.0.0.1:0\n  secret: test\n{configuration}"
        );
        let config = folder.path().join("config.yml");
        std::fs::write(&config, text).expect("it is written");
        let mut child = Command::new("docker-registry")
            .arg("serve")
            .arg(&config)
            .env("OTEL_TRACES_EXPORTER", "none")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("docker-registry is installed: apt-get install docker-registry");
        let host = listening(&mut child);
        Self { host, child, _folder: folder }
    }
}

/// Reads the log until it says where the registry listens, and goes on reading so that the pipe never fills.
fn listening(child: &mut Child) -> String {
    let mut log = BufReader::new(child.stderr.take().expect("it is piped"));
    let mut seen = String::new();
    loop {
        let mut line = String::new();
        if log.read_line(&mut line).expect("the log can be read") == 0 {
            panic!("docker-registry ended: {seen}");
        }
        if let Some((_, rest)) = line.split_once("listening on ") {
            let host = rest.split(['"', ',', ' ', '\n']).next().expect("there is a rest").to_owned();
            std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
            return host;
        }
        seen.push_str(&line);
    }
}

impl Drop for DockerRegistry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One request as the scripted server got it.
#[derive(Clone, Debug)]
pub(super) struct Received {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) authorization: Option<String>,
    pub(super) body: String,
}

/// What it answers.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn ok(media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, headers: vec![], body: body.into() }.with("content-type", media_type)
    }

    pub(super) fn status(status: u16) -> Self {
        Self { status, headers: vec![], body: vec![] }
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// Answers by path.
type Replies = BTreeMap<String, Reply>;

/// A server that answers by path, and 404 to everything else.
pub(super) struct Scripted {
    pub(super) host: String,
    replies: Arc<Mutex<Replies>>,
    received: Arc<Mutex<Vec<Received>>>,
}

type Script = Arc<dyn Fn(&Received) -> Option<Reply> + Send + Sync>;

impl Scripted {
    pub(super) fn start() -> Self {
        Self::start_with(|_| None)
    }

    /// Asks `script` first.
    pub(super) fn start_with(script: impl Fn(&Received) -> Option<Reply> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let host = listener.local_addr().expect("it has one").to_string();
        let (replies, received): (Arc<Mutex<Replies>>, Arc<Mutex<Vec<Received>>>) = Default::default();
        let (ours, theirs) = (Arc::clone(&replies), Arc::clone(&received));
        let script: Script = Arc::new(script);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let _ = answer(stream, &script, &ours, &theirs);
            }
        });
        Self { host, replies, received }
    }

    /// Answers `GET` of a path.
    pub(super) fn on(&self, path: &str, reply: Reply) {
        self.replies.lock().expect("nobody panicked").insert(path.to_owned(), reply);
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.received.lock().expect("nobody panicked").clone()
    }
}

fn answer(
    mut stream: TcpStream,
    script: &Script,
    replies: &Mutex<Replies>,
    received: &Mutex<Vec<Received>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (mut authorization, mut length) = (None, 0);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "authorization" => authorization = Some(value.to_owned()),
            "content-length" => length = value.parse().unwrap_or_default(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let request = Received { method, path, authorization, body: String::from_utf8_lossy(&body).into_owned() };
    let reply = script(&request)
        .or_else(|| replies.lock().expect("nobody panicked").get(&request.path).cloned())
        .unwrap_or_else(|| Reply::status(404));
    received.lock().expect("nobody panicked").push(request);
    write!(stream, "HTTP/1.1 {} X\r\nconnection: close\r\n", reply.status)?;
    for (name, value) in &reply.headers {
        write!(stream, "{name}: {value}\r\n")?;
    }
    if !reply.headers.iter().any(|(name, _)| name == "content-length") {
        write!(stream, "content-length: {}\r\n", reply.body.len())?;
    }
    stream.write_all(b"\r\n")?;
    stream.write_all(&reply.body)
}
