"""The compiled kernel computes what numpy does."""

import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from numpy.typing import NDArray

import catclf
from catclf.logistic import LOSSES, ClassWeighted
from catclf.solvers import fused, shares
from catclf.solvers.blocks import Blocks
from tests.conftest import ROOT

needs_numba = pytest.mark.skipif(not fused.is_installed(), reason="numba is not installed")

LOSS_KINDS = [
    LOSSES["cross-entropy"],
    LOSSES["squared-error"],
    ClassWeighted(LOSSES["cross-entropy"], 1.7, 0.4),
]


def both(m: int, dtype: Any, loss: Any, *, n_x: int = 50, threads: int = 2) -> list[Blocks]:
    """The cost over the same examples by numpy and by the kernel, in blocks of 10."""
    rng = np.random.default_rng(m)
    rows = rng.integers(0, 256, (m, n_x)).astype(np.uint8)
    Y = rng.integers(0, 2, (1, m))
    with patch.object(shares, "_BLOCK_BYTES", 10 * n_x * np.dtype(dtype).itemsize):
        return [
            Blocks(rows, Y, 0.3, loss, scale=1 / 255, dtype=dtype, threads=threads, is_fused=fused)
            for fused in (False, True)
        ]


@needs_numba
@pytest.mark.parametrize("loss", LOSS_KINDS, ids=["cross-entropy", "squared-error", "weighted"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("m", [1, 2, 3, 4, 5, 9, 10, 11, 12, 239, 240, 241, 1000])
def test_a_pass_is_numpys(m: int, dtype: str, loss: Any) -> None:
    numpy, kernel = both(m, dtype, loss)
    w = np.random.default_rng(1).normal(0, 0.5, (50, 1))
    one, other = numpy.propagate(w, 0.2), kernel.propagate(w, 0.2)
    tolerance = 1e-6 if dtype == "float32" else 1e-12
    assert other.J == pytest.approx(one.J, rel=tolerance)
    np.testing.assert_allclose(other.dw, one.dw, atol=tolerance * np.abs(one.dw).max())
    assert other.db == pytest.approx(one.db, abs=tolerance)
    assert other.correct == one.correct


@needs_numba
def test_the_number_of_threads_changes_no_bit() -> None:
    w = np.random.default_rng(1).normal(0, 0.5, (50, 1))
    results = [both(999, "float32", LOSSES["cross-entropy"], threads=k)[1] for k in (1, 2, 3)]
    one, *others = [each.propagate(w, -0.1) for each in results]
    for other in others:
        assert other.J == one.J
        np.testing.assert_array_equal(other.dw, one.dw)


@needs_numba
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("size", [1e3, 1e30, np.inf, np.nan])
def test_a_descent_that_diverges_shows(size: float) -> None:
    numpy, kernel = both(40, "float64", LOSSES["cross-entropy"])
    w = np.full((50, 1), size)
    one, other = numpy.propagate(w, 0.0), kernel.propagate(w, 0.0)
    assert np.isfinite(other.J) == np.isfinite(one.J)
    if np.isfinite(one.J):
        assert other.J == pytest.approx(one.J, rel=1e-12)


@needs_numba
def test_training_uses_it_where_it_is_worth_that(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = catclf.load_dataset(ROOT / "data", "train")
    settings = catclf.TrainingSettings("auto", iterations=8, init="random")
    plain = catclf.train(dataset, settings)
    used: list[object] = []
    make = fused.kernel

    def noticed(dtype: Any) -> Any:
        used.append(dtype)
        return make(dtype)

    monkeypatch.setattr(fused, "_WORTH", 0.0)
    monkeypatch.setattr(fused, "kernel", noticed)
    fast = catclf.train(dataset, settings)
    assert used
    np.testing.assert_allclose(fast.costs, plain.costs, rtol=1e-9)
    np.testing.assert_allclose(fast.model.w, plain.model.w, atol=1e-9)


def rows_of(m: int) -> NDArray[np.uint8]:
    return np.broadcast_to(np.uint8(0), (m, 64, 64, 3))  # which takes no memory


def test_it_is_worth_long_work_only() -> None:
    assert not fused.pays(rows_of(209), 2000, 8)
    assert not fused.pays(rows_of(50_000), 10, 8)
    assert fused.pays(rows_of(50_000), 1000, 8) == fused.is_installed()
    assert not fused.pays(np.broadcast_to(0.5, (50_000, 12_288)), 1000, 8)


def test_without_numba_numpy_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fused, "find_spec", lambda _: None)
    assert not fused.pays(rows_of(50_000), 1000, 8)
    monkeypatch.setitem(sys.modules, "catclf.solvers.fused_kernel", None)
    assert fused.kernel.__wrapped__(np.dtype("float32")) is None


@pytest.mark.parametrize("failing", ["import numba", "numba.njit"])
def test_a_numba_that_is_broken_is_left_alone(tmp_path: Path, failing: str) -> None:
    (tmp_path / "numba").mkdir()
    body = "raise OSError" if failing == "import numba" else "def njit(**_): raise ValueError"
    (tmp_path / "numba" / "__init__.py").write_text(body)
    code = "from catclf.solvers.fused import kernel; print(kernel('f4'))"
    run = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {code}"]
    result = subprocess.run(run, capture_output=True, text=True, check=True)
    assert (result.stdout, result.stderr) == ("None\n", "")


@needs_numba
def test_where_nothing_can_be_kept_it_is_compiled_each_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code = "from catclf.solvers.fused import kernel; print(kernel('f4') is not None)"
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={"NUMBA_CACHE_DIR": str(tmp_path / "file" / "none"), "PATH": ""},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (result.stdout, result.stderr) == ("True\n", "")
