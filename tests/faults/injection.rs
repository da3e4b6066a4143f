//! A lab with the project of a case in it, broken.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use lab::{Lab, QUICK, Server};

use crate::catalogue::{Case, Fault, Project};
use crate::figures::BAD_PLUGIN;
use crate::outside;

/// A broken project and the server that it talks to.
pub struct Site {
    /// The project.
    pub lab: Lab,
    #[expect(dead_code, reason = "it serves until it is dropped")]
    server: Server,
}

/// Makes the project, breaks it, and commits.
pub fn inject(case: &Case) -> Site {
    let (project, fault) = (case.project, case.fault);
    let lab = Lab::bare().with_repository();
    let server = match fault.and_then(|fault| fault.only_answer.as_deref()) {
        Some(answer) => Server::always(answer),
        None => {
            let answers = fault.map_or(&[][..], |fault| &fault.first_answers);
            let answers: Vec<&str> = answers.iter().map(String::as_str).collect();
            Server::start(lab.outside("site"), &answers)
        }
    };
    let lab = with_env(lab, &server, project, fault);
    outside::place(&project.made_outside, &project.outside, &lab.outside(""), &|text| filled(text, &lab, &server));
    for (path, content) in &project.files {
        lab.write(path, &filled(content, &lab, &server));
    }
    lab.write(".gitignore", &project.made.iter().map(|folder| format!("{folder}/\n")).collect::<String>());
    shell(&lab, &lab.root(), &project.script);
    lab.write("selfheal.toml", &pipeline(project, fault));
    lab.commit();
    let Some(fault) = fault else { return Site { lab, server } };
    if fault.after_green {
        let events = lab.run(&["--mode", "off"]);
        assert_eq!(events.end(), "success clean", "{} before it is broken: {events:#?}", case.name());
    }
    for (path, content) in &fault.files {
        lab.write(path, &filled(content, &lab, &server));
    }
    for (path, text, replacement) in &fault.edits {
        let before = lab.read(path);
        assert!(before.contains(text.as_str()), "{}: {path} does not hold {text:?}", case.name());
        lab.write(path, &before.replacen(text, replacement, 1));
    }
    shell(&lab, &lab.root(), &fault.script);
    lab.git(&["add", "--all"]);
    lab.git(&[
        "-c",
        "user.name=lab",
        "-c",
        "user.email=lab@example.com",
        "commit",
        "--quiet",
        "--allow-empty",
        "--message=break",
    ]);
    shell(&lab, &lab.root(), &fault.afterwards);
    let lab = if fault.offers.is_empty() { lab } else { lab.guest(BAD_PLUGIN, BAD_PLUGIN) };
    Site { lab, server }
}

fn with_env(mut lab: Lab, server: &Server, project: &Project, fault: Option<&Fault>) -> Lab {
    let mut env: BTreeMap<&str, String> = BTreeMap::from([
        ("SERVER", server.url()),
        ("no_proxy", "*".to_owned()),
        // Identity, configuration and caches of whoever runs this must not decide.
        ("GIT_CONFIG_GLOBAL", "/dev/null".to_owned()),
        ("GIT_CONFIG_NOSYSTEM", "1".to_owned()),
    ]);
    let given = project.env.iter().chain(fault.into_iter().flat_map(|fault| &fault.env));
    for (name, value) in given {
        env.insert(name, filled(value, &lab, server));
    }
    for (name, value) in env {
        lab = lab.env(name, value);
    }
    lab
}

/// A text with the places that are known only now.
fn filled(text: &str, lab: &Lab, server: &Server) -> String {
    let outside = lab.outside("").to_string_lossy().trim_end_matches('/').to_owned();
    text.replace("@SERVER@", &server.url()).replace("@OUTSIDE@", &outside)
}

fn pipeline(project: &Project, fault: Option<&Fault>) -> String {
    let wanted = fault.and_then(|fault| fault.pipeline.as_deref()).unwrap_or("default");
    let stages = project.pipelines.get(wanted).map_or(wanted, String::as_str);
    let mut text = format!("{stages}\n{QUICK}");
    let Some(fault) = fault else { return text };
    if fault.control {
        text = text.replace("control-rate = 0.0", "control-rate = 1.0");
    }
    text.push_str(&fault.settings);
    for offer in &fault.offers {
        text.push_str(&format!("\n[[plugins.config.scripted.remedies]]\n{offer}\n"));
    }
    text
}

/// Runs a script of the catalogue with the variables of the lab; it has to succeed.
fn shell(lab: &Lab, folder: &Path, script: &str) {
    if let Err(message) = succeeds(lab, folder, script) {
        panic!("a script of the catalogue failed: {script}\n{message}");
    }
}

/// Whether a script of the catalogue succeeds, with what it printed where it does not.
pub fn succeeds(lab: &Lab, folder: &Path, script: &str) -> Result<(), String> {
    if script.is_empty() {
        return Ok(());
    }
    // Only for the environment that the engine would get.
    let engine = lab.command(&[]);
    let mut command = Command::new("sh");
    command.args(["-euc", script]).current_dir(folder).stdin(Stdio::null());
    for (name, value) in engine.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let output = command.output().expect("start a shell");
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.success() { Ok(()) } else { Err(text) }
}
