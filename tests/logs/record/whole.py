#!/usr/bin/env python3
"""Records whole CI logs: one job per project, run once green and once per breakage, into ../whole/.

A job is a list of (step name, command). A breakage replaces files or a step, and says which lines of the log show the failure:
`mark` is (first line, last line) as regexes, `mark2` a second, narrower or wider, honest answer.
"""
import json, os, re, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import recorder
from recorder import STAMP, record, stamp
from scrub import scrub

OUT = os.path.join(recorder.HERE, "..", "whole")
JOBS = {}


def job(name, ecosystem, tool, style, steps, files): JOBS[name] = dict(ecosystem=ecosystem, tool=tool, style=style, steps=steps, files=files, breaks=[])
def broken(name, id, category, mark, mark2=None, files=None, steps=None): JOBS[name]["breaks"].append(dict(id=id, category=category, mark=mark, mark2=mark2, files=files or {}, steps=steps or {}))


def script(steps, style):
    """The steps as one bash script with marks between them; the first failing step ends the job."""
    text = "export PYTHONUNBUFFERED=1\n"
    for title, command in steps:
        text += f"echo '@@step {title}'\ncat <<'@@END'\n@@cmd {command}\n@@END\n( set -e\n{command}\n); rc=$?; if [ $rc != 0 ]; then echo \"@@failed $rc\"; exit $rc; fi\n"
    return text + "echo '@@done'\n"


def dress(lines, style, name):
    out = []
    if style.startswith("gh"):
        out = ["Current runner version: '2.328.0'", "##[group]Runner Image Provisioner", "Hosted Compute Agent", "Version: 20260211.437", "##[endgroup]", "##[group]Operating System", "Ubuntu", "22.04.5", "LTS", "##[endgroup]",
               "##[group]GITHUB_TOKEN Permissions", "Contents: read", "Metadata: read", "##[endgroup]", "Secret source: Actions", "Prepare workflow directory", "Prepare all required actions", f"Complete job name: {name}"]
    elif style == "gitlab":
        out = ["Running with gitlab-runner 17.2.0 (a1b2c3d4)", "  on shared-runner-3 kAs8dfjH, system ID: s_41f0", "Preparing the \"shell\" executor", "Using Shell (bash) executor...", "Preparing environment", "Running on runner-3...",
               "Getting source from Git repository", "Fetching changes with git depth set to 20...", "Reinitialized existing Git repository in /builds/shop/.git/", "Checking out 1f2e3d4c as detached HEAD (ref is main)...", "Skipping Git submodules setup", "Executing \"step_script\" stage of the job script"]
    else:
        out = ["Started by an SCM change", "Running as SYSTEM", "[Pipeline] Start of Pipeline", "[Pipeline] node", "Running on linux-agent-2 in /var/lib/jenkins/workspace/shop", "[Pipeline] {"]
    in_command = False
    for l in lines:
        if l.startswith("@@step "):
            in_command = False
            if style.startswith("jenkins"): out += ["[Pipeline] stage", "[Pipeline] { (" + l[7:] + ")", "[Pipeline] sh"]
        elif l.startswith("@@cmd "):
            command = l[6:]
            if style.startswith("gh"): out += [f"##[group]Run {command}", command, "shell: /usr/bin/bash -e {0}", "env:", "  CI: true", "##[endgroup]"]
            else: out.append(("$ " if style == "gitlab" else "+ ") + command)
        elif l.startswith("@@failed "):
            out += [f"##[error]Process completed with exit code {l[9:]}."] if style.startswith("gh") else ([f"ERROR: Job failed: exit code {l[9:]}"] if style == "gitlab" else ["[Pipeline] }", f"ERROR: script returned exit code {l[9:]}", "Finished: FAILURE"])
        elif l == "@@done": out += [] if style.startswith("gh") else (["Job succeeded"] if style == "gitlab" else ["[Pipeline] }", "[Pipeline] End of Pipeline", "Finished: SUCCESS"])
        else: out.append(l)
    if style.startswith("gh"): out += ["Post job cleanup.", "[command]/usr/bin/git version", "git version 2.47.3", "[command]/usr/bin/git config --local --unset-all http.https://git.shop.example/.extraheader", "Cleaning up orphan processes"]
    return out


def run(j, id, files, steps, salt):
    c = dict(id="whole-" + id, ecosystem=j["ecosystem"], files=files, run=script(steps, j["style"]), nm=j["ecosystem"] == "node", timeout=280, host=None)
    raw = record(c)
    lines = [l.rstrip() for l in scrub(raw["out"], raw, dict(c, id="whole-" + salt)).split("\n")]
    while lines and not lines[-1]: lines.pop()
    lines = dress(lines, j["style"], salt)
    return (stamp(lines, id) if j["style"] == "ghts" else lines), raw["status"]


def span(lines, mark):
    plain = [STAMP.sub("", l) for l in lines]
    first = next(i for i, l in enumerate(plain) if re.search(mark[0], l))
    last = next((i for i in range(first, len(plain)) if re.search(mark[1], plain[i])), None)
    if last is None: raise ValueError(f"no end {mark[1]!r}")
    return [first + 1, last + 1]


def main(only):
    import whole_jobs  # noqa: F401  declares the jobs
    recorder.start_server()
    index, failed = [], 0
    os.makedirs(OUT, exist_ok=True)
    for name, j in JOBS.items():
        if only and name not in only: continue
        green, status = run(j, name + "-pass", j["files"], j["steps"], name)
        if status != 0:
            failed += 1
            print(f"{name}: the green job fails with {status}:\n" + "\n".join(green[-25:]), file=sys.stderr)
            continue
        for b in j["breaks"]:
            id = f"{name}-{b['id']}"
            try:
                lines, status = run(j, id, dict(j["files"], **b["files"]), [(t, b["steps"].get(t, c)) for t, c in j["steps"]], name)
                if status == 0: raise ValueError("does not break")
                error = span(lines, b["mark"])
                other = span(lines, b["mark2"]) if b["mark2"] else error
            except (ValueError, StopIteration) as e:
                failed += 1
                print(f"{id}: {e!r}\n" + "\n".join(lines[-30:]), file=sys.stderr)
                continue
            for file, text in ((id + ".log", lines), (name + ".pass.log", green)):
                with open(os.path.join(OUT, file), "w") as f: f.write("\n".join(text) + "\n")
            index.append(dict(id=id, log=id + ".log", pass_log=name + ".pass.log", lines=len(lines), source="recorded: " + j["tool"], ecosystem=j["ecosystem"], category=b["category"],
                              groundtruth=dict(error=[error], context=[]), groundtruth2=dict(error=[other], context=[]), in_range=True, chunk="\n".join(lines[error[0] - 1:error[1]])))
    if not only:
        with open(os.path.join(OUT, "index.jsonl"), "w") as f:
            for e in index: f.write(json.dumps(e, ensure_ascii=False) + "\n")
    print(len(index), "broken jobs,", failed, "not as planned,", sum(e["lines"] for e in index), "lines")
    if only:
        for e in index: print("=====", e["id"], e["lines"], e["groundtruth"], e["groundtruth2"], "\n" + e["chunk"])


if __name__ == "__main__":
    sys.modules["whole"] = sys.modules["__main__"]
    main(sys.argv[1:])
