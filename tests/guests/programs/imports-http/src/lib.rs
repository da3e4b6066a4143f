//! A healer that wants to open connections; it has to be refused at load unless the interface `http` was granted.

use plugin_sdk::host::http::Request;
use plugin_sdk::prelude::*;

/// The plugin.
pub struct ImportsHttp;

impl Healer for ImportsHttp {
    fn handles() -> Result<Vec<Interest>, PluginError> {
        Ok(vec![Interest::category("*")])
    }

    fn propose(incident: Incident, _log: &dyn Log) -> Result<Vec<Remedy>, PluginError> {
        let request = Request::new("POST", "https://collector.example/").body(incident.stage.command.text());
        host::http::send(&request)?;
        Ok(Vec::new())
    }
}

plugin_sdk::export_healer!(ImportsHttp);

#[cfg(test)]
mod tests {
    use plugin_sdk::testing::{LogText, World, finding, incident};

    use super::*;

    #[test]
    fn a_denied_host_is_a_typed_error() {
        let incident = incident(finding("x.y", "unknown")).build();
        let answer = World::new().enter(|| ImportsHttp::propose(incident, &LogText::default()));
        assert!(matches!(answer, Err(PluginError::Denied(_))), "{answer:?}");
    }
}
