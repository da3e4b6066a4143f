//! Copying to other machines: ssh, scp, rsync, FTP.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("remote.denied", "auth-or-permission")
        .pattern(r"ssh: handshake failed: (?:ssh: unable to authenticate|.*no supported methods remain)|Permission denied \((?:publickey,)?(?:password|keyboard-interactive)[\w,-]*\)\.?$|Load key \x22(?P<file>[^\x22]+)\x22: (?:invalid format|error in libcrypto|Permission denied)|Error loading key \x22[^\x22]+\x22: |ssh: (?:no key found|this private key is passphrase protected)|Too many authentication failures|sign_and_send_pubkey: |WARNING: UNPROTECTED PRIVATE KEY FILE|REMOTE HOST IDENTIFICATION HAS CHANGED|No \w+ host key is known for (?P<host>\S+) and you have requested strict checking|530 (?:Login|User|Not logged)|FTPError: 530|Error: The ssh-private-key argument is empty")
        .confidence(0.94)
        .strategies(&["escalate", "config"])
        .matches("ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain")
        .matches("Load key \"/root/.ssh/id_ed25519\": error in libcrypto")
        .matches("@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @")
        .matches("deploy@app.example: Permission denied (publickey,password).")
        .ignores("Warning: Permanently added 'app.example' (ED25519) to the list of known hosts."),
    rule("remote.network", "network-transient")
        .pattern(r"ssh: connect to host (?P<host>\S+) port (?P<port>\d+): (?:Connection (?:timed out|refused|reset)|No route to host|Network is unreachable|Operation timed out)|kex_exchange_identification: |ssh_exchange_identification: |client_loop: send disconnect|ssh_dispatch_run_fatal|packet_write_wait: |rsync: (?:connection unexpectedly closed|failed to connect to|\[\w+\] (?:read|write) error|safe_read failed)|Connection to \S+ closed by remote host|dial tcp \S+:22: (?:i/o timeout|connect: )|Timeout, server \S+ not responding|lost connection$")
        .confidence(0.92)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "escalate"])
        .matches("ssh: connect to host app.example port 22: Connection timed out")
        .matches("kex_exchange_identification: Connection closed by remote host")
        .matches("rsync: connection unexpectedly closed (0 bytes received so far) [sender]")
        .ignores("Connection to app.example closed."),
    rule("remote.copy", "deployment")
        .pattern(r"^rsync error: (?P<message>.+) \(code (?P<code>\d+)\)|^rsync: (?:\[\w+\] )?(?:mkdir|change_dir|link_stat|recv_generator|chgrp|failed to set times) |^scp: (?P<path>\S+): |^scp: (?:dest|stat|open|close|realpath)|^lftp: |mirror: (?:Fatal error|Access failed)|drone-s(?:cp|sh) error: ")
        .unless(r"No space left|unexpectedly closed|Permission denied")
        .symptom()
        .confidence(0.8)
        .strategies(&["retry", "config", "escalate"])
        .matches("rsync error: some files/attrs were not transferred (see previous errors) (code 23) at main.c(1338) [sender=3.2.7]")
        .matches("scp: /srv/app: Not a directory")
        .ignores("sent 1,024 bytes  received 35 bytes  2,118.00 bytes/sec"),
];
