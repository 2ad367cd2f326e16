import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pytest
from PIL import Image

import catclf
from catclf.commands.cli import cli
from catclf.commands.process import run

# On a busy machine, an example may take any time.
hypothesis.settings.register_profile("catclf", deadline=None)
hypothesis.settings.load_profile("catclf")

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("CATCLF_SHARED_DATA", ROOT.parent / "shared" / "data"))

needs_posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX: pipes, links, odd names")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, by name, what needs real images where there are none."""
    if not SHARED.exists():
        for item in items:
            if item.get_closest_marker("real_data"):
                item.add_marker(pytest.mark.skip(reason=f"no real images at {SHARED}"))


@pytest.fixture(autouse=True)
def small_dictionary(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Learn dictionaries from few patches: how good they are is tested on real images only."""
    if not request.node.get_closest_marker("real_data"):
        monkeypatch.setattr("catclf.features.patches._SAMPLED_PATCHES", 5000)


def shared(*parts: str) -> Path:
    """A folder of real images beside the project, for a test that is marked `real_data`."""
    assert SHARED.exists(), "a test of real images needs the mark real_data"
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"no real images at {path}")
    return path


def image(seed: int, *, red: int = 128, size: tuple[int, int] = (80, 70)) -> Image.Image:
    """A noisy image whose red is around a given value."""
    noise = np.random.default_rng(seed).integers(-40, 40, (size[1], size[0], 3))
    return Image.fromarray(np.clip(noise + np.array([red, 120, 120]), 0, 255).astype(np.uint8))


def write_images(folder: Path, count: int, *, red: int, start: int = 0) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{folder.name}-{i:03}.png" for i in range(start, start + count)]
    for i, path in enumerate(paths, start):
        image(1000 * red + i, red=red).save(path)
    return paths


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data set with splits: reddish cats, others less red."""
    folder = tmp_path / "pictures"
    for split, count, start in (("train", 6, 0), ("test", 4, 100)):
        write_images(folder / split / "cat", count, red=190, start=start)
        write_images(folder / split / "dog", count, red=80, start=start)
    return folder


@pytest.fixture
def model_path(data: Path, tmp_path: Path) -> Path:
    path = tmp_path / "a-model.npz"
    settings = catclf.TrainingSettings(learning_rate="auto", iterations=60)
    catclf.save_model(catclf.train(catclf.load_dataset(data), settings).model, path)
    return path


class Outcome:
    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err


Runner = Callable[..., Outcome]
Program = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def catclf_run(capsys: pytest.CaptureFixture[str]) -> Runner:
    """Runs a command in this process; asserts success unless told which status to expect."""

    def runner(*args: object, status: int = 0) -> Outcome:
        capsys.readouterr()
        actual = run(cli, [str(arg) for arg in args])
        out, err = capsys.readouterr()
        assert actual == status, f"status {actual}\n{out}\n{err}"
        assert "Traceback" not in out + err
        return Outcome(actual, out, err)

    return runner


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Runs the installed program from outside the checkout."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    executable = str(Path(sys.executable).with_name("catclf"))

    def runner(*args: object, status: int = 0, **options: Any) -> subprocess.CompletedProcess[str]:
        defaults: dict[str, Any] = {"cwd": elsewhere, "capture_output": True, "timeout": 120}
        command = [str(executable), *map(str, args)]
        result = subprocess.run(command, text=True, check=False, **(defaults | options))
        assert result.returncode == status, f"status {result.returncode}\n{result.stderr}"
        if result.stderr:
            assert "Traceback" not in result.stderr
        return result

    return runner
