import json
import os

import h5py
import numpy as np
import pytest

import catclf
from catclf.datasets import hdf5
from catclf.datasets.source import load_dataset, open_source
from catclf.datasets.stored import StoredImages
from catclf.errors import DataError, OutputError
from catclf.images.preprocessing import Preprocessing
from tests.conftest import image, shared, write_images


def packed(data, path, positive=None, **options):
    catclf.pack(open_source(data, positive), path, **options)
    return path


@pytest.fixture
def left_in_the_file(monkeypatch):
    """Let no data set be small enough for memory."""
    monkeypatch.setattr(hdf5, "_IN_MEMORY", 0)


@pytest.mark.parametrize("split", ["train", "test"])
def test_all_comes_back(data, tmp_path, split):
    before = load_dataset(data, split)
    after = load_dataset(packed(data, tmp_path / "p.h5"), split)
    assert (after.images == before.images).all()
    assert after.labels.tolist() == before.labels.tolist()
    assert (after.positive, after.preprocessing) == (before.positive, before.preprocessing)
    assert after.names[0] == f"{tmp_path / 'p.h5'}[{split}/cat/{before.names[0].split('/')[-1]}]"


def test_the_courses_readers_can_open_it(tmp_path):
    folder = shared("catvnoncat")
    path = packed(folder, tmp_path / "p.h5")
    for split in ("train", "test"):
        with (
            h5py.File(folder / f"{split}_catvnoncat.h5") as theirs,
            h5py.File(path) as ours,
        ):
            for key in (f"{split}_set_x", f"{split}_set_y", "list_classes"):
                assert np.array_equal(theirs[key][:], ours[key][:])


def test_what_is_not_divided_comes_back_undivided(tmp_path):
    write_images(tmp_path / "d" / "cat", 3, red=190)
    write_images(tmp_path / "d" / "dog", 2, red=80)
    path = packed(tmp_path / "d", tmp_path / "p.h5")
    assert list(open_source(path).splits) == ["all"]
    with h5py.File(path) as file:
        assert file["train_set_y"][:].tolist() == [1, 1, 1, 0, 0]


def test_validation_and_many_classes(tmp_path):
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


def test_the_way_to_64_by_64_is_kept(data, tmp_path):
    image(3, size=(300, 80)).save(data / "train" / "cat" / "wide.png")
    crop = Preprocessing("crop")
    path = packed(data, tmp_path / "p.h5", preprocessing=crop)
    assert load_dataset(path).preprocessing == crop
    assert (load_dataset(path).images == load_dataset(data, resize="crop").images).all()
    with pytest.raises(DataError, match="packed with --resize crop, but stretch is needed; pack"):
        open_source(path).load("train", Preprocessing("stretch"))


def test_odd_names(tmp_path):
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


def test_bad_images_stop_it_or_are_left_out(data, tmp_path):
    (data / "train" / "cat" / "bad.jpg").write_text("no image")
    with pytest.raises(DataError, match=r"bad\.jpg: unsupported or damaged image; .* --skip-bad"):
        packed(data, tmp_path / "p.h5")
    assert list(tmp_path.glob("*.h5")) + list(tmp_path.glob(".*")) == []
    result = catclf.pack(open_source(data), tmp_path / "p.h5", skip_bad=True)
    assert result.images["train"] == {"cat": 6, "non-cat": 6}
    assert [file.name for file in result.skipped] == [str(data / "train" / "cat" / "bad.jpg")]
    assert load_dataset(tmp_path / "p.h5").m == 12


def test_an_image_that_vanishes(data, tmp_path):
    source = open_source(data)
    (data / "train" / "cat" / "cat-002.png").unlink()
    old = tmp_path / "p.h5"
    old.write_text("old")
    with pytest.raises(DataError, match=r"cat-002\.png: no such file"):
        catclf.pack(source, old)
    assert old.read_text() == "old"


def test_an_interrupt_leaves_the_old_file(data, tmp_path):
    old = tmp_path / "p.h5"
    old.write_text("old")

    def interrupt(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        catclf.pack(open_source(data), old, progress=interrupt)
    assert old.read_text() == "old"
    assert list(tmp_path.glob(".*")) == []


def test_a_file_cut_short(data, tmp_path):
    path = packed(data, tmp_path / "p.h5")
    whole = path.read_bytes()
    for size in (0, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(DataError, match=r"p\.h5"):
            load_dataset(path)


def test_a_file_cut_short_while_it_is_in_use(data, tmp_path, left_in_the_file):
    path = packed(data, tmp_path / "p.h5")
    images = load_dataset(path)
    with path.open("r+b") as file:
        file.truncate(100_000)
    with pytest.raises(DataError, match="cut short"):
        images.images[:]


@pytest.mark.parametrize(
    "meta", ["", "[]", "{}", '{"pictures": {"fit": "fill"}, "undivided": true}']
)
def test_files_of_a_later_version(data, tmp_path, meta):
    path = packed(data, tmp_path / "p.h5")
    with h5py.File(path, "a") as file:
        file.attrs["catclf"] = meta
    with pytest.raises(DataError, match="packed in a way that this version does not know"):
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
def test_arrays_that_do_not_fit(data, tmp_path, key, value):
    path = packed(data, tmp_path / "p.h5")
    with h5py.File(path, "a") as file:
        del file[key]
        file[key] = value
    with pytest.raises(DataError, match=r"p\.h5"):
        load_dataset(path)


def test_training_and_scoring_from_the_file_are_the_same(data, tmp_path, monkeypatch):
    path = packed(data, tmp_path / "p.h5")
    settings = catclf.TrainingSettings(init="random", iterations=20, learning_rate="auto")
    results = []
    for limit in (2**28, 0):
        monkeypatch.setattr(hdf5, "_IN_MEMORY", limit)
        images = load_dataset(path)
        assert isinstance(images.images, StoredImages) == (limit == 0)
        model = catclf.train(images, settings).model
        scores = catclf.evaluate(model, load_dataset(path, "test")).metrics
        results.append((model.w.tobytes(), model.b, model.fingerprints.tobytes(), scores))
    assert results[0] == results[1]


def layouts():
    yield "chunks", {"chunks": (4, 64, 64, 3)}, True
    yield "contiguous", {}, True
    yield "compressed", {"chunks": (4, 64, 64, 3), "compression": "gzip"}, False
    yield "other chunks", {"chunks": (4, 32, 32, 3)}, False


@pytest.mark.parametrize(
    ("options", "direct"), [layout[1:] for layout in layouts()], ids=[x[0] for x in layouts()]
)
@pytest.mark.parametrize("userblock", [0, 512])
def test_slices_are_those_of_the_array(tmp_path, options, direct, userblock):
    array = np.random.default_rng(0).integers(0, 256, (23, 64, 64, 3), np.uint8)
    path = tmp_path / "a.h5"
    with h5py.File(path, "w", userblock_size=userblock) as file:
        file.create_dataset("x", data=array, **options)
    with h5py.File(path) as file:
        stored = StoredImages(path, file["x"])
        assert bool(stored._offsets) == (direct and not userblock)
        assert (stored.shape, len(stored), stored.dtype) == (array.shape, 23, array.dtype)
        for rows in (
            slice(None), slice(3, 5), slice(2, 11), slice(20, 40), slice(7, 7), slice(9, 2),
            slice(None, None, 5), slice(1, 20, 3),
        ):  # fmt: skip
            assert np.array_equal(stored[rows], array[rows])


def test_images_that_were_never_written(tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("x", (9, 64, 64, 3), np.uint8, chunks=(4, 64, 64, 3), fillvalue=7)
        file["x"][:4] = 1
    with h5py.File(path) as file:
        assert StoredImages(path, file["x"])[3:5][:, 0, 0, 0].tolist() == [1, 7]


def test_what_is_told_of_the_progress(data, tmp_path):
    told = []
    packed(data, tmp_path / "p.h5", progress=lambda *numbers: told.append(numbers))
    assert told[-1] == (20, 20)


def test_an_output_that_cannot_be(data, tmp_path):
    with pytest.raises(OutputError, match="is a folder"):
        packed(data, tmp_path)


def test_the_attribute_is_plain_json(data, tmp_path):
    with h5py.File(packed(data, tmp_path / "p.h5")) as file:
        meta = json.loads(file.attrs["catclf"])
    assert meta == {"pictures": Preprocessing().to_dict(), "undivided": False}
