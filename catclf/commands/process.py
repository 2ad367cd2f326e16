"""How the program starts, and how it ends: one line on stderr for whatever goes wrong."""

import os
import signal
import sys
from collections.abc import Sequence

import click

from catclf.commands.output import note
from catclf.errors import CatclfError

INTERRUPTED = 130


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
        Exit status: 0 done, 1 something failed, 2 wrong usage, 130 interrupted.
    """
    try:
        # Not standalone: click then returns the status and leaves exceptions to this function.
        status = command.main(args, prog_name="catclf", standalone_mode=False)
        sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except CatclfError as error:
        return _fail(str(error), error.exit_status)
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "catclf"
        return _fail(f"{error.format_message().rstrip('.')}; see '{path} --help'", error.exit_code)
    except click.ClickException as error:
        return _fail(error.format_message(), error.exit_code)
    except click.Abort:
        return _fail("interrupted", INTERRUPTED)
    except MemoryError:
        return _fail("not enough memory for so many pictures", 1)
    except BrokenPipeError:
        # Whoever read the output has gone, as `head` does; there is nobody left to be told.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _fail(f"{error.filename or 'the output'}: {error.strerror or error}", 1)


def prepare() -> None:
    """Set up the process for a command-line program."""
    # A program that is told to end still removes its unfinished files.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    _silence_c_libraries()


def _open_closed_streams() -> None:
    """Let streams that the program was started without (`>&-`) lead nowhere."""
    # In this order each gets its own number again: the lowest that is free.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123


def _silence_c_libraries() -> None:
    """Keep what C libraries print about damaged pictures, libtiff above all, from the terminal.

    They write to file descriptor 2. From here on it leads nowhere, while Python's own stderr leads
    where it did before.
    """
    terminal = os.dup(2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    sys.stderr = open(  # noqa: SIM115, PTH123 - open until the program ends
        terminal, "w", buffering=1, encoding=sys.stderr.encoding, errors="backslashreplace"
    )


def _fail(message: str, status: int) -> int:
    try:
        note(f"Error: {message}")
    except OSError:  # stderr is full or closed; the status still tells
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    return status
