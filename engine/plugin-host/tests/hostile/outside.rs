//! H12 and H13: guests that run programs and send requests they were not given, or make those that they were given do harm.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use exec::{LocalExecutor, LocalOptions};
use plugin_host::{Notice, Programs};

use crate::lab::{Lab, Told, granting};

/// Asks a guest that runs programs. `tool` is a script that is found on the search path, and what is granted.
async fn runs(script: &str, config: &str) -> (Told, tempfile::TempDir) {
    let tools = tempfile::tempdir().expect("a directory");
    for (name, text) in [("tool", script), ("other", "echo the other program")] {
        let path = tools.path().join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("it is written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("it is executable");
    }
    let mut lab = Lab::guest("errands").config(config).grant(granting(|grant| {
        grant.process = vec!["tool".to_owned()];
        grant.http = vec!["api.example".to_owned()];
    }));
    let options = LocalOptions { grace: Duration::from_millis(100), settle: Duration::from_millis(100) };
    let path = format!("{}:/usr/bin:/bin", tools.path().display());
    lab.options.limits.wall_outside = Duration::from_secs(3);
    lab.options.programs = Some(Programs {
        executor: Arc::new(LocalExecutor::new(options).expect("an executor")),
        env: [("PATH", path.as_str()), ("TOKEN", "canary-of-the-environment-4f1d")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        secrets: Arc::new(vec!["canary-of-the-environment-4f1d".to_owned()]),
        scratch: lab.directory().join("scratch"),
    });
    (lab.ask().await, tools)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h12_only_a_granted_program_runs_by_the_name_that_was_granted() {
    for argv in [
        r#"["other"]"#,
        r#"["./tool"]"#,
        r#"["/bin/sh", "-c", "true"]"#,
        r#"["../tool"]"#,
        r#"["tool;other"]"#,
        r#"["tool "]"#,
        r#"["TOOL"]"#,
        r#"["t\u043eol"]"#,
        r#"[""]"#,
        r#"[]"#,
    ] {
        let (told, _) = runs("echo ran", &format!("{{\"argv\": {argv}}}")).await;
        assert_eq!(told.faults.len(), 1, "{argv}: {:?}", told.faults);
        assert!(told.faults[0].code == "denied" && told.logged().is_empty(), "{argv}: {:?}", told.faults);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h12_arguments_are_words_and_no_shell_reads_them() {
    let script = r#"for word in "$@"; do echo "[$word]"; done"#;
    let argv = r#"["tool", "; other", "$(other)", "`other`", "&& other", "| other", "> /tmp/x", "*", "~", "--", "-c"]"#;
    let (told, _) = runs(script, &format!("{{\"argv\": {argv}}}")).await;
    let logged = told.logged().join("\n");
    for word in
        ["[; other]", "[$(other)]", "[`other`]", "[&& other]", "[| other]", "[> /tmp/x]", "[*]", "[~]", "[--]", "[-c]"]
    {
        assert!(logged.contains(word), "{word} in {logged}");
    }
    assert!(!logged.contains("the other program"), "{logged}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h12_variables_that_make_another_program_of_it_are_denied() {
    for name in [
        "LD_PRELOAD",
        "LD_LIBRARY_PATH",
        "PATH",
        "BASH_ENV",
        "ENV",
        "IFS",
        "GIT_SSH_COMMAND",
        "GIT_CONFIG_GLOBAL",
        "PYTHONPATH",
        "NODE_OPTIONS",
        "PERL5OPT",
        "RUBYOPT",
        "HOME",
        "BASH_FUNC_echo%%",
        "A=B",
    ] {
        let config = format!("{{\"argv\": [\"tool\"], \"env\": {{\"{name}\": \"/tmp/x\"}}}}");
        let (told, _) = runs("echo ran", &config).await;
        assert!(told.faults.len() == 1 && told.faults[0].code == "denied", "{name}: {:?}", told.faults);
        assert!(told.logged().is_empty(), "{name}: {:?}", told.logged());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h12_a_program_sees_neither_the_engines_environment_nor_the_project() {
    let (told, _) = runs("env; ls -A; cat ../canary", r#"{"argv": ["tool"]}"#).await;
    let logged = told.logged().join("\n");
    assert_eq!(told.faults, []);
    assert!(logged.contains("PATH=") && !logged.contains("SELFHEAL_HOSTILE_CANARY"), "{logged}");
    assert!(!logged.contains("TOKEN"), "{logged}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h12_whatever_a_program_has_started_ends_with_the_call() {
    // A small fork bomb: each of these starts two more, and none of them ever ends.
    let script = r#"depth=${1:-0}
        if [ "$depth" -lt 5 ]; then "$0" $((depth + 1)) & "$0" $((depth + 1)) & fi
        trap '' TERM
        while :; do sleep 1000; done"#;
    let (told, tools) = runs(script, r#"{"argv": ["tool"]}"#).await;
    let codes: Vec<&str> = told.faults.iter().map(|fault| fault.code.as_str()).collect();
    assert!(codes.is_empty() || codes == ["timeout"], "{codes:?}");
    let marker = tools.path().join("tool");
    let left = processes_with(marker.to_str().expect("a path"));
    assert_eq!(left, [""; 0], "processes of the bomb are left");
}

/// The command lines of processes that name something.
fn processes_with(word: &str) -> Vec<String> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    let lines = entries.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " ")).filter(|line| line.contains(word)).collect()
}

/// Answers one request after the other with the same text, and counts them.
fn server(answer: String) -> (String, std::thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    let thread = std::thread::spawn(move || {
        // As often as a guest is asked.
        for stream in listener.incoming().take(2) {
            let mut stream = stream.expect("a connection");
            let mut request = [0; 4_096];
            let _ = stream.read(&mut request);
            // The other side hangs up when it has enough.
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (origin, thread)
}

async fn sends(url: &str, granted: &str) -> Told {
    let lab = Lab::guest("errands").config(&format!("{{\"url\": \"{url}\"}}")).grant(granting(|grant| {
        grant.process = vec!["tool".to_owned()];
        grant.http = vec![granted.to_owned()];
    }));
    lab.ask().await
}

#[tokio::test]
async fn h13_a_request_goes_to_granted_servers_only() {
    for url in [
        "https://evil.example/",
        "https://api.example@evil.example/",
        "https://evil.example/#@api.example/",
        "https://api.example.evil.example/",
        "https://evil.example\\\\@api.example/",
        "http://api.example/",
        "https://api.example:444/",
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://[::1]/",
        "http://[::ffff:169.254.169.254]/latest/meta-data",
        "file:///etc/passwd",
        "https://ap\u{456}.example/",
    ] {
        let told = sends(url, "api.example").await;
        assert_eq!(told.faults.len(), 1, "{url}: {:?}", told.faults);
        assert_eq!(told.faults[0].code, "denied", "{url}: {:?}", told.faults);
    }
}

#[tokio::test]
async fn h13_a_redirect_is_checked_like_a_request() {
    for target in [
        "http://169.254.169.254/latest/meta-data",
        "http://localhost:1/",
        "https://evil.example/",
        "file:///etc/passwd",
    ] {
        let answer = format!("HTTP/1.1 302 Found\r\nlocation: {target}\r\ncontent-length: 0\r\n\r\n");
        let (origin, thread) = server(answer);
        let told = sends(&origin, &origin).await;
        assert!(told.faults.len() == 1 && told.faults[0].code == "denied", "{target}: {:?}", told.faults);
        let asked = |notice: &&Notice| matches!(notice, Notice::Request { .. });
        assert!(told.notices.iter().filter(asked).count() >= 1, "what was asked is told");
        thread.join().expect("nobody panicked");
    }
}

#[tokio::test]
async fn h13_a_body_without_end_is_cut_off() {
    let mut answer = "HTTP/1.1 200 OK\r\n\r\n".to_owned();
    answer.push_str(&"x".repeat(32 << 20));
    let (origin, thread) = server(answer);
    let told = sends(&origin, &origin).await;
    assert!(told.faults.len() == 1 && told.faults[0].message.contains("large"), "{:?}", told.faults);
    thread.join().expect("nobody panicked");
}
