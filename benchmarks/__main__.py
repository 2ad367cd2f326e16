"""`python -m benchmarks [GROUP...]`: catclf beside its peers, as a Markdown table."""

import sys

from benchmarks import (
    course,
    decoding,
    descent,
    features,
    machine,
    optimum,
    start,
    stored,
    table,
)

GROUPS = {
    "course": course.print_rows,
    "start": start.print_rows,
    "decoding": decoding.print_rows,
    "optimum": optimum.print_rows,
    "descent": descent.print_rows,
    "stored": stored.print_rows,
    "features": features.print_rows,
}

HEADER = """# Results

The last run of `make bench`. In each line, catclf and a peer do the same work on the same machine,
in turn, several rounds, after one round that is not counted; the times are medians. On a machine
that is busy otherwise the figures mean little: linear algebra on all cores, above all the peers',
then takes many times as long. A cold start is a whole process; files are in the system's cache.
"Less" and "as much" compare catclf with the peer; "asked" is what catclf is meant to reach.
Images called synthetic are random: smooth ones with the spectrum and the colours of photographs
where the work depends on what is in them, bytes where it does not. Memory is what a process holds
itself: more than 100 MB of images catclf leaves in their file, and the system's cache of files
does not count.
"""


def main() -> None:
    """Print the table, or the lines of some groups."""
    names = sys.argv[1:] or list(GROUPS)
    for name in names:
        if name not in GROUPS:
            sys.exit(f"no group {name}; there are {', '.join(GROUPS)}")
    print(HEADER)
    print(f"{machine.description()}\n")
    table.print_head()
    for name in names:
        GROUPS[name]()


if __name__ == "__main__":
    main()
