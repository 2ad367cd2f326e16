"""`catclf verify`."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

import catclf
from catclf.commands.encoders import encoder_option
from catclf.commands.options import json_option
from catclf.commands.output import note, say, say_json
from catclf.commands.progress import Update, progress_bar, quiet_option
from catclf.commands.reading import note_unreadable
from catclf.errors import DataError, ExportError
from catclf.export.formats import FORMATS

if TYPE_CHECKING:
    from catclf.export.format import Exported
    from catclf.export.proof import Proof
    from catclf.model import Model


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
    it, both are tried on flat, noisy and drawn images. A file for images of any size gets images
    in their own size, and MODEL resizes the same pixels. The exit status is 1 if a label differs.
    A .h file is compiled and run, so it must be one that you trust.
    """
    from catclf.export.export_model import open_exported
    from catclf.export.proof import Proof, prove_on_trial_images

    model = catclf.load_model(model_path, encoder)
    exported = open_exported(exported_path, format_name)
    try:
        with progress_bar("Verifying", "image") as update:
            proof = (
                sum(_proofs(exported, model, data, update), start=Proof())
                if data
                else prove_on_trial_images(exported, model, update)
            )
    except ExportError as error:
        raise ExportError(f"{exported_path}: {error}") from error
    if not proof.images:
        raise DataError("none of the images can be read; name others, or no DATA")
    if as_json:
        say_json({"exported": str(exported_path), "model": str(model_path), **proof.to_dict()})
    else:
        say(proof.describe())
    if proof.changed:
        click.get_current_context().exit(1)


def _proofs(
    exported: "Exported", model: "Model", data: tuple[str, ...], update: Update | None
) -> "Iterator[Proof]":
    """A proof for each batch of images; those that cannot be read are named."""
    from catclf.datasets.inputs import ImageInput, StoredInput, find_inputs, read_inputs
    from catclf.export.proof import prove
    from catclf.images.decode import load_whole
    from catclf.model import IMAGES_AT_ONCE

    inputs = find_inputs(data)
    preprocessing, at_once = model.preprocessing, IMAGES_AT_ONCE
    if exported.takes_any_size:
        for stored in (item for item in inputs if isinstance(item, StoredInput)):
            note(f"Left out: {stored.name}: its images have been resized already")
        inputs = [item for item in inputs if not isinstance(item, StoredInput)]
        preprocessing, at_once = replace(preprocessing, jpeg_oversampling=0), 1
    sources = {item.name: item.source for item in inputs if isinstance(item, ImageInput)}
    total = sum(item.m for item in inputs)
    done = 0
    for names, images in read_inputs(inputs, preprocessing, at_once):
        done += len(names)
        if isinstance(images, catclf.CatclfError):
            note_unreadable(names[0], images)
        else:
            whole = load_whole(sources[names[0]])[None] if exported.takes_any_size else None
            yield prove(exported, model, images, whole)
        if update:
            update(done, total)
