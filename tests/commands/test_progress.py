from pathlib import Path

import click
import pytest

from catclf.commands import progress
from catclf.commands.cli import _COMMANDS, cli
from tests.conftest import Runner


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress.time, "monotonic", clock)  # type: ignore[attr-defined]
    return clock


def test_without_a_terminal_there_is_a_line_every_ten_seconds(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress.progress_bar("Training", "step") as update:
        assert update
        for second in range(26):
            clock.now = second
            update(second, 100, cost="0.5")
        clock.now = 31
        update(1, 13, stage=("Choosing the penalty", "penalty"))
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "Training: step 10 of 100, cost 0.5",
        "Training: step 20 of 100, cost 0.5",
        "Choosing the penalty: penalty 1 of 13",
    ]


def test_each_of_several_trainings_is_named(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress.progress_bar("Cross-validating", "fold") as update:
        callbacks = progress.training_callbacks(update, 500, each="Fold")
        callbacks["progress"](0, 2)
        clock.now = 10
        callbacks["on_stage"]("features", 3, 40)
        callbacks["progress"](1, 2)
        clock.now = 20
        callbacks["on_step"](7, 0.25, 0.5)
        callbacks["progress"](2, 2)
    assert capsys.readouterr().err.splitlines() == [
        "Fold 1 of 2: computing the features: image 3 of 40",
        "Fold 2 of 2: training: step 7 of 500, cost 0.2500, accuracy 50.0 %",
    ]


def test_quiet_means_no_progress(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    command = click.Command("train", params=[])
    progress.quiet_option(command)
    with command.make_context("train", ["--quiet"]), progress.progress_bar("A", "b") as update:
        assert update is None
    with command.make_context("train", []), progress.progress_bar("A", "b") as update:
        assert update is not None
    assert capsys.readouterr().err == ""


def test_commands_that_can_take_long_can_be_quiet() -> None:
    context = click.Context(cli)
    quiet = {
        name
        for name in _COMMANDS
        if (command := cli.get_command(context, name))
        and any("--quiet" in parameter.opts for parameter in command.params)
    }
    assert quiet >= {"train", "predict", "evaluate", "sort", "label", "check", "split", "pack"}


def test_short_work_says_nothing(catclf_run: Runner, data: Path, tmp_path: Path) -> None:
    hog = ("--features", "hog", "--solver", "lbfgs", "--l2", 1)
    args = ("train", data, "-o", tmp_path / "m.npz", *hog)
    assert catclf_run(*args).err == ""
    assert catclf_run(*args, "--quiet").err == ""
