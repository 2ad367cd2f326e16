"""JSON texts that are valid, but not what a reader expects."""

import json
from random import Random
from typing import Any

_TEXTS = (
    "", " ", "cat", "x" * 300, "x" * 100_000, "\0", "\x1b[2J", "a\nb",
    "\u202egnp.tac", "\ud800", "🐈" * 50,
    "../../etc/passwd", "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "nan", "1e999", "%s%n{0}", "ａｕｔｏ",
)  # fmt: skip
_NUMBERS = (
    0, -0.0, 1, -1, 2, 0.5, 1e-320, 1e308, -1e308, 10**9, 2**31, 2**63, 2**64, -(2**63), 10**30,
    10**400, float("nan"), float("inf"), float("-inf"),
)  # fmt: skip
_OTHERS: tuple[Any, ...] = (None, True, False, [], {}, [[]], {"": 0}, [1, 2, 3], {"a": {"b": []}})

# Written in the place of a value: JSON that Python's own writer would not make.
_RAW = (
    "1e999",
    "-1e999",
    "1" * 5000,
    "[" * 100_000 + "]" * 100_000,
    '{"a":' * 5000 + "1" + "}" * 5000,
    "1E400",
)


def hostile_text(text: str, rng: Random) -> str:
    """A text with some values replaced, keys removed, renamed or repeated."""
    document = json.loads(text)
    raw = None
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        holder, key = rng.choice(list(_places(document)) or [(document, None)])
        way = rng.randrange(6)
        if key is None:
            return json.dumps(rng.choice(_OTHERS))
        if way == 0:
            del holder[key]
        elif way == 1 and isinstance(holder, dict):
            holder[rng.choice(_TEXTS)] = holder.pop(key)
        elif way == 2:
            raw = rng.choice(_RAW)
            holder[key] = "@@raw@@"
        else:
            holder[key] = _value(rng)
    made = json.dumps(document)
    if raw:
        made = made.replace('"@@raw@@"', raw)
    if rng.random() < 0.1 and made.startswith("{") and isinstance(document, dict) and document:
        key = rng.choice(sorted(document))
        made = f"{{{json.dumps(key)}: {json.dumps(_value(rng))}, {made[1:]}"
    return made


def _value(rng: Random) -> Any:
    return rng.choice(rng.choice((_TEXTS, _NUMBERS, _NUMBERS, _OTHERS)))


def _places(document: Any) -> Any:
    """Every holder of a value, and the key or the index under which it holds it."""
    items = (
        list(document.items())
        if isinstance(document, dict)
        else list(enumerate(document))
        if isinstance(document, list)
        else []
    )
    for key, value in items:
        yield document, key
        yield from _places(value)
