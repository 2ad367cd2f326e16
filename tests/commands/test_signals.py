"""Signals at moments that a stranger's Ctrl-C seldom hits."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")

_START = """
import os, signal, sys, threading, time
from catclf.commands import process
from catclf.commands.cli import cli
def send():
    signal.pthread_kill(threading.main_thread().ident, signal.SIGTERM)
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
status = process.run(cli, ["lesson", "sigmoid"], is_program=True)
other = threading.Thread(target=lambda: __import__("wave"), daemon=True)
other.start()
other.join(10)
print(status, "locked" if other.is_alive() else "free", flush=True)
"""
    status, out, err = _run(code)
    assert (status, err) == (0, "Error: terminated\n")
    assert out.endswith("143 free\n")


_IN_AN_IMPORT = """
import time
class Finder:
    def find_spec(self, name, path, target=None):
        if name == "catclf.lessons.lesson":
            send()
            end = time.monotonic() + 0.2
            while time.monotonic() < end:
                pass
            print("not here", flush=True)
            in_the_import()
sys.meta_path.insert(0, Finder())
"""

_FOR_EVER = """
def for_ever(*args):
    while True:
        pass
"""


def test_it_waits_for_the_end_of_an_import() -> None:
    code = f"""{_IN_AN_IMPORT}{_FOR_EVER}
def in_the_import():
    from catclf.commands import lesson
    lesson.run_lesson = for_ever
sys.exit(process.run(cli, ["lesson", "sigmoid"], is_program=True))
"""
    assert _run(code) == (143, "not here\n", "Error: terminated\n")


def test_a_second_one_ends_an_import_that_does_not_end() -> None:
    code = f"""{_IN_AN_IMPORT}{_FOR_EVER}
def in_the_import():
    send()
    for_ever()
sys.exit(process.run(cli, ["lesson", "sigmoid"], is_program=True))
"""
    assert _run(code) == (143, "not here\n", "Error: terminated\n")


def test_where_it_is_swallowed() -> None:
    code = f"""{_FOR_EVER}
from catclf.commands import lesson
def swallows(*args):
    try:
        send()
        sum(range(1000))
    except BaseException as error:
        print(type(error).__name__, flush=True)
    for_ever()
lesson.run_lesson = swallows
sys.exit(process.run(cli, ["lesson", "sigmoid"], is_program=True))
"""
    assert _run(code) == (143, "Stopped\n", "Error: terminated\n")


def test_it_does_not_come_again_while_something_is_tidied_up() -> None:
    code = """
import time
from contextlib import contextmanager
from catclf.commands import lesson
@contextmanager
def tidied_up():
    try:
        yield
    finally:
        end = time.monotonic() + 0.3
        while time.monotonic() < end:
            pass
        print("tidy", flush=True)
def interrupted(*args):
    with tidied_up():
        send()
        time.sleep(20)
lesson.run_lesson = interrupted
sys.exit(process.run(cli, ["lesson", "sigmoid"], is_program=True))
"""
    assert _run(code) == (143, "tidy\n", "Error: terminated\n")


@pytest.mark.parametrize("function", ["run", "release_signals"])
def test_a_second_one_at_any_line_after_the_first(function: str) -> None:
    code = f"""
from catclf.commands import lesson, signals
code = (process.run if {function!r} == "run" else signals.release_signals).__code__
is_first_over = False
def at_every_line(frame, event, argument):
    if is_first_over and frame.f_code is code:
        send()
    return at_every_line
def interrupted(*args):
    global is_first_over
    is_first_over = True
    send()
lesson.run_lesson = interrupted
sys.settrace(at_every_line)
status = process.run(cli, ["lesson", "sigmoid"], is_program=True)
sys.settrace(None)
print(status, flush=True)
"""
    assert _run(code) in [(0, "143\n", "Error: terminated\n"), (-signal.SIGTERM, "", "")]


def test_an_alarm_from_outside_ends_the_program_as_ever() -> None:
    code = f"""{_FOR_EVER}
from catclf.commands import lesson
lesson.run_lesson = for_ever
signal.alarm(1)
sys.exit(process.run(cli, ["lesson", "sigmoid"], is_program=True))
"""
    assert _run(code) == (-signal.SIGALRM, "", "")


def test_where_it_becomes_another_exception_on_its_way(data: Path, tmp_path: Path) -> None:
    code = f"""
import numpy
class Left:
    def __del__(self):
        raise AttributeError("half made")
def savez(*args, **arrays):
    left, other = Left(), Left()
    try:
        send()
        sum(range(1000))
    except BaseException:
        del left  # the other one is deleted with the exception
        raise ValueError("an archive that is not closed")
numpy.savez = savez
sys.exit(process.run(cli, ["train", {str(data)!r}, "-o", {str(tmp_path / "m.npz")!r},
                           "--iterations", "9", "-q"], is_program=True))
"""
    assert _run(code) == (143, "", "Error: terminated\n")


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("storage", "train {data} -o {tmp}/m.npz --iterations 9"),
        ("sorting.carry_out", "sort {data}/train {tmp}/sorted -m {model}"),
    ],
)
def test_while_what_is_unfinished_is_removed(
    data: Path, tmp_path: Path, model_path: Path, module: str, words: str
) -> None:
    args = words.format(data=data, tmp=tmp_path, model=model_path).split()
    code = f"""
import catclf.{module} as module
whole = module.remove_unfinished
def interrupted(path):
    module.remove_unfinished = whole
    path.touch()
    send()
    whole(path)
module.remove_unfinished = interrupted
sys.exit(process.run(cli, {[*args, "-q"]!r}, is_program=True))
"""
    status, _, err = _run(code)
    assert status == 143
    assert err.endswith("Error: terminated\n")
    assert list(tmp_path.rglob(".catclf*.partial")) == []


def test_while_an_error_is_told() -> None:
    code = """
whole = process._usage
def interrupted(*args):
    send()
    return whole(*args)
process._usage = interrupted
sys.exit(process.run(cli, ["predict", "--no-such-option"], is_program=True))
"""
    assert _run(code) == (143, "", "Error: terminated\n")


def test_before_the_program_is_prepared_it_ends_as_any() -> None:
    code = """
whole = process._silence_c_libraries
def interrupted():
    send()
    whole()
process._silence_c_libraries = interrupted
sys.exit(process.run(cli, ["lesson"], is_program=True))
"""
    assert _run(code) == (-signal.SIGTERM, "", "")
