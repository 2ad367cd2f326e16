"""Tables, journals and indexes: the texts that catclf reads."""

import shutil
from pathlib import Path

from tests.campaigns.campaign import Campaign, Case
from tests.campaigns.commands import Peak, broken_promise, command
from tests.campaigns.hostile_json import hostile_text
from tests.campaigns.mutations import mutant
from tests.campaigns.start import write_data

_MOST_TIMES, _MOST_BESIDES = 4, 50 * 10**6


def _prepare(start: Path) -> None:
    data = write_data(start / "data", 4)
    model = start / "model.npz"
    rows = [f"{path},{path.parent.name}" for path in sorted(data.glob("*/*.png"))]
    (start / "labels.csv").write_text("path,label\n" + "\n".join(rows) + "\n")
    for args in (
        ("train", data, "-o", model, "--iterations", 3, "--history", start / "history.csv"),
        ("pack", data, start / "shards", "--shards", 2),
        ("sort", data, start / "sorted", "-m", model),
    ):
        outcome = command(*args)
        assert outcome.status == 0, outcome.err


def _attempt(case: Case) -> str | None:
    kind = ("labels.csv", "history.csv", "shards.json", "sorted.jsonl")[case.number % 4]
    path, args = _place(case, kind)
    text = path.read_bytes()
    if kind.startswith("s") and case.rng.random() < 0.5:
        lines = text.decode().splitlines() if kind == "sorted.jsonl" else [text.decode()]
        i = case.rng.randrange(len(lines))
        lines[i] = hostile_text(lines[i], case.rng)
        text = "\n".join(lines).encode("utf-8", "surrogatepass")
    else:
        text = mutant(text, case.rng)
    path.write_bytes(text)
    before = _contents(case.start)
    with Peak() as peak:
        outcome = command(*args)
    broken = broken_promise(outcome)
    if broken:
        return f"{kind}: {broken}"
    if _contents(case.start) != before:
        return f"{kind}: a file elsewhere has changed"
    if peak.bytes > _MOST_TIMES * len(text) + _MOST_BESIDES:
        return f"{kind}: it took {peak.bytes / 1e6:.0f} MB for {len(text) / 1e6:.1f} MB"
    return None


def _place(case: Case, kind: str) -> tuple[Path, tuple[object, ...]]:
    """Where the text lies in this case, and the command that reads it."""
    folder, path = case.folder, case.folder / kind
    if kind == "shards.json":
        shutil.copytree(case.start / "shards", folder, dirs_exist_ok=True)
        return path, case.rng.choice(
            (("check", folder), ("predict", folder, "-m", case.start / "model.npz"))
        )
    if kind == "sorted.jsonl":
        shutil.copytree(case.start / "sorted", folder, dirs_exist_ok=True)
        return path, ("sort", "--undo", folder)
    shutil.copy(case.start / kind, path)
    if kind == "labels.csv":
        return path, ("check", path)
    return path, ("plot", path, "--kind", "cost", "-o", folder / "cost.png")


def _contents(folder: Path) -> list[tuple[str, int, float]]:
    return [
        (str(path), path.stat().st_size, path.stat().st_mtime)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]


CAMPAIGN = Campaign(
    "texts",
    "labels.csv, histories, indexes of shards and journals of sorting, damaged or hostile",
    few=150,
    many=6000,
    prepare=_prepare,
    attempt=_attempt,
)
