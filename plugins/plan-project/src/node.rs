//! Node.js and TypeScript: the scripts of `package.json`, installed by the manager whose lock file is there.

use plugin_sdk::json::{self, Value};
use plugin_sdk::prelude::*;

use crate::files::{evidence, first, has, joined, text};

/// How a manager is called.
struct Manager {
    install: &'static str,
    run: &'static str,
    evidence: &'static str,
}

/// Names of settings of ESLint.
const ESLINT: &[&str] = &[
    "eslint.config.js",
    "eslint.config.mjs",
    "eslint.config.cjs",
    "eslint.config.ts",
    ".eslintrc.json",
    ".eslintrc.js",
    ".eslintrc.cjs",
    ".eslintrc.yml",
    ".eslintrc",
];
/// Scripts that check types, most usual first.
const TYPE_SCRIPTS: &[&str] = &["typecheck", "type-check", "check-types", "tsc", "types"];
/// Scripts that check the format.
const FORMAT_SCRIPTS: &[&str] = &["format:check", "check:format", "fmt:check", "prettier:check"];

/// The stages of a package or workspace.
pub fn stages(directory: &str) -> Vec<PlannedStage> {
    let manifest: Option<Value> = text(directory, "package.json").and_then(|text| json::from_str(&text).ok());
    let Some(manifest) = manifest else {
        return Vec::new();
    };
    let manager = manager(directory);
    let declares = |name: &str| {
        ["dependencies", "devDependencies"]
            .iter()
            .any(|table| manifest.get(*table).and_then(|table| table.get(name)).is_some())
    };
    let has_any = ["dependencies", "devDependencies", "workspaces", "optionalDependencies"]
        .iter()
        .any(|table| manifest.get(*table).is_some());
    let script = |name: &str| manifest.get("scripts").and_then(|scripts| scripts.get(name)).and_then(Value::as_str);
    let line = |name: &str| evidence(directory, "package.json", &format!("\"{name}\""));
    let run = |name: &str| format!("{} {name}", manager.run);
    let mut stages = Vec::new();
    if has_any {
        stages.push(
            PlannedStage::new("install", "install", manager.install)
                .because(format!("package.json has dependencies, and {} says how to install them", manager.evidence))
                .evidence(joined(directory, manager.evidence)),
        );
    }
    if script("lint").is_some() {
        stages.push(
            PlannedStage::new("lint", "lint", run("lint"))
                .because("package.json has a script lint")
                .evidence(line("lint")),
        );
    } else if let Some(settings) = first(directory, ESLINT).filter(|_| declares("eslint")) {
        stages.push(
            PlannedStage::new("lint", "lint", "npx --no-install eslint .")
                .because("the project has settings for ESLint")
                .evidence(joined(directory, settings)),
        );
    }
    if let Some(name) = FORMAT_SCRIPTS.iter().find(|name| script(name).is_some()) {
        stages.push(
            PlannedStage::new("format", "lint", run(name))
                .because(format!("package.json has a script {name}"))
                .evidence(line(name)),
        );
    }
    if let Some(name) = TYPE_SCRIPTS.iter().find(|name| script(name).is_some()) {
        let stage = PlannedStage::new("type-check", "type-check", run(name));
        stages.push(stage.because(format!("package.json has a script {name}")).evidence(line(name)));
    } else if has(directory, "tsconfig.json") && declares("typescript") {
        stages.push(
            PlannedStage::new("type-check", "type-check", "npx --no-install tsc --noEmit")
                .because("the project has settings for TypeScript")
                .evidence(joined(directory, "tsconfig.json")),
        );
    }
    // What `npm init` writes is no test.
    if script("test").is_some_and(|script| !script.contains("no test specified")) {
        stages.push(
            PlannedStage::new("test", "test", run("test"))
                .because("package.json has a script test")
                .evidence(line("test")),
        );
    }
    if script("build").is_some() {
        stages.push(
            PlannedStage::new("build", "build", run("build"))
                .because("package.json has a script build")
                .evidence(line("build")),
        );
    }
    if has_any {
        for stage in stages.iter_mut().skip(1) {
            stage.needs.push("install".to_owned());
        }
    }
    stages
}

fn manager(directory: &str) -> Manager {
    if has(directory, "pnpm-lock.yaml") {
        return Manager { install: "pnpm install --frozen-lockfile", run: "pnpm run", evidence: "pnpm-lock.yaml" };
    }
    if let Some(lock) = text(directory, "yarn.lock") {
        let install =
            if lock.contains("__metadata") { "yarn install --immutable" } else { "yarn install --frozen-lockfile" };
        return Manager { install, run: "yarn run", evidence: "yarn.lock" };
    }
    match first(directory, &["package-lock.json", "npm-shrinkwrap.json"]) {
        Some(evidence) => Manager { install: "npm ci --no-audit --no-fund", run: "npm run", evidence },
        None => Manager { install: "npm install --no-audit --no-fund", run: "npm run", evidence: "package.json" },
    }
}
