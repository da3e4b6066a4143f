//! Bundles in any OCI registry: push, install, list.
//!
//! A registry is a stranger. Whatever it says is limited in size, compared with a digest, and verified before it is parsed;
//! a tag is resolved to a digest once, and everything after that is by digest. Signatures, bills of materials and provenances
//! are referrers of the bundle's manifest; where a registry has no referrers API they are listed under the tag
//! `sha256-…`, as the distribution specification has it.
//!
//! The client is of this crate's own making, on a small HTTP library: the one for OCI that there is reads manifests without
//! a limit and follows redirects anywhere. Plain HTTP is spoken to this machine, and to hosts that the caller names.

mod auth;
mod credentials;
mod http;
mod pull;
mod push;
mod reference;

use std::collections::BTreeMap;
use std::sync::Mutex;

use ureq::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName};
use ureq::http::{Method, Uri};

pub use credentials::{CredentialError, Credentials, DockerConfig};
pub use pull::Installed;
pub use push::{ExistingTag, Pushed};
pub use reference::{Reference, ReferenceError, Repository, Target};

use self::auth::{Challenge, TokenRequest};
use self::http::{Answer, Ask, Redirects, Web, origin};
use crate::bundle::ShapeError;
use crate::digest::Digest;
use crate::layout::LayoutError;
use crate::verify::VerifyError;

/// Largest answer that is no manifest and no blob: errors, tokens, lists of tags.
const MAX_TALK_BYTES: u64 = 1 << 20;

/// Whether requests go through a proxy. Those to this machine never do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Proxy {
    /// The one that `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` name.
    #[default]
    OfEnvironment,
    /// None.
    None,
}

/// How registries are talked to.
#[derive(Clone, Debug, Default)]
pub struct RegistryOptions {
    /// The user's docker credentials.
    pub docker: DockerConfig,
    /// `HOST` or `HOST:PORT` of registries that have no TLS. This machine needs not be named.
    pub plain_http: Vec<String>,
    /// The way out.
    pub proxy: Proxy,
}

/// Why a registry is of no use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// No connection, no trusted certificate, no answer in time.
    #[error("reach {host}: {why}")]
    Unreachable {
        /// Scheme, host and port.
        host: String,
        /// Why.
        why: String,
    },
    /// It wants other credentials.
    #[error("{host} does not let us {what}; log in with `docker login {host}`")]
    Denied {
        /// The registry.
        host: String,
        /// What was attempted.
        what: String,
    },
    /// It has no such thing.
    #[error("{0} does not exist")]
    NotFound(String),
    /// It answered that something is wrong.
    #[error("{what}: the registry answered {status}{}", detail(.message))]
    Refused {
        /// What was attempted.
        what: String,
        /// The status.
        status: u16,
        /// Its words, shortened.
        message: String,
    },
    /// It sent more than is allowed.
    #[error("{what} has more than {limit} bytes")]
    TooLarge {
        /// What.
        what: String,
        /// The limit.
        limit: u64,
    },
    /// It sent other bytes than it was asked for, or than it says.
    #[error(
        "{what}: the registry sent bytes with the digest {got} where {wanted} was asked for; it lies or is damaged"
    )]
    WrongDigest {
        /// What.
        what: String,
        /// What was asked for or announced.
        wanted: Digest,
        /// What came.
        got: Digest,
    },
    /// It points elsewhere.
    #[error("{what}: {from} points to {to}, which is not followed")]
    Redirect {
        /// What.
        what: String,
        /// From where.
        from: String,
        /// Where to.
        to: String,
    },
    /// It sent something that makes no sense.
    #[error("{what}: the registry sent {why}")]
    Malformed {
        /// What.
        what: String,
        /// Why.
        why: String,
    },
    /// It has something else there.
    #[error("{what} is no plugin: its type is `{media_type}`")]
    NotAPlugin {
        /// What.
        what: String,
        /// The type.
        media_type: String,
    },
    /// The tag has another bundle already.
    #[error("{reference} exists with other content ({present}); published versions stay as they are")]
    TagTaken {
        /// The reference.
        reference: String,
        /// What is there.
        present: Digest,
    },
    /// More than is looked at.
    #[error("{what}: more than {limit}")]
    TooMany {
        /// What.
        what: String,
        /// The limit.
        limit: usize,
    },
    /// The credentials could not be had.
    #[error(transparent)]
    Credentials(#[from] CredentialError),
    /// It is no bundle.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// A document cannot be understood.
    #[error(transparent)]
    Document(#[from] LayoutError),
    /// It is one, and not accepted.
    #[error(transparent)]
    Verify(#[from] VerifyError),
}

fn detail(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}

/// A client for registries. Keeps connections and tokens; talks to any number of hosts.
pub struct Registry {
    options: RegistryOptions,
    web: Web,
    /// `Authorization` by host, repository and action.
    sessions: Mutex<BTreeMap<(String, Action), String>>,
}

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Action {
    Pull,
    Push,
}

/// One request to a repository; the rest is the same for all.
struct Call<'a> {
    method: Method,
    /// Below `/v2/REPOSITORY/`, or a whole address of the same registry.
    path: String,
    accept: Option<&'a str>,
    body: Option<(&'a str, &'a [u8])>,
    what: String,
    limit: u64,
    redirects: Redirects,
    action: Action,
}

impl<'a> Call<'a> {
    fn get(path: String, what: String, limit: u64) -> Self {
        Self {
            method: Method::GET,
            path,
            accept: None,
            body: None,
            what,
            limit,
            redirects: Redirects::SameHost,
            action: Action::Pull,
        }
    }

    fn accept(self, media_type: &'a str) -> Self {
        Self { accept: Some(media_type), ..self }
    }

    /// A request that changes something.
    fn push(method: Method, path: String, what: String, body: Option<(&'a str, &'a [u8])>) -> Self {
        Self { method, body, action: Action::Push, ..Self::get(path, what, MAX_TALK_BYTES) }
    }
}

impl Registry {
    /// A client.
    pub fn new(options: RegistryOptions) -> Self {
        let web = Web::new(options.proxy);
        Self { options, web, sessions: Mutex::default() }
    }

    fn scheme(&self, repository: &Repository) -> &'static str {
        let is_plain = repository.is_loopback() || self.options.plain_http.contains(&repository.host);
        if is_plain { "http" } else { "https" }
    }

    /// Sends a request, with a token where one is wanted. Any status but those about permission is an answer.
    fn call(&self, repository: &Repository, call: &Call<'_>) -> Result<Answer, RegistryError> {
        let home = format!("{}://{}", self.scheme(repository), repository.host);
        let url = match call.path.starts_with("http") {
            true => call.path.clone(),
            false => format!("{home}/v2/{}/{}", repository.path, call.path),
        };
        let key = (repository.to_string(), call.action);
        let mut authorization = self.session(&key);
        for is_last in [false, true] {
            let mut headers: Vec<(HeaderName, String)> = Vec::new();
            headers.extend(call.accept.map(|media_type| (ACCEPT, media_type.to_owned())));
            headers.extend(call.body.map(|(media_type, _)| (CONTENT_TYPE, media_type.to_owned())));
            headers.extend(authorization.take().map(|value| (AUTHORIZATION, value)));
            let answer = self.web.send(&Ask {
                method: call.method.clone(),
                url: url.clone(),
                headers,
                body: call.body.map(|(_, bytes)| bytes),
                what: call.what.clone(),
                limit: call.limit,
                redirects: call.redirects,
            })?;
            match answer.status {
                401 if !is_last => {
                    let value = self.authorize(repository, call, &answer)?;
                    self.remember(key.clone(), value.clone());
                    authorization = Some(value);
                }
                401 | 403 => {
                    let (host, what) = (repository.host.clone(), format!("{} {}", verb(call.action), call.what));
                    return Err(RegistryError::Denied { host, what });
                }
                _ => return Ok(answer),
            }
        }
        unreachable!("the second answer is always returned")
    }

    fn session(&self, key: &(String, Action)) -> Option<String> {
        self.sessions.lock().ok().and_then(|sessions| sessions.get(key).cloned())
    }

    fn remember(&self, key: (String, Action), value: String) {
        if let Ok(mut sessions) = self.sessions.lock() {
            sessions.insert(key, value);
        }
    }

    /// The value of `Authorization` that a registry asks for.
    fn authorize(&self, repository: &Repository, call: &Call<'_>, answer: &Answer) -> Result<String, RegistryError> {
        let denied = || RegistryError::Denied {
            host: repository.host.clone(),
            what: format!("{} {}", verb(call.action), call.what),
        };
        let headers = answer.headers.get_all("www-authenticate").iter().filter_map(|value| value.to_str().ok());
        let challenge = Challenge::of(headers).ok_or_else(denied)?;
        let credentials = self.options.docker.credentials(&repository.host)?;
        match challenge {
            Challenge::Basic => match credentials {
                Some(Credentials::Password { user, password }) => Ok(auth::basic(&user, &password)),
                _ => Err(denied()),
            },
            Challenge::Bearer { realm, service, scope } => {
                let actions = if call.action == Action::Push { "pull,push" } else { "pull" };
                let scope = if scope.is_empty() { format!("repository:{}:{actions}", repository.path) } else { scope };
                let what = format!("a token for {repository}");
                self.check_realm(repository, &realm, &what)?;
                let request = auth::token_request(&realm, &service, &scope, credentials.as_ref());
                let answer = self.fetch_token(request, what.clone())?;
                match answer.status {
                    200 => {
                        let why = "an answer without a token".to_owned();
                        let token = auth::token(&answer.body).ok_or(RegistryError::Malformed { what, why })?;
                        Ok(format!("Bearer {token}"))
                    }
                    400 | 401 | 403 => Err(denied()),
                    status => Err(refused(what, status, &answer.body)),
                }
            }
        }
    }

    /// Credentials go to a server of tokens over TLS only, unless the registry itself has none.
    fn check_realm(&self, repository: &Repository, realm: &str, what: &str) -> Result<(), RegistryError> {
        let url: Option<Uri> = realm.parse().ok();
        let (scheme, host) = url.as_ref().map_or(("", ""), |url| {
            (url.scheme_str().unwrap_or_default(), url.authority().map_or("", |authority| authority.as_str()))
        });
        let is_plain_allowed =
            self.scheme(repository) == "http" && (reference::is_loopback(host) || host == repository.host);
        if (scheme == "https" || (scheme == "http" && is_plain_allowed)) && !host.is_empty() && !host.contains('@') {
            return Ok(());
        }
        let from = format!("{}://{}", self.scheme(repository), repository.host);
        let to = url.map_or_else(|| crate::text::shown(realm), |url| origin(&url));
        Err(RegistryError::Redirect { what: what.to_owned(), from, to })
    }

    fn fetch_token(&self, request: TokenRequest, what: String) -> Result<Answer, RegistryError> {
        let ask = |method, url, headers, body| Ask {
            method,
            url,
            headers,
            body,
            what,
            limit: MAX_TALK_BYTES,
            redirects: Redirects::SameHost,
        };
        match request {
            TokenRequest::Get { url, authorization } => {
                let headers = authorization.into_iter().map(|value| (AUTHORIZATION, value)).collect();
                self.web.send(&ask(Method::GET, url, headers, None))
            }
            TokenRequest::Post { url, form } => {
                let headers = vec![(CONTENT_TYPE, "application/x-www-form-urlencoded".to_owned())];
                self.web.send(&ask(Method::POST, url, headers, Some(form.as_bytes())))
            }
        }
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Registry({:?})", self.options)
    }
}

fn verb(action: Action) -> &'static str {
    match action {
        Action::Pull => "read",
        Action::Push => "write",
    }
}

/// An answer with a status that nothing good has.
fn refused(what: String, status: u16, body: &[u8]) -> RegistryError {
    let json: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let first = json.as_ref().and_then(|json| json.get("errors")?.get(0)).cloned().unwrap_or_default();
    let part = |key: &str| first.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let message =
        [part("code"), part("message")].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ");
    RegistryError::Refused { what, status, message: crate::text::shown(&message) }
}

#[cfg(test)]
mod tests;
