"""Recognises why dbt fails."""

import re

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.classifier import Candidate, Example, Rule
from wit_world.imports.log_source import LogReader
from wit_world.imports.types import Disposition, Finding, PluginError_Unsupported


def rule(code: str, category: str, pattern: str, *, confidence: float, specificity: int, asks: bool = False,
         matches: str, ignores: str) -> Rule:
    """A rule; what is not named here is the same for all rules of this plugin."""
    return Rule(
        code=code,
        category=category,
        ecosystem="generic",
        pattern=pattern,
        negative=None,
        severity="error",
        confidence=confidence,
        specificity=specificity,
        position="cause",
        disposition=Disposition.NEVER,
        strategies=["escalate"],
        asks_plugin=asks,
        examples=[Example(text=matches, matches=True), Example(text=ignores, matches=False)],
        attrs=[],
    )


RULES = [
    rule(
        "dbt.profile-missing",
        "configuration",
        r"Could not find profile named '(?P<name>[^']+)'",
        confidence=0.95,
        specificity=90,
        matches="  Could not find profile named 'shop'",
        ignores="Could not find a version that satisfies the requirement shop",
    ),
    rule(
        "dbt.node-missing",
        "compile-error",
        r"(?:Model|Test|Snapshot|Seed) '[^']+' \((?P<file>[^)]+)\) depends on a (?:node|source) named '(?P<name>[^']+)'"
        r" which was not found",
        confidence=0.95,
        specificity=95,
        matches="  Model 'model.shop.orders' (models/orders.sql) depends on a node named 'stg_orders' which was not found",
        ignores="Found 3 models, 2 tests",
    ),
    rule(
        "dbt.database-error",
        "deployment",
        r"Database Error in (?:model|test|seed|snapshot) (?P<name>\S+) \((?P<file>[^)]+)\)",
        confidence=0.8,
        specificity=90,
        asks=True,
        matches="  Database Error in model customers (models/customers.sql)",
        ignores="  Compilation Error in model customers (models/customers.sql)",
    ),
]

CREDENTIALS = re.compile("permission denied|access denied|password authentication failed", re.IGNORECASE)


class Classifier(exports.Classifier):
    def rules(self) -> list[Rule]:
        return RULES

    def classify(self, candidate: Candidate, log: LogReader) -> list[Finding]:
        """dbt says which database it talked to, and the database says what is wrong: in the lines below."""
        own = next((rule for rule in RULES if rule.code == candidate.code), None)
        if own is None:
            raise Err(PluginError_Unsupported(f"{candidate.code} is not my rule"))
        below = log.lines(candidate.line.line + 1, 3)
        telling = next((line for line in below if CREDENTIALS.search(line.text)), None)
        return [
            Finding(
                code=own.code,
                category="auth-or-permission" if telling else own.category,
                ecosystem=own.ecosystem,
                severity=own.severity,
                confidence=own.confidence,
                signature="",  # The host computes it.
                cause=candidate.line,
                captures=candidate.captures,
                context=[telling] if telling else [],
                disposition=own.disposition,
                strategies=own.strategies,
                attrs=[],
            )
        ]
