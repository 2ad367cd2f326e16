"""What a model file says of its encoder, which may be a lie."""

import json
from typing import Any

import pytest

from catclf.encoders.identity import EncoderIdentity
from catclf.errors import EncoderError
from catclf.images.preprocessing import Preprocessing
from tests.encoders.fake import FakeEncoder

IDENTITY = FakeEncoder(96, "pooled", resize="crop").identity
STORED: dict[str, Any] = IDENTITY.to_dict()

NAME = "an encoder's name must have 1 to 255 printable characters, without "

HOSTILE: dict[str, tuple[Any, str]] = {
    "list": ([], "incomplete or unknown"),
    "text": ("fake.onnx", "incomplete or unknown"),
    "nothing": (None, "incomplete or unknown"),
    "extra key": ({**STORED, "url": "http://example.com"}, "incomplete or unknown"),
    "missing key": ({k: v for k, v in STORED.items() if k != "kind"}, "incomplete or unknown"),
    "folder in name": ({**STORED, "name": "../../etc/passwd"}, NAME),
    "backslash in name": ({**STORED, "name": "..\\secret"}, NAME),
    "drive in name": ({**STORED, "name": "C:secret"}, NAME),
    "empty name": ({**STORED, "name": ""}, NAME),
    "long name": ({**STORED, "name": 256 * "a"}, NAME),
    "escape in name": ({**STORED, "name": "a\x1b[2J.onnx"}, NAME),
    "zero byte in name": ({**STORED, "name": "a\0.onnx"}, NAME),
    "line end in name": ({**STORED, "name": "a\nb"}, NAME),
    "number as name": ({**STORED, "name": 3}, NAME),
    "short hash": ({**STORED, "sha256": 63 * "a"}, "does not have a SHA-256"),
    "list as hash": ({**STORED, "sha256": 64 * ["a"]}, "does not have a SHA-256"),
    "no hexadecimal hash": ({**STORED, "sha256": 32 * "\x1b["}, "does not have a SHA-256"),
    "hash in capitals": ({**STORED, "sha256": 64 * "A"}, "does not have a SHA-256"),
    "no features": ({**STORED, "n": 0}, "number of features"),
    "negative n": ({**STORED, "n": -5}, "number of features"),
    "huge n": ({**STORED, "n": 10**12}, "number of features"),
    "n above the most": ({**STORED, "n": 65_537}, "number of features"),
    "true as n": ({**STORED, "n": True}, "number of features"),
    "float as n": ({**STORED, "n": 24.0}, "number of features"),
    "unknown kind": ({**STORED, "kind": "tokens"}, "unknown kind"),
    "list as kind": ({**STORED, "kind": ["map"]}, "unknown kind"),
    "no convention": ({**STORED, "convention": None}, "incomplete or unknown"),
    "huge side": (
        {**STORED, "convention": {**STORED["convention"], "side": 10**9}},
        "side must be from 16 to 1024",
    ),
    "not a number": (
        {**STORED, "convention": {**STORED["convention"], "mean": [float("nan")] * 3}},
        "mean must be three numbers",
    ),
}


def test_what_is_stored_comes_back() -> None:
    assert EncoderIdentity.from_dict(json.loads(json.dumps(STORED))) == IDENTITY


def test_it_says_how_an_image_becomes_square() -> None:
    assert IDENTITY.preprocessing == Preprocessing("crop", side=96)


@pytest.mark.parametrize("case", HOSTILE)
def test_lies_are_refused(case: str) -> None:
    entries, reason = HOSTILE[case]
    with pytest.raises(EncoderError, match=reason):
        EncoderIdentity.from_dict(entries)


@pytest.mark.parametrize("name", ["efficientnet-lite0", "a+b.onnx", "Ünï cörn.onnx", 255 * "a"])
def test_ordinary_names_are_accepted(name: str) -> None:
    assert EncoderIdentity.from_dict({**STORED, "name": name}).name == name
