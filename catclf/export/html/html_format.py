"""A web page as a format that a model is exported to."""

import json
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import numpy as np

from catclf.errors import ExportError
from catclf.export.format import Answers, Exported, Format
from catclf.export.html.document import PACKAGE, document
from catclf.export.html.v8 import V8
from catclf.images.preprocessing import Images
from catclf.model import Model
from catclf.reports.page import asset

_TOLERANCE = 1e-4

_SECONDS_TO_OPEN = 60
_SECONDS_PER_IMAGE = 30


@dataclass(frozen=True)
class HtmlFormat(Format):
    """A page for a browser, that resizes images itself."""

    def make(self, model: Model, properties: dict[str, str]) -> bytes:
        """Write a model."""
        return document(model, properties, _TOLERANCE)

    def open(self, data: bytes) -> Exported:
        """Prepare the scripts of a page, in V8, which gives them neither files nor a network."""
        return _HtmlExported(data)

    def tolerance(self, model: Model) -> float:
        """All is computed in float64."""
        return _TOLERANCE


class _HtmlExported(Exported):
    takes_any_size = True

    def __init__(self, data: bytes) -> None:
        page = _Page()
        try:
            page.feed(data.decode(errors="replace"))
        except AssertionError:  # which html.parser raises for declarations that it does not know
            raise ExportError("it is not a page that catclf exported") from None
        if not page.content or not page.script:
            raise ExportError("it is not a page that catclf exported")
        self._v8 = V8()
        for code in (
            asset("without_browser.js", PACKAGE),
            page.script,
            f"const model = new Model(JSON.parse({json.dumps(page.content)}).model);",
        ):
            self._v8.run(code, _SECONDS_TO_OPEN)

    def answers(self, images: Images) -> Answers:
        """What the page says of images, without a browser."""
        try:
            Z, A, labels = zip(*map(self._answer, images), strict=True)
            answers = Answers(
                np.array(Z, np.float64), np.array(A, np.float64), list(map(str, labels))
            )
            if answers.logits.ndim != 1 or not np.isfinite(answers.logits).all():
                raise ValueError
            return answers
        except (
            TypeError,
            ValueError,
            RecursionError,
            OverflowError,
        ) as error:  # a page may come from anybody
            raise ExportError("it does not answer as an exported page does") from error

    def _answer(self, image: Images) -> Any:
        height, width, _ = image.shape
        opaque = np.full((height, width, 1), 255, np.uint8)
        pixels = np.concatenate([image, opaque], axis=2).tobytes()
        self._v8.fill(f"allocate({width}, {height})", pixels, _SECONDS_PER_IMAGE)
        return json.loads(self._v8.run(f"answer(model, {width}, {height})", _SECONDS_PER_IMAGE))


class _Page(HTMLParser):
    """What a page holds of a model, and its first script."""

    def __init__(self) -> None:
        super().__init__()
        self.content = self.script = ""
        self._is_in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_in_script = tag == "script" and not self.script
        attributes = dict(attrs)
        if attributes.get("id") == "model":
            self.content = attributes.get("data-content") or ""

    def handle_data(self, data: str) -> None:
        if self._is_in_script:
            self.script += data

    def handle_endtag(self, tag: str) -> None:
        self._is_in_script = False
