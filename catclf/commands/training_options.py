"""The options of `catclf train` that are settings: made from training/settings.py, help and all."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import click

from catclf.commands.options import Parsed
from catclf.training.settings import (
    PRESET_LINES,
    PRESETS,
    SETTINGS,
    Setting,
    TrainingSettings,
)

F = TypeVar("F", bound=Callable[..., Any])


PRESETS_LIST = [
    (name, f"{PRESET_LINES[name]} Settings: {', '.join(settings.describe())}.")
    for name, settings in PRESETS.items()
]
"""Each preset, what it is for, and its settings, for the help."""


def training_options(group: str) -> list[Callable[[F], F]]:
    """The options for the settings of a group."""
    return [_option(name, s) for name, s in SETTINGS.items() if s.group == group]


def chosen_settings(base: TrainingSettings, options: dict[str, Any]) -> TrainingSettings:
    """Settings, such as a preset's, overridden by the options on the command line.

    Parameters
    ----------
    base : TrainingSettings
        What holds where no option is given.
    options : dict
        Values of all settings, given or default.

    Returns
    -------
    TrainingSettings
        What to train with.

    Raises
    ------
    SettingsError, click.UsageError
        If a value, or a combination, makes no sense.
    """
    context = click.get_current_context()
    default = click.core.ParameterSource.DEFAULT
    given = {
        name: value
        for name, value in options.items()
        if name in SETTINGS and context.get_parameter_source(name) is not default
    }
    settings = replace(base, **given)
    if "learning_rate" in given and settings.solver == "lbfgs":
        raise click.UsageError("--learning-rate is for --solver gd; lbfgs finds its own steps")
    return settings


def _option(name: str, setting: Setting) -> Callable[[F], F]:
    flag = name.replace("_", "-")
    default = getattr(TrainingSettings(), name)
    if isinstance(default, bool):
        return click.option(
            f"--{flag}/--no-{flag}", default=default, show_default=True, help=setting.help
        )
    return click.option(
        f"--{flag}",
        type=_type(setting, default),
        metavar=setting.metavar,
        default=default,
        show_default=default is not None,
        help=setting.help,
    )


def _type(setting: Setting, default: Any) -> Any:
    if setting.choices:
        return click.Choice(setting.choices)
    if setting.parse is float:
        return float
    return Parsed(setting.parse) if setting.parse is not None else type(default)
