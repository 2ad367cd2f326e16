"""An encoder without a network: what it makes of an image can be told in a line."""

import hashlib

import numpy as np

from catclf.encoders.convention import Convention
from catclf.encoders.encodings import Floats
from catclf.encoders.identity import EncoderIdentity
from catclf.errors import EncoderError
from catclf.images.preprocessing import Images

N = 6
"""Features of a place: the means of red, green, blue and of their squares."""


class FakeEncoder:
    """Means over the places of a map, or, if it is pooled, the features of all places in a row.

    Sums are of integers, so that they are the same in any order.
    """

    runtime = "1.2.3"
    file = b""

    def __init__(
        self,
        side: int = 224,
        kind: str = "map",
        places: tuple[int, int] = (2, 2),
        *,
        name: str = "fake.onnx",
        resize: str = "stretch",
    ) -> None:
        n = N if kind == "map" else N * places[0] * places[1]
        convention = Convention(side, "NHWC", "uint8", (0.0,) * 3, (1.0,) * 3, resize=resize)
        sha256 = hashlib.sha256(repr((side, kind, places)).encode()).hexdigest()
        self.identity = EncoderIdentity(name, sha256, n, kind, convention)
        self.seen: list[Images] = []
        """The batches of images that it has encoded."""
        self._places = places

    @property
    def count(self) -> int:
        """Number of images that it has encoded."""
        return sum(map(len, self.seen))

    def prepare(self) -> None:
        """There is nothing to open."""

    def encode(self, images: Images) -> Floats:
        self.seen.append(images)
        places = self._map(images)
        if self.identity.kind == "map":
            means: Floats = places.mean(axis=(1, 2), dtype=np.float64).astype(np.float32)
            return means
        return places.reshape(len(images), self.identity.n)

    def maps(self, images: Images) -> Floats:
        if self.identity.kind != "map":
            raise EncoderError("no map")
        return self._map(images)

    def _map(self, images: Images) -> Floats:
        """(m, h, w, N)."""
        side = self.identity.convention.side
        assert images.shape[1:] == (side, side, 3)
        assert images.dtype == np.uint8
        values = np.concatenate([images, images.astype(np.int64) ** 2 // 255], axis=3)
        for axis, places in zip((1, 2), self._places, strict=True):
            assert side % places == 0
            values = np.add.reduceat(values, range(0, side, side // places), axis=axis)
        pixels = (side // self._places[0]) * (side // self._places[1])
        maps: Floats = (values / (255 * pixels)).astype(np.float32)
        return maps
