"""Images to feature columns.

A feature map turns images into a matrix with one column per image. `feature_map` is the contract of
all of them, `specification` names them, and `register` makes them. To add one, write a module with
a `BasicFeatureMap` and add a line to `FEATURE_MAPS` in `specification`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from catclf.features.pixels import Pixels as Pixels


# For three modules that still import it from here; goes when they import it from its own module.
def __getattr__(name: str) -> Any:
    if name == "Pixels":
        from catclf.features.pixels import Pixels

        return Pixels
    raise AttributeError(f"module 'catclf.features' has no attribute {name!r}")
