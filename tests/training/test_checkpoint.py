from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import catclf
from catclf import TrainingSettings
from catclf.datasets.dataset import Dataset
from catclf.errors import CheckpointError, OutputError
from tests.conftest import shared

WAYS: dict[str, dict[str, Any]] = {
    "gradient descent in the span": {"iterations": 400, "learning_rate": "auto"},
    "gradient descent in blocks": {
        "iterations": 60, "init": "random", "learning_rate": "auto", "dtype": "float32",
    },
    "L-BFGS in the span": {"solver": "lbfgs", "l2": 0.01, "tolerance": 1e-7},
    "L-BFGS in blocks": {"solver": "lbfgs", "l2": 0.1, "init": "random", "tolerance": 1e-7},
}  # fmt: skip


@pytest.fixture(scope="module")
def course() -> Any:
    return catclf.load_dataset(shared("catvnoncat"))


def stop_at(step: Any) -> Any:
    """A callback that interrupts the training."""

    def on_step(steps: Any, cost: Any, accuracy: Any) -> None:
        if steps == step:
            raise KeyboardInterrupt

    return on_step


@pytest.mark.real_data
@pytest.mark.parametrize("way", WAYS)
def test_an_interrupted_training_resumes_to_the_same_bytes(
    course: Dataset, tmp_path: Path, way: str
) -> None:
    settings = TrainingSettings(**WAYS[way])
    whole = catclf.train(course, settings)
    path = tmp_path / "run.ckpt"
    for step in (7, 19):
        with pytest.raises(KeyboardInterrupt):
            catclf.train(
                course, settings, on_step=stop_at(step), seconds_between_calls=0.0,
                checkpoint=path, resume=path if path.exists() else None,
            )  # fmt: skip
    again = catclf.train(course, settings, resume=path)
    assert again.model.w.tobytes() == whole.model.w.tobytes()
    assert again.model.b == whole.model.b
    assert again.costs == whole.costs
    assert again.record == whole.record


@pytest.mark.real_data
@pytest.mark.parametrize("step", [20, 60])
def test_a_replaced_learning_rate_is_resumed_with(
    course: Dataset, tmp_path: Path, step: int
) -> None:
    bright = replace(course, images=255 - course.images[:] // 3)
    settings = TrainingSettings(iterations=70)
    whole = catclf.train(bright, settings)
    assert whole.record.replaced_learning_rate
    path = tmp_path / "run.ckpt"
    with pytest.raises(KeyboardInterrupt):
        catclf.train(
            bright, settings, on_step=stop_at(step), seconds_between_calls=0.0, checkpoint=path
        )
    with np.load(path) as archive:  # steps at the lecture's learning rate, or at the other
        assert (archive["costs"].max() > archive["costs"][0]) == (step == 20)
    again = catclf.train(bright, settings, resume=path)
    assert again.costs == whole.costs
    assert again.record == whole.record


@pytest.mark.real_data
def test_it_is_written_on_the_way_and_at_the_end(course: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "run.ckpt"
    seen = []
    settings = TrainingSettings(iterations=3, learning_rate="auto")
    catclf.train(
        course, settings, on_step=lambda *_: seen.append(path.exists()), seconds_between_calls=0.0,
        checkpoint=path, seconds_between_checkpoints=0.0,
    )  # fmt: skip
    assert seen == [False, True, True, True]
    with np.load(path) as archive:
        assert len(archive["costs"]) == 4


@pytest.mark.real_data
def test_a_resumed_training_may_be_longer(course: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "run.ckpt"
    settings: dict[str, Any] = {"learning_rate": "auto"}
    catclf.train(course, TrainingSettings(iterations=100, **settings), checkpoint=path)
    longer = TrainingSettings(iterations=150, **settings)
    again = catclf.train(course, longer, resume=path)
    assert again.model.w.tobytes() == catclf.train(course, longer).model.w.tobytes()
    assert len(again.costs) == 151


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"l2": 0.5}, r"made with --l2 0\.01, not 0\.5"),
        ({"solver": "gd"}, "made with --solver lbfgs, not gd"),
        ({"dtype": "float32"}, "made with --dtype float64, not float32"),
    ],
)
def test_other_settings_are_refused(
    course: Dataset, tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    settings: dict[str, Any] = {"solver": "lbfgs", "l2": 0.01, "iterations": 3}
    path = tmp_path / "run.ckpt"
    catclf.train(course, TrainingSettings(**settings), checkpoint=path)
    with pytest.raises(CheckpointError, match=reason):
        catclf.train(course, TrainingSettings(**settings | changes), resume=path)


@pytest.mark.real_data
def test_other_images_are_refused(course: Dataset, data: Path, tmp_path: Path) -> None:
    path = tmp_path / "run.ckpt"
    settings = TrainingSettings(iterations=3, learning_rate="auto")
    catclf.train(course, settings, checkpoint=path)
    images = catclf.load_dataset(data)
    with pytest.raises(CheckpointError, match="is of other images"):
        catclf.train(images, settings, resume=path)
    catclf.train(images, settings, checkpoint=path)
    images.labels[:] = 1 - images.labels
    with pytest.raises(CheckpointError, match="is of other images"):
        catclf.train(images, settings, resume=path)


def test_axes_of_another_machine_are_refused(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "run.ckpt"
    images = catclf.load_dataset(data)
    settings = TrainingSettings(iterations=50, learning_rate="auto")
    catclf.train(images, settings, checkpoint=path)
    with np.load(path) as archive:
        arrays = dict(archive)
    arrays["w"] = -arrays["w"]
    with path.open("wb") as file:
        np.savez(file, **arrays)
    with pytest.raises(CheckpointError, match="another machine"):
        catclf.train(images, settings, resume=path)


def test_damaged_checkpoints(data: Path, tmp_path: Path, model_path: Path) -> None:
    path = tmp_path / "run.ckpt"
    images = catclf.load_dataset(data)
    settings = TrainingSettings(iterations=3, learning_rate="auto")
    catclf.train(images, settings, checkpoint=path)
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    for content in (b"", b"hello", whole[:300], whole[:-1], model_path.read_bytes()):
        path.write_bytes(content)
        with pytest.raises(CheckpointError, match="not a valid checkpoint"):
            catclf.train(images, settings, resume=path)
    for _ in range(200):
        changed = bytearray(whole)
        changed[rng.integers(len(whole))] = rng.integers(256)
        path.write_bytes(changed)
        try:
            catclf.train(images, settings, resume=path)
        except CheckpointError:
            continue
    with pytest.raises(CheckpointError, match="cannot be read: no such file"):
        catclf.train(images, settings, resume=tmp_path / "none.ckpt")


def test_a_checkpoint_that_cannot_be_written(data: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="there is no folder"):
        catclf.train(
            catclf.load_dataset(data),
            TrainingSettings(iterations=3, learning_rate="auto"),
            checkpoint=tmp_path / "no" / "run.ckpt",
        )
