//! `retry`: what passes by itself, if somebody waits a little.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;

use crate::lab::{Lab, QUICK, Server};

/// A stage that prints this and fails the first time, and passes from then on.
fn fails_once(message: &str, code: u8) -> Lab {
    Lab::new("[[stage]]\nname = \"fetch\"\nrun = \"sh fetch.sh\"\n")
        .file(
            "fetch.sh",
            &format!(
                "echo x >> $OUTSIDE/attempts\n[ $(wc -l < $OUTSIDE/attempts) -gt 1 ] && exit 0\ncat message.txt >&2\nexit {code}\n"
            ),
        )
        .file("message.txt", message)
        .committed()
}

#[test]
fn a_transient_failure_is_retried_once_and_healed() {
    for (message, code) in [
        ("", 75),
        ("fatal: unable to access 'https://git.example/shop/': Could not resolve host: git.example\n", 128),
        ("curl: (6) Could not resolve host: files.example\n", 6),
        ("curl: (56) Recv failure: Connection reset by peer\n", 56),
        ("E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4711 (apt-get)\n", 100),
    ] {
        let lab = fails_once(message, code);
        let before = lab.tree();
        let events = lab.heals(&[]);
        assert_eq!((events.healed_by().as_str(), lab.count("attempts")), ("retry", 2), "{message}: {events:#?}");
        assert_eq!(events.stage("fetch"), "success healed");
        lab.tree().is_same_as(&before);
    }
}

#[test]
fn a_server_that_hangs_up_on_the_first_request_is_asked_again() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bind a port");
    let port = listener.local_addr().expect("an address").port();
    let server = std::thread::spawn(move || {
        drop(listener.accept().expect("the first request"));
        let (mut second, _) = listener.accept().expect("the second request");
        let mut request = [0; 4096];
        let _ = second.read(&mut request).expect("read the request");
        second.write_all(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok").expect("answer");
    });
    let fetch = format!("import urllib.request\nprint(urllib.request.urlopen('http://127.0.0.1:{port}/').read())\n");
    let lab = Lab::new("[[stage]]\nname = \"fetch\"\nrun = \"python3 -B fetch.py\"\n")
        .file("fetch.py", &fetch)
        .env("no_proxy", "*")
        .committed();
    let events = lab.heals(&[]);
    assert_eq!(events.healed_by(), "retry", "{events:#?}");
    server.join().expect("both requests came");
}

/// Runs a program in a folder outside of the project.
fn prepare(folder: &std::path::Path, argv: &[&str]) {
    std::fs::create_dir_all(folder).expect("make a folder");
    let output = Command::new(argv[0]).args(&argv[1..]).current_dir(folder).output().expect("start a program");
    assert!(output.status.success(), "{argv:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_clone_from_a_server_that_is_down_for_a_moment_is_made_at_the_second_try() {
    let lab = Lab::bare().with_repository();
    let origin = lab.outside("origin");
    prepare(&origin, &["git", "init", "--quiet"]);
    std::fs::write(origin.join("greeting.txt"), "hello\n").expect("write a file");
    prepare(&origin, &["git", "add", "--all"]);
    let who = ["-c", "user.name=lab", "-c", "user.email=lab@example.com"];
    prepare(&origin, &[&["git"], &who[..], &["commit", "--quiet", "--message=greeting"]].concat());
    let site = lab.outside("site");
    prepare(&site, &["git", "clone", "--quiet", "--bare", "../origin", "greeting.git"]);
    prepare(&site.join("greeting.git"), &["git", "update-server-info"]);
    let server = Server::start(site, &["503 Service Unavailable"]);
    let run = format!("git clone {}/greeting.git vendor && cat vendor/greeting.txt", server.url());
    let lab = lab
        .pipeline(&format!("[[stage]]\nname = \"fetch\"\nrun = \"{run}\"\n{QUICK}"))
        .file(".gitignore", "vendor/\n")
        .env("no_proxy", "*")
        .committed();
    let events = lab.heals(&[]);
    assert_eq!((events.healed_by().as_str(), server.refused()), ("retry", 1), "{events:#?}");
    assert_eq!(lab.read("vendor/greeting.txt"), "hello\n");
}

#[test]
fn a_package_whose_registry_counts_requests_is_installed_at_the_second_try() {
    let lab = Lab::bare().with_repository();
    let package = lab.outside("greeting");
    std::fs::create_dir(&package).expect("make a folder");
    std::fs::write(package.join("package.json"), "{\"name\": \"greeting\", \"version\": \"1.0.0\"}")
        .expect("write a file");
    std::fs::write(package.join("index.js"), "module.exports = 'hello';\n").expect("write a file");
    let site = lab.outside("site");
    prepare(&site, &["npm", "pack", "--silent", "../greeting"]);
    let server = Server::start(site, &["429 Too Many Requests"]);
    let lock = format!(
        "{{\n  \"name\": \"shop\",\n  \"version\": \"1.0.0\",\n  \"lockfileVersion\": 3,\n  \"requires\": true,\n  \"packages\": {{\n    \"\": {{\n      \"name\": \"shop\",\n      \"version\": \"1.0.0\",\n      \"dependencies\": {{\n        \"greeting\": \"1.0.0\"\n      }}\n    }},\n    \"node_modules/greeting\": {{\n      \"version\": \"1.0.0\",\n      \"resolved\": \"{}/greeting-1.0.0.tgz\"\n    }}\n  }}\n}}\n",
        server.url()
    );
    let run = format!(
        "npm ci --no-audit --no-fund --fetch-retries=0 --cache=$OUTSIDE/npm --registry={}/ && node main.js",
        server.url()
    );
    let lab = lab
        .pipeline(&format!("[[stage]]\nname = \"test\"\nrun = \"{run}\"\n{QUICK}"))
        .file(".gitignore", "node_modules/\n")
        .file("main.js", "console.log(require('greeting'));\n")
        .file(
            "package.json",
            "{\n  \"name\": \"shop\",\n  \"version\": \"1.0.0\",\n  \"dependencies\": {\n    \"greeting\": \"1.0.0\"\n  }\n}\n",
        )
        .file("package-lock.json", &lock)
        .env("no_proxy", "*")
        .committed();
    let events = lab.heals(&[]);
    assert_eq!((events.healed_by().as_str(), server.refused()), ("retry", 1), "{events:#?}");
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
    assert_eq!(lab.read("node_modules/greeting/index.js"), "module.exports = 'hello';\n");
}

#[test]
fn a_host_that_really_does_not_exist_is_retried_once_and_then_handed_over() {
    // The top-level domain `.invalid` is reserved for names that never resolve (RFC 2606).
    let lab = Lab::new(
        "[[stage]]\nname = \"fetch\"\nrun = \"echo x >> $OUTSIDE/attempts; git ls-remote http://git.invalid/shop\"\n",
    )
    .env("no_proxy", "*");
    let events = lab.run(&[]);
    assert_eq!((events.code(), events.tried()), (1, vec!["retry".to_owned()]), "{events:#?}");
    assert_eq!((lab.count("attempts"), events.incidents()), (2, vec!["escalated".to_owned()]));
    lab.replays();
}
