"""Run catclf, and print the names of all modules imported, in order, as the last line.

Usage: python modules_of_catclf.py ARGUMENTS OF CATCLF
"""

import os
import sys

from catclf.__main__ import main

end_process = os._exit


def print_modules_and_end(status: int) -> None:
    """Replace `os._exit`, with which the program ends."""
    # A module without a spec cannot be imported by name.
    names = [name for name in sys.modules if getattr(sys.modules[name], "__spec__", None)]
    print(", ".join(names), flush=True)
    end_process(status)


os._exit = print_modules_and_end  # type: ignore[assignment] # it returns only if that does
main()
