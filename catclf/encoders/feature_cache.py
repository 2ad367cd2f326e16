"""Features of an encoder kept in a file, for a second training on the same images."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catclf.encoders.encodings import Floats, ImageEncoder
from catclf.encoders.identity import EncoderIdentity
from catclf.errors import EncoderError, reason_of
from catclf.images.preprocessing import Images
from catclf.storage import ArchiveError, check_writable, read_archive, write_archive

_FORMAT = 1
_DIGEST = 16  # bytes: with so many, no two images ever share one


class CachedEncoder:
    """An encoder that remembers what it made of each image.

    Images are known by their pixels at the encoder's side, so nothing depends on names or on how
    they were decoded and resized.

    Parameters
    ----------
    encoder : ImageEncoder
        Encodes the images that are not known yet.
    known : dict of bytes to array
        Digests of images, and their features (n,).
    """

    def __init__(self, encoder: ImageEncoder, known: dict[bytes, Floats]) -> None:
        self._encoder, self.known = encoder, known

    @property
    def identity(self) -> EncoderIdentity:
        """The encoder's."""
        return self._encoder.identity

    @property
    def runtime(self) -> str:
        """The encoder's."""
        return self._encoder.runtime

    @property
    def file(self) -> bytes:
        """The encoder's."""
        return self._encoder.file

    def prepare(self) -> None:
        """Prepare the encoder."""
        self._encoder.prepare()

    def encode(self, images: Images) -> Floats:
        """Features (m, n) of images (m, side, side, 3)."""
        digests = [_digest(image) for image in images]
        new = [i for i, digest in enumerate(digests) if digest not in self.known]
        if new:
            features = self._encoder.encode(images[new])
            self.known |= {digests[i]: row for i, row in zip(new, features, strict=True)}
        rows = [self.known[digest] for digest in digests]
        return np.stack(rows) if rows else self._encoder.encode(images)

    def maps(self, images: Images) -> Floats:
        """The encoder's maps, which are not kept."""
        return self._encoder.maps(images)


@contextmanager
def cached(encoder: ImageEncoder, path: Path) -> Iterator[CachedEncoder]:
    """Keep what an encoder makes of images in a file.

    Parameters
    ----------
    encoder : ImageEncoder
        The encoder.
    path : Path
        The file; made if it is not there.

    Yields
    ------
    CachedEncoder
        Knows the images in the file. What it learns is added to the file, also when an exception
        ends the context.

    Raises
    ------
    EncoderError
        If the file holds something else, or features of another encoder.
    OutputError
        If the file cannot be written.
    """
    check_writable(path)
    remembering = CachedEncoder(encoder, _read(path, encoder.identity))
    before = len(remembering.known)
    try:
        yield remembering
    finally:
        if len(remembering.known) > before:
            _write(path, remembering)


def _digest(image: Images) -> bytes:
    pixels = np.ascontiguousarray(image).data
    return hashlib.blake2b(pixels, digest_size=_DIGEST).digest()


def _read(path: Path, identity: EncoderIdentity) -> dict[bytes, Floats]:
    """Digests and features in a cache file; none if there is no file."""
    if not path.exists():
        return {}
    try:
        meta, arrays = read_archive(path, lambda _: ("digests", "features"))
        if meta.get("features_cache") != _FORMAT:
            raise ArchiveError("it has another format")
        kept = EncoderIdentity.from_dict(meta.get("encoder"))
        digests, features = arrays["digests"], arrays["features"]
        _require_valid(digests, features, kept.n)
    except (ArchiveError, EncoderError) as error:
        raise EncoderError(
            f"{path} is not a features cache: {error}; remove it, or name another file"
        ) from error
    except OSError as error:
        raise EncoderError(f"{path} cannot be read: {reason_of(error)}") from error
    if kept.function != identity.function:
        raise EncoderError(
            f"{path} has features of another encoder, or of other options for it; remove it, or "
            "name another file with --features-cache"
        )
    return {digest.tobytes(): row for digest, row in zip(digests, features, strict=True)}


def _require_valid(digests: NDArray[Any], features: NDArray[Any], n: int) -> None:
    valid = (
        digests.dtype == np.uint8
        and digests.ndim == features.ndim == 2
        and digests.shape == (len(features), _DIGEST)
        and features.shape[1] == n
        and features.dtype == np.float32
        and np.isfinite(features).all()
    )
    if not valid:
        raise ArchiveError("its arrays have the wrong shape or type, or are not finite")


def _write(path: Path, encoder: CachedEncoder) -> None:
    digests = np.frombuffer(b"".join(encoder.known), np.uint8).reshape(-1, _DIGEST)  # (m, 16)
    meta = {"features_cache": _FORMAT, "encoder": encoder.identity.to_dict()}
    write_archive(path, meta, digests=digests, features=np.stack(list(encoder.known.values())))
