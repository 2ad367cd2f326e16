"""The formats, by name and by ending."""

from importlib import import_module
from pathlib import Path

from catclf.errors import SettingsError
from catclf.export.format import Format

FORMATS = {"onnx": "catclf.export.onnx.onnx_format:OnnxFormat"}
"""Where each format is; what it needs is imported with it."""

_ENDINGS = {".onnx": "onnx"}


def find_format(path: Path, name: str | None = None) -> Format:
    """The format of a file.

    Parameters
    ----------
    path : Path
        The file.
    name : str, optional
        A key of `FORMATS`; by default the file's ending decides.

    Raises
    ------
    SettingsError
        If the ending is none of theirs.
    """
    name = name or _ENDINGS.get(path.suffix.lower())
    if name is None:
        raise SettingsError(
            f"{path}: the name of an exported file ends in {', '.join(_ENDINGS)}; use one of "
            "these, or --format"
        )
    module, _, attribute = FORMATS[name].partition(":")
    found: Format = getattr(import_module(module), attribute)()
    return found
