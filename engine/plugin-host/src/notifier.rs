//! Telling people outside, through all plugins with the role `notifier`. Beside the run: nothing here waits for a person,
//! and a failure is a note.

use driver::ports::News;
use pipeline::event::FaultNote;
use pipeline::id::PluginId;

use crate::bindings::notifier::exports::selfheal::plugin::notifier as wit;
use crate::convert::attrs_to_wit;
use crate::inspect::Role;
use crate::plugin_host::PluginHost;
use crate::roles::{self, NotifierTask};

/// One ticket per signature. Mirrors `ticket` of `wit/v0/notifier.wit`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The failure's signature.
    pub signature: String,
    /// One line.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Labels.
    pub labels: Vec<String>,
    /// Further facts.
    pub attrs: Vec<(String, String)>,
}

/// A ticket in a tracker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketRef {
    /// The notifier that keeps it.
    pub plugin: PluginId,
    /// Id in the tracker.
    pub id: String,
    /// Address for people; empty when there is none.
    pub url: String,
}

impl PluginHost {
    /// Tells every notifier an event.
    pub async fn notify(&self, news: &News) -> Vec<FaultNote> {
        self.tell_all(&NotifierTask::Notify(news_to_wit(news))).await.1
    }

    /// Has every notifier open a ticket, or find the open one of the same signature.
    pub async fn open_ticket(&self, ticket: &Ticket) -> (Vec<TicketRef>, Vec<FaultNote>) {
        self.tell_all(&NotifierTask::Open(ticket_to_wit(ticket))).await
    }

    /// Brings an open ticket up to date.
    pub async fn update_ticket(&self, reference: &TicketRef, ticket: &Ticket) -> Vec<FaultNote> {
        self.tell_one(&reference.plugin, &NotifierTask::Update(reference.id.clone(), ticket_to_wit(ticket))).await
    }

    /// Closes a ticket.
    pub async fn close_ticket(&self, reference: &TicketRef, comment: &str) -> Vec<FaultNote> {
        self.tell_one(&reference.plugin, &NotifierTask::Close(reference.id.clone(), comment.to_owned())).await
    }

    async fn tell_all(&self, task: &NotifierTask) -> (Vec<TicketRef>, Vec<FaultNote>) {
        let (mut references, mut faults) = (Vec::new(), Vec::new());
        for notifier in self.asked(Role::Notifier) {
            match roles::notify(self.loader(), notifier, task).await {
                Ok(answer) => references.extend(answer.flatten().map(|reference| TicketRef {
                    plugin: notifier.id.clone(),
                    id: reference.id,
                    url: reference.url,
                })),
                Err(kind) => faults.push(self.note(notifier, Role::Notifier, kind)),
            }
        }
        (references, faults)
    }

    async fn tell_one(&self, plugin: &PluginId, task: &NotifierTask) -> Vec<FaultNote> {
        let asked = self.asked(Role::Notifier);
        // A notifier that is gone or benched keeps its ticket as it is.
        let Some(notifier) = asked.into_iter().find(|notifier| notifier.id == *plugin) else { return Vec::new() };
        match roles::notify(self.loader(), notifier, task).await {
            Ok(_) => Vec::new(),
            Err(kind) => vec![self.note(notifier, Role::Notifier, kind)],
        }
    }
}

fn news_to_wit(news: &News) -> wit::Event {
    wit::Event {
        kind: news.kind.clone(),
        run: news.run.clone(),
        title: news.title.clone(),
        body: news.body.clone(),
        attrs: attrs_to_wit(&news.attrs),
    }
}

fn ticket_to_wit(ticket: &Ticket) -> wit::Ticket {
    wit::Ticket {
        signature: ticket.signature.clone(),
        title: ticket.title.clone(),
        body: ticket.body.clone(),
        labels: ticket.labels.clone(),
        attrs: attrs_to_wit(&ticket.attrs),
    }
}
