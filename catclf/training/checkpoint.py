"""Stopping a training and resuming it later, to the same result.

A checkpoint holds the solver's state, and what it must match: the settings and the images. It is an
`.npz` archive, as the model file is.
"""

import hashlib
import time
from dataclasses import dataclass
from math import isclose
from pathlib import Path
from typing import Any

import numpy as np

from catclf._version import __version__
from catclf.datasets.dataset import Dataset
from catclf.errors import CheckpointError, SettingsError, reason_of
from catclf.logistic import Array
from catclf.solvers.problem import Problem
from catclf.solvers.solver import Memory, State
from catclf.storage import ArchiveError, Arrays, read_archive, write_archive
from catclf.training.settings import TrainingSettings

FORMAT = 2

# L-BFGS's memory; empty for a solver that needs none.
_MEMORY = ("s", "y")
_ARRAYS = ("w", "b", "costs", *_MEMORY)


@dataclass(frozen=True)
class Checkpoint:
    """A training that is under way."""

    state: State
    settings: TrainingSettings
    images: str
    """Digest of the images and labels."""
    learning_rate: float | None = None
    """α of the steps to come, if the solver has one."""

    def require_match(self, settings: TrainingSettings, images: str, path: Path) -> None:
        """Raise `CheckpointError` unless it is of the same images and settings.

        Only the number of iterations may differ: to train for longer is one use of a checkpoint.
        """
        if images != self.images:
            raise CheckpointError(
                f"{path} is of other images; name the data set that it was made with, or train "
                "without --resume"
            )
        theirs, ours = self.settings.to_dict(), settings.to_dict()
        for name in ours:
            if name != "iterations" and theirs[name] != ours[name]:
                option = "--" + name.replace("_", "-")
                raise CheckpointError(
                    f"{path} was made with {option} {theirs[name]}, not {ours[name]}; use the same "
                    "settings, or train without --resume"
                )


class Checkpoints:
    """Where a training is saved to, and resumes from.

    Parameters
    ----------
    settings : TrainingSettings
        Of the training.
    images : str
        Digest of its images and labels.
    save_to, resume : Path, optional
        File to save to, and checkpoint to resume from.
    every : float
        Seconds between one save and the next.

    Raises
    ------
    CheckpointError
        If `resume` is not a checkpoint, or is one of other images or settings.
    """

    def __init__(
        self,
        settings: TrainingSettings,
        images: str,
        *,
        save_to: Path | None,
        resume: Path | None,
        every: float,
    ) -> None:
        self._settings, self._images = settings, images
        self._save_to, self._resume, self._every = save_to, resume, every
        self._next = time.monotonic() + every
        self._earlier = load_checkpoint(resume) if resume else None
        if self._earlier and resume:
            self._earlier.require_match(settings, images, resume)

    @property
    def learning_rate(self) -> float | None:
        """α of the earlier training; None if there was none, or its solver has no α."""
        return self._earlier.learning_rate if self._earlier else None

    def was_in_span(self, n_x: int) -> bool | None:
        """Whether the earlier training took place in the span; None if there was none.

        For another number of iterations, another form might be faster.
        """
        return len(self._earlier.state.w) < n_x if self._earlier else None

    def start(self, problem: Problem) -> State:
        """Where to start: at the problem's own start, or where the earlier training was.

        Raises
        ------
        CheckpointError
            If that is another place here.
        """
        if not self._earlier:
            return problem.start
        state = self._earlier.state
        if state.w.shape == problem.start.w.shape:
            # The axes of a span come from the machine's linear algebra, and may differ elsewhere.
            cost = problem.objective.propagate(state.w, state.b).J
            if isclose(cost, state.costs[-1], rel_tol=1e-6):
                return state
        raise CheckpointError(
            f"{self._resume} does not fit: it was made on another machine, or with another numpy, "
            "whose linear algebra works differently; train without --resume"
        )

    def save_if_due(self, state: State, learning_rate: float | None) -> None:
        """Save a state, unless one was saved a short time ago."""
        if time.monotonic() >= self._next:
            self.save(state, learning_rate)
            self._next = time.monotonic() + self._every

    def save(self, state: State, learning_rate: float | None) -> None:
        """Save a state, and the learning rate of its steps."""
        if self._save_to:
            checkpoint = Checkpoint(state, self._settings, self._images, learning_rate)
            save_checkpoint(checkpoint, self._save_to)


def digest(dataset: Dataset) -> str:
    """A short text that differs for other images, another order, other labels or encoder."""
    contents = dataset.fingerprints.tobytes() + dataset.labels.tobytes()
    if dataset.encodings:
        contents += repr(dataset.encodings.encoder.identity.function).encode()
    return hashlib.blake2b(contents, digest_size=16).hexdigest()


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
    state = checkpoint.state
    write_archive(
        path,
        {
            "checkpoint": FORMAT,
            "catclf": __version__,
            "settings": checkpoint.settings.to_dict(),
            "pictures": checkpoint.images,
            "first_gradient": state.first_gradient,
            "learning_rate": checkpoint.learning_rate,
        },
        w=state.w,
        b=np.float64(state.b),
        costs=np.array(state.costs[: state.steps + 1]),
        **{name: _stacked(state, name) for name in _MEMORY},
    )


def _stacked(state: State, name: str) -> Array:
    """Columns of a solver's memory as rows, (columns, n_x + 1).

    A column's numbers lie together, as they did: linear algebra rounds others differently.
    """
    none = np.empty((0, len(state.w) + 1))
    return np.vstack([none, *(column.T for column in state.memory.get(name, ()))])


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint.

    Parameters
    ----------
    path : Path
        A file that `save_checkpoint` wrote.

    Returns
    -------
    Checkpoint
        To resume from.

    Raises
    ------
    CheckpointError
        If the file is missing, damaged, not a checkpoint, or made by another version.
    """
    try:
        return _checkpoint(*read_archive(path, lambda _: _ARRAYS))
    except ArchiveError as error:
        raise CheckpointError(f"{path} is not a valid checkpoint: {error}") from error
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {reason_of(error)}") from error


def _checkpoint(meta: dict[str, Any], arrays: Arrays) -> Checkpoint:
    if meta.get("checkpoint") != FORMAT:
        raise ArchiveError("it was made by another version of catclf")
    _require_shapes(arrays)
    # Copies begin where memory is aligned, as the solver's own arrays do; on some processors linear
    # algebra rounds others differently.
    w, b, costs = arrays["w"].copy(), float(arrays["b"]), arrays["costs"].tolist()
    memory: Memory = {
        name: tuple(row.copy()[:, np.newaxis] for row in arrays[name])
        for name in _MEMORY
        if len(arrays[name])
    }
    try:
        first_gradient = float(meta["first_gradient"])
        settings = TrainingSettings.from_dict(meta["settings"])
        images = str(meta["pictures"])
        rate = meta.get("learning_rate")
        learning_rate = None if rate is None else float(rate)
    except (KeyError, TypeError, ValueError, OverflowError, SettingsError) as error:
        raise ArchiveError("its meta is incomplete") from error
    state = State(w, b, costs, len(costs) - 1, first_gradient, memory)
    return Checkpoint(state, settings, images, learning_rate)


def _require_shapes(arrays: Arrays) -> None:
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
