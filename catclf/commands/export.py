"""`catclf export`."""

import hashlib
from pathlib import Path

import click

import catclf
from catclf.commands.encoders import encoder_option
from catclf.commands.options import EXPORTED, check_outputs, force_option, json_option
from catclf.commands.output import say, say_json
from catclf.commands.progress import progress_bar, quiet_option
from catclf.export.formats import FORMATS


@click.command(
    epilog="\b\nExamples:\n"
    "  catclf export model.npz cat.onnx\n"
    "  catclf export model.npz cat.html\n"
    "  catclf export model.npz cat.h --int8\n"
    "  catclf verify cat.onnx model.npz photos/",
)
@click.argument("model_path", metavar="MODEL", type=click.Path(path_type=Path))
@click.argument("output", metavar="OUT", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_name",
    type=click.Choice(list(FORMATS)),
    help="Format of OUT.  [default: what its ending says]",
)
@click.option(
    "--any-size", is_flag=True, help="Let ONNX take an image of any size, and resize it itself."
)
@click.option("--int8", is_flag=True, help="Round weights to 8 bits, for C.")
@encoder_option
@force_option
@json_option
@quiet_option
def export(
    model_path: Path,
    output: Path,
    format_name: str | None,
    any_size: bool,
    int8: bool,
    encoder: Path | None,
    as_json: bool,
) -> None:
    """Write MODEL to OUT in a form that works without catclf: ONNX, a web page, or C.

    An .onnx file (with the extra onnx) is for all models; an .html file (with the extra html), a
    web page for any browser, for those without an encoder; a .h file, C99, for those of pixels and
    hog. ONNX and C take images that are already resized, as bytes; the page takes image files.
    Before OUT is written, it is tried beside the model on flat, noisy and drawn images, for C with
    the compiler cc; where it does not say the same, there is an error and no file. `catclf verify`
    tries it on other images.
    """
    from catclf.export.export_model import export_model

    check_outputs({"MODEL": model_path, "--encoder": encoder}, {"OUT": output}, EXPORTED)
    model = catclf.load_model(model_path, encoder)
    sha256 = hashlib.sha256(model_path.read_bytes()).hexdigest()
    with progress_bar("Trying", "image") as update:
        proof = export_model(
            model,
            output,
            format_name=format_name,
            any_size=any_size,
            int8=int8,
            sha256=sha256,
            progress=update,
        )
    size = output.stat().st_size
    if as_json:
        say_json({"file": str(output), "bytes": size, "proof": proof.to_dict()})
        return
    say(f"Exported to {output}, {size / 1000:,.0f} kB")
    say(proof.describe())
