//! Installs the browsers that Playwright tests need.

use plugin_sdk::prelude::*;

const BROWSERS: &[&str] = &["chromium", "firefox", "webkit"];

struct Plugin;

impl Healer for Plugin {
    fn handles() -> Result<Vec<Interest>, PluginError> {
        Ok(vec![Interest::code("node.playwright-browser-missing")])
    }

    fn propose(incident: Incident, log: &dyn Log) -> Result<Vec<Remedy>, PluginError> {
        let can_install = incident.tools.iter().any(|tool| tool.name == "npx");
        if !can_install || incident.attr("offline") == Some("true") {
            return Ok(Vec::new());
        }
        // The line names the browser's folder, or lines above it do.
        let mut lines = log.above(incident.root().cause.line, 5);
        lines.push(incident.root().cause.clone());
        let missing = lines.iter().rev().find_map(|line| browser_in(&line.text));
        let command = ["npx", "playwright", "install"].into_iter().chain(missing);
        Ok(vec![
            remedy("dependency", format!("install {} for Playwright", missing.unwrap_or("all browsers")))
                .because("the tests start a browser that Playwright has not downloaded on this machine")
                .confidence(if missing.is_some() { 0.9 } else { 0.7 })
                .action(action::run_command(command).timeout(Duration::from_secs(300))),
        ])
    }
}

/// The browser whose folder a line names, e.g. `…/ms-playwright/chromium-1091/…`.
fn browser_in(line: &str) -> Option<&'static str> {
    let (_, path) = line.split_once("ms-playwright/")?;
    BROWSERS.iter().copied().find(|browser| path.starts_with(browser))
}

plugin_sdk::export_healer!(Plugin);
