"""Time for the best preset's features: compared with their matrix products, and for one image."""

from functools import partial

import numpy as np

from benchmarks.side_by_side import medians
from benchmarks.table import AsMuch, More, print_row
from catclf.features.register import learn_features
from catclf.features.specification import FeatureSpecification
from catclf.model import Model
from catclf.parallel import map_on_threads, one_blas_thread, workers
from catclf.training.settings import PRESETS

_IMAGES = 500


def print_rows() -> None:
    """Measure and print."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (_IMAGES, 64, 64, 3)).astype(np.uint8)
    patches = learn_features(FeatureSpecification.parse("patches"), images, 0)
    fine, coarse = patches.arrays["patches_atoms"]  # (108, K) each
    fine_places = rng.standard_normal((900, len(fine)), np.float32)
    coarse_places = rng.standard_normal((729, len(coarse)), np.float32)

    def product(_: int) -> None:
        np.dot(fine_places, fine)
        np.dot(coarse_places, coarse)

    def products() -> None:
        with one_blas_thread():
            map_on_threads(product, range(_IMAGES), workers())

    seconds = medians({"ours": partial(patches.columns, images, np.float32), "theirs": products})
    print_row(
        f"patch features of {_IMAGES} synthetic images",
        "only the matrix products of patches and dictionary, on as many threads",
        seconds["ours"],
        seconds["theirs"],
        AsMuch(3),
    )
    features = learn_features(PRESETS["best"].feature_specification, images, 0)
    best = Model(np.zeros((features.n_x, 1), np.float32), 0.0, features=features, flip=True)
    lecture = Model(np.zeros((12_288, 1)), 0.0)
    seconds = medians(
        {
            "ours": partial(best.predict_images, images[:1]),
            "theirs": partial(lecture.predict_images, images[:1]),
        },
        rounds=50,
    )
    print_row(
        "predicting one decoded image with the best preset",
        "catclf, with the lecture preset",
        seconds["ours"],
        seconds["theirs"],
        More(0.010),
    )
