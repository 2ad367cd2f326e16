import base64
import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from catclf.export.html.html_format import HtmlFormat
from catclf.images.decode import load_image, load_images
from catclf.images.preprocessing import Images, Preprocessing
from catclf.model import Model
from tests.conftest import image, needs_posix, shared, write_images
from tests.export.models import model_of
from tests.reports.test_markup import HOSTILE

if TYPE_CHECKING:
    from playwright.sync_api import Page

    Visit = Callable[..., Page]

# What the page sees of the files that an input has, and the logits, as base64 and numbers.
READ = """async () => {
  const content = JSON.parse(document.getElementById("model").dataset.content);
  const model = new Model(content.model);
  const results = [];
  for (const file of document.getElementById("files").files) {
    const bytes = seen(await openImage(file), model.resize);
    results.push([btoa(String.fromCharCode(...bytes)), model.explain(bytes).logit]);
  }
  return results;
}"""


@pytest.fixture
def exported(tmp_path: Path) -> Callable[..., Path]:
    def export(model: Model) -> Path:
        page = HtmlFormat().make(model, {"model_sha256": "0" * 64})
        (tmp_path / "cat.html").write_bytes(page)
        return tmp_path / "cat.html"

    return export


def read(page: "Page", files: Sequence[Path]) -> tuple[Images, list[float]]:
    """What the page sees of image files, (m, 64, 64, 3), and its logits."""
    # The page itself is not to take the files.
    page.evaluate(
        """document.getElementById("files").addEventListener(
             "change", (event) => event.stopImmediatePropagation(), { capture: true })"""
    )
    page.locator("#files").set_input_files(files)
    results = page.evaluate(READ)
    seen = [np.frombuffer(base64.b64decode(each), np.uint8) for each, _ in results]
    return np.stack(seen).reshape(-1, 64, 64, 3), [logit for _, logit in results]


def show(page: "Page", files: Sequence[Path], kind: str = "files") -> None:
    page.locator(f"#{kind}").set_input_files(files)


def rows(page: "Page") -> list[list[str]]:
    return [row.locator("td").all_inner_texts() for row in page.locator("#results tr").all()]


def status(page: "Page", text: str) -> None:
    page.get_by_role("status").get_by_text(text, exact=True).wait_for()


@pytest.mark.slow
@pytest.mark.real_data
def test_200_photos_are_resized_and_classified_as_by_catclf(
    visit: "Visit", exported: Callable[..., Path], tmp_path: Path
) -> None:
    model = model_of("pixels")
    page = visit(exported(model))
    photos = sorted(shared("photos").rglob("*.jpg"))[:200]
    decoded = []
    for i, photo in enumerate(photos):  # as Pillow decodes them
        decoded.append(tmp_path / f"{i:03}.png")
        Image.open(photo).convert("RGB").save(decoded[-1], compress_level=0)
    expected = np.stack([load_image(path, Preprocessing()) for path in decoded])
    seen, logits = read(page, decoded)
    apart = np.abs(seen.astype(int) - expected)
    assert len(seen) == 200
    assert (apart > 0).mean() <= 0.001
    assert apart.max() <= 1
    np.testing.assert_allclose(logits, model.logits(expected)[0], atol=1e-4)


@pytest.mark.real_data
def test_the_browsers_decoding_of_jpeg_is_much_like_pillows(
    visit: "Visit", exported: Callable[..., Path]
) -> None:
    photos = sorted(shared("photos").rglob("*.jpg"))[:40]
    full = Preprocessing(jpeg_oversampling=0)
    expected = np.stack([i for i in load_images(photos, full) if isinstance(i, np.ndarray)])
    seen, _ = read(visit(exported(model_of("hog"))), photos)
    assert np.abs(seen.astype(int) - expected).mean() < 1


@pytest.mark.parametrize("resize", ["stretch", "crop"])
def test_exif_orientation_is_applied_once(
    visit: "Visit", exported: Callable[..., Path], tmp_path: Path, resize: str
) -> None:
    preprocessing = Preprocessing(resize)
    row, column = np.indices((90, 141))
    upright = np.stack([2 * row, column, row + column], axis=2).astype(np.uint8)
    paths = [tmp_path / f"{orientation}.jpg" for orientation in range(1, 9)]
    for orientation, path in enumerate(paths, start=1):
        exif = Image.Exif()
        exif[0x0112] = orientation
        Image.fromarray(upright).save(path, quality=95, subsampling=0, exif=exif)
    model = replace(model_of("hog"), preprocessing=preprocessing)
    page = visit(exported(model))
    seen, _ = read(page, paths)
    expected = np.stack([load_image(path, preprocessing) for path in paths])
    assert np.abs(seen.astype(int) - expected).max() <= 4
    heights = page.evaluate(
        """async () => Promise.all([...document.getElementById("files").files].map(
             async (file) => thumbnail(await openImage(file), 100).height))"""
    )
    assert heights == [64] * 4 + [100] * 4


def test_transparency_is_on_white_and_grey_is_grey(
    visit: "Visit", exported: Callable[..., Path], tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    paths = [tmp_path / "transparent.png", tmp_path / "grey.png", tmp_path / "one.png"]
    Image.fromarray(rng.integers(0, 256, (70, 80, 4), np.uint8)).save(paths[0])
    Image.fromarray(rng.integers(0, 256, (70, 80), np.uint8)).save(paths[1])
    Image.new("RGB", (1, 1), "red").save(paths[2])
    seen, _ = read(visit(exported(model_of("hog"))), paths)
    expected = np.stack([load_image(path, Preprocessing()) for path in paths])
    assert np.abs(seen.astype(int) - expected).max() <= 1


def test_images_become_rows_and_a_csv_file(
    visit: "Visit", exported: Callable[..., Path], tmp_path: Path
) -> None:
    model = model_of("fourier:patches+hog", flip=True)
    page = visit(exported(model))
    paths = write_images(tmp_path / "some", 3, red=150)
    (tmp_path / "no, image.jpg").write_text("none")
    show(page, [*paths, tmp_path / "no, image.jpg"])
    predictions = [model.predict(path) for path in paths]
    cats = sum(p.label == "cat" for p in predictions)
    status(page, f"4 images: {cats} cat, {3 - cats} non-cat, 1 unreadable")
    expected = [
        [path.name, p.label, f"{p.probability:.4f}"]
        for path, p in zip(paths, predictions, strict=True)
    ]
    assert rows(page)[:3] == expected
    assert rows(page)[3][0] == "no, image.jpg"
    assert rows(page)[3][1].startswith("cannot be read: damaged, or of a kind")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as CSV").click()
    download.value.save_as(tmp_path / "predictions.csv")
    with (tmp_path / "predictions.csv").open(encoding="utf-8", newline="") as file:
        saved = list(csv.DictReader(file))
    assert [(row["path"], row["label"]) for row in saved[:3]] == [
        (name, label) for name, label, _ in expected
    ]
    assert float(saved[0]["probability"]) == pytest.approx(predictions[0].probability, rel=1e-4)
    assert saved[3]["path"] == "no, image.jpg"
    assert saved[3]["error"]
    page.get_by_role("button", name="Remove all").click()
    assert not rows(page)


def test_a_folder_a_drop_the_clipboard_and_the_camera(
    visit: "Visit", exported: Callable[..., Path], tmp_path: Path
) -> None:
    page = visit(exported(model_of("hog")))
    write_images(tmp_path / "folder" / "inner", 2, red=150)
    (tmp_path / "folder" / "notes.txt").write_text("no image")
    page.locator("#folder").set_input_files(tmp_path / "folder")
    page.locator("#results tr").nth(1).wait_for()
    assert [row[0] for row in rows(page)] == [f"folder/inner/inner-00{i}.png" for i in (0, 1)]
    file = io.BytesIO()
    image(7).save(file, "PNG")
    for event, field in (("drop", "dataTransfer"), ("paste", "clipboardData")):
        page.evaluate(
            """([event, field, base64]) => {
              const transfer = new DataTransfer();
              const bytes = numbers(Uint8Array, base64);
              transfer.items.add(new File([bytes], `${event}.png`, { type: "image/png" }));
              const type = event === "drop" ? DragEvent : ClipboardEvent;
              document.dispatchEvent(new type(event, { [field]: transfer }));
            }""",
            [event, field, base64.b64encode(file.getvalue()).decode()],
        )
    page.locator("#results tr").nth(3).wait_for()
    assert [row[0] for row in rows(page)[2:]] == ["drop.png", "paste.png"]
    assert rows(page)[2][1:] == rows(page)[3][1:]
    page.get_by_role("button", name="Use the camera").click()
    page.get_by_role("button", name="Take the picture").click()
    page.locator("#results tr").nth(4).wait_for()
    assert rows(page)[4][0].startswith("camera ")
    page.get_by_role("button", name="Stop the camera").click()
    assert not page.locator("#video").is_visible()


def test_the_overlay_can_be_hidden(
    visit: "Visit", exported: Callable[..., Path], tmp_path: Path
) -> None:
    page = visit(exported(model_of("pixels")), viewport={"width": 360, "height": 740})
    show(page, write_images(tmp_path / "some", 1, red=150))
    page.locator("#results tr").wait_for()
    coloured = page.get_by_role("img", name="what each place adds to the logit")
    assert coloured.is_visible()
    page.get_by_label("Show what each place adds").uncheck()
    assert not coloured.is_visible()
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 360


@pytest.mark.parametrize(
    ("script", "warning"),
    [
        ("", ""),
        (
            """const original = CanvasRenderingContext2D.prototype.getImageData;
               CanvasRenderingContext2D.prototype.getImageData = function (...part) {
                 const image = original.apply(this, part);
                 image.data.forEach((value, i) => (image.data[i] = value ^ (i % 4 < 3 ? 2 : 0)));
                 return image;
               };""",
            "This browser changes the pixels of images, here by up to ",
        ),
        ("Math.exp = Math.sqrt = () => 1;", "This browser computes wrongly."),
        ("delete window.createImageBitmap;", "This browser cannot read images as it must"),
    ],
)
def test_a_browser_that_alters_pixels_is_told_of(
    visit: "Visit", exported: Callable[..., Path], script: str, warning: str
) -> None:
    page = visit(exported(model_of("hog")), script=script)
    if warning:
        page.get_by_role("alert").get_by_text(warning).wait_for()
    else:
        page.wait_for_timeout(500)
        assert not page.get_by_role("alert").is_visible()


@needs_posix
def test_hostile_names_are_only_text(
    visit: "Visit", exported: Callable[..., Path], tmp_path: Path
) -> None:
    names = [name.replace("\0", "").replace("/", "_") for name in HOSTILE[:6]]
    page = visit(exported(model_of("hog", positive="".join(HOSTILE[:3]))))
    folder = tmp_path / "images"
    folder.mkdir()
    for name in names:
        image(1).save(folder / name, "PNG")
    show(page, [folder / name for name in names])
    page.locator("#results tr").nth(len(names) - 1).wait_for()
    shown = [row[0].split() for row in rows(page)]
    assert shown == [name.split() for name in names]
    assert rows(page)[0][1].removeprefix("non-") == "".join(HOSTILE[:3])
    assert page.locator("#results script, #results img").count() == 0
