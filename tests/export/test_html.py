"""Pages say what their models say, in V8, which is in Chromium too (tests/browser)."""

import asyncio
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import catclf
from catclf.errors import ExportError
from catclf.evaluation.attribution import explain
from catclf.export.export_model import export_model, open_exported
from catclf.export.html import html_format
from catclf.export.html.document import PACKAGE, document
from catclf.export.html.html_format import HtmlFormat
from catclf.export.html.v8 import V8
from catclf.export.proof import prove
from catclf.images.decode import load_whole, resize_images
from catclf.images.preprocessing import Images, Preprocessing
from catclf.reports.page import asset
from tests.conftest import Runner, shared
from tests.export.models import course_model, model_of, real_images
from tests.reports.test_markup import HOSTILE, Reader

pytest.importorskip("py_mini_racer")

PROPERTIES = {"model_sha256": ""}

# Memory outside V8's heap, and within it; and a loop that V8 itself cannot stop.
ARRAYS = "const a = []; for (;;) a.push(new Uint8Array(1e8).fill(1));"
HEAP = "const a = []; for (;;) a.push(new Array(1e6).fill(a.length + 0.5));"
LOOP = """
    new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([
      0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0,
      10, 9, 1, 7, 0, 3, 64, 12, 0, 11, 11]))).exports.f();
"""


@pytest.fixture(scope="module")
def square() -> Callable[[Images, str], Images]:
    """The page's resizing, for an array."""
    engine = V8()
    engine.run(asset("without_browser.js", PACKAGE) + asset("resampling.js", PACKAGE), 10)

    def resized(image: Images, resize: str) -> Images:
        height, width, _ = image.shape
        opaque = np.full((height, width, 1), 255, np.uint8)
        pixels = np.concatenate([image, opaque], axis=2).tobytes()
        engine.fill(f"allocate({width}, {height})", pixels, 10)
        size = f"width: {width}, height: {height}, rows: rowsOf({width})"
        result = engine.run(f'JSON.stringify([...toSquare({{ {size} }}, "{resize}")])', 10)
        return np.array(json.loads(result), np.uint8).reshape(64, 64, 3)

    return resized


@pytest.mark.parametrize(
    ("features", "flip"),
    [
        ("pixels", False),
        ("pixels", True),
        ("pixels+hog", True),
        pytest.param("fourier:patches+hog", True, marks=pytest.mark.slow),
    ],
)
def test_logits_are_the_models(tmp_path: Path, features: str, flip: bool) -> None:
    resize = "crop" if flip else "stretch"
    model = model_of(features, flip=flip, preprocessing=Preprocessing(resize))
    assert export_model(model, tmp_path / "m.html").relative < 1e-4
    assert (tmp_path / "m.html").stat().st_size < 1e6


@pytest.mark.parametrize("resize", ["stretch", "crop"])
@pytest.mark.parametrize(
    "shape",
    [(1, 1), (3, 2), (30, 20), (64, 64), (64, 100), (101, 78), (500, 375), (2, 3000), (2000, 1500)],
)
def test_resizing_is_pillows(
    square: Callable[[Images, str], Images], shape: tuple[int, int], resize: str
) -> None:
    image = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    expected = resize_images(image[np.newaxis], Preprocessing(resize))[0]
    np.testing.assert_array_equal(square(image, resize), expected)


@pytest.mark.parametrize("features", ["pixels", "pixels+hog", "fourier:patches+hog"])
def test_what_each_place_adds_is_what_explain_says(features: str) -> None:
    model = model_of(features, flip=True)
    image = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    exported = HtmlFormat().open(document(model, PROPERTIES, 1e-4))
    assert isinstance(exported, html_format._HtmlExported)
    exported.answers(image[np.newaxis])  # which leaves its pixels there
    code = """{
      const square = toSquare({ width: 64, height: 64, rows: rowsOf(64) }, model.resize);
      JSON.stringify([...model.explain(square).places]);
    }"""
    places = exported._v8.run(code, 10)
    expected = explain(model, image).contributions
    found = np.array(json.loads(places)).reshape(64, 64)
    np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max())


def test_it_can_be_exported_where_an_event_loop_runs(tmp_path: Path) -> None:
    async def as_in_a_notebook() -> None:
        export_model(model_of("hog"), tmp_path / "m.html")

    asyncio.run(as_in_a_notebook())
    assert (tmp_path / "m.html").exists()


@pytest.mark.real_data
@pytest.mark.parametrize(
    "features", ["pixels", pytest.param("fourier:patches+hog", marks=pytest.mark.slow)]
)
def test_real_images(features: str) -> None:
    model = course_model(features)
    exported = HtmlFormat().open(document(model, PROPERTIES, 1e-4))
    for path in sorted(shared("photos").rglob("*.jpg"))[::30]:
        whole = load_whole(path)[np.newaxis]
        proof = prove(exported, model, resize_images(whole, model.preprocessing), whole)
        assert proof.logit < 1e-4
        assert not proof.changed
    # Every third: each takes a tenth of a second.
    assert prove(exported, model, real_images()[::3]).logit < 1e-4


@pytest.mark.parametrize("name", [*(n for n in HOSTILE if n.isprintable()), "two\nlines", "😺"])
def test_names_of_classes_are_data(tmp_path: Path, name: str) -> None:
    model = model_of("hog", positive=name)
    plain = tmp_path / "plain.html"
    export_model(model_of("hog"), plain)
    proof = export_model(model, tmp_path / "m.html")
    assert not proof.changed
    tags = [Reader(path.read_text(encoding="utf-8")).tags for path in (plain, tmp_path / "m.html")]
    assert tags[0] == tags[1]


def test_a_page_that_says_something_else_is_found_out(tmp_path: Path, catclf_run: Runner) -> None:
    model = model_of("hog")
    catclf.save_model(model, tmp_path / "m.npz")
    catclf_run("export", tmp_path / "m.npz", tmp_path / "m.html")
    assert "no labels changed" in catclf_run("verify", tmp_path / "m.html", tmp_path / "m.npz").out
    text = (tmp_path / "m.html").read_text(encoding="utf-8")
    (tmp_path / "m.html").write_text(text.replace("z: wx + this.b", "z: wx"), encoding="utf-8")
    out = catclf_run("verify", tmp_path / "m.html", tmp_path / "m.npz", status=1).out
    assert re.search(r"[1-9]\d* labels? changed", out)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id="model"', 'id="modem"', "it is not a page that catclf exported"),
        ("class Model", "class Modem", "it cannot be run: .*Model is not defined"),
        ("z: wx", "z: 'a'", "it does not answer as an exported page does"),
        ("class Model", "function allocate() { return 1 }\nclass Model", "it does not answer"),
        ("explain(image) {", "explain(image) { for (;;);", "it takes too long"),
        ("explain(image) {", "explain(image) { require('fs');", "require is not defined"),
        ("explain(image) {", f"explain(image) {{ {ARRAYS}", "cannot be run: .*allocation failed"),
        ("explain(image) {", f"explain(image) {{ {HEAP}", "takes too (much memory|long)"),
        ("explain(image) {", f"explain(image) {{ {LOOP}", "it takes too long"),
    ],
)
def test_a_page_that_was_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, message: str
) -> None:
    monkeypatch.setattr(html_format, "_SECONDS_PER_IMAGE", 20 if "a.push" in new else 0.5)
    path = tmp_path / "m.html"
    export_model(model_of("hog"), path)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ExportError, match=message):
        open_exported(path).answers(np.zeros((1, 5, 5, 3), np.uint8))


def test_what_a_page_cannot_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "py_mini_racer", None)
    with pytest.raises(ExportError, match=r"needs mini-racer .*pip install 'catclf\[html\]'"):
        export_model(model_of("pixels"), tmp_path / "m.html")
    assert not list(tmp_path.iterdir())
