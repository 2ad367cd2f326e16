"""What an encoder gives for an image, as the shape of its output tells: features, or a map."""

from dataclasses import dataclass

import numpy as np

from catclf.encoders.admission import Tensor
from catclf.encoders.encodings import Floats
from catclf.errors import EncoderError

TOKENS = ("mean", "first")
"""Ways to make features of a transformer's tokens."""

MOST_FEATURES = 65_536
"""An encoder with more is refused."""


@dataclass(frozen=True)
class Output:
    """How the output becomes features.

    Parameters
    ----------
    shape : tuple of int
        The output for one image.
    n : int
        Number of features.
    layout : {"pooled", "NHWC", "NCHW", "tokens"}
        (m, n); a map (m, h, w, n) or (m, n, h, w); or tokens (m, k, n).
    tokens : {"mean", "first", None}
        Which features to take of tokens.
    """

    shape: tuple[int, ...]
    n: int
    layout: str
    tokens: str | None = None

    @property
    def kind(self) -> str:
        """The word "map" where there are features of each place, else "pooled"."""
        return "map" if self.layout in ("NHWC", "NCHW") else "pooled"

    def maps(self, output: Floats) -> Floats:
        """Features of each place: (m, h, w, n), for a map."""
        if self.layout == "NCHW":
            output = np.ascontiguousarray(output.transpose(0, 2, 3, 1))  # (m, h, w, n)
        return output

    def features(self, output: Floats) -> Floats:
        """Features of each image: (m, n)."""
        if self.kind == "map":
            maps = self.maps(output)
            output = maps.reshape(
                len(maps), maps.shape[1] * maps.shape[2], self.n
            )  # (m, places, n)
        if self.kind == "map" or self.tokens == "mean":
            means: Floats = output.mean(axis=1, dtype=np.float64).astype(np.float32)  # (m, n)
            return means
        return output[:, 0] if self.tokens == "first" else output  # (m, n)


def output_of(tensor: Tensor, tokens: str | None) -> Output:
    """How the output of a network becomes features.

    Parameters
    ----------
    tensor : Tensor
        The output.
    tokens : {"mean", "first", None}
        What to do with (m, k, n): average the tokens, take the first, or refuse, as which of them
        stands for the image cannot be told from the file.

    Returns
    -------
    Output
        A map is told by its two equal sides.

    Raises
    ------
    EncoderError
        If that cannot be told, or there are too many features.
    """
    shape = tuple(length for length in tensor.shape[1:] if length is not None)
    axes = f"(images, {', '.join(map(str, shape))})"
    if tokens is not None and tokens not in TOKENS:
        raise EncoderError(f"tokens must be one of {', '.join(TOKENS)}, not {tokens}")
    if tokens is not None and len(shape) != 2:
        raise EncoderError(f"has no tokens: its output is {axes}; leave the option tokens out")
    if len(shape) == 1:
        found = Output(shape, shape[0], "pooled")
    elif len(shape) == 2 and tokens is not None:
        found = Output(shape, shape[1], "tokens", tokens)
    elif len(shape) == 2:
        raise EncoderError(
            f"has an output {axes}; if these are tokens, say with the option tokens whether to "
            f"take their {' or the '.join(TOKENS)}"
        )
    elif len(shape) == 3 and shape[0] == shape[1] == shape[2]:
        raise EncoderError(f"has an output {axes}, where the channels cannot be told; pool it")
    elif len(shape) == 3 and shape[0] == shape[1]:
        found = Output(shape, shape[2], "NHWC")
    elif len(shape) == 3 and shape[1] == shape[2]:
        found = Output(shape, shape[0], "NCHW")
    else:
        raise EncoderError(f"has an output {axes}; export (images, n) or a square map of features")
    if found.n > MOST_FEATURES:
        raise EncoderError(f"has {found.n} features; at most {MOST_FEATURES} are admitted")
    return found
