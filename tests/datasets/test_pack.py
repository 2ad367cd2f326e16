import gc
import json
import os
import sys
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from numpy.typing import NDArray

import catclf
from catclf.datasets.hdf5.images import StoredImages
from catclf.datasets.load import load_dataset
from catclf.datasets.source import open_source
from catclf.errors import DataError, OutputError
from catclf.images.preprocessing import Preprocessing
from tests.conftest import image, needs_posix, shared, write_images
from tests.encoders.fake import FakeEncoder


def packed(data: Path, path: Path, positive: str | None = None, **options: Any) -> Path:
    catclf.pack(open_source(data, positive), path, **options)
    return path


@pytest.mark.parametrize("split", ["train", "test"])
def test_everything_comes_back(data: Path, tmp_path: Path, split: str) -> None:
    before = load_dataset(data, split)
    after = load_dataset(packed(data, tmp_path / "p.h5"), split)
    assert np.array_equal(after.images[:], before.images[:])
    assert after.labels.tolist() == before.labels.tolist()
    assert (after.positive, after.preprocessing) == (before.positive, before.preprocessing)
    assert after.names[0] == f"{tmp_path / 'p.h5'}[{split}/cat/{Path(before.names[0]).name}]"


@pytest.mark.real_data
def test_the_courses_readers_can_open_it(tmp_path: Path) -> None:
    folder = shared("catvnoncat")
    path = packed(folder, tmp_path / "p.h5")
    for split in ("train", "test"):
        with (
            h5py.File(folder / f"{split}_catvnoncat.h5") as theirs,
            h5py.File(path) as ours,
        ):
            for key in (f"{split}_set_x", f"{split}_set_y", "list_classes"):
                assert np.array_equal(theirs[key][:], ours[key][:])


def test_what_is_not_divided_comes_back_undivided(tmp_path: Path) -> None:
    write_images(tmp_path / "d" / "cat", 3, red=190)
    write_images(tmp_path / "d" / "dog", 2, red=80)
    path = packed(tmp_path / "d", tmp_path / "p.h5")
    assert list(open_source(path).splits) == ["all"]
    with h5py.File(path) as file:
        assert file["train_set_y"][:].tolist() == [1, 1, 1, 0, 0]


def test_validation_and_many_classes(tmp_path: Path) -> None:
    for split in ("train", "val"):
        for name, red in (("bird", 90), ("cat", 190), ("dog", 60)):
            write_images(tmp_path / "d" / split / name, 2, red=red)
    path = packed(tmp_path / "d", tmp_path / "p.h5")
    assert set(open_source(path).splits) == {"train", "validation"}
    assert load_dataset(path, "validation").labels.tolist() == [0, 0, 1, 1, 0, 0]
    assert load_dataset(path, positive="bird").labels.tolist() == [1, 1, 0, 0, 0, 0]
    again = packed(path, tmp_path / "q.h5", "dog")
    with h5py.File(again) as file:
        assert file["train_set_y"][:].tolist() == [0, 0, 0, 0, 1, 1]
        assert file["list_classes"][:].tolist() == [b"non-dog", b"dog"]
    assert load_dataset(again).labels.tolist() == [0, 0, 1, 1, 0, 0]


def test_the_preprocessing_is_kept(data: Path, tmp_path: Path) -> None:
    image(3, size=(300, 80)).save(data / "train" / "cat" / "wide.png")
    crop = Preprocessing("crop")
    path = packed(data, tmp_path / "p.h5", preprocessing=crop)
    assert load_dataset(path).preprocessing == crop
    cropped = load_dataset(data, resize="crop")
    assert np.array_equal(load_dataset(path).images[:], cropped.images[:])
    with pytest.raises(DataError, match="with --side 64 --resize crop, but --side 64 --res"):
        open_source(path).load("train", Preprocessing("stretch"))


@needs_posix
def test_odd_names(tmp_path: Path) -> None:
    folder = tmp_path / "d" / "cat"
    write_images(folder, 2, red=190)
    (folder / "cat-000.png").rename(folder / "кот [1]\n.png")
    (folder / "cat-001.png").rename(folder / os.fsdecode(b"\xff\xfe.png"))
    write_images(tmp_path / "d" / "dog", 1, red=90)
    before = load_dataset(tmp_path / "d").names
    after = load_dataset(packed(tmp_path / "d", tmp_path / "p.h5")).names
    assert [name.replace(f"{tmp_path}/p.h5[", "")[:-1] for name in after] == [
        name.replace(f"{tmp_path}/d/", "") for name in before
    ]


def test_bad_images_stop_it_or_are_skipped(data: Path, tmp_path: Path) -> None:
    (data / "train" / "cat" / "bad.jpg").write_text("no image")
    with pytest.raises(DataError, match=r"bad\.jpg: unsupported or damaged image; .* --skip-bad"):
        packed(data, tmp_path / "p.h5")
    assert list(tmp_path.glob("*.h5")) + list(tmp_path.glob(".*")) == []
    result = catclf.pack(open_source(data), tmp_path / "p.h5", skip_bad=True)
    assert result.images["train"] == {"cat": 6, "non-cat": 6}
    assert [file.name for file in result.skipped] == [str(data / "train" / "cat" / "bad.jpg")]
    assert load_dataset(tmp_path / "p.h5").m == 12


def test_an_image_that_vanishes(data: Path, tmp_path: Path) -> None:
    source = open_source(data)
    (data / "train" / "cat" / "cat-002.png").unlink()
    old = tmp_path / "p.h5"
    old.write_text("old")
    with pytest.raises(DataError, match=r"cat-002\.png: no such file"):
        catclf.pack(source, old)
    assert old.read_text() == "old"


def test_an_interrupt_leaves_the_old_file(data: Path, tmp_path: Path) -> None:
    old = tmp_path / "p.h5"
    old.write_text("old")

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        catclf.pack(open_source(data), old, progress=interrupt)
    assert old.read_text() == "old"
    assert list(tmp_path.glob(".*")) == []


def test_an_interrupt_while_the_library_opens_the_file_is_silent(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(file: h5py.File) -> None:
        raise KeyboardInterrupt

    ignored: list[object] = []
    monkeypatch.setattr(h5py.File, "__enter__", interrupted)
    monkeypatch.setattr(sys, "unraisablehook", ignored.append)
    with pytest.raises(KeyboardInterrupt):
        catclf.pack(open_source(data), tmp_path / "p.h5")
    gc.collect()
    assert ignored == []
    assert not (tmp_path / "p.h5").exists()


def test_a_truncated_file(data: Path, tmp_path: Path) -> None:
    path = packed(data, tmp_path / "p.h5")
    whole = path.read_bytes()
    for size in (0, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(DataError, match=r"p\.h5"):
            load_dataset(path)


def test_a_file_truncated_while_it_is_in_use(data: Path, tmp_path: Path) -> None:
    path = packed(data, tmp_path / "p.h5")
    dataset = load_dataset(path, memory_limit=0)
    with path.open("r+b") as file:
        file.truncate(100_000)
    with pytest.raises(DataError, match="is truncated"):
        dataset.images[:]


@pytest.mark.parametrize(
    "meta", ["", "[]", "{}", '{"pictures": {"fit": "fill"}, "undivided": true}']
)
def test_files_of_a_later_version(data: Path, tmp_path: Path, meta: str) -> None:
    path = packed(data, tmp_path / "p.h5")
    with h5py.File(path, "a") as file:
        file.attrs["catclf"] = meta
    with pytest.raises(DataError, match="packed in a way that this version does not support"):
        load_dataset(path)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("train_set_names", np.array([b"a", b"b"])),
        ("train_set_class", np.zeros(3, int)),
        ("train_set_class", np.full(12, 7)),
        ("train_set_class", np.zeros(12)),
    ],
)
def test_arrays_that_do_not_match(
    data: Path, tmp_path: Path, key: str, value: NDArray[Any]
) -> None:
    path = packed(data, tmp_path / "p.h5")
    with h5py.File(path, "a") as file:
        del file[key]
        file[key] = value
    with pytest.raises(DataError, match=r"p\.h5"):
        load_dataset(path)


def test_training_and_scoring_from_the_file_are_the_same(data: Path, tmp_path: Path) -> None:
    path = packed(data, tmp_path / "p.h5")
    settings = catclf.TrainingSettings(init="random", iterations=20, learning_rate="auto")
    results = []
    for limit in (2**28, 0):
        dataset = load_dataset(path, memory_limit=limit)
        assert isinstance(dataset.images, StoredImages) == (limit == 0)
        model = catclf.train(dataset, settings).model
        scores = catclf.evaluate(model, load_dataset(path, "test")).metrics
        results.append((model.w.tobytes(), model.b, model.fingerprints.tobytes(), scores))
    assert results[0] == results[1]


def test_progress_is_reported(data: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    packed(data, tmp_path / "p.h5", progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (20, 20)


def test_an_output_that_cannot_be_written(data: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is a folder"):
        packed(data, tmp_path)


def test_the_attribute_is_plain_json(data: Path, tmp_path: Path) -> None:
    with h5py.File(packed(data, tmp_path / "p.h5")) as file:
        meta = json.loads(file.attrs["catclf"])
    assert meta == {"pictures": Preprocessing().to_dict(), "undivided": False}


def test_of_files_on_another_drive_the_name_remains(
    monkeypatch: pytest.MonkeyPatch, data: Path, tmp_path: Path
) -> None:
    def refuse(path: str, start: Path) -> str:
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr(os.path, "relpath", refuse)
    path = packed(data, tmp_path / "p.h5")
    assert load_dataset(path).names[0] == f"{path}[cat-000.png]"


def at_224(data: Path, path: Path) -> Path:
    """Photographs larger than 224 pixels and images that are smaller, packed for an encoder."""
    for class_, red in (("cat", 190), ("dog", 80)):
        for i in range(2):
            picture = image(7 * red + i, red=red, size=(500, 375))
            picture.save(data / "train" / class_ / f"{i}.jpg")
    return packed(data, path, preprocessing=Preprocessing(side=224))


@pytest.mark.parametrize("split", ["train", "test"])
def test_what_is_packed_for_an_encoder_has_the_encodings_and_fingerprints_of_the_files(
    data: Path, tmp_path: Path, split: str
) -> None:
    path = at_224(data, tmp_path / "p.h5")
    files, file = (
        load_dataset(each, split, encoder=FakeEncoder(kind="pooled", places=(4, 4)), flip=True)
        for each in (data, path)
    )
    assert files.encodings
    assert file.encodings
    assert file.encodings.rows.tobytes() == files.encodings.rows.tobytes()
    assert file.encodings.of_mirrored.tobytes() == files.encodings.of_mirrored.tobytes()
    assert file.fingerprints.tolist() == files.fingerprints.tolist()
    assert files.fingerprints.tolist() == load_dataset(data, split).fingerprints.tolist()
    assert file.labels.tolist() == files.labels.tolist()
    assert file.preprocessing == files.preprocessing == Preprocessing(side=224)


def test_packing_again_keeps_the_fingerprints_of_the_files(data: Path, tmp_path: Path) -> None:
    once = at_224(data, tmp_path / "p.h5")
    twice = packed(once, tmp_path / "q.h5")
    assert open_source(twice).packed == Preprocessing(side=224)
    fingerprints = load_dataset(twice, encoder=FakeEncoder()).fingerprints
    assert fingerprints.tolist() == load_dataset(data).fingerprints.tolist()


def test_arrays_of_any_size_are_packed_for_an_encoder(tmp_path: Path) -> None:
    for side in (224, 64, 30):
        with h5py.File(tmp_path / f"{side}.h5", "w") as file:
            file["test_set_x"] = np.random.default_rng(side).integers(
                0, 256, (3, side, side, 3), np.uint8
            )
            file["test_set_y"] = np.array([0, 1, 1])
        path = packed(
            tmp_path / f"{side}.h5", tmp_path / "p.h5", preprocessing=Preprocessing(side=224)
        )
        with h5py.File(path) as file:
            assert file["test_set_x"].shape == (3, 224, 224, 3)
        prints = load_dataset(path, "test", encoder=FakeEncoder()).fingerprints.tolist()
        assert prints == load_dataset(tmp_path / f"{side}.h5", "test").fingerprints.tolist()


def test_a_file_for_one_side_is_refused_for_another(data: Path, tmp_path: Path) -> None:
    large, small = at_224(data, tmp_path / "p.h5"), packed(data, tmp_path / "q.h5")
    cases = (
        (large, None, "--side 224 --resize stretch", "--side 64 --resize stretch"),
        (small, FakeEncoder(), "--side 64 --resize stretch", "--side 224 --resize stretch"),
        (large, FakeEncoder(side=96), "--side 224 --resize stretch", "--side 96 --resize stretch"),
    )
    for path, encoder, has, needs in cases:
        with pytest.raises(DataError) as caught:
            load_dataset(path, encoder=encoder)
        assert str(caught.value) == (
            f"{path} was packed with {has}, but {needs} is needed; pack the images again with "
            f"{needs}"
        )


@pytest.mark.parametrize(
    "wrong",
    [
        np.arange(3, dtype=np.uint64),
        np.arange(12, dtype=np.int64),
        np.arange(12, dtype=np.float64),
        np.arange(12, dtype=np.uint32),
        np.array([b"0"] * 12),
        np.arange(24, dtype=np.uint64).reshape(12, 2),
    ],
)
def test_fingerprints_that_do_not_match_are_refused(
    data: Path, tmp_path: Path, wrong: NDArray[Any]
) -> None:
    path = packed(data, tmp_path / "p.h5", preprocessing=Preprocessing(side=224))
    with h5py.File(path, "r+") as file:
        assert file["train_set_fingerprints"].shape == (12,)
        del file["train_set_fingerprints"]
        file["train_set_fingerprints"] = wrong
    with pytest.raises(DataError, match="train_set_fingerprints does not match train_set_x"):
        open_source(path)


def test_fingerprints_are_packed_only_where_they_differ(data: Path, tmp_path: Path) -> None:
    with h5py.File(packed(data, tmp_path / "p.h5")) as file:
        assert "train_set_fingerprints" not in set(file)


def test_files_that_are_skipped_have_no_fingerprints(data: Path, tmp_path: Path) -> None:
    (data / "train" / "cat" / "cat-002.png").write_text("no image")
    preprocessing = Preprocessing(side=96)
    path = packed(data, tmp_path / "p.h5", preprocessing=preprocessing, skip_bad=True)
    prints = load_dataset(path, encoder=FakeEncoder(side=96)).fingerprints.tolist()
    assert prints == load_dataset(data, skip_bad=True).fingerprints.tolist()


def test_leaks_are_found_in_a_file_for_an_encoder(data: Path, tmp_path: Path) -> None:
    """Of a copied JPEG: exactly, as if both files had been read at 64 pixels."""
    path = at_224(data, tmp_path / "p.h5")
    (data / "test" / "cat" / "copied.jpg").write_bytes(
        (data / "train" / "cat" / "1.jpg").read_bytes()
    )
    assert not [pair for pair in catclf.check(open_source(path)).leaks if pair.exact]
    path = packed(data, tmp_path / "p.h5", preprocessing=Preprocessing(side=224))
    report = catclf.check(open_source(path))
    (leak,) = (pair for pair in report.leaks if pair.exact)
    assert leak.names == (f"{path}[train/cat/1.jpg]", f"{path}[test/cat/copied.jpg]")
    assert report.images == {"train": {"cat": 8, "dog": 8}, "test": {"cat": 5, "dog": 4}}


def test_exact_duplicates_in_a_file_for_an_encoder_are_told_by_the_fingerprints_in_it(
    data: Path, tmp_path: Path
) -> None:
    """Those of the files at 64 pixels, not of what the packed images would be there."""
    path = at_224(data, tmp_path / "p.h5")
    with h5py.File(path, "r+") as file:
        file["test_set_fingerprints"][3] = file["train_set_fingerprints"][0]
    (leak,) = (pair for pair in catclf.check(open_source(path)).leaks if pair.exact)
    assert leak.names == (f"{path}[train/cat/0.jpg]", f"{path}[test/cat/cat-103.png]")
