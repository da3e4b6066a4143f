//! `http`: requests to granted hosts. The engine has no network access for plugins yet: a granted request is answered with
//! `unreachable`, so that plugins already have to cope with that.

use super::HostState;
use crate::bindings::capabilities::selfheal::plugin::http::{self, HttpError, Request, Response};

/// Requests of one call.
const MAX_REQUESTS: u32 = 32;
/// Body of a request, in bytes.
const MAX_BODY: usize = 1 << 20;
/// Headers that only the host sets.
const HOST_HEADERS: &[&str] = &["host", "content-length", "authorization"];

/// The requests of one call.
pub(super) struct Http {
    granted: Vec<String>,
    requests_left: u32,
}

impl Http {
    pub(super) fn new(granted: Vec<String>) -> Self {
        Self { granted, requests_left: MAX_REQUESTS }
    }

    fn send(&mut self, request: &Request) -> HttpError {
        match self.check(request) {
            Err(denial) => HttpError::Denied(denial),
            Ok(()) => HttpError::Unreachable("the engine has no network access for plugins in this version".to_owned()),
        }
    }

    fn check(&mut self, request: &Request) -> Result<(), String> {
        self.requests_left = match self.requests_left.checked_sub(1) {
            Some(rest) => rest,
            None => return Err(format!("a call may send {MAX_REQUESTS} requests")),
        };
        let (scheme, host) = scheme_and_host(&request.url)?;
        let is_granted = self.granted.iter().any(|grant| match scheme {
            "https" => grant.eq_ignore_ascii_case(&host),
            _ => grant.strip_prefix("http://").is_some_and(|granted| granted.eq_ignore_ascii_case(&host)),
        });
        if !is_granted {
            return Err(format!("{scheme}://{host} is not granted"));
        }
        if request.body.len() > MAX_BODY {
            return Err(format!("the body has more than {MAX_BODY} bytes"));
        }
        if request.method.is_empty() || !request.method.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err("the method is no upper-case word".to_owned());
        }
        match request.headers.iter().find(|header| HOST_HEADERS.contains(&header.name.to_ascii_lowercase().as_str())) {
            Some(header) => Err(format!("the header {} is the host's", header.name)),
            None => Ok(()),
        }
    }
}

/// Scheme and host with port of an absolute URL. Strict: what two parsers could read differently is denied.
fn scheme_and_host(url: &str) -> Result<(&str, String), String> {
    let (scheme, rest) = url.split_once("://").ok_or("the URL is not absolute")?;
    if !matches!(scheme, "https" | "http") {
        return Err("only https and http are spoken".to_owned());
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err("the URL contains user information".to_owned());
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']');
    if authority.is_empty() || !authority.bytes().all(is_plain) {
        return Err("the URL's host is not a plain name or address".to_owned());
    }
    let default_port = if scheme == "https" { ":443" } else { ":80" };
    let host = authority.strip_suffix(default_port).unwrap_or(authority);
    Ok((scheme, host.to_ascii_lowercase()))
}

impl http::Host for HostState {
    fn send(&mut self, request: Request) -> wasmtime::Result<Result<Response, HttpError>> {
        self.charge()?;
        Ok(Err(self.http.send(&request)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(granted: &[&str], url: &str) -> String {
        let request = Request { method: "GET".into(), url: url.into(), headers: Vec::new(), body: Vec::new() };
        match Http::new(granted.iter().map(|&host| host.to_owned()).collect()).send(&request) {
            HttpError::Denied(why) => format!("denied: {why}"),
            HttpError::Unreachable(_) => "unreachable".to_owned(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn only_granted_hosts_get_past_the_check() {
        assert_eq!(answer(&["api.example"], "https://API.example/x?y"), "unreachable");
        assert_eq!(answer(&["api.example"], "https://api.example:443/"), "unreachable");
        assert_eq!(answer(&["http://api.example"], "http://api.example"), "unreachable");
        for url in [
            "http://api.example/",
            "https://api.example.evil.example/",
            "https://evil.example/#@api.example",
            "https://api.example@evil.example/",
            "https://evil.example\\@api.example/",
            "https://api.example:8443/",
            "ftp://api.example/",
            "//api.example/",
            "https:///x",
        ] {
            assert!(answer(&["api.example"], url).starts_with("denied"), "{url}: {}", answer(&["api.example"], url));
        }
    }

    #[test]
    fn a_call_sends_so_many_requests() {
        let mut http = Http::new(vec!["api.example".to_owned()]);
        let request =
            Request { method: "GET".into(), url: "https://api.example/".into(), headers: Vec::new(), body: Vec::new() };
        for _ in 0..MAX_REQUESTS {
            assert!(matches!(http.send(&request), HttpError::Unreachable(_)));
        }
        assert!(matches!(http.send(&request), HttpError::Denied(_)));
    }
}
