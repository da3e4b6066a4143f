//! A healer that goes on the errands its configuration names, before it proposes nothing, and logs what came of them.
//!
//! Configuration: `{"argv": ["PROGRAM", …]}` runs a program, with the variables of `"env"`; `{"url": "…"}` sends a request.
//! `"times"` goes on the same errand so often, whatever comes of it but the last time.
//!
//! Roles: healer. Imports: `process`, `http`.

use plugin_sdk::host::http::Request;
use plugin_sdk::host::process::ProcessRequest;
use plugin_sdk::prelude::*;

/// The plugin.
pub struct Errands;

impl Healer for Errands {
    fn handles() -> Result<Vec<Interest>, PluginError> {
        Ok(vec![Interest::category("*")])
    }

    fn propose(_incident: Incident, _log: &dyn Log) -> Result<Vec<Remedy>, PluginError> {
        let config = host::config::json()?;
        let times = config.get("times").and_then(|times| times.as_u64()).unwrap_or(1);
        if let Some(argv) = config.get("argv").and_then(|argv| argv.as_array()) {
            let words = argv.iter().filter_map(|word| word.as_str());
            let mut request = ProcessRequest::new(words).capture(4_096);
            for (name, value) in config.get("env").and_then(|env| env.as_object()).into_iter().flatten() {
                request = request.env(name, value.as_str().unwrap_or_default());
            }
            for _ in 1..times {
                let _ = host::process::run(&request);
            }
            let result = host::process::run(&request)?;
            host::log::info(format!("exit code {:?}, {}", result.outcome.exit_code, result.stdout()));
        }
        if let Some(url) = config.get("url").and_then(|url| url.as_str()) {
            let response = host::http::send(&Request::new("GET", url))?;
            host::log::info(format!("status {}, {} bytes", response.status, response.body.len()));
        }
        Ok(Vec::new())
    }
}

plugin_sdk::export_healer!(Errands);

#[cfg(test)]
mod tests {
    use plugin_sdk::testing::{LogText, World, finding, incident};

    use super::*;

    #[test]
    fn an_errand_that_is_denied_is_a_typed_error() {
        for config in [r#"{"argv": ["true"]}"#, r#"{"url": "https://collector.example/"}"#] {
            let incident = incident(finding("x.y", "unknown")).build();
            let world = World::new().config(config);
            let answer = world.enter(|| Errands::propose(incident, &LogText::default()));
            assert!(matches!(answer, Err(PluginError::Denied(_))), "{answer:?}");
        }
    }
}
