"""A frozen network that turns images into features."""

import hashlib
from collections.abc import Callable, Collection
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catclf.encoders.admission import Graph, admit
from catclf.encoders.convention import Convention, ConventionOptions, convention_of
from catclf.encoders.encodings import Floats
from catclf.encoders.identity import EncoderIdentity
from catclf.encoders.output import Output, output_of
from catclf.encoders.session import Run, Session, runtime
from catclf.errors import EncoderError
from catclf.images.preprocessing import Images
from catclf.parallel import cores, map_on_threads


class Encoder:
    """A network that was admitted, and its session.

    It sees one image at a time, on each core: that is faster than all cores on a batch, and the
    features of an image are bit-identical whatever other images there are. Every error is an
    `EncoderError` that begins with the encoder's name.

    Parameters
    ----------
    name : str
        What to call it in errors.
    data : bytes
        The ONNX file; what is hashed, admitted and run.
    graph : Graph
        What `admit` found in it.
    convention : Convention
        How it wants its images.
    sha256 : str, optional
        Of the data, where it has been computed.
    """

    def __init__(
        self,
        name: str,
        data: bytes,
        graph: Graph,
        convention: Convention,
        sha256: str | None = None,
    ) -> None:
        self.name, self.file = name, data
        self.convention = convention
        self._output: Output = output_of(graph.output, convention.tokens)
        self._session = Session(data, graph.input.name, graph.output.name)
        # The session is made meanwhile.
        self.sha256 = sha256 or hashlib.sha256(data).hexdigest()
        self._tables = _tables(convention)

    @cached_property
    def identity(self) -> EncoderIdentity:
        """What a model file keeps of it; the name is without a folder."""
        return EncoderIdentity(
            Path(self.name).name, self.sha256, self.n, self.kind, self.convention
        )

    @property
    def side(self) -> int:
        """Width and height of an image in pixels."""
        return self.convention.side

    @property
    def n(self) -> int:
        """Number of features."""
        return self._output.n

    @property
    def kind(self) -> str:
        """The word "map" where it gives features of each place, else "pooled"."""
        return self._output.kind

    @property
    def runtime(self) -> str:
        """Version of onnxruntime."""
        version: str = runtime().__version__
        return version

    def prepare(self) -> None:
        """Do nothing: its session is being made already."""

    def encode(self, images: Images) -> Floats:
        """Features (m, n) of images (m, side, side, 3)."""
        return self._run(images, self._output.features)

    def maps(self, images: Images) -> Floats:
        """Features of each place, (m, h, w, n), of images (m, side, side, 3)."""
        if self.kind != "map":
            raise EncoderError(f"{self.name}: gives features of whole images, not a map")
        return self._run(images, self._output.maps)

    def probe(self) -> None:
        """Run it on an image, to see that it works.

        Raises
        ------
        EncoderError
            If it does not.
        """
        self.encode(np.zeros((1, self.side, self.side, 3), np.uint8))

    def _run(self, images: Images, taken: Callable[[Floats], Floats]) -> Floats:
        """What is taken of the network's outputs for the images, after they were checked."""

        def on_all_cores(run: Run) -> list[Floats]:
            def of_one(i: int) -> Floats:
                return taken(self._checked(run(self._fed(images[i : i + 1]))))

            return map_on_threads(of_one, range(len(images)), cores())

        if not len(images):
            return taken(np.empty((0, *self._output.shape), np.float32))
        try:
            return np.concatenate(self._session.use(on_all_cores, len(images)))
        except EncoderError as error:
            raise EncoderError(f"{self.name}: {error}") from error

    def _checked(self, output: Floats) -> Floats:
        """The output for an image, (1, …), if it is what it should be."""
        expected = (1, *self._output.shape)
        if output.shape != expected:
            raise EncoderError(f"gives an output {output.shape} where it declares {expected}")
        if not np.isfinite(output).all():
            raise EncoderError("gives features that are not finite")
        return output

    def _fed(self, images: Images) -> NDArray[Any]:
        """Images as the network wants them: (m, side, side, 3) or (m, 3, side, side)."""
        fed: NDArray[Any] = images if self.convention.channels == "RGB" else images[..., ::-1]
        if self._tables is not None:
            fed = self._tables[np.arange(3), fed]  # (m, side, side, 3)
        if self.convention.layout == "NCHW":
            fed = fed.transpose(0, 3, 1, 2)  # (m, 3, side, side)
        return np.ascontiguousarray(fed)


def open_encoder(
    data: bytes,
    name: str,
    path: Path | None = None,
    options: ConventionOptions | None = None,
    *,
    trusted: Collection[str] = (),
) -> Encoder:
    """Admit a network and prepare it. The session is made on another thread meanwhile.

    Parameters
    ----------
    data : bytes
        The whole ONNX file.
    name : str
        What to call it in errors.
    path : Path, optional
        Where the file is, to look for a `preprocessor_config.json` beside it.
    options : ConventionOptions, optional
        What the user says of its images.
    trusted : collection of str
        SHA-256 hashes, in hexadecimal, of encoders that are known to work; others are probed.

    Returns
    -------
    Encoder
        Ready, or getting ready.

    Raises
    ------
    EncoderError
        If it is not admitted or does not work; begins with the name.
    """
    try:
        graph = admit(data)
        encoder = Encoder(name, data, graph, convention_of(graph, path, options))
    except EncoderError as error:
        raise EncoderError(f"{name}: {error}") from error
    if encoder.sha256 not in trusted:
        encoder.probe()
    return encoder


def reopen_encoder(data: bytes, name: str, sha256: str, identity: EncoderIdentity) -> Encoder:
    """Prepare the network that a model was trained with.

    Parameters
    ----------
    data : bytes
        The whole ONNX file.
    name : str
        What to call it in errors.
    sha256 : str
        Of the data.
    identity : EncoderIdentity
        What the model knows of it.

    Returns
    -------
    Encoder
        Ready, or getting ready.

    Raises
    ------
    EncoderError
        If it is another network, or is not admitted.
    """
    if sha256 != identity.sha256:
        raise EncoderError(
            f"{name} has SHA-256 {sha256}, but the model was trained with {identity.name}, "
            f"SHA-256 {identity.sha256}; name that file with --encoder, which overrides "
            "CATCLF_ENCODER"
        )
    try:
        encoder = Encoder(name, data, admit(data), identity.convention, sha256)
    except EncoderError as error:
        raise EncoderError(f"{name}: {error}") from error
    if (encoder.n, encoder.kind) != (identity.n, identity.kind):
        raise EncoderError(f"{name} does not give the features that the model was trained with")
    return encoder


def _tables(convention: Convention) -> Floats | None:
    """What each of the 256 values of a pixel becomes in each channel: (3, 256)."""
    if convention.dtype == "uint8":
        return None
    mean, deviation = np.array([convention.mean, convention.deviation])[..., np.newaxis]  # (3, 1)
    tables: Floats = ((np.arange(256) - mean) / deviation).astype(np.float32)  # (3, 256)
    return tables
