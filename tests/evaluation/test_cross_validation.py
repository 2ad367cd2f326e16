"""Scores that hold: what belongs together is never on both sides."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from catclf.datasets.dataset import Dataset
from catclf.evaluation.cross_validation import cross_validate
from catclf.images.preprocessing import Preprocessing
from catclf.training.settings import TrainingSettings
from tests.images.test_near_duplicates import smooth_images

M = 150


@pytest.fixture(scope="module")
def doubled() -> Any:
    """Images with labels at random, and each of them once more, with noise."""
    rng = np.random.default_rng(0)
    images = smooth_images(M)
    noise = rng.integers(-3, 4, images.shape)
    labels = rng.permutation(np.arange(M) % 2).astype(np.uint8)
    return Dataset(
        np.concatenate([images, images + noise]).astype(np.uint8),
        np.concatenate([labels, labels]),
        [str(i) for i in range(2 * M)],
        "cat",
        "here",
        Preprocessing(),
    )


SETTINGS = TrainingSettings(solver="lbfgs", features="hog", l2="auto", calibrate=True)


def test_random_labels_cannot_be_learned_from_doubled_images(doubled: Dataset) -> None:
    auc = cross_validate(doubled, SETTINGS, 5).together.roc_auc
    assert auc is not None
    # The standard error of an AUC of 0.5 on 75 and 75 independent images is 0.047.
    assert abs(auc - 0.5) < 0.15


def test_progress_is_told_of_folds_and_within_them(doubled: Dataset) -> None:
    told: list[tuple[object, ...]] = []
    cross_validate(
        doubled,
        replace(SETTINGS, l2=0.1, calibrate=False),
        2,
        progress=lambda *part: told.append(part),
        on_stage=lambda *part: told.append(part),
        on_step=lambda *step: told.append(("steps", step[0])),
    )
    folds = [part for part in told if len(part) == 2 and part[0] != "steps"]
    assert folds == [(0, 2), (1, 2), (2, 2)]
    first = [str(part[0]) for part in told[: told.index((1, 2))]]
    assert list(dict.fromkeys(first)) == ["0", "features", "steps", "evaluating"]


def test_they_seem_to_be_learned_where_images_are_not_grouped(doubled: Dataset) -> None:
    alone = replace(doubled, known_groups=np.arange(2 * M))
    auc = cross_validate(alone, SETTINGS, 5).together.roc_auc
    assert auc is not None
    assert auc > 0.9
