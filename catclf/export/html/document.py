"""The page of a model: its elements, and the image by which it tests the browser."""

import base64
import io
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from catclf.datasets.drawn_images import drawn_images
from catclf.export.html.content import base64_of, model_content, scripts_for
from catclf.images.decode import resize_images
from catclf.images.preprocessing import Images
from catclf.model import Model
from catclf.reports.card_section import card_section
from catclf.reports.markup import Markup, join, name_tag, tag
from catclf.reports.page import Section, asset, page

PACKAGE = "catclf.export.html"
"""Where the scripts are."""

# What needs a browser; the other scripts run wherever JavaScript does.
_SCRIPTS_OF_PAGE = ("image_file.js", "files.js", "camera.js", "overlay.js", "check.js", "page.js")

# Width and height, in pixels, of the image that tests the browser.
_TEST_SIZE = (150, 110)


def document(model: Model, properties: dict[str, str], tolerance: float) -> bytes:
    """Write a model as a page.

    Parameters
    ----------
    model : Model
        The model.
    properties : dict of str to str
        What the page says of itself.
    tolerance : float
        By how much the logit of the test image may differ.

    Returns
    -------
    bytes
        HTML in UTF-8. The first script is that of the model, and runs wherever JavaScript does.

    Raises
    ------
    ExportError
        If its features cannot be computed in a page.
    """
    of_model = model_content(model)
    content = {"model": of_model, "test": _test(model, tolerance)}
    scripts = [_joined(scripts_for(of_model)), asset("save_csv.js"), _joined(_SCRIPTS_OF_PAGE)]
    return page(
        f"{model.positive} or {model.negative}?",
        [
            Section("images", "Images", _images(model)),
            # The training images' fingerprints stay behind.
            card_section(model.without_fingerprints()),
            Section("proof", "Proof", _proof(properties)),
        ],
        lead=join([_lead(), _model_element(content)]),
        scripts=scripts,
        style=asset("page.css", PACKAGE),
    )


def _joined(names: Sequence[str]) -> str:
    return "\n".join(asset(name, PACKAGE) for name in names)


def _test(model: Model, tolerance: float) -> dict[str, Any]:
    """An image file, the bytes that the model sees of it, and the logit."""
    image = drawn_images().images[:1]  # (1, 64, 64, 3)
    larger = Image.fromarray(image[0]).resize(_TEST_SIZE, Image.Resampling.BICUBIC)
    file = io.BytesIO()
    larger.save(file, "PNG", optimize=True)
    whole: Images = np.asarray(larger)[np.newaxis]  # (1, height, width, 3)
    seen = resize_images(whole, model.preprocessing)
    logit = float(model.logits(seen).item())
    return {
        "image": base64.b64encode(file.getvalue()).decode(),
        "bytes": base64_of(seen, seen.dtype),
        "logit": logit,
        "tolerance": tolerance * max(1, abs(logit)),
    }


def _model_element(content: dict[str, Any]) -> Markup:
    return tag("div", id="model", hidden=True, data_content=json.dumps(content))


def _lead() -> Markup:
    return join(
        [
            tag(
                "p",
                "A classifier of images that runs in this page alone: no image leaves it, and no "
                "server is asked for anything.",
            ),
            tag("p", id="warning", class_="warning", role="alert", hidden=True),
            tag("noscript", tag("p", "This page needs JavaScript.", class_="warning")),
        ]
    )


def _images(model: Model) -> Markup:
    drop = tag(
        "div",
        tag("p", "Drop images or a folder here, or paste an image"),
        _buttons(
            ("files", "Choose images"), ("folder", "Choose a folder"), ("camera", "Use the camera")
        ),
        tag("input", id="files", type="file", accept="image/*", multiple=True, hidden=True),
        tag("input", id="folder", type="file", webkitdirectory=True, hidden=True),
        tag(
            "input",
            id="photo",
            type="file",
            accept="image/*",
            capture="environment",
            hidden=True,
        ),
        class_="drop",
    )
    camera = tag(
        "div",
        tag("video", id="video", playsinline=True, muted=True),
        _buttons(("take", "Take the picture"), ("stop", "Stop the camera")),
        id="camera",
        hidden=True,
    )
    return tag(
        "div",
        drop,
        camera,
        tag("p", id="status", role="status"),
        _actions(model),
        _results(model),
        id="try",
        hidden=True,
    )


def _proof(properties: dict[str, str]) -> Markup:
    return join(
        [
            tag(
                "p", "Compared with the model that it was made from. ", properties.get("proof", "")
            ),
            tag("p", "SHA-256 of the model's file: ", name_tag(properties["model_sha256"])),
        ]
    )


def _actions(model: Model) -> Markup:
    return tag(
        "div",
        tag(
            "label",
            tag("input", id="overlay", type="checkbox", checked=True),
            " Show what each place adds to the logit: ",
            tag("span", "orange", class_="positive"),
            " for ",
            tag("bdi", model.positive),
            ", ",
            tag("span", "purple", class_="negative"),
            " against it",
        ),
        _buttons(("save", "Save as CSV"), ("remove", "Remove all")),
        id="actions",
        hidden=True,
    )


def _results(model: Model) -> Markup:
    probability = join(["Probability of ", tag("bdi", model.positive)])
    heads = [
        tag("th", "Image", scope="col"),
        tag("th", "Label", scope="col"),
        tag("th", probability, scope="col", class_="number"),
    ]
    return tag(
        "table",
        tag("thead", tag("tr", *heads)),
        tag("tbody", id="results"),
        id="table",
        hidden=True,
    )


def _buttons(*buttons: tuple[str, str]) -> Markup:
    elements = [tag("button", text, type="button", data_action=action) for action, text in buttons]
    return tag("div", *elements, class_="buttons")
