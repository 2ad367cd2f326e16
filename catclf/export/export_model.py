"""A model becomes a file that works without catclf, and that has shown that it does."""

import json
from math import isfinite
from pathlib import Path

from catclf._version import __version__
from catclf.errors import ExportError, reason_of
from catclf.export.format import Exported
from catclf.export.formats import find_format
from catclf.export.proof import Proof, prove_on_trial_images
from catclf.model import Model
from catclf.progress import Progress
from catclf.storage import check_writable, require_ordinary, written_whole
from catclf.text import printable
from catclf.training.record import recorded

_LARGEST = 2**29


def export_model(
    model: Model,
    path: str | Path,
    *,
    format_name: str | None = None,
    any_size: bool = False,
    int8: bool = False,
    sha256: str = "",
    progress: Progress | None = None,
) -> Proof:
    """Write a model in another form, after that form was tried beside the model.

    Parameters
    ----------
    model : Model
        The model.
    path : str or Path
        The file. An old one is unchanged until the new one has passed.
    format_name : str, optional
        One of `FORMATS`; by default the ending decides.
    any_size : bool
        Whether an ONNX file takes images of any size, and resizes them itself.
    int8 : bool
        Whether to round weights to 8 bits, for C: how much that changes is then not bounded.
    sha256 : str, optional
        Of the model's file, for the metadata.
    progress : callable, optional
        Called with the number of images that it was tried on.

    Returns
    -------
    Proof
        How far both differ on images that the package has.

    Raises
    ------
    ExportError
        If the model cannot have this form, if what that needs is not installed, or if the form
        does not say what the model says.
    OutputError
        If the file cannot be written.
    SettingsError
        If the format cannot be told from the name.
    """
    path = Path(path)
    found = find_format(path, format_name, any_size=any_size, int8=int8)
    check_writable(path)
    _require_text(model.positive)
    properties = _properties(model, sha256)
    data = found.make(model, properties)
    proof = prove_on_trial_images(found.open(data), model, progress)
    tolerance = found.tolerance(model)
    if not proof.relative <= tolerance or (proof.changed and isfinite(tolerance)):
        raise ExportError(
            f"{path} is not written: on {proof.images} images its logits differ by up to "
            f"{proof.logit:.2g} from the model's, and {proof.changed} labels; please report this"
        )
    with written_whole(path) as file:
        file.write(found.make(model, {**properties, "proof": proof.describe()}))
    return proof


def open_exported(path: str | Path, format_name: str | None = None) -> Exported:
    """Prepare an exported file to be run.

    Parameters
    ----------
    path : str or Path
        The file.
    format_name : str, optional
        As for `export_model`.

    Raises
    ------
    ExportError
        If there is no such file, if it is not one of this format, or if what runs it is not
        installed.
    """
    path = Path(path)
    found = find_format(path, format_name)
    try:
        require_ordinary(path)
        if path.stat().st_size > _LARGEST:
            raise ExportError(f"{path} is larger than {_LARGEST >> 20} MB")
        data = path.read_bytes()
    except OSError as error:
        raise ExportError(f"{path} cannot be read: {reason_of(error)}") from error
    try:
        return found.open(data)
    except ExportError as error:
        raise ExportError(f"{path}: {error}") from error


def _properties(model: Model, sha256: str) -> dict[str, str]:
    """What an exported file says of itself."""
    record = recorded(model)
    properties = {
        "catclf": __version__,
        "features": model.features.name,
        "recipe": ", ".join(record.describe()) if record else "",
        "trained_on": record.source if record else "",
        "trained": record.date if record else "",
        "positive": model.positive,
        "negative": model.negative,
        "threshold": repr(float(model.threshold)),
        "preprocessing": json.dumps(model.preprocessing.to_dict()),
        "model_sha256": sha256,
    }
    # The name of a folder may be bytes that are no text.
    return {key: printable(text) for key, text in properties.items()}


def _require_text(name: str) -> None:
    """Raise `ExportError` if the name of a class is one that some format cannot hold."""
    if "\0" in name or name != name.encode(errors="ignore").decode():
        raise ExportError(
            f"the name of the class {printable(name)} has bytes that are no text, which no format "
            "takes; train with another name"
        )
