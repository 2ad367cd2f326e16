from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catclf.commands.output import printable


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Kätzchen 猫.jpg", "Kätzchen 猫.jpg"),
        ("a\nb\tc", r"a\nb\tc"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\u202egpj.exe", r"\u202egpj.exe"),
        ("bad\udcff", r"bad\udcff"),
        ("\x9b1m", r"\x9b1m"),
    ],
)
def test_unprintable_characters_are_escaped(name: str, shown: str) -> None:
    assert printable(name) == shown


@given(st.text())
def test_nothing_unprintable_is_left(text: Any) -> None:
    assert printable(text).isprintable()
