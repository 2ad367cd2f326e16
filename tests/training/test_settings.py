"""Settings, and the options that are made from them."""

import subprocess
import sys
from dataclasses import fields

import click
import pytest

from catclf import PRESETS, Target, TrainingSettings
from catclf.commands.cli import cli
from catclf.commands.training_options import PRESETS_LIST
from catclf.errors import SettingsError
from catclf.training.settings import SETTINGS, parse_threshold


def options() -> dict[str, click.Option]:
    command = cli.get_command(click.Context(cli), "train")
    assert command
    return {str(p.name): p for p in command.params if isinstance(p, click.Option)}


def test_every_setting_is_an_option_with_its_default_and_choices() -> None:
    defaults = TrainingSettings()
    assert list(SETTINGS) == [field.name for field in fields(TrainingSettings)]
    for name, setting in SETTINGS.items():
        option = options()[name]
        assert option.default == getattr(defaults, name)
        assert option.help == setting.help
        if setting.choices:
            assert isinstance(option.type, click.Choice)
            assert tuple(option.type.choices) == setting.choices


def test_the_help_of_the_presets_is_what_they_are() -> None:
    assert [name for name, _ in PRESETS_LIST] == list(PRESETS)
    for (_, text), settings in zip(PRESETS_LIST, PRESETS.values(), strict=True):
        assert text.endswith(f" Settings: {', '.join(settings.describe())}.")


@pytest.mark.parametrize("settings", PRESETS.values(), ids=PRESETS)
def test_settings_survive_a_dictionary(settings: TrainingSettings) -> None:
    assert TrainingSettings.from_dict(settings.to_dict()) == settings


def test_a_target_survives_a_dictionary() -> None:
    settings = TrainingSettings(threshold=Target("precision", 0.95))
    assert settings.to_dict()["threshold"] == "precision=0.95"
    assert TrainingSettings.from_dict(settings.to_dict()) == settings


@pytest.mark.parametrize("entries", [{"speed": 1}, {"threshold": "high"}, {"l2": "much"}])
def test_what_are_not_settings(entries: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        TrainingSettings.from_dict(entries)


@pytest.mark.parametrize(
    ("text", "threshold"),
    [
        ("0.25", 0.25),
        ("precision=0.9", Target("precision", 0.9)),
        ("recall=1", Target("recall", 1)),
    ],
)
def test_thresholds(text: str, threshold: float | Target) -> None:
    assert parse_threshold(text) == threshold


@pytest.mark.parametrize(
    "text", ["", "high", "precision", "precision=", "accuracy=0.9", "recall=x"]
)
def test_texts_that_are_no_threshold(text: str) -> None:
    with pytest.raises(ValueError, match="neither a number nor like precision="):
        parse_threshold(text)


@pytest.mark.parametrize("threshold", [2, -0.1, Target("recall", 0), Target("f1", 0.5)])
def test_thresholds_that_cannot_be_reached(threshold: float | Target) -> None:
    with pytest.raises(SettingsError, match="threshold"):
        TrainingSettings(threshold=threshold)


def test_settings_do_not_import_numpy() -> None:
    code = "import sys, catclf.training.settings; print('numpy' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout == "False\n"
