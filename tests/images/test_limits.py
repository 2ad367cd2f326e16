import io
import re
import struct
import subprocess
import sys
import threading
import zlib
from pathlib import Path

import pytest
from PIL import Image

from catclf.errors import ImageError
from catclf.images.decode import load_image
from catclf.images.limits import Budget, count_scans
from catclf.images.preprocessing import Preprocessing
from tests.conftest import image

PREPROCESSING = Preprocessing()
PHONE = (12_000, 9_000)
"""The size of a photograph that telephones make."""

RGB, RGBA = 2, 6


def png_header(width: int, height: int, colours: int = RGB) -> bytes:
    """The start of a PNG that claims a size, with no pixels behind it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, colours, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def jpeg(
    claimed_size: tuple[int, int] | None = None, *, repeats: int = 0, **options: bool
) -> bytes:
    """A JPEG that claims a size, with its last scan repeated."""
    buffer = io.BytesIO()
    image(0, size=(160, 120)).save(buffer, "JPEG", **options)
    content = buffer.getvalue()
    if claimed_size:
        frame = max(content.find(b"\xff\xc0"), content.find(b"\xff\xc2")) + 5
        size = struct.pack(">HH", *reversed(claimed_size))
        content = content[:frame] + size + content[frame + 4 :]
    last = content[content.rindex(b"\xff\xda") : -2]
    return content[:-2] + repeats * last + b"\xff\xd9"


def test_a_large_photograph_is_decoded_at_a_smaller_scale(tmp_path: Path) -> None:
    for size in (PHONE, (18_000, 12_000)):
        Image.new("L", size, 77).save(tmp_path / "a.jpg")
        for source in (tmp_path / "a.jpg", (tmp_path / "a.jpg").read_bytes()):
            assert (load_image(source, PREPROCESSING) == 77).all()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_memory_for_a_large_image(tmp_path: Path) -> None:
    """Grey with transparency becomes 4 bytes a pixel in Pillow, and RGB beside them."""
    Image.new("LA", (9_000, 8_000), (77, 255)).save(tmp_path / "a.png", compress_level=1)
    script = (
        "import sys; from pathlib import Path; from catclf.images.decode import load_image\n"
        "from catclf.images.preprocessing import Preprocessing\n"
        "assert (load_image(Path(sys.argv[1]), Preprocessing()) == 77).all()\n"
        "print(Path('/proc/self/status').read_text())"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "a.png")]
    status = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    match = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert match
    assert int(match[1]) < 72_000 * 9 + 150_000


@pytest.mark.parametrize("size", [(12_000, 11_000), (30_000, 30_000), (200_000_000, 1)])
def test_too_many_pixels_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ImageError, match="more than 128 megapixels"):
        load_image(png_header(*size), PREPROCESSING)


def test_what_would_take_too_much_memory_is_refused() -> None:
    refused = r"pixels, which take 1\.\d GB to decode; more than 1\.1 GB are refused"
    with pytest.raises(ImageError, match=refused):
        load_image(png_header(11_100, 11_100, RGBA), PREPROCESSING)
    for accepted in (png_header(11_100, 11_100), png_header(*PHONE, RGBA)):
        with pytest.raises(ImageError, match="truncated"):
            load_image(accepted, PREPROCESSING)
    with pytest.raises(ImageError, match=refused):
        load_image(png_header(*PHONE, RGBA), Preprocessing("crop"))


def test_what_a_tiff_decodes_at_once_counts(tmp_path: Path) -> None:
    for rows, reason in ((16, "cannot be decoded"), (9_000, r"1\.\d GB to decode")):
        image(0, size=(30, 20)).convert("CMYK").save(tmp_path / "a.tif", compression="tiff_lzw")
        content = bytearray((tmp_path / "a.tif").read_bytes())
        (place,) = struct.unpack_from("<I", content, 4)
        for entry in range(place + 2, place + 2 + 12 * content[place], 12):
            (tag,) = struct.unpack_from("<H", content, entry)
            if tag in (256, 257, 278):
                value = {256: PHONE[0], 257: PHONE[1], 278: rows}[tag]
                struct.pack_into("<HII", content, entry + 2, 4, 1, value)
        with pytest.raises(ImageError, match=reason):
            load_image(bytes(content), PREPROCESSING)


def test_the_coefficients_of_a_progressive_jpeg_count() -> None:
    with pytest.raises(ImageError, match="as a baseline JPEG"):
        load_image(jpeg((20_000, 10_000), progressive=True), PREPROCESSING)
    # What is missing in these is grey.
    for accepted in (jpeg((20_000, 10_000)), jpeg((9_000, 9_000), progressive=True)):
        assert load_image(accepted, PREPROCESSING).shape == (64, 64, 3)


def test_many_scans_of_a_large_jpeg_are_refused() -> None:
    content = jpeg(PHONE, progressive=True, repeats=100)
    with pytest.raises(ImageError, match="pixels in 110 scans would take too long"):
        load_image(content, PREPROCESSING)


@pytest.mark.parametrize(
    "content",
    [b"P3 3000 3000 255 ", b"qoif" + struct.pack(">IIBB", 3000, 3000, 3, 0)],
    ids=["PPM", "QOI"],
)
def test_what_pillow_decodes_slowly_may_not_be_large(content: bytes) -> None:
    with pytest.raises(ImageError, match=r"more than 8 megapixels of this kind of .* too long"):
        load_image(content, PREPROCESSING)
    with pytest.raises(ImageError, match="cannot be decoded"):
        load_image(content.replace(b"3000", b"300").replace(b"\x0b\xb8", b"\0\xff"), PREPROCESSING)


def test_a_huge_image_inside_an_icon_is_refused(tmp_path: Path) -> None:
    png = png_header(12_000, 12_000)
    entry = struct.pack("<BBBBHHII", 16, 16, 0, 0, 1, 32, len(png), 22)
    (tmp_path / "a.ico").write_bytes(struct.pack("<HHH", 0, 1, 1) + entry + png)
    with pytest.raises(ImageError, match="more than 128 megapixels"):
        load_image(tmp_path / "a.ico", PREPROCESSING)


def scans(content: bytes) -> int:
    with Image.open(io.BytesIO(content)) as opened:
        return count_scans(opened)


def test_scans_are_counted() -> None:
    assert scans(jpeg()) == 1
    assert scans(jpeg(progressive=True)) == 10
    assert scans(jpeg(progressive=True, repeats=3)) == 13
    # neither in a thumbnail nor behind the end, as in a panorama
    exif = b"\xff\xe1" + struct.pack(">H", len(jpeg()) + 2) + jpeg()
    large = jpeg((8000, 6000))
    assert scans(large[:2] + exif + large[2:] + jpeg(progressive=True)) == 1
    with Image.open(io.BytesIO(png_header(1, 1))) as opened:
        assert count_scans(opened) == 1


def test_a_budget_lets_in_what_fits() -> None:
    budget = Budget(10)
    inside, most = 0, 0
    lock = threading.Lock()

    def work(needed: int) -> None:
        nonlocal inside, most
        for _ in range(50):
            with budget.reserved(needed):
                with lock:
                    inside += needed
                    most = max(most, inside)
                with lock:
                    inside -= needed

    threads = [threading.Thread(target=work, args=(needed,)) for needed in (10, 7, 5, 4, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive()
    assert most <= 10


def test_a_budget_makes_others_wait() -> None:
    budget = Budget(10)
    entered = threading.Event()

    def enter() -> None:
        with budget.reserved(5):
            entered.set()

    thread = threading.Thread(target=enter)
    with budget.reserved(6):
        thread.start()
        assert not entered.wait(timeout=0.1)
    assert entered.wait(timeout=60)
    thread.join()


def test_a_budget_is_returned_after_an_error() -> None:
    budget = Budget(10)
    for _ in range(3):
        with pytest.raises(ValueError, match="x"), budget.reserved(10):
            raise ValueError("x")
