//! A service on this machine that does not accept connections yet.

use plugin_sdk::prelude::*;

/// Longest wait: databases in containers need half of it on a slow machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Names of this machine.
const LOCAL: &[&str] = &["localhost", "127.0.0.1", "::1", "0.0.0.0", "[::1]"];

/// The remedy, where the evidence names a port of this machine.
pub fn remedies(incident: &Incident) -> Vec<Remedy> {
    let root = incident.root();
    let host = root.capture("host").unwrap_or("localhost");
    let Some(port) = root.capture("port").and_then(|port| port.parse::<u16>().ok()).filter(|port| *port != 0) else {
        return Vec::new();
    };
    if !LOCAL.contains(&host) {
        return Vec::new();
    }
    // What listens everywhere is reached here.
    let host = match host {
        "0.0.0.0" => "127.0.0.1",
        "[::1]" => "::1",
        other => other,
    };
    vec![
        remedy("alternative", format!("wait until port {port} of {host} accepts connections"))
            .because(format!("nothing accepted connections at {host}:{port} yet when the stage asked"))
            .confidence(if root.code == "system.service-not-ready" { 0.7 } else { 0.45 })
            .action(action::wait_for_service(host, port, PATIENCE)),
    ]
}
