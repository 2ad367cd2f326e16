"""The program: what `catclf` and `python -m catclf` start."""

import gc
import os
import signal
import sys


def main() -> None:
    """Run the program, and end the process."""
    # Until it is prepared for more, an interrupt just ends it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Imports make many objects and no garbage; looking for some took a tenth of the start.
    gc.set_threshold(100_000)
    # glibc keeps smaller blocks of a large image for the thread that had them.
    os.environ.setdefault("PILLOW_BLOCK_SIZE", "64m")

    from catclf.commands.cli import cli
    from catclf.commands.process import run

    status = run(cli, is_program=True)
    # All is written. To take the interpreter apart would take another tenth.
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
