import numpy as np

from catclf.features.standardise import is_constant, means_and_deviations


def test_means_and_deviations_are_those_of_each_feature() -> None:
    means, deviations = means_and_deviations(np.array([[1.0, 3.0], [5.0, 5.0]], np.float32))
    assert means.tolist() == [2, 5]
    assert deviations.tolist() == [1, 0]


def test_features_that_vary_by_rounding_are_constant() -> None:
    assert is_constant(np.array([2.0, 1e-3, 1e-7, 0.0])).tolist() == [False, False, True, True]


def test_all_features_can_be_constant() -> None:
    assert is_constant(np.array([1e-13, 0.0])).all()
    assert is_constant(np.empty(0)).shape == (0,)
