"""Files in object storage, which URLs name, as paths (the extra `cluster`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from catclf.errors import CatclfError, DataError

# What is read from object storage at a time, several of which are on their way at once.
_RANGE = 2**19


def path_of(text: str) -> Path:
    """The path of a file or folder; for a URL, an object that is used like one.

    Raises
    ------
    DataError
        If it is a URL of a kind that is not known here.
    """
    if "://" not in text:
        return Path(text)
    try:
        from upath import UPath
    except ImportError:
        raise DataError(
            f"{text} is a URL, which needs fsspec; install it: pip install 'catclf[cluster]'"
        ) from None
    try:
        path = UPath(text)
        path.fs  # noqa: B018 - finds out whether there is a package for such URLs
    except Exception as error:  # packages for storage raise what they like
        raise DataError(f"{text} cannot be read: {error}") from error
    return cast("Path", path)


def is_remote(path: Path) -> bool:
    """Whether a path stands for a URL."""
    return not isinstance(path, Path)


@contextmanager
def reachable(path: Path) -> Iterator[None]:
    """Turn what a package for object storage raises, which may be anything, into `DataError`."""
    try:
        yield
    except (CatclfError, MemoryError):
        raise
    except Exception as error:
        if not is_remote(path):
            raise
        reason = str(error).splitlines() or [type(error).__name__]
        raise DataError(f"{path} cannot be read: {reason[0]}") from error


def fill(view: memoryview, path: Path, offset: int) -> None:
    """Fill a view with the bytes of a remote file from an offset on, in several reads at once.

    Raises
    ------
    DataError
        If they cannot be read, or the file is too short.
    """
    remote = cast("Any", path)
    starts = range(offset, offset + len(view), _RANGE)
    ends = [min(start + _RANGE, offset + len(view)) for start in starts]
    with reachable(path):
        parts = remote.fs.cat_ranges([remote.path] * len(starts), list(starts), ends)
    for start, end, part in zip(starts, ends, parts, strict=True):
        if len(part) != end - start:
            raise DataError(f"{path} is truncated")
        view[start - offset : end - offset] = part
