"""Runs small broken builds in a temporary folder and turns what the tools print into labelled rows.

A case is declared with `case(...)` in one of the `cases_*.py` files. Its label is known by construction: we broke the
build ourselves. `run_all.py` imports those files, runs the cases and writes `dev.jsonl` and `held.jsonl`.

Raw output is cached (`SELFHEAL_LOG_CACHE`, default /tmp/selfheal-log-cache) by the case's content, so a change of a label
or of the cut does not run the tool again.
"""
import concurrent.futures, hashlib, json, os, re, shutil, signal, subprocess, tempfile, time

from loopback import SERVER_PORT, TLS_PORT, start_server
from scrub import scrub

TOOLS = os.environ.get("SELFHEAL_LOG_TOOLS", "/tmp/selfheal-log-tools")
CACHE = os.environ.get("SELFHEAL_LOG_CACHE", "/tmp/selfheal-log-cache")
MAX_LINES = 40  # what a person would paste
STAMP = re.compile(r"^\d{4}-\d\d-\d\dT[\d:.]+Z ")  # so that "^" in a pattern means the tool's own line
# What a second reader may answer about broken code of the project: a person must look, or the last change goes back.
OTHER_HEALING = {(k, "escalate"): "rollback" for k in ("test-failure", "compile-error", "type-error")}
CASES = []
WRITTEN = []
HERE = os.path.dirname(os.path.abspath(__file__))


def case(id, ecosystem, source, category, heal, root, run, files=None, second=None, cut=None, drop=None,
         timeout=90, nm=False, host=None, dress=None, nth=0, expect_fail=None):
    """Declares a build that is broken on purpose.

    `root` is a regex that finds the line that names the cause (`nth` picks a later match; None for healthy windows).
    `second` is an honest second answer: (category, root regex, healing action); None in it means "the same".
    `cut` is (lines before, lines after) the root line; `drop` is a regex of lines to leave out.
    """
    CASES.append(dict(id=id, ecosystem=ecosystem, source="recorded: " + source, category=category, heal=heal, root=root, run=run,
                      files=files or {}, second=second, cut=cut, drop=drop, timeout=timeout, nm=nm, host=host, dress=dress,
                      nth=nth, expect_fail=(category != "none") if expect_fail is None else expect_fail))


def healthy(id, ecosystem, source, run, files=None, **kw):
    """Declares a build that passes although its output speaks of errors."""
    case(id, ecosystem, source, "none", "none", None, run, files, **kw)


def written(id, ecosystem, source, category, heal, text, root, second=None):
    """Declares an excerpt written by hand in the format of a tool that cannot run here."""
    WRITTEN.append(dict(id=id, ecosystem=ecosystem, source="written: " + source, category=category, heal=heal, root=root,
                        text=text.strip("\n"), second=second))


def environment(home):
    env = {k: v for k, v in os.environ.items() if k in ("LANG", "TERM", "PIP_CERT", "SSL_CERT_FILE", "CARGO_HOME", "RUSTUP_HOME")}
    env.update(HOME=home, USER="ci", LOGNAME="ci", LANG="C.UTF-8", CI="true", TERM="dumb", PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_COLOR="1",
               PIP_RETRIES="1", PIP_PROGRESS_BAR="off", PYTHONDONTWRITEBYTECODE="1", npm_config_update_notifier="false", npm_config_fund="false",
               npm_config_audit="false", npm_config_yes="true", npm_config_fetch_retries="0", npm_config_cache=CACHE + "/npm",
               GOCACHE=CACHE + "/gocache", GOFLAGS="", GOPATH=home + "/go", COMPOSER_ALLOW_SUPERUSER="1", COMPOSER_HOME=home + "/.composer",
               GRADLE_USER_HOME=CACHE + "/gradle", NO_COLOR="1", FORCE_COLOR="0", TF_IN_AUTOMATION="1", CHECKPOINT_DISABLE="1",
               RUSTUP_HOME=os.environ.get("RUSTUP_HOME", os.path.expanduser("~/.rustup")), CARGO_HOME=home + "/.cargo",
               CARGO_TERM_COLOR="never", CARGO_NET_RETRY="1",
               GIT_CONFIG_NOSYSTEM="1", GIT_AUTHOR_NAME="Ada", GIT_AUTHOR_EMAIL="ada@shop.example", GIT_COMMITTER_NAME="Ada",
               GIT_COMMITTER_EMAIL="ada@shop.example", GIT_TERMINAL_PROMPT="0", PORT=str(SERVER_PORT), TLSPORT=str(TLS_PORT),
               WEB=f"http://127.0.0.1:{SERVER_PORT}", TOOLS=TOOLS, CACHEDIR=CACHE, REC=HERE)
    env["PATH"] = ":".join([TOOLS + "/venv/bin", TOOLS + "/node/node_modules/.bin", os.path.expanduser("~/.cargo/bin"),
                            "/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"])
    return env


def record(c):
    """Runs the case (or takes it from the cache) and returns its raw output, its working folder and its exit status."""
    key = hashlib.sha256(json.dumps([c["files"], c["run"], c["nm"], c["timeout"]], sort_keys=True).encode()).hexdigest()[:24]
    path = os.path.join(CACHE, "raw", key + ".json")
    if os.path.exists(path):
        with open(path) as f:
            return json.load(f)
    top = tempfile.mkdtemp(prefix="sfrec-")
    work, home = os.path.join(top, "shop"), os.path.join(top, "home")
    os.makedirs(work), os.makedirs(home)
    for name, text in c["files"].items():
        full = os.path.join(work, name)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())
        if text[:2] in ("#!", b"#!"):
            os.chmod(full, 0o755)
    if c["nm"]:
        os.symlink(TOOLS + "/node/node_modules", work + "/node_modules")
    started = time.time()
    p = subprocess.Popen(["bash", "-c", c["run"]], cwd=work, env=environment(home), stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        out, _ = p.communicate(timeout=c["timeout"])
        status = p.returncode
    except subprocess.TimeoutExpired:
        os.killpg(p.pid, signal.SIGKILL)
        out, _ = p.communicate()
        status = "recorder timeout"
    try:
        os.killpg(p.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    raw = dict(out=out.decode("utf-8", "replace"), top=top, work=work, home=home, status=status, seconds=round(time.time() - started, 1))
    subprocess.run(["chmod", "-R", "u+rwX", top], capture_output=True)
    shutil.rmtree(top, ignore_errors=True)
    if status != "recorder timeout":
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            json.dump(raw, f)
    return raw


def nibble(id, salt):
    return int(hashlib.sha256((salt + id).encode()).hexdigest()[:8], 16)


def stamp(lines, id):
    """Puts GitHub's UTC time stamps before the lines."""
    t = 6 * 3600 + nibble(id, "t") % 50000 + 0.1234567
    out = []
    for i, line in enumerate(lines):
        t += 0.0000071 * (1 + nibble(id, str(i)) % 900) + (0.4 if i % 9 == 8 else 0)
        h, m, s = int(t // 3600), int(t % 3600 // 60), t % 60
        out.append(f"2026-03-{1 + nibble(id, 'd') % 28:02d}T{h:02d}:{m:02d}:{s:010.7f}Z {line}")
    return out


def dress_up(lines, c, status, text_run):
    """Adds what a CI service prints around a command; which one is decided by the id, so it stays the same."""
    kind = c["dress"] or ["", "", "", "", "", "gh", "gh", "ghts", "gitlab", ""][nibble(c["id"], "dress") % 10]
    if kind in ("", "none"):
        return lines, ""
    command = [x for x in text_run.strip().split("\n") if x.strip()][-1].strip()
    command = re.sub(r"\s*(2>&1|\|\| true|\|\| exit.*|\| *(head|tail|cat|sed|grep)\b.*)", "", command)
    if "$" in command or len(command) > 70 or "timeout" in command or ";" in command or command.startswith(("}", "done", "fi")):
        command = "./ci/run.sh"
    failed = c["category"] != "none"
    if kind == "gitlab":
        end = [f"ERROR: Job failed: exit code {status if isinstance(status, int) and status else 1}"] if failed else ["Job succeeded"]
        return [f"$ {command}"] + lines + end, ", in the form of a GitLab job"
    end = [f"##[error]Process completed with exit code {status if isinstance(status, int) and status else 1}."] if failed else []
    lines = [f"##[group]Run {command}", f"{command}", "shell: /usr/bin/bash -e {0}", "##[endgroup]"][(0 if kind == "ghts" else 3):] + lines + end
    if kind == "gh":
        lines = [f"Run {command}"] + lines[1:]
        lines = [x.replace("##[error]", "Error: ") for x in lines]
        return lines, ", in the form of a GitHub Actions job"
    return stamp(lines, c["id"]), ", in the form of a GitHub Actions job"


def find(lines, pattern, nth=0, what=""):
    hits = [l for l in lines if re.search(pattern, STAMP.sub("", l))]
    if len(hits) <= nth:
        raise ValueError(f"no line matches {pattern!r} {what}")
    return hits[nth]


def row(c):
    raw = record(c)
    text = scrub(raw["out"], raw, c)
    lines = [l.rstrip() for l in text.split("\n")]
    while lines and not lines[-1]: lines.pop()
    while lines and not lines[0]: lines.pop(0)
    if c["drop"]:
        lines = [l for l in lines if not re.search(c["drop"], l)]
    failed = raw["status"] != 0
    if failed != c["expect_fail"]:
        raise ValueError(f"exit {raw['status']}, expected {'failure' if c['expect_fail'] else 'success'}\n" + "\n".join(lines[-15:]))
    if c["root"]:
        at = lines.index(find(lines, c["root"], c["nth"], "\n" + "\n".join(lines[-30:])))
        before, after = c["cut"] or (24, 14)
        low, high = max(0, at - before), min(len(lines), at + after + 1)
    else:
        low, high = 0, len(lines)
        if c["cut"]:
            low, high = max(0, len(lines) - c["cut"][0]), len(lines)
        if high - low > MAX_LINES:
            low = high - MAX_LINES
    own = lines[low:high]
    lines, tail = dress_up(own, c, raw["status"], c["run"])
    return finish(c, lines, c["source"] + tail, own)


def finish(c, lines, source, own=None):
    """Makes the row; root lines are looked for among the tool's `own` lines only, never in the frame around them."""
    def exact(pattern, nth=0):
        plain = find(own or lines, pattern, nth)
        return next(l for l in lines if STAMP.sub("", l) == plain)
    root = exact(c["root"], c["nth"]) if c["root"] else ""
    second = c["second"] or (None, None, None)
    other = dict(category=second[0] or c["category"], root_line=exact(second[1]) if second[1] else root,
                 healable_by=second[2] or OTHER_HEALING.get((c["category"], c["heal"]), c["heal"]))
    return dict(id=c["id"], source=source, ecosystem=c["ecosystem"], text="\n".join(lines), category=c["category"], root_line=root,
                healable_by=c["heal"], second_reader=other)


def main(only):
    start_server()
    rows, bad = [], []
    wanted = [c for c in CASES if not only or any(re.search(o, c["id"]) for o in only)]
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS", "3"))) as pool:
        futures = {pool.submit(row, c): c for c in wanted}
        for f in concurrent.futures.as_completed(futures):
            try:
                rows.append(f.result())
            except Exception as e:  # a case that did not break as expected is shown, never written
                bad.append((futures[f]["id"], e))
    for c in WRITTEN:
        if only and not any(re.search(o, c["id"]) for o in only): continue
        try:
            rows.append(finish(dict(c, nth=0), c["text"].split("\n"), c["source"]))
        except Exception as e:
            bad.append((c["id"], e))
    return sorted(rows, key=lambda r: r["id"]), bad
