//! `retry`: what passes by itself, if somebody waits a little.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use crate::lab::Lab;

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
