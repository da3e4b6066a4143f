//! Uses `workspace`, `config` and `log`.

use plugin_sdk::planner::{PlannedStage, Project};
use plugin_sdk::prelude::*;

struct Speaker;

impl Planner for Speaker {
    fn plan(project: Project) -> Result<Vec<PlannedStage>, PluginError> {
        let marker = host::workspace::read_text("marker.txt")?;
        let listed = host::workspace::entries(".")?.len() + host::workspace::glob("*", 10)?.len();
        let outside = match host::workspace::read("../outside") {
            Err(host::workspace::WorkspaceError::Denied(_)) => "denied",
            _ => "not denied",
        };
        host::log::info(format!("planning {}", project.name));
        let greeting = host::config::json()?.get("greeting").and_then(|text| text.as_str()).unwrap_or("").to_owned();
        Ok(vec![
            PlannedStage::new("speak", "test", "make test")
                .ecosystem("generic")
                .env("GREETING", greeting)
                .because(format!("{marker}, {listed} entries, outside {outside}"))
                .evidence("marker.txt"),
        ])
    }
}

plugin_sdk::export_planner!(Speaker);
