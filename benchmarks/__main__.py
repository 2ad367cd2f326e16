"""`python -m benchmarks [GROUP...]`: catclf compared with its peers, as a Markdown table."""

import sys

from benchmarks import (
    course,
    decoding,
    descent,
    earlier,
    features,
    history,
    machine,
    network,
    optimum,
    start,
    stored,
    table,
    training_growth,
    transfer,
)

GROUPS = {
    "course": course.print_rows,
    "start": start.print_rows,
    "decoding": decoding.print_rows,
    "optimum": optimum.print_rows,
    "descent": descent.print_rows,
    "stored": stored.print_rows,
    "features": features.print_rows,
    "transfer": transfer.print_rows,
    "earlier": earlier.print_rows,
    "network": network.print_rows,
    "growth": training_growth.print_rows,
}

HEADER = """# Results

The last run of `make bench`. In each row, catclf and a peer do the same work on the same machine,
in turn, for several rounds after a warm-up; times are medians. On a busy machine the numbers mean
little: linear algebra on all cores, above all the peers', then takes many times as long. "Cold" is
a whole process, with its files in the system's cache. "Less" and "as much" compare catclf with the
peer; "target" is what the ratio should be. Synthetic images are random: smooth, with the spectrum
and the colours of photographs, where the work depends on their content; bytes where it does not.
Memory is what the process itself holds: catclf leaves more than 100 MB of images in their file,
and the system's file cache does not count.
"""


def main() -> None:
    """Print the table, or the rows of some groups."""
    names = sys.argv[1:] or list(GROUPS)
    for name in names:
        if name not in GROUPS:
            sys.exit(f"there is no group {name}; choose from {', '.join(GROUPS)}")
    print(HEADER)
    print(f"{machine.description()}\n")
    table.print_head()
    for name in names:
        GROUPS[name]()
    history.append(table.ROWS)


if __name__ == "__main__":
    main()
