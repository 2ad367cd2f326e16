import json
from typing import Any

import numpy as np
import pytest

from catclf.errors import SettingsError
from catclf.images.preprocessing import RESIZES, Preprocessing, mirrored

STORED = {"side": 64, "resample": "bicubic", "fit": "crop", "jpeg_oversampling": 2}


def test_an_unknown_resize_is_refused() -> None:
    with pytest.raises(SettingsError, match="resize must be one of stretch, crop, not 'squeeze'"):
        Preprocessing("squeeze")


@pytest.mark.parametrize("side", [15, 1025, -64, 64.0, True, "64", None])
def test_an_impossible_side_is_refused(side: Any) -> None:
    with pytest.raises(SettingsError, match=f"side must be from 16 to 1024, not {side}"):
        Preprocessing(side=side)


@pytest.mark.parametrize("side", [16, 64, 224, 1024])
def test_another_side_changes_nothing_else(side: int) -> None:
    other = Preprocessing("crop", 3).at(side)
    assert other == Preprocessing("crop", 3, side)
    assert other.shape == (side, side, 3)
    assert other.at(64) == Preprocessing("crop", 3)
    assert Preprocessing.from_dict(other.to_dict()) == other


def test_files_keep_their_first_keys_in_their_first_order() -> None:
    assert json.dumps(Preprocessing("crop").to_dict()) == json.dumps(STORED)
    assert Preprocessing.from_dict(STORED) == Preprocessing(resize="crop")


@pytest.mark.parametrize("resize", RESIZES)
@pytest.mark.parametrize("oversampling", [0, 2, 64])
def test_what_is_stored_comes_back(resize: str, oversampling: int) -> None:
    preprocessing = Preprocessing(resize, oversampling)
    assert Preprocessing.from_dict(preprocessing.to_dict()) == preprocessing


@pytest.mark.parametrize(
    "entries",
    [
        None,
        [],
        {},
        {**STORED, "side": 15},
        {**STORED, "side": 1025},
        {**STORED, "side": 64.0},
        {**STORED, "resample": "nearest"},
        {**STORED, "fit": "squeeze"},
        {**STORED, "fit": ["crop"]},
        {**STORED, "jpeg_oversampling": True},
        {**STORED, "jpeg_oversampling": 65},
        {**STORED, "jpeg_oversampling": -1},
        {**STORED, "resize": "crop"},
        {key: value for key, value in STORED.items() if key != "fit"},
    ],
)
def test_other_preprocessing_is_refused(entries: object) -> None:
    with pytest.raises(SettingsError, match="in a way that this version does not support"):
        Preprocessing.from_dict(entries)


def test_mirrored_swaps_left_and_right_only() -> None:
    images = np.arange(2 * 64 * 64 * 3).reshape(2, 64, 64, 3).astype(np.uint8)
    flipped = mirrored(images)
    assert (flipped[1, 5, 0] == images[1, 5, 63]).all()
    assert (mirrored(flipped) == images).all()
    assert flipped.flags.c_contiguous
