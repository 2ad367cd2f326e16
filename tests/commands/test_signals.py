"""Signals at moments that a stranger's Ctrl-C seldom hits."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")

_START = """
import os, signal, sys, threading
from catclf.commands import process
from catclf.commands.cli import cli
def send():
    os.kill(os.getpid(), signal.SIGTERM)
"""


def _run(code: str) -> tuple[int, str, str]:
    """Exit status, stdout and stderr of a program."""
    done = subprocess.run(
        [sys.executable, "-c", _START + code], capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stdout, done.stderr


def test_while_an_import_holds_its_lock() -> None:
    code = """
lines = 0
def trace(frame, event, argument):
    global lines
    code = frame.f_code
    if code.co_filename == "<frozen importlib._bootstrap>" and code.co_name == "_get_module_lock":
        lines += event == "line"
        if lines == 2:  # it has the lock, and is not yet where it would give it back
            sys.settrace(None)
            send()
    return trace
sys.settrace(trace)
status = process.run(cli, ["lesson", "sigmoid"], process.prepare)
other = threading.Thread(target=lambda: __import__("wave"), daemon=True)
other.start()
other.join(10)
print(status, "locked" if other.is_alive() else "free", flush=True)
"""
    status, out, err = _run(code)
    assert (status, err) == (0, "Error: terminated\n")
    assert out.endswith("143 free\n")


def test_a_second_one_ends_an_import_that_does_not_end() -> None:
    code = """
import time
class Endless:
    def find_spec(self, name, path, target=None):
        if name == "catclf.lessons.lesson":
            send()
            end = time.monotonic() + 0.2  # the first one comes again and again meanwhile
            while time.monotonic() < end:
                pass
            print("still here", flush=True)
            send()
            while True:
                pass
sys.meta_path.insert(0, Endless())
sys.exit(process.run(cli, ["lesson", "sigmoid"], process.prepare))
"""
    assert _run(code) == (143, "still here\n", "Error: terminated\n")


def test_where_it_becomes_another_exception_on_its_way(data: Path, tmp_path: Path) -> None:
    code = f"""
import numpy
class Left:
    def __del__(self):
        raise AttributeError("half made")
def savez(*args, **arrays):
    left = Left()
    try:
        send()
        sum(range(1000))
    except BaseException:
        del left
        raise ValueError("an archive that is not closed")
numpy.savez = savez
sys.exit(process.run(cli, ["train", {str(data)!r}, "-o", {str(tmp_path / "m.npz")!r},
                           "--iterations", "9", "-q"], process.prepare))
"""
    assert _run(code) == (143, "", "Error: terminated\n")


def test_while_what_is_unfinished_is_removed(data: Path, tmp_path: Path) -> None:
    code = f"""
from catclf import storage
whole = storage.remove_unfinished
def interrupted(path):
    storage.remove_unfinished = whole
    assert path.exists()
    send()
    whole(path)
storage.remove_unfinished = interrupted
sys.exit(process.run(cli, ["train", {str(data)!r}, "-o", {str(tmp_path / "m.npz")!r},
                           "--iterations", "9", "-q"], process.prepare))
"""
    assert _run(code) == (143, "", "Error: terminated\n")
    assert list(tmp_path.glob(".catclf*")) == []


def test_while_stderr_changes_hands() -> None:
    code = """
whole = os.dup2
def interrupted(*args):
    whole(*args)
    send()
os.dup2 = interrupted
sys.exit(process.run(cli, ["lesson"], process.prepare))
"""
    assert _run(code) == (143, "", "Error: terminated\n")


@pytest.mark.parametrize("where", ["_open_closed_streams", "_silence_c_libraries", "_usage"])
def test_while_the_program_prepares_or_finds_words(where: str) -> None:
    code = f"""
whole = process.{where}
def interrupted(*args):
    send()
    return whole(*args)
process.{where} = interrupted
sys.exit(process.run(cli, ["predict", "--no-such-option"], process.prepare))
"""
    assert _run(code) == (143, "", "Error: terminated\n")
