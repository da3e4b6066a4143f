"""Asks pip's index and answers in JSON on one line. Nothing that is downloaded is run or installed."""
import ast, hashlib, io, json, os, platform, re, subprocess, sys, tarfile, time, zipfile
from urllib.parse import urljoin

STARTED = time.monotonic()
# Larger archives are not worth the wait: they hold compiled code, which says nothing anyway.
MAX_ARCHIVE = 30 << 20
JSON_INDEX = "application/vnd.pypi.simple.v1+json, text/html;q=0.1"


def answer(**facts):
    print(json.dumps({**facts, "seconds": round(time.monotonic() - STARTED, 1)}))
    sys.exit(0)


try:
    from pip._internal.configuration import Configuration
    from pip._internal.models.index import PyPI
    from pip._vendor import requests
    from pip._vendor.packaging.specifiers import SpecifierSet
    from pip._vendor.packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename
    from pip._vendor.packaging.version import Version
except ImportError:
    answer(error="python3 has no pip")


def setting(name, default):
    """What pip is configured with, as pip sees it."""
    from_environment = os.environ.get("PIP_" + name.upper().replace("-", "_"))
    if from_environment:
        return from_environment
    try:
        configuration = Configuration(isolated=False)
        configuration.load()
        settings = dict(configuration.items())
        settings = settings if not all(isinstance(value, dict) for value in settings.values()) else {
            key: value for table in settings.values() for key, value in table.items()}
        return settings.get("global." + name, default)
    except Exception:
        return default


def get(url, **headers):
    reply = requests.get(url, headers=headers, timeout=15, verify=setting("cert", True))
    if reply.status_code == 404:
        return None
    reply.raise_for_status()
    return reply


def files_of(name):
    """The files of a distribution; kept in the directory of this errand, which the next question shares."""
    name = canonicalize_name(name)
    kept = name + ".index.json"
    if os.path.exists(kept):
        with open(kept) as text:
            return json.load(text)
    url = setting("index-url", PyPI.simple_url).rstrip("/") + "/" + name + "/"
    reply = get(url, accept=JSON_INDEX)
    if reply is None:
        found = []
    elif "json" in reply.headers.get("content-type", ""):
        found = reply.json()["files"]
    else:
        found = [
            {"filename": text.strip(), "url": re.search('href="([^"]*)"', attributes).group(1),
             "requires-python": (re.search('data-requires-python="([^"]*)"', attributes) or [None, ""])[1]
             .replace("&gt;", ">").replace("&lt;", "<"), "yanked": "data-yanked" in attributes}
            for attributes, text in re.findall("<a ([^>]*)>([^<]*)</a>", reply.text) if 'href="' in attributes]
    for file in found:
        file["url"] = urljoin(url, file["url"])
    with open(kept, "w") as text:
        json.dump(found, text)
    return found


def version_of(file):
    try:
        parse = parse_wheel_filename if file["filename"].endswith(".whl") else parse_sdist_filename
        return parse(file["filename"])[1]
    except Exception:
        return None


def is_for(tag, python):
    """Whether a wheel's tag is for this machine and a version of Python."""
    here = platform.machine().lower()
    system = {"linux": "linux", "darwin": "macosx", "win32": "win"}.get(sys.platform, sys.platform)
    is_platform = tag.platform == "any" or (system in tag.platform and (here in tag.platform or "universal" in tag.platform))
    exact = "cp%d%d" % tuple(python)
    is_stable = tag.abi == "abi3" and re.fullmatch(r"cp3(\d+)", tag.interpreter) and int(tag.interpreter[3:]) <= python[1]
    return is_platform and (tag.interpreter in ("py%d" % python[0], "py%d%d" % tuple(python), exact) or bool(is_stable))


def fits(files, python):
    """Whether a release can be installed without a compiler."""
    version = Version("%d.%d" % tuple(python))
    usable = []
    for file in files:
        try:
            is_wanted = not file.get("requires-python") or SpecifierSet(file["requires-python"]).contains(version)
        except Exception:
            is_wanted = True
        if is_wanted and not file.get("yanked"):
            usable.append(file["filename"])
    tags = [tag for name in usable if name.endswith(".whl") for tag in parse_wheel_filename(name)[3]]
    if any(is_for(tag, python) for tag in tags):
        return True
    is_compiled = any(tag.platform != "any" for file in files if file["filename"].endswith(".whl")
                      for tag in parse_wheel_filename(file["filename"])[3])
    return not is_compiled and any(not name.endswith(".whl") for name in usable)


def releases(name, python):
    by_version = {}
    for file in files_of(name):
        version = version_of(file)
        if version is not None and not version.is_prerelease:
            by_version.setdefault(version, []).append(file)
    return [{"version": str(version), "date": min(file.get("upload-time") or "" for file in files)[:10],
             "fits": fits(files, python)} for version, files in sorted(by_version.items())]


def archive_of(name, version):
    """The files of the smallest archive of a release, by their path in site-packages; `None` when there is none to read."""
    wanted = Version(version)
    files = [file for file in files_of(name) if version_of(file) == wanted]
    files.sort(key=lambda file: (not file["filename"].endswith(".whl"), file.get("size") or 0))
    for file in files[:1]:
        if (file.get("size") or 0) > MAX_ARCHIVE:
            return None
        data = get(file["url"]).content
        digest = (file.get("hashes") or {}).get("sha256")
        if digest and hashlib.sha256(data).hexdigest() != digest:
            raise ValueError("the archive of " + name + " does not have the hash that the index says")
        if file["filename"].endswith((".whl", ".zip")):
            archive = zipfile.ZipFile(io.BytesIO(data))
            content = {path: (lambda path=path: archive.read(path)) for path in archive.namelist()}
        else:
            archive = tarfile.open(fileobj=io.BytesIO(data))
            content = {member.name: (lambda member=member: archive.extractfile(member).read())
                       for member in archive.getmembers() if member.isfile()}
        if not file["filename"].endswith(".whl"):
            content = {re.sub(r"^[^/]*/(?:(?:src|lib)/)?", "", path): read for path, read in content.items()}
        return content
    return None
