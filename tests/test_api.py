import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import catclf


def test_every_name_is_there() -> None:
    for name in catclf.__all__:
        assert getattr(catclf, name) is not None
        assert name in dir(catclf)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = catclf.nonsense


def loaded_by(code: Any) -> Any:
    program = f"import sys; {code}; print(*sys.modules)"
    out = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(out.stdout.split())


HEAVY = {"numpy", "PIL", "h5py", "tqdm", "click", "concurrent.futures", "matplotlib"}


def test_importing_the_package_is_light() -> None:
    assert not loaded_by("import catclf") & HEAVY


def test_predicting_imports_only_what_it_needs(model_path: Path, data: Path) -> None:
    path = data / "train" / "cat" / "cat-000.png"
    code = f"import catclf; catclf.load_model({str(model_path)!r}).predict({str(path)!r})"
    assert loaded_by(code) & HEAVY == {"numpy", "PIL"}
