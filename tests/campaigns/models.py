"""Model files: damaged bytes, tricks with zip archives, and whole archives that say odd things."""

import io
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

import catclf
from catclf.errors import ModelError
from tests.campaigns.campaign import Campaign, Case
from tests.campaigns.commands import Peak, broken_promise, command
from tests.campaigns.hostile_json import hostile_text
from tests.campaigns.mutations import mutant
from tests.campaigns.start import write_data, write_models

_MOST_TIMES, _MOST_BESIDES = 4, 50 * 10**6
_TYPES = ("f2", "f4", ">f8", "U")


def _prepare(start: Path) -> None:
    write_models(start, write_data(start / "data"))


def _attempt(case: Case) -> str | None:
    rng, path = case.rng, case.folder / "model.npz"
    originals = sorted(case.start.glob("*.npz"))
    original = originals[case.number % len(originals)]
    way = rng.choice((_damaged, _damaged, _rewritten, _with_zip_tricks))
    content = way(original.read_bytes(), rng)
    path.write_bytes(content)
    model = None
    with Peak() as peak:
        try:
            model = catclf.load_model(path)
        except ModelError as error:
            if broken := _one_line(str(error), path):
                return broken
    if peak.bytes > _MOST_TIMES * len(content) + _MOST_BESIDES:
        return f"it took {peak.bytes / 1e6:.0f} MB for {len(content) / 1e6:.1f} MB"
    if model is None:
        return None
    if way is _damaged and not _same(model, catclf.load_model(original)):
        return "a damaged model was taken for a sound one"
    return _use(path, case)


def _one_line(text: str, path: Path) -> str | None:
    if str(path) not in text or "\n" in text or len(text) > 600:
        return f"not a line that names the file: {text!r}"
    return None


def _same(model: catclf.Model, original: catclf.Model) -> bool:
    return (
        model.w.tobytes() == original.w.tobytes()
        and (model.b, model.threshold) == (original.b, original.threshold)
        and (model.positive, model.preprocessing) == (original.positive, original.preprocessing)
        and all(
            array.tobytes() == original.features.arrays[name].tobytes()
            for name, array in model.features.arrays.items()
        )
    )


def _use(path: Path, case: Case) -> str | None:
    """Run a command with a model that was let in."""
    picture = case.start / "data" / "cat" / "0.png"
    commands: tuple[tuple[object, ...], ...] = (
        ("info", path),
        ("info", path, "--json"),
        ("info", path, "--markdown"),
        ("predict", "-m", path, picture),
        ("plot", path, "--kind", "weights", "-o", case.folder / "w.png"),
        ("export", path, case.folder / "model.h"),
        ("evaluate", case.start / "data", "-m", path, "--json"),
    )
    # A plot is slow, the others are not.
    weights = (9, 9, 9, 9, 1, 1, 1)
    (args,) = case.rng.choices(commands, weights)
    outcome = command(*args)
    broken = broken_promise(outcome)
    return f"{args[0]}: {broken}" if broken else None


def _damaged(content: bytes, rng: Random) -> bytes:
    return mutant(content, rng)


def _rewritten(content: bytes, rng: Random) -> bytes:
    """An archive whose checksums are right, with another meta or other arrays."""
    with np.load(io.BytesIO(content)) as archive:
        arrays: dict[str, Any] = {name: archive[name] for name in archive.files}
    if rng.random() < 0.8:
        arrays["meta"] = np.array(hostile_text(str(arrays["meta"]), rng))
    else:
        name = rng.choice(sorted(arrays))
        arrays[name] = rng.choice(_ARRAYS)(arrays[name], rng)
    written = io.BytesIO()
    np.savez(written, **arrays)
    return written.getvalue()


def _extreme(array: Any, rng: Random) -> Any:
    if array.dtype.kind not in "fu" or not array.size:
        return array
    changed = array.copy()
    value = rng.choice((np.nan, np.inf, -np.inf, 1e38, -1e38, 1e-45, 0))
    with np.errstate(all="ignore"):
        changed.reshape(-1)[rng.randrange(array.size)] = (
            value if array.dtype.kind == "f" else rng.randrange(2**63)
        )
    return changed


def _is_float(array: Any) -> bool:
    return bool(array.dtype.kind == "f")


_ARRAYS: tuple[Callable[[Any, Random], Any], ...] = (
    _extreme,
    _extreme,
    lambda array, rng: array.reshape(-1)[: rng.randrange(5)],
    lambda array, rng: array.reshape(1, *array.shape),
    lambda array, rng: array.T.copy(),
    lambda array, rng: np.zeros(rng.choice(((), (0,), (3,), (2, 2), (1, 1, 1)))),
    lambda array, rng: np.array(rng.choice(("text", b"bytes", True, 1 + 1j, 2**63))),
    lambda array, rng: np.concatenate([array.reshape(-1), array.reshape(-1)]),
    lambda array, rng: array.astype(rng.choice(_TYPES if _is_float(array) else "U")),
)  # fmt: skip


def _with_zip_tricks(content: bytes, rng: Random) -> bytes:
    """Members that overlap, repeat, claim too much, or have odd names."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    written = io.BytesIO()
    trick = rng.randrange(7)
    way = (
        rng.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)) if trick == 0 else zipfile.ZIP_STORED
    )
    with warnings.catch_warnings(), zipfile.ZipFile(written, "w", way) as archive:
        warnings.simplefilter("ignore")  # that a name comes twice
        for name, data in members:
            if trick == 1 and rng.random() < 0.5:
                name = rng.choice(("../", "/", "C:\\", "\u202e", "a/../")) + name
            archive.writestr(name, data)
        if trick == 2:
            archive.writestr(zipfile.ZipInfo(rng.choice(members)[0]), b"again")
        if trick == 3:
            archive.writestr(rng.choice(("evil.py", "x" * 60_000, "w.npy/", "W.npy")), b"x")
    made = bytearray(written.getvalue())
    if trick >= 4:
        # Claims in the central directory: flags, method, checksum, sizes, the place of a member.
        starts = [i for i in range(len(made) - 46) if made[i : i + 4] == b"PK\x01\x02"]
        place, size = rng.choice(((8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (42, 4)))
        value = rng.choice((0, 1, 8, 2**16 - 1, 2**32 - 1, rng.randrange(2**32)))
        place += rng.choice(starts)
        made[place : place + size] = (value % 256**size).to_bytes(size, "little")
    return bytes(made)


CAMPAIGN = Campaign(
    "models",
    "models of every preset: damaged bytes, zip tricks, and sound archives with a hostile meta",
    few=1000,
    many=100_000,
    prepare=_prepare,
    attempt=_attempt,
)
