//! Requests to a registry: limited in size and time, redirected only where nothing is given away.
//!
//! A body is read up to a limit that the caller names. A redirect to another host is followed for blobs alone, without
//! credentials, from TLS to TLS, to a name and not to an address: large registries keep blobs elsewhere, and their bytes are
//! compared with a digest that was known before. Everything else that points to another host is refused.

use std::io::Read as _;
use std::net::IpAddr;
use std::time::Duration;

use ureq::http::header::{AUTHORIZATION, HeaderMap, HeaderName, LOCATION};
use ureq::http::{Method, Request, Uri};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::reference::is_loopback;
use super::{Proxy, RegistryError};

/// To reach a registry.
const CONNECT_TIME: Duration = Duration::from_secs(15);
/// Until it begins to answer.
const ANSWER_TIME: Duration = Duration::from_secs(60);
/// One whole request; 64 MiB within it is 110 kB/s.
const REQUEST_TIME: Duration = Duration::from_secs(600);
/// Hops of one blob.
const MAX_REDIRECTS: usize = 5;

/// A request.
pub(super) struct Ask<'a> {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: Vec<(HeaderName, String)>,
    pub(super) body: Option<&'a [u8]>,
    /// What it is about, for messages.
    pub(super) what: String,
    /// Most bytes of the answer.
    pub(super) limit: u64,
    /// Where redirects may lead.
    pub(super) redirects: Redirects,
}

/// Where a redirect may lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Redirects {
    /// To the same host.
    SameHost,
    /// To other hosts too, without credentials; for what is compared with a known digest.
    OtherHosts,
}

/// An answer, whatever its status.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// The way out.
pub(super) struct Web {
    direct: ureq::Agent,
    /// Goes through a proxy, if there is one; never to this machine.
    proxied: ureq::Agent,
}

impl Web {
    pub(super) fn new(proxy: Proxy) -> Self {
        let tls = TlsConfig::builder().root_certs(trusted_roots()).build();
        let agent = |through: Proxy| -> ureq::Agent {
            let mut config = ureq::Agent::config_builder()
                .http_status_as_error(false)
                .max_redirects(0)
                .timeout_connect(Some(CONNECT_TIME))
                .timeout_recv_response(Some(ANSWER_TIME))
                .timeout_global(Some(REQUEST_TIME))
                .user_agent(concat!("selfheal/", env!("CARGO_PKG_VERSION")))
                .tls_config(tls.clone());
            if through == Proxy::None {
                config = config.proxy(None);
            }
            config.build().into()
        };
        Self { direct: agent(Proxy::None), proxied: agent(proxy) }
    }

    /// Sends a request and follows it where it may go.
    pub(super) fn send(&self, ask: &Ask<'_>) -> Result<Answer, RegistryError> {
        let start: Uri = ask.url.parse().map_err(|_| malformed(&ask.what, "an address that is none"))?;
        let mut at = start.clone();
        for _ in 0..=MAX_REDIRECTS {
            let answer = self.send_once(ask, &at, origin(&at) == origin(&start))?;
            if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
                return Ok(answer);
            }
            let target = answer.headers.get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
            let next = resolve(&at, target).ok_or_else(|| malformed(&ask.what, "a redirect to nowhere"))?;
            let may_go = origin(&next) == origin(&at)
                || (ask.redirects == Redirects::OtherHosts && is_safe_elsewhere(&start, &next));
            if !may_go || !matches!(ask.method, Method::GET | Method::HEAD) {
                let (from, to) = (origin(&at), crate::text::shown(&origin(&next)));
                return Err(RegistryError::Redirect { what: ask.what.clone(), from, to });
            }
            at = next;
        }
        Err(malformed(&ask.what, "too many redirects"))
    }

    fn send_once(&self, ask: &Ask<'_>, url: &Uri, is_home: bool) -> Result<Answer, RegistryError> {
        let unreachable = |error: ureq::Error| RegistryError::Unreachable { host: origin(url), why: error.to_string() };
        let mut request = Request::builder().method(&ask.method).uri(url);
        for (name, value) in &ask.headers {
            if is_home || *name != AUTHORIZATION {
                request = request.header(name, value);
            }
        }
        let is_here = url.authority().is_some_and(|authority| is_loopback(authority.as_str()));
        let agent = if is_here { &self.direct } else { &self.proxied };
        let no_request = |_| malformed(&ask.what, "an address or a header that is none");
        let response = match ask.body {
            Some(body) => agent.run(request.body(body).map_err(no_request)?),
            None => agent.run(request.body(()).map_err(no_request)?),
        };
        let response = response.map_err(unreachable)?;
        let (parts, body) = response.into_parts();
        let mut bytes = Vec::new();
        if ask.method != Method::HEAD {
            let reader = body.into_with_config().limit(u64::MAX).reader();
            let failed =
                |error: std::io::Error| RegistryError::Unreachable { host: origin(url), why: error.to_string() };
            reader.take(ask.limit + 1).read_to_end(&mut bytes).map_err(failed)?;
        }
        if bytes.len() as u64 > ask.limit {
            return Err(RegistryError::TooLarge { what: ask.what.clone(), limit: ask.limit });
        }
        Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body: bytes })
    }
}

fn malformed(what: &str, why: &str) -> RegistryError {
    RegistryError::Malformed { what: what.to_owned(), why: why.to_owned() }
}

/// Scheme, host and port.
pub(super) fn origin(url: &Uri) -> String {
    let authority = url.authority().map(|authority| authority.as_str().to_ascii_lowercase()).unwrap_or_default();
    format!("{}://{authority}", url.scheme_str().unwrap_or_default())
}

/// An address relative to another one; absolute paths and whole addresses only.
pub(super) fn resolve(from: &Uri, target: &str) -> Option<Uri> {
    let whole = match target.strip_prefix("//") {
        Some(rest) => format!("{}://{rest}", from.scheme_str()?),
        None if target.starts_with('/') => format!("{}{target}", origin(from)),
        None => target.to_owned(),
    };
    let url: Uri = whole.parse().ok()?;
    let is_web = matches!(url.scheme_str(), Some("http" | "https"));
    let has_user = url.authority()?.as_str().contains('@');
    (is_web && !has_user).then_some(url)
}

/// From TLS to TLS, and to a name: an address could be a machine that only this one can reach.
fn is_safe_elsewhere(start: &Uri, next: &Uri) -> bool {
    let is_tls = |url: &Uri| url.scheme_str() == Some("https");
    let host = next.host().unwrap_or_default();
    let is_address = host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
    is_tls(start) && is_tls(next) && !is_address && host.contains('.') && !host.ends_with(".localhost")
}

/// What the machine trusts; a machine that has no store gets the list that came with the program.
fn trusted_roots() -> RootCerts {
    let native = rustls_native_certs::load_native_certs().certs;
    if native.is_empty() {
        return RootCerts::WebPki;
    }
    native.iter().map(|certificate| Certificate::from_der(certificate.as_ref()).to_owned()).collect::<Vec<_>>().into()
}
