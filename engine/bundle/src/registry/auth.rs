//! What a registry wants to know before it answers: `Basic`, or a token from the server that it names.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::credentials::Credentials;

/// Who an unknown program says to be when it exchanges a token.
pub(super) const CLIENT_ID: &str = "selfheal";

/// A `WWW-Authenticate` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    Basic,
    Bearer {
        /// Where tokens are had.
        realm: String,
        service: String,
        scope: String,
    },
}

impl Challenge {
    /// The strongest one among the headers.
    pub(super) fn of<'a>(headers: impl Iterator<Item = &'a str>) -> Option<Self> {
        let mut basic = None;
        for header in headers {
            let (scheme, rest) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
            if scheme.eq_ignore_ascii_case("basic") {
                basic = Some(Self::Basic);
            }
            if scheme.eq_ignore_ascii_case("bearer") {
                let mut values = parameters(rest);
                let mut take = |key: &str| values.remove(key).unwrap_or_default();
                let (realm, service, scope) = (take("realm"), take("service"), take("scope"));
                if !realm.is_empty() {
                    return Some(Self::Bearer { realm, service, scope });
                }
            }
        }
        basic
    }
}

/// `key="value",key=value` with quotes that may hold commas.
fn parameters(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut rest = text;
    while let Some((key, after)) = rest.split_once('=') {
        let key = key.trim_matches([',', ' ']).to_ascii_lowercase();
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(',').unwrap_or((after, "")),
        };
        found.insert(key, value.to_owned());
        rest = after;
    }
    found
}

/// The value of `Authorization` for a name and a password.
pub(super) fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// How a token is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum TokenRequest {
    /// `GET` of this address with this `Authorization`.
    Get { url: String, authorization: Option<String> },
    /// `POST` of this form to the realm.
    Post { url: String, form: String },
}

/// The request for a token.
pub(super) fn token_request(
    realm: &str,
    service: &str,
    scope: &str,
    credentials: Option<&Credentials>,
) -> TokenRequest {
    match credentials {
        Some(Credentials::IdentityToken(token)) => {
            let form = [
                ("grant_type", "refresh_token"),
                ("service", service),
                ("scope", scope),
                ("client_id", CLIENT_ID),
                ("refresh_token", token),
            ];
            TokenRequest::Post { url: realm.to_owned(), form: encoded(&form) }
        }
        _ => {
            let query: Vec<_> =
                [("service", service), ("scope", scope)].into_iter().filter(|(_, value)| !value.is_empty()).collect();
            let separator = if realm.contains('?') { '&' } else { '?' };
            let url = format!("{realm}{separator}{}", encoded(&query));
            let authorization = match credentials {
                Some(Credentials::Password { user, password }) => Some(basic(user, password)),
                _ => None,
            };
            TokenRequest::Get { url, authorization }
        }
    }
}

#[derive(Deserialize)]
struct TokenAnswer {
    #[serde(default)]
    token: String,
    #[serde(default)]
    access_token: String,
}

/// The token in an answer.
pub(super) fn token(answer: &[u8]) -> Option<String> {
    let answer: TokenAnswer = serde_json::from_slice(answer).ok()?;
    let token = if answer.token.is_empty() { answer.access_token } else { answer.token };
    let is_header_value = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    is_header_value.then_some(token)
}

/// A query or form.
pub(super) fn encoded(pairs: &[(&str, &str)]) -> String {
    let escape = |text: &str| -> String {
        let mut result = String::new();
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                result.push(byte as char);
            } else {
                result.push_str(&format!("%{byte:02X}"));
            }
        }
        result
    };
    pairs.iter().map(|(key, value)| format!("{}={}", escape(key), escape(value))).collect::<Vec<_>>().join("&")
}
