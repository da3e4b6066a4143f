//! One request and its response over one connection. Connections are not kept: the next request may be another plugin's.

use std::future::Future;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Uri};
use hyper_util::rt::TokioIo;

use super::body::{BodyError, Receiver};
use super::connect::Connection;
use super::url::Url;
use crate::bindings::capabilities::selfheal::plugin::http::{Header, HttpError, Response};

/// Body of a response after decompression, in bytes.
pub(super) const MAX_RESPONSE: usize = 4 << 20;
/// Status line and headers of a response, in bytes.
const MAX_RESPONSE_HEAD: usize = 64 << 10;
/// Headers of a response.
const MAX_RESPONSE_HEADERS: usize = 100;

/// What is sent.
#[derive(Clone)]
pub(super) struct Outgoing {
    pub(super) method: Method,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Sends a request and receives the whole response.
pub(super) async fn exchange(connection: Connection, url: &Url, outgoing: Outgoing) -> Result<Response, HttpError> {
    let request = request(url, outgoing)?;
    let host = url.origin.authority();
    let (mut sender, driver) = http1::Builder::new()
        .max_headers(MAX_RESPONSE_HEADERS)
        .max_buf_size(MAX_RESPONSE_HEAD)
        .handshake(TokioIo::new(connection))
        .await
        .map_err(|error| broken(&host, &error))?;
    let answer = async {
        let response = sender.send_request(request).await.map_err(|error| broken(&host, &error))?;
        receive(response, &host).await
    };
    alongside(answer, driver).await
}

/// Awaits an answer while the connection is driven. Both live in this future: whoever drops it closes the connection.
async fn alongside<T>(answer: impl Future<Output = T>, driver: impl Future) -> T {
    let driven = async {
        // Its errors are the answer's too.
        let _ = driver.await;
        std::future::pending::<()>().await;
    };
    tokio::pin!(answer, driven);
    tokio::select! {
        biased;
        answer = &mut answer => answer,
        () = &mut driven => unreachable!("it waits for ever"),
    }
}

fn request(url: &Url, outgoing: Outgoing) -> Result<hyper::Request<Full<Bytes>>, HttpError> {
    let refused = |what: &str| HttpError::Denied(format!("the {what} cannot be sent"));
    let uri: Uri = url.path.parse().map_err(|_| refused("URL's path"))?;
    let host = HeaderValue::from_str(&url.origin.authority()).map_err(|_| refused("URL's host"))?;
    let mut request = hyper::Request::new(Full::new(outgoing.body));
    *request.method_mut() = outgoing.method;
    *request.uri_mut() = uri;
    *request.headers_mut() = outgoing.headers;
    let headers = request.headers_mut();
    headers.insert(header::HOST, host);
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    headers
        .entry(header::USER_AGENT)
        .or_insert(HeaderValue::from_static(concat!("selfheal/", env!("CARGO_PKG_VERSION"))));
    Ok(request)
}

async fn receive(response: hyper::Response<Incoming>, host: &str) -> Result<Response, HttpError> {
    let (head, mut body) = response.into_parts();
    let is_packed = is_gzip(&head.headers);
    let announced = hyper::body::Body::size_hint(&body).lower();
    if announced > MAX_RESPONSE as u64 {
        return Err(HttpError::TooLarge);
    }
    let mut receiver: Option<Receiver> = None;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| broken(host, &error))?;
        let Ok(piece) = frame.into_data() else { continue };
        // The answer to a HEAD names an encoding and has no body in it.
        let receiver = receiver.get_or_insert_with(|| match is_packed {
            true => Receiver::gzip(MAX_RESPONSE),
            false => Receiver::plain(MAX_RESPONSE),
        });
        receiver.push(&piece).map_err(|error| unpacked(host, error))?;
    }
    let body = receiver.map_or(Ok(Vec::new()), Receiver::finish).map_err(|error| unpacked(host, error))?;
    Ok(Response { status: head.status.as_u16(), headers: shown(&head.headers, is_packed), body })
}

fn is_gzip(headers: &HeaderMap) -> bool {
    let mut encodings = headers.get_all(header::CONTENT_ENCODING).iter();
    let first = encodings.next().and_then(|value| value.to_str().ok());
    let is_gzip = |name: &str| name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip");
    first.is_some_and(|name| is_gzip(name.trim())) && encodings.next().is_none()
}

/// The headers for the plugin. What describes the body on its way is left out where it was unpacked.
fn shown(headers: &HeaderMap, is_packed: bool) -> Vec<Header> {
    let is_kept = |name: &HeaderName| !is_packed || ![header::CONTENT_ENCODING, header::CONTENT_LENGTH].contains(name);
    let header = |(name, value): (&HeaderName, &HeaderValue)| Header {
        name: name.as_str().to_owned(),
        value: String::from_utf8_lossy(value.as_bytes()).into_owned(),
    };
    headers.iter().filter(|(name, _)| is_kept(name)).map(header).collect()
}

fn unpacked(host: &str, error: BodyError) -> HttpError {
    match error {
        BodyError::TooLarge => HttpError::TooLarge,
        BodyError::Broken(why) => HttpError::Unreachable(format!("the response of {host} is broken: {why}")),
    }
}

fn broken(host: &str, error: &hyper::Error) -> HttpError {
    // hyper tells clients of this only in words; a test notices when they change.
    if error.is_parse() && error.to_string().contains("too large") {
        return HttpError::TooLarge;
    }
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    HttpError::Unreachable(format!("no valid response from {host}: {error}{cause}"))
}
