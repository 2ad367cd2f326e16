import numpy as np
import pytest
from PIL import Image

from catclf.images.rgb import to_rgb
from tests.conftest import shared


@pytest.mark.real_data
def test_pngsuite_equals_its_references() -> None:
    folder = shared("odd-images", "pngsuite")
    compared = 0
    for reference in sorted((folder / "bmp").glob("*.bmp")):
        with Image.open(reference) as image:
            white = Image.new("RGBA", image.size, "white")
            expected = Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")
        with Image.open(folder / "png" / f"{reference.stem}.png") as image:
            decoded = to_rgb(image)
        # The references cut 16 bits to 8, where we round.
        difference = np.abs(np.asarray(decoded, int) - np.asarray(expected, int))
        assert difference.max() <= ("16" in reference.stem), reference
        compared += 1
    assert compared == 161
