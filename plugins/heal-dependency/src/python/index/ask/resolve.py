

def resolved(lines, python, seconds):
    """What pip would install, by name, or what it says. Only wheels: nothing of a package is run to learn what it needs."""
    with open("requirements.txt", "w") as file:
        file.write("\n".join(lines) + "\n")
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-input", "--report", "report.json",
               "--disable-pip-version-check", "--only-binary", ":all:", "--python-version", "%d.%d" % tuple(python),
               "--target", "nowhere", "-r", "requirements.txt"]
    if os.path.exists("report.json"):
        os.remove("report.json")
    try:
        end = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return None, "pip took too long"
    if end.returncode or not os.path.exists("report.json"):
        return None, end.stdout
    with open("report.json") as file:
        report = json.load(file)
    return {canonicalize_name(item["metadata"]["name"]): item["metadata"]["version"] for item in report["install"]}, ""


def first_resolved(alternatives, python, seconds):
    for number, lines in enumerate(alternatives):
        left = seconds - (time.monotonic() - STARTED)
        if left < 2:
            return {"tried": number, "number": None}
        versions, _ = resolved(lines, python, left)
        if versions is not None:
            return {"tried": number + 1, "number": number, "versions": versions}
    return {"tried": len(alternatives), "number": None}
