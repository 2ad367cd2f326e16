"""JSON from strangers."""

import json
from typing import Any, NoReturn


def read_json(text: str | bytes) -> Any:
    """The value of a JSON text, which says one thing only, in numbers that are finite.

    Raises
    ------
    ValueError
        If it is not JSON, is nested too deeply, names a key twice, or has a number that is not
        finite, which Python reads although JSON does not have it, or that is too large for a float.
    """
    try:
        return json.loads(
            text, parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_unique
        )
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"it has the number {constant}")


def _finite(text: str) -> float:
    number = float(text)
    if number - number != 0:
        _refuse(text)
    return number


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) < len(pairs):
        raise ValueError("it names a key twice")
    return entries
