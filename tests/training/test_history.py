from pathlib import Path

import pytest

import catclf
from catclf.training.history import read_history, write_history


def test_there_and_back(tmp_path: Path) -> None:
    costs = [0.6931471805599453, 0.5, 1e-300]
    write_history(costs, tmp_path / "costs.csv")
    assert read_history(tmp_path / "costs.csv") == costs


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "first line is not iteration,cost"),
        (b"path,label\na,b\n", "first line is not iteration,cost"),
        (b"iteration,cost\n", "no iterations"),
        (b"iteration,cost\n0\n", "no cost in its second column"),
        (b"iteration,cost\n0,much\n", "no cost in its second column"),
        (b"iteration,cost\n0,nan\n", "no cost in its second column"),
        (b"\xff\xfe\x00", "not text"),
    ],
)
def test_files_that_are_no_history(tmp_path: Path, text: bytes, reason: str) -> None:
    path = tmp_path / "costs.csv"
    path.write_bytes(text)
    with pytest.raises(catclf.CatclfError, match=reason):
        read_history(path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(catclf.CatclfError, match="no such file"):
        read_history(tmp_path / "costs.csv")
