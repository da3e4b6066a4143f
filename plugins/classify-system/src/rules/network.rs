//! Connections that break, time out or find no name.
//!
//! Tools repeat the words of the operating system, so the discriminating half of a line decides: the same prefix ends in a
//! time-out (try again), a certificate (never) or a refusal by the local machine (a service is not up).

use plugin_sdk::prelude::*;

use super::rule;

const fn transient(code: &'static str) -> RuleBuilder {
    rule(code, "network-transient").disposition(Disposition::Retry).strategies(&["retry", "alternative"])
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    transient("system.dns")
        .pattern(
            r"(?i)could(?:n't| not) resolve (?:host(?:name)?|proxy):? ?(?:name )?\(?['‘`\x22]?(?P<host>[\w.-]+\.[\w-]+)?|temporary failure (?:in name resolution|resolving)|name or service not known|nodename nor servname provided|EAI_AGAIN|getaddrinfo (?:ENOTFOUND|failed)|dial tcp: lookup \S+(?: on \S+)?: (?:no such host|i/o timeout|server misbehaving)|: no such host\b|unable to resolve host address|no address associated with hostname|UnknownHostException|hostname could not be resolved|failed to lookup address information|Could not resolve '[\w.-]+'",
        )
        .unless(r"(?i)sudo: unable to resolve host|localhost|spurious network error|Retrying \(Retry")
        .confidence(0.85)
        .asks_plugin()
        .matches("curl: (6) Could not resolve host: files.example")
        .matches("fatal: unable to access 'https://git.example/a/b/': Could not resolve host: git.example")
        .matches("ssh: Could not resolve hostname git.example: Temporary failure in name resolution")
        .matches("wget: unable to resolve host address ‘files.example’")
        .matches("Error: getaddrinfo EAI_AGAIN files.example")
        .matches("dial tcp: lookup files.example on 127.0.0.53:53: no such host")
        .matches("java.net.UnknownHostException: files.example")
        .ignores("sudo: unable to resolve host runner: Name or service not known"),
    transient("system.connection-refused")
        .pattern(
            r"(?i)(?:failed to connect to|connect to address|connect(?:ing)? to(?: host)?|connection to server at|could not connect to(?: server)?:?|dial tcp|connect ECONNREFUSED) ['\x22\[]?(?P<host>[\w.-]+)[\]'\x22]?(?:[ :]\([^)]*\)[:,]?)?(?:,? ?(?:port|:) ?(?P<port>\d+))?.*(?:refused|ECONNREFUSED)|connection refused|ECONNREFUSED|Could not connect to server$",
        )
        .unless(r"(?i)(?:127\.\d+\.\d+\.\d+|localhost|\[?::1\]?|0\.0\.0\.0)\b|Retrying \(Retry|docker\.sock|remaining\)")
        .confidence(0.75)
        .asks_plugin()
        .matches("curl: (7) Failed to connect to files.example port 443 after 12 ms: Connection refused")
        .matches("psql: error: connection to server at \"db.example\" (192.0.2.7), port 5432 failed: Connection refused")
        .matches("dial tcp 192.0.2.7:443: connect: connection refused")
        .ignores("curl: (7) Failed to connect to localhost port 3000 after 0 ms: Connection refused"),
    transient("system.connection-reset")
        .pattern(
            r"(?i)connection (?:was )?reset(?: by (?:peer|remote host))?\b|ECONNRESET|socket hang up|connection (?:was )?(?:closed|aborted) (?:unexpectedly|prematurely|by (?:remote|foreign|peer))|broken pipe.*(?:https?|tls|ssh)|remote (?:end|host) (?:closed|terminated) (?:the )?(?:connection|handshake)|unexpected EOF (?:while reading|from)|empty reply from server|Premature end of Content-Length|http2?: (?:server sent GOAWAY|stream closed)|GnuTLS recv error|SSL_(?:read|connect|ERROR_SYSCALL)|\bunexpected eof while reading|NoHttpResponseException|kex_exchange_identification",
        )
        .unless(r"(?i)certificate|remaining\)|Retrying \(Retry|RPC failed|will retry in")
        .asks_plugin()
        .matches("curl: (56) Recv failure: Connection reset by peer")
        .matches("Error: read ECONNRESET")
        .matches("Error: socket hang up")
        .matches("curl: (52) Empty reply from server")
        .matches("OpenSSL SSL_read: Connection was reset, errno 10054")
        .ignores("the counter was reset by the user"),
    transient("system.timeout-network")
        .pattern(
            r"(?i)(?:connection|connect|operation|request|read|socket|handshake|network)(?: to \S+)?(?: has| was)? ?tim(?:ed|e) ?-?out|\bETIMEDOUT\b|ESOCKETTIMEDOUT|dial tcp .*: i/o timeout|net/http: (?:TLS handshake timeout|request canceled(?: while waiting for connection)?)|Client\.Timeout exceeded|context deadline exceeded.*(?:https?:|dial|awaiting headers)|SocketTimeoutException|ConnectTimeoutException|ReadTimeout\b|failed to connect to .*(?:timed? ?out|after \d+ ms: (?:Timeout|Couldn))|UND_ERR_CONNECT_TIMEOUT|curl: \(28\)|(?:No route to host|Network is unreachable|Host is unreachable|EHOSTUNREACH|ENETUNREACH)",
        )
        .unless(r"(?i)certificate|remaining\)|Retrying \(Retry|test timed out|localhost|127\.0\.0\.1|tests? |lock request")
        .asks_plugin()
        .matches("curl: (28) Operation timed out after 30001 milliseconds with 0 bytes received")
        .matches("curl: (28) Failed to connect to files.example port 443 after 130000 ms: Connection timed out")
        .matches("dial tcp 192.0.2.7:443: i/o timeout")
        .matches("net/http: TLS handshake timeout")
        .matches("connect: Network is unreachable")
        .ignores("panic: test timed out after 10m0s"),
    transient("system.download-failed")
        .pattern(
            r"^(?:curl: \((?:18|23|35|55|92)\) |wget: (?:download timed out|server returned error)|curl: \(\d+\) (?:SSL connect error|HTTP/2 stream))|An (?:HTTP request|unexpected network) error occurred|Unable to (?:download|fetch) .*(?:network|connection) (?:error|problem)|Download failed, retry|dial tcp \S+: connect: ",
        )
        .unless(r"(?i)certificate|refused")
        .confidence(0.75)
        .asks_plugin()
        .matches("curl: (35) SSL connect error")
        .matches("curl: (18) transfer closed with 1024 bytes remaining to read")
        .matches("curl: (92) HTTP/2 stream 5 was not closed cleanly: INTERNAL_ERROR (err 2)")
        .ignores("curl: (22) The requested URL returned error: 404"),
    rule("system.tls", "network-transient")
        .pattern(
            r"(?i)certificate (?:has expired|verify failed|verification failed|is not (?:yet valid|trusted)|signed by unknown authority|is valid for .*, not )|CERTIFICATE_VERIFY_FAILED|x509: |SSL certificate problem|server certificate verification failed|self[- ]signed certificate|unable to (?:get local issuer|verify the first) certificate|unable to find valid certification path|PKIX path (?:building|validation) failed|SSLCertVerificationError|class=Ssl .*code=Certificate|wrong version number|SSLHandshakeException: (?:No appropriate|Received fatal|sun\.security)",
        )
        .confidence(0.92)
        .specificity(70)
        .strategies(&["escalate", "config"])
        .matches("curl: (60) SSL certificate problem: certificate has expired")
        .matches("x509: certificate signed by unknown authority")
        .matches("ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate")
        .matches("sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target")
        .ignores("TLS handshake complete"),
    rule("system.proxy", "network-transient")
        .pattern(r"(?i)Proxy CONNECT aborted|Received HTTP code (?P<status>\d+) from proxy after CONNECT|407 Proxy Authentication|Proxy Authentication Required|(?:could not|cannot|failed to|unable to) (?:connect to|resolve) (?:the )?proxy|ProxyError\(|ERR_PROXY_\w+|tunneling socket could not be established|proxyconnect tcp: |CONNECT tunnel failed, response \d+|Tunnel connection failed: ")
        .unless(r"Retrying \(Retry|remaining\)")
        .confidence(0.9)
        .specificity(62)
        .strategies(&["config", "retry", "escalate"])
        .matches("curl: (56) Received HTTP code 407 from proxy after CONNECT")
        .matches("curl: (56) CONNECT tunnel failed, response 403")
        .matches("Error: tunneling socket could not be established, cause=connect ECONNREFUSED 192.0.2.7:3128")
        .ignores("Using proxy proxy.example:3128"),
];
