"""Names that a terminal, a page or a spreadsheet would take for more than text."""

import csv
import io
import os
import re
from pathlib import Path
from random import Random

from tests.campaigns.campaign import Campaign, Case
from tests.campaigns.commands import broken_promise, command
from tests.campaigns.start import write_data
from tests.conftest import image

_PARTS = (
    *map(chr, range(1, 32)), *map(chr, range(127, 160)),
    "\u200e", "\u202e", "\u2066", "\u2069", "\u061c",
    "\u2028", "\u2029", "\ufeff", "🐈", "𝔠𝔞𝔱", "e\u0301" * 20, "\udcff", "\udc80", "\udce2",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "&lt;",
    "\"'><b>", "javascript:", "</title>",
    "=cmd|' ", "+1", "-1", "@SUM(A1)", "=HYPERLINK(", "\t=1", "\r=1", ";", ",", '"',
    "%s", "{0}", "$(id)",
    "`id`", "|", " ", "cat", "-o", "--help", "~", "*", "C:", "\\", "#", "http:",
)  # fmt: skip

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _prepare(start: Path) -> None:
    data = write_data(start / "data", 4)
    assert command("train", data, "-o", start / "model.npz", "--iterations", 3).status == 0


def _name(rng: Random) -> str:
    parts = "".join(rng.choice(_PARTS) for _ in range(rng.choice((1, 1, 2, 3))))
    encoded = os.fsencode(parts.replace("/", "∕"))[:200]
    return os.fsdecode(encoded)


def _attempt(case: Case) -> str | None:
    model, rng = case.start / "model.npz", case.rng
    names = {_name(rng) for _ in range(4)} | {"cat"}
    classes = sorted(names - {".", ".."})[:3]
    folder = case.folder / "data"
    for i, class_ in enumerate({*classes, "cat"}):
        for j in range(3):
            path = folder / class_ / f"{_name(rng)}{i}{j}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            image(10 * i + j, red=60 * i + 40, size=(64, 64)).save(path, "PNG")
    (folder / "cat" / f"{_name(rng)}.jpg").write_bytes(b"not an image")
    page = case.folder / "page.html"
    positive = rng.choice(sorted({*classes, "cat"}))
    train = ("train", folder, "-o", case.folder / "m.npz", "--iterations", 3, "--skip-bad")
    for args in (
        ("predict", folder, "-m", model),
        ("predict", folder, "-m", model, "--csv"),
        ("predict", folder, "-m", model, "--json"),
        ("check", folder),
        (*train, "--positive", positive),
        ("evaluate", folder, "-m", model, "--skip-bad", "--report", page),
        ("predict", folder, "-m", case.folder / "m.npz", "--csv"),
        ("info", case.folder / "m.npz", "--markdown"),
        ("label", folder, "-m", model, "--report", case.folder / "label.html"),
        ("sort", folder, case.folder / "sorted", "-m", model),
        ("pack", folder, case.folder / "p.h5", "--skip-bad"),
        ("check", case.folder / "p.h5"),
    ):
        outcome = command(*args)
        if broken := broken_promise(outcome, 0, 1, 2):
            return f"{args[0]}: {broken}"
        if "--csv" in args and (found := _formula(outcome.out)):
            return f"{args[0]} --csv: a spreadsheet computes {found!r}"
    for made in (page, case.folder / "label.html"):
        if made.exists() and (found := _markup(made)):
            return f"{made.name}: {found!r} became markup"
    return None


def _formula(text: str) -> str | None:
    for row in csv.reader(io.StringIO(text, newline="")):
        for cell in row:
            if cell.startswith(_FORMULA) and not re.fullmatch(r"[+-]?[\d.e+-]+", cell):
                return cell
    return None


def _markup(page: Path) -> str | None:
    text = page.read_text(encoding="utf-8")
    found = re.search(r"<script>alert|<img src=x|onerror=alert\(1\)>|href=.javascript:", text)
    return found[0] if found else None


CAMPAIGN = Campaign(
    "names",
    "names of files and classes with control characters, direction marks, HTML and formulas",
    few=40,
    many=1000,
    prepare=_prepare,
    attempt=_attempt,
)
