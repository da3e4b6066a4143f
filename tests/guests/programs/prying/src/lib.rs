//! A healer that looks for what it was never given, and logs what it found.
//!
//! Configuration: `{"do": "look-around"}` asks for environment, arguments, files, clocks and chance; `{"read": ["PATH", …]}`
//! asks for paths in every way there is, `"times"` so often; `{"do": "leave-traces"}` looks for what an earlier call left in
//! memory and leaves something itself; `{"do": "keep-and-trap"}` changes its durable state and panics.
//!
//! Roles: healer. Imports: `workspace`, `state`.

use plugin_sdk::prelude::*;

mod traces;

/// The plugin.
pub struct Prying;

impl Healer for Prying {
    fn handles() -> Result<Vec<Interest>, PluginError> {
        Ok(vec![Interest::category("*")])
    }

    fn propose(_incident: Incident, _log: &dyn Log) -> Result<Vec<Remedy>, PluginError> {
        let config = host::config::json()?;
        match config.get("do").and_then(|action| action.as_str()) {
            Some("look-around") => look_around(),
            Some("leave-traces") => host::log::info(format!("found {} traces", traces::find_and_leave())),
            Some("keep-and-trap") => keep_and_trap(),
            _ => {}
        }
        let times = config.get("times").and_then(|times| times.as_u64()).unwrap_or(1);
        for path in config.get("read").and_then(|paths| paths.as_array()).into_iter().flatten() {
            for _ in 0..times {
                read(path.as_str().unwrap_or_default());
            }
        }
        Ok(Vec::new())
    }
}

/// What std and WASI tell about the machine.
fn look_around() {
    let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map(|since| since.as_millis());
    let started = std::time::Instant::now();
    let mut typed = String::new();
    let stdin = std::io::stdin().read_line(&mut typed).map_err(|error| error.kind());
    let chance = {
        use std::hash::BuildHasher;
        std::collections::hash_map::RandomState::new().hash_one(1)
    };
    host::log::info(format!("variables {:?}", std::env::vars_os().collect::<Vec<_>>()));
    host::log::info(format!("arguments {:?}", std::env::args_os().collect::<Vec<_>>()));
    host::log::info(format!("directory {:?}", std::env::current_dir().map_err(|error| error.kind())));
    host::log::info(format!("input {stdin:?} {typed:?}"));
    host::log::info(format!("clock {clock:?}, {:?} later", started.elapsed()));
    host::log::info(format!("chance {chance}"));
}

/// Asks for a path in every way there is.
fn read(path: &str) {
    let shown = |what: &str, answer: String| host::log::info(format!("{what} {path:?}: {answer}"));
    let text = host::workspace::read_text(path);
    shown("read", text.unwrap_or_else(|error| format!("{error:?}")));
    let entry = host::workspace::stat(path);
    shown("stat", entry.map_or_else(|error| format!("{error:?}"), |entry| format!("{:?}", entry.kind)));
    for (what, listed) in [("entries", host::workspace::entries(path)), ("glob", host::workspace::glob(path, 100))] {
        let names = |entries: Vec<_>| entries.into_iter().map(|entry: host::workspace::Entry| entry.path).collect();
        let names: Result<Vec<String>, _> = listed.map(names);
        shown(what, format!("{names:?}"));
    }
}

fn keep_and_trap() {
    let kept = host::state::get("half");
    host::log::info(format!("kept {kept:?}"));
    let set = host::state::set("half", b"done");
    host::log::info(format!("set {set:?}"));
    panic!("in the middle of something");
}

plugin_sdk::export_healer!(Prying);

#[cfg(test)]
mod tests {
    use plugin_sdk::testing::{LogText, World, finding, incident};

    use super::*;

    #[test]
    fn it_proposes_nothing_whatever_it_finds() {
        for config in ["{}", r#"{"do": "look-around"}"#, r#"{"read": ["a.txt"]}"#] {
            let incident = incident(finding("x.y", "unknown")).build();
            let answer = World::new().config(config).enter(|| Prying::propose(incident, &LogText::default()));
            assert!(answer.is_ok_and(|remedies| remedies.is_empty()), "{config}");
        }
    }
}
