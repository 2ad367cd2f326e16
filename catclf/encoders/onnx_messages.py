"""The messages of an ONNX file, with the fields that are admitted in an encoder.

What can hold a graph, a function, a sparse tensor or the name of another file is refused by name;
whatever else is not in these tables is unknown to the decoder.
"""

from catclf.encoders.wire import Field, Kind, Message

ENTRY: Message = {1: Field("key", Kind.TEXT), 2: Field("value", Kind.TEXT)}

OPERATOR_SET: Message = {1: Field("domain", Kind.TEXT), 2: Field("version", Kind.INT)}

DIMENSION: Message = {
    1: Field("dim_value", Kind.INT),
    2: Field("dim_param", Kind.TEXT),
    3: Field("denotation", Kind.TEXT),
}

SHAPE: Message = {1: Field("dim", DIMENSION, repeated=True)}

TENSOR_TYPE: Message = {1: Field("elem_type", Kind.INT), 2: Field("shape", SHAPE)}

TYPE: Message = {
    1: Field("tensor_type", TENSOR_TYPE),
    4: Field("a sequence", Kind.REFUSED),
    5: Field("a map", Kind.REFUSED),
    6: Field("denotation", Kind.TEXT),
    8: Field("a sparse tensor", Kind.REFUSED),
    9: Field("an optional value", Kind.REFUSED),
}

VALUE_INFO: Message = {
    1: Field("name", Kind.TEXT),
    2: Field("type", TYPE),
    3: Field("doc_string", Kind.TEXT),
    4: Field("metadata_props", ENTRY, repeated=True),
}

EXTERNAL = "external data (numbers in another file)"

TENSOR: Message = {
    1: Field("dims", Kind.INT, repeated=True),
    2: Field("data_type", Kind.INT),
    3: Field("a segmented tensor", Kind.REFUSED),
    4: Field("float_data", Kind.BYTES),
    5: Field("int32_data", Kind.BYTES),
    6: Field("a tensor of text", Kind.REFUSED),
    7: Field("int64_data", Kind.BYTES),
    8: Field("name", Kind.TEXT),
    9: Field("raw_data", Kind.BYTES),
    10: Field("double_data", Kind.BYTES),
    12: Field("doc_string", Kind.TEXT),
    13: Field(EXTERNAL, Kind.REFUSED),
    14: Field("data_location", Kind.INT),
    16: Field("metadata_props", ENTRY, repeated=True),
}

ATTRIBUTE: Message = {
    1: Field("name", Kind.TEXT),
    2: Field("f", Kind.FLOAT),
    3: Field("i", Kind.INT),
    4: Field("s", Kind.TEXT),
    5: Field("t", TENSOR),
    6: Field("a graph in an operator", Kind.REFUSED),
    7: Field("floats", Kind.FLOAT, repeated=True),
    8: Field("ints", Kind.INT, repeated=True),
    9: Field("an attribute of texts", Kind.REFUSED),
    10: Field("an attribute of tensors", Kind.REFUSED),
    11: Field("graphs in an operator", Kind.REFUSED),
    13: Field("doc_string", Kind.TEXT),
    14: Field("an attribute that is a type", Kind.REFUSED),
    15: Field("an attribute of types", Kind.REFUSED),
    20: Field("type", Kind.INT),
    21: Field("an attribute that refers to another", Kind.REFUSED),
    22: Field("a sparse tensor", Kind.REFUSED),
    23: Field("sparse tensors", Kind.REFUSED),
}

NODE: Message = {
    1: Field("input", Kind.TEXT, repeated=True),
    2: Field("output", Kind.TEXT, repeated=True),
    3: Field("name", Kind.TEXT),
    4: Field("op_type", Kind.TEXT),
    5: Field("attribute", ATTRIBUTE, repeated=True),
    6: Field("doc_string", Kind.TEXT),
    7: Field("domain", Kind.TEXT),
    8: Field("an overloaded operator", Kind.REFUSED),
    9: Field("metadata_props", ENTRY, repeated=True),
    10: Field("a configuration of devices", Kind.REFUSED),
}

GRAPH: Message = {
    1: Field("node", NODE, repeated=True),
    2: Field("name", Kind.TEXT),
    5: Field("initializer", TENSOR, repeated=True),
    10: Field("doc_string", Kind.TEXT),
    11: Field("input", VALUE_INFO, repeated=True),
    12: Field("output", VALUE_INFO, repeated=True),
    13: Field("value_info", VALUE_INFO, repeated=True),
    14: Field("an annotation of quantisation", Kind.REFUSED),
    15: Field("sparse tensors", Kind.REFUSED),
    16: Field("metadata_props", ENTRY, repeated=True),
}

MODEL: Message = {
    1: Field("ir_version", Kind.INT),
    2: Field("producer_name", Kind.TEXT),
    3: Field("producer_version", Kind.TEXT),
    4: Field("domain", Kind.TEXT),
    5: Field("model_version", Kind.INT),
    6: Field("doc_string", Kind.TEXT),
    7: Field("graph", GRAPH),
    8: Field("opset_import", OPERATOR_SET, repeated=True),
    14: Field("metadata_props", ENTRY, repeated=True),
    20: Field("training_info (a network to be trained)", Kind.REFUSED),
    25: Field("functions (operators of its own)", Kind.REFUSED),
    26: Field("a configuration of devices", Kind.REFUSED),
}
