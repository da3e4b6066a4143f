//! Plugins that were compiled for each version of the contract, with the host of today. See `tests/compat/README.md`.
//!
//! A version is a row of [`VERSIONS`]; every test goes through all rows. What a plugin may do is checked below the adapters,
//! so the denials here have to be the same in each.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use driver::ports::{CancelSource, CommandEnd, CommandRequest, Executor, News, Place, Plugins, ProjectView};
use pipeline::definition::{Grant, WorkspaceGrant};
use pipeline::outcome::Outcome;
use pipeline::remedy::{Action, CommandLine};
use pipeline::time::Timestamp;
use plugin_host::notifier::Ticket;
use plugin_host::{CONTRACTS, HostOptions, Interface, PluginHost, Role, digest};
use support::{Notices, diagnose_request, finding, incident, runner_request};

/// A version of the contract: the folder of `wit/` and of `tests/compat/`, and the grants that its plugins need.
struct Version {
    folder: &'static str,
    grants: fn(Role) -> Grant,
}

const VERSIONS: &[Version] = &[Version { folder: "v0", grants: grants_of_v0 }];

fn grants_of_v0(role: Role) -> Grant {
    match role {
        Role::Planner => Grant { workspace: Some(WorkspaceGrant::Read), ..Grant::default() },
        Role::Runner => Grant { process: vec!["sh".to_owned()], ..Grant::default() },
        Role::Classifier => Grant::default(),
        Role::Healer => Grant { state: true, clock: true, ..Grant::default() },
        Role::Notifier => Grant { http: vec!["api.example".to_owned()], ..Grant::default() },
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What a version's plugins are called here, e.g. `v0-healer`.
fn id(version: &Version, role: Role) -> String {
    format!("{}-{role}", version.folder)
}

/// A host with one plugin, as if it lay in a user's folder.
struct Lab {
    options: HostOptions,
    directory: tempfile::TempDir,
    id: String,
}

impl Lab {
    fn of(version: &Version, role: Role) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let id = id(version, role);
        let compiled = root().join("tests/compat").join(version.folder).join(format!("{role}.wasm"));
        fs::create_dir_all(directory.path().join("project")).expect("a directory");
        fs::copy(&compiled, directory.path().join(format!("{id}.wasm"))).expect("the fixture is there");
        let options = HostOptions {
            files: vec![directory.path().join(format!("{id}.wasm"))],
            grants: BTreeMap::from([(id.clone(), (version.grants)(role))]),
            cache_dir: Some(support::cache()),
            state_dir: Some(directory.path().join("state")),
            now: Arc::new(|| Timestamp(1_700_000_000_000)),
            ..HostOptions::default()
        };
        Self { options, directory, id }
    }

    fn config(mut self, config: &str) -> Self {
        self.options.config.insert(self.id.clone(), config.to_owned());
        self
    }

    fn host(&self) -> PluginHost {
        let host = PluginHost::new(self.options.clone()).expect("the catalog loads");
        assert_eq!(host.catalog().refused(), []);
        host
    }

    fn place(&self) -> Place {
        let root = self.directory.path().join("project");
        Place { root: root.clone(), visible_root: root, namespace: None }
    }
}

/// The text of a version's contract without comments, indentation and empty lines.
fn contract(version: &Version) -> String {
    let folder = root().join("wit").join(version.folder);
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("the contract is there")
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "wit"))
        .collect();
    files.sort();
    let mut text = String::new();
    for file in files {
        for line in fs::read_to_string(file).expect("it is text").lines() {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with("//") {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    text
}

#[test]
fn the_contract_is_the_one_that_the_fixtures_were_compiled_for() {
    for version in VERSIONS {
        let recorded = root().join("tests/compat").join(version.folder).join("contract.sha256");
        let recorded = fs::read_to_string(&recorded).expect("it is recorded");
        let actual = digest(contract(version).as_bytes());
        assert_eq!(
            actual.strip_prefix("sha256:"),
            Some(recorded.trim()),
            "wit/{0} is not what plugins were compiled for: if that is meant, run tests/compat/{0}/build.sh and say in the \
             commit what breaks (tests/compat/README.md)",
            version.folder
        );
    }
}

#[test]
fn every_contract_that_is_taken_has_its_fixtures_and_no_other() {
    let rows: Vec<&str> = VERSIONS.iter().map(|version| version.folder).collect();
    let taken: Vec<&str> = CONTRACTS.iter().map(|contract| contract.folder).collect();
    assert_eq!(rows, taken);
    let mut bytes = 0;
    for version in VERSIONS {
        for role in Role::ALL {
            let file = root().join("tests/compat").join(version.folder).join(format!("{role}.wasm"));
            let component = fs::read(&file).expect("the fixture is there");
            assert_eq!(plugin_host::inspect(&component).map(|found| found.roles), Ok(vec![role]), "{}", file.display());
            bytes += component.len();
        }
    }
    assert!(bytes < 1 << 20, "the fixtures have {bytes} bytes; a repository is no place for more");
}

/// Together the fixtures import every interface there is, so that each is called in every version.
#[test]
fn every_interface_that_needs_a_grant_is_refused_by_name_without_one() {
    for version in VERSIONS {
        let mut refused = Vec::new();
        for role in Role::ALL {
            let mut lab = Lab::of(version, role);
            lab.options.grants.clear();
            let host = PluginHost::new(lab.options.clone()).expect("the catalog loads");
            let reasons = host.catalog().refused().iter().map(|refusal| refusal.reason.clone());
            refused.extend(reasons);
        }
        for interface in Interface::ALL {
            let is_named = refused.iter().any(|reason| reason.contains(interface.as_str()));
            assert!(is_named, "{} in {}: {refused:?}", interface.as_str(), version.folder);
        }
    }
}

#[tokio::test]
async fn planners_plan_and_see_the_workspace_and_nothing_else() {
    for version in VERSIONS {
        let lab = Lab::of(version, Role::Planner).config(r#"{"greeting": "hello"}"#);
        fs::write(lab.place().root.join("marker.txt"), "marked").expect("it is written");
        fs::write(lab.directory.path().join("outside"), "secret").expect("it is written");
        let project = ProjectView { name: "shop".to_owned(), tools: Vec::new(), attrs: Vec::new(), place: lab.place() };
        let (stages, faults) = lab.host().plan(&project).await;
        assert_eq!(faults, []);
        assert_eq!(stages.len(), 1);
        let stage = &stages[0];
        assert_eq!((stage.plugin.as_str(), stage.name.as_str(), stage.run.as_str()), (&*lab.id, "speak", "make test"));
        assert_eq!(stage.env, [("GREETING".to_owned(), "hello".to_owned())]);
        assert_eq!(stage.reason, "marked, 2 entries, outside denied");
        assert_eq!(stage.evidence, ["marker.txt"]);
    }
}

/// Says two words.
struct Speaking;

#[async_trait::async_trait]
impl Executor for Speaking {
    async fn run(&self, request: CommandRequest, _: driver::ports::Cancel) -> CommandEnd {
        assert_eq!(request.argv, ["sh", "-c", "true"]);
        let outcome = Outcome { exit_code: Some(0), duration_ms: 5, ..Outcome::default() };
        CommandEnd { outcome, stdout_tail: b"two words".to_vec() }
    }

    fn free_port(&self) -> std::io::Result<u16> {
        Err(std::io::ErrorKind::Unsupported.into())
    }

    async fn wait_for_service(&self, _: &str, _: u16, _: u64, _: driver::ports::Cancel) -> bool {
        false
    }
}

#[tokio::test]
async fn runners_run_granted_programs_and_report() {
    for version in VERSIONS {
        let lab = Lab::of(version, Role::Runner);
        let source = CancelSource::new();
        let command = CommandLine::Argv(vec!["make".to_owned()]);
        let outcome = lab.host().run(runner_request(&lab.id, command, source.handle()), Arc::new(Speaking)).await;
        assert_eq!((outcome.exit_code, outcome.duration_ms, outcome.fault.clone()), (Some(0), 5, None));
        // The verdict says that a program which was not granted was denied.
        assert_eq!(outcome.failed_gates, [""; 0]);
        let metrics: Vec<(&str, f64)> = outcome.metrics.iter().map(|it| (it.name.as_str(), it.value)).collect();
        assert_eq!(metrics, [("words", 2.0)]);
        assert_eq!(outcome.artifacts[0].title, "report of test");
    }
}

#[tokio::test]
async fn classifiers_find_and_read_the_log() {
    for version in VERSIONS {
        let lab = Lab::of(version, Role::Classifier);
        let log = lab.directory.path().join("log");
        fs::write(&log, "first line\nv0: everything is broken\nmake: *** [all] Error 1\n").expect("it is written");
        let host = lab.host();
        assert_eq!(host.rules_of(&lab.id).await.map(|rules| rules.len()), Ok(1));
        let (diagnosis, faults) = host.diagnose(diagnose_request(&log, 1)).await;
        assert_eq!(faults, []);
        let root = diagnosis.root().expect("it is found");
        assert_eq!((root.code.as_str(), root.line), ("v0.broken", 2));
        assert_eq!(root.captures.get("name").map(String::as_str), Some("everything"));
        assert_eq!(root.captures.get("message").map(String::as_str), Some("first line"));
    }
}

#[tokio::test]
async fn healers_propose_remember_and_know_the_time() {
    for version in VERSIONS {
        let lab = Lab::of(version, Role::Healer);
        let host = lab.host();
        assert_eq!(host.interests_of(&lab.id).await.map(|all| all.len()), Ok(1));
        for call in 0..2 {
            let proposals = host.propose(&incident(vec![finding("v0.broken", "configuration")])).await;
            assert_eq!((proposals.faults.len(), proposals.remedies.len()), (0, 1), "{proposals:?}");
            let remedy = &proposals.remedies[0];
            assert_eq!(remedy.title, format!("call {call} at 1700000000000"));
            assert_eq!(remedy.rationale, "test after 0 lines");
            let [Action::SetEnv { .. }, Action::WriteFile { .. }] = &remedy.actions[..] else { panic!("{remedy:?}") };
        }
    }
}

#[tokio::test]
async fn notifiers_tell_granted_servers_and_keep_tickets() {
    for version in VERSIONS {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let server = std::thread::spawn(move || -> Vec<String> {
            let heard = |stream: std::io::Result<std::net::TcpStream>| {
                let mut stream = stream.expect("a connection");
                let mut text = String::new();
                let mut piece = [0; 4_096];
                // The request is complete when its body is: all bodies here end in a full stop.
                while !text.ends_with('.') {
                    let count = stream.read(&mut piece).expect("a request");
                    assert_ne!(count, 0, "{text}");
                    text.push_str(&String::from_utf8_lossy(&piece[..count]));
                }
                stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").expect("it listens");
                text.rsplit("\r\n").next().unwrap_or_default().to_owned()
            };
            listener.incoming().take(4).map(heard).collect()
        });
        let mut lab = Lab::of(version, Role::Notifier).config(&format!("{{\"url\": \"{origin}/\"}}"));
        lab.options.grants.insert(lab.id.clone(), Grant { http: vec![origin], ..Grant::default() });
        Notices::default().listen(&mut lab.options);
        let host = lab.host();
        let news = News {
            kind: "incident-ended".to_owned(),
            run: "r".to_owned(),
            title: "it is well.".to_owned(),
            body: String::new(),
            attrs: Vec::new(),
        };
        assert_eq!(host.notify(&news).await, []);
        let ticket = Ticket {
            signature: "s".to_owned(),
            title: "it is broken.".to_owned(),
            body: String::new(),
            labels: Vec::new(),
            attrs: Vec::new(),
        };
        let (references, faults) = host.open_ticket(&ticket).await;
        assert_eq!((references.len(), faults.as_slice()), (1, &[][..]));
        assert_eq!((references[0].id.as_str(), references[0].url.as_str()), ("t-s", "https://tickets.example/1"));
        assert_eq!(host.update_ticket(&references[0], &ticket).await, []);
        assert_eq!(host.close_ticket(&references[0], "it is over.").await, []);
        let heard = server.join().expect("nobody panicked");
        assert_eq!(heard, ["incident-ended: it is well.", "it is broken.", "t-s: it is broken.", "t-s: it is over."]);
    }
}
