"""The formats, by name and by ending."""

from importlib import import_module
from pathlib import Path

from catclf.errors import SettingsError
from catclf.export.format import Format

FORMATS = {
    "onnx": "catclf.export.onnx.onnx_format:OnnxFormat",
    "html": "catclf.export.html.html_format:HtmlFormat",
    "c": "catclf.export.c.c_format:CFormat",
}
"""Where each format is; what it needs is imported with it."""

_ENDINGS = {".onnx": "onnx", ".html": "html", ".h": "c"}

_OPTIONS = {"any_size": "onnx", "int8": "c"}
"""Which format each option is for."""


def find_format(path: Path, name: str | None = None, **options: bool) -> Format:
    """The format of a file.

    Parameters
    ----------
    path : Path
        The file.
    name : str, optional
        A key of `FORMATS`; by default the file's ending decides.
    **options : bool
        What is asked of the format: `any_size` or `int8`.

    Raises
    ------
    SettingsError
        If the ending is none of theirs, or another format is asked for what it does not have.
    """
    name = name or _ENDINGS.get(path.suffix.lower())
    if name is None:
        *others, last = _ENDINGS
        raise SettingsError(
            f"{path}: the name of an exported file ends in {', '.join(others)} or {last}; use one "
            "of these, or --format"
        )
    asked = {option: True for option, is_on in options.items() if is_on}
    for option in asked:
        if _OPTIONS[option] != name:
            raise SettingsError(
                f"--{option.replace('_', '-')} is for the format {_OPTIONS[option]}, and {path} is "
                f"{name}; leave it out"
            )
    module, _, attribute = FORMATS[name].partition(":")
    found: Format = getattr(import_module(module), attribute)(**asked)
    return found
