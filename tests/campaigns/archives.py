"""Checkpoints and caches of features: the other archives that catclf reads."""

import io
from typing import Any

import numpy as np

import catclf
from catclf.encoders.feature_cache import cached
from catclf.errors import CatclfError
from tests.campaigns.campaign import Campaign, Case
from tests.campaigns.commands import Peak, broken_promise, command
from tests.campaigns.hostile_json import hostile_text
from tests.campaigns.mutations import mutant
from tests.campaigns.start import write_data
from tests.encoders.fake import FakeEncoder

_MOST_TIMES, _MOST_BESIDES = 4, 50 * 10**6


def _prepare(start: Any) -> None:
    data = write_data(start / "data")
    for solver in ("gd", "lbfgs"):
        path = start / f"{solver}.ckpt"
        outcome = command(
            "train", data, "-o", start / "m.npz", "--solver", solver, "--iterations", 4,
            "--l2", 0.01, "--checkpoint", path,
        )  # fmt: skip
        assert outcome.status == 0, outcome.err
    with cached(FakeEncoder(), start / "cache.npz") as encoder:
        catclf.load_dataset(data, encoder=encoder)


def _attempt(case: Case) -> str | None:
    rng = case.rng
    kind = ("gd.ckpt", "lbfgs.ckpt", "cache.npz")[case.number % 3]
    content, path = (case.start / kind).read_bytes(), case.folder / kind
    if rng.random() < 0.6:
        content = mutant(content, rng)
    else:
        with np.load(io.BytesIO(content)) as archive:
            arrays: dict[str, Any] = {name: archive[name] for name in archive.files}
        arrays["meta"] = np.array(hostile_text(str(arrays["meta"]), rng))
        written = io.BytesIO()
        np.savez(written, **arrays)
        content = written.getvalue()
    path.write_bytes(content)
    with Peak() as peak:
        if kind == "cache.npz":
            escape = _open_cache(case)
        else:
            outcome = command(
                "train", case.start / "data", "-o", case.folder / "m.npz", "--iterations", 5,
                "--l2", 0.01, "--solver", kind.partition(".")[0], "--resume", path,
            )  # fmt: skip
            escape = broken_promise(outcome, 0, 1, 2)
    if not escape and peak.bytes > _MOST_TIMES * len(content) + _MOST_BESIDES:
        return f"it took {peak.bytes / 1e6:.0f} MB for {len(content) / 1e6:.1f} MB"
    return escape


def _open_cache(case: Case) -> str | None:
    path = case.folder / "cache.npz"
    try:
        with cached(FakeEncoder(), path) as encoder:
            encoder.prepare()
    except CatclfError as error:
        if "\n" in str(error) or str(path) not in str(error):
            return f"not a line that names the file: {error}"
    return None


CAMPAIGN = Campaign(
    "archives",
    "checkpoints and caches of features, damaged or with a hostile meta",
    few=100,
    many=6000,
    prepare=_prepare,
    attempt=_attempt,
)
