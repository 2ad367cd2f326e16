import numpy as np
import pytest

from catclf.datasets.sampling import stratified_sample

LABELS = np.array([1, 0, 0] * 30, np.uint8)


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize(("share", "cats", "others"), [(0, 0, 0), (0.25, 8, 15), (1, 30, 60)])
def test_each_class_has_its_share(share: float, cats: int, others: int) -> None:
    chosen = stratified_sample(LABELS, generator(), share=share)
    assert (LABELS[chosen] == 1).sum() == cats
    assert (LABELS[chosen] == 0).sum() == others


def test_a_larger_share_includes_a_smaller_one() -> None:
    small, large = (stratified_sample(LABELS, generator(), share=share) for share in (0.3, 0.6))
    assert (large | small).sum() == large.sum() > small.sum()


def test_a_count_is_divided_between_the_classes() -> None:
    chosen = stratified_sample(LABELS, generator(), count=12)
    assert (LABELS[chosen] == 1).sum() == 4
    assert chosen.sum() == 12


def test_a_rare_class_is_not_lost() -> None:
    labels = np.array([1] + [0] * 99, np.uint8)
    chosen = stratified_sample(labels, generator(), count=10)
    assert chosen[0]
    assert chosen.sum() == 10


def test_the_generator_draws_the_images() -> None:
    first, again, other = (
        stratified_sample(LABELS, generator(seed), share=0.5) for seed in (1, 1, 2)
    )
    assert (first == again).all()
    assert (first != other).any()


def test_learning_curves_stay_the_same_from_version_to_version() -> None:
    labels = np.array([0, 1] * 5, np.uint8)
    chosen = stratified_sample(labels, np.random.default_rng((7, 1)), share=0.5)
    expected = np.zeros(10, np.bool_)
    rng = np.random.default_rng((7, 1))
    for members in (np.array([0, 2, 4, 6, 8]), np.array([1, 3, 5, 7, 9])):
        expected[rng.permutation(members)[:2]] = True
    assert chosen.tolist() == expected.tolist()
