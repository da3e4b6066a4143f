//! From a server's name to a connection, with TLS where the scheme has it. Proxies are not used, and nothing is read from
//! the environment: a plugin's request goes where it was granted and nowhere else.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};
use tokio_rustls::{TlsConnector, rustls};

use super::address::is_public;
use super::url::{Origin, Scheme};
use crate::bindings::capabilities::selfheal::plugin::http::HttpError;

/// Time for one address of a server that has several: one of them may lead nowhere.
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);
/// Addresses that are tried.
const MAX_ADDRESSES: usize = 4;

/// Finds the addresses of a name. Blocks.
pub(super) type Lookup = Arc<dyn Fn(&str, u16) -> io::Result<Vec<IpAddr>> + Send + Sync>;

/// Makes connections.
pub(super) struct Connector {
    lookup: Lookup,
    tls: OnceLock<Arc<ClientConfig>>,
}

impl Connector {
    /// With the system's resolver and certificates. Costs nothing before the first `https` request.
    pub(super) fn of_the_system() -> Self {
        Self { lookup: Arc::new(system_lookup), tls: OnceLock::new() }
    }

    /// With a resolver and certificates of a test's own.
    #[cfg(test)]
    pub(super) fn with(lookup: Lookup, roots: RootCertStore) -> Self {
        Self { lookup, tls: OnceLock::from(Arc::new(client_config(roots))) }
    }

    /// Connects to a granted server.
    pub(super) async fn connect(&self, origin: &Origin) -> Result<Connection, HttpError> {
        let addresses = self.addresses(origin).await?;
        let stream = connect_to_one(&addresses, origin).await?;
        match origin.scheme {
            Scheme::Http => Ok(Connection::Plain(stream)),
            Scheme::Https => self.secure(stream, origin).await,
        }
    }

    /// Where the server may be. A grant of a name is for the internet; the own network is only reached by a grant that
    /// says so: an address, or `localhost`.
    async fn addresses(&self, origin: &Origin) -> Result<Vec<SocketAddr>, HttpError> {
        if let Some(address) = origin.address() {
            return Ok(vec![SocketAddr::new(address, origin.port)]);
        }
        let found = self
            .look_up(origin)
            .await
            .map_err(|error| HttpError::Unreachable(format!("the name {} was not found: {error}", origin.host)))?;
        let is_wanted: fn(IpAddr) -> bool =
            if origin.host == "localhost" { |address| address.is_loopback() } else { is_public };
        let (wanted, others): (Vec<IpAddr>, Vec<IpAddr>) = found.into_iter().partition(|&address| is_wanted(address));
        match (wanted.is_empty(), others.first()) {
            (true, None) => Err(HttpError::Unreachable(format!("the name {} has no address", origin.host))),
            (true, Some(other)) => Err(HttpError::Denied(format!(
                "the name {} leads to {other}, which is not on the internet; grant the address itself if that is meant",
                origin.host
            ))),
            _ => Ok(wanted.into_iter().map(|address| SocketAddr::new(address, origin.port)).collect()),
        }
    }

    /// In a thread of its own: one of the runtime's would be waited for when the engine ends.
    async fn look_up(&self, origin: &Origin) -> io::Result<Vec<IpAddr>> {
        let (sender, receiver) = oneshot::channel();
        let (lookup, host, port) = (Arc::clone(&self.lookup), origin.host.clone(), origin.port);
        std::thread::Builder::new().name("look-up".to_owned()).spawn(move || {
            // Nobody listens after the request's time was up.
            let _ = sender.send(lookup(&host, port));
        })?;
        receiver.await.unwrap_or_else(|_| Err(io::Error::other("the resolver broke")))
    }

    async fn secure(&self, stream: TcpStream, origin: &Origin) -> Result<Connection, HttpError> {
        let failed = |error: &dyn std::fmt::Display| {
            HttpError::Unreachable(format!("TLS with {} failed: {error}", origin.authority()))
        };
        let name = ServerName::try_from(origin.host.clone()).map_err(|error| failed(&error))?;
        let config = self.tls.get_or_init(|| Arc::new(client_config(system_roots())));
        match TlsConnector::from(Arc::clone(config)).connect(name, stream).await {
            Ok(stream) => Ok(Connection::Secure(Box::new(stream))),
            Err(error) => Err(failed(&error)),
        }
    }
}

async fn connect_to_one(addresses: &[SocketAddr], origin: &Origin) -> Result<TcpStream, HttpError> {
    let mut last = String::new();
    for address in addresses.iter().take(MAX_ADDRESSES) {
        match tokio::time::timeout(CONNECT_PATIENCE, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = error.to_string(),
            Err(_) => last = format!("no answer within {} s", CONNECT_PATIENCE.as_secs()),
        }
    }
    Err(HttpError::Unreachable(format!("no connection to {}: {last}", origin.authority())))
}

fn system_lookup(host: &str, port: u16) -> io::Result<Vec<IpAddr>> {
    Ok((host, port).to_socket_addrs()?.map(|found| found.ip()).collect())
}

/// The certificates that this machine trusts; where it has none, as in a small container, those that Mozilla trusts.
fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let (_added, _unreadable) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}

fn client_config(roots: RootCertStore) -> ClientConfig {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(rustls::DEFAULT_VERSIONS)
        .expect("ring has suites for every default version")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
}

/// A connection to a server.
pub(super) enum Connection {
    Plain(TcpStream),
    Secure(Box<TlsStream<TcpStream>>),
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Secure(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Secure(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Secure(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Secure(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
