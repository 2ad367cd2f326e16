"""How the program starts, and how it ends: one line on stderr for whatever goes wrong."""

import errno
import os
import signal
import sys
from collections.abc import Sequence

import click

from catclf.commands.output import note
from catclf.errors import CatclfError, did_you_mean

# What ends the program, and with which exit status. On Windows, Ctrl-Break and the closing of the
# console arrive as SIGBREAK, and nothing else arrives as SIGTERM.
_SIGNALS = {signal.SIGINT: ("interrupted", 130), signal.SIGTERM: ("terminated", 143)}
if sys.platform == "win32":
    _SIGNALS[signal.SIGBREAK] = ("terminated", 143)


class Stopped(BaseException):
    """The user or the system has sent a signal that ends the program."""

    def __init__(self, number: signal.Signals) -> None:
        self.number = number


def run(command: click.Command, args: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    command : click.Command
        What to run.
    args : sequence of str, optional
        Its arguments; by default those of the program.

    Returns
    -------
    int
        Exit status: 0 done, 1 something failed, 2 wrong usage, 130 interrupted, 143 terminated.
    """
    try:
        # Not standalone: click then returns the status and leaves exceptions to this function.
        status = command.main(args, prog_name="catclf", standalone_mode=False)
        sys.stdout.flush()
        raise_if_stopped()
        return status if isinstance(status, int) else 0
    except CatclfError as error:
        return _fail(str(error), error.exit_status)
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "catclf"
        return _fail(f"{_usage(error)}; see '{path} --help'", error.exit_code)
    except click.ClickException as error:
        return _fail(error.format_message(), error.exit_code)
    except Stopped as stop:
        _signals.clear()
        return _fail(*_SIGNALS[stop.number])
    except UnicodeEncodeError as error:
        return _fail(f"{error.object!r} is no name on this system; rename it", 1)
    except RuntimeError as error:
        if "start new thread" not in str(error):
            raise
        return _fail("the system allows no more threads; raise its limit", 1)
    except MemoryError:
        return _fail("not enough memory for so many images", 1)
    except BrokenPipeError:
        # Whoever read the output has gone, as `head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _fail("", 1) if _signals else 1
    except OSError as error:
        if sys.platform == "win32" and error.errno == errno.EINVAL and not error.filename:
            return 1  # a closed pipe
        return _fail(f"{error.filename or 'the output'}: {error.strerror or error}", 1)


def _usage(error: click.UsageError) -> str:
    """What is wrong; for an option that does not exist, with the nearest one only."""
    if isinstance(error, click.NoSuchOption):
        near = did_you_mean(error.option_name, error.possibilities or ())
        return f"no such option {error.option_name}{near}".rstrip("?")
    return error.format_message().rstrip(".?")


def prepare() -> None:
    """Set up the process for a command-line program."""
    for number in _SIGNALS:
        signal.signal(number, _stop)
    sys.unraisablehook = _show_unless_stopped
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        # Windows would write redirected output in a code page that lacks most names' letters.
        is_redirected = sys.platform == "win32" and not stream.isatty()
        stream.reconfigure(  # type: ignore[union-attr]
            encoding="utf-8" if is_redirected else None, errors="backslashreplace"
        )
    _silence_c_libraries()


_signals: list[signal.Signals] = []
"""What has come and not been obeyed yet."""


def _stop(number: int, frame: object) -> None:
    # Whatever is unfinished is tidied up on the way out.
    _signals.append(signal.Signals(number))
    raise_if_stopped()


def _show_unless_stopped(what: "sys.UnraisableHookArgs") -> None:
    """What Python does of an exception that it ignores: nothing where it will be raised again."""
    if not isinstance(what.exc_value, Stopped):
        sys.__unraisablehook__(what)


def raise_if_stopped() -> None:
    """Raise `Stopped` if a signal has come.

    Python ignores exceptions where it deletes an object, and a signal may come just there. So long
    work asks again.
    """
    if _signals:
        raise Stopped(_signals[0])


def _open_closed_streams() -> None:
    """Let streams that the program was started without (`>&-`) lead nowhere."""
    # In this order each gets its own number again: the lowest that is free.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123


def _silence_c_libraries() -> None:
    """Keep what C libraries print about damaged images, libtiff above all, from the terminal.

    They write to file descriptor 2. From here on it leads nowhere, while Python's own stderr leads
    where it did before.
    """
    try:
        terminal = os.dup(2)
    except OSError:  # there is none, as without a console on Windows
        return
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    sys.stderr = open(  # noqa: SIM115, PTH123 - open until the program ends
        terminal, "w", buffering=1, encoding=sys.stderr.encoding, errors="backslashreplace"
    )


def _fail(message: str, status: int) -> int:
    if _signals:  # one that came where it became another exception, as in an import
        message, status = _SIGNALS[_signals.pop()]
    try:
        note(f"Error: {message}")
    except OSError:  # stderr is full or closed; the status remains
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    return status
