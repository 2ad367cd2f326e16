"""Damaged and malicious encoders: refused in one line, or harmless; see `mutants.py`."""

import json
import os
import subprocess
import sys

import pytest

from catclf.encoders.session import LARGEST_MEMORY
from tests.conftest import ROOT, needs_posix

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

pytestmark = needs_posix  # the peak memory is asked of POSIX

# In MB: what all tensors may take, and as much as Python and onnxruntime take for themselves.
# Measured: 90 most of the time, 1092 once in 40 000 mutants.
LARGEST_PEAK = LARGEST_MEMORY // 2**20 + 300


def run_mutants(seed: int, count: int) -> None:
    result = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.encoders.mutants", str(seed), str(count)],
        cwd=ROOT,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    lines = result.stdout.splitlines()
    assert result.returncode == 0, f"{lines[-1:]}\n{result.stderr}"
    assert result.stderr == ""
    outcomes = json.loads(lines[-1])
    assert outcomes.pop("peak") < LARGEST_PEAK
    assert sum(outcomes.values()) == count
    assert min(outcomes["refused"], outcomes["same"], outcomes["other features"]) > count / 50


def test_a_few_hundred_mutants() -> None:
    run_mutants(0, 400)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1000, 21_000, 1000))
def test_twenty_thousand_mutants(seed: int) -> None:
    run_mutants(seed, 1000)
