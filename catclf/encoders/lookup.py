"""Where encoders are found: built in, in a file, and for a model, the one it was trained with."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from catclf.encoders import builtin
from catclf.encoders.admission import LARGEST_FILE
from catclf.encoders.convention import ConventionOptions
from catclf.encoders.encoder import Encoder, open_encoder, reopen_encoder
from catclf.encoders.encodings import Floats
from catclf.encoders.identity import EncoderIdentity
from catclf.encoders.session import Call
from catclf.errors import CatclfError, EncoderError, reason_of
from catclf.images.preprocessing import Images

VARIABLE = "CATCLF_ENCODER"
"""The environment variable that names an encoder's file for models that need one."""

_ENDING = ".onnx"


def load_encoder(
    path: str | Path | None = None, options: ConventionOptions | None = None
) -> Encoder:
    """Open an encoder.

    Parameters
    ----------
    path : str or Path, optional
        An ONNX file; by default the built-in encoder, EfficientNet-Lite0.
    options : ConventionOptions, optional
        What the user says of how it wants its images.

    Returns
    -------
    Encoder
        For `load_dataset`.

    Raises
    ------
    EncoderError
        If it is missing or refused, or if what the built-in one is made from is not installed.
    OutputError
        If the built-in one cannot be kept in the cache folder.
    """
    if path is None:
        data = builtin.builtin_encoder()
        return open_encoder(data, builtin.NAME, options=options, trusted=[builtin.SHA256])
    path = Path(path)
    return open_encoder(_read(path, str(path)), str(path), path, options)


class ModelEncoder:
    """The encoder that a model was trained with, looked for when it is first used.

    Parameters
    ----------
    identity : EncoderIdentity
        Which one.
    runtime : str
        Version of onnxruntime that it was trained with.
    file : Path, optional
        Where the user says that it is.
    folder : Path
        The model's folder.
    """

    def __init__(
        self, identity: EncoderIdentity, runtime: str, file: Path | None, folder: Path
    ) -> None:
        self.identity, self.runtime = identity, runtime
        self._file, self._folder = file, folder
        self._opening: Call[Encoder] | None = None

    @property
    def file(self) -> bytes:
        """Its ONNX file."""
        return self._encoder.file

    def encode(self, images: Images) -> Floats:
        """Features (m, n) of images (m, side, side, 3)."""
        return self._encoder.encode(images)

    def maps(self, images: Images) -> Floats:
        """Maps (m, h, w, n) whose means over their places are the features."""
        return self._encoder.maps(images)

    def prepare(self) -> None:
        """Begin to look for it and to open it, on another thread."""
        self._begin()

    def _begin(self) -> Call[Encoder]:
        opening = self._opening or Call(self._open)
        self._opening = opening
        return opening

    @property
    def _encoder(self) -> Encoder:
        try:
            return self._begin().result()
        except CatclfError:
            self._opening = None  # it may be there when it is next asked for
            raise

    def _open(self) -> Encoder:
        for where, data, sha256 in self._candidates():
            return reopen_encoder(data, where, sha256, self.identity)
        raise EncoderError(
            f"the model needs the encoder {self.identity.name} (SHA-256 "
            f"{self.identity.sha256[:12]}…), which is not found; name its file with --encoder"
        )

    def _candidates(self) -> Iterator[tuple[str, bytes, str]]:
        """Where it may be, the bytes there and their SHA-256.

        The first that exists must be the right one.
        """
        beside = self._folder / f"{self.identity.name.removesuffix(_ENDING)}{_ENDING}"
        variable = os.environ.get(VARIABLE)
        if self._file:
            yield str(self._file), *_read_and_hash(self._file)
        if os.path.isfile(beside):  # noqa: PTH113 - unlike Path.is_file, never raises
            yield str(beside), *_read_and_hash(beside)
        if variable:
            where = f"{variable} (as {VARIABLE} says)"
            yield where, *_read_and_hash(Path(variable), where)
        if self.identity.sha256 == builtin.SHA256:
            yield builtin.NAME, builtin.builtin_encoder(), builtin.SHA256


def _read_and_hash(path: Path, where: str | None = None) -> tuple[bytes, str]:
    data = _read(path, where or str(path))
    return data, hashlib.sha256(data).hexdigest()


def _read(path: Path, where: str) -> bytes:
    """The bytes of an encoder's file, which errors call `where`."""
    try:
        if not path.exists():
            raise EncoderError(f"there is no encoder {where}; name an .onnx file")
        if not path.is_file():
            raise EncoderError(f"{where} is not a file; name an .onnx file")
        if path.stat().st_size > LARGEST_FILE:
            raise EncoderError(
                f"{where} is larger than {LARGEST_FILE / 1e6:.0f} MB, which is refused"
            )
        return path.read_bytes()
    except OSError as error:
        raise EncoderError(f"{where} cannot be read: {reason_of(error)}") from error
