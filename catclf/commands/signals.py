"""Signals that end the program, as an exception, so that what is unfinished is tidied up."""

import signal
import sys
from types import FrameType

# What ends the program: a word for it, and the exit status. On Windows, Ctrl-Break and the closing
# of the console arrive as SIGBREAK, and nothing else arrives as SIGTERM.
_ENDINGS = {signal.SIGINT: ("interrupted", 130), signal.SIGTERM: ("terminated", 143)}
if sys.platform == "win32":
    _ENDINGS[signal.SIGBREAK] = ("terminated", 143)

# Where a module is imported, Python holds locks that an exception may leave locked; other threads
# would wait for them for ever.
_IMPORTING = "<frozen importlib._bootstrap>"

_came: list[int] = []


class Stopped(BaseException):
    """The user or the system has sent a signal that ends the program."""


def obey_signals() -> None:
    """Raise `Stopped` from here on, wherever the program is, when a signal comes."""
    for number in _ENDINGS:
        signal.signal(number, _come)
    if sys.platform != "win32":
        signal.signal(signal.SIGALRM, _come_again)
    sys.unraisablehook = _come_again_if_lost


def release_signals() -> tuple[str, int] | None:
    """The word and the exit status for the signal that has come, if any.

    From here on, signals do what they did before `obey_signals`: they end the process at once.
    """
    for number in _ENDINGS:
        if signal.getsignal(number) is _come:
            signal.signal(number, signal.SIG_DFL)
    if not _came:
        return None
    first = signal.Signals(_came[0])
    _came.clear()
    _let_come_again(0.0)
    return _ENDINGS[first]


def _come(number: int, frame: FrameType | None) -> None:
    _came.append(number)
    # A second one ends whatever the first one waits for.
    if len(_came) > 1 or sys.platform == "win32" or not _is_importing(frame):
        raise Stopped
    _let_come_again()


def _come_again(_: int, frame: FrameType | None) -> None:
    if not _came:
        return
    if not _is_importing(frame):
        raise Stopped
    _let_come_again()


def _come_again_if_lost(what: "sys.UnraisableHookArgs") -> None:
    """Python ignores exceptions where it deletes an object, and a signal may come just there."""
    if isinstance(what.exc_value, Stopped):
        _let_come_again()
    elif not _came:  # else it may be of what the signal left half made
        sys.__unraisablehook__(what)


def _let_come_again(seconds: float = 0.01) -> None:
    """Call `_come_again` after a time, or, if that is 0, never."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _is_importing(frame: FrameType | None) -> bool:
    while frame and frame.f_code.co_filename != _IMPORTING:
        frame = frame.f_back
    return frame is not None
