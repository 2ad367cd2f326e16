"""Logits of held-out images, for one penalty after the other."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from catclf.logistic import Array
from catclf.solvers.problem import pose_subsets
from catclf.solvers.subsets import Subset
from catclf.training.design_matrix import DesignMatrix
from catclf.training.optimise import examples_of, loss_of, pose, span_pays, steps
from catclf.training.settings import TrainingSettings

# About so many steps do all penalties take together.
_STEPS = 100


class FoldPaths(Protocol):
    """Trains without each fold in turn."""

    def logits(self, l2: float) -> Array:
        """Logits (1, m), each by a model that was trained without the image's fold.

        Parameters
        ----------
        l2 : float
            Penalty λ; best called with falling ones.

        Returns
        -------
        array (1, m)
            One logit for each image.
        """


def fold_paths(
    design: DesignMatrix, folds: NDArray[np.intp], settings: TrainingSettings
) -> FoldPaths:
    """Prepare to train without each fold in turn.

    Parameters
    ----------
    design : DesignMatrix
        In memory.
    folds : int array (m,)
        The fold of each image.
    settings : TrainingSettings
        How to train.

    Returns
    -------
    FoldPaths
        For one penalty after the other.
    """
    held_out = [folds == fold for fold in range(int(folds.max()) + 1)]  # (m,) each
    return (_Together if settings.solver == "lbfgs" else _InTurn)(design, held_out, settings)


class _Together:
    """L-BFGS, in all folds at the same time, from where it was with the penalty before."""

    def __init__(
        self, design: DesignMatrix, held_out: list[NDArray[np.bool_]], settings: TrainingSettings
    ) -> None:
        self._design, self._held_out, self._settings = design, held_out, settings
        subsets = [
            Subset(np.tile(~part, design.copies), loss_of(design.subset(~part), settings))
            for part in held_out
        ]
        self._paths = pose_subsets(examples_of(design, settings), subsets, _STEPS)

    def logits(self, l2: float) -> Array:
        Z = np.empty((1, self._design.m))
        by_fold = self._paths.solve(
            l2,
            iterations=self._settings.iterations,
            tolerance=self._settings.effective_tolerance,
        )
        for part, logits in zip(self._held_out, by_fold, strict=True):
            Z[:, part] = self._design.mean_of_copies(logits)[:, part]
        return Z


class _InTurn:
    """Gradient descent, whose result depends on where it starts, anew for each fold and penalty."""

    def __init__(
        self, design: DesignMatrix, held_out: list[NDArray[np.bool_]], settings: TrainingSettings
    ) -> None:
        self._design, self._held_out, self._settings = design, held_out, settings
        training = [design.subset(~part) for part in held_out]
        self._problems = [
            pose(each, settings, 0.0, in_span=span_pays(each, settings)) for each in training
        ]

    def logits(self, l2: float) -> Array:
        Z = np.empty((1, self._design.m))
        for part, problem in zip(self._held_out, self._problems, strict=True):
            problem.objective.l2 = l2
            *_, (state, _) = steps(problem, problem.start, self._settings)
            w, b = problem.carry_back(state.w, state.b)
            Z[:, part] = self._design.subset(part).logits(w, b)
        return Z
