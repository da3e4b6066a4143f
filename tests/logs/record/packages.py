"""Made-up packages that the loopback server offers, built on the fly, for every ecosystem."""
import base64, gzip, hashlib, io, json, tarfile, zipfile

# name -> version -> (requirements, attributes)
PYTHON = {
    "tallybook": {"1.0.0": [], "1.4.0": ["coinage<2"], "2.0.0": ["coinage>=2"]},
    "coinage": {"1.8.0": [], "2.1.0": []},
    "ledgerline": {"0.9.0": ["coinage<2"], "1.2.0": ["coinage<2", "tallybook"]},
    "futurepy": {"3.0.0": []}, "brokensum": {"1.0.0": []}, "noversionmod": {"0.1.0": []}, "sourceonly": {"0.3.0": []},
}
PYTHON_REQUIRES = {"futurepy": ">=3.14"}
NODE = {
    "tallyjs": {"1.0.0": {}, "2.3.1": {"peerDependencies": {"coinjs": "^2.0.0"}}},
    "coinjs": {"1.9.0": {}, "2.0.4": {}},
    "widgetry": {"4.0.0": {"engines": {"node": ">=99"}}},
    "brokensum": {"1.0.0": {}},
    "onlymac": {"1.2.0": {"os": ["darwin"]}},
    "postfail": {"0.2.0": {"scripts": {"postinstall": "node build.js"}}},
}
CRATES = {"tallyrs": {"0.3.1": [], "0.4.0": [("coinrs", "^2")]}, "coinrs": {"1.2.0": [], "2.0.0": []}, "brokensum": {"1.0.0": []},
          "newrust": {"1.0.0": []}, "featured": {"1.1.0": []}, "linky": {"0.1.0": []}, "linkz": {"0.1.0": []}}
GO = {"shop.example/tally": {"v1.0.0": "1.16", "v1.2.0": "1.16"}, "shop.example/brokensum": {"v1.0.0": "1.16"}}


def wheel(name, version, requires):
    data = io.BytesIO()
    info = f"{name}-{version}.dist-info"
    meta = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n" + "".join(f"Requires-Dist: {r}\n" for r in requires)
    if name in PYTHON_REQUIRES: meta += f"Requires-Python: {PYTHON_REQUIRES[name]}\n"
    with zipfile.ZipFile(data, "w") as z:
        for path, text in {f"{name}/__init__.py": f'__version__ = "{version}"\n', f"{info}/METADATA": meta,
                           f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n", f"{info}/RECORD": ""}.items():
            z.writestr(zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0)), text)
    return data.getvalue()


def tar(prefix, files):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as t:
        for name, text in files.items():
            i = tarfile.TarInfo(prefix + name)
            i.size, i.mode, i.mtime = len(text.encode()), 0o644, 1700000000
            t.addfile(i, io.BytesIO(text.encode()))
    return gzip.compress(data.getvalue(), mtime=0)


def serve_python(parts, base):
    if parts[:1] == ["simple"] and len(parts) == 2 and parts[1] in PYTHON:
        name, links = parts[1], ""
        for v, req in PYTHON[name].items():
            digest = hashlib.sha256(wheel(name, v, req)).hexdigest()
            if name == "brokensum": digest = "0" * 40 + digest[:24]
            limit = f' data-requires-python="{PYTHON_REQUIRES[name].replace(">", "&gt;")}"' if name in PYTHON_REQUIRES else ""
            links += f'<a href="{base}/py/files/{name}-{v}-py3-none-any.whl#sha256={digest}"{limit}>{name}-{v}-py3-none-any.whl</a>\n'
        return 200, f"<!DOCTYPE html><html><body>\n{links}</body></html>", "text/html"
    if parts[:1] == ["files"]:
        name, v = parts[1].split("-")[:2]
        return 200, wheel(name, v, PYTHON[name][v]), "application/octet-stream"


def serve_node(parts, base, method):
    if method == "POST": return 200, "{}", "application/json"
    name = parts[0]
    if name in NODE and len(parts) == 1:
        versions = {}
        for v, extra in NODE[name].items():
            files = {"package.json": json.dumps(dict(name=name, version=v, main="index.js", **extra)), "index.js": "module.exports = 1;\n",
                     "build.js": "console.error('postfail: cannot find a compiler for the native part');\nprocess.exit(3);\n"}
            blob = tar("package/", files)
            digest = base64.b64encode(hashlib.sha512(blob + (b"x" if name == "brokensum" else b"")).digest()).decode()
            versions[v] = dict(name=name, version=v, main="index.js", **extra, dist=dict(tarball=f"{base}/npm/{name}/-/{name}-{v}.tgz", integrity="sha512-" + digest, shasum=hashlib.sha1(blob).hexdigest()))
            if extra.get("scripts"): versions[v]["hasInstallScript"] = True
        return 200, json.dumps({"name": name, "dist-tags": {"latest": list(versions)[-1]}, "versions": versions}), "application/json"
    if name in NODE and len(parts) == 3:
        v = parts[2][len(name) + 1:-4]
        files = {"package.json": json.dumps(dict(name=name, version=v, main="index.js", **NODE[name][v])), "index.js": "module.exports = 1;\n",
                 "build.js": "console.error('postfail: cannot find a compiler for the native part');\nprocess.exit(3);\n"}
        return 200, tar("package/", files), "application/octet-stream"


def crate(name, v):
    deps = "".join(f'{d} = "{r}"\n' for d, r in CRATES[name][v])
    links = 'links = "coin"\nbuild = "build.rs"\n' if name in ("linky", "linkz") else ""
    manifest = f'[package]\nname = "{name}"\nversion = "{v}"\nedition = "2021"\n{links}' + ('rust-version = "1.999"\n' if name == "newrust" else "") + f"\n[dependencies]\n{deps}\n[features]\nfast = []\n"
    return tar(f"{name}-{v}/", {"Cargo.toml": manifest, "src/lib.rs": "pub fn one() -> u32 { 1 }\n", "build.rs": "fn main() {}\n"})


def serve_crates(parts, base):
    if parts == ["config.json"]: return 200, json.dumps({"dl": base + "/crates/dl", "api": base + "/crates"}), "application/json"
    if parts[0] == "dl": return 200, crate(parts[1], parts[2]), "application/octet-stream"
    name = parts[-1]
    if name in CRATES:
        lines = []
        for v in CRATES[name]:
            digest = hashlib.sha256(crate(name, v)).hexdigest()
            if name == "brokensum": digest = "0" * 64
            entry = dict(name=name, vers=v, deps=[dict(name=d, req=r, features=[], optional=False, default_features=True, target=None, kind="normal") for d, r in CRATES[name][v]], cksum=digest, features={"fast": []}, yanked=False)
            if name == "newrust": entry["rust_version"] = "1.999"
            if name in ("linky", "linkz"): entry["links"] = "coin"
            lines.append(json.dumps(entry))
        return 200, "\n".join(lines) + "\n", "text/plain"


def serve_go(parts, _):
    path = "/".join(parts)
    name, _, rest = path.partition("/@v/")
    if name not in GO: return None
    if rest == "list": return 200, "\n".join(GO[name]) + "\n"
    v, ext = rest.rsplit(".", 1)
    if v not in GO[name]: return None
    mod = f"module {name}\n\ngo {GO[name][v]}\n"
    if ext == "info": return 200, json.dumps({"Version": v, "Time": "2026-01-01T00:00:00Z"}), "application/json"
    if ext == "mod": return 200, mod
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as z:
        z.writestr(f"{name}@{v}/go.mod", mod)
        z.writestr(f"{name}@{v}/tally.go", "package tally\n\nfunc One() int { return 1 }\n")
    return 200, data.getvalue(), "application/zip"


def serve_composer(parts, base):
    if parts == ["packages.json"]:
        def p(name, v, **kw): return dict(name=name, version=v, dist=dict(type="zip", url=f"{base}/composer/zip/{name}-{v}.zip", shasum=kw.pop("shasum", "")), **kw)
        return 200, json.dumps({"packages": {
            "shop/tally": {"1.0.0": p("shop/tally", "1.0.0"), "2.0.0": p("shop/tally", "2.0.0", require={"shop/coin": "^2.0"})},
            "shop/coin": {"1.5.0": p("shop/coin", "1.5.0"), "2.0.0": p("shop/coin", "2.0.0")},
            "shop/future": {"1.0.0": p("shop/future", "1.0.0", require={"php": ">=9.1"})},
            "shop/native": {"1.0.0": p("shop/native", "1.0.0", require={"ext-imagick": "*"})},
            "shop/brokensum": {"1.0.0": p("shop/brokensum", "1.0.0", shasum="0" * 40)}}}), "application/json"
    if parts[:1] == ["zip"]:
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as z: z.writestr("composer.json", json.dumps({"name": "/".join(parts[1:]).rsplit("-", 1)[0]}))
        return 200, data.getvalue(), "application/zip"


def serve(parts, base, method):
    kind, rest = parts[0], parts[1:]
    if not rest: return None
    return {"py": lambda: serve_python(rest, base), "npm": lambda: serve_node(rest, base, method), "crates": lambda: serve_crates(rest, base),
            "go": lambda: serve_go(rest, base), "composer": lambda: serve_composer(rest, base)}.get(kind, lambda: None)()
