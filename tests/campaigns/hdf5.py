"""HDF5 files of the course's layout, packed ones and compressed ones, damaged."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tests.campaigns.campaign import Campaign, Case
from tests.campaigns.commands import Peak, broken_promise, command
from tests.campaigns.mutations import mutant
from tests.campaigns.start import write_data

_MEMORY = 2**30


def _prepare(start: Path) -> None:
    data = write_data(start / "data", 6)
    assert command("train", data, "-o", start / "model.npz", "--iterations", 3).status == 0
    assert command("pack", data, start / "packed.h5").status == 0
    assert command("pack", data, start / "larger.h5", "--side", 96).status == 0
    rng = np.random.default_rng(0)
    options: dict[str, dict[str, Any]] = {
        "course": {},
        "chunked": {"chunks": (2, 32, 32, 3)},
        "compressed": {"chunks": (4, 32, 32, 3), "compression": "gzip"},
        "latest": {"chunks": (4, 32, 32, 3), "shuffle": True, "compression": "lzf"},
    }
    for name, how in options.items():
        libver = "latest" if name == "latest" else "earliest"
        with h5py.File(start / f"{name}.h5", "w", libver=libver) as file:
            images = rng.integers(0, 256, (12, 32, 32, 3), np.uint8)
            file.create_dataset("train_set_x", data=images, **how)
            file["train_set_y"] = np.arange(12) % 2
            texts = ["non-cat", "cat"] if name == "latest" else np.array([b"non-cat", b"cat"])
            file["list_classes"] = texts
            if name == "chunked":
                file.attrs["catclf"] = '{"undivided": true}'


def _attempt(case: Case) -> str | None:
    paths = sorted(case.start.glob("*.h5"))
    path = paths[case.number % len(paths)]
    content = path.read_bytes()
    metadata = content[:8192]
    damaged = mutant(content, case.rng)
    if case.rng.random() < 0.5:  # where there are more headers than pixels
        damaged = mutant(metadata, case.rng)[: len(metadata)] + content[len(metadata) :]
    file = case.folder / path.name
    file.write_bytes(damaged)
    model = case.start / "model.npz"
    args = case.rng.choice(
        (("check", file), ("predict", file, "-m", model), ("evaluate", file, "-m", model))
    )
    with Peak() as peak:
        outcome = command(*args)
    if broken := broken_promise(outcome):
        return f"{path.name}, {args[0]}: {broken}"
    if outcome.status == 1 and str(file) not in outcome.err:
        return f"{path.name}: an error that does not name the file: {outcome.err!r}"
    if peak.bytes > _MEMORY:
        return f"{path.name}: {peak.bytes / 1e6:.0f} MB"
    return None


CAMPAIGN = Campaign(
    "hdf5",
    "HDF5 files of the course's layout, packed, chunked and compressed, damaged",
    few=100,
    many=20_000,
    prepare=_prepare,
    attempt=_attempt,
)
