import numpy as np
import pytest
from scipy.linalg import hadamard

import catclf
from catclf.evaluation.attribution import explain
from catclf.features import array_names, learn_features, restore_features
from catclf.images.preprocessing import Preprocessing

RNG = np.random.default_rng(5)


def images(m: int) -> np.ndarray:
    """Smooth images, more or less alike."""
    coarse = RNG.integers(0, 256, (m, 8, 8, 3)).astype(float)
    smooth = np.kron(coarse, np.ones((1, 8, 8, 1)))
    return np.clip(smooth + RNG.normal(0, 10, smooth.shape), 0, 255).astype(np.uint8)


PICTURES = images(60)


def standardised(features, some: np.ndarray) -> np.ndarray:
    """Rows of the features inside, worked out again."""
    training = features.inner.columns(PICTURES, np.float64).T
    deviations = training.std(axis=0)
    deviations[deviations < 1e-9] = np.inf
    return (features.inner.columns(some, np.float64).T - training.mean(axis=0)) / deviations


def test_products_are_the_gaussian_kernel():
    """All pairs of 60 images; an error of 1/√n_x each is what chance alone allows."""
    features = learn_features("fourier:hog", PICTURES, 0)
    X = features.columns(PICTURES)
    assert X.shape == (4096, 60)
    rows = standardised(features, PICTURES)
    squares = ((rows[:, np.newaxis] - rows) ** 2).sum(axis=2)
    kernel = np.exp(-0.5 * squares / rows.shape[1])
    errors = X.T @ X / 4096 - kernel
    assert np.abs(errors).max() < 5 / np.sqrt(4096)
    assert np.sqrt((errors**2).mean()) < 1.5 / np.sqrt(4096)


def test_columns_by_the_formula_with_whole_hadamard_matrices():
    features = learn_features("fourier:hog", PICTURES, 3)
    x = np.zeros((4096, 2))
    x[:1764] = standardised(features, PICTURES[:2]).T
    H = hadamard(4096) / 64
    for signs in features.arrays["fourier_signs"].astype(float):
        x = H @ (signs[:, np.newaxis] * x)
    expected = np.sqrt(2) * np.cos(np.sqrt(2 * 0.5 * 4096 / 1764) * x - np.pi / 4)
    np.testing.assert_allclose(features.columns(PICTURES[:2]), expected, atol=2e-3)


def test_an_image_alone_has_the_same_columns_as_in_a_crowd():
    features = learn_features("fourier:hog", PICTURES, 0)
    crowd = features.columns(np.concatenate([PICTURES, PICTURES]), np.float32)
    for i in (0, 1, 59, 64, 119):
        alone = features.columns(PICTURES[i % 60 : i % 60 + 1], np.float32)
        np.testing.assert_array_equal(alone[:, 0], crowd[:, i])


def test_seed_and_images_decide():
    first = learn_features("fourier:hog", PICTURES, 1).arrays
    again = learn_features("fourier:hog", PICTURES, 1).arrays
    other = learn_features("fourier:hog", PICTURES, 2).arrays
    for name, array in first.items():
        np.testing.assert_array_equal(array, again[name])
    assert (first["fourier_signs"] != other["fourier_signs"]).any()
    assert set(np.unique(first["fourier_signs"])) == {-1, 1}


def test_what_it_learned_restores_it():
    features = learn_features("fourier:patches+hog", PICTURES, 0)
    assert set(features.arrays) == set(array_names("fourier:patches+hog"))
    restored = restore_features("fourier:patches+hog", features.arrays)
    assert restored.name == "fourier:patches+hog"
    assert restored.n_x == 16384
    np.testing.assert_array_equal(
        restored.columns(PICTURES[:3], np.float32), features.columns(PICTURES[:3], np.float32)
    )


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("fourier_signs", lambda signs: signs * 2),
        ("fourier_signs", lambda signs: signs * np.int8(127)),
        ("fourier_signs", lambda signs: signs[:2]),
        ("fourier_signs", lambda signs: signs.astype(np.float32)),
        ("fourier_means", lambda means: means * np.inf),
        ("fourier_means", lambda means: means[1:]),
        ("fourier_deviations", lambda deviations: deviations * 0),
        ("fourier_deviations", lambda deviations: deviations * 1e-30),
        ("fourier_deviations", lambda deviations: deviations * np.nan),
    ],
)
def test_arrays_that_cannot_be(name, change):
    arrays = dict(learn_features("fourier:hog", PICTURES, 0).arrays)
    with np.errstate(invalid="ignore"):
        arrays[name] = change(arrays[name])
    with pytest.raises(ValueError, match="Fourier features"):
        restore_features("fourier:hog", arrays)


def test_images_that_are_all_alike_have_columns():
    alike = np.full((5, 64, 64, 3), 90, np.uint8)
    features = learn_features("fourier:patches+hog", alike, 0)
    assert np.isfinite(features.columns(alike)).all()
    assert np.isfinite(features.columns(PICTURES[:2])).all()


def test_it_finds_what_no_line_divides():
    """Cats are bright on one side or the other, but not on both: a coin flip to pixels."""
    bright = RNG.integers(0, 2, (2, 160)).astype(bool)
    images = RNG.integers(100, 130, (160, 64, 64, 3)).astype(np.uint8)
    images[bright[0], :, :32] += 100
    images[bright[1], :, 32:] += 100
    labels = (bright[0] ^ bright[1]).astype(np.uint8)
    whole = catclf.Dataset(
        images, labels, [str(i) for i in range(160)], "cat", "halves", Preprocessing()
    )
    training = np.arange(160) < 80

    def score(features: str) -> float:
        settings = catclf.TrainingSettings(solver="lbfgs", l2=1e-3, features=features)
        model = catclf.train(whole.subset(training), settings).model
        return catclf.evaluate(model, whole.subset(~training)).metrics.accuracy

    assert score("pixels") < 0.8
    assert score("fourier:pixels") > 0.95


def test_effects_are_slopes_averaged_on_the_way_from_the_mean():
    """By finite differences of the formula, in float64, at 2000 places on the way."""
    features = learn_features("fourier:hog", PICTURES, 0)
    w = RNG.standard_normal((features.n_x, 1)) / 10
    x = np.zeros(4096)
    x[:1764] = standardised(features, PICTURES[:1])[0]
    H = hadamard(4096) / 64
    W = np.sqrt(2 * 0.5 * 4096 / 1764) * np.eye(4096)
    for signs in features.arrays["fourier_signs"].astype(float)[::-1]:
        W = W @ (H * signs)
    p = W @ x
    slopes = np.zeros(4096)
    for share in (np.arange(2000) + 0.5) / 2000:
        slopes -= np.sqrt(2) * np.sin(share * p - np.pi / 4) / 2000
    expected = (W.T @ (slopes * w[:, 0]) * x)[:1764]
    effects = features.effects(w, PICTURES[:1])
    np.testing.assert_allclose(effects, expected, atol=2e-4 * np.abs(expected).max() + 1e-5)


@pytest.mark.parametrize("flip", [False, True])
def test_the_bias_of_an_explanation_is_the_logit_of_the_mean_image(flip):
    features = learn_features("fourier:patches+hog", PICTURES, 0)
    w = RNG.standard_normal((features.n_x, 1)) / 10
    explanation = explain(catclf.Model(w, 0.3, features=features, flip=flip), PICTURES[0])
    assert explanation.bias == pytest.approx(0.3 + w.sum(), abs=1e-3)
    total = explanation.bias + explanation.contributions.sum()
    assert explanation.logit == pytest.approx(total)
