"""Bursts: photographs of one camera, taken within seconds of each other."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from catclf.images.decode import Capture, captures

_SECONDS = 3


def bursts(paths: Sequence[Path]) -> list[int | None]:
    """Find the photographs that were taken in a burst.

    Parameters
    ----------
    paths : sequence of Path
        Image files. Those without a camera and a time in their EXIF data are of no burst.

    Returns
    -------
    list of int or None
        The number of each file's burst: no more than 3 seconds lie between one photograph of it and
        the next.
    """
    of_camera: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    for i, capture in enumerate(captures(paths)):
        time = _time(capture)
        if capture and time:
            of_camera[capture.camera].append((time, i))
    burst_of: list[int | None] = [None] * len(paths)
    burst = 0
    for photographs in of_camera.values():
        previous = None
        for time, i in sorted(photographs):
            if previous is None or (time - previous).total_seconds() > _SECONDS:
                burst += 1
            burst_of[i] = burst
            previous = time
    return burst_of


def _time(capture: Capture | None) -> datetime | None:
    try:
        return datetime.strptime(capture.time, "%Y:%m:%d %H:%M:%S") if capture else None
    except ValueError:
        return None
