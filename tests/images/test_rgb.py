from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from catclf.errors import ImageError
from catclf.images.rgb import to_rgb
from tests.conftest import image, shared


@pytest.mark.real_data
def test_pngsuite_equals_its_references() -> None:
    folder = shared("odd-images", "pngsuite")
    compared = 0
    for reference in sorted((folder / "bmp").glob("*.bmp")):
        with Image.open(reference) as opened:
            white = Image.new("RGBA", opened.size, "white")
            expected = Image.alpha_composite(white, opened.convert("RGBA")).convert("RGB")
        with Image.open(folder / "png" / f"{reference.stem}.png") as opened:
            rgb = to_rgb(opened)
        # The references cut 16 bits to 8, where we round.
        difference = np.abs(np.asarray(rgb, int) - np.asarray(expected, int))
        assert difference.max() <= ("16" in reference.stem), reference
        compared += 1
    assert compared == 161


def decoded(path: Path) -> NDArray[Any]:
    with Image.open(path) as opened:
        return np.asarray(to_rgb(opened), int)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_white_stays_white_in_16_bits(tmp_path: Path, suffix: str) -> None:
    grey = np.array([[0, 257, 32896, 65535]], np.uint16)
    path = tmp_path / f"grey{suffix}"
    Image.fromarray(grey).save(path)
    assert decoded(path)[0, :, 0].tolist() == [0, 1, 128, 255]


def test_floating_point_is_stretched_to_the_whole_range(tmp_path: Path) -> None:
    path = tmp_path / "grey.tif"
    Image.fromarray(np.array([[-2.0, -1.0, 2.0]], np.float32)).save(path)
    assert decoded(path)[0, :, 0].tolist() == [0, 64, 255]


def test_samples_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "grey.tif"
    Image.fromarray(np.array([[0.0, np.nan]], np.float32)).save(path)
    with pytest.raises(ImageError, match="damaged"):
        decoded(path)


def test_a_transparent_sample_becomes_white(tmp_path: Path) -> None:
    grey = tmp_path / "grey.png"
    Image.fromarray(np.array([[0, 70, 255]], np.uint8)).save(grey, transparency=70)
    assert decoded(grey)[0, :, 1].tolist() == [0, 255, 255]
    deep = tmp_path / "deep.png"
    Image.fromarray(np.array([[0, 4000, 65535]], np.uint16)).save(deep, transparency=4000)
    assert decoded(deep)[0, :, 1].tolist() == [0, 255, 255]
    colours = tmp_path / "colours.png"
    rgb = np.array([[[1, 2, 3], [9, 8, 7]]], np.uint8)
    Image.fromarray(rgb).save(colours, transparency=(9, 8, 7))
    assert decoded(colours).tolist() == [[[1, 2, 3], [255, 255, 255]]]


def varieties() -> dict[str, Image.Image]:
    """An image in every mode that is converted in its own way."""
    colours = image(1, size=(37, 23))
    grey = colours.convert("L")
    deep = np.asarray(grey).astype(np.uint16) * 257
    veiled = colours.copy()
    veiled.putalpha(grey)
    return {
        "rgb.png": colours,
        "grey.png": grey,
        "bilevel.png": grey.convert("1"),
        "palette.gif": colours.quantize(16),
        "rgba.png": veiled,
        "la.png": veiled.convert("LA"),
        "cmyk.tif": colours.convert("CMYK"),
        "16 bits.png": Image.fromarray(deep),
        "float.tif": Image.fromarray(deep.astype(np.float32) - 1000),
    }


@pytest.mark.parametrize("name", varieties())
def test_large_images_are_converted_in_strips(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    varieties()[name].save(tmp_path / name)
    whole = decoded(tmp_path / name)
    for pixels in (1, 100, 37 * 5):
        monkeypatch.setattr("catclf.images.rgb.STRIP_PIXELS", pixels)
        assert (decoded(tmp_path / name) == whole).all()


def test_a_palette_with_transparency_is_laid_on_white(tmp_path: Path) -> None:
    path = tmp_path / "palette.png"
    palette = Image.new("P", (2, 1))
    palette.putpalette([200, 0, 0, 0, 200, 0])
    palette.putdata([0, 1])
    palette.save(path, transparency=1)
    assert decoded(path).tolist() == [[[200, 0, 0], [255, 255, 255]]]
