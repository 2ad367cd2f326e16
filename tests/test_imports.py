"""The house of docs/design.md: imports run down only, from one floor to a lower one."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import catclf
from tests.conftest import ROOT

PACKAGE = ROOT / "catclf"

# They start the program and offer the Python API, for both of which they may look anywhere.
DOORS = ("__init__", "__main__")


def floors() -> list[list[str]]:
    """The rooms of each floor, from the top down, as docs/design.md draws them."""
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    drawing = text.split("```text\n")[1].split("```")[0]
    return [re.findall(r"\w+(?=/|\.py)", line) for line in drawing.splitlines() if line]


def modules() -> list[Path]:
    return sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


def room_of(module: str) -> str:
    """The room of a module such as `catclf.solvers.span`: `solvers`."""
    return module.split(".")[1]


def imports_of(path: Path, *, whole: bool) -> Iterator[str]:
    """Modules of the package that a module imports: all of them, or those at its own import."""
    tree = ast.parse((PACKAGE / path).read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree)) if whole else tree.body
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("catclf"):
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                yield submodule if is_module(submodule) else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("catclf"))


def is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or path.is_dir()


def test_every_module_is_in_a_room_that_the_design_draws() -> None:
    drawn = [room for floor in floors() for room in floor]
    assert len(set(drawn)) == len(drawn)
    assert {path.parts[0].removesuffix(".py") for path in modules()} - set(DOORS) == set(drawn)


@pytest.mark.parametrize("path", modules(), ids=str)
def test_imports_run_down(path: Path) -> None:
    floor_of = {room: i for i, floor in enumerate(floors()) for room in floor}
    room = path.parts[0].removesuffix(".py")
    if room in DOORS:
        return
    for module in imports_of(path, whole=True):
        if module == "catclf":
            assert room == "commands", f"{path} imports the Python API"
            continue
        below = room_of(module)
        assert below == room or floor_of[below] > floor_of[room], f"{path} imports {module}"


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {
        ".".join(("catclf", *path.with_suffix("").parts)): list(imports_of(path, whole=False))
        for path in modules()
    }
    TopologicalSorter(graph).prepare()  # raises CycleError


@pytest.mark.parametrize("path", [p for p in modules() if p.name == "__init__.py"], ids=str)
def test_a_room_says_what_it_is_for_and_imports_nothing(path: Path) -> None:
    tree = ast.parse((PACKAGE / path).read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    if len(path.parts) > 1:
        assert len(tree.body) == 1, "only a docstring"


def test_no_module_shadows_a_name_of_the_api() -> None:
    code = "\n".join(
        [
            "import catclf",
            *(f"import catclf.{'.'.join(p.with_suffix('').parts)}" for p in modules()
              if p.stem not in DOORS),
            "from types import ModuleType",
            "print([n for n in catclf.__all__ if isinstance(getattr(catclf, n), ModuleType)])",
        ]
    )  # fmt: skip
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout == "[]\n"
    assert "check" in catclf.__all__
