"""The installed program, started as users start it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import catclf
from tests.conftest import Program, shared


def test_train_evaluate_and_predict_from_anywhere(program: Program, data: Path) -> None:
    assert (
        "Model written to model.npz"
        in program("train", data, "--learning-rate", "auto", "--iterations", 60).stdout
    )
    assert json.loads(program("evaluate", data, "--json").stdout)["accuracy"] == 1
    assert program("predict", data / "test" / "cat" / "cat-100.png").stdout.startswith("cat\t")


def test_as_a_module(data: Path) -> None:
    command = [sys.executable, "-m", "catclf", "--version"]
    out = subprocess.run(command, capture_output=True, text=True, check=True, cwd="/").stdout
    assert out == f"catclf {catclf.__version__}\n"


@pytest.mark.parametrize("arguments", ["['--help']", "['train', '--help']", "['--version']"])
def test_help_loads_nothing_heavy(arguments: str) -> None:
    code = (
        "import sys; from catclf.commands.cli import cli; "
        f"cli({arguments}, standalone_mode=False); "
        "print(*sys.modules, file=sys.stderr)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert not {"numpy", "PIL", "h5py", "tqdm"} & set(result.stderr.split())


@pytest.mark.real_data
def test_odd_files_print_only_their_errors(program: Program, model_path: Path) -> None:
    folder = shared("odd-images")
    files = [path for path in folder.rglob("*") if path.is_file()]
    result = program("predict", "-m", model_path, "--json", *files, status=1)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(lines) == len(files)
    failed = [line for line in lines if "error" in line]
    assert 0 < len(failed) < 300
    errors = result.stderr.splitlines()
    assert errors[-2].startswith("Warning: ")  # some are tiny
    assert all(line.startswith(f"Error: {folder}") for line in errors[:-2])
    assert len(errors) == len(failed) + 2
