"""ONNX as a format that a model is exported to."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from catclf.encoders.admission import shown
from catclf.encoders.session import SECONDS_PER_IMAGE, SECONDS_TO_OPEN, Call, inference_session
from catclf.errors import EncoderError, ExportError
from catclf.export.format import Answers, Exported, Format
from catclf.export.onnx.document import INPUT, OUTPUTS, onnx_file
from catclf.images.preprocessing import Images
from catclf.model import Model

_BATCH = 32
_LONGEST_REASON = 160


@dataclass(frozen=True)
class OnnxFormat(Format):
    """An ONNX file, for onnxruntime and whatever else reads ONNX.

    Parameters
    ----------
    any_size : bool
        Whether it takes one image of any size at a time, and resizes it itself.
    """

    any_size: bool = False

    def make(self, model: Model, properties: dict[str, str]) -> bytes:
        """Write a model."""
        _onnx()
        return onnx_file(model, properties, any_size=self.any_size)

    def open(self, data: bytes) -> Exported:
        """Prepare a file's content, with onnxruntime or, without it, with ONNX's own evaluator."""
        try:
            run, at_once = _opened(data)
        except ExportError:
            raise
        except Exception as error:  # of any kind: a file may come from anybody
            raise ExportError(f"it is not valid ONNX: {_in_a_line(error)}") from error
        return _OnnxExported(run, takes_any_size=at_once == 1)

    def tolerance(self, model: Model) -> float:
        """All is computed in float32, more of it for some features than for others."""
        parts = model.features.name.replace(":", "+").split("+")
        if "fourier" in parts or model.features.encoder:
            return 1e-3
        return 1e-5 if parts == ["pixels"] else 1e-4


class _OnnxExported(Exported):
    def __init__(self, run: Any, *, takes_any_size: bool) -> None:
        self._run, self.takes_any_size = run, takes_any_size

    def answers(self, images: Images) -> Answers:
        """What it says of images, a batch at a time."""
        at_once = 1 if self.takes_any_size else _BATCH
        batches = [images[start : start + at_once] for start in range(0, len(images), at_once)]
        call = Call(lambda: [self._run(list(OUTPUTS), {INPUT: batch}) for batch in batches])
        try:
            results = call.result(SECONDS_PER_IMAGE * len(images))
            A, Z, labels = (np.concatenate(parts) for parts in zip(*results, strict=True))
            return Answers(
                Z.astype(np.float64), A.astype(np.float64), [str(label) for label in labels]
            )
        except TimeoutError:
            raise ExportError("it takes too long") from None
        except Exception as error:  # of any kind: a file may come from anybody
            raise ExportError(f"it cannot be run: {_in_a_line(error)}") from error


def _onnx() -> Any:
    try:
        import onnx
    except ImportError:
        raise ExportError(
            "ONNX needs the package onnx; install it with: pip install 'catclf[onnx]'"
        ) from None
    return onnx


def _opened(data: bytes) -> tuple[Any, Any]:
    """What runs a file, and how many images it takes, if not any number."""
    try:
        return _run_with_onnxruntime(data)
    except EncoderError:  # it is not installed
        return _run_with_reference(data)


def _run_with_onnxruntime(data: bytes) -> tuple[Any, Any]:
    session = Call(lambda: inference_session(data)).result(SECONDS_TO_OPEN)
    return session.run, session.get_inputs()[0].shape[0]


def _run_with_reference(data: bytes) -> tuple[Any, Any]:
    onnx = _onnx()
    from onnx.reference import ReferenceEvaluator

    model = onnx.load_model_from_string(data)
    first = model.graph.input[0].type.tensor_type.shape.dim[0]
    return ReferenceEvaluator(model).run, first.dim_value


def _in_a_line(error: Exception) -> str:
    return shown(" ".join(str(error).split()), _LONGEST_REASON) or type(error).__name__
