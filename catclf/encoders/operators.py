"""The operators that an encoder may use, and how: a part of the ONNX standard.

Admitted is what convolutional networks and vision transformers are made of, quantised or not. Not
admitted is what can loop or hold a graph (Loop, If, Scan), what draws at random or trains, what
reads text or files, and what makes the features of an image depend on the others in its batch
(DynamicQuantizeLinear). Expand and ConstantOfShape make tensors as large as the data say;
`session.py` bounds the memory of all tensors.
"""

from functools import cache
from typing import NamedTuple

OLDEST_OPSET, NEWEST_OPSET = 11, 22

_MANY = "256"

# Operator, first version of the operator set that this holds for, number of inputs, number of
# outputs, attributes. An asterisk marks an attribute that must be there: by the standard, but for
# that of Transpose, without which versions of onnxruntime up to 1.26 may end the process. Outputs
# that only training uses are left out.
_TABLE = f"""
Abs 11 1 1
Add 11 2 1
AveragePool 11 1 1 auto_pad:string ceil_mode:int count_include_pad:int *kernel_shape:ints pads:ints strides:ints
AveragePool 19 1 1 auto_pad:string ceil_mode:int count_include_pad:int dilations:ints *kernel_shape:ints pads:ints strides:ints
BatchNormalization 11 5 1 epsilon:float momentum:float
BatchNormalization 14 5 1 epsilon:float momentum:float training_mode:int
Cast 11 1 1 *to:int
Cast 19 1 1 saturate:int *to:int
Clip 11 1-3 1
Concat 11 1-{_MANY} 1 *axis:int
Constant 11 0 1 value:tensor
Constant 12 0 1 value:tensor value_float:float value_floats:floats value_int:int value_ints:ints
ConstantOfShape 11 1 1 value:tensor
Conv 11 2-3 1 auto_pad:string dilations:ints group:int kernel_shape:ints pads:ints strides:ints
DepthToSpace 11 1 1 *blocksize:int mode:string
DequantizeLinear 11 2-3 1
DequantizeLinear 13 2-3 1 axis:int
DequantizeLinear 21 2-3 1 axis:int block_size:int
Div 11 2 1
Dropout 11 1 1 ratio:float
Dropout 12 1-2 1 seed:int
Elu 11 1 1 alpha:float
Equal 11 2 1
Erf 11 1 1
Exp 11 1 1
Expand 11 2 1
Flatten 11 1 1 axis:int
Floor 11 1 1
Gather 11 2 1 axis:int
Gelu 20 1 1 approximate:string
Gemm 11 2-3 1 alpha:float beta:float transA:int transB:int
GlobalAveragePool 11 1 1
GlobalMaxPool 11 1 1
GroupNormalization 21 3 1 epsilon:float *num_groups:int stash_type:int
HardSigmoid 11 1 1 alpha:float beta:float
HardSwish 14 1 1
Identity 11 1 1
InstanceNormalization 11 3 1 epsilon:float
LRN 11 1 1 alpha:float beta:float bias:float *size:int
LayerNormalization 17 2-3 1 axis:int epsilon:float stash_type:int
LeakyRelu 11 1 1 alpha:float
Log 11 1 1
MatMul 11 2 1
Max 11 1-{_MANY} 1
MaxPool 11 1 1 auto_pad:string ceil_mode:int dilations:ints *kernel_shape:ints pads:ints storage_order:int strides:ints
Min 11 1-{_MANY} 1
Mish 18 1 1
Mul 11 2 1
Neg 11 1 1
PRelu 11 2 1
Pad 11 2-3 1 mode:string
Pad 18 2-4 1 mode:string
Pow 11 2 1
QLinearConv 11 8-9 1 auto_pad:string dilations:ints group:int kernel_shape:ints pads:ints strides:ints
QLinearMatMul 11 8 1
QuantizeLinear 11 2-3 1
QuantizeLinear 13 2-3 1 axis:int
QuantizeLinear 19 2-3 1 axis:int saturate:int
QuantizeLinear 21 2-3 1 axis:int block_size:int output_dtype:int saturate:int
Reciprocal 11 1 1
ReduceL2 11 1 1 axes:ints keepdims:int
ReduceL2 18 1-2 1 keepdims:int noop_with_empty_axes:int
ReduceMax 11 1 1 axes:ints keepdims:int
ReduceMax 18 1-2 1 keepdims:int noop_with_empty_axes:int
ReduceMean 11 1 1 axes:ints keepdims:int
ReduceMean 18 1-2 1 keepdims:int noop_with_empty_axes:int
ReduceSum 11 1 1 axes:ints keepdims:int
ReduceSum 13 1-2 1 keepdims:int noop_with_empty_axes:int
Relu 11 1 1
Reshape 11 2 1
Reshape 14 2 1 allowzero:int
Selu 11 1 1 alpha:float gamma:float
Shape 11 1 1
Shape 15 1 1 end:int start:int
Sigmoid 11 1 1
Slice 11 3-5 1
Softmax 11 1 1 axis:int
Softplus 11 1 1
SpaceToDepth 11 1 1 *blocksize:int
Split 11 1 1-{_MANY} axis:int split:ints
Split 13 1-2 1-{_MANY} axis:int
Split 18 1-2 1-{_MANY} axis:int num_outputs:int
Sqrt 11 1 1
Squeeze 11 1 1 axes:ints
Squeeze 13 1-2 1
Sub 11 2 1
Sum 11 1-{_MANY} 1
Tanh 11 1 1
Transpose 11 1 1 *perm:ints
Unsqueeze 11 1 1 *axes:ints
Unsqueeze 13 2 1
Where 11 3 1
"""  # noqa: E501  (a row is a line)


class Operator(NamedTuple):
    """How an operator may be used.

    Parameters
    ----------
    inputs, outputs : range
        How many there may be.
    attributes : dict
        Names, and the type of each: "int", "float", "string", "tensor", "ints" or "floats".
    required : frozenset of str
        The attributes that must be there.
    """

    inputs: range
    outputs: range
    attributes: dict[str, str]
    required: frozenset[str]


@cache
def operators(opset: int) -> dict[str, Operator]:
    """The operators that are admitted, by name.

    Parameters
    ----------
    opset : int
        Version of the operator set, from `OLDEST_OPSET` to `NEWEST_OPSET`.
    """
    found = {}
    for line in _TABLE.strip().splitlines():
        name, since, inputs, outputs, *attributes = line.split()
        if int(since) <= opset:  # a later line replaces an earlier one
            pairs = dict(attribute.lstrip("*").split(":") for attribute in attributes)
            required = frozenset(a[1:].split(":")[0] for a in attributes if a.startswith("*"))
            found[name] = Operator(_range(inputs), _range(outputs), pairs, required)
    return found


def _range(text: str) -> range:
    """A number, or two with a hyphen between them, as a range."""
    least, _, most = text.partition("-")
    return range(int(least), int(most or least) + 1)
