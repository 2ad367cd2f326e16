"""Many predictions in one process: memory and open files stay as they were."""

import gc
import os
from pathlib import Path

from tests.campaigns.campaign import Campaign, Case
from tests.campaigns.commands import command, memory
from tests.campaigns.start import write_data

_IMAGES = 1000
_SLACK = 20 * 10**6


def _prepare(start: Path) -> None:
    data = write_data(start / "data", 10)
    assert command("train", data, "-o", start / "model.npz", "--iterations", 3).status == 0
    many = start / "many"
    many.mkdir()
    files = sorted(data.glob("*/*.png"))
    for i in range(_IMAGES):
        os.link(files[i % len(files)], many / f"{i}.png")


def _attempt(case: Case) -> str | None:
    """A tenth of the first runs; then what comes on top of them."""
    few, many = ((1, 10), (10, 100), (100, 2000))[min(case.number, 2)]
    what = case.start / "many" if case.number < 2 else case.start / "data" / "cat" / "0.png"
    for _ in range(few):
        assert command("predict", what, "-m", case.start / "model.npz").status == 0
    before = _state()
    for _ in range(many):
        assert command("predict", what, "-m", case.start / "model.npz").status == 0
    after = _state()
    if after[0] - before[0] > _SLACK or after[1] > before[1]:
        return f"{(after[0] - before[0]) / 1e6:.1f} MB and {after[1] - before[1]} open files more"
    return None


def _state() -> tuple[int, int]:
    gc.collect()
    descriptors = Path("/proc/self/fd")
    return memory("VmRSS"), len(list(descriptors.iterdir())) if descriptors.exists() else 0


CAMPAIGN = Campaign(
    "long_runs",
    "10,000 and then 100,000 predictions in one process, and 2,000 commands one after the other",
    few=1,
    many=3,
    prepare=_prepare,
    attempt=_attempt,
    seconds=1800.0,
)
