import os
import threading
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catclf.datasets.hdf5.contents import contents_of
from catclf.datasets.hdf5.images import StoredImages
from catclf.datasets.hdf5.stored_array import pieces
from catclf.errors import DataError

LAYOUTS: dict[str, tuple[dict[str, Any], bool]] = {
    "chunks": ({"chunks": (4, 64, 64, 3)}, True),
    "contiguous": ({}, True),
    "compressed": ({"chunks": (4, 64, 64, 3), "compression": "gzip"}, False),
    "other chunks": ({"chunks": (4, 32, 32, 3)}, False),
}

SLICES = (
    slice(None), slice(3, 5), slice(2, 11), slice(20, 40), slice(7, 7), slice(9, 2),
    slice(-3, None), slice(None, None, 5), slice(1, 20, 3), slice(5, 5, 2), slice(None, None, -4),
)  # fmt: skip


@pytest.fixture(params=[True, False], ids=["preadv", "seek"])
def with_preadv(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read as most systems do, and as Windows does."""
    if not request.param:
        monkeypatch.delattr(os, "preadv", raising=False)
    elif not hasattr(os, "preadv"):
        pytest.skip("this system does not have preadv")


def stored_images(path: Path) -> StoredImages:
    return StoredImages(path, "train_set_x", contents_of(path).arrays["train_set_x"])


def array(m: int = 23) -> Any:
    return np.random.default_rng(0).integers(0, 256, (m, 64, 64, 3), np.uint8)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 20))
def test_pieces_cover_a_run_once_and_in_order(start: int, count: int, size: int) -> None:
    found = list(pieces(start, count, size))
    items = [chunk * size + place + i for chunk, place, here in found for i in range(here)]
    assert items == list(range(start, start + count))
    assert all(0 <= place < place + here <= size for _, place, here in found)


@pytest.mark.parametrize(("options", "is_plain"), LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("userblock", [0, 512])
@pytest.mark.usefixtures("with_preadv")
def test_slices_are_those_of_the_array(
    tmp_path: Path, options: dict[str, Any], is_plain: bool, userblock: int
) -> None:
    images = array()
    path = tmp_path / "a.h5"
    with h5py.File(path, "w", userblock_size=userblock) as file:
        file.create_dataset("train_set_x", data=images, **options)
    with h5py.File(path):
        stored = stored_images(path)
        assert stored.is_plain == (is_plain and not userblock)
        assert (stored.shape, len(stored), stored.dtype) == (images.shape, 23, images.dtype)
        for rows in SLICES:
            assert np.array_equal(stored[rows], images[rows])


def test_images_that_were_never_written(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset(
            "train_set_x", (9, 64, 64, 3), np.uint8, chunks=(4, 64, 64, 3), fillvalue=7
        )
        file["train_set_x"][:4] = 1
    with h5py.File(path):
        assert stored_images(path)[3:5][:, 0, 0, 0].tolist() == [1, 7]


@pytest.mark.usefixtures("with_preadv")
def test_a_truncated_file(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["train_set_x"] = array()
    with h5py.File(path):
        stored = stored_images(path)
        with path.open("r+b") as raw:
            raw.truncate(100_000)
        with pytest.raises(DataError, match=r"a\.h5 has changed while it was in use; start again"):
            stored[:2]
        with pytest.raises(DataError, match=r"a\.h5 is truncated"):
            stored[:]


@pytest.mark.usefixtures("with_preadv")
def test_several_threads_read_at_once(tmp_path: Path) -> None:
    images = array()
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["train_set_x"] = images
    with h5py.File(path):
        stored = stored_images(path)
        wrong: list[int] = []

        def read(place: int) -> None:
            for _ in range(100):
                if not np.array_equal(stored[place : place + 1], images[place : place + 1]):
                    wrong.append(place)

        threads = [threading.Thread(target=read, args=(place,)) for place in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []
