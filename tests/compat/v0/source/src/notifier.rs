//! Uses `http`.

use plugin_sdk::host::http::{HttpError, Request};
use plugin_sdk::notifier::{Event, Ticket, TicketRef};
use plugin_sdk::prelude::*;

struct Speaker;

/// Tells a server, after another one was denied.
fn send(method: &str, text: &str) -> Result<(), PluginError> {
    let denied = host::http::send(&Request::new("GET", "https://not-granted.example/"));
    if !matches!(denied, Err(HttpError::Denied(_))) {
        return Err(PluginError::failed("not-denied", "a server that was not granted was asked"));
    }
    let url = host::config::json()?.get("url").and_then(|url| url.as_str()).unwrap_or("").to_owned();
    let request = Request::new(method, url).header("x-version", "0").body(text.as_bytes());
    let answer = host::http::send(&request)?;
    match answer.status {
        204 => Ok(()),
        status => Err(PluginError::failed("status", format!("{status}"))),
    }
}

impl Notifier for Speaker {
    fn notify(event: Event) -> Result<(), PluginError> {
        send("POST", &format!("{}: {}", event.kind, event.title))
    }

    fn open(ticket: Ticket) -> Result<TicketRef, PluginError> {
        send("POST", &ticket.title)?;
        Ok(TicketRef { id: format!("t-{}", ticket.signature), url: "https://tickets.example/1".to_owned() })
    }

    fn update(id: String, ticket: Ticket) -> Result<(), PluginError> {
        send("PUT", &format!("{id}: {}", ticket.title))
    }

    fn close(id: String, comment: String) -> Result<(), PluginError> {
        send("DELETE", &format!("{id}: {comment}"))
    }
}

plugin_sdk::export_notifier!(Speaker);
