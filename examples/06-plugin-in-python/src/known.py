"""Which plugin of pytest offers what: from the documentation of each."""

# Beginnings of options. Longer ones first, where one begins with another.
OPTIONS = {
    "--benchmark-": "pytest-benchmark",
    "--cov": "pytest-cov",
    "--no-cov": "pytest-cov",
    "--numprocesses": "pytest-xdist",
    "--dist": "pytest-xdist",
    "--maxprocesses": "pytest-xdist",
    "--timeout": "pytest-timeout",
    "--reruns": "pytest-rerunfailures",
    "--only-rerun": "pytest-rerunfailures",
    "--asyncio-mode": "pytest-asyncio",
    "--ds=": "pytest-django",
    "--reuse-db": "pytest-django",
    "--create-db": "pytest-django",
    "--self-contained-html": "pytest-html",
    "--html": "pytest-html",
    "--json-report": "pytest-json-report",
    "--snapshot-update": "syrupy",
    "--randomly-seed": "pytest-randomly",
    "--random-order": "pytest-random-order",
    "--splits": "pytest-split",
    "--mypy": "pytest-mypy",
    "-n": "pytest-xdist",
}

FIXTURES = {
    "aiohttp_client": "pytest-aiohttp",
    "benchmark": "pytest-benchmark",
    "cov": "pytest-cov",
    "db": "pytest-django",
    "django_db_setup": "pytest-django",
    "freezer": "pytest-freezer",
    "httpserver": "pytest-httpserver",
    "httpx_mock": "pytest-httpx",
    "mocker": "pytest-mock",
    "qtbot": "pytest-qt",
    "requests_mock": "requests-mock",
    "settings": "pytest-django",
    "snapshot": "syrupy",
    "socket_enabled": "pytest-socket",
    "subtests": "pytest-subtests",
    "testdir": "pytest",
    "worker_id": "pytest-xdist",
}


def plugin_of_option(option: str) -> str | None:
    """The plugin that offers an option as it was typed, e.g. `--cov=src` or `-n4`."""
    return next((plugin for beginning, plugin in OPTIONS.items() if option.startswith(beginning)), None)


def name_in_header(plugin: str) -> str:
    """How pytest lists an installed plugin in its header, without the version: `plugins: cov-5.0.0, anyio-4.4.0`."""
    return plugin.removeprefix("pytest-")
