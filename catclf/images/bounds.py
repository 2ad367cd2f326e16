"""How large the images are that are let in."""

MEGAPIXELS = 128
"""An image with more is refused, unless it is a JPEG, whose size says little of what it takes."""

LONGEST_SIDE = 2**18
"""Pixels along a side; of an image that is longer, each step of resizing would take seconds."""

LEAST_SIDE = 8
"""Pixels along a side of images in an HDF5 file; with fewer, millions would be in a small file."""

MEMORY = 2**30
"""Bytes that all images which are being decoded may take together."""
