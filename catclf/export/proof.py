"""Whether an exported file says what the model says."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from catclf.datasets.drawn_images import drawn_images
from catclf.export.format import Exported
from catclf.images.decode import resize_images
from catclf.images.preprocessing import SIDE, Images, Preprocessing
from catclf.model import Model
from catclf.progress import Progress
from catclf.text import plural

# One drawn image in so many is tried.
_STEP = 4

# Widths and heights of images that an export for any size is tried on.
_SIZES = ((64, 64), (77, 100), (300, 200), (20, 90), (1, 1))

# Of these, one in so many of the images.
_THINNED = 3

_BATCH = 8


@dataclass(frozen=True)
class Proof:
    """How far an exported file and its model differ; of no images, as long as it is empty."""

    images: int = 0
    logit: float = 0.0
    """Largest difference of logits."""
    relative: float = 0.0
    """Largest difference of logits, those above 1 divided by the model's logit."""
    probability: float = 0.0
    """Largest difference of probabilities."""
    changed: int = 0
    """Images with another label."""

    def __add__(self, other: "Proof") -> "Proof":
        """That of the images of both."""
        return Proof(
            self.images + other.images,
            max(self.logit, other.logit),
            max(self.relative, other.relative),
            max(self.probability, other.probability),
            self.changed + other.changed,
        )

    def describe(self) -> str:
        """One line, for people."""
        return (
            f"On {plural(self.images, 'image')}: logits differ by at most {self.logit:.2g}, "
            f"probabilities by at most {self.probability:.2g}; "
            f"{self.changed or 'no'} label{'s' * (self.changed != 1)} changed"
        )

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "pictures": self.images,
            "largest_logit_difference": self.logit,
            "largest_probability_difference": self.probability,
            "changed_labels": self.changed,
        }


def prove(
    exported: Exported, model: Model, images: Images, originals: Images | None = None
) -> Proof:
    """Compare what both say of images.

    Parameters
    ----------
    exported : Exported
        The file.
    model : Model
        What it was made from.
    images : uint8 array (m, side, side, 3)
        At least one image.
    originals : uint8 array (m, height, width, 3), optional
        The same before they were resized, for a file that does that itself.

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
    answers = exported.answers(images if originals is None else originals)
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


def prove_on_trial_images(
    exported: Exported, model: Model, progress: Progress | None = None
) -> Proof:
    """Compare what both say of images that the package has, in several sizes where that matters.

    Parameters
    ----------
    exported : Exported
        The file.
    model : Model
        What it was made from.
    progress : callable, optional
        Called with the number of images tried.

    Returns
    -------
    Proof
        The differences.

    Raises
    ------
    ExportError
        If the file fails.
    """
    preprocessing = model.preprocessing
    trials: list[tuple[Images, Images | None]]
    if exported.takes_any_size:
        small = trial_images(Preprocessing())[::_THINNED]
        resized = [_resized(small, width, height) for width, height in _SIZES]
        trials = [(resize_images(images, preprocessing), images) for images in resized]
    else:
        images = trial_images(preprocessing)
        trials = [(images[i : i + _BATCH], None) for i in range(0, len(images), _BATCH)]
    total = sum(len(seen) for seen, _ in trials)
    proof = Proof()
    for seen, originals in trials:
        proof += prove(exported, model, seen, originals)
        if progress:
            progress(proof.images, total)
    return proof


def _resized(images: Images, width: int, height: int) -> Images:
    """Images (m, height, width, 3)."""
    opened = [Image.fromarray(image) for image in images]
    return np.stack([np.asarray(image.resize((width, height))) for image in opened])


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
