"""A real browser for the pages that catclf makes: Chromium, driven by Playwright."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def _missing(what: str) -> None:
    """Skip, by name; fail where the browser was asked for (make test-browser)."""
    if os.environ.get("CATCLF_NEEDS_BROWSER"):
        pytest.fail(f"{what} is missing")
    pytest.skip(f"{what} is missing; run make test-browser")


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("Playwright")
    with sync_playwright() as playwright:
        installed = filter(None, map(shutil.which, _NAMES))
        path = next(installed, playwright.chromium.executable_path)
        if not Path(path).exists():
            _missing("Chromium")
        # Chromium's sandbox does not run as root, as in a container; the pages are our own.
        # Its camera is a moving pattern, for whose use nobody is asked.
        fakes = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
        yield playwright.chromium.launch(executable_path=path, args=["--no-sandbox", *fakes])


@pytest.fixture
def visit(browser: "Browser") -> "Iterator[Callable[..., Page]]":
    """Opens a page; at the end, it must have written nothing to the console and asked for nothing.

    Keyword arguments are those of a browser's context, such as `viewport` and `color_scheme`; and
    `script`, which runs before those of the page.
    """
    contexts = []
    complaints: list[str] = []

    def on_dialog(dialog: Any) -> None:
        if dialog.type != "beforeunload":  # a question before what was not saved is left
            complaints.append(f"dialog: {dialog.message}")
        dialog.accept()

    def on_request(url: str, address: str) -> None:
        if url != address and not url.startswith(("data:", "blob:")):
            complaints.append(f"request: {url}")

    def open_page(path: Path, script: str = "", **settings: Any) -> "Page":
        context = browser.new_context(**settings)
        context.add_init_script(script)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on("dialog", on_dialog)
        address = path.resolve().as_uri()
        page.on("request", lambda request: on_request(request.url, address))
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints
