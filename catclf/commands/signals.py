"""Signals that end the program, as an exception, so that what is unfinished is tidied up."""

import signal
import sys
from types import FrameType

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

_came: list[int] = []


class Stopped(BaseException):
    """The user or the system has sent a signal that ends the program."""


def obey_signals() -> None:
    """Raise `Stopped` from here on when a signal comes, or at the end of an import.

    Where Python ignores exceptions, as while it deletes an object, it is raised again a moment
    later. On Windows it is raised at once and once.
    """
    for number in _ENDINGS:
        signal.signal(number, _come)
    if sys.platform != "win32":
        signal.signal(signal.SIGALRM, _remind)
    sys.unraisablehook = _show_unless_stopped


def release_signals() -> tuple[str, int] | None:
    """The word and the exit status for the signal that has come, if any.

    From here on, signals end the process at once.
    """
    while True:
        try:
            for number in _ENDINGS:
                if signal.getsignal(number) is _come:
                    signal.signal(number, signal.SIG_DFL)
            if not _came:
                return None
            _set_reminder(0.0)
            return _ENDINGS[_came[0]]
        except Stopped:  # for one more signal; now nothing is left to raise it
            continue


def _come(number: int, frame: FrameType | None) -> None:
    _came.append(number)
    _set_reminder(_SECONDS_UNTIL_AGAIN)
    # A second one ends whatever the first one waits for.
    if len(_came) > 1 or sys.platform == "win32" or not _is_importing(frame):
        raise Stopped


def _remind(_: int, frame: FrameType | None) -> None:
    if _came and not _is_importing(frame) and not _is_stopping():
        raise Stopped


def _set_reminder(seconds: float) -> None:
    """Call `_remind` each time so many seconds have passed, or no longer if they are 0."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds, seconds)


def _is_importing(frame: FrameType | None) -> bool:
    while frame and frame.f_code.co_filename != _IMPORTING:
        frame = frame.f_back
    return frame is not None


def _is_stopping() -> bool:
    """Whether something is being tidied up because of `Stopped`."""
    error = sys.exc_info()[1]
    while error and not isinstance(error, Stopped):
        error = error.__context__
    return error is not None


def _show_unless_stopped(what: "sys.UnraisableHookArgs") -> None:
    """Show an exception that Python ignores, unless it is of what a signal left half made."""
    if not _came:
        sys.__unraisablehook__(what)
