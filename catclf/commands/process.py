"""How the program starts, and how it ends: one line on stderr for whatever goes wrong."""

import errno
import os
import sys
from collections.abc import Sequence

import click

from catclf.commands.output import note
from catclf.commands.signals import interruptible, obey_signals, release_signals
from catclf.errors import CatclfError, did_you_mean
from catclf.unfinished import remove_all_unfinished


def run(
    command: click.Command, args: Sequence[str] | None = None, *, is_program: bool = False
) -> int:
    """Run a command.

    Parameters
    ----------
    command : click.Command
        What to run.
    args : sequence of str, optional
        Its arguments; by default those of the program.
    is_program : bool
        Whether it has the process for itself, and so its signals and streams too.

    Returns
    -------
    int
        Exit status: 0 done, 1 something failed, 2 wrong usage, 130 interrupted, 143 terminated.
    """
    try:
        message, status = _outcome(command, args, is_program=is_program)
        end = release_signals()
    except BaseException:
        end = release_signals()
        if not end:  # what a signal raised may have become anything on its way
            raise
    if end:
        message, status = end
        remove_all_unfinished()
    if message:
        _tell(message)
    return status


@interruptible
def _outcome(
    command: click.Command, args: Sequence[str] | None, *, is_program: bool
) -> tuple[str, int]:
    """What went wrong, if anything, and the exit status."""
    try:
        if is_program:
            _prepare()
        # Not standalone: click then returns the status and leaves exceptions to this function.
        status = command.main(args, prog_name="catclf", standalone_mode=False)
        sys.stdout.flush()
        return "", status if isinstance(status, int) else 0
    except CatclfError as error:
        return str(error), error.exit_status
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "catclf"
        return f"{_usage(error)}; see '{path} --help'", error.exit_code
    except click.ClickException as error:
        return error.format_message(), error.exit_code
    except UnicodeEncodeError as error:
        return f"{error.object!r} is no name on this system; rename it", 1
    except RuntimeError as error:
        if "start new thread" not in str(error):
            raise
        return "the system allows no more threads; raise its limit", 1
    except MemoryError:
        return "not enough memory for so many images", 1
    except BrokenPipeError:
        # Whoever read the output has gone, as `head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return "", 1
    except OSError as error:
        if sys.platform == "win32" and error.errno == errno.EINVAL and not error.filename:
            return "", 1  # a closed pipe
        return f"{error.filename or 'the output'}: {error.strerror or error}", 1


def _usage(error: click.UsageError) -> str:
    """What is wrong; for an option that does not exist, with the nearest one only."""
    if isinstance(error, click.NoSuchOption):
        near = did_you_mean(error.option_name, error.possibilities or ())
        return f"no such option {error.option_name}{near}".rstrip("?")
    return error.format_message().rstrip(".?")


def _prepare() -> None:
    """Set up the process for a command-line program."""
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        # Windows would write redirected output in a code page that lacks most names' letters.
        is_redirected = sys.platform == "win32" and not stream.isatty()
        stream.reconfigure(  # type: ignore[union-attr]
            encoding="utf-8" if is_redirected else None, errors="backslashreplace"
        )
    _silence_c_libraries()
    obey_signals()  # until here, one ends the process as it ends any


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
    sys.stderr = open(  # noqa: SIM115, PTH123 - open until the program ends
        terminal, "w", buffering=1, encoding=sys.stderr.encoding, errors="backslashreplace"
    )
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _tell(message: str) -> None:
    try:
        note(f"Error: {message}")
    except OSError:  # stderr is full or closed; the status remains
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
