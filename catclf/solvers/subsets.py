"""The same cost over several subsets of the examples, minimised together.

Folds of a cross-validation differ in which examples they leave out. In each, w is a combination of
the columns, w = Xa, so that its logits are Ga + b with the Gram matrix G of all examples, and ‖w‖²
is aᵀGa: nothing else is needed of the columns. Every fold's L-BFGS then takes one product with G a
step, and all folds share it. Along a direction the logits change in proportion to the step, so that
the line search takes none; and the logits of examples that are left out come with the others.

A vector here stands for w and b: an array (2, m + 1), whose first row is a and b, and whose second
is Ga and b. The inner product of two is that of the first row of one with the second of the other.
"""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from catclf.logistic import Array, Loss, sigmoid
from catclf.parallel import map_on_threads, workers
from catclf.solvers.gram import Gram
from catclf.solvers.lbfgs import PAIRS, Pair, Trial, direction, line_search
from catclf.solvers.preconditioner import inverses, leading_variances
from catclf.solvers.span import Span

# As shares of the mean square of a column, by the bytes of a number.
_UNSEEN = {4: 1e-6, 8: 1e-12}


class Subset(NamedTuple):
    """Some examples, and what each of them costs."""

    included: NDArray[np.bool_]
    """(m,)."""
    loss: Loss


class SubsetPaths:
    """Minimises the costs for one penalty after the other, each time from where it was.

    Parameters
    ----------
    gram : Gram
        Of all examples.
    Y : array (1, m)
        Labels, 1 or 0.
    subsets : sequence of Subset
        What the costs are over.
    span : Span
        Centred, of a sample of the examples, for the preconditioner.
    sample : slice
        Which examples these are.
    """

    def __init__(
        self,
        gram: Gram,
        Y: NDArray[np.generic],
        subsets: Sequence[Subset],
        span: Span,
        sample: slice,
    ) -> None:
        products = self._products = _Products(gram, span)
        preconditioner = _Preconditioner(products, span, sample)
        self._descents = [
            _Descent(subset, Y.astype(np.float64), preconditioner) for subset in subsets
        ]

    def solve(self, l2: float, *, iterations: int, tolerance: float) -> Array:
        """Logits (k, m) of all examples, one row for each subset's optimum.

        Parameters
        ----------
        l2 : float
            Penalty λ; best called with falling ones.
        iterations : int
            The maximum number of steps.
        tolerance : float
            Stop when the norm of a gradient is at most this share of that of w = 0.
        """
        active = self._descents
        # The sums of many steps have rounded; begin with exact ones.
        products = self._products.of(np.stack([each.x[0, :-1] for each in active], axis=1))
        for each, product in zip(active, products.T, strict=True):
            each.begin(l2, product)
        for _ in range(iterations + 1):
            products = self._products.of(np.stack([each.slopes for each in active], axis=1))
            pairs = list(zip(active, products.T, strict=True))
            map_on_threads(lambda pair: pair[0].advance(pair[1], tolerance), pairs, workers())
            active = [each for each in active if not each.is_done]
            if not active:
                break
        return np.stack([each.Z for each in self._descents])


class _Products:
    """Products with G + εI, where ε is what rounding leaves unseen.

    Combinations of columns that give 0, as of duplicates, would cost nothing, and grow without
    bound, until rounding made something of them.
    """

    def __init__(self, gram: Gram, span: Span) -> None:
        self.gram = gram
        mean_square = float((span.lengths**2).sum()) / max(span.R.shape[1], 1)
        self._epsilon = _UNSEEN[gram.dtype.itemsize] * mean_square

    def of(self, V: Array) -> Array:
        """The product with V (m, k)."""
        product: Array = self.gram.product(V) + self._epsilon * V
        return product


class _Preconditioner:
    """That of `preconditioner.low_rank`, for vectors as they are here."""

    def __init__(self, products: _Products, span: Span, sample: slice) -> None:
        gram = products.gram
        self._variances, self._rest = leading_variances(span, gram.n_x)
        # Its directions are X times these combinations, which sum to 0, centred or not.
        self._sample, self._combinations = sample, span.combinations(len(self._variances))
        combinations = np.zeros((gram.m, len(self._variances)))
        combinations[sample] = self._combinations
        self._products = products.of(combinations).astype(gram.dtype)  # (m, r)

    def times(self, vector: Array, loss: Loss, l2: float) -> Array:
        """The inverse times a vector (2, m + 1)."""
        c = loss.curvature
        inverse, inverse_of_rest = inverses(c, self._variances, self._rest, l2)
        dtype = self._products.dtype
        along = np.dot(vector[0, :-1].astype(dtype), self._products)  # (r,)
        extra = (inverse[:, 0] - inverse_of_rest) * along
        product: Array = inverse_of_rest * vector
        product[0, :-1][self._sample] += np.dot(self._combinations, extra)
        product[1, :-1] += np.dot(self._products, extra.astype(dtype))
        product[:, -1] = vector[:, -1] / c
        return product


class _Descent:
    """The minimisation over one subset."""

    x: Array
    """(2, m + 1): where it is."""
    slopes: Array
    """(m,): derivatives of the mean loss there with respect to the logits."""
    is_done = False

    def __init__(self, subset: Subset, Y: Array, preconditioner: _Preconditioner) -> None:
        self._included, self._loss = subset
        self._Y = Y[:, self._included]  # (1, size)
        self._preconditioner = preconditioner
        self._first_gradient = 0.0
        self.x = np.zeros((2, Y.shape[1] + 1))

    @property
    def Z(self) -> Array:
        """Logits (m,) of all examples."""
        Z: Array = self.x[1, :-1] + self.x[1, -1]
        return Z

    def begin(self, l2: float, product: Array) -> None:
        """Begin with a penalty, where the last one ended; `product` is the Gram matrix times a."""
        self.x[1, :-1] = product
        self._l2 = l2
        self._before: _Place | None = None
        self._pairs: list[Pair] = []
        self._J, self.slopes = self._cost(self.x)
        self.is_done = False

    def advance(self, product: Array, tolerance: float) -> None:
        """One step of L-BFGS, or none at the end; `product` is the Gram matrix times `slopes`."""
        gradient = self._gradient(product)
        if self._before:
            pair = Pair(self.x - self._before.x, gradient - self._before.gradient)
            self._pairs = [*self._pairs, pair][-PAIRS:]
        # Rounding in the Gram matrix can make a tiny square negative.
        norm = sqrt(max(_inner(gradient, gradient), 0))
        self._first_gradient = self._first_gradient or norm
        self.is_done = norm <= tolerance * self._first_gradient
        if not self.is_done:
            self._before = _Place(self.x, gradient)
            with np.errstate(over="ignore", invalid="ignore"):
                self.is_done = not self._step(gradient)

    def _step(self, gradient: Array) -> bool:
        """Go to a lower place, if rounding lets one be seen."""

        def inverse(vector: Array) -> Array:
            return self._preconditioner.times(vector, self._loss, self._l2)

        way = direction(gradient, self._pairs, inverse, _inner)

        def trial(step: float) -> Trial[tuple[Array, float, Array]]:
            x = self.x + step * way
            J, slopes = self._cost(x)
            slope = float(np.dot(slopes, way[1, :-1]) + slopes.sum() * way[1, -1])
            slope += self._l2 * float(np.dot(x[0, :-1], way[1, :-1]))
            return Trial(J, slope, (x, J, slopes))

        place = line_search(trial, self._J, _inner(gradient, way), float(np.finfo(np.float64).eps))
        if place is None:
            return False
        self.x, self._J, self.slopes = place
        return True

    def _gradient(self, product: Array) -> Array:
        gradient = self._l2 * self.x
        gradient[0, :-1] += self.slopes
        gradient[1, :-1] += product
        gradient[:, -1] = self.slopes.sum()
        return gradient

    def _cost(self, x: Array) -> tuple[float, Array]:
        """Cost at x, and the derivatives (m,) of the mean loss with respect to the logits."""
        Z = (x[1, :-1] + x[1, -1])[np.newaxis, self._included]  # (1, size)
        A = sigmoid(Z)
        J = float(self._loss.values(Z, A, self._Y).mean())
        J += self._l2 / 2 * float(np.dot(x[0, :-1], x[1, :-1]))
        slopes = np.zeros(len(self._included))
        slopes[self._included] = self._loss.dZ(A, self._Y)[0] / Z.size
        return J, slopes


class _Place(NamedTuple):
    x: Array
    gradient: Array


def _inner(u: Array, v: Array) -> float:
    return float(np.dot(u[0], v[1]))
