//! The host of a test: what a plugin sees outside of its arguments, and a record of what it did.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::host::http::{HttpError, Request, Response};
use crate::host::process::{ProcessError, ProcessRequest, ProcessResult};

type ProcessAnswer = dyn Fn(&ProcessRequest) -> Result<ProcessResult, ProcessError>;
type HttpAnswer = dyn Fn(&Request) -> Result<Response, HttpError>;

/// A fixture in memory. Without anything set: no files, an empty configuration, no grant for programs and hosts, time 0.
#[derive(Default)]
pub struct World {
    inner: Rc<Inner>,
}

/// Everything is behind cells because the functions that plugins call have no handle of the world.
#[derive(Default)]
pub(super) struct Inner {
    pub(super) files: RefCell<BTreeMap<String, Vec<u8>>>,
    pub(super) config: RefCell<Option<String>>,
    pub(super) state: RefCell<BTreeMap<String, Vec<u8>>>,
    pub(super) now_ms: Cell<u64>,
    pub(super) process: RefCell<Option<Box<ProcessAnswer>>>,
    pub(super) http: RefCell<Option<Box<HttpAnswer>>>,
    pub(super) process_requests: RefCell<Vec<ProcessRequest>>,
    pub(super) http_requests: RefCell<Vec<Request>>,
    pub(super) messages: RefCell<Vec<(String, String)>>,
}

thread_local! {
    /// The worlds that this thread has entered, innermost last.
    static ENTERED: RefCell<Vec<Rc<Inner>>> = const { RefCell::new(Vec::new()) };
}

/// Leaves the world even when the code under test panics.
struct Leave;

impl Drop for Leave {
    fn drop(&mut self) {
        ENTERED.with_borrow_mut(|entered| entered.pop());
    }
}

/// Asks the innermost world, or an empty one where no test has entered any.
pub(super) fn ask<T>(question: impl FnOnce(&Inner) -> T) -> T {
    let innermost = ENTERED.with_borrow(|entered| entered.last().cloned()).unwrap_or_default();
    question(&innermost)
}

impl World {
    /// An empty world.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a file into the workspace; its directories follow.
    #[must_use]
    pub fn file(self, path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        self.inner.files.borrow_mut().insert(path.into(), content.into());
        self
    }

    /// Sets the plugin's configuration, as JSON text.
    #[must_use]
    pub fn config(self, json: impl Into<String>) -> Self {
        self.inner.config.replace(Some(json.into()));
        self
    }

    /// Sets a value in the plugin's store.
    #[must_use]
    pub fn state(self, key: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        self.inner.state.borrow_mut().insert(key.into(), value.into());
        self
    }

    /// Sets the time, in milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn now_ms(self, now_ms: u64) -> Self {
        self.inner.now_ms.set(now_ms);
        self
    }

    /// Answers every program that the plugin runs. Without it, every program is denied.
    #[must_use]
    pub fn process(self, answer: impl Fn(&ProcessRequest) -> Result<ProcessResult, ProcessError> + 'static) -> Self {
        self.inner.process.replace(Some(Box::new(answer)));
        self
    }

    /// Answers every request that the plugin sends. Without it, every host is denied.
    #[must_use]
    pub fn http(self, answer: impl Fn(&Request) -> Result<Response, HttpError> + 'static) -> Self {
        self.inner.http.replace(Some(Box::new(answer)));
        self
    }

    /// Runs code in this world, on this thread.
    pub fn enter<T>(&self, code: impl FnOnce() -> T) -> T {
        ENTERED.with_borrow_mut(|entered| entered.push(Rc::clone(&self.inner)));
        let _leave = Leave;
        code()
    }

    /// The messages that the plugin wrote, each as `level: message`.
    pub fn messages(&self) -> Vec<String> {
        self.inner.messages.borrow().iter().map(|(level, message)| format!("{level}: {message}")).collect()
    }

    /// The programs that the plugin ran or wanted to run, in order.
    pub fn process_requests(&self) -> Vec<ProcessRequest> {
        self.inner.process_requests.borrow().clone()
    }

    /// The requests that the plugin sent or wanted to send, in order.
    pub fn http_requests(&self) -> Vec<Request> {
        self.inner.http_requests.borrow().clone()
    }

    /// A value of the plugin's store.
    pub fn stored(&self, key: &str) -> Option<Vec<u8>> {
        self.inner.state.borrow().get(key).cloned()
    }
}
