"""Parts of the package in a process of its own."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from catclf.own_process import OwnProcess, ProcessEndedError
from tests.conftest import ROOT, needs_posix

ECHO = "tests.echo_process"


def ask(process: OwnProcess, request: list[object], seconds: float = 30) -> object:
    return process.ask(request, seconds=seconds, most=1000)


@pytest.fixture
def echo(monkeypatch: pytest.MonkeyPatch) -> OwnProcess:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return OwnProcess(ECHO)


def test_it_answers_again_and_again(echo: OwnProcess) -> None:
    assert ask(echo, ["a"]) == {"echo": ["a"]}
    assert ask(echo, ["b", 2]) == {"echo": ["b", 2]}
    echo.end()
    assert not echo.is_running


def test_bytes_go_there_and_come_back(echo: OwnProcess) -> None:
    view = memoryview(bytearray(3))
    echo.ask(["bytes", 3], seconds=30, most=1000, content=b"abc", view=view)
    assert bytes(view) == b"abc"


def test_a_process_that_does_not_answer_is_ended(echo: OwnProcess) -> None:
    with pytest.raises(ProcessEndedError) as late:
        ask(echo, ["wait"], seconds=1)
    assert late.value.is_late
    assert not echo.is_running


def test_a_process_that_dies_is_told_from_one_that_hangs(echo: OwnProcess) -> None:
    with pytest.raises(ProcessEndedError) as died:
        ask(echo, ["die"])
    assert not died.value.is_late
    assert not echo.is_running


def test_an_answer_without_an_end_is_not_read(echo: OwnProcess) -> None:
    with pytest.raises(ProcessEndedError):
        ask(echo, ["x" * 2000])


@needs_posix
def test_a_process_that_was_killed_meanwhile_does_not_run(echo: OwnProcess) -> None:
    ask(echo, ["a"])
    os.kill(echo._process.pid, signal.SIGKILL)
    echo._process.wait()
    assert not echo.is_running


@needs_posix
def test_it_ends_even_if_nobody_is_there_to_end_it() -> None:
    """One that computes for ever, and whose parent is killed."""
    code = (
        "import sys, os\n"
        "from catclf.own_process import OwnProcess\n"
        f"process = OwnProcess({ECHO!r})\n"
        "print(process._process.pid, flush=True)\n"
        "process.ask(['loop'], seconds=100, most=1000)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=ROOT,
    )
    assert parent.stdout
    child = int(parent.stdout.readline())
    time.sleep(0.5)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    end = time.monotonic() + 60
    while _is_alive(child):
        assert time.monotonic() < end
        time.sleep(0.1)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
