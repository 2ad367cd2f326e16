"""How long work tells its callers how far it has come."""

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with the number of images, folds or the like that are done, and the number of all."""

OnStep = Callable[[int, float, float], None]
"""Called a few times a second with the steps of a training, the cost, and the training accuracy."""

OnStage = Callable[[str, int, int], None]
"""Called before and after the steps of a training: with what is being done, how much of it is done,
and how much there is."""
