//! Role `notifier`: tells people outside.

use crate::types::{PluginError, attr_value};

pub use crate::bindings::notifier::exports::selfheal::plugin::notifier::{Event, Ticket, TicketRef};

/// Sends events and keeps tickets in a tracker, through [`crate::host::http`].
pub trait Notifier {
    /// Tells an event; called beside the run, which never waits for it.
    fn notify(event: Event) -> Result<(), PluginError>;
    /// Opens a ticket, or finds the open one of the same signature.
    fn open(ticket: Ticket) -> Result<TicketRef, PluginError>;
    /// Brings an open ticket up to date.
    fn update(id: String, ticket: Ticket) -> Result<(), PluginError>;
    /// Closes a ticket.
    fn close(id: String, comment: String) -> Result<(), PluginError>;
}

impl Event {
    /// Value of an attribute.
    pub fn attr(&self, key: &str) -> Option<&str> {
        attr_value(&self.attrs, key)
    }
}

/// Exports a type as the notifier of the component. Expands to nothing on native targets.
#[macro_export]
macro_rules! export_notifier {
    ($plugin:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            struct Exported;
            impl $crate::bindings::notifier::exports::selfheal::plugin::notifier::Guest for Exported {
                fn notify(event: $crate::notifier::Event) -> Result<(), $crate::types::PluginError> {
                    <$plugin as $crate::notifier::Notifier>::notify(event)
                }

                fn open(
                    ticket: $crate::notifier::Ticket,
                ) -> Result<$crate::notifier::TicketRef, $crate::types::PluginError> {
                    <$plugin as $crate::notifier::Notifier>::open(ticket)
                }

                fn update(id: String, ticket: $crate::notifier::Ticket) -> Result<(), $crate::types::PluginError> {
                    <$plugin as $crate::notifier::Notifier>::update(id, ticket)
                }

                fn close(id: String, comment: String) -> Result<(), $crate::types::PluginError> {
                    <$plugin as $crate::notifier::Notifier>::close(id, comment)
                }
            }
    $crate::bindings::notifier::export_notifier_bindings!(Exported with_types_in $crate::bindings::notifier);
        };
    };
}
