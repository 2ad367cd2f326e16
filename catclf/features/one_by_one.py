"""Features computed one image at a time, on all cores."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from numpy.typing import NDArray

from catclf.logistic import Array
from catclf.parallel import map_on_threads, one_blas_thread, workers

_Item = TypeVar("_Item", bound=NDArray[Any])


def fill_one_by_one(
    rows: Array, features_of: Callable[[_Item], Array], items: Sequence[_Item] | _Item
) -> None:
    """Set rows[i] to features_of(items[i]) for each i.

    One image at a time stays in the cache; and matrix products of one image are bit-identical
    whatever other images there are, which those of many images are not.

    Parameters
    ----------
    rows : array (m, n_x)
        Is overwritten.
    features_of : callable
        Takes an item, and returns the features (n_x,).
    items : array (m, …)
        An image each, or other features of an image.
    """

    def fill(i: int) -> None:
        rows[i] = features_of(items[i])

    with one_blas_thread():
        map_on_threads(fill, range(len(rows)), workers())
