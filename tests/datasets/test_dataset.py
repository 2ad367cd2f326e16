"""Images that an encoder sees while they are read."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import catclf
from catclf.datasets.dataset import Dataset
from catclf.datasets.folds import hold_out
from catclf.datasets.load import load_dataset
from catclf.datasets.source import open_source
from catclf.errors import DataError, EncoderError, SettingsError
from catclf.images.decode import load_image
from catclf.images.fingerprints import fingerprints
from catclf.images.preprocessing import Images, Preprocessing, mirrored
from tests.conftest import image, write_images
from tests.encoders.fake import FakeEncoder

LARGE = Preprocessing(side=224)


def pooled(**options: Any) -> FakeEncoder:
    return FakeEncoder(kind="pooled", places=(4, 4), **options)


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    """JPEGs that are decoded at another scale for 64 pixels than for 224, and PNGs."""
    folder = tmp_path / "photographs"
    for class_, red in (("cat", 190), ("dog", 80)):
        write_images(folder / class_, 3, red=red)
        for i in range(3):
            image(red + i, red=red, size=(500, 375)).save(folder / class_ / f"{i}.jpg")
    return folder


def hdf5_file(path: Path, side: int) -> Path:
    images = np.random.default_rng(0).integers(0, 256, (6, side, side, 3), np.uint8)
    with h5py.File(path, "w") as file:
        file["train_set_x"], file["train_set_y"] = images, np.array([0, 1] * 3)
    return path


Kind = Callable[[Path, Path], Path]
KINDS: dict[str, Kind] = {
    "files": lambda photographs, folder: photographs,
    "HDF5 at 64": lambda photographs, folder: hdf5_file(folder / "a.h5", 64),
    "HDF5 at 224": lambda photographs, folder: hdf5_file(folder / "a.h5", 224),
    "HDF5 at 100": lambda photographs, folder: hdf5_file(folder / "a.h5", 100),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("resize", ["stretch", "crop"])
def test_an_encoder_changes_no_fingerprint(
    photographs: Path, tmp_path: Path, kind: str, resize: str
) -> None:
    path = KINDS[kind](photographs, tmp_path)
    plain = load_dataset(path, resize=resize)
    encoded = load_dataset(path, resize=resize, encoder=pooled())
    assert encoded.fingerprints.tolist() == plain.fingerprints.tolist()
    assert plain.fingerprints.tolist() == fingerprints(plain.images).tolist()
    assert (encoded.names, encoded.Y.tolist()) == (plain.names, plain.Y.tolist())
    assert encoded.preprocessing == Preprocessing(resize, side=224)
    assert encoded.images.shape == plain.images.shape == (plain.m, 64, 64, 3)


def test_fingerprints_cannot_be_taken_from_what_the_encoder_sees(photographs: Path) -> None:
    """Else the test above would show nothing: all files are larger than 64 pixels."""
    dataset = load_dataset(photographs, encoder=pooled())
    assert not set(fingerprints(dataset.images)) & set(dataset.fingerprints)


def seen_at_224(dataset: Dataset) -> Images:
    return np.stack([load_image(Path(name), LARGE) for name in dataset.names])


def test_each_image_has_its_own_encoding(photographs: Path) -> None:
    dataset = load_dataset(photographs, encoder=pooled())
    assert dataset.encodings
    assert dataset.encodings.mirrored is None
    expected = pooled().encode(seen_at_224(dataset))
    assert dataset.encodings.rows.tobytes() == expected.tobytes()
    assert len(np.unique(expected, axis=0)) == dataset.m


def test_each_image_has_its_own_encoding_where_files_are_skipped(tmp_path: Path) -> None:
    """Broken files in all places, more than are read at once among them."""
    write_images(tmp_path / "d" / "cat", 75, red=190)
    write_images(tmp_path / "d" / "dog", 6, red=80)
    broken = [f"cat/cat-{i:03}.png" for i in (*range(2, 73), 74)] + ["dog/dog-005.png"]
    for name in broken:
        (tmp_path / "d" / name).write_bytes(b"no image")
    dataset = load_dataset(tmp_path / "d", encoder=pooled(), skip_bad=True, flip=True)
    assert (dataset.m, len(dataset.skipped)) == (8, 73)
    assert dataset.encodings
    images = seen_at_224(dataset)
    assert dataset.encodings.rows.tobytes() == pooled().encode(images).tobytes()
    assert dataset.encodings.of_mirrored.tobytes() == pooled().encode(mirrored(images)).tobytes()
    plain = load_dataset(tmp_path / "d", skip_bad=True)
    assert dataset.fingerprints.tolist() == plain.fingerprints.tolist()


def test_a_folder_whose_first_files_are_all_broken(tmp_path: Path) -> None:
    """The encoder is then asked for no images."""
    write_images(tmp_path / "d" / "cat", 66, red=190)
    write_images(tmp_path / "d" / "dog", 2, red=80)
    for i in range(64):
        (tmp_path / "d" / "cat" / f"cat-{i:03}.png").write_bytes(b"no image")
    dataset = load_dataset(tmp_path / "d", encoder=pooled(), skip_bad=True)
    assert dataset.encodings
    assert dataset.encodings.rows.tobytes() == pooled().encode(seen_at_224(dataset)).tobytes()
    assert len(dataset.fingerprints) == dataset.m == 4


def test_broken_files_stop_the_reading(photographs: Path) -> None:
    (photographs / "cat" / "broken.png").write_bytes(b"no image")
    with pytest.raises(DataError, match=r"broken\.png: unsupported or damaged image; remove it"):
        load_dataset(photographs, encoder=pooled())


def test_mirror_images_are_encoded_only_where_they_are_wanted(photographs: Path) -> None:
    dataset = load_dataset(photographs, encoder=pooled(), flip=True)
    assert dataset.encodings
    flipped = pooled().encode(mirrored(seen_at_224(dataset)))
    assert dataset.encodings.of_mirrored.tobytes() == flipped.tobytes()
    without = load_dataset(photographs, encoder=pooled()).encodings
    assert without
    with pytest.raises(SettingsError, match=r"load_dataset\(…, encoder=…, flip=True\)"):
        _ = without.of_mirrored


def test_a_subset_keeps_what_belongs_to_its_images(photographs: Path) -> None:
    dataset = load_dataset(photographs, encoder=pooled(), flip=True)
    chosen = np.arange(dataset.m) % 3 == 1
    part = dataset.subset(chosen)
    assert dataset.encodings
    assert part.encodings
    assert part.encodings.rows.tobytes() == dataset.encodings.rows[chosen].tobytes()
    assert part.encodings.of_mirrored.tobytes() == dataset.encodings.of_mirrored[chosen].tobytes()
    assert part.fingerprints.tolist() == dataset.fingerprints[chosen].tolist()
    again = load_dataset(photographs, encoder=pooled()).subset(chosen).subset(chosen[chosen])
    assert again.fingerprints.tolist() == part.fingerprints.tolist()
    training, held_out = hold_out(dataset, 3, seed=0)
    assert training.m + held_out.m == dataset.m
    for half in (training, held_out):
        assert half.encodings
        rows = pooled().encode(seen_at_224(half))
        assert half.encodings.rows.tobytes() == rows.tobytes()


def test_progress_counts_each_image_once(photographs: Path) -> None:
    steps: list[tuple[int, int]] = []
    load_dataset(
        photographs, encoder=pooled(), flip=True, progress=lambda *step: steps.append(step)
    )
    assert steps[-1] == (12, 12)
    assert [done for done, _ in steps] == sorted({done for done, _ in steps})


def test_images_at_the_encoders_side_are_not_kept(tmp_path: Path) -> None:
    """Neither in the end nor meanwhile."""
    path = tmp_path / "many.h5"
    with h5py.File(path, "w") as file:
        file["train_set_x"] = np.zeros((1500, 112, 112, 3), np.uint8)
        file["train_set_y"] = np.array([0, 1] * 750)
    encoder = FakeEncoder(side=112)
    encoder.encode = lambda images: np.zeros((len(images), 6), np.float32)  # type: ignore[method-assign]
    tracemalloc.start()
    try:
        dataset = load_dataset(path, encoder=encoder)
        kept, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert dataset.images.shape == (1500, 64, 64, 3)
    assert kept < 1.5 * 1500 * 64 * 64 * 3
    assert most < 1500 * 112 * 112 * 3


def test_an_encoder_that_fails_stops_the_reading(photographs: Path) -> None:
    class Failing(FakeEncoder):
        def encode(self, images: Images) -> Any:
            raise EncoderError("it is tired")

    with pytest.raises(EncoderError, match="it is tired"):
        load_dataset(photographs, encoder=Failing())


def test_images_become_square_as_the_encoder_wants_unless_told_otherwise(
    photographs: Path,
) -> None:
    cropping = pooled(resize="crop")
    assert load_dataset(photographs, encoder=cropping).preprocessing == Preprocessing(
        "crop", side=224
    )
    stretched = load_dataset(photographs, encoder=cropping, resize="stretch")
    assert stretched.preprocessing == LARGE
    source = open_source(photographs)
    assert source.preprocessing(FakeEncoder(side=96)) == Preprocessing(side=96)
    assert source.preprocessing() == Preprocessing()


def test_an_encoder_of_64_pixels_sees_the_images_that_are_kept(photographs: Path) -> None:
    encoder = FakeEncoder(side=64)
    dataset = load_dataset(photographs, encoder=encoder)
    assert (np.concatenate(encoder.seen) == dataset.images[:]).all()
    plain = catclf.load_dataset(photographs)
    assert dataset.fingerprints.tolist() == plain.fingerprints.tolist()
