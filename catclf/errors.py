"""The errors that a user can cause, each with a text that a user can act on."""

from collections.abc import Iterable


class CatclfError(Exception):
    """What the user should read: what is wrong, with which file or option, and the way out.

    The commands print the text on one line and end with `exit_status`.
    """

    exit_status = 1


class ImageError(CatclfError):
    """A file cannot be decoded as an image. The text is the reason, without the file's name."""


class DataError(CatclfError):
    """A data set is missing, empty, ambiguous or damaged."""


class ClassError(DataError):
    """A data set has no classes, or none of them is the positive one."""


class ModelError(CatclfError):
    """A file is not a valid model, or not one for this version or these images."""


class EncoderError(CatclfError):
    """An encoder, or what it needs, is missing, damaged or refused."""


class CheckpointError(CatclfError):
    """A file is not a valid checkpoint, or not one of this training."""


class TrainingError(CatclfError):
    """Training came to no useful result."""


class ClusterError(CatclfError):
    """A cluster cannot be reached, does not fit, or is lost."""


class ExportError(CatclfError):
    """A model cannot have the form that it is to be exported to, or the form fails its proof."""


class OutputError(CatclfError):
    """A file cannot be written."""


class SettingsError(CatclfError):
    """A setting has a value that makes no sense."""

    exit_status = 2


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """What to append to an error about an unknown name: the nearest known one, if any is near.

    Case, and the difference between a hyphen and an underscore, do not count.
    """
    from difflib import get_close_matches

    known = {_plain(known): known for known in names}
    near = get_close_matches(_plain(name), known, n=1)
    return f"; did you mean {known[near[0]]}?" if near else ""


def _plain(name: str) -> str:
    return name.casefold().replace("_", "-").lstrip("-")


def reason_of(error: OSError) -> str:
    """What the system says of an error, to stand after a colon."""
    return (error.strerror or str(error)).lower()
