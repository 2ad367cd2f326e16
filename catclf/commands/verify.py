"""`catclf verify`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

import catclf
from catclf.commands.encoders import encoder_option
from catclf.commands.export import say_proof
from catclf.commands.options import json_option
from catclf.commands.output import note, say_json
from catclf.commands.progress import progress_bar, quiet_option
from catclf.commands.reading import name_of
from catclf.errors import DataError, ImageError
from catclf.export.formats import FORMATS

if TYPE_CHECKING:
    from catclf.images.preprocessing import Images
    from catclf.model import Model


_AT_ONCE = 32


@click.command(
    epilog="\b\nExamples:\n"
    "  catclf verify cat.onnx model.npz\n"
    "  catclf verify cat.onnx model.npz photos/ --json",
)
@click.argument("exported_path", metavar="EXPORTED", type=click.Path(path_type=Path))
@click.argument("model_path", metavar="MODEL", type=click.Path(path_type=Path))
@click.argument("data", metavar="[DATA]...", nargs=-1)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(list(FORMATS)),
    help="Format of EXPORTED.  [default: what its ending says]",
)
@encoder_option
@json_option
@quiet_option
def verify(
    exported_path: Path,
    model_path: Path,
    data: tuple[str, ...],
    format_name: str | None,
    encoder: Path | None,
    as_json: bool,
) -> None:
    """Compare what EXPORTED and MODEL say of the same images.

    DATA are image files, folders, which are searched recursively, or HDF5 files of images; without
    it, both are tried on flat, noisy and drawn images. The exit status is 1 if a label differs. A
    .h file is compiled and run, so it must be one that you trust.
    """
    from catclf.export.export_model import open_exported
    from catclf.export.proof import Proof, prove

    model = catclf.load_model(model_path, encoder)
    exported = open_exported(exported_path, format_name)
    proof = Proof(0, 0.0, 0.0, 0.0, 0)
    for images in _batches(model, data):
        try:
            proof += prove(exported, model, images)
        except catclf.CatclfError as error:
            raise type(error)(f"{exported_path}: {error}") from error
    if not proof.images:
        raise DataError("none of the images can be read; name others, or no DATA")
    if as_json:
        say_json({"exported": str(exported_path), "model": str(model_path), **proof.to_dict()})
    else:
        say_proof(proof)
    if proof.changed:
        click.get_current_context().exit(1)


def _batches(model: "Model", data: tuple[str, ...]) -> "Iterator[Images]":
    """Images (k, side, side, 3) to try; those that cannot be read are named."""
    if not data:
        from catclf.export.proof import trial_images

        yield trial_images(model.preprocessing)
        return
    from catclf.datasets.inputs import find_inputs, read_inputs

    inputs = find_inputs(data)
    total = sum(item.m for item in inputs)
    done = 0
    with progress_bar("Verifying", "image") as update:
        for names, images in read_inputs(inputs, model.preprocessing, _AT_ONCE):
            done += len(names)
            if isinstance(images, catclf.CatclfError):
                subject = f"{name_of(names[0])}: " * isinstance(images, ImageError)
                note(f"Error: {subject}{images}")
            else:
                yield images
            if update:
                update(done, total)
