"""The contract of all formats that a model is exported to."""

from abc import ABC, abstractmethod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from catclf.images.preprocessing import Images
from catclf.model import Model


class Answers(NamedTuple):
    """What an exported model says of m images."""

    logits: NDArray[np.float64]
    """(m,)."""
    probabilities: NDArray[np.float64]
    """(m,)."""
    labels: list[str]


class Exported(ABC):
    """A file that was exported, ready to run."""

    takes_any_size: bool = False
    """Whether it takes images as they are, and resizes them itself."""

    @abstractmethod
    def answers(self, images: Images) -> Answers:
        """What it says of images.

        Parameters
        ----------
        images : uint8 array (m, side, side, 3)
            Images, as the model sees them; if it takes any size, (m, height, width, 3).

        Returns
        -------
        Answers
            Of each image.

        Raises
        ------
        ExportError
            If it fails.
        """


class Format(ABC):
    """A form in which a model can be used without catclf."""

    @abstractmethod
    def make(self, model: Model, properties: dict[str, str]) -> bytes:
        """Write a model.

        Parameters
        ----------
        model : Model
            The model.
        properties : dict of str to str
            What the file says of itself.

        Returns
        -------
        bytes
            The file's content: the same for the same arguments.

        Raises
        ------
        ExportError
            If the model cannot have this form, or what that needs is not installed.
        """

    @abstractmethod
    def open(self, data: bytes) -> Exported:
        """Prepare a file's content to be run.

        Raises
        ------
        ExportError
            If it is not a file of this format, or what runs it is not installed.
        """

    @abstractmethod
    def tolerance(self, model: Model) -> float:
        """By how much its logits may differ from the model's, where these are not above 1."""
