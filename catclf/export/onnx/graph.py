"""An ONNX graph, built node by node."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Value = str
"""The name of a value in a graph."""

# The oldest that has all operators which are used here.
OPSET = 11


class Graph:
    """Nodes and constants so far.

    Parameters
    ----------
    opset : int
        Version of the operators.
    """

    def __init__(self, opset: int = OPSET) -> None:
        self.opset = opset
        self.nodes: list[Any] = []
        self.tensors: list[Any] = []
        """Constants as ONNX stores them."""
        self._names: dict[tuple[object, ...], str] = {}

    def add(
        self,
        operator: str,
        *inputs: Value | NDArray[Any],
        output: Value | None = None,
        **attributes: Any,
    ) -> Value:
        """Add a node of one output.

        Parameters
        ----------
        operator : str
            Its name in ONNX's default domain.
        *inputs : Value or array
            An array becomes a constant.
        output : Value, optional
            A name for the output.
        **attributes
            Those of the operator.

        Returns
        -------
        Value
            The output.
        """
        from onnx import helper

        names = [value if isinstance(value, str) else self.constant(value) for value in inputs]
        output = output or f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, names, [output], output, **attributes))
        return output

    def constant(self, array: NDArray[Any]) -> Value:
        """Add an array, once however often it is asked for."""
        content = array.tolist() if array.dtype.hasobject else array.tobytes()
        key = (array.dtype.str, array.shape, content)
        if key not in self._names:
            from onnx import numpy_helper

            self._names[key] = f"constant_{len(self._names)}"
            self.tensors.append(numpy_helper.from_array(array, self._names[key]))
        return self._names[key]

    def float32(self, value: Value) -> Value:
        """The value as float32."""
        return self._cast(value, np.dtype(np.float32))

    def float64(self, value: Value) -> Value:
        """The value as float64."""
        return self._cast(value, np.dtype(np.float64))

    def uint8(self, value: Value) -> Value:
        """The value as uint8."""
        return self._cast(value, np.dtype(np.uint8))

    def int64(self, value: Value) -> Value:
        """The value as int64."""
        return self._cast(value, np.dtype(np.int64))

    def _cast(self, value: Value, dtype: np.dtype[Any]) -> Value:
        from onnx import helper

        return self.add("Cast", value, to=helper.np_dtype_to_tensor_dtype(dtype))

    def reshape(self, value: Value, *shape: int) -> Value:
        """The value in another shape: 0 stands for the same length, and -1 for the rest."""
        return self.add("Reshape", value, np.array(shape, np.int64))

    def cut(self, value: Value, axis: int, start: int, stop: int, step: int = 1) -> Value:
        """A part of the value along an axis, as Python slices; a stop of -1 is before the first."""
        last = np.iinfo(np.int64).min if stop == -1 else stop
        bounds = [np.array([number], np.int64) for number in (start, last, axis, step)]
        return self.add("Slice", value, *bounds)

    def sum(self, value: Value, *axes: int) -> Value:
        """The sum along axes, which are kept with length 1."""
        if self.opset < 13:
            return self.add("ReduceSum", value, axes=list(axes), keepdims=1)
        return self.add("ReduceSum", value, np.array(axes, np.int64), keepdims=1)


def number(value: ArrayLike) -> NDArray[np.float32]:
    """A number, or more of them, as float32."""
    return np.asarray(value, np.float32)
