//! A real registry on the loopback address, in a folder of its own.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// Debian's `docker-registry` on a free port. Dropping it ends it.
pub struct DockerRegistry {
    host: String,
    child: Child,
    _folder: tempfile::TempDir,
}

impl DockerRegistry {
    /// Starts an empty one that everybody may push to.
    pub fn start() -> Self {
        Self::start_with("", "")
    }

    /// Starts one that lets only those in whose name and hashed password (`bcrypt`) this is.
    pub fn start_for(htpasswd: &str) -> Self {
        Self::start_with("auth:\n  htpasswd:\n    realm: test\n    path: FOLDER/htpasswd\n", htpasswd)
    }

    fn start_with(configuration: &str, htpasswd: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the registry");
        let place = folder.path().display();
        // Port 0: the registry takes a free one and says in its log which.
        let text = format!(
            "version: 0.1\nlog:\n  level: info\n  formatter: json\nstorage:\n  filesystem:\n    rootdirectory: {place}/data\n\
             http:\n  addr: 127.0.0.1:0\n  secret: test\n{}",
            configuration.replace("FOLDER", &place.to_string())
        );
        std::fs::write(folder.path().join("htpasswd"), htpasswd).expect("write its passwords");
        let config = folder.path().join("config.yml");
        std::fs::write(&config, text).expect("write its configuration");
        let mut child = Command::new("docker-registry")
            .arg("serve")
            .arg(&config)
            .env("OTEL_TRACES_EXPORTER", "none")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("docker-registry is installed: apt-get install docker-registry");
        let host = listening(&mut child);
        Self { host, child, _folder: folder }
    }

    /// `HOST:PORT`.
    pub fn host(&self) -> &str {
        &self.host
    }
}

/// Reads the log until it says where the registry listens, and goes on reading so that the pipe never fills.
fn listening(child: &mut Child) -> String {
    let mut log = BufReader::new(child.stderr.take().expect("it is piped"));
    let mut seen = String::new();
    loop {
        let mut line = String::new();
        assert!(log.read_line(&mut line).expect("the log can be read") > 0, "docker-registry ended: {seen}");
        if let Some((_, rest)) = line.split_once("listening on ") {
            let host = rest.split(['"', ',', ' ', '\n']).next().expect("there is a rest").to_owned();
            std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
            return host;
        }
        seen.push_str(&line);
    }
}

impl Drop for DockerRegistry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
