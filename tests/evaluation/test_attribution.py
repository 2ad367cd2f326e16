import dataclasses
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter

import catclf
from catclf.encoders.encodings import encode
from catclf.evaluation.attribution import Explanation, explain
from catclf.features.register import learn_features
from catclf.features.specification import FeatureSpecification
from catclf.images.decode import resize_images
from catclf.images.preprocessing import Images, Preprocessing, mirrored
from tests.encoders.fake import FakeEncoder

RNG = np.random.default_rng(0)
PICTURES = RNG.integers(0, 256, (6, 64, 64, 3), np.uint8)


def model(features: str, *, flip: bool = False, dtype: type = np.float64) -> catclf.Model:
    feature_map = learn_features(FeatureSpecification.parse(features), PICTURES, 0)
    w = RNG.standard_normal((feature_map.n_x, 1)).astype(dtype) / 50
    return catclf.Model(w, -0.7, features=feature_map, flip=flip)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("features", ["pixels", "patches", "hog", "patches+hog"])
def test_bias_and_contributions_make_the_logit(features: str, flip: bool, dtype: Any) -> None:
    some = model(features, flip=flip, dtype=dtype)
    explanation = explain(some, PICTURES[0])
    assert explanation.contributions.shape == (64, 64)
    assert explanation.bias == pytest.approx(-0.7, abs=1e-10 if dtype == np.float64 else 1e-3)
    total = explanation.bias + explanation.contributions.sum()
    precision = 1e-10 if dtype == np.float64 else 1e-4
    assert explanation.logit == pytest.approx(total, rel=precision, abs=precision)
    assert explanation.logit == pytest.approx(float(some.logits(PICTURES[:1]).item()))
    assert [explanation.prediction] == some.predict_images(PICTURES[:1])


@pytest.mark.parametrize(
    ("features", "contributor"),
    [
        ("pixels", "pixel"),
        ("fourier:pixels", "pixel"),
        ("patches+hog", "field"),
        ("fourier:hog", "field"),
        ("pixels+hog", "pixel and field"),
    ],
)
def test_it_says_what_contributes(features: str, contributor: str) -> None:
    assert explain(model(features), PICTURES[0]).contributor == contributor


def test_a_pixel_adds_its_three_products() -> None:
    some = model("pixels")
    contributions = explain(some, PICTURES[0]).contributions
    for i, j in ((0, 0), (5, 60), (63, 63)):
        products = [some.w[3 * (64 * i + j) + c, 0] * PICTURES[0, i, j, c] / 255 for c in range(3)]
        assert contributions[i, j] == pytest.approx(sum(products))


def test_to_blacken_a_pixel_takes_what_it_adds() -> None:
    some = model("pixels", flip=True)
    before = explain(some, PICTURES[0])
    without = PICTURES[0].copy()
    without[10, 50] = 0
    after = explain(some, without)
    assert before.logit - after.logit == pytest.approx(before.contributions[10, 50])


@pytest.mark.parametrize("features", ["pixels", "patches", "hog"])
def test_a_feature_is_spread_over_a_part_of_the_image(features: str) -> None:
    feature_map = model(features).features
    for k in range(0, feature_map.n_x, feature_map.n_x // 20):
        unit = np.zeros(feature_map.n_x)
        unit[k] = 1.0
        place = feature_map.spread(unit)
        assert place.sum() == pytest.approx(1)
        assert (place >= 0).all()
        assert (place > 0).sum() in (1, 16 * 16)


@pytest.mark.parametrize("features", ["patches", "hog"])
def test_features_are_spread_where_they_look(features: str) -> None:
    """A change in one corner changes features, and those are spread around that corner."""
    some = model(features)
    changed = PICTURES[:1].copy()
    changed[0, :6, :6] = 255 - changed[0, :6, :6]
    before, after = (some.features.columns(p)[:, 0] for p in (PICTURES[:1], changed))
    where = some.features.spread(np.abs(after - before))
    assert where[:24, :24].sum() > 0.99 * where.sum() > 0


def test_an_image_and_its_mirror_image_are_explained_alike_by_a_model_that_flips() -> None:
    some = model("patches+hog", flip=True)
    here = explain(some, PICTURES[0])
    there = explain(some, mirrored(PICTURES[:1])[0])
    assert here.logit == pytest.approx(there.logit)
    np.testing.assert_allclose(here.contributions, there.contributions[:, ::-1], atol=1e-12)


def test_thirds() -> None:
    explanation = explain(model("pixels"), PICTURES[0])
    thirds = explanation.thirds
    assert [part.name for part in thirds] == ["top", "middle", "bottom", "left", "centre", "right"]
    for parts in (thirds[:3], thirds[3:]):
        total = sum(part.contribution for part in parts)
        assert total == pytest.approx(explanation.contributions.sum())
        assert sum(part.share for part in parts) == pytest.approx(1)
    top = explanation.contributions[:22]
    assert thirds[0].contribution == pytest.approx(top.sum())
    assert thirds[0].share == pytest.approx(
        np.abs(top).sum() / np.abs(explanation.contributions).sum()
    )


def test_weights_of_zero_explain_nothing() -> None:
    nothing = dataclasses.replace(model("pixels"), w=np.zeros((12288, 1)))
    explanation = explain(nothing, PICTURES[0])
    assert explanation.logit == -0.7
    assert all(part.share == 0 for part in explanation.thirds)


def test_other_arrays_are_refused() -> None:
    with pytest.raises(catclf.ImageError):
        explain(model("pixels"), np.zeros((32, 32, 3), np.uint8))


SIDE = 96
LARGE = np.random.default_rng(9).integers(0, 256, (20, SIDE, SIDE, 3), np.uint8)
LARGE[0, 24:40, 60:84] //= 4  # to tell left from right, and the upper half from the lower


def encoder_model(
    features: str,
    kind: str,
    *,
    flip: bool = False,
    dtype: type = np.float64,
    places: tuple[int, int] = (4, 4),
) -> catclf.Model:
    encodings = encode(FakeEncoder(SIDE, kind, places), LARGE, flip=False)
    small = resize_images(LARGE, Preprocessing())
    feature_map = learn_features(FeatureSpecification.parse(features), small, 0, encodings)
    w: Any = np.random.default_rng(2).standard_normal((feature_map.n_x, 1)).astype(dtype)
    preprocessing = Preprocessing(side=SIDE)
    return catclf.Model(w, -0.7, features=feature_map, flip=flip, preprocessing=preprocessing)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("features", ["encoder", "encoder+pixels"])
def test_a_map_is_explained_exactly(features: str, flip: bool, dtype: type) -> None:
    some = encoder_model(features, "map", flip=flip, dtype=dtype)
    explanation = explain(some, LARGE[0])
    assert explanation.is_exact
    assert explanation.unexplained == 0
    assert explanation.contributions.shape == (64, 64)
    precision = 1e-6 if features == "encoder" else 1e-4  # 12 288 pixels in float32
    assert explanation.bias == pytest.approx(some.b, abs=precision)
    assert explanation.logit == pytest.approx(float(some.logits(LARGE[:1]).item()))
    assert explanation.to_dict()["exact"] is True


def test_mirror_images_of_a_map_are_explained_alike_by_a_model_that_flips() -> None:
    some = encoder_model("encoder", "map", flip=True)
    contributions = explain(some, LARGE[0]).contributions
    of_mirrored = explain(some, mirrored(LARGE[:1])[0]).contributions
    np.testing.assert_allclose(of_mirrored, contributions[:, ::-1], atol=1e-12)
    assert np.ptp(contributions) > 0


INEXACT = [("encoder", "pooled"), ("fourier:encoder", "map"), ("fourier:encoder+hog", "pooled")]


def blurred(image: Images) -> Images:
    return np.asarray(Image.fromarray(image).filter(ImageFilter.GaussianBlur(0.09 * len(image))))


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize(("features", "kind"), INEXACT)
def test_features_without_a_place_are_explained_by_blurring_windows(
    features: str, kind: str, flip: bool
) -> None:
    some = encoder_model(features, kind, flip=flip)
    sharp, soft = LARGE[0], blurred(LARGE[0])

    def logit(image: Images) -> float:
        return float(some.logits(image[np.newaxis]).item())

    def effect(i: int, j: int) -> float:
        """Of a window of 3 × 3 squares, as far as it lies in the image, on one square."""
        rows, columns = (range(max(k, 0), min(k + 3, 8)) for k in (i, j))
        pixels = np.s_[12 * rows[0] : 12 * rows[-1] + 12, 12 * columns[0] : 12 * columns[-1] + 12]
        without, alone = sharp.copy(), soft.copy()
        without[pixels], alone[pixels] = soft[pixels], sharp[pixels]
        both = (logit(sharp) - logit(without)) + (logit(alone) - logit(soft))
        return both / 2 / (len(rows) * len(columns))

    explanation = explain(some, sharp)
    assert not explanation.is_exact
    assert explanation.logit == pytest.approx(logit(sharp))
    assert explanation.bias == pytest.approx(logit(soft))
    for i, j in ((0, 0), (2, 5), (7, 7), (3, 0)):
        windows = [(i - down, j - right) for down in range(3) for right in range(3)]
        expected = sum(effect(*window) for window in windows) / 9
        square = explanation.contributions[8 * i : 8 * i + 8, 8 * j : 8 * j + 8]
        np.testing.assert_allclose(square, expected / 64, atol=1e-9)
    assert total(explanation) == pytest.approx(explanation.logit)
    document = explanation.to_dict()
    assert document["exact"] is False
    assert document["unexplained"] == explanation.unexplained


def total(explanation: Explanation) -> float:
    added = float(explanation.contributions.sum())
    return explanation.bias + added + explanation.unexplained


def test_what_acts_together_remains_unexplained() -> None:
    """Of sums over the pixels, as the fake encoder makes, nothing; of cosines of them, a part."""
    linear = explain(encoder_model("encoder", "pooled"), LARGE[0])
    assert linear.unexplained == pytest.approx(0, abs=1e-4)
    assert abs(explain(encoder_model("fourier:encoder", "map"), LARGE[0]).unexplained) > 1e-3


def test_sides_that_do_not_divide_are_blurred_whole() -> None:
    """By 8 squares a side of 100 pixels, some of 12 and some of 13."""
    image = np.random.default_rng(3).integers(0, 256, (100, 100, 3), np.uint8)
    features = learn_features(
        FeatureSpecification.parse("encoder"),
        PICTURES,
        0,
        encode(FakeEncoder(100, "pooled"), image[np.newaxis], flip=False),
    )
    w = np.random.default_rng(4).standard_normal((features.n_x, 1))
    some = catclf.Model(w, 0.2, features=features, preprocessing=Preprocessing(side=100))
    explanation = explain(some, image)
    assert explanation.unexplained == pytest.approx(0, abs=1e-4)  # it is a sum over the pixels
    assert total(explanation) == pytest.approx(explanation.logit)
