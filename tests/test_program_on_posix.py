"""The installed program and what only POSIX systems have: signals, terminals, pipes, limits."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import catclf
from tests.conftest import Program

pty = pytest.importorskip("pty", reason="needs POSIX")
resource = pytest.importorskip("resource", reason="needs POSIX")
termios = pytest.importorskip("termios", reason="needs POSIX")

EXECUTABLE = Path(sys.executable).with_name("catclf")
_SECONDS = 60.0


class OnTerminal:
    """A run of the program whose stderr is a terminal, so that it shows its progress there."""

    def __init__(self, *args: object) -> None:
        self._ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (24, 100))
        command = [str(EXECUTABLE), *map(str, args)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, text=True)
        os.close(theirs)
        self.shown = ""

    def wait_for(self, text: str) -> None:
        """Read what it shows until a text is there."""
        deadline = time.monotonic() + _SECONDS
        while text not in self.shown:
            assert time.monotonic() < deadline, self.shown
            if select.select([self._ours], [], [], 1)[0]:
                part = os.read(self._ours, 4096)
                assert part, self.shown
                self.shown += part.decode(errors="replace")

    def finish(self) -> str:
        """Let it end; everything on its stdout."""
        with suppress(OSError):  # so a closed terminal ends
            while part := os.read(self._ours, 4096):
                self.shown += part.decode(errors="replace")
        out, _ = self.process.communicate(timeout=_SECONDS)
        return out

    def close(self) -> None:
        """End it in any case."""
        self.process.kill()
        self.process.communicate()
        os.close(self._ours)


@pytest.fixture
def on_terminal() -> Iterator[Any]:
    runs: list[OnTerminal] = []

    def start(*args: object) -> OnTerminal:
        runs.append(OnTerminal(*args))
        return runs[-1]

    yield start
    for run in runs:
        run.close()


@pytest.mark.parametrize(
    ("number", "status", "message"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")],
)
def test_an_interrupted_training_leaves_nothing_behind(
    on_terminal: Any, data: Path, tmp_path: Path, number: Any, status: int, message: str
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    run = on_terminal("train", data, "-o", out / "m.npz", "--iterations", 10**8)
    run.wait_for("accuracy=")
    run.process.send_signal(number)
    assert run.finish() == ""
    assert run.process.returncode == status
    assert run.shown.endswith(f"Error: {message}\r\n")
    assert "Traceback" not in run.shown
    assert list(out.iterdir()) == []


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_training_resumes_to_the_same_bytes(
    on_terminal: Any, program: Program, data: Path, tmp_path: Path, number: Any, status: int
) -> None:
    model, checkpoint = tmp_path / "m.npz", tmp_path / "run.ckpt"
    rate = ("--learning-rate", "auto")
    run = on_terminal(
        "train", data, "-o", model, *rate, "--iterations", 10**8, "--checkpoint", checkpoint
    )
    run.wait_for("accuracy=")
    run.process.send_signal(number)
    run.finish()
    assert run.process.returncode == status
    assert f"Stopped; resume with --resume {checkpoint}" in run.shown
    assert not model.exists()
    steps = len(np.load(checkpoint)["costs"]) - 1
    longer = ("train", data, *rate, "--iterations", steps + 500)
    program(*longer, "-o", model, "--resume", checkpoint)
    program(*longer, "-o", tmp_path / "n.npz")
    one, other = (catclf.load_model(path) for path in (model, tmp_path / "n.npz"))
    assert one.w.tobytes() == other.w.tobytes()


def test_a_bar_on_a_terminal_only(on_terminal: Any, data: Path, tmp_path: Path) -> None:
    run = on_terminal(
        "train", data, "-o", tmp_path / "m.npz", "--learning-rate", "auto", "--iterations", 100_000
    )
    out = run.finish()
    assert "Training:" in run.shown
    assert "accuracy=" in run.shown
    assert "Training:" not in out


def test_the_bar_names_the_stages(on_terminal: Any, data: Path, tmp_path: Path) -> None:
    run = on_terminal("train", data, "-o", tmp_path / "m.npz", "--recipe", "best")
    run.finish()
    for stage in (
        "Learning the dictionary",
        "Standardising the features",
        "Computing the features",
        "Choosing the penalty",
        "Training",
        "Evaluating",
    ):
        assert f"{stage}:" in run.shown
    assert run.shown.endswith("\r") or not run.shown.rsplit("\r", 1)[-1].strip()
    quiet = on_terminal("train", data, "-o", tmp_path / "m.npz", "--recipe", "best", "-q")
    quiet.finish()
    assert quiet.shown == ""


def test_the_bar_names_the_folds(on_terminal: Any, data: Path, tmp_path: Path) -> None:
    run = on_terminal("train", data, "-o", tmp_path / "m.npz", "--cv", 2, "--features", "hog")
    run.finish()
    for fold in (1, 2):
        for stage in ("computing the features", "training", "evaluating"):
            assert f"Fold {fold} of 2: {stage}:" in run.shown


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


@pytest.mark.skipif(
    hasattr(os, "geteuid") and os.geteuid() == 0, reason="nothing is read-only to root"
)
def test_a_read_only_folder(program: Program, data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "read-only"
    folder.mkdir(mode=0o500)
    result = program("train", data, "-o", folder / "m.npz", status=1)
    assert "is read-only; name another file" in result.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_started_without_a_stream(model_path: Path, data: Path, closed: str) -> None:
    image = data / "test" / "cat" / "cat-100.png"
    command = f"{EXECUTABLE} predict -m {model_path} {image} {closed}"
    result = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("cat\t") == (closed != ">&-")


@pytest.mark.parametrize("quiet", [[], ["-q"]])
def test_a_signal_that_comes_while_an_object_is_deleted_is_not_lost(
    data: Path, tmp_path: Path, quiet: list[str]
) -> None:
    code = f"""
import os, signal, sys
from catclf.commands import process
from catclf.solvers import solver
class Deleted:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        sum(range(1000))
step = solver.isfinite
def isfinite(number, _count=[0]):
    _count[0] += 1
    if _count[0] == 20:
        Deleted()
    return step(number)
solver.isfinite = isfinite
sys.argv = ["catclf", "train", {str(data)!r}, "-o", {str(tmp_path / "m.npz")!r},
            "--iterations", "1000000", "--score", "none", *{quiet!r}]
from catclf.__main__ import main
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == "Error: interrupted\n"
    assert done.returncode == 130
    assert not (tmp_path / "m.npz").exists()
