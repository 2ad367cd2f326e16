"""A model as an ONNX file: `document` is the whole, and there is a file for each feature map."""
