"""Signals that end the program, as an exception, so that what is unfinished is tidied up."""

import signal
import sys
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import Any, TypeVar

# What ends the program: a word for it, and the exit status. On Windows, Ctrl-Break and the closing
# of the console arrive as SIGBREAK, and nothing else arrives as SIGTERM.
_ENDINGS: dict[int, tuple[str, int]] = {
    signal.SIGINT: ("interrupted", 130),
    signal.SIGTERM: ("terminated", 143),
}
if sys.platform == "win32":
    _ENDINGS[signal.SIGBREAK] = ("terminated", 143)

# Where a module is imported, Python holds locks that an exception may leave locked; other threads
# would wait for them for ever.
_IMPORTING = "<frozen importlib._bootstrap>"

_SECONDS_UNTIL_AGAIN = 0.02

_received: list[int] = []

_interruptible: set[CodeType] = set()

F = TypeVar("F", bound=Callable[..., Any])


class Stopped(BaseException):
    """The user or the system has sent a signal that ends the program."""


def interruptible(function: F) -> F:
    """Let `Stopped` be raised in a function and what it calls; elsewhere signals are remembered."""
    _interruptible.add(function.__code__)
    return function


def obey_signals() -> None:
    """Raise `Stopped` from here on when a signal comes, or at the end of an import.

    A second signal does not wait for that end. Where Python ignores exceptions, as while it deletes
    an object, it is raised again a moment later, but not while an exception is handled that came of
    it. On Windows it is raised at once and once.
    """
    for number in _ENDINGS:
        signal.signal(number, _on_signal)
    sys.unraisablehook = _show_unless_stopped


def release_signals() -> tuple[str, int] | None:
    """The word and the exit status for the first signal that has come, if any.

    From here on, signals end the process at once.
    """
    for number in _ENDINGS:
        if signal.getsignal(number) is _on_signal:
            signal.signal(number, signal.SIG_DFL)
    if not _received:
        return None
    if sys.platform != "win32":
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        signal.setitimer(signal.ITIMER_REAL, 0)
    return _ENDINGS[_received[0]]


def _on_signal(number: int, frame: FrameType | None) -> None:
    _received.append(number)
    if sys.platform != "win32":
        signal.signal(signal.SIGALRM, _on_reminder)
        signal.setitimer(signal.ITIMER_REAL, _SECONDS_UNTIL_AGAIN, _SECONDS_UNTIL_AGAIN)
    # A second one ends whatever the first one waits for.
    may_wait = len(_received) == 1 and sys.platform != "win32"
    if _is_interruptible(frame) and not (may_wait and _is_importing(frame)):
        raise Stopped


def _on_reminder(_: int, frame: FrameType | None) -> None:
    if _is_interruptible(frame) and not _is_importing(frame) and not _is_stopping():
        raise Stopped


def _is_interruptible(frame: FrameType | None) -> bool:
    return any(code in _interruptible for code in _stack(frame))


def _is_importing(frame: FrameType | None) -> bool:
    return any(code.co_filename == _IMPORTING for code in _stack(frame))


def _stack(frame: FrameType | None) -> Iterator[CodeType]:
    while frame:
        yield frame.f_code
        frame = frame.f_back


def _is_stopping() -> bool:
    """Whether something is being tidied up because of `Stopped`."""
    error = sys.exc_info()[1]
    while error is not None and not isinstance(error, Stopped):
        error = error.__context__
    return error is not None


def _show_unless_stopped(what: "sys.UnraisableHookArgs") -> None:
    """Show an exception that Python ignores, unless it is of what a signal left half made."""
    if not _received:
        sys.__unraisablehook__(what)
