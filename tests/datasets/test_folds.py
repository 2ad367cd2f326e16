import numpy as np
import pytest

from catclf.datasets.dataset import Dataset
from catclf.datasets.folds import hold_out, stratified_folds
from catclf.errors import DataError
from catclf.images.preprocessing import Preprocessing

LABELS = np.array([1] * 23 + [0] * 41, np.uint8)
ALONE = np.arange(64)


def test_each_fold_has_its_share_of_each_class() -> None:
    folds = stratified_folds(LABELS, ALONE, 5, seed=0)
    assert set(np.bincount(folds)) <= {12, 13}
    assert set(np.bincount(folds[LABELS == 1])) <= {4, 5}
    assert set(np.bincount(folds[LABELS == 0])) <= {8, 9}


def test_other_seeds_give_other_folds() -> None:
    first = stratified_folds(LABELS, ALONE, 5, seed=0)
    assert (stratified_folds(LABELS, ALONE, 5, seed=0) == first).all()
    assert (stratified_folds(LABELS, ALONE, 5, seed=1) != first).any()


def test_a_group_shares_a_fold_and_each_fold_has_its_share_of_each_class() -> None:
    groups = ALONE.copy()
    groups[20:23] = 7  # cats with a cat
    groups[60:] = 50
    groups[30:34] = 0  # others with a cat
    for seed in range(20):
        folds = stratified_folds(LABELS, groups, 4, seed)
        for group in (7, 50, 0):
            assert len(set(folds[groups == group])) == 1
        assert set(np.bincount(folds[LABELS == 1])) <= {5, 6, 7}
        assert set(np.bincount(folds[LABELS == 0])) <= {9, 10, 11, 12}


def test_groups_that_are_too_large_for_the_folds() -> None:
    groups = np.array([0] * 22 + [1] + [0] * 40 + [1])  # nearly all are one group
    assert set(np.bincount(stratified_folds(LABELS, groups, 2, seed=0))) == {2, 62}
    with pytest.raises(DataError, match="or as many groups that belong together"):
        stratified_folds(LABELS, groups, 3, seed=0)


def test_too_few_images_of_a_class() -> None:
    with pytest.raises(
        DataError, match=r"at least 24 different images of each class, .* has 23; use fewer"
    ):
        stratified_folds(LABELS, ALONE, 24, seed=0)


def images(labels: list[int]) -> Dataset:
    m = len(labels)
    pixels = np.random.default_rng(0).integers(0, 256, (m, 64, 64, 3), np.uint8)
    names = [str(i) for i in range(m)]
    return Dataset(pixels, np.array(labels, np.uint8), names, "cat", "here", Preprocessing())


def test_one_fold_is_held_out() -> None:
    dataset = images([1] * 10 + [0] * 20)
    rest, held_out = hold_out(dataset, 5, seed=3)
    assert (rest.class_counts(), held_out.class_counts()) == (
        {"cat": 8, "non-cat": 16},
        {"cat": 2, "non-cat": 4},
    )
    folds = stratified_folds(dataset.labels, dataset.groups, 5, seed=3)
    assert list(held_out.names) == [str(i) for i in np.flatnonzero(folds == 0)]
    assert not set(rest.names) & set(held_out.names)


def test_nothing_is_held_out_of_a_single_class() -> None:
    with pytest.raises(DataError, match="has only cat images"):
        hold_out(images([1] * 6), 2, seed=0)
