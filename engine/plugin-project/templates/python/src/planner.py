"""Plans the recipes of a justfile."""

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.planner import PlannedStage, Project
from wit_world.imports import log, workspace
from wit_world.imports.types import Limits

# Recipes that are stages, with their purpose, in the order in which they run.
KNOWN = [("fmt-check", "lint"), ("lint", "lint"), ("check", "lint"), ("build", "build"), ("test", "test")]
NO_LIMITS = Limits(timeout_ms=None, memory_bytes=None, cpu_ms=None, open_files=None, jobs=None)


class Planner(exports.Planner):
    def plan(self, project: Project) -> list[PlannedStage]:
        file = next((name for name in ["justfile", "Justfile", ".justfile"] if is_file(name)), None)
        if file is None:
            return []
        if not any(tool.name == "just" for tool in project.tools):
            log.write("info", f"{file} is there, but just is not installed")
            return []
        lines = workspace.read(file, 0, 1 << 20).data.decode(errors="replace").splitlines()
        stages: list[PlannedStage] = []
        for name, purpose in KNOWN:
            line = next((number for number, text in enumerate(lines, 1) if is_recipe(text, name)), None)
            if line is None:
                continue
            stages.append(
                PlannedStage(
                    name=name,
                    run=f"just {name}",
                    directory=".",
                    needs=[stages[-1].name] if stages else [],
                    env=[],
                    limits=NO_LIMITS,
                    purpose=purpose,
                    ecosystem="generic",
                    reason=f"{file} has a recipe {name}",
                    evidence=[f"{file}:{line}"],
                    attrs=[],
                )
            )
        return stages


def is_file(path: str) -> bool:
    try:
        return workspace.stat(path).kind == workspace.EntryKind.FILE
    except Err:
        return False


def is_recipe(line: str, name: str) -> bool:
    """Whether a line begins the recipe of this name, and the recipe can be run without arguments."""
    text = line.removeprefix("@")
    if not text.startswith(name):
        return False
    parameters, colon, after = text[len(name):].partition(":")
    if not colon or after.startswith("=") or (parameters and not parameters.startswith(" ")):
        return False
    return all(word.startswith("*") or "=" in word for word in parameters.split())
