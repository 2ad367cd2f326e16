"""What the data set shows and how often, and the drawing of one of its files."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PIL import Image

from tools.drawn_images import animals, cats, dogs, things
from tools.drawn_images.figure import Draw
from tools.drawn_images.scene import compose, image_size

SEED = 1701
# Between these for every image, so that file sizes do not depend on what it shows.
BYTES_PER_PIXEL = (0.35, 0.45)
# Files of each class.
SPLITS = {"train": 240, "test": 80}
# Golden-ratio steps spread the kinds evenly over any stretch of file numbers.
GOLDEN_STEP = 0.6180339887
DOG_SHARE = 0.46


class Kind(NamedTuple):
    """One kind of figure: the start of its file names, how to draw it, its share of the class."""

    name: str
    draw: Draw
    share: float


KINDS = {
    "cat": [
        Kind("cat", cats.draw_portrait, 0.66),
        Kind("cat", cats.draw_sitting, 0.08),
        Kind("cat", cats.draw_sitting_sideways, 0.06),
        Kind("cat", cats.draw_walking, 0.065),
        Kind("cat", cats.draw_lying, 0.065),
        Kind("cat", cats.draw_curled, 0.045),
        Kind("cat", cats.draw_from_behind, 0.025),
    ],
    "non-cat": [
        Kind("dog", dogs.draw_portrait, DOG_SHARE * 0.76),
        Kind("dog", dogs.draw_sitting, DOG_SHARE * 0.09),
        Kind("dog", dogs.draw_standing, DOG_SHARE * 0.08),
        Kind("dog", dogs.draw_lying, DOG_SHARE * 0.07),
        Kind("rabbit", animals.draw_rabbit, 0.09),
        Kind("bear", animals.draw_bear, 0.08),
        Kind("owl", animals.draw_owl, 0.05),
        Kind("bird", animals.draw_bird, 0.05),
        Kind("fish", animals.draw_fish, 0.03),
        Kind("car", things.draw_car, 0.04),
        Kind("house", things.draw_house, 0.04),
        Kind("tree", things.draw_tree, 0.03),
        Kind("mug", things.draw_mug, 0.05),
        Kind("letter", things.draw_letter, 0.04),
        Kind("ball", things.draw_ball, 0.04),
        Kind("shape", things.draw_shape, 0.04),
    ],
}


@dataclass(frozen=True)
class Entry:
    """One file of the data set.

    Attributes
    ----------
    split
        A key of `SPLITS`.
    label
        A key of `KINDS`.
    number
        Counts the files of one class in one split, from 1.
    """

    split: str
    label: str
    number: int

    @property
    def kind(self) -> Kind:
        """What the image shows."""
        kinds = KINDS[self.label]
        bounds = np.cumsum([kind.share for kind in kinds])
        place = (self.number * GOLDEN_STEP) % 1.0
        return kinds[int(np.searchsorted(bounds / bounds[-1], place, side="right"))]

    @property
    def path(self) -> str:
        """Where the file lies in the data set's folder, as ``train/cat/cat-001.jpg``."""
        return f"{self.split}/{self.label}/{self.kind.name}-{self.number:03}.jpg"


def entries() -> Iterator[Entry]:
    """Yield every file of the data set."""
    for split, count in SPLITS.items():
        for label in KINDS:
            for number in range(1, count + 1):
                yield Entry(split, label, number)


def draw_file(entry: Entry) -> bytes:
    """Draw one image and return its JPEG file.

    Each image has random numbers of its own, so it does not depend on any other.
    """
    split, label = list(SPLITS).index(entry.split), list(KINDS).index(entry.label)
    rng = np.random.default_rng([SEED, split, label, entry.number])
    # Image and file size are drawn without the label: they are the same for both classes.
    common = np.random.default_rng([SEED, split, entry.number])
    size = image_size(common)
    image = compose(rng, entry.kind.draw(rng), size)
    return encode(image, common.uniform(*BYTES_PER_PIXEL) * size[0] * size[1])


def encode(image: Image.Image, size: float) -> bytes:
    """Return the JPEG file of the best quality that is not larger than `size` bytes.

    With one quality for all, fur and whiskers would give cats away by the size of their files.
    """
    low, high = 40, 98
    best = b""
    while low <= high:
        quality = (low + high) // 2
        file = io.BytesIO()
        image.save(file, "JPEG", quality=quality, optimize=True)
        if file.tell() <= size or (not best and quality <= 40):
            best, low = file.getvalue(), quality + 1
        else:
            high = quality - 1
    return best
