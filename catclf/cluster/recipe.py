"""Things that other machines make for themselves."""

import pickle
from typing import Generic, TypeVar

T = TypeVar("T")


class Recipe(Generic[T]):
    """The way to make something, as an argument for workers.

    The scheduler, which may be on a machine without the files, opens what it passes on.

    Parameters
    ----------
    thing : object
        Pickles as the way to make it.
    """

    def __init__(self, thing: T) -> None:
        self._pickled = pickle.dumps(thing)

    def make(self) -> T:
        """The thing, made where this is called."""
        thing: T = pickle.loads(self._pickled)
        return thing
