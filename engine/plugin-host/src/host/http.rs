//! `http`: requests to granted hosts.
//!
//! A request is checked against the grant, then [`connect`]ed and [`exchange`]d; a redirect is a new request that is checked
//! like the first. All of it is one future that the call awaits: the call's end, however it comes, closes the connection.

mod address;
mod body;
mod connect;
mod exchange;
mod url;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use driver::ports::Cancel;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, StatusCode};
use pipeline::id::PluginId;

use self::connect::Connector;
use self::exchange::{Outgoing, exchange};
use self::url::{Origin, Url};
use super::HostState;
use crate::bindings::capabilities::selfheal::plugin::http::{self, HttpError, Request, Response};
use crate::notice::Notice;
use crate::options::{Network, OnNotice};

/// Requests of one call. What a redirect leads to is part of the request.
const MAX_REQUESTS: u32 = 32;
/// Redirects of one request.
const MAX_REDIRECTS: u32 = 5;
/// Time for one request, its redirects included.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// How long before the end of the call a request is given up, so that the plugin can still say what it could not check.
const TIME_TO_ANSWER: Duration = Duration::from_millis(200);
/// Body of a request, in bytes.
const MAX_BODY: usize = 1 << 20;
/// Headers of a request.
const MAX_HEADERS: usize = 64;
/// Names and values of a request's headers together, in bytes.
const MAX_HEADER_BYTES: usize = 32 << 10;

/// Headers that only the host sets: where the request goes, who is asking, and how the connection is used.
const HOST_HEADERS: &[&str] = &[
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];
/// Headers that go along to another host. The others may hold what only the first one should see.
const TRAVELLING_HEADERS: &[HeaderName] =
    &[header::ACCEPT, header::ACCEPT_LANGUAGE, header::CONTENT_TYPE, header::USER_AGENT];

/// The way out, shared by all calls of a host.
pub(crate) struct Web {
    network: Network,
    connector: Connector,
    timeout: Duration,
}

impl Web {
    /// The way out of this machine.
    pub(crate) fn new(network: Network) -> Self {
        Self { network, connector: Connector::of_the_system(), timeout: REQUEST_TIMEOUT }
    }
}

/// When a call's requests have to end.
#[derive(Clone, Default)]
pub(crate) struct CallEnd {
    /// The call's last moment, if it has one.
    pub(crate) deadline: Option<Instant>,
    /// Tells that it is being cancelled.
    pub(crate) cancel: Option<Cancel>,
}

impl CallEnd {
    /// What is left for a request that may take so long.
    fn time_left(&self, longest: Duration) -> Duration {
        let left = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        left.map_or(longest, |left| left.saturating_sub(TIME_TO_ANSWER).min(longest))
    }

    async fn cancelled(&self) {
        match self.cancel.clone() {
            Some(mut cancel) => cancel.cancelled().await,
            None => std::future::pending().await,
        }
    }
}

/// The requests of one call.
pub(super) struct Http {
    web: Option<Arc<Web>>,
    granted: Vec<Origin>,
    requests_left: u32,
    end: CallEnd,
    plugin: PluginId,
    on_notice: OnNotice,
}

impl Http {
    /// `web` of `None` is for calls in which nothing is asked: their answer must not depend on it.
    pub(super) fn new(
        web: Option<Arc<Web>>,
        granted: &[String],
        end: CallEnd,
        plugin: PluginId,
        on_notice: OnNotice,
    ) -> Self {
        let granted = granted.iter().filter_map(|text| Origin::granted(text)).collect();
        Self { web, granted, requests_left: MAX_REQUESTS, end, plugin, on_notice }
    }

    async fn send(&mut self, request: Request) -> Result<Response, HttpError> {
        let Some(web) = self.web.clone() else {
            return Err(HttpError::Denied("no request can be sent in this call".to_owned()));
        };
        self.requests_left = match self.requests_left.checked_sub(1) {
            Some(rest) => rest,
            None => return Err(HttpError::Denied(format!("a call may send {MAX_REQUESTS} requests"))),
        };
        let url = Url::parse(&request.url).map_err(HttpError::Denied)?;
        let outgoing = outgoing(request).map_err(HttpError::Denied)?;
        let time = self.end.time_left(web.timeout);
        tokio::select! {
            biased;
            () = self.end.cancelled() => Err(HttpError::Unreachable("the run is being cancelled".to_owned())),
            answer = tokio::time::timeout(time, self.follow(&web, url, outgoing)) => {
                answer.unwrap_or(Err(HttpError::TimedOut))
            }
        }
    }

    /// Sends a request, and where it is redirected, again.
    async fn follow(&self, web: &Web, mut url: Url, mut outgoing: Outgoing) -> Result<Response, HttpError> {
        for _ in 0..=MAX_REDIRECTS {
            let mut record = Record::of(self, &outgoing.method, &url);
            let answer = self.send_once(web, &url, outgoing.clone()).await;
            record.ended(&answer);
            let response = answer?;
            let Some(location) = location(&response) else { return Ok(response) };
            let next =
                url.join(location).map_err(|why| HttpError::Denied(format!("a redirect leads astray: {why}")))?;
            outgoing = outgoing.redirected(response.status, url.origin != next.origin);
            url = next;
        }
        Err(HttpError::Denied(format!("it was redirected more than {MAX_REDIRECTS} times")))
    }

    async fn send_once(&self, web: &Web, url: &Url, outgoing: Outgoing) -> Result<Response, HttpError> {
        if !self.granted.contains(&url.origin) {
            return Err(HttpError::Denied(format!("{} is not granted", url.origin)));
        }
        if web.network == Network::Offline {
            return Err(HttpError::Unreachable("the engine runs offline".to_owned()));
        }
        let connection = web.connector.connect(&url.origin).await?;
        exchange(connection, url, outgoing).await
    }
}

/// Tells what was asked and how it ended, once for each server that was asked; also when the call is given up meanwhile.
struct Record<'a> {
    http: &'a Http,
    method: String,
    url: String,
    outcome: &'static str,
    status: Option<u16>,
}

impl<'a> Record<'a> {
    fn of(http: &'a Http, method: &Method, url: &Url) -> Self {
        Self { http, method: method.to_string(), url: url.redacted(), outcome: "given up", status: None }
    }

    fn ended(&mut self, answer: &Result<Response, HttpError>) {
        self.status = answer.as_ref().ok().map(|response| response.status);
        self.outcome = match answer {
            Ok(_) => "answered",
            Err(HttpError::Denied(_)) => "denied",
            Err(HttpError::Unreachable(_)) => "unreachable",
            Err(HttpError::TooLarge) => "too large",
            Err(HttpError::TimedOut) => "timed out",
        };
    }
}

impl Drop for Record<'_> {
    fn drop(&mut self) {
        (self.http.on_notice)(Notice::Request {
            plugin: self.http.plugin.to_string(),
            method: std::mem::take(&mut self.method),
            url: std::mem::take(&mut self.url),
            outcome: self.outcome,
            status: self.status,
        });
    }
}

/// Where a response sends the request on to.
fn location(response: &Response) -> Option<&str> {
    if !matches!(response.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    response.headers.iter().find(|header| header.name == "location").map(|header| header.value.as_str())
}

impl Outgoing {
    /// The request for the place that a redirect of this status leads to.
    fn redirected(mut self, status: u16, leaves_origin: bool) -> Self {
        let is_safe = matches!(self.method, Method::GET | Method::HEAD);
        let becomes_get = match StatusCode::from_u16(status) {
            Ok(StatusCode::SEE_OTHER) => self.method != Method::HEAD,
            Ok(StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND) => !is_safe,
            _ => false,
        };
        if becomes_get {
            self.method = Method::GET;
            self.body = Bytes::new();
            self.headers.remove(header::CONTENT_TYPE);
        }
        if leaves_origin {
            self.headers = TRAVELLING_HEADERS
                .iter()
                .filter_map(|name| self.headers.get(name).map(|value| (name.clone(), value.clone())))
                .collect();
        }
        self
    }
}

/// Checks everything of a request but its address. The error is the reason for the denial.
fn outgoing(request: Request) -> Result<Outgoing, String> {
    if request.body.len() > MAX_BODY {
        return Err(format!("the body has more than {MAX_BODY} bytes"));
    }
    let is_word = !request.method.is_empty() && request.method.bytes().all(|byte| byte.is_ascii_uppercase());
    let method = Method::from_bytes(request.method.as_bytes()).ok().filter(|_| is_word);
    let method = method.ok_or("the method is no upper-case word")?;
    if matches!(method, Method::CONNECT | Method::TRACE) {
        return Err(format!("the method {method} is not for plugins"));
    }
    let size: usize = request.headers.iter().map(|header| header.name.len() + header.value.len()).sum();
    if request.headers.len() > MAX_HEADERS || size > MAX_HEADER_BYTES {
        return Err(format!("a request has at most {MAX_HEADERS} headers of {MAX_HEADER_BYTES} bytes together"));
    }
    let mut headers = HeaderMap::new();
    for header in &request.headers {
        let name = HeaderName::from_bytes(header.name.as_bytes()).map_err(|_| "a header's name is no name")?;
        if HOST_HEADERS.contains(&name.as_str()) || name.as_str().starts_with("proxy-") {
            return Err(format!("the header {name} is the host's"));
        }
        let value =
            HeaderValue::from_str(&header.value).map_err(|_| format!("the header {name} has no valid value"))?;
        headers.append(name, value);
    }
    Ok(Outgoing { method, headers, body: request.body.into() })
}

impl http::Host for HostState {
    async fn send(&mut self, request: Request) -> wasmtime::Result<Result<Response, HttpError>> {
        self.charge()?;
        Ok(self.http.send(request).await)
    }
}

#[cfg(test)]
mod tests;
