"""Features of an encoder that are kept in a file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from catclf.datasets.load import load_dataset
from catclf.encoders.feature_cache import cached
from catclf.errors import EncoderError, OutputError
from catclf.images.preprocessing import mirrored
from tests.conftest import write_images
from tests.encoders.fake import FakeEncoder

IMAGES = np.random.default_rng(0).integers(0, 256, (10, 32, 32, 3), np.uint8)


def some(**options: Any) -> FakeEncoder:
    return FakeEncoder(32, "pooled", **options)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A cache of the first six images."""
    file = tmp_path / "features.npz"
    with cached(some(), file) as encoder:
        encoder.encode(IMAGES[:6])
    return file


def test_known_images_are_not_encoded_again(path: Path) -> None:
    inner = some()
    with cached(inner, path) as encoder:
        features = encoder.encode(IMAGES[5::-1])
        assert encoder.encode(IMAGES[2:4]).tobytes() == features[[3, 2]].tobytes()
    assert inner.count == 0
    assert features.dtype == np.float32
    assert features.tobytes() == some().encode(IMAGES[5::-1]).tobytes()


def test_new_images_are_encoded_and_added(path: Path) -> None:
    inner = some()
    with cached(inner, path) as encoder:
        mixed = IMAGES[[7, 0, 9, 3, 7]]
        assert encoder.encode(mixed).tobytes() == some().encode(mixed).tobytes()
    assert {image.tobytes() for batch in inner.seen for image in batch} == {
        IMAGES[7].tobytes(),
        IMAGES[9].tobytes(),
    }
    again = some()
    with cached(again, path) as encoder:
        encoder.encode(IMAGES)
    assert (np.concatenate(again.seen) == IMAGES[[6, 8]]).all()


def test_a_mirror_image_is_another_image(path: Path) -> None:
    inner = some()
    with cached(inner, path) as encoder:
        flipped = encoder.encode(mirrored(IMAGES[:6]))
    assert inner.count == 6
    assert flipped.tobytes() == some().encode(mirrored(IMAGES[:6])).tobytes()
    with cached(some(), path) as encoder:
        assert len(encoder.known) == 12


def test_it_is_saved_also_when_it_is_interrupted(path: Path) -> None:
    def interrupt() -> None:
        with cached(some(), path) as encoder:
            encoder.encode(IMAGES[6:9])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupt()
    inner = some()
    with cached(inner, path) as encoder:
        encoder.encode(IMAGES)
    assert inner.count == 1


def test_a_file_that_learns_nothing_is_not_written(path: Path) -> None:
    before = path.read_bytes(), path.stat().st_mtime_ns
    with cached(some(), path) as encoder:
        encoder.encode(IMAGES[:6])
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    with cached(some(), path.with_name("new.npz")):
        pass
    assert not path.with_name("new.npz").exists()


def test_no_images_have_no_features(path: Path) -> None:
    with cached(some(), path) as encoder:
        assert encoder.encode(IMAGES[:0]).shape == (0, some().identity.n)


def test_it_has_the_encoders_identity_and_maps(path: Path) -> None:
    inner = FakeEncoder(32)
    with cached(inner, path.with_name("maps.npz")) as encoder:
        assert (encoder.identity, encoder.runtime) == (inner.identity, inner.runtime)
        assert encoder.maps(IMAGES).tobytes() == inner.maps(IMAGES).tobytes()


@pytest.mark.parametrize(
    "other",
    [
        some(places=(4, 4)),
        FakeEncoder(64, "pooled"),
        FakeEncoder(32, "map"),
    ],
)
def test_another_encoder_is_refused(path: Path, other: FakeEncoder) -> None:
    before = path.read_bytes()
    with pytest.raises(EncoderError) as caught, cached(other, path):
        pass
    assert str(caught.value) == (
        f"{path} has features of another encoder, or of other options for it; remove it, or name "
        "another file with --features-cache"
    )
    assert path.read_bytes() == before


@pytest.mark.parametrize("same", [some(name="other.onnx"), some(resize="crop")])
def test_the_same_encoder_by_another_name_is_not(path: Path, same: FakeEncoder) -> None:
    """Nor one with another way to make images square: images are known by their pixels."""
    with cached(same, path) as encoder:
        assert encoder.known


Change = Callable[[dict[str, NDArray[Any]]], dict[str, Any]]


def meta_with(**changes: Any) -> Change:
    return lambda arrays: {
        "meta": np.array(json.dumps(json.loads(str(arrays["meta"])) | changes)),
    }


DAMAGED: dict[str, Change] = {
    "format 2": meta_with(features_cache=2),
    "no format": meta_with(features_cache=None),
    "a number as meta": lambda arrays: {"meta": np.array("3")},
    "no digests": lambda arrays: {"digests": None},
    "too few digests": lambda arrays: {"digests": arrays["digests"][1:]},
    "short digests": lambda arrays: {"digests": arrays["digests"][:, 1:]},
    "signed digests": lambda arrays: {"digests": arrays["digests"].astype(np.int8)},
    "flat features": lambda arrays: {"features": arrays["features"].ravel()},
    "features of 64 bits": lambda arrays: {"features": arrays["features"].astype(np.float64)},
    "infinite features": lambda arrays: {"features": arrays["features"] / np.float32(0)},
    "fewer features": lambda arrays: {"features": arrays["features"][:, 1:]},
    "an array more": lambda arrays: {"w": np.zeros(3)},
}


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_cache_is_refused(path: Path, damage: str) -> None:
    with np.load(path) as file:
        arrays = dict(file)
    changed = {k: v for k, v in (arrays | DAMAGED[damage](arrays)).items() if v is not None}
    np.savez(path, **changed)
    before = path.read_bytes()
    with (
        pytest.raises(EncoderError, match="is not a features cache: ") as caught,
        cached(some(), path),
    ):
        pass
    assert str(caught.value).startswith(f"{path} ")
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04" + bytes(100)])
def test_a_foreign_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cat.jpg"
    path.write_bytes(content)
    with (
        pytest.raises(EncoderError, match=r"cat\.jpg is not a features cache: .*; remove it, or"),
        cached(some(), path),
    ):
        pass
    assert path.read_bytes() == content


def test_a_model_is_no_cache(model_path: Path) -> None:
    with pytest.raises(EncoderError, match="is not a features cache"), cached(some(), model_path):
        pass


def test_a_folder_that_is_not_there_is_told_before_anything_is_encoded(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match="there is no folder"),
        cached(some(), tmp_path / "no" / "features.npz"),
    ):
        raise AssertionError


def test_a_data_set_is_read_twice_and_encoded_once(tmp_path: Path) -> None:
    write_images(tmp_path / "d" / "cat", 3, red=190)
    write_images(tmp_path / "d" / "dog", 3, red=80)
    path = tmp_path / "features.npz"
    counts, rows = [], []
    for flip in (False, True, True):
        inner = some()
        with cached(inner, path) as encoder:
            dataset = load_dataset(tmp_path / "d", encoder=encoder, flip=flip)
        assert dataset.encodings
        counts.append(inner.count)
        rows.append(dataset.encodings.rows.tobytes())
    assert counts == [6, 6, 0]
    assert rows[0] == rows[1] == rows[2]
