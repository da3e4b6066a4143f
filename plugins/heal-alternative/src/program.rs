//! Another program that does the same and is installed.

use plugin_sdk::prelude::*;

use crate::script;

/// What can stand for a program, best first: the words to put in its place, and the tool or file that has to be there. All of
/// them are forms that the host takes for the same program.
const SUBSTITUTES: &[(&str, &[(&str, &str)])] = &[
    ("python", &[("python3", "python3")]),
    ("python3", &[("python", "python")]),
    ("pip", &[("python3 -m pip", "python3"), ("pip3", "pip3")]),
    ("pip3", &[("python3 -m pip", "python3"), ("pip", "pip")]),
    ("pytest", &[("python3 -m pytest", "python3")]),
    ("node", &[("nodejs", "nodejs")]),
    ("make", &[("gmake", "gmake")]),
    ("docker-compose", &[("docker compose", "docker")]),
    ("yarn", &[("corepack yarn", "corepack")]),
    ("pnpm", &[("corepack pnpm", "corepack")]),
    ("mypy", &[("python3 -m mypy", "python3")]),
    ("black", &[("python3 -m black", "python3")]),
    ("ruff", &[("python3 -m ruff", "python3")]),
    ("flake8", &[("python3 -m flake8", "python3")]),
    ("tox", &[("python3 -m tox", "python3")]),
    ("coverage", &[("python3 -m coverage", "python3")]),
    ("poetry", &[("python3 -m poetry", "python3")]),
    ("uv", &[("python3 -m uv", "python3")]),
];

/// Directories of environments in which a program may be installed, as the host knows them.
const ENVIRONMENTS: &[&str] = &[".venv", "venv", ".virtualenv"];

/// Programs of `node_modules/.bin` that the host lets `npx --no-install` call instead.
const NODE_PROGRAMS: &[&str] = &[
    "jest",
    "vitest",
    "mocha",
    "ava",
    "eslint",
    "tsc",
    "prettier",
    "webpack",
    "vite",
    "rollup",
    "playwright",
    "stylelint",
    "biome",
    "turbo",
    "react-scripts",
    "next",
    "ng",
    "nyc",
    "c8",
    "karma",
    "tap",
    "tsx",
    "ts-node",
];

/// The remedies for the command that was not found.
pub fn remedies(incident: &Incident) -> Vec<Remedy> {
    let root = incident.root();
    let Some(missing) = root.capture("command").or_else(|| root.capture("tool")).map(str::trim) else {
        return Vec::new();
    };
    let directory = &incident.stage.directory;
    let because = |how: &str| format!("{missing} was not found on the search path, but {how}");
    let mut remedies = Vec::new();
    let mut propose = |words: &str, why: String, confidence: f64| {
        let command = replaced(&incident.stage.command, missing, words);
        remedies.extend(command.map(|command| {
            remedy("alternative", format!("call {words} instead of {missing}"))
                .because(why)
                .confidence(confidence)
                .action(command)
        }));
    };
    let in_environment = ENVIRONMENTS.iter().map(|environment| format!("{environment}/bin/{missing}"));
    for path in in_environment {
        // The last part may be a link, which is no regular file.
        if host::workspace::stat(&path::below(directory, &path)).is_ok() {
            propose(&path, because("the project's environment has it"), 0.85);
        }
    }
    let has_module = host::workspace::stat(&path::below(directory, &format!("node_modules/.bin/{missing}"))).is_ok();
    if NODE_PROGRAMS.contains(&missing) && has_module {
        propose(
            &format!("npx --no-install {missing}"),
            because("the project has installed it below node_modules"),
            0.85,
        );
    }
    let substitutes =
        SUBSTITUTES.iter().find(|(name, _)| *name == missing).map_or(&[][..], |(_, substitutes)| substitutes);
    for (words, tool) in substitutes {
        if incident.has_tool(tool) {
            // `python3 -m X` also needs the module X, which nobody has looked for.
            let is_same_program = !words.contains(" -m ") || missing.starts_with("pip");
            propose(words, because(&format!("{tool} is installed")), if is_same_program { 0.85 } else { 0.45 });
        }
    }
    remedies
}

fn replaced(command: &Command, old: &str, new: &str) -> Option<Action> {
    match command {
        Command::Shell(script) => script::with_program(script, old, new).map(action::replace_script),
        Command::Argv(argv) => {
            let is_it = argv.first().is_some_and(|program| program == old);
            is_it.then(|| action::replace_argv(new.split(' ').map(str::to_owned).chain(argv[1..].iter().cloned())))
        }
    }
}
