//! Ports of this machine.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use driver::ports::Cancel;
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
    let answers = async {
        while !tokio::task::spawn_blocking({
            let addresses = addresses.clone();
            move || addresses.iter().any(|address| TcpStream::connect_timeout(address, CONNECT_TIMEOUT).is_ok())
        })
        .await
        .unwrap_or(false)
        {
            tokio::time::sleep(RETRY_AFTER).await;
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
