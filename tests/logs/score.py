#!/usr/bin/env python3
"""Scores `selfheal diagnose --format json` on the labelled logs.

  score.py excerpts BIN dev.jsonl     category, root line, healing action, quiet on healthy windows
  score.py whole BIN whole/           does the first finding lie in the marked failure; BASELINE=1 passes the green log

WRONG=1 lists the misses.
"""
import collections, concurrent.futures, json, os, subprocess, sys


def diagnose(binary, text, *extra):
    p = subprocess.run([binary, "diagnose", "--format", "json", *extra, "-"], input=text.encode(), capture_output=True, timeout=120)
    try:
        return json.loads(p.stdout)
    except ValueError:
        return {"outcome": "broken", "findings": []}


def share(part, all): return f"{100 * part / all:5.1f} %  ({part}/{all})" if all else "-"


def excerpts(binary, path):
    rows = [json.loads(l) for l in open(path, encoding="utf-8")]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda r: diagnose(binary, r["text"]), rows))
    n = collections.Counter()
    per = collections.defaultdict(lambda: [0, 0])
    for r, a in zip(rows, answers):
        found = a.get("findings") or []
        loud = a["outcome"] == "failure"
        if r["category"] == "none":
            n["healthy"] += 1
            n["quiet"] += not loud
            if loud and os.environ.get("WRONG"): print("wrong", r["id"], "none", found[0]["category"] if found else "?", sep=" | ")
            continue
        said = found[0]["category"] if found and loud else "unknown"
        other = r["second_reader"]
        good = said in (r["category"], other["category"])
        n["failures"] += 1
        n["category"] += good
        n["strict"] += said == r["category"]
        for key in (r["category"], "~" + r["ecosystem"]):
            per[key][0] += good
            per[key][1] += 1
        n["healing"] += bool(found) and bool({r["healable_by"], other["healable_by"]} & set(found[0].get("strategies", [])))
        lines = r["text"].split("\n")
        if len(lines) >= 4 and r["root_line"]:
            n["rooted"] += 1
            at = found[0]["line"] - 1 if found else -1
            n["root"] += 0 <= at < len(lines) and lines[at].strip() in (r["root_line"].strip(), other["root_line"].strip())
        if not good and os.environ.get("WRONG"): print("wrong", r["id"], r["category"], said, found[0]["text"][:90] if found else "", sep=" | ")
    print("category                    ", share(n["category"], n["failures"]))
    print("  against the first answer  ", share(n["strict"], n["failures"]))
    print("root line exact (>=4 lines) ", share(n["root"], n["rooted"]))
    print("healing action offered      ", share(n["healing"], n["failures"]))
    print("quiet on healthy windows    ", share(n["quiet"], n["healthy"]))
    for key, (good, all) in sorted(per.items()): print(f"  {key.lstrip('~'):32}{share(good, all)}")


def whole(binary, folder):
    hit = n = 0
    for l in open(os.path.join(folder, "index.jsonl"), encoding="utf-8"):
        e = json.loads(l)
        extra = ["--baseline", os.path.join(folder, e["pass_log"])] if os.environ.get("BASELINE") else []
        found = diagnose(binary, open(os.path.join(folder, e["log"]), encoding="utf-8").read(), *extra).get("findings") or []
        ranges = e["groundtruth"]["error"] + e["groundtruth2"]["error"]
        good = bool(found) and any(a <= found[0]["line"] <= b for a, b in ranges)
        quiet = diagnose(binary, open(os.path.join(folder, e["pass_log"]), encoding="utf-8").read())["outcome"] != "failure"
        n, hit = n + 1, hit + good
        if os.environ.get("WRONG") and not (good and quiet): print("wrong", e["id"], found[0]["line"] if found else None, ranges, "" if quiet else "LOUD ON GREEN", sep=" | ")
    print("first finding in the marked failure", share(hit, n))


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in ("excerpts", "whole"): sys.exit(__doc__)
    {"excerpts": excerpts, "whole": whole}[sys.argv[1]](os.path.abspath(sys.argv[2]), sys.argv[3])
