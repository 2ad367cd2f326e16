import json
import os
import pty
import resource
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import catclf
from tests.conftest import Program, shared

EXECUTABLE = Path(sys.executable).with_name("catclf")


@pytest.fixture
def long_training(data: Path, tmp_path: Path) -> Iterator[Any]:
    """A training that goes on for long, and the folder of its output."""
    out = tmp_path / "out"
    out.mkdir()
    process = subprocess.Popen(
        [EXECUTABLE, "train", data, "-o", out / "m.npz", "--iterations", "100000000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(2)
    assert process.poll() is None
    yield process, out
    process.kill()
    process.communicate()


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


def test_odd_files_print_only_their_errors(program: Program, model_path: Path) -> None:
    folder = shared("odd-images")
    files = [path for path in folder.rglob("*") if path.is_file()]
    result = program("predict", "-m", model_path, "--json", *files, status=1)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(lines) == len(files)
    failed = [line for line in lines if "error" in line]
    assert 0 < len(failed) < 300
    errors = result.stderr.splitlines()
    assert all(line.startswith(f"Error: {folder}") for line in errors[:-1])
    assert len(errors) == len(failed) + 1


def test_a_reader_that_goes_away(model_path: Path, data: Path) -> None:
    command = f"{EXECUTABLE} predict -m {model_path} {data} {data} {data} | head -1"
    result = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60)
    assert result.stdout.count("\n") == 1
    assert result.stderr == ""


def test_output_on_a_full_disk(program: Program, model_path: Path, data: Path) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123
        result = program(
            "predict", "-m", model_path, data, status=1, stdout=full, stderr=subprocess.PIPE,
            capture_output=False,
        )  # fmt: skip
    assert result.stderr == "Error: the output: No space left on device\n"


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_training_leaves_nothing_behind(
    long_training: Any, number: Any, status: int
) -> None:
    process, out = long_training
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=20)
    assert process.returncode == status
    assert stdout == ""
    assert stderr == f"Error: {'interrupted' if number == signal.SIGINT else 'terminated'}\n"
    assert list(out.iterdir()) == []


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_training_goes_on_where_it_was(
    program: Program, data: Path, tmp_path: Path, number: Any, status: int
) -> None:
    options = ("--iterations", "250000", "--learning-rate", "auto")
    checkpoint = tmp_path / "run.ckpt"
    process = subprocess.Popen(
        [EXECUTABLE, "train", data, "-o", tmp_path / "m.npz", *options, "--checkpoint", checkpoint],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(1.5)
    process.send_signal(number)
    _, stderr = process.communicate(timeout=20)
    assert process.returncode == status
    assert f"Stopped; resume with --resume {checkpoint}\nError: " in stderr
    assert 0 < len(np.load(checkpoint)["costs"]) < 250_000
    if number == signal.SIGTERM:  # once is enough
        return
    program("train", data, "-o", tmp_path / "m.npz", *options, "--resume", checkpoint)
    program("train", data, "-o", tmp_path / "n.npz", *options)
    one, other = (catclf.load_model(tmp_path / name) for name in ("m.npz", "n.npz"))
    assert one.w.tobytes() == other.w.tobytes()


@pytest.mark.parametrize(
    ("module", "status", "message"),
    [
        ("click", -signal.SIGINT, ""),  # before the program is prepared, it just ends
        ("numpy", 130, "Error: interrupted\n"),
        ("catclf.solvers.problem", 130, "Error: interrupted\n"),
    ],
)
def test_an_interrupt_during_an_import_is_no_traceback(
    data: Path, tmp_path: Path, module: str, status: Any, message: str
) -> None:
    code = f"""
import os, signal, sys
class Interrupt:
    def find_spec(self, name, path, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupt())
sys.argv = ["catclf", "train", {str(data)!r}, "-o", {str(tmp_path / "m.npz")!r}]
from catclf.__main__ import main
main()
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (status, message)


def test_a_disk_that_fills_while_packing(program: Program, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "p.h5"
    program("pack", data, out)
    before = out.read_bytes()

    def limit_file_size() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    result = program("pack", data, out, status=1, preexec_fn=limit_file_size)
    assert "p.h5 cannot be written: File too large (the old file is unchanged)" in result.stderr
    assert result.stderr.count("\n") == 1
    assert out.read_bytes() == before
    assert list(tmp_path.glob(".*")) == []


def test_a_disk_that_fills_keeps_the_old_model(
    program: Program, data: Path, model_path: Path
) -> None:
    before = model_path.read_bytes()

    def limit_file_size() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    result = program(
        "train", data, "-o", model_path, "--learning-rate", "auto", "--iterations", 3, status=1,
        preexec_fn=limit_file_size,
    )  # fmt: skip
    assert "cannot be written: File too large (the old file is unchanged)" in result.stderr
    assert result.stderr.count("\n") == 1
    assert model_path.read_bytes() == before
    assert [path.name for path in model_path.parent.glob(".*")] == []


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_read_only_folder(program: Program, data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "read-only"
    folder.mkdir(mode=0o500)
    result = program("train", data, "-o", folder / "m.npz", status=1)
    assert "is read-only; name another file" in result.stderr


def test_a_bar_on_a_terminal_only(data: Path, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    command: list[Any] = [
        EXECUTABLE,
        "train",
        data,
        "-o",
        tmp_path / "m.npz",
        "--learning-rate",
        "auto",
    ]
    command += ["--iterations", "100000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # so a closed terminal ends
            while part := os.read(ours, 4096):
                shown += part
        assert process.stdout
        out = process.stdout.read()
    os.close(ours)
    assert b"Training:" in shown
    assert b"accuracy=" in shown
    assert b"Training:" not in out


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_started_without_a_stream(model_path: Path, data: Path, closed: str) -> None:
    image = data / "test" / "cat" / "cat-100.png"
    command = f"{EXECUTABLE} predict -m {model_path} {image} {closed}"
    result = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("cat\t") == (closed != ">&-")
