"""A small server on the loopback interface that stands in for registries, indexes and proxies of every ecosystem.

`/status/<code>[-<word>]/…` answers with that status, `/slow/…` does not answer for 30 s, `/reset/…` closes the connection,
`/garbage/…` answers 200 with an HTML page. `/py/`, `/npm/`, `/crates/`, `/go/`, `/composer/` and `/gems/` serve
made-up packages from `packages.py`. The TLS port shows a self-signed certificate.
"""
import http.server, os, socketserver, ssl, subprocess, tempfile, threading, time

# Ports 48730-48739 and 48750-48769 are replaced by the scrubber; nothing may listen on the closed one.
SERVER_PORT = int(os.environ.get("SELFHEAL_LOG_PORT", "48731"))
TLS_PORT, CLOSED_PORT = SERVER_PORT + 1, 48739


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_): pass

    def reply(self, code, body=b"", kind="text/plain", headers=()):
        if isinstance(body, str): body = body.encode()
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        for k, v in headers: self.send_header(k, v)
        self.end_headers()
        if self.command != "HEAD": self.wfile.write(body)
        self.close_connection = True

    def handle_any(self):
        size = int(self.headers.get("Content-Length") or 0)
        if size: self.rfile.read(size)
        elif self.headers.get("Transfer-Encoding") == "chunked":
            while True:
                n = int(self.rfile.readline().strip() or b"0", 16)
                self.rfile.read(n), self.rfile.readline()
                if n == 0: break
        parts = self.path.split("?")[0].strip("/").split("/")
        if parts[0] == "status":
            code = int(parts[1].split("-")[0])
            headers = [("Retry-After", "1")] if code in (429, 503) else []
            if code == 401: headers.append(("WWW-Authenticate", 'Basic realm="shop"'))
            json_words = {401: "authentication required", 403: "insufficient permissions for this resource", 409: "version already exists",
                          413: "payload too large", 429: "too many requests", 404: "not found"}
            if "npm" in parts[1] or "crate" in parts[1]:
                word = json_words.get(code, "service unavailable")
                body = '{"errors":[{"detail":"%s"}]}' % word if "crate" in parts[1] else '{"error":"%s"}' % word
                return self.reply(code, body, "application/json", headers)
            return self.reply(code, "" if code >= 500 else json_words.get(code, ""), "text/plain", headers)
        if parts[0] == "slow":
            time.sleep(30)
            self.close_connection = True
            return
        if parts[0] == "reset":
            self.close_connection = True
            self.connection.close()
            return
        if parts[0] == "garbage":
            return self.reply(200, "<!DOCTYPE html>\n<html><head><title>Maintenance</title></head><body>We are back soon.</body></html>\n", "text/html")
        import packages
        answer = packages.serve(parts, f"http://127.0.0.1:{SERVER_PORT}", self.command)
        self.reply(*answer) if answer else self.reply(404, '{"error":"not found"}' if parts[0] == "npm" else "not found", "application/json" if parts[0] == "npm" else "text/plain")

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PROPFIND = handle_any


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_): pass


def start_server():
    plain = Server(("127.0.0.1", SERVER_PORT), Handler)
    threading.Thread(target=plain.serve_forever, daemon=True).start()
    folder = tempfile.mkdtemp(prefix="sfrec-tls-")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=registry.shop.example",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder + "/key.pem", "-out", folder + "/cert.pem"], capture_output=True, check=True)
    secure = Server(("127.0.0.1", TLS_PORT), Handler)
    ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ctx.load_cert_chain(folder + "/cert.pem", folder + "/key.pem")
    secure.socket = ctx.wrap_socket(secure.socket, server_side=True)
    threading.Thread(target=secure.serve_forever, daemon=True).start()
