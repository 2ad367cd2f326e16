"""Models to export: with weights at random, so that every feature counts."""

from functools import cache
from typing import Any

import numpy as np

from catclf.datasets.load import load_dataset
from catclf.features.feature_map import FeatureMap
from catclf.features.register import learn_features
from catclf.features.specification import FeatureSpecification
from catclf.images.decode import load_images
from catclf.images.find import images_below
from catclf.images.preprocessing import Images, Preprocessing
from catclf.model import Model
from catclf.training.settings import TrainingSettings
from catclf.training.train import train
from tests.conftest import shared
from tests.features.examples import smooth_images

TRAINING = smooth_images(12, seed=0)


@cache
def learned(features: str) -> FeatureMap:
    return learn_features(FeatureSpecification.parse(features), TRAINING, 0)


def course_model(features: str) -> Model:
    """A model of the course's images."""
    settings = TrainingSettings(features=features, solver="lbfgs", l2=0.05, flip=True)
    return train(load_dataset(shared("catvnoncat")), settings).model


def real_images() -> Images:
    """Some of the course's images, photographs, and images of CIFAR-10: (m, 64, 64, 3)."""
    files = [
        path
        for folder in ("photos", "cifar-cats")
        for path in images_below(shared(folder))[:: 10 if folder == "photos" else 100]
    ]
    decoded = [i for i in load_images(files, Preprocessing()) if isinstance(i, np.ndarray)]
    return np.concatenate([load_dataset(shared("catvnoncat")).images[::5], np.stack(decoded)])


def model_of(features: str, **settings: Any) -> Model:
    """A model of some features, whose logits are neither tiny nor huge."""
    feature_map = learned(features)
    X = feature_map.columns(TRAINING, np.float64)
    w = np.random.default_rng(1).standard_normal((feature_map.n_x, 1))
    w *= 2 / (w.T @ (X - X.mean(axis=1, keepdims=True))).std()
    return Model(w, -float((w.T @ X).mean()), features=feature_map, **settings)
