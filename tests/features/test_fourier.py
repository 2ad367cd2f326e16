from functools import reduce

import numpy as np
import pytest

import catclf
from catclf.evaluation.attribution import explain
from catclf.features.fourier import Fourier
from catclf.features.hog import Hog
from catclf.images.preprocessing import Images, Preprocessing
from tests.features.examples import IMAGES, Floats, learned


@pytest.fixture(scope="module")
def fourier() -> Fourier:
    return Fourier.learn(Hog(), IMAGES, seed=3)


def standardised(images: Images) -> Floats:
    """Rows of HOG features, standardised over IMAGES in float64."""
    training = Hog().columns(IMAGES, np.float64).T
    deviations = training.std(axis=0)
    deviations[deviations < 1e-9] = np.inf
    rows: Floats = (Hog().columns(images, np.float64).T - training.mean(axis=0)) / deviations
    return rows


def hadamard(n: int) -> Floats:
    """The orthogonal Hadamard matrix (n, n) by Sylvester's formula: signs are parities of i & j."""
    i = np.arange(n)
    both = i[:, np.newaxis] & i
    parity = sum((both >> bit) & 1 for bit in range(n.bit_length())) % 2
    matrix: Floats = (1 - 2 * parity) / np.sqrt(n)
    return matrix


def test_inner_products_approximate_the_gaussian_kernel(fourier: Fourier) -> None:
    """All pairs of 60 images; random projections alone cause errors of about 1/√n_x."""
    X = fourier.columns(IMAGES)
    assert X.shape == (4096, 60)
    rows = standardised(IMAGES)
    squares = ((rows[:, np.newaxis] - rows) ** 2).sum(axis=2)
    kernel = np.exp(-0.5 * squares / rows.shape[1])
    errors = X.T @ X / 4096 - kernel
    assert np.abs(errors).max() < 5 / np.sqrt(4096)
    assert np.sqrt((errors**2).mean()) < 1.5 / np.sqrt(4096)


def test_columns_are_those_of_the_formula_with_whole_hadamard_matrices(fourier: Fourier) -> None:
    x = np.zeros((4096, 2))
    x[:1764] = standardised(IMAGES[:2]).T
    H = hadamard(4096)
    for signs in fourier.arrays["fourier_signs"].astype(float):
        x = H @ (signs[:, np.newaxis] * x)
    expected = np.sqrt(2) * np.cos(np.sqrt(2 * 0.5 * 4096 / 1764) * x - np.pi / 4)
    np.testing.assert_allclose(fourier.columns(IMAGES[:2]), expected, atol=2e-3)


def test_signs_are_plus_and_minus_one(fourier: Fourier) -> None:
    signs = fourier.arrays["fourier_signs"]
    assert signs.shape == (3, 4096)
    assert set(np.unique(signs)) == {-1, 1}


def test_classes_that_are_not_linearly_separable_are_learned() -> None:
    """Cats are bright in one half but not in both: exclusive or, which pixels alone cannot say."""
    rng = np.random.default_rng(5)
    bright = rng.integers(0, 2, (2, 160)).astype(bool)
    images = rng.integers(100, 130, (160, 64, 64, 3)).astype(np.uint8)
    images[bright[0], :, :32] += 100
    images[bright[1], :, 32:] += 100
    labels = (bright[0] ^ bright[1]).astype(np.uint8)
    names = [str(i) for i in range(160)]
    dataset = catclf.Dataset(images, labels, names, "cat", "halves", Preprocessing())
    training = np.arange(160) < 80

    def test_accuracy(features: str) -> float:
        settings = catclf.TrainingSettings(solver="lbfgs", l2=1e-3, features=features)
        model = catclf.train(dataset.subset(training), settings).model
        return catclf.evaluate(model, dataset.subset(~training)).metrics.accuracy

    assert test_accuracy("pixels") < 0.8
    assert test_accuracy("fourier:pixels") > 0.95


def test_contributions_are_integrated_gradients(fourier: Fourier) -> None:
    """By the midpoint rule for the formula, in float64, with 2000 steps."""
    w = np.random.default_rng(6).standard_normal((fourier.n_x, 1)) / 10
    x = np.zeros(4096)
    x[:1764] = standardised(IMAGES[:1])[0]
    H = hadamard(4096)
    factors = [H * signs for signs in fourier.arrays["fourier_signs"].astype(float)[::-1]]
    scale = np.sqrt(2 * 0.5 * 4096 / 1764)  # p = W x, where W is this times the factors' product
    p = scale * reduce(lambda v, factor: factor @ v, factors[::-1], x)
    slopes = np.zeros(4096)
    for share in (np.arange(2000) + 0.5) / 2000:
        slopes -= np.sqrt(2) * np.sin(share * p - np.pi / 4) / 2000
    back = scale * reduce(lambda v, factor: factor.T @ v, factors, slopes * w[:, 0])  # W.T @ …
    expected = (back * x)[:1764]
    contributions = fourier.contributions(w, IMAGES[0])
    np.testing.assert_allclose(contributions, expected, atol=2e-4 * np.abs(expected).max() + 1e-5)


@pytest.mark.parametrize("flip", [False, True])
def test_bias_of_an_explanation_is_the_logit_of_the_mean_image(*, flip: bool) -> None:
    features = learned("fourier:patches+hog")
    w = np.random.default_rng(7).standard_normal((features.n_x, 1)) / 10
    explanation = explain(catclf.Model(w, 0.3, features=features, flip=flip), IMAGES[0])
    assert explanation.bias == pytest.approx(0.3 + w.sum(), abs=1e-3)
    total = explanation.bias + explanation.contributions.sum()
    assert explanation.logit == pytest.approx(total)
