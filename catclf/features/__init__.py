"""Images to feature columns: a matrix with one column per image.

`feature_map` is the contract of all feature maps, `specification` names them, and `register` makes
them. To add one, write a module with a `BasicFeatureMap` and add a line to `FEATURE_MAPS` in
`specification`.
"""
