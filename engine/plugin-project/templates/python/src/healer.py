"""Installs the browsers that Playwright tests need."""

from wit_world import exports
from wit_world.exports.healer import Action_RunCommand, Incident, Interest, Preparation, Remedy
from wit_world.imports.log_source import LogReader

BROWSERS = ["chromium", "firefox", "webkit"]


class Healer(exports.Healer):
    def handles(self) -> list[Interest]:
        return [Interest(code="node.playwright-browser-missing", category="")]

    def propose(self, incident: Incident, log: LogReader) -> list[Remedy]:
        can_install = any(tool.name == "npx" for tool in incident.tools)
        is_offline = any(attr.key == "offline" and attr.value == "true" for attr in incident.attrs)
        if not can_install or is_offline:
            return []
        # The line names the browser's folder, or lines above it do.
        cause = incident.findings[0].cause
        first = max(cause.line - 5, 1)
        lines = [*log.lines(first, cause.line - first), cause]
        missing = next((name for line in reversed(lines) if (name := browser_in(line.text))), None)
        command = ["npx", "playwright", "install", *([missing] if missing else [])]
        return [
            Remedy(
                strategy="dependency",
                title=f"install {missing or 'all browsers'} for Playwright",
                rationale="the tests start a browser that Playwright has not downloaded on this machine",
                confidence=0.9 if missing else 0.7,
                actions=[Action_RunCommand(Preparation(argv=command, directory=".", env=[], timeout_ms=300_000))],
                reversible=True,
                expects=[],
                attrs=[],
            )
        ]


def browser_in(line: str) -> str | None:
    """The browser whose folder a line names, e.g. `…/ms-playwright/chromium-1091/…`."""
    _, _, path = line.partition("ms-playwright/")
    return next((name for name in BROWSERS if path.startswith(name)), None)
