import numpy as np

from tests.features.examples import IMAGES, learned


def test_columns_of_the_parts_are_stacked_in_order() -> None:
    X = learned("patches+hog").columns(IMAGES, np.float32)
    assert (X[:12800] == learned("patches").columns(IMAGES, np.float32)).all()
    assert (X[12800:] == learned("hog").columns(IMAGES, np.float32)).all()
