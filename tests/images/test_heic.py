import io
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, features

from catclf.errors import ImageError
from catclf.images.bursts import bursts
from catclf.images.decode import format_and_size, load_image
from catclf.images.preprocessing import Preprocessing
from tests.conftest import Runner
from tests.images.heic import heic

PREPROCESSING = Preprocessing()
_MAKE, _MODEL, _ORIENTATION, _DETAILS, _TIME = 0x010F, 0x0110, 0x0112, 0x8769, 0x9003

# What undoes an EXIF orientation, as a number of anticlockwise turns, as a phone writes both.
TURNS = {1: 0, 3: 2, 6: 3, 8: 1}


def quarters() -> Image.Image:
    """Four colours, which a smaller scale of the colour channels does not blur."""
    upright = Image.new("RGB", (64, 64), "red")
    for colour, box in (
        ("green", (32, 0, 64, 32)),
        ("blue", (0, 32, 32, 64)),
        ("gray", (32, 32, 64, 64)),
    ):
        upright.paste(colour, box)
    return upright


def exif(orientation: int) -> Image.Exif:
    made = Image.Exif()
    made[_ORIENTATION] = orientation
    return made


def test_colours(tmp_path: Path) -> None:
    pytest.importorskip("pi_heif")
    content = heic(quarters())
    (tmp_path / "a.jpg").write_bytes(content)
    for source in (content, tmp_path / "a.jpg"):
        decoded = load_image(source, PREPROCESSING)
        assert np.abs(decoded.astype(int) - np.asarray(quarters())).max() <= 3
    assert format_and_size(tmp_path / "a.jpg") == ("HEIF", (64, 64))


@pytest.mark.parametrize("brands", ["heic mif1 heic", "mif1 heic", "heix mif1", "msf1 hevc heic"])
def test_all_brands(brands: str) -> None:
    pytest.importorskip("pi_heif")
    assert load_image(heic(quarters(), brands=brands), PREPROCESSING).shape == (64, 64, 3)


@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize("has_exif", [True, False])
def test_an_image_is_turned_once(orientation: int, has_exif: bool) -> None:
    """As the container says; what EXIF says as well is what was done already."""
    pytest.importorskip("pi_heif")
    turns = TURNS[orientation]
    stored = quarters().rotate(-90 * turns)
    content = heic(stored, turns=turns, exif=exif(orientation) if has_exif else None)
    decoded = load_image(content, PREPROCESSING)
    assert np.abs(decoded.astype(int) - np.asarray(quarters())).max() <= 3


def test_exif_alone_turns_nothing() -> None:
    pytest.importorskip("pi_heif")
    plain, turned = (load_image(heic(quarters(), exif=exif(n)), PREPROCESSING) for n in (1, 6))
    assert (plain == turned).all()


def test_bursts_of_a_phone(tmp_path: Path) -> None:
    pytest.importorskip("pi_heif")
    for i, second in enumerate((10, 12, 30)):
        data = Image.Exif()
        data[_MAKE], data[_MODEL] = "Maker", "Phone"
        data.get_ifd(_DETAILS)[_TIME] = f"2026:11:24 09:30:{second}"
        (tmp_path / f"{i}.heic").write_bytes(heic(quarters(), exif=data))
    assert bursts(sorted(tmp_path.iterdir())) == [1, 1, 2]


def test_a_damaged_file_is_one_line() -> None:
    pytest.importorskip("pi_heif")
    whole = heic(quarters())
    for length in (24, 40, 100, 300, 400, 500, 2000, len(whole) - 1):
        with pytest.raises(ImageError, match=r"^cannot be decoded \(.+\)$"):
            load_image(whole[:length], PREPROCESSING)


def test_a_kind_that_is_not_text_is_refused() -> None:
    """pi-heif crashes of it."""
    pytest.importorskip("pi_heif")
    whole = heic(quarters(), exif=exif(1))
    for old, new in ((b"Exif\0", b"Ex\xfff\0"), (b"hvc1\0", b"hvc1\xff")):
        assert old in whole
        with pytest.raises(ImageError, match="names that are not text"):
            load_image(whole.replace(old, new, 1), PREPROCESSING)


@pytest.mark.parametrize(
    ("size", "reason"),
    [((30_000, 30_000), "30000 × 30000 pixels"), ((16, 16), "size"), ((640, 640), "size")],
)
def test_a_size_that_is_too_large_or_not_true(size: tuple[int, int], reason: str) -> None:
    pytest.importorskip("pi_heif")
    with pytest.raises(ImageError, match=reason):
        load_image(heic(quarters(), claimed_size=size), PREPROCESSING)


def test_without_the_extra(
    catclf_run: Runner, model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    for name, brands in (("a.HEIC", "heic mif1"), ("b.jpg", "mif1 heic"), ("c.png", "msf1 hevc")):
        (tmp_path / name).write_bytes(heic(quarters(), brands=brands))
        result = catclf_run("predict", tmp_path / name, "-m", model_path, status=1)
        assert result.err == (
            f"Error: {tmp_path / name}: HEIC images need an extra: pip install 'catclf[heic]'\n"
        )


def test_avif_is_none_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    for brands in ("avif mif1 miaf", "mif1 avif"):
        with pytest.raises(ImageError) as caught:
            load_image(heic(quarters(), brands=brands), PREPROCESSING)
        assert "catclf[heic]" not in str(caught.value)
    if features.check("avif"):
        buffer = io.BytesIO()
        quarters().save(buffer, "AVIF")
        assert load_image(buffer.getvalue(), PREPROCESSING).shape == (64, 64, 3)
