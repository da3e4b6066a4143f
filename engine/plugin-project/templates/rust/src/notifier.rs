//! Tells a chat what was healed and what needs a person.

use plugin_sdk::host::http::{Request, send};
use plugin_sdk::json::json;
use plugin_sdk::notifier::{Event, Ticket, TicketRef};
use plugin_sdk::prelude::*;

struct Plugin;

impl Notifier for Plugin {
    fn notify(event: Event) -> Result<(), PluginError> {
        // Other kinds may come; a chat is only told how something ended.
        if event.kind != "incident-ended" {
            return Ok(());
        }
        let mark = if event.attr("ended") == Some("healed") { "healed" } else { "look" };
        post(&format!("[{mark}] {} ({})\n{}", event.title, event.run, event.body))
    }

    fn open(ticket: Ticket) -> Result<TicketRef, PluginError> {
        post(&format!("[look] {}\n{}", ticket.title, ticket.body))?;
        // A chat has no tickets: the signature is what the message can be found by.
        Ok(TicketRef { id: ticket.signature, url: String::new() })
    }

    fn update(_id: String, ticket: Ticket) -> Result<(), PluginError> {
        post(&format!("[again] {}", ticket.title))
    }

    fn close(id: String, comment: String) -> Result<(), PluginError> {
        post(&format!("[done] {id}: {comment}"))
    }
}

fn post(text: &str) -> Result<(), PluginError> {
    let config = host::config::json()?;
    let Some(url) = config.get("webhook").and_then(|value| value.as_str()) else {
        return Err(PluginError::invalid_config("webhook", "missing", "webhook is the address of the chat's incoming webhook"));
    };
    let body = json!({ "text": text.trim_end() }).to_string();
    let answer = send(&Request::new("POST", url).header("content-type", "application/json").body(body))?;
    match answer.status {
        200..=299 => Ok(()),
        429 | 500..=599 => Err(PluginError::transient(Duration::from_secs(1), format!("the chat answered {}", answer.status))),
        status => Err(PluginError::failed("refused", format!("the chat answered {status}"))),
    }
}

plugin_sdk::export_notifier!(Plugin);
