//! Plugins that are shared: packed, signed, pushed to a real registry, installed and approved elsewhere, used; and refused
//! where anything is not what was approved.

mod grants;
mod manual;
mod refusals;
mod walk;
mod watch;
mod whole_way;

use std::path::{Path, PathBuf};

use crate::lab::{Answer, DockerRegistry, Lab, Tree};

/// A stage that fails until a plugin knows what it lacks.
const GREET: &str = "[[stage]]\nname = \"greet\"\n\
    run = \"test -n \\\"$GREETING\\\" || { echo 'two-roles: GREETING is not set'; exit 1; }\"\n\
    [healing]\ncontrol-rate = 0.0\n";

/// The manifest of the guest `two-roles`, which asks for nothing.
fn manifest(version: &str) -> String {
    format!(
        "schema = 1\nid = \"acme/two-roles\"\nversion = \"{version}\"\napi = \"0.1\"\nroles = [\"classifier\", \"healer\"]\n\
         description = \"Sets variables that a stage misses\"\nlicense = \"MIT\"\n"
    )
}

/// The manifest of the guest `errands`, which asks to run programs.
const ERRANDS: &str = "schema = 1\nid = \"acme/errands\"\nversion = \"1.0.0\"\napi = \"0.1\"\nroles = [\"healer\"]\n\
    description = \"Runs an errand\"\nlicense = \"MIT\"\n\
    [limits]\ncpu-ms = 400\nmemory-mb = 16\n\
    [[capability]]\nkind = \"process\"\nprograms = [\"touch\"]\nreason = \"leaves a mark\"\n\
    [[capability]]\nkind = \"http\"\nhosts = [\"errands.example\"]\nreason = \"asks whether there are errands\"\n\
    [config]\nschema = \"config.schema.json\"\n";

/// The schema of its configuration.
const ERRANDS_SCHEMA: &str = r#"{"type": "object", "additionalProperties": false,
    "properties": {"argv": {"type": "array", "items": {"type": "string"}}, "url": {"type": "string"}}}"#;

/// A publisher: a folder with a plugin's project, and a key.
struct Publisher {
    lab: Lab,
}

impl Publisher {
    /// With a built component and its manifest.
    fn of(guest: &str, manifest: &str) -> Self {
        let lab = Lab::bare().file("plugin.toml", manifest).file("config.schema.json", ERRANDS_SCHEMA);
        let dist = lab.root().join("dist");
        std::fs::create_dir(&dist).expect("make a folder");
        std::fs::write(dist.join(format!("{guest}.wasm")), guests::component(guest)).expect("write the component");
        let publisher = Self { lab };
        publisher.keygen("acme");
        publisher
    }

    fn two_roles() -> Self {
        Self::of("two-roles", &manifest("1.0.0"))
    }

    #[track_caller]
    fn keygen(&self, name: &str) -> String {
        let answer = self.selfheal(&["keygen", "--no-password", "-o", &self.key(name)]);
        answer.ends_with(0);
        let text = std::fs::read_to_string(format!("{}.pub", self.key(name))).expect("there is a public key");
        text.lines().nth(1).expect("the key is its second line").to_owned()
    }

    fn key(&self, name: &str) -> String {
        self.lab.outside(&format!("{name}.key")).display().to_string()
    }

    fn public(&self, name: &str) -> String {
        let text = std::fs::read_to_string(format!("{}.pub", self.key(name))).expect("there is a public key");
        text.lines().nth(1).expect("the key is its second line").to_owned()
    }

    /// `selfheal plugin …` in the project.
    fn selfheal(&self, args: &[&str]) -> Answer {
        plugin(&self.lab, args)
    }

    /// The bundle, packed and not signed.
    #[track_caller]
    fn packed(&self) -> PathBuf {
        let file = self.lab.outside("plugin.tar");
        self.selfheal(&["pack", "-o", text(&file)]).ends_with(0);
        file
    }

    /// The bundle, packed and signed with this key.
    #[track_caller]
    fn signed_by(&self, name: &str) -> PathBuf {
        let file = self.packed();
        self.selfheal(&["sign", text(&file), "--key", &self.key(name)]).ends_with(0);
        file
    }

    /// Packs, signs and pushes.
    #[track_caller]
    fn publishes(&self, registry: &DockerRegistry, tag: &str) -> String {
        let reference = format!("{}/acme/plugin:{tag}", registry.host());
        let file = self.signed_by("acme");
        self.selfheal(&["push", text(&file), &reference]).ends_with(0);
        reference
    }

    /// A policy that trusts its key with its publisher's plugins.
    fn policy(&self) -> String {
        let key = self.public("acme");
        format!(
            "version = 1\n[keys]\nacme-release = \"{key}\"\n[[trust]]\npublisher = \"acme/\"\nall-of = [\"acme-release\"]\n"
        )
    }
}

/// `selfheal plugin …`.
fn plugin(lab: &Lab, args: &[&str]) -> Answer {
    let mut all = vec!["plugin"];
    all.extend(args);
    lab.selfheal(&all)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of the lab is text")
}

/// A project on another machine, whose user has this policy.
fn user(pipeline: &str, policy: &str) -> Lab {
    let lab = Lab::bare().with_repository().pipeline(pipeline).committed();
    trust(&lab, policy);
    lab
}

fn trust(lab: &Lab, policy: &str) {
    let file = lab.outside("config").join("trust.toml");
    std::fs::create_dir_all(file.parent().expect("it lies in a folder")).expect("make the folder");
    std::fs::write(file, policy).expect("write the policy");
}

/// What a refusal must not change: the workspace, and what the engine keeps of it.
fn everything(lab: &Lab) -> (Tree, Tree) {
    let state = lab.outside("state");
    std::fs::create_dir_all(&state).expect("there is room");
    (lab.tree(), Tree::of(&state))
}

/// Runs something that has to be refused, in words, with nothing changed and nothing compiled.
#[track_caller]
fn refuses(lab: &Lab, args: &[&str], words: &str) {
    let cache = lab.outside("fresh-cache");
    let before = everything(lab);
    let mut all = vec!["plugin"];
    all.extend(args);
    let mut command = lab.command(&all);
    let output = command.env("SELFHEAL_CACHE_DIR", &cache).output().expect("start the engine");
    let answer = Answer::of(output);
    answer.ends_with(3).says(words);
    let after = everything(lab);
    after.0.is_same_as(&before.0);
    after.1.is_same_as(&before.1);
    assert!(!cache.exists(), "something was compiled: {answer:#?}");
}

/// Files of the engine's state whose names end so.
fn state_files(lab: &Lab, ending: &str) -> Vec<PathBuf> {
    let mut folders = vec![lab.outside("state")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("list the state").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found
}
