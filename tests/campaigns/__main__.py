"""Run campaigns, and print a table."""

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path

from tests.campaigns.campaign import load, run, run_case

NAMES = (
    "models", "archives", "texts", "images", "hdf5", "killed", "stopped", "lines", "disks",
    "together", "numbers", "names", "long_runs",
)  # fmt: skip


def main() -> int:
    """Run what the arguments ask for; 1 if anything escaped."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--long", action="store_true", help="an hour and more, not minutes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, help="how many of each")
    parser.add_argument("--case", type=int, help="repeat the case of this number")
    options = parser.parse_args()
    if options.case is not None:
        return _repeat(options.names[0], options.seed, options.case)
    print("| campaign | cases | escapes | seconds | what was tried |")
    print("|---|---|---|---|---|", flush=True)
    escaped = 0
    for name in options.names or NAMES:
        campaign = load(name)
        count = options.cases or (campaign.many if options.long else campaign.few)
        result = run(name, count, options.seed, partial(_tell, name, count))
        print(
            f"| {name} | {result.count:,} | {len(result.escapes)} | {result.seconds:.0f} | "
            f"{campaign.tries} |",
            flush=True,
        )
        for number, escape in list(result.escapes.items())[:20]:
            print(f"  {name} --seed {options.seed} --case {number}: {escape}", file=sys.stderr)
        escaped += len(result.escapes)
    return min(escaped, 1)


def _tell(name: str, count: int, done: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{name}: {done} of {count}", end="\n" if done == count else "", file=sys.stderr)


def _repeat(name: str, seed: int, number: int) -> int:
    campaign = load(name)
    with tempfile.TemporaryDirectory(prefix="catclf-campaign-") as folder:
        start = Path(folder, "start")
        start.mkdir()
        campaign.prepare(start)
        escape = run_case(campaign, seed, number, start)
    print(escape or "survived")
    return 1 if escape else 0


if __name__ == "__main__":
    sys.exit(main())
