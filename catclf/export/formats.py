"""The formats, by name and by ending."""

from importlib import import_module
from pathlib import Path

from catclf.errors import SettingsError
from catclf.export.format import Format

FORMATS = {
    "onnx": "catclf.export.onnx.onnx_format:OnnxFormat",
    "c": "catclf.export.c.c_format:CFormat",
}
"""Where each format is; what it needs is imported with it."""

_ENDINGS = {".onnx": "onnx", ".h": "c"}


def find_format(path: Path, name: str | None = None, *, int8: bool = False) -> Format:
    """The format of a file.

    Parameters
    ----------
    path : Path
        The file.
    name : str, optional
        A key of `FORMATS`; by default the file's ending decides.
    int8 : bool
        Whether weights are rounded to 8 bits, which only C has.

    Raises
    ------
    SettingsError
        If the ending is none of theirs, or the format has no 8 bits.
    """
    name = name or _ENDINGS.get(path.suffix.lower())
    if name is None:
        raise SettingsError(
            f"{path}: the name of an exported file ends in {' or '.join(_ENDINGS)}; use one of "
            "these, or --format"
        )
    if int8 and name != "c":
        raise SettingsError(f"weights of 8 bits are for C; export {path} without --int8")
    module, _, attribute = FORMATS[name].partition(":")
    made = getattr(import_module(module), attribute)
    found: Format = made(int8) if int8 else made()
    return found
