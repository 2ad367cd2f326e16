"""`catclf explain`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

import catclf
from catclf.commands.encoders import encoder_option
from catclf.commands.options import (
    check_outputs,
    file_option,
    force_option,
    json_option,
    model_option,
)
from catclf.commands.output import percent, say, say_json
from catclf.commands.reading import name_of, read_stdin

if TYPE_CHECKING:
    from catclf.evaluation.attribution import Explanation
    from catclf.images.preprocessing import Images, Preprocessing

# Longer side, in pixels, of the image in the figure.
_SHOWN = 512


@click.command(
    epilog="\b\nExamples:\n"
    "  catclf explain cat.jpg\n"
    "  catclf explain cat.jpg -o why.png -m cats.npz\n"
    "  catclf explain cat.jpg --json",
)
@click.argument("image")
@file_option("-o", "--figure", help="Figure to draw: .png, .svg or .pdf.")
@model_option
@encoder_option
@force_option
@json_option
def explain(
    image: str, figure: Path | None, model_path: Path, encoder: Path | None, as_json: bool
) -> None:
    """Show what each part of IMAGE contributes to the model's logit z.

    The logit is the bias plus the contributions of all pixels, and the predicted probability is
    sigmoid(z). A negative contribution speaks against a cat. IMAGE is an image file, or - for
    standard input. The figure shows the image, the pixels that the model sees, and the
    contribution of each; those of patches, gradients or the places of an encoder's map are spread
    over the field of pixels that they look at. Shares are of the sum of all contributions,
    regardless of their signs. With random Fourier features (--recipe best), contributions
    are relative to a mean image, whose logit is the bias. For an encoder without a map, or random
    Fourier features of one, they are an approximation, and what it leaves over is shown.
    """
    from catclf.evaluation.attribution import explain as explain_image

    if figure:
        from catclf.plots.figure import check_figure

        check_figure(figure)
        inputs: dict[str, str | Path | None] = {
            "IMAGE": image,
            "--model": model_path,
            "--encoder": encoder,
        }
        check_outputs(inputs, {"--figure": figure})
    model = catclf.load_model(model_path, encoder)
    seen, original = _decode(image, model.preprocessing, to_show=figure is not None)
    explanation = explain_image(model, seen)
    if figure:
        from catclf.plots.attribution import draw
        from catclf.plots.figure import save_figure

        save_figure(lambda f: draw(f, explanation, original, seen, model.positive), figure)
    if as_json:
        say_json({"path": image, **explanation.to_dict()})
        return
    label, probability, _ = explanation.prediction
    say(f"{image}: {label}, probability of {model.positive} {probability:.4f}")
    _say_parts(explanation)
    if figure:
        say(f"Figure written to {figure}")


def _decode(
    image: str, preprocessing: "Preprocessing", *, to_show: bool
) -> "tuple[Images, Images]":
    """The image as the model sees it, and as people do if it is to be shown."""
    from catclf.datasets.inputs import STDIN
    from catclf.images.decode import load_image, load_to_show

    source = read_stdin() if image == STDIN else Path(image)
    try:
        seen = load_image(source, preprocessing)
        return seen, load_to_show(source, _SHOWN) if to_show else seen
    except catclf.ImageError as error:
        raise catclf.ImageError(f"{name_of(image)}: {error}") from error


def _say_parts(explanation: "Explanation") -> None:
    total = float(explanation.contributions.sum())
    if explanation.is_exact:
        say(
            f"z = {explanation.logit:.4f} = bias {explanation.bias:.4f} + contributions {total:.4f}"
        )
    else:
        say(
            f"z = {explanation.logit:.4f} = blurred image {explanation.bias:.4f} + contributions "
            f"{total:.4f} + unexplained {explanation.unexplained:.4f}"
        )
        say("An approximation, by blurring each part of the image and by showing it alone")
    say("")
    share = "share of Σ|contribution|"
    say(f"{'region':8}{'contribution':>14}{share:>26}")
    for part in explanation.thirds:
        say(f"{part.name:8}{part.contribution:14.4f}{percent(part.share):>26}")
