"""Stopping a training and going on later, to the same result.

A checkpoint holds the solver's place, and what it must fit to: the settings and the images. It is
an `.npz` archive, as the model file is.
"""

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from catclf.errors import CheckpointError
from catclf.images.fingerprints import Fingerprints
from catclf.solvers.state import State
from catclf.storage import ArchiveError, Arrays, read_archive, write_archive
from catclf.training.settings import TrainingSettings

FORMAT = 1

_ARRAYS = ("w", "b", "costs", "s", "y")


@dataclass(frozen=True)
class Checkpoint:
    """A training that is under way."""

    state: State
    settings: TrainingSettings
    images: str
    """Digest of the images and labels."""

    def require_fit(self, settings: TrainingSettings, images: str, path: Path) -> None:
        """Raise `CheckpointError` unless it is of the same images and settings.

        Only the number of iterations may differ: to go on for longer is one use of a checkpoint.
        """
        if images != self.images:
            raise CheckpointError(
                f"{path} is of other images; name the data set that it was made with, or train "
                "without --resume"
            )
        theirs, ours = asdict(self.settings), asdict(settings)
        for name in ours:
            if name != "iterations" and theirs[name] != ours[name]:
                option = "--" + name.replace("_", "-")
                raise CheckpointError(
                    f"{path} was made with {option} {theirs[name]}, not {ours[name]}; use the same "
                    "settings, or train without --resume"
                )


def digest(fingerprints: Fingerprints, labels: Any) -> str:
    """A short text that is another one for other images, another order, or other labels."""
    return hashlib.blake2b(fingerprints.tobytes() + labels.tobytes(), digest_size=16).hexdigest()


def save_checkpoint(checkpoint: Checkpoint, path: Path) -> None:
    """Write a checkpoint, whole or not at all.

    Parameters
    ----------
    checkpoint : Checkpoint
        What to write.
    path : Path
        Where.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    from catclf import __version__

    state = checkpoint.state
    no_pairs = np.empty((0, len(state.w) + 1))
    write_archive(
        path,
        {
            "checkpoint": FORMAT,
            "catclf": __version__,
            "settings": asdict(checkpoint.settings),
            "pictures": checkpoint.images,
            "first_gradient": state.first_gradient,
        },
        w=state.w,
        b=np.float64(state.b),
        costs=np.array(state.costs[: state.steps + 1]),
        # A pair's numbers lie together, as they did: linear algebra rounds others otherwise.
        s=np.vstack([no_pairs, *(s.T for s, _ in state.pairs)]),  # (pairs, n_x + 1)
        y=np.vstack([no_pairs, *(y.T for _, y in state.pairs)]),
    )


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint.

    Parameters
    ----------
    path : Path
        A file that `save_checkpoint` wrote.

    Returns
    -------
    Checkpoint
        To go on from.

    Raises
    ------
    CheckpointError
        If the file is missing, is no checkpoint, is damaged, or was made by another version.
    """
    try:
        return _checkpoint(*read_archive(path, lambda _: _ARRAYS))
    except ArchiveError as error:
        raise CheckpointError(f"{path} is no usable checkpoint: {error}") from error
    except OSError as error:
        raise CheckpointError(
            f"{path} cannot be read: {(error.strerror or str(error)).lower()}"
        ) from error


def _checkpoint(meta: dict[str, Any], arrays: Arrays) -> Checkpoint:
    if meta.get("checkpoint") != FORMAT:
        raise ArchiveError("it was made by another version of catclf")
    w, b, costs, s, y = (arrays[name] for name in _ARRAYS)
    fits = (
        all(array.dtype == np.float64 and np.isfinite(array).all() for array in arrays.values())
        and w.ndim == 2
        and (w.shape[1], b.shape, costs.ndim) == (1, (), 1)
        and len(costs) > 0
        and s.ndim == 2
        and s.shape == y.shape == (len(s), len(w) + 1)
    )
    if not fits:
        raise ArchiveError("its arrays do not fit together")
    try:
        return Checkpoint(
            State(
                w, float(b), costs.tolist(), len(costs) - 1, float(meta["first_gradient"]),
                tuple((s[i][:, np.newaxis], y[i][:, np.newaxis]) for i in range(len(s))),
            ),
            TrainingSettings(**meta["settings"]),
            str(meta["pictures"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise ArchiveError("its meta is incomplete") from error
