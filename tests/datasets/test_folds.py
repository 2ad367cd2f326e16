import numpy as np
import pytest

from catclf.datasets.folds import stratified_folds
from catclf.errors import DataError

LABELS = np.array([1] * 23 + [0] * 41, np.uint8)
PRINTS = np.arange(64, dtype=np.uint64)


def test_each_fold_has_its_share_of_each_class():
    folds = stratified_folds(LABELS, PRINTS, 5, seed=0)
    assert set(np.bincount(folds)) <= {12, 13}
    assert set(np.bincount(folds[LABELS == 1])) <= {4, 5}
    assert set(np.bincount(folds[LABELS == 0])) <= {8, 9}


def test_seeds_divide_otherwise():
    first = stratified_folds(LABELS, PRINTS, 5, seed=0)
    assert (stratified_folds(LABELS, PRINTS, 5, seed=0) == first).all()
    assert (stratified_folds(LABELS, PRINTS, 5, seed=1) != first).any()


def test_copies_share_a_fold():
    prints = PRINTS.copy()
    prints[20:23] = 7
    prints[60:] = 50
    for seed in range(20):
        folds = stratified_folds(LABELS, prints, 4, seed)
        assert len(set(folds[prints == 7])) == len(set(folds[prints == 50])) == 1


def test_too_few_images_of_a_class():
    with pytest.raises(DataError, match=r"24 folds need 24 different images of each class .* 23"):
        stratified_folds(LABELS, PRINTS, 24, seed=0)
