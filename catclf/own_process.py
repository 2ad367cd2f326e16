"""How a part of this package is run in a process of its own."""

import os
import sys
from pathlib import Path

_PACKAGES = Path(__file__).parents[1]


def command(module: str, *arguments: str) -> list[str]:
    """The command that runs a module, without the folder it lies in: names there may be others'."""
    return [sys.executable, "-P", "-m", module, *arguments]


def environment() -> dict[str, str]:
    """The environment in which this very package is found, wherever it is."""
    packages = filter(None, [str(_PACKAGES), os.environ.get("PYTHONPATH")])
    return os.environ | {"PYTHONPATH": os.pathsep.join(packages)}
