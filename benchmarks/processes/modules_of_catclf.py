"""Run catclf, and print the names of all modules that this has imported, in order, on a last line.

Usage: python modules_of_catclf.py ARGUMENTS OF CATCLF
"""

import os
import sys

from catclf.__main__ import main

end_process = os._exit


def print_modules_and_end(status: int) -> None:
    """Stand in for the end of the program."""
    # What has no spec cannot be imported by its name.
    names = [name for name in sys.modules if getattr(sys.modules[name], "__spec__", None)]
    print(", ".join(names), flush=True)
    end_process(status)


os._exit = print_modules_and_end  # type: ignore[assignment] # it returns only if that does
main()
