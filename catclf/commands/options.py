"""Options that several commands share."""

from math import isnan
from pathlib import Path
from typing import Any

import click

MODEL_VARIABLE = "CATCLF_MODEL"
DEFAULT_MODEL = "model.npz"


class Probability(click.FloatRange):
    """A number from 0 to 1; click alone lets NaN through."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number of a text; a usage error if it is none, or outside."""
        number = float(super().convert(value, param, ctx))
        if isnan(number):
            self.fail("NaN is no probability", param, ctx)
        return number


model_option = click.option(
    "-m",
    "--model",
    "model_path",
    type=click.Path(path_type=Path),
    default=DEFAULT_MODEL,
    envvar=MODEL_VARIABLE,
    show_default=True,
    show_envvar=True,
    help="Model file to use.",
)

positive_option = click.option(
    "--positive",
    metavar="NAME",
    help="Class to recognise, instead of the one named cat or cats. All others together are the "
    "other class.",
)

threshold_option = click.option(
    "--threshold",
    type=Probability(0, 1),
    help="Probability from which on an image is called positive.  [default: the model's]",
)

fit_option = click.option(
    "--fit",
    type=click.Choice(["stretch", "crop"]),
    help="Stretch images to the square, as the course does, or take their centre square.  "
    "[default: stretch, or as the images were packed]",
)

skip_bad_option = click.option(
    "--skip-bad", is_flag=True, help="Leave out files that are no images."
)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
