"""Whether an exported file says what the model says."""

from typing import Any, NamedTuple

import numpy as np

from catclf.datasets.drawn_images import drawn_images
from catclf.export.format import Exported
from catclf.images.decode import resize_images
from catclf.images.preprocessing import SIDE, Images, Preprocessing
from catclf.model import Model

# One drawn image in so many is tried.
_STEP = 4


class Proof(NamedTuple):
    """How far an exported file and its model differ."""

    images: int
    logit: float
    """Largest difference of logits."""
    relative: float
    """Largest difference of logits, those above 1 divided by the model's logit."""
    probability: float
    """Largest difference of probabilities."""
    changed: int
    """Images with another label."""

    def __add__(self, other: object) -> "Proof":
        """That of the images of both."""
        assert isinstance(other, Proof)
        return Proof(
            self.images + other.images,
            max(self.logit, other.logit),
            max(self.relative, other.relative),
            max(self.probability, other.probability),
            self.changed + other.changed,
        )

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "pictures": self.images,
            "largest_logit_difference": self.logit,
            "largest_probability_difference": self.probability,
            "changed_labels": self.changed,
        }


def prove(exported: Exported, model: Model, images: Images) -> Proof:
    """Compare what both say of images.

    Parameters
    ----------
    exported : Exported
        The file.
    model : Model
        What it was made from.
    images : uint8 array (m, side, side, 3)
        At least one image.

    Returns
    -------
    Proof
        The differences.

    Raises
    ------
    ExportError
        If the file fails.
    """
    outputs = model.outputs(images)
    predictions = model.predictions(outputs)
    answers = exported.answers(images)
    Z = outputs.Z[0].astype(np.float64)  # (m,)
    apart = np.abs(answers.logits - Z)
    probabilities = np.array([prediction.probability for prediction in predictions])
    return Proof(
        len(images),
        float(apart.max()),
        float((apart / np.maximum(np.abs(Z), 1)).max()),
        float(np.abs(answers.probabilities - probabilities).max()),
        sum(p.label != label for p, label in zip(predictions, answers.labels, strict=True)),
    )


def trial_images(preprocessing: Preprocessing) -> Images:
    """Images (m, side, side, 3) on which exports tend to fail: flat, noisy, with edges; and drawn.

    Parameters
    ----------
    preprocessing : Preprocessing
        How images become square.
    """
    rng = np.random.default_rng(0)
    flat = [np.full((SIDE, SIDE, 3), level, np.uint8) for level in (0, 1, 128, 254, 255)]
    colours = [np.full((SIDE, SIDE, 3), colour, np.uint8) for colour in np.eye(3, dtype=int) * 255]
    noise = [rng.integers(low, 256, (SIDE, SIDE, 3), np.uint8) for low in (0, 250)]
    row, column = np.indices((SIDE, SIDE))
    patterns = [row // 32, column // 32, (row + column) // SIDE, (row + column) % 2, row * column]
    edges = [np.stack([pattern % 2 * 255] * 3, axis=2).astype(np.uint8) for pattern in patterns]
    ramps = [np.stack([2 * row, 2 * column, 4 * row], axis=2).astype(np.uint8)]
    dot = np.zeros((SIDE, SIDE, 3), np.uint8)
    dot[20, 40] = 255
    made = np.stack([*flat, *colours, *noise, *edges, *ramps, dot])
    drawn = drawn_images().images[:][::_STEP]
    return resize_images(np.concatenate([made, drawn]), preprocessing)
