//! Programs and requests of a healer, through the port and a real guest.

mod support;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use driver::ports::{Cancel, CommandEnd, CommandRequest, Executor, Plugins, Proposals};
use pipeline::definition::Grant;
use pipeline::outcome::Outcome;
use plugin_host::{EmbeddedPlugin, HostOptions, Network, Notice, PluginHost, Programs};
use support::{Notices, finding, incident};

/// Does what a program would: writes to its log and to the directory it starts in.
#[derive(Default)]
struct WritingExecutor {
    seen: Mutex<Vec<(CommandRequest, Vec<String>)>>,
}

#[async_trait]
impl Executor for WritingExecutor {
    async fn run(&self, request: CommandRequest, _: Cancel) -> CommandEnd {
        let root = &request.place.root;
        let names = std::fs::read_dir(root).expect("the directory exists");
        let names =
            names.filter_map(Result::ok).map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        std::fs::write(root.join("left-behind"), "x").expect("it is writable");
        std::fs::write(&request.log, "first line\nsecond \x1b[31mline\n").expect("the log is writable");
        self.seen.lock().expect("nobody panicked").push((request, names));
        let outcome = Outcome { exit_code: Some(3), ..Outcome::default() };
        CommandEnd { outcome, stdout_tail: b"1.2.3".to_vec() }
    }

    fn free_port(&self) -> std::io::Result<u16> {
        Err(std::io::ErrorKind::Unsupported.into())
    }

    async fn wait_for_service(&self, _: &str, _: u16, _: u64, _: Cancel) -> bool {
        false
    }
}

struct Lab {
    options: HostOptions,
    notices: Notices,
}

impl Lab {
    fn of(config: &str, grant: Grant) -> Self {
        let guest =
            EmbeddedPlugin { id: "errands", version: "0.1.0", digest: None, bytes: guests::component("errands") };
        let notices = Notices::default();
        let mut options = HostOptions {
            embedded: vec![guest],
            grants: BTreeMap::from([("errands".to_owned(), grant)]),
            config: BTreeMap::from([("errands".to_owned(), config.to_owned())]),
            cache_dir: Some(support::cache()),
            ..HostOptions::default()
        };
        notices.listen(&mut options);
        Self { options, notices }
    }

    fn running(mut self, executor: &Arc<WritingExecutor>, scratch: &Path) -> Self {
        let env = [("PATH", "/bin"), ("TOKEN", "x-hidden-x"), ("PWD", "/project")];
        self.options.programs = Some(Programs {
            executor: Arc::clone(executor) as Arc<dyn Executor>,
            env: env.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            secrets: Arc::new(vec!["hidden".to_owned()]),
            scratch: scratch.to_owned(),
        });
        self
    }

    /// What the healer answered, and what was told: log lines and requests.
    async fn ask(self) -> (Proposals, Vec<String>) {
        let host = PluginHost::new(self.options).expect("the catalog loads");
        let proposals = host.propose(&incident(vec![finding("x.y", "configuration")])).await;
        let told = self.notices.take().into_iter();
        let told = told.filter(|notice| matches!(notice, Notice::Log { .. } | Notice::Request { .. }));
        (proposals, told.map(|notice| notice.to_string()).collect())
    }
}

fn grant(program: &str, host: &str) -> Grant {
    Grant { process: vec![program.to_owned()], http: vec![host.to_owned()], ..Grant::default() }
}

#[tokio::test]
async fn a_healer_runs_a_granted_program_in_an_empty_directory_that_is_gone_afterwards() {
    let scratch = tempfile::tempdir().expect("a directory");
    let executor = Arc::new(WritingExecutor::default());
    let lab = Lab::of(r#"{"argv": ["tool", "versions", "x"]}"#, grant("tool", "api.example"));
    let (proposals, told) = lab.running(&executor, scratch.path()).ask().await;
    assert_eq!(proposals, Proposals::default());
    assert_eq!(
        told,
        [
            "errands: info: tool: first line",
            "errands: info: tool: second \\u{1b}[31mline",
            "errands: info: exit code Some(3), 1.2.3",
        ]
    );
    let seen = executor.seen.lock().expect("nobody panicked");
    let (request, names) = &seen[0];
    assert_eq!(request.argv, ["tool", "versions", "x"]);
    assert_eq!(names, &Vec::<String>::new());
    assert_eq!(request.env.keys().collect::<Vec<_>>(), ["PATH"]);
    assert!(request.place.root.starts_with(scratch.path()) && request.place.namespace.is_none());
    assert!(request.limits.timeout_ms.is_some_and(|ms| ms <= 60_000));
    assert_eq!(std::fs::read_dir(scratch.path()).expect("it is there").count(), 0);
}

#[tokio::test]
async fn a_program_that_was_not_granted_is_denied_and_so_is_any_where_none_are_run() {
    let scratch = tempfile::tempdir().expect("a directory");
    let executor = Arc::new(WritingExecutor::default());
    let config = r#"{"argv": ["tool"]}"#;
    let (other, _) = Lab::of(config, grant("other", "x.example")).running(&executor, scratch.path()).ask().await;
    let (nowhere, _) = Lab::of(config, grant("tool", "x.example")).ask().await;
    for (proposals, why) in [(other, "\"tool\" is not granted"), (nowhere, "no program can be run")] {
        assert_eq!(proposals.faults.len(), 1, "{proposals:?}");
        let fault = &proposals.faults[0];
        assert!(fault.code == "denied" && fault.message.contains(why), "{fault:?}");
    }
    assert!(executor.seen.lock().expect("nobody panicked").is_empty());
}

#[tokio::test]
async fn a_healer_asks_a_granted_server() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    let body = "x".repeat(3 << 20);
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut request = [0; 1024];
        assert_ne!(stream.read(&mut request).expect("a request"), 0);
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).expect("it listens");
    });
    let config = format!(r#"{{"url": "{origin}/versions?key=secret"}}"#);
    let (proposals, told) = Lab::of(&config, grant("tool", &origin)).ask().await;
    server.join().expect("nobody panicked");
    assert_eq!(proposals, Proposals::default());
    let asked = format!("errands asked GET {origin}/versions?key=…: 200");
    assert_eq!(told, [asked, "errands: info: status 200, 3145728 bytes".to_owned()]);
}

#[tokio::test]
async fn a_server_that_was_not_granted_is_denied_and_offline_all_are_unreachable() {
    let config = r#"{"url": "https://api.example/"}"#;
    let (denied, told) = Lab::of(config, grant("tool", "other.example")).ask().await;
    assert_eq!(denied.faults[0].code, "denied", "{denied:?}");
    assert_eq!(told, ["errands asked GET https://api.example/: denied"]);
    let mut lab = Lab::of(config, grant("tool", "api.example"));
    lab.options.network = Network::Offline;
    let (offline, _) = lab.ask().await;
    assert_eq!(offline.faults[0].code, "failed", "{offline:?}");
    assert!(offline.faults[0].message.contains("runs offline"), "{offline:?}");
}

#[tokio::test]
async fn a_plugin_that_was_granted_nothing_never_gets_that_far() {
    let lab = Lab::of("{}", Grant::default());
    let host = PluginHost::new(lab.options).expect("the catalog loads");
    let reasons: Vec<&str> = host.catalog().refused().iter().map(|refusal| refusal.reason.as_str()).collect();
    assert!(reasons.len() == 1 && reasons[0].contains("process = [\"PROGRAM\"], http = [\"HOST\"]"), "{reasons:?}");
}
