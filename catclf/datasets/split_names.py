"""What data sets call their splits."""

SPLIT_NAMES = {
    "train": "train",
    "test": "test",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
}
"""What folders, in any case, and cells of a CSV file may call a split."""
