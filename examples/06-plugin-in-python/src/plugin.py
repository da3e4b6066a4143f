"""Recognises failures that a missing or broken plugin of pytest causes.

The standard rules know that pytest has refused an option or found no fixture. This classifier knows which distribution offers
it, and reads pytest's own header to tell a plugin that is not installed from one that is there and not switched on.
"""

import re

from componentize_py_types import Err
from known import FIXTURES, name_in_header, plugin_of_option
from wit_world import exports
from wit_world.exports.classifier import Candidate, Example, Rule
from wit_world.imports.log_source import LogReader
from wit_world.imports.types import Capture, Disposition, Finding, LogLine, PluginError_Unsupported


def rule(code: str, category: str, pattern: str, *, matches: list[str], ignores: str, confidence: float = 0.9,
         strategies: list[str], asks: bool = True) -> Rule:
    """A rule; what is not named here is the same for all rules of this plugin."""
    examples = [Example(text=text, matches=True) for text in matches]
    return Rule(
        code=code,
        category=category,
        ecosystem="python",
        pattern=pattern,
        negative=None,
        severity="error",
        confidence=confidence,
        specificity=95,
        position="cause",
        disposition=Disposition.PATCH,
        strategies=strategies,
        asks_plugin=asks,
        examples=[*examples, Example(text=ignores, matches=False)],
        attrs=[],
    )


RULES = [
    rule(
        "pytest-plugin.option-unknown",
        "dependency-missing",
        r"(?:pytest|py\.test|__main__\.py): error: unrecognized arguments: (?P<option>-\S+)",
        matches=["pytest: error: unrecognized arguments: --cov=src", "__main__.py: error: unrecognized arguments: -n 4"],
        ignores="mypy: error: unrecognized arguments: --strct",
        strategies=["dependency"],
    ),
    rule(
        "pytest-plugin.fixture-missing",
        "dependency-missing",
        r"^E\s+fixture '(?P<name>\w+)' not found",
        matches=["E       fixture 'mocker' not found"],
        ignores="E       AssertionError: fixture 'mocker' not found in the shop",
        strategies=["dependency"],
    ),
    rule(
        "pytest-plugin.async-unsupported",
        "dependency-missing",
        r"async def functions are not natively supported",
        matches=["async def functions are not natively supported."],
        ignores="PASSED tests/test_async.py::test_fetch",
        strategies=["dependency", "config"],
    ),
    rule(
        "pytest-plugin.import-failed",
        "dependency-missing",
        r"ImportError: Error importing plugin \x22(?P<object>[^\x22]+)\x22: No module named '(?P<module>[^']+)'",
        matches=['ImportError: Error importing plugin "xdist.plugin": No module named \'xdist\''],
        ignores="ModuleNotFoundError: No module named 'xdist'",
        confidence=0.97,
        strategies=["dependency"],
        asks=False,
    ),
    rule(
        "pytest-plugin.incompatible",
        "dependency-conflict",
        r"PluginValidationError: (?:unknown hook '(?P<name>\w+)' in plugin|Plugin (?P<object>\S+) could not be loaded)",
        matches=["pluggy._manager.PluginValidationError: unknown hook 'pytest_namespace' in plugin <module 'old_plugin' from 'old.py'>"],
        ignores="pydantic_core._pydantic_core.ValidationError: 1 validation error",
        confidence=0.95,
        strategies=["dependency"],
        asks=False,
    ),
]


class Classifier(exports.Classifier):
    def rules(self) -> list[Rule]:
        return RULES

    def classify(self, candidate: Candidate, log: LogReader) -> list[Finding]:
        own = next((rule for rule in RULES if rule.code == candidate.code), None)
        if own is None:
            raise Err(PluginError_Unsupported(f"{candidate.code} is not my rule"))
        plugin = wanted_plugin(candidate)
        if plugin is None:
            # Nobody's option and nobody's fixture: a typing error, or the project's own. Other rules know what to say.
            return []
        header = header_of(log, candidate.line.line)
        is_installed = header is not None and name_in_header(plugin) in installed(header)
        return [finding_of(own, candidate, plugin, header, is_installed)]


def wanted_plugin(candidate: Candidate) -> str | None:
    """The distribution that offers what the log asks for."""
    captures = {capture.name: capture.value for capture in candidate.captures}
    if candidate.code == "pytest-plugin.option-unknown":
        return plugin_of_option(captures.get("option", ""))
    if candidate.code == "pytest-plugin.fixture-missing":
        return FIXTURES.get(captures.get("name", ""))
    return "pytest-asyncio"


def header_of(log: LogReader, above: int) -> LogLine | None:
    """The last line `plugins: …` above a line: a log may hold several runs of pytest."""
    numbers = [number for number in log.find("plugins: ", 1, 50) if number < above]
    lines = log.lines(numbers[-1], 1) if numbers else []
    return next((line for line in lines if line.text.startswith("plugins: ")), None)


def installed(header: LogLine) -> set[str]:
    """The names in `plugins: cov-5.0.0, anyio-4.4.0`."""
    listed = header.text.removeprefix("plugins: ").split(", ")
    return {re.sub(r"-\d[^-]*$", "", entry.strip()) for entry in listed}


def finding_of(rule: Rule, candidate: Candidate, plugin: str, header: LogLine | None, is_installed: bool) -> Finding:
    """An installed plugin that is not in force is a matter of the configuration, and no package is missing."""
    return Finding(
        code=rule.code,
        category="configuration" if is_installed else rule.category,
        ecosystem=rule.ecosystem,
        severity=rule.severity,
        confidence=rule.confidence,
        signature="",  # The host computes it.
        cause=candidate.line,
        captures=[*candidate.captures, Capture(name="package", value=plugin)],
        context=[header] if header else [],
        disposition=rule.disposition,
        strategies=["config"] if is_installed else rule.strategies,
        attrs=[],
    )
