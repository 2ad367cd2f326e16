from pathlib import Path

import numpy as np
import pytest

from catclf.datasets.dataset import Dataset
from catclf.datasets.groups import group_images
from catclf.datasets.source import open_source
from catclf.errors import DataError, SettingsError
from catclf.images.fingerprints import fingerprints
from catclf.images.preprocessing import Images, Preprocessing
from tests.conftest import write_images
from tests.images.test_bursts import photograph
from tests.images.test_near_duplicates import smooth_images


def partition(groups: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(groups == group).tolist()) for group in set(groups.tolist())}


def grouped(images: Images, **more: object) -> set[frozenset[int]]:
    return partition(group_images(images, fingerprints(images), **more))  # type: ignore[arg-type]


def a_chain(length: int) -> Images:
    """Images of which each is a near duplicate of the next one only."""
    brightness = np.arange(length) * 5
    return (smooth_images(1) // 2 + brightness[:, None, None, None]).astype(np.uint8)


def test_near_duplicates_are_grouped_transitively() -> None:
    images = np.concatenate([a_chain(9), smooth_images(3, seed=5)])[::-1]
    assert grouped(images) == {frozenset(range(3, 12)), *(frozenset({i}) for i in range(3))}


def test_images_with_the_same_key_are_grouped() -> None:
    keys = ["a", None, "b", "a", None, ("b", "c")]
    expected = {frozenset({0, 3}), *(frozenset({i}) for i in (1, 2, 4, 5))}
    assert grouped(smooth_images(6), keys=keys) == expected


def test_groups_do_not_depend_on_the_order_of_the_images() -> None:
    images = np.concatenate([a_chain(4), smooth_images(20, seed=1)])
    order = np.random.default_rng(0).permutation(len(images))
    groups = group_images(images, fingerprints(images))
    shuffled = group_images(images[order], fingerprints(images[order]))
    np.testing.assert_array_equal(shuffled, groups[order])


def test_hundreds_of_images_of_one_scene_are_one_group() -> None:
    rng = np.random.default_rng(0)
    images = smooth_images(1) + rng.integers(0, 4, (400, 64, 64, 3), np.uint8)
    assert len(grouped(images)) == 1


def test_a_subset_keeps_the_groups_of_the_whole() -> None:
    images = a_chain(3)  # without the middle one, the ends are not near duplicates
    labels = np.array([1, 0, 1], np.uint8)
    dataset = Dataset(images, labels, ["0", "1", "2"], "cat", "here", Preprocessing())
    ends = np.array([True, False, True])
    assert len(set(dataset.subset(ends).groups)) == 1
    assert len(grouped(images[ends])) == 2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data set of five cats, two of them of a burst, and four dogs."""
    data = tmp_path / "pets"
    write_images(data / "cat", 3, red=190)
    write_images(data / "dog" / "rex", 2, red=80)
    write_images(data / "dog" / "fido", 2, red=60)
    photograph(data / "cat" / "x-1.jpg", "2026:11:24 10:00:00", seed=1)
    photograph(data / "cat" / "x-2.jpg", "2026:11:24 10:00:02", seed=2)
    return data


def test_a_burst_is_a_group(folder: Path) -> None:
    dataset = open_source(folder).load("all")
    assert partition(dataset.groups) == {
        frozenset({3, 4}),
        *(frozenset({i}) for i in range(9) if i not in (3, 4)),
    }


def keyed(data: Path, group_by: str) -> list[object]:
    source = open_source(data, group_by=group_by)
    return list(source.load("all").keys or ())


def test_group_by_folder(folder: Path) -> None:
    names = [Path(str(key)).name for key in keyed(folder, "folder")]
    assert names == ["cat"] * 5 + ["fido"] * 2 + ["rex"] * 2


def test_group_by_a_regular_expression(folder: Path) -> None:
    assert keyed(folder, r"rex|fido") == [None] * 5 + ["fido"] * 2 + ["rex"] * 2
    assert keyed(folder, r"(x)-(\d)")[3:5] == [("x", "1"), ("x", "2")]


def test_group_by_what_is_neither_a_column_nor_in_a_path(folder: Path) -> None:
    with pytest.raises(DataError, match=r"'zebra': no path of an image of .* matches it"):
        keyed(folder, "zebra")
    with pytest.raises(SettingsError, match=r"'\(' is not a valid regular expression"):
        keyed(folder, "(")
