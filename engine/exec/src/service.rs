//! Ports of this machine.

use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use driver::ports::Cancel;
use pipeline::definition::local_address;
use tokio::time::Instant;

/// Time between two tries to connect.
const RETRY_AFTER: Duration = Duration::from_millis(50);

/// Time for one try. A local connection is refused or made at once; only a full backlog takes longer.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(250);

/// Why nobody answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// Only services of this machine are waited for.
    #[error("wait for a service on {host}: not this machine")]
    NotLocal {
        /// The host as given.
        host: String,
    },
    /// Time is up.
    #[error("wait for a service on {host}:{port}: no connection within {} ms", timeout.as_millis())]
    TimedOut {
        /// The host as given.
        host: String,
        /// The port.
        port: u16,
        /// How long it was waited for.
        timeout: Duration,
    },
    /// The run was cancelled.
    #[error("wait for a service: cancelled")]
    Cancelled,
}

/// A TCP port that nobody listens on right now. Somebody else may take it before it is used.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Waits until a service of this machine (`localhost`, `127.0.0.0/8` or `::1`; no name is ever resolved) accepts a
/// connection, which is closed at once. Needs a tokio runtime with time.
pub async fn wait_for_service(
    host: &str,
    port: u16,
    timeout: Duration,
    mut cancel: Cancel,
) -> Result<(), ServiceError> {
    let addresses = local_addresses(host, port).ok_or_else(|| ServiceError::NotLocal { host: host.to_owned() })?;
    let deadline = Instant::now() + timeout;
    let look = || {
        let addresses = addresses.clone();
        let connects =
            move || addresses.iter().any(|address| TcpStream::connect_timeout(address, CONNECT_TIMEOUT).is_ok());
        async { tokio::task::spawn_blocking(connects).await.unwrap_or(false) }
    };
    // The first look is always taken to its end: on a busy machine it can last longer than a short time.
    tokio::select! {
        biased;
        () = cancel.cancelled() => return Err(ServiceError::Cancelled),
        is_there = look() => if is_there { return Ok(()) },
    }
    let answers = async {
        loop {
            tokio::time::sleep(RETRY_AFTER).await;
            if look().await {
                return;
            }
        }
    };
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(ServiceError::Cancelled),
        () = answers => Ok(()),
        () = tokio::time::sleep_until(deadline) => {
            Err(ServiceError::TimedOut { host: host.to_owned(), port, timeout })
        }
    }
}

/// Time for one answer over HTTP; a service that takes longer is not ready to serve.
const HTTP_TIMEOUT: Duration = Duration::from_secs(2);

/// Whether an `http` address of this machine answers a GET with a status below 400. Needs a tokio runtime.
pub async fn answers_http(url: &str) -> bool {
    let Some((host, port, path)) = local_address(url) else { return false };
    let Some(addresses) = local_addresses(&host, port) else { return false };
    let ask =
        move || addresses.iter().any(|address| status_of(*address, &host, &path).is_ok_and(|status| status < 400));
    tokio::task::spawn_blocking(ask).await.unwrap_or(false)
}

fn status_of(address: SocketAddr, host: &str, path: &str) -> io::Result<u16> {
    let mut stream = TcpStream::connect_timeout(&address, CONNECT_TIMEOUT)?;
    stream.set_read_timeout(Some(HTTP_TIMEOUT))?;
    stream.set_write_timeout(Some(HTTP_TIMEOUT))?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}:{}\r\nConnection: close\r\n\r\n", address.port());
    stream.write_all(request.as_bytes())?;
    // `HTTP/1.1 200 OK`: the status is in the first bytes, however long the answer is.
    let mut line = Vec::new();
    stream.take(64).read_to_end(&mut line).or_else(|error| if line.is_empty() { Err(error) } else { Ok(0) })?;
    let text = String::from_utf8_lossy(&line);
    let status = text.strip_prefix("HTTP/").and_then(|rest| rest.split_whitespace().nth(1)?.parse().ok());
    status.ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn local_addresses(host: &str, port: u16) -> Option<Vec<SocketAddr>> {
    let ips = match host {
        "localhost" => vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
        _ => vec![host.trim_matches(['[', ']']).parse::<IpAddr>().ok().filter(IpAddr::is_loopback)?],
    };
    Some(ips.into_iter().map(|ip| SocketAddr::new(ip, port)).collect())
}

#[cfg(test)]
mod tests {
    use driver::ports::CancelSource;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn service_that_listens_is_seen() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bind");
        let port = listener.local_addr().expect("address").port();
        let source = CancelSource::new();
        wait_for_service("localhost", port, LONG, source.handle()).await.expect("it listens");
    }

    #[tokio::test]
    async fn service_that_comes_later_is_seen() {
        let port = free_port().expect("port");
        let source = CancelSource::new();
        let wait = tokio::spawn({
            let cancel = source.handle();
            async move { wait_for_service("127.0.0.1", port, LONG, cancel).await }
        });
        let listener = TcpListener::bind(("127.0.0.1", port)).expect("bind");
        wait.await.expect("join").expect("it listens now");
        drop(listener);
    }

    /// Answers one request with a text.
    fn server(answer: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bind");
        let port = listener.local_addr().expect("address").port();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a request");
            let mut request = [0; 1024];
            let count = stream.read(&mut request).expect("read");
            assert!(request[..count].starts_with(b"GET /health?deep=1 HTTP/1.1\r\n"));
            stream.write_all(answer.as_bytes()).expect("write");
        });
        format!("http://127.0.0.1:{port}/health?deep=1")
    }

    #[tokio::test]
    async fn an_answer_over_http_counts_by_its_status() {
        assert!(answers_http(&server("HTTP/1.1 204 No Content\r\n\r\n")).await);
        assert!(!answers_http(&server("HTTP/1.1 503 Service Unavailable\r\n\r\nstarting")).await);
        assert!(!answers_http(&server("SSH-2.0-OpenSSH\r\n")).await);
        assert!(!answers_http(&server("")).await);
    }

    #[tokio::test]
    async fn http_of_other_machines_is_never_asked() {
        assert!(!answers_http("http://shop.example/").await);
        assert!(!answers_http("https://127.0.0.1/").await);
    }

    #[tokio::test]
    async fn waiting_ends_in_time_and_when_cancelled() {
        let port = free_port().expect("port");
        let source = CancelSource::new();
        let late = wait_for_service("127.0.0.1", port, Duration::from_millis(1), source.handle()).await;
        assert!(matches!(late, Err(ServiceError::TimedOut { .. })), "{late:?}");
        source.cancel();
        let cancelled = wait_for_service("127.0.0.1", port, LONG, source.handle()).await;
        assert!(matches!(cancelled, Err(ServiceError::Cancelled)), "{cancelled:?}");
    }

    #[tokio::test]
    async fn other_machines_are_refused_without_asking_anybody() {
        let source = CancelSource::new();
        for host in ["shop.example", "192.0.2.1", "0.0.0.0", ""] {
            let answer = wait_for_service(host, 80, LONG, source.handle()).await;
            assert!(matches!(answer, Err(ServiceError::NotLocal { .. })), "{host}: {answer:?}");
        }
    }
}
