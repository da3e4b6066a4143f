"""Runs a stage and judges its coverage report."""

import json
import re

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.runner import Artifact, Metric, Report, Verdict
from wit_world.imports import config, process, workspace
from wit_world.imports.types import Command_Shell, Diagnostic, PluginError_InvalidConfig, Stage

REPORT = "coverage.xml"


class Runner(exports.Runner):
    def run(self, stage: Stage) -> Report:
        minimum = json.loads(config.get()).get("minimum", 80.0)
        if not isinstance(minimum, (int, float)):
            problem = Diagnostic(path="minimum", code="not-a-number", message="minimum is a number of per cent")
            raise Err(PluginError_InvalidConfig([problem]))
        command = stage.command
        argv = ["sh", "-c", command.value] if isinstance(command, Command_Shell) else command.value
        ended = process.run(process.ProcessRequest(argv, [], stage.directory, stage.limits, 0))
        path = REPORT if stage.directory == "." else f"{stage.directory}/{REPORT}"
        report = Report(outcome=ended.outcome, metrics=[], artifacts=[], verdicts=[], attrs=[])
        covered = line_rate(path)
        if covered is None:
            reason = f"{path} is not there, or is no coverage report"
            report.verdicts.append(Verdict("coverage", "not-measured", reason))
            return report
        report.metrics.append(Metric("coverage.line-percent", covered, "%"))
        report.artifacts.append(Artifact(path, "application/xml", "coverage report"))
        reason = f"{covered:.1f} % of lines are covered, {minimum:.1f} % are asked for"
        report.verdicts.append(Verdict("coverage", "pass" if covered >= minimum else "fail", reason))
        return report


def line_rate(path: str) -> float | None:
    """The covered share of lines in per cent, of the first element `coverage`."""
    try:
        xml = workspace.read(path, 0, 1 << 20).data.decode(errors="replace")
    except Err:
        return None
    found = re.search(r'<coverage [^>]*line-rate="([0-9.]+)"', xml)
    rate = float(found.group(1)) if found else -1.0
    return rate * 100 if 0 <= rate <= 1 else None
