#![allow(clippy::unwrap_used)]

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream};
use std::sync::Mutex;
use std::thread::JoinHandle;

use driver::ports::CancelSource;
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, crypto::ring};

use super::*;
use crate::bindings::capabilities::selfheal::plugin::http::Header;

/// A server on the loopback address that answers one connection after the other, each with the next answer.
struct Server {
    port: u16,
    thread: JoinHandle<Vec<String>>,
}

type Answer = Box<dyn FnOnce(&mut TcpStream) + Send>;

impl Server {
    fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let thread = std::thread::spawn(move || {
            let mut requests = Vec::new();
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                requests.push(read_request(&mut stream));
                answer(&mut stream);
            }
            requests
        });
        Self { port, thread }
    }

    fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What it was asked, when all its answers were given.
    fn requests(self) -> Vec<String> {
        self.thread.join().unwrap()
    }
}

/// Head and body of a request.
fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.strip_prefix("content-length: ")).map(|n| n.parse().unwrap());
            if body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
        match stream.read(&mut piece).unwrap() {
            0 => return text,
            count => bytes.extend_from_slice(&piece[..count]),
        }
    }
}

fn text(answer: impl Into<String>) -> Answer {
    let answer = answer.into();
    Box::new(move |stream| stream.write_all(answer.as_bytes()).unwrap())
}

fn ok(body: &str) -> Answer {
    text(format!("HTTP/1.1 200 OK\r\nX-Kind: Test\r\ncontent-length: {}\r\n\r\n{body}", body.len()))
}

fn redirect(status: u16, location: &str) -> Answer {
    text(format!("HTTP/1.1 {status} Moved\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n"))
}

/// Writes until the other side has enough.
fn endless(head: &'static str, piece: Vec<u8>) -> Answer {
    Box::new(move |stream| {
        stream.write_all(head.as_bytes()).unwrap();
        loop {
            match stream.write_all(&piece) {
                Ok(()) => {}
                Err(error) => {
                    assert!(matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset), "{error}");
                    return;
                }
            }
        }
    })
}

/// Says nothing until the other side hangs up.
fn silent() -> Answer {
    Box::new(|stream| {
        let mut rest = Vec::new();
        // The end, or a reset: it is gone either way.
        let _ = stream.read_to_end(&mut rest);
    })
}

fn get(url: impl Into<String>) -> Request {
    Request { method: "GET".into(), url: url.into(), headers: Vec::new(), body: Vec::new() }
}

fn header(name: &str, value: &str) -> Header {
    Header { name: name.to_owned(), value: value.to_owned() }
}

struct Lab {
    web: Web,
    granted: Vec<String>,
    end: CallEnd,
    notices: Arc<Mutex<Vec<Notice>>>,
}

impl Lab {
    fn granting(granted: &[&str]) -> Self {
        let connector =
            Connector::with(Arc::new(|_, _| Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)])), RootCertStore::empty());
        Self {
            web: Web { network: Network::Online, connector, timeout: Duration::from_secs(20) },
            granted: granted.iter().map(|&host| host.to_owned()).collect(),
            end: CallEnd::default(),
            notices: Arc::default(),
        }
    }

    fn http(self) -> Http {
        let sink = Arc::clone(&self.notices);
        let on_notice: OnNotice = Arc::new(move |notice| sink.lock().unwrap().push(notice));
        Http::new(Some(Arc::new(self.web)), &self.granted, self.end, "acme/x".into(), on_notice)
    }

    async fn ask(self, request: Request) -> String {
        shown(self.http().send(request).await)
    }
}

fn shown(answer: Result<Response, HttpError>) -> String {
    match answer {
        Ok(response) => format!("{} {}", response.status, String::from_utf8_lossy(&response.body)),
        Err(HttpError::Denied(why)) => format!("denied: {why}"),
        Err(HttpError::Unreachable(why)) => format!("unreachable: {why}"),
        Err(HttpError::TooLarge) => "too large".to_owned(),
        Err(HttpError::TimedOut) => "timed out".to_owned(),
    }
}

#[tokio::test]
async fn a_granted_server_is_asked_and_answers() {
    let server = Server::start(vec![ok("hello")]);
    let origin = server.origin();
    let request = Request {
        method: "POST".into(),
        url: format!("{origin}/a?b=c#d"),
        headers: vec![header("X-Own", "1"), header("content-type", "text/plain")],
        body: b"body".to_vec(),
    };
    let response = Lab::granting(&[&origin]).http().send(request).await.unwrap();
    assert_eq!((response.status, response.body.as_slice()), (200, b"hello".as_slice()));
    assert!(response.headers.iter().any(|header| header.name == "x-kind" && header.value == "Test"));
    let port = server.port;
    let seen = server.requests().remove(0);
    assert!(seen.starts_with("POST /a?b=c HTTP/1.1\r\n"), "{seen}");
    assert!(seen.ends_with("\r\n\r\nbody"), "{seen}");
    for line in [&format!("host: 127.0.0.1:{port}"), "x-own: 1", "content-length: 4", "accept-encoding: gzip"] {
        assert!(seen.contains(&format!("\r\n{line}\r\n")), "{line} in {seen}");
    }
    assert!(seen.contains("user-agent: selfheal/"), "{seen}");
}

#[tokio::test]
async fn only_granted_servers_get_past_the_check() {
    let lab = || {
        let mut lab = Lab::granting(&["api.example", "http://plain.example:8080", "bad/grant"]);
        lab.web.network = Network::Offline;
        lab
    };
    for url in ["https://API.example/x?y", "https://api.example:443/", "http://plain.example:8080"] {
        assert_eq!(lab().ask(get(url)).await, "unreachable: the engine runs offline", "{url}");
    }
    for url in [
        "http://api.example/",
        "https://plain.example:8080/",
        "http://plain.example/",
        "https://api.example.evil.example/",
        "https://api.example./",
        "https://evil.example/#@api.example",
        "https://api.example@evil.example/",
        "https://evil.example\\@api.example/",
        "https://api.example:8443/",
        "https://bad/",
        "ftp://api.example/",
        "//api.example/",
        "https:///x",
    ] {
        let answer = lab().ask(get(url)).await;
        assert!(answer.starts_with("denied"), "{url}: {answer}");
    }
}

#[tokio::test]
async fn a_request_that_breaks_a_rule_is_denied_before_anything_is_sent() {
    let with = |name: &str, value: &str| Request { headers: vec![header(name, value)], ..get("https://api.example/") };
    let requests = [
        with("Host", "evil.example"),
        with("Authorization", "Bearer x"),
        with("proxy-authorization", "x"),
        with("Transfer-Encoding", "chunked"),
        with("connection", "upgrade"),
        with("x-a", "b\r\nx-c: d"),
        with("x a", "b"),
        with("x", &"y".repeat(MAX_HEADER_BYTES)),
        Request { headers: vec![header("x", "y"); MAX_HEADERS + 1], ..get("https://api.example/") },
        Request { method: "get".into(), ..get("https://api.example/") },
        Request { method: String::new(), ..get("https://api.example/") },
        Request { method: "CONNECT".into(), ..get("https://api.example/") },
        Request { body: vec![0; MAX_BODY + 1], ..get("https://api.example/") },
    ];
    for request in requests {
        let what = format!("{} {:?}", request.method, request.headers.first());
        let answer = Lab::granting(&["api.example"]).ask(request).await;
        assert!(answer.starts_with("denied"), "{what}: {answer}");
    }
}

#[tokio::test]
async fn a_call_sends_so_many_requests() {
    let mut lab = Lab::granting(&["api.example"]);
    lab.web.network = Network::Offline;
    let mut http = lab.http();
    for _ in 0..MAX_REQUESTS {
        assert!(matches!(http.send(get("https://api.example/")).await, Err(HttpError::Unreachable(_))));
    }
    assert!(matches!(http.send(get("https://api.example/")).await, Err(HttpError::Denied(_))));
}

#[tokio::test]
async fn a_redirect_is_followed_only_where_a_request_could_go() {
    let server = Server::start(vec![redirect(302, "/b"), ok("there")]);
    let origin = server.origin();
    assert_eq!(Lab::granting(&[&origin]).ask(get(format!("{origin}/a"))).await, "200 there");
    assert!(server.requests()[1].starts_with("GET /b HTTP/1.1"));

    for location in
        ["http://localhost:1/", "https://evil.example/", "http://169.254.169.254/latest", "file:///etc/passwd"]
    {
        let server = Server::start(vec![redirect(307, location)]);
        let origin = server.origin();
        let answer = Lab::granting(&[&origin]).ask(get(&origin)).await;
        assert!(answer.starts_with("denied"), "{location}: {answer}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn redirects_come_to_an_end() {
    let server = Server::start((0..=MAX_REDIRECTS).map(|_| redirect(301, "/again")).collect());
    let origin = server.origin();
    let answer = Lab::granting(&[&origin]).ask(get(&origin)).await;
    assert_eq!(answer, "denied: it was redirected more than 5 times");
    assert_eq!(server.requests().len(), 6);
}

#[tokio::test]
async fn another_server_is_not_told_what_the_first_one_was() {
    let second = Server::start(vec![ok("second")]);
    let target = second.origin();
    let first = Server::start(vec![redirect(303, &format!("{target}/x"))]);
    let origin = first.origin();
    let request = Request {
        method: "POST".into(),
        headers: vec![header("x-api-key", "secret"), header("cookie", "secret"), header("accept", "text/plain")],
        body: b"secret".to_vec(),
        ..get(&origin)
    };
    assert_eq!(Lab::granting(&[&origin, &target]).ask(request).await, "200 second");
    let seen = second.requests().remove(0);
    assert!(seen.starts_with("GET /x HTTP/1.1") && seen.contains("accept: text/plain"), "{seen}");
    assert!(!seen.contains("secret"), "{seen}");
    first.requests();
}

#[tokio::test]
async fn an_endless_response_is_cut_off() {
    let heads = ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n"];
    for head in heads {
        let server = Server::start(vec![endless(head, vec![b'x'; 64 << 10])]);
        let origin = server.origin();
        assert_eq!(Lab::granting(&[&origin]).ask(get(&origin)).await, "too large", "{head}");
        server.requests();
    }
    let server = Server::start(vec![endless("HTTP/1.1 200 OK\r\n", b"x-y: zzzzzzzzzzzzzzzzzzzzzzzz\r\n".repeat(100))]);
    let origin = server.origin();
    assert_eq!(Lab::granting(&[&origin]).ask(get(&origin)).await, "too large");
    server.requests();
}

#[tokio::test]
async fn a_compressed_response_is_unpacked_up_to_the_limit() {
    let packed = |size: usize| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&vec![b'a'; size]).unwrap();
        encoder.finish().unwrap()
    };
    let serve = |body: Vec<u8>| -> Answer {
        Box::new(move |stream| {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", body.len());
            // The client hangs up in the middle of a bomb.
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
        })
    };
    let server = Server::start(vec![serve(packed(exchange::MAX_RESPONSE))]);
    let origin = server.origin();
    let response = Lab::granting(&[&origin]).http().send(get(&origin)).await.unwrap();
    assert_eq!(response.body.len(), exchange::MAX_RESPONSE);
    assert!(response.headers.is_empty(), "{:?}", response.headers);

    let server = Server::start(vec![serve(packed(1 << 30))]);
    let origin = server.origin();
    assert_eq!(Lab::granting(&[&origin]).ask(get(&origin)).await, "too large");
}

#[tokio::test]
async fn a_server_that_takes_its_time_is_given_up() {
    let server = Server::start(vec![silent()]);
    let origin = server.origin();
    let mut lab = Lab::granting(&[&origin]);
    lab.web.timeout = Duration::from_millis(50);
    assert_eq!(lab.ask(get(&origin)).await, "timed out");
    server.requests();
    // The call's own end comes first where it is nearer, and leaves time to answer.
    let server = Server::start(vec![silent()]);
    let origin = server.origin();
    let mut lab = Lab::granting(&[&origin]);
    lab.end.deadline = Some(Instant::now() + TIME_TO_ANSWER + Duration::from_millis(50));
    assert_eq!(lab.ask(get(&origin)).await, "timed out");
    server.requests();
}

#[tokio::test]
async fn a_run_that_is_cancelled_ends_its_request() {
    let server = Server::start(vec![silent()]);
    let origin = server.origin();
    let source = CancelSource::new();
    let mut lab = Lab::granting(&[&origin]);
    lab.end.cancel = Some(source.handle());
    let mut http = lab.http();
    let (answer, ()) = tokio::join!(http.send(get(&origin)), async { source.cancel() });
    assert_eq!(shown(answer), "unreachable: the run is being cancelled");
    drop(http);
}

#[tokio::test]
async fn what_is_no_http_is_unreachable_and_says_so() {
    for garbage in
        ["\u{1}\u{2}\u{3} garbage\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", "", "SSH-2.0-x\r\n"]
    {
        let server = Server::start(vec![text(garbage)]);
        let origin = server.origin();
        let answer = Lab::granting(&[&origin]).ask(get(&origin)).await;
        assert!(answer.starts_with("unreachable: ") && answer.contains("no valid response"), "{garbage:?}: {answer}");
        server.requests();
    }
    // Nobody listens there any more.
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let origin = format!("http://{gone}");
    let answer = Lab::granting(&[&origin]).ask(get(&origin)).await;
    assert!(answer.starts_with("unreachable: no connection"), "{answer}");
}

#[tokio::test]
async fn a_name_on_the_internet_does_not_lead_into_the_own_network() {
    let server = Server::start(Vec::new());
    let (name, address) = (format!("http://api.example:{}", server.port), server.origin());
    let answer = Lab::granting(&[&name, &address]).ask(get(&name)).await;
    assert!(answer.starts_with("denied: the name api.example leads to 127.0.0.1"), "{answer}");
    // Whoever grants `localhost` means this machine, and nothing else by that name.
    let server = Server::start(vec![ok("local")]);
    let name = format!("http://localhost:{}", server.port);
    assert_eq!(Lab::granting(&[&name]).ask(get(&name)).await, "200 local");
    let mut lab = Lab::granting(&["localhost"]);
    lab.web.connector = Connector::with(Arc::new(|_, _| Ok(vec![[1, 1, 1, 1].into()])), RootCertStore::empty());
    assert!(lab.ask(get("https://localhost/")).await.starts_with("denied"));
}

/// A name that is public when it is looked at and local when it is connected to: the address that was looked at is used.
#[tokio::test]
async fn a_name_that_changes_its_address_is_asked_once_for_each_request() {
    for local in [[127, 0, 0, 1], [169, 254, 169, 254], [10, 0, 0, 1]] {
        let asked = Arc::new(Mutex::new(0));
        let count = Arc::clone(&asked);
        let mut lab = Lab::granting(&["http://api.example"]);
        lab.web.connector = Connector::with(
            Arc::new(move |_, _| {
                let mut asked = count.lock().unwrap();
                *asked += 1;
                // Documentation addresses lead nowhere; only the first answer could get past the check.
                Ok(vec![if *asked == 1 { IpAddr::from(local) } else { IpAddr::from([1, 1, 1, 1]) }])
            }),
            RootCertStore::empty(),
        );
        let answer = lab.ask(get("http://api.example/")).await;
        assert!(answer.starts_with("denied: the name api.example leads to"), "{answer}");
        assert_eq!(*asked.lock().unwrap(), 1);
    }
}

#[tokio::test]
async fn what_was_asked_is_told_without_secrets() {
    let server = Server::start(vec![redirect(302, "https://other.example/?key=secret")]);
    let origin = server.origin();
    let lab = Lab::granting(&[&origin]);
    let notices = Arc::clone(&lab.notices);
    lab.ask(get(format!("{origin}/x?token=secret"))).await;
    let told: Vec<String> = notices.lock().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            format!("acme/x asked GET {origin}/x?token=…: 302"),
            "acme/x asked GET https://other.example/?key=…: denied".to_owned(),
        ]
    );
}

/// A server with a certificate of its own for a name, and that certificate.
async fn secure_server(name: &str) -> (u16, RootCertStore, tokio::task::JoinHandle<()>) {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let (stream, _) = listener.accept().await.unwrap();
        // A client that does not trust it hangs up.
        let Ok(mut stream) = TlsAcceptor::from(Arc::new(config)).accept(stream).await else { return };
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecure").await.unwrap();
        stream.shutdown().await.unwrap();
    });
    (port, roots, task)
}

#[tokio::test]
async fn a_trusted_certificate_of_the_right_name_is_needed() {
    let lookup = || -> connect::Lookup { Arc::new(|_, _| Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)])) };
    let (port, roots, task) = secure_server("localhost").await;
    let origin = format!("https://localhost:{port}");
    let mut lab = Lab::granting(&[&origin]);
    lab.web.connector = Connector::with(lookup(), roots);
    assert_eq!(lab.ask(get(&origin)).await, "200 secure");
    task.await.unwrap();

    let (port, _, task) = secure_server("localhost").await;
    let origin = format!("https://localhost:{port}");
    let answer = Lab::granting(&[&origin]).ask(get(&origin)).await;
    assert!(answer.starts_with("unreachable: TLS with localhost:") && answer.contains("UnknownIssuer"), "{answer}");
    task.await.unwrap();

    let (port, roots, task) = secure_server("other.example").await;
    let origin = format!("https://localhost:{port}");
    let mut lab = Lab::granting(&[&origin]);
    lab.web.connector = Connector::with(lookup(), roots);
    let answer = lab.ask(get(&origin)).await;
    assert!(
        answer.starts_with("unreachable: TLS with localhost:") && answer.contains("not valid for name"),
        "{answer}"
    );
    task.await.unwrap();
}
