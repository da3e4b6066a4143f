//! What a plugin answers when it has no result.

use std::time::Duration;

use crate::bindings::capabilities::selfheal::plugin::types::PluginError;
use crate::fault::FaultKind;
use crate::host::log::escaped;

/// Text of one message that is kept.
const MESSAGE: usize = 2_000;

/// The fault that stands for an answer; `None` for `unsupported`, which is no fault at all.
pub(crate) fn fault_from_error(error: PluginError) -> Option<FaultKind> {
    let kept = |message: &str| escaped(&super::cut(message, MESSAGE));
    let answered = |code, message: &str| Some(FaultKind::Answered { code, message: kept(message), retry_after: None });
    match error {
        PluginError::Unsupported(_) => None,
        PluginError::InvalidConfig(diagnostics) => {
            let lines: Vec<String> = diagnostics
                .iter()
                .map(|diagnostic| match diagnostic.path.as_str() {
                    "" => diagnostic.message.clone(),
                    path => format!("{path}: {}", diagnostic.message),
                })
                .collect();
            answered("invalid-config", &lines.join("; "))
        }
        PluginError::Denied(failure) => answered("denied", &failure.message),
        PluginError::Transient(hint) => Some(FaultKind::Answered {
            code: "transient",
            message: kept(&hint.message),
            retry_after: Some(Duration::from_millis(hint.after_ms)),
        }),
        PluginError::Failed(failure) => answered("failed", &format!("{} ({})", failure.message, failure.code)),
    }
}
