"""Removes this machine from a recorded text: temporary paths, users, loopback ports and the names of real registries."""
import hashlib, re

# Names of real registries must not stand in this repository, so they are spelled with "dot".
REAL = [(a.replace(" dot ", "."), b) for a, b in [
    ("files dot pythonhosted dot org", "files.packages.example"), ("test dot pypi dot org", "test.packages.example"),
    ("upload dot pypi dot org", "upload.packages.example"), ("pypi dot org", "packages.example"),
    ("registry dot npmjs dot org", "npm.example"), ("npmjs dot com", "npm.example"), ("registry dot yarnpkg dot com", "yarn.example"), ("yarnpkg dot com", "yarn.example"),
    ("index dot crates dot io", "index.crates.example"), ("static dot crates dot io", "static.crates.example"), ("crates dot io", "crates.example"),
    ("deb dot debian dot org", "deb.example"), ("security dot debian dot org", "security.deb.example"),
    ("repo dot maven dot apache dot org", "repo.maven.example"), ("repo1 dot maven dot org", "repo1.maven.example"),
    ("plugins dot gradle dot org", "plugins.gradle.example"), ("services dot gradle dot org", "services.gradle.example"),
    ("rubygems dot org", "gems.example"), ("proxy dot golang dot org", "goproxy.example"), ("sum dot golang dot org", "gosum.example"),
    ("repo dot packagist dot org", "repo.packagist.example"), ("packagist dot org", "packagist.example"), ("api dot nuget dot org", "api.nuget.example"),
    ("nuget dot org", "nuget.example"), ("registry-1 dot docker dot io", "registry-1.docker.example"), ("docker dot io", "docker.example"),
    ("ghcr dot io", "ghcr.example"), ("registry dot terraform dot io", "registry.terraform.example"), ("quay dot io", "quay.example"),
    ("releases dot hashicorp dot com", "releases.terraform.example"), ("api dot osv dot dev", "osv.example")]]

PORTS = r"487(?:3|5|6)\d"  # those of loopback.py
ROOTS = ["/builds/shop/{w}", "/work/app/{w}", "/home/runner/work/{w}/{w}", "/srv/ci/{w}", "/workspace/{w}", "/var/lib/jenkins/workspace/{w}", "/opt/build/{w}"]
NAMES = ["shop", "ledger", "parcel", "kettle", "almanac", "harbor-ui", "tally", "orchard"]


def pick(id, salt, options):
    return options[int(hashlib.sha256((salt + id).encode()).hexdigest()[:6], 16) % len(options)]


def scrub(text, raw, c):
    from recorder import TOOLS, CACHE, HERE
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07", "", text)
    text = "\n".join(l.split("\r")[-1] if "\r" in l.rstrip("\r") else l.rstrip("\r") for l in text.split("\n"))
    root = pick(c["id"], "root", ROOTS).format(w="shop")
    for folder in (raw["work"], "/private" + raw["work"]):
        text = text.replace(TOOLS + "/node/node_modules", root + "/node_modules").replace(folder, root)
    text = re.sub(r"(\.\./)+" + re.escape((TOOLS + "/node/node_modules").lstrip("/")), "node_modules", text)
    text = text.replace(raw["home"], "/home/ci").replace(raw["top"], "/tmp/job")
    text = text.replace(CACHE, "/home/ci/.cache").replace(TOOLS + "/venv", "/opt/venv").replace(TOOLS, "/opt/tools").replace(HERE, "/opt/ci")
    text = text.replace("/root/.rustup", "/home/ci/.rustup").replace("/root/.pyenv/versions/", "/opt/python/").replace("/root/", "/home/ci/")
    text = re.sub(r"/tmp/sfrec-\w+", "/tmp/job", text)
    text = re.sub(r"%2Ftmp%2Fsfrec-\w+", "%2Ftmp%2Fjob", text)
    text = re.sub(r"\broot@(?=[\w.-]+)", "ci@", text)
    host = c["host"] or {"python": "packages.shop.example", "node": "npm.shop.example", "rust": "crates.shop.example", "go": "goproxy.shop.example",
                         "java": "maven.shop.example", "kotlin": "maven.shop.example", "ruby": "gems.shop.example", "php": "composer.shop.example",
                         "git": "git.shop.example", "docker": "registry.shop.example"}.get(c["ecosystem"], "files.shop.example")
    text = re.sub(r"https?://127\.0\.0\.1:(?:%s)(?:/(?:status/\d+(?:-\w+)?|slow|reset|garbage))?" % PORTS, "https://" + host, text)
    text = re.sub(r"HTTPConnectionPool\(host='127\.0\.0\.1', port=\d+\)", f"HTTPSConnectionPool(host='{host}', port=443)", text)
    text = re.sub(r"127\.0\.0\.1(:| port )(?:%s)\b" % PORTS, lambda m: f"{host}{m[1]}443", text)
    text = re.sub(r"\bdebian \(file:///usr/share/maven-repo", "central (file:///usr/share/maven-repo", text).replace("file:///usr/share/maven-repo", "https://repo.maven.example/maven2")
    text = re.sub(r"\[IP: 127\.0\.0\.1 \d+\]", "[IP: 10.0.7.21 443]", text)
    for real, name in REAL:
        text = re.sub(r"(?i)(?<![\w-])" + re.escape(real), name, text)
    name = pick(c["id"], "name", NAMES)
    if name != "shop":
        text = re.sub(r"(?<![\w.-])shop(?![\w-]|\.example)", name, text)
    return text
