import os
import threading
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from catclf.errors import ImageError
from catclf.images.decode import (
    Decoded,
    load_image,
    load_images,
    load_to_show,
    load_views,
    load_whole,
    resize_images,
)
from catclf.images.preprocessing import Preprocessing
from catclf.images.rgb import to_rgb
from tests.conftest import image, needs_posix, shared

PREPROCESSING = Preprocessing()
FULL_SIZE = Preprocessing(jpeg_oversampling=0)


def difference(a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    apart: NDArray[Any] = np.abs(a.astype(int) - b.astype(int))
    return apart


def test_an_image_of_64_pixels_is_unchanged(tmp_path: Path) -> None:
    original = image(0, size=(64, 64))
    original.save(tmp_path / "a.png")
    decoded = load_image(tmp_path / "a.png", PREPROCESSING)
    assert decoded.dtype == np.uint8
    assert (decoded == np.asarray(original)).all()


def test_bytes_and_file_give_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.JPG"
    image(1, size=(300, 200)).save(path, "JPEG")
    assert (load_image(path, PREPROCESSING) == load_image(path.read_bytes(), PREPROCESSING)).all()


def test_stretch_keeps_the_edges_and_crop_the_centre_square(tmp_path: Path) -> None:
    wide = Image.new("RGB", (300, 100), "black")
    wide.paste("white", (100, 0, 200, 100))
    wide.save(tmp_path / "a.png")
    stretched = load_image(tmp_path / "a.png", Preprocessing("stretch"))
    cropped = load_image(tmp_path / "a.png", Preprocessing("crop"))
    assert (stretched[:, :18] == 0).all()
    assert (stretched[:, 24:40] == 255).all()
    assert (cropped == 255).all()


@pytest.mark.real_data
def test_reduced_decoding_of_a_jpeg_hardly_changes_the_image() -> None:
    paths = sorted(shared("photos", "cat").glob("*.jpg"))
    fast, full = (
        np.stack([load_image(path, preprocessing) for path in paths])
        for preprocessing in (PREPROCESSING, FULL_SIZE)
    )
    assert 0 < difference(fast, full).mean() < 1


def test_alpha_is_composited_on_white(tmp_path: Path) -> None:
    half = Image.new("RGBA", (64, 64), (200, 0, 0, 128))
    half.save(tmp_path / "a.png")
    assert (
        difference(
            load_image(tmp_path / "a.png", PREPROCESSING)[0, 0], np.array([227, 127, 127])
        ).max()
        <= 1
    )


def test_a_transparent_palette_is_composited_on_white(tmp_path: Path) -> None:
    image = Image.new("P", (64, 64), 0)
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.paste(1, (32, 0, 64, 64))
    image.save(tmp_path / "a.png", transparency=0)
    decoded = load_image(tmp_path / "a.png", PREPROCESSING)
    assert (decoded[:, :32] == 255).all()
    assert (decoded[:, 32:] == [40, 50, 60]).all()


def test_cmyk_becomes_rgb(tmp_path: Path) -> None:
    Image.new("CMYK", (64, 64), (0, 255, 255, 0)).save(tmp_path / "a.tif")
    assert load_image(tmp_path / "a.tif", PREPROCESSING)[5, 5].tolist() == [255, 0, 0]


@pytest.mark.parametrize("ending", [".png", ".tif", ".pgm"])
def test_16_bit_grey_is_scaled_and_not_clipped(tmp_path: Path, ending: str) -> None:
    ramp = np.linspace(0, 65535, 64).round().astype(np.uint16)
    path = tmp_path / f"a{ending}"
    Image.fromarray(np.tile(ramp, (64, 1))).save(path)
    assert difference(load_image(path, PREPROCESSING)[0, :, 0], ramp / 257).max() <= 1


@pytest.mark.real_data
def test_12_bit_tiff_reaches_white() -> None:
    path = shared("odd-images", "pillow") / "12bit.cropped.tif"
    with Image.open(path) as image:
        assert image.tag_v2[258] == (12,)  # type: ignore[attr-defined]
        expected = np.asarray(image).max() * 255 / 4095
    assert load_image(path, PREPROCESSING).max() == pytest.approx(expected, abs=1)


def test_floating_point_is_stretched_and_nan_is_refused(tmp_path: Path) -> None:
    grey = np.tile(np.linspace(-3, 5, 64, dtype=np.float32), (64, 1))
    Image.fromarray(grey).save(tmp_path / "a.tif")
    decoded = load_image(tmp_path / "a.tif", PREPROCESSING)
    assert (decoded[0, 0], decoded[0, -1]) == (pytest.approx([0] * 3), pytest.approx([255] * 3))
    grey[3, 3] = np.nan
    Image.fromarray(grey).save(tmp_path / "b.tif")
    with pytest.raises(ImageError, match="not finite numbers"):
        load_image(tmp_path / "b.tif", PREPROCESSING)


def test_first_frame_of_an_animation(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert load_image(tmp_path / "a.gif", PREPROCESSING)[9, 9].tolist() == [255, 0, 0]


def test_every_orientation_of_exif_gives_the_same_image(tmp_path: Path) -> None:
    upright = image(3, size=(64, 64))
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    for orientation, undo in back.items():
        exif = Image.Exif()
        exif[0x0112] = orientation
        path = tmp_path / f"{orientation}.png"
        upright.transpose(undo).save(path, exif=exif)
        assert (load_image(path, PREPROCESSING) == np.asarray(upright)).all(), orientation


@pytest.mark.real_data
@pytest.mark.parametrize("kind", ["Landscape", "Portrait"])
@pytest.mark.parametrize("orientation", range(2, 9))
def test_photographs_in_every_orientation_look_alike(kind: str, orientation: int) -> None:
    folder = shared("odd-images", "exif-orientation")
    upright = load_image(folder / f"{kind}_1.jpg", PREPROCESSING)
    turned = load_image(folder / f"{kind}_{orientation}.jpg", PREPROCESSING)
    # The files differ by JPEG noise, and by the orientation's number written into the image.
    assert difference(upright, turned).mean() < 1
    assert np.median(difference(upright, turned)) == 0


def test_damaged_exif_does_not_matter(tmp_path: Path) -> None:
    image(0).save(tmp_path / "a.jpg", exif=b"Exif\0\0II*\0\xff\xff\xff\xff garbage")
    assert load_image(tmp_path / "a.jpg", PREPROCESSING).shape == (64, 64, 3)


@pytest.mark.real_data
def test_broken_pngs_are_refused() -> None:
    # Of xcsn0g01 only a checksum is wrong; its pixels are whole.
    broken = sorted(set(shared("odd-images", "pngsuite", "png").glob("x*.png")))
    refused = [path.stem for path in broken if path.stem != "xcsn0g01"]
    assert len(refused) == 13
    for path, result in zip(broken, load_images(broken, PREPROCESSING), strict=True):
        assert isinstance(result, ImageError) == (path.stem in refused), path


@pytest.mark.real_data
def test_every_odd_file_is_decoded_or_refused() -> None:
    paths = [path for path in sorted(shared("odd-images").rglob("*")) if path.is_file()]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        results = list(load_images(paths, PREPROCESSING))
    decoded = [result for result in results if not isinstance(result, ImageError)]
    assert all(result.shape == (64, 64, 3) and result.dtype == np.uint8 for result in decoded)
    assert len(decoded) > 1000
    for result in results:
        assert "\n" not in str(result) if isinstance(result, ImageError) else True


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "unsupported or damaged image$"),
        (b"hello", "unsupported or damaged image$"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n", "EPS files"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    for source in (path, content):
        with pytest.raises(ImageError, match=reason):
            load_image(source, PREPROCESSING)


def test_a_truncated_image_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    image(0, size=(500, 400)).save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ImageError, match="truncated"):
        load_image(path, PREPROCESSING)


@needs_posix
def test_missing_file_folder_and_pipe_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    for path, reason in (
        (tmp_path / "missing.jpg", "no such file"),
        (tmp_path, "not a regular file"),
        (tmp_path / "pipe.jpg", "not a regular file"),
        (tmp_path / ("x" * 300), "name too long"),
        (Path("a\0b.jpg"), "null"),
    ):
        with pytest.raises(ImageError, match=reason):
            load_image(path, PREPROCESSING)


def test_many_images_come_in_order_and_equal_those_decoded_singly(tmp_path: Path) -> None:
    paths = []
    for i in range(300):
        paths.append(tmp_path / f"{i}.png")
        if i % 7 == 3:
            paths[-1].write_text("no image")
        else:
            image(i, size=(20 + i, 30)).save(paths[-1])
    results = list(load_images(paths, PREPROCESSING))
    assert len(results) == 300
    for i, (path, result) in enumerate(zip(paths, results, strict=True)):
        if i % 7 == 3:
            assert isinstance(result, ImageError)
        else:
            assert not isinstance(result, ImageError)
            assert (result == load_image(path, PREPROCESSING)).all()


def test_nothing_is_decoded_where_an_interrupt_may_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image(1, size=(9, 9)).save(tmp_path / "a.png")
    threads: set[threading.Thread] = set()
    whole = Image.open

    def opened(file: Any) -> Image.Image:
        threads.add(threading.current_thread())
        return whole(file)

    monkeypatch.setattr(Image, "open", opened)
    path = tmp_path / "a.png"
    assert len(list(load_images([path] * 20, Preprocessing()))) == 20
    for load in (load_whole, lambda path: load_to_show(path, 9)):
        assert load(path).shape == (9, 9, 3)
    assert load_image(path, Preprocessing()).shape == (64, 64, 3)
    assert threads
    assert threading.main_thread() not in threads


def test_originals_are_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    image(0).save(path)
    before = path.read_bytes(), path.stat().st_mtime_ns
    load_image(path, PREPROCESSING)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_arrays_of_another_size_are_resized() -> None:
    small = np.zeros((2, 10, 30, 3), np.uint8)
    small[:, :, 10:20] = 255
    assert (resize_images(small, Preprocessing("crop"))[1] == 255).all()
    assert resize_images(small, PREPROCESSING).shape == (2, 64, 64, 3)


VIEWS = [PREPROCESSING.at(224), PREPROCESSING, Preprocessing("crop", side=100), FULL_SIZE]


@pytest.fixture
def different_files(tmp_path: Path) -> Any:
    """A JPEG of medium size, one that is decoded at other scales for other sides, and others."""
    turned = Image.Exif()
    turned[0x0112] = 6
    image(0, size=(500, 375)).save(tmp_path / "medium.jpg")
    image(1, size=(1900, 1300)).save(tmp_path / "large.jpg")
    image(2, size=(1900, 1300)).save(tmp_path / "turned.jpg", exif=turned)
    image(3, size=(90, 300)).save(tmp_path / "turned.png", exif=turned)
    image(4, size=(30, 20)).convert("P").save(tmp_path / "small.gif")
    return sorted(tmp_path.iterdir())


def test_every_view_is_what_one_decoding_would_give(different_files: list[Path]) -> None:
    for path, decoded in zip(different_files, load_views(different_files, VIEWS), strict=True):
        assert not isinstance(decoded, ImageError)
        views = decoded.views
        assert [view.shape for view in views] == [(n, n, 3) for n in (224, 64, 100, 64)]
        for view, preprocessing in zip(views, VIEWS, strict=True):
            assert (view == load_image(path, preprocessing)).all(), (path, preprocessing)
        from_bytes = next(load_views([path.read_bytes()], VIEWS))
        assert not isinstance(from_bytes, ImageError)
        assert all((a == b).all() for a, b in zip(views, from_bytes.views, strict=True))


def test_views_of_a_large_jpeg_are_decoded_at_different_scales(different_files: list[Path]) -> None:
    """Were it decoded once for both, the test above could not tell one from the other."""
    large = next(path for path in different_files if path.name == "large.jpg")
    assert (load_image(large, PREPROCESSING) != load_image(large, FULL_SIZE)).any()


@pytest.mark.parametrize(
    ("name", "sides", "decodings"),
    [
        ("turned.png", (224, 64), 1),
        ("small.gif", (224, 64), 1),
        ("medium.jpg", (224, 200), 1),
        ("medium.jpg", (224, 64), 2),
        ("large.jpg", (64, 60), 1),
        ("large.jpg", (224, 64, 224, 64), 2),
    ],
)
def test_a_file_is_decoded_once_for_each_scale(
    different_files: list[Path],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    sides: tuple[int, ...],
    decodings: int,
) -> None:
    decoded = []

    def counted(decoding: Image.Image) -> Image.Image:
        decoded.append(decoding.size)
        return to_rgb(decoding)

    monkeypatch.setattr("catclf.images.decode.to_rgb", counted)
    paths = [path for path in different_files if path.name == name]
    (outcome,) = load_views(paths, [PREPROCESSING.at(side) for side in sides])
    assert not isinstance(outcome, ImageError)
    assert len(outcome.views) == len(sides)
    assert len(decoded) == decodings


@pytest.mark.parametrize(
    ("size", "small"), [((3, 2), True), ((500, 15), True), ((15, 16), True), ((16, 16), False)]
)
@pytest.mark.parametrize("ending", [".png", ".jpg"])
def test_small_images(tmp_path: Path, size: tuple[int, int], small: bool, ending: str) -> None:
    image(1, size=size).save(tmp_path / f"a{ending}")
    (decoded,) = load_views([tmp_path / f"a{ending}"], [PREPROCESSING])
    assert isinstance(decoded, Decoded)
    assert decoded.size == size
    assert decoded.is_small == small


def test_the_size_of_a_large_jpeg_is_that_of_the_file(different_files: list[Path]) -> None:
    for decoded in load_views(different_files, [PREPROCESSING]):
        assert isinstance(decoded, Decoded)
        assert not decoded.is_small
    assert (1900, 1300) in [
        d.size for d in load_views(different_files, [PREPROCESSING]) if isinstance(d, Decoded)
    ]


def test_a_broken_file_is_one_error_whatever_the_views(tmp_path: Path) -> None:
    paths = [tmp_path / f"{i}.png" for i in range(3)]
    for path in paths:
        image(1).save(path)
    paths[1].write_bytes(paths[1].read_bytes()[:200])
    paths[2].unlink()
    good, cut, missing = load_views(paths, VIEWS)
    assert isinstance(good, Decoded)
    assert isinstance(cut, ImageError)
    assert str(missing) == "no such file"
    with pytest.raises(ImageError) as caught:
        load_image(paths[1], PREPROCESSING)
    assert str(cut) == str(caught.value)


@pytest.mark.parametrize("shape", [(100, 77), (77, 100), (400, 90), (40, 200)])
def test_images_are_resized_along_the_width_first_whatever_the_version_of_pillow(
    shape: tuple[int, int],
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    transposed = Image.fromarray(pixels.transpose(1, 0, 2))
    # Each call has one pass only, here along the height of the transposed image.
    wide = np.asarray(transposed.resize((shape[0], 64), Image.Resampling.BICUBIC))
    both = Image.fromarray(wide.transpose(1, 0, 2)).resize((64, 64), Image.Resampling.BICUBIC)
    assert (resize_images(pixels[np.newaxis], PREPROCESSING)[0] == np.asarray(both)).all()


def test_arrays_are_resized_to_any_side_as_files_are(tmp_path: Path) -> None:
    original = image(5, size=(90, 50))
    original.save(tmp_path / "a.png")
    for preprocessing in VIEWS:
        resized = resize_images(np.asarray(original)[np.newaxis], preprocessing)
        assert (resized[0] == load_image(tmp_path / "a.png", preprocessing)).all()
    right = np.zeros((2, 100, 100, 3), np.uint8)
    assert resize_images(right, PREPROCESSING.at(100)) is right
