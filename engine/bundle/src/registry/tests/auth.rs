use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::server::{Received, Reply, Scripted};
use super::*;

const MANIFEST: &str = "/v2/acme/x/manifests/1.0.0";

fn resolve(client: &Registry, server: &Scripted) -> Result<Digest, RegistryError> {
    client.resolve(&reference(&server.host, "acme/x:1.0.0"))
}

fn config(host: &str, entry: &str) -> DockerConfig {
    DockerConfig::parse(&format!(r#"{{"auths":{{"{host}":{entry}}}}}"#)).expect("it is valid")
}

/// Wants the token `t0ken`, to be had at `/token` of itself.
fn token_server() -> Scripted {
    Scripted::start_with(|request: &Received| {
        if request.path.starts_with("/token") {
            return Some(Reply::ok("application/json", r#"{"token":"t0ken","expires_in":300}"#));
        }
        (request.authorization.as_deref() == Some("Bearer t0ken"))
            .then(|| Reply::ok(crate::oci::media_type::MANIFEST, "{}"))
    })
}

fn challenge(realm: &str) -> Reply {
    let value = format!("Bearer realm=\"{realm}\",service=\"registry, ours\",scope=\"repository:acme/x:pull\"");
    Reply::status(401).with("www-authenticate", &value)
}

#[test]
fn a_token_is_asked_for_with_the_password_and_kept() {
    let server = token_server();
    server.on(MANIFEST, challenge(&format!("http://{}/token", server.host)));
    let client = client_with(config(&server.host, r#"{"username":"ada","password":"pass word"}"#));
    assert_eq!(resolve(&client, &server).expect("it answers"), Digest::of(b"{}"));
    assert_eq!(resolve(&client, &server).expect("it answers"), Digest::of(b"{}"));
    let tokens: Vec<Received> = server.received().into_iter().filter(|one| one.path.starts_with("/token")).collect();
    assert_eq!(tokens.len(), 1);
    assert_eq!(tokens[0].path, "/token?service=registry%2C%20ours&scope=repository%3Aacme%2Fx%3Apull");
    assert_eq!(tokens[0].authorization.as_deref(), Some("Basic YWRhOnBhc3Mgd29yZA=="));
}

#[test]
fn a_token_is_had_without_credentials_where_everybody_may_read() {
    let server = token_server();
    server.on(MANIFEST, challenge(&format!("http://{}/token", server.host)));
    assert!(resolve(&client(), &server).is_ok());
    assert!(
        server.received().iter().filter(|one| one.path.starts_with("/token")).all(|one| one.authorization.is_none())
    );
}

#[test]
fn an_identity_token_is_exchanged() {
    let server = token_server();
    server.on(MANIFEST, challenge(&format!("http://{}/token", server.host)));
    let client = client_with(config(&server.host, r#"{"identitytoken":"long&lived"}"#));
    assert!(resolve(&client, &server).is_ok());
    let exchange = server.received().into_iter().find(|one| one.path == "/token").expect("it was asked");
    assert_eq!(exchange.method, "POST");
    assert!(exchange.body.ends_with("&refresh_token=long%26lived"), "{}", exchange.body);
    assert!(exchange.body.starts_with("grant_type=refresh_token&"), "{}", exchange.body);
}

#[test]
fn credentials_are_not_taken_to_a_server_without_tls() {
    let server = token_server();
    server.on(MANIFEST, challenge("http://tokens.example/token"));
    let client = client_with(config(&server.host, r#"{"username":"ada","password":"secret"}"#));
    assert!(matches!(resolve(&client, &server), Err(RegistryError::Redirect { .. })));
}

#[test]
fn an_answer_that_is_never_satisfied_is_given_up() {
    let server = Scripted::start();
    server.on(MANIFEST, Reply::status(401).with("www-authenticate", "Basic realm=\"x\""));
    let client = client_with(config(&server.host, r#"{"username":"ada","password":"secret"}"#));
    assert!(matches!(resolve(&client, &server), Err(RegistryError::Denied { .. })));
    assert_eq!(server.received().len(), 2);
}

#[test]
fn credentials_are_found_as_docker_finds_them() {
    let text = r#"{"auths":{
        "https://one.example/v2/":{"auth":"YWRhOmE6Yg=="},
        "two.example":{},
        "three.example":{"auth":"nonsense"}}}"#;
    let docker = DockerConfig::parse(text).expect("it is valid");
    let ada = Credentials::Password { user: "ada".to_owned(), password: "a:b".to_owned() };
    assert_eq!(docker.credentials("one.example").expect("it is valid"), Some(ada));
    assert_eq!(docker.credentials("two.example").expect("it is valid"), None);
    assert_eq!(docker.credentials("four.example").expect("it is valid"), None);
    assert!(matches!(docker.credentials("three.example"), Err(CredentialError::Entry(_))));
    assert!(!format!("{docker:?} {:?}", docker.credentials("one.example")).contains("a:b"), "no secret is printed");
}

#[test]
fn a_helper_is_a_program_found_by_name_and_never_a_path() {
    let path = DockerConfig::parse(r#"{"credsStore":"../../bin/sh"}"#).expect("it is valid");
    assert!(matches!(path.credentials("one.example"), Err(CredentialError::HelperName(_))));
    let absent = DockerConfig::parse(r#"{"credHelpers":{"one.example":"selfheal-test-absent"}}"#).expect("it is valid");
    assert!(matches!(absent.credentials("one.example"), Err(CredentialError::Helper { .. })));
}

#[test]
fn a_helper_is_asked_as_docker_asks_it() {
    let folder = tempfile::tempdir().expect("there is room");
    let helper = folder.path().join("docker-credential-sample");
    let script = "#!/bin/sh\nread host\n[ \"$1 $host\" = 'get one.example' ] || exit 1\n\
                  echo '{\"ServerURL\":\"one.example\",\"Username\":\"ada\",\"Secret\":\"from the helper\"}'\n";
    fs::write(&helper, script).expect("it is written");
    fs::set_permissions(&helper, fs::Permissions::from_mode(0o755)).expect("it is mine");
    let ask = |host: &str| super::super::credentials::ask_helper_at(helper.as_os_str(), "sample", host);
    let ada = Credentials::Password { user: "ada".to_owned(), password: "from the helper".to_owned() };
    assert_eq!(ask("one.example").expect("it answers"), Some(ada));
    assert_eq!(ask("two.example").expect("it answers"), None);
}
