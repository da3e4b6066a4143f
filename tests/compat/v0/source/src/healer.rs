//! Uses `state` and `clock`.

use plugin_sdk::prelude::*;

struct Speaker;

impl Healer for Speaker {
    fn handles() -> Result<Vec<Interest>, PluginError> {
        Ok(vec![Interest::code("v0.*")])
    }

    fn propose(incident: Incident, log: &dyn Log) -> Result<Vec<Remedy>, PluginError> {
        let calls = host::state::get("calls")?.and_then(|value| value.first().copied()).unwrap_or(0);
        host::state::set("calls", &[calls + 1])?;
        let now = host::clock::now().as_millis();
        Ok(vec![
            remedy("config", format!("call {calls} at {now}"))
                .because(format!("{} after {} lines", incident.stage.name, log.line_count()))
                .confidence(0.75)
                .action(action::set_env("V0", "1"))
                .action(action::write_file("v0.txt", "written\n")),
        ])
    }
}

plugin_sdk::export_healer!(Speaker);
