import dataclasses
from typing import Any

import numpy as np
import pytest

import catclf
from catclf.evaluation.attribution import explain
from catclf.features.register import learn_features
from catclf.features.specification import FeatureSpecification
from catclf.images.preprocessing import mirrored

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
    assert explanation.probability == pytest.approx(float(some.probabilities(PICTURES[:1]).item()))


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
