//! Requests to granted hosts. Needs the grant `http`.

use super::backend;

pub use crate::bindings::capabilities::selfheal::plugin::http::{Header, HttpError, Request, Response};

/// Sends one request and returns the response, whatever its status.
///
/// # Errors
/// When the host is not granted, cannot be reached, answers too much or too late.
pub fn send(request: &Request) -> Result<Response, HttpError> {
    backend::http::send(request)
}

impl Request {
    /// A request without headers and body; the method is upper case, the URL absolute.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self { method: method.into(), url: url.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// One more header; the name is lower case.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push(Header { name: name.into(), value: value.into() });
        self
    }

    /// The body, at most 1 MiB.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }
}

impl Response {
    /// The first header of this name, which is lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|header| header.name == name).map(|header| header.value.as_str())
    }

    /// Whether the status is one of success.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}
