"""When images as a whole are called unlike the training images."""

from dataclasses import replace

import numpy as np
import pytest

from catclf.evaluation.strange_share import strange_share
from catclf.model import Model
from catclf.strangeness import PrincipalSubspace, Strangeness


def model(held_out: int) -> Model:
    """A model that held out so many images."""
    subspace = PrincipalSubspace(np.zeros(4, np.float32), np.zeros((1, 4), np.float32))
    ranking = Strangeness(subspace, np.zeros(held_out, np.float32))
    return replace(Model(np.zeros((12288, 1)), 0.0), strangeness=ranking)


def ranks(strange: int, m: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.repeat([0.96, 0.94], [strange, m - strange])


@pytest.mark.parametrize(
    ("strange", "m", "unlike"),
    [(0, 100, False), (5, 100, False), (12, 100, False), (30, 100, True), (1, 1, True)],
)
def test_far_more_strange_images_than_expected_are_a_warning(
    strange: int, m: int, unlike: bool
) -> None:
    share = strange_share(model(100), ranks(strange, m), np.zeros(m, np.bool_))
    assert share
    assert share.share == strange / m
    assert share.is_unlike == unlike


def test_images_that_were_trained_on_do_not_count() -> None:
    seen = np.arange(100) >= 10
    share = strange_share(model(100), ranks(10, 100), seen)
    assert share
    assert (share.images, share.share) == (10, 1)
    assert strange_share(model(100), ranks(10, 100), np.ones(100, np.bool_)) is None


def test_too_few_held_out_images_tell_nothing() -> None:
    seen = np.zeros(100, np.bool_)
    assert strange_share(model(18), ranks(10, 100), seen) is None
    assert strange_share(model(19), ranks(10, 100), seen)
    assert strange_share(model(100), None, seen) is None
