//! Addresses of requests. Stricter than the standard: what two parsers could read differently is refused.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// Longest address.
const MAX_URL: usize = 8 << 10;
/// Length from which on a mixed part of a path counts as a token. Identifiers of web hooks have 24 and more.
const TOKEN: usize = 20;

/// How a server is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    /// With TLS.
    Https,
    /// Without.
    Http,
}

impl Scheme {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
        }
    }

    fn default_port(self) -> u16 {
        match self {
            Self::Https => 443,
            Self::Http => 80,
        }
    }
}

/// A server: what is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) scheme: Scheme,
    /// Lower case; an IPv6 address without brackets.
    pub(super) host: String,
    pub(super) port: u16,
}

impl Origin {
    /// Reads `HOST`, `HOST:PORT` or either with a scheme, as it stands in a grant. Without a scheme it is `https`.
    pub(super) fn granted(text: &str) -> Option<Self> {
        let url = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let url = Url::parse(&url).ok()?;
        (url.path == "/").then_some(url.origin)
    }

    /// The address, when the host is one rather than a name.
    pub(super) fn address(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// Host, and the port where it is not the scheme's own.
    pub(super) fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        if self.port == self.scheme.default_port() { host } else { format!("{host}:{}", self.port) }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.authority())
    }
}

/// An absolute address without user information and fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Url {
    pub(super) origin: Origin,
    /// Path and query; begins with `/`.
    pub(super) path: String,
}

impl Url {
    /// Reads an absolute address. The error says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        check_characters(text)?;
        let (scheme, rest) = text.split_once("://").ok_or("the URL is not absolute")?;
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "https" => Scheme::Https,
            "http" => Scheme::Http,
            _ => return Err("only https and http are spoken".to_owned()),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.contains('@') {
            return Err("the URL contains user information".to_owned());
        }
        let (host, port) = host_and_port(authority).ok_or("the URL's host is not a plain name or address")?;
        let port = match port {
            "" => scheme.default_port(),
            digits => digits.parse().ok().filter(|&port| port != 0).ok_or("the URL's port is no port")?,
        };
        let path = without_fragment(path);
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Ok(Self { origin: Origin { scheme, host, port }, path })
    }

    /// Where a `location` leads from here.
    pub(super) fn join(&self, location: &str) -> Result<Self, String> {
        check_characters(location)?;
        if location.starts_with("//") {
            return Self::parse(&format!("{}:{location}", self.origin.scheme.as_str()));
        }
        let first = location.find(['/', '?', '#']).unwrap_or(location.len());
        if location[..first].contains(':') {
            return Self::parse(location);
        }
        let location = without_fragment(location);
        let (path, query) = self.path.split_once('?').map_or((self.path.as_str(), None), |(p, q)| (p, Some(q)));
        let path = match location {
            "" => query.map_or_else(|| path.to_owned(), |query| format!("{path}?{query}")),
            _ if location.starts_with('/') => location.to_owned(),
            _ if location.starts_with('?') => format!("{path}{location}"),
            _ => {
                let folder = path.rfind('/').map_or("/", |slash| &path[..=slash]);
                without_dots(&format!("{folder}{location}"))
            }
        };
        Ok(Self { origin: self.origin.clone(), path })
    }

    /// The address for the record: without the values of its query and without parts that look like tokens.
    pub(super) fn redacted(&self) -> String {
        let (path, query) = self.path.split_once('?').map_or((self.path.as_str(), None), |(p, q)| (p, Some(q)));
        let path: Vec<&str> = path.split('/').map(|part| if is_token(part) { "…" } else { part }).collect();
        let mut text = format!("{}{}", self.origin, path.join("/"));
        if let Some(query) = query {
            let names = query.split('&').map(|pair| match pair.split_once('=') {
                Some((name, _)) if !is_token(name) => format!("{name}=…"),
                _ => "…".to_owned(),
            });
            text.push('?');
            text.push_str(&names.collect::<Vec<_>>().join("&"));
        }
        text
    }
}

/// Whether a part of a path is long and mixed, as identifiers of web hooks and keys are.
fn is_token(part: &str) -> bool {
    part.len() >= TOKEN
        && !part.contains('.')
        && part.bytes().any(|byte| byte.is_ascii_digit())
        && part.bytes().any(|byte| byte.is_ascii_alphabetic())
}

fn check_characters(text: &str) -> Result<(), String> {
    if text.len() > MAX_URL {
        return Err(format!("the URL has more than {MAX_URL} bytes"));
    }
    // Some parsers read a backslash as a slash, and drop tabs and line breaks.
    if text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
        return Ok(());
    }
    Err("the URL contains a character that has to be percent-encoded".to_owned())
}

fn host_and_port(authority: &str) -> Option<(String, &str)> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (address, rest) = rest.split_once(']')?;
        let address: Ipv6Addr = address.parse().ok()?;
        let port = if rest.is_empty() { "" } else { non_empty(rest.strip_prefix(':')?)? };
        return Some((address.to_string(), port));
    }
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, non_empty(port)?),
        None => (authority, ""),
    };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    if host.is_empty() || !host.bytes().all(is_plain) {
        return None;
    }
    Some((host.to_ascii_lowercase(), port))
}

/// Digits only: `parse` would take a sign.
fn non_empty(port: &str) -> Option<&str> {
    (!port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())).then_some(port)
}

fn without_fragment(text: &str) -> &str {
    text.split_once('#').map_or(text, |(text, _)| text)
}

/// Resolves `.` and `..` in a path; the query is left alone.
fn without_dots(text: &str) -> String {
    let (path, query) = text.split_once('?').map_or((text, None), |(path, query)| (path, Some(query)));
    let mut parts: Vec<&str> = Vec::new();
    let mut rest = path.split('/').skip(1).peekable();
    while let Some(part) = rest.next() {
        let is_last = rest.peek().is_none();
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => {
                parts.push(part);
                continue;
            }
        }
        if is_last {
            parts.push("");
        }
    }
    let mut out = format!("/{}", parts.join("/"));
    if let Some(query) = query {
        out.push('?');
        out.push_str(query);
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn shown(text: &str) -> String {
        match Url::parse(text) {
            Ok(url) => format!("{} {}", url.origin, url.path),
            Err(why) => why,
        }
    }

    #[test]
    fn an_address_has_one_reading() {
        assert_eq!(shown("https://API.example/x?y#z"), "https://api.example /x?y");
        assert_eq!(shown("https://api.example:443"), "https://api.example /");
        assert_eq!(shown("http://[0:0::1]:80/"), "http://[::1] /");
        assert_eq!(shown("http://api.example:8080?q"), "http://api.example:8080 /?q");
    }

    #[test]
    fn an_address_with_two_readings_is_refused() {
        for text in [
            "api.example/x",
            "//api.example/",
            "https:///x",
            "https://",
            "ftp://api.example/",
            "https://a@api.example/",
            "https://evil.example\\@api.example/",
            "https://api.example:/",
            "https://api.example:0/",
            "https://api.example:+443/",
            "https://api.example:65536/",
            "https://[::1/",
            "https://[::1]x/",
            "https://[api.example]/",
            "https://api.example/a b",
            "https://api.example/\r\nx: y",
            "https://äpi.example/",
            "https://api.example%2eevil.example/",
        ] {
            assert!(Url::parse(text).is_err(), "{text}: {}", shown(text));
        }
        assert!(Url::parse(&format!("https://api.example/{}", "x".repeat(MAX_URL))).is_err());
    }

    #[test]
    fn a_location_is_read_from_where_it_was_found() {
        let base = Url::parse("https://api.example/a/b?q=1").unwrap();
        let join = |location| base.join(location).map(|url| format!("{}{}", url.origin, url.path));
        for (location, expected) in [
            ("https://other.example/x", "https://other.example/x"),
            ("//other.example/x", "https://other.example/x"),
            ("/x?y", "https://api.example/x?y"),
            ("x", "https://api.example/a/x"),
            ("../x/./y", "https://api.example/x/y"),
            ("../../../x/..", "https://api.example/"),
            ("?z", "https://api.example/a/b?z"),
            ("#z", "https://api.example/a/b?q=1"),
            ("x?u=http://y/..", "https://api.example/a/x?u=http://y/.."),
        ] {
            assert_eq!(join(location), Ok(expected.to_owned()), "{location}");
        }
        for location in ["mailto:a", "file:///etc/passwd", "javascript:x", "http:x", "/a\\b"] {
            assert!(join(location).is_err(), "{location}");
        }
    }

    #[test]
    fn a_grant_names_a_server_and_nothing_below_it() {
        let granted = |text| Origin::granted(text).map(|origin| origin.to_string());
        assert_eq!(granted("api.example"), Some("https://api.example".to_owned()));
        assert_eq!(granted("API.example:8443"), Some("https://api.example:8443".to_owned()));
        assert_eq!(granted("http://127.0.0.1:80"), Some("http://127.0.0.1".to_owned()));
        assert_eq!(granted("[::1]:5"), Some("https://[::1]:5".to_owned()));
        for text in ["*.example", "api.example/x", "", "ftp://api.example", "a@b"] {
            assert_eq!(granted(text), None, "{text}");
        }
    }

    #[test]
    fn the_record_keeps_no_secret_of_an_address() {
        let url =
            Url::parse("https://hooks.example/services/T024BE7LD/aB3dEfGh1jKlMn0pQrStUvWx?token=abc&page=2&x").unwrap();
        assert_eq!(url.redacted(), "https://hooks.example/services/T024BE7LD/…?token=…&page=…&…");
        let plain = Url::parse("https://index.example/simple/opencv-contrib-python-headless/").unwrap();
        assert_eq!(plain.redacted(), "https://index.example/simple/opencv-contrib-python-headless/");
    }
}
