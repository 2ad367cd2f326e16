from pathlib import Path

import pytest
from PIL import Image

from catclf.images.bursts import bursts
from tests.conftest import image

MAKE, MODEL, DETAILS, TIME, SERIAL_NUMBER = 0x010F, 0x0110, 0x8769, 0x9003, 0xA431


def photograph(
    path: Path, time: str, *, model: str = "Phone 1", serial: str | None = None, seed: int = 0
) -> Path:
    exif = Image.Exif()
    exif[MAKE], exif[MODEL] = "Maker", model
    exif.get_ifd(DETAILS)[TIME] = time
    if serial:
        exif.get_ifd(DETAILS)[SERIAL_NUMBER] = serial
    image(seed).save(path, exif=exif)
    return path


@pytest.mark.parametrize("ending", ["jpg", "png", "webp"])
def test_photographs_within_three_seconds_are_one_burst(tmp_path: Path, ending: str) -> None:
    times = ["10:00:07", "10:00:00", "10:00:03", "10:00:11", "09:59:58"]
    paths = [
        photograph(tmp_path / f"{i}.{ending}", f"2026:11:24 {time}") for i, time in enumerate(times)
    ]
    a, b, c, d, e = bursts(paths)
    assert b == c == e  # 09:59:58, 10:00:00 and 10:00:03
    assert len({a, b, d}) == 3
    assert None not in (a, b, d)


def test_another_camera_is_another_burst(tmp_path: Path) -> None:
    time = "2026:11:24 10:00:00"
    paths = [
        photograph(tmp_path / "0.jpg", time),
        photograph(tmp_path / "1.jpg", time, model="Phone 2"),
        photograph(tmp_path / "2.jpg", time, serial="17"),
    ]
    assert len(set(bursts(paths))) == 3


def test_files_that_do_not_say_when_they_were_taken_are_of_no_burst(tmp_path: Path) -> None:
    plain, broken = tmp_path / "plain.jpg", tmp_path / "broken.jpg"
    Image.new("RGB", (20, 20)).save(plain)
    broken.write_bytes(b"\xff\xd8 nothing")
    odd = photograph(tmp_path / "odd.jpg", "yesterday")
    zeros = photograph(tmp_path / "zeros.jpg", "0000:00:00 00:00:00")
    assert bursts([plain, broken, tmp_path / "missing.jpg", odd, zeros]) == [None] * 5
