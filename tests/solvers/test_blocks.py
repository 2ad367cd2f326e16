from typing import Any

import numpy as np
import pytest

import catclf
from catclf.errors import DataError
from catclf.features.pixels import Pixels
from catclf.logistic import LOSSES
from catclf.solvers.blocks import Blocks
from catclf.solvers.objective import InMemory
from tests.conftest import shared


def some_images(m: Any) -> Any:
    rng = np.random.default_rng(m)
    images = rng.integers(0, 256, (m, 64, 64, 3), np.uint8)
    w = rng.standard_normal((12288, 1)) / 100
    return images, rng.integers(0, 2, (1, m)), w


def both(
    images: Any, Y: Any, l2: float = 0.0, loss: str = "cross-entropy", dtype: str = "float64",
    threads: int | None = None,
) -> tuple[InMemory, Blocks]:  # fmt: skip
    columns = Pixels().columns(images)
    direct = InMemory(columns, Y, l2, LOSSES[loss])
    blocks = Blocks(images, Y, l2, LOSSES[loss], scale=Pixels.scale, dtype=dtype, threads=threads)
    return direct, blocks


@pytest.mark.parametrize("m", [1, 63, 64, 65, 500])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(("dtype", "rtol"), [("float64", 1e-12), ("float32", 2e-4)])
def test_a_pass_is_the_lectures(m: int, loss: str, dtype: str, rtol: float) -> None:
    images, Y, w = some_images(m)
    direct, blocks = both(images, Y, 0.3, loss, dtype)
    one, other = direct.propagate(w, 0.2), blocks.propagate(w, 0.2)
    assert other.J == pytest.approx(one.J, rel=rtol)
    assert other.db == pytest.approx(one.db, rel=rtol, abs=rtol)
    assert np.abs(other.dw - one.dw).max() <= rtol * np.abs(one.dw).max()
    assert other.correct == one.correct
    assert other.dw.dtype == np.float64


@pytest.mark.real_data
def test_real_images() -> None:
    course = catclf.load_dataset(shared("catvnoncat"))
    direct, blocks = both(course.images, course.Y)
    w = np.random.default_rng(0).standard_normal((12288, 1)) / 50
    one, other = direct.propagate(w, -0.5), blocks.propagate(w, -0.5)
    assert other.J == pytest.approx(one.J, rel=1e-12)
    assert np.abs(other.dw - one.dw).max() < 1e-12


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_number_of_threads_changes_not_a_bit(dtype: str) -> None:
    images, Y, w = some_images(1000)
    results = [
        both(images, Y, 0.1, dtype=dtype, threads=threads)[1].propagate(w, 0.1)
        for threads in (1, 2, 2, 3, 7)
    ]
    for other in results[1:]:
        assert other.dw.tobytes() == results[0].dw.tobytes()
        assert (other.J, other.db, other.correct) == (
            results[0].J,
            results[0].db,
            results[0].correct,
        )


def test_products_for_the_lipschitz_constant() -> None:
    images, Y, w = some_images(200)
    direct, blocks = both(images, Y)
    (one, one_sum), (other, other_sum) = (
        objective.scatter_product(w, 0.7) for objective in (direct, blocks)
    )
    assert np.abs(other - one).max() <= 1e-12 * np.abs(one).max()
    assert other_sum == pytest.approx(one_sum, rel=1e-12)


def test_floating_point_rows_need_no_scale() -> None:
    rng = np.random.default_rng(5)
    rows, Y = rng.standard_normal((70, 9)), rng.integers(0, 2, (1, 70))
    w = rng.standard_normal((9, 1))
    one = InMemory(rows.T, Y, 0.0, LOSSES["cross-entropy"]).propagate(w, 0.0)
    other = Blocks(rows, Y, 0.0, LOSSES["cross-entropy"], dtype="float64").propagate(w, 0.0)
    assert other.dw == pytest.approx(one.dw, rel=1e-12)


def test_rows_that_cannot_be_read() -> Any:
    class Torn:
        shape = (500, 64, 64, 3)
        dtype = np.dtype(np.uint8)

        def __len__(self) -> int:
            return self.shape[0]

        def __getitem__(self, rows: Any) -> Any:
            if rows.start > 200:
                raise DataError("cut short")
            return np.zeros((rows.stop - rows.start, 64, 64, 3), np.uint8)

    blocks = Blocks(Torn(), np.ones((1, 500)), 0.0, LOSSES["cross-entropy"], threads=2)
    with pytest.raises(DataError, match="cut short"):
        blocks.propagate(np.zeros((12288, 1)), 0.0)
