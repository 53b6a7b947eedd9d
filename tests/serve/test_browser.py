"""The page in a real browser: moved with the keyboard, read, saved, reported on, and nothing that its policy forbids."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.serve.words import WORDS
from tests.serve.conftest import Page
from tests.tools import browser

SIZES = ((1366, 768), (1920, 1080))


def _until(shown: Any, question: str, patience_s: float = 60.0) -> None:
    """Waits in Python: the page's policy lets no test evaluate in a loop of its own."""
    end = time.monotonic() + patience_s
    while not shown.evaluate(question):
        assert time.monotonic() < end, question
        time.sleep(0.05)


DONE = "document.getElementById('bar').value === document.getElementById('bar').max && !!document.querySelector('#lines .line')"
BOTH = "document.querySelectorAll('#times path').length === 4"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    path = browser()
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def shown(page: Page, chromium: Any) -> Iterator[Any]:
    view = chromium.new_page(viewport={"width": 1366, "height": 768})
    told: list[str] = []
    asked: list[str] = []
    view.on("console", lambda line: told.append(line.text))
    view.on("pageerror", lambda error: told.append(str(error)))
    view.on("request", lambda request: asked.append(request.url))
    view.goto(page.served.address)
    yield view
    assert told == []
    assert [url for url in asked if not url.startswith((page.own, "data:", "blob:"))] == []
    view.close()


def test_a_slider_is_moved_read_saved_and_drawn(page: Page, folder: Path, tmp_path: Path, shown: Any) -> None:
    _until(shown, DONE)
    assert shown.locator("#question").inner_text().startswith("Where do boxes wait")
    assert not shown.locator("#save").is_enabled()
    shown.fill("#search", "documents kazakhstan")
    assert shown.locator(".control").count() == 1
    shown.fill("#search", "feeders")
    slider = shown.locator("#controls input[type=range]")
    slider.focus()
    slider.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "3 ships"
    _until(shown, BOTH)
    _until(shown, f"{DONE} && {BOTH}")
    verdict = shown.locator("#lines .verdict").first.inner_text()
    assert verdict in (WORDS["no_difference"].format(n=3), WORDS["better"], WORDS["worse"])
    assert "2 → 3" in shown.locator("#effects").inner_text()
    for width, height in SIZES:
        shown.set_viewport_size({"width": width, "height": height})
        assert shown.evaluate("document.documentElement.scrollWidth") <= width
        assert shown.evaluate("document.getElementById('lines').getBoundingClientRect().bottom") <= height
        shown.screenshot(path=tmp_path / f"{width}.png")
    shown.click("#save")
    shown.fill("#dialog-name", "by_hand")
    shown.press("#dialog-name", "Enter")
    _until(shown, "document.getElementById('dialog-do').hidden")
    assert "by_hand.yaml" in shown.locator("#dialog-told").inner_text()
    assert "fleets.feeders.count: 3" in (folder / "by_hand.yaml").read_text(encoding="utf-8")
    shown.press("#dialog-close", "Enter")
    shown.click("#map-show")
    _until(shown, "!!document.querySelector('#map canvas')")
    assert shown.locator(".movie-title").all_inner_texts() == [WORDS["base"], WORDS["changed"]]
    (folder / "by_hand.yaml").unlink()


def test_fifty_moves_leave_the_last_on_the_page(shown: Any) -> None:
    _until(shown, DONE)
    shown.fill("#search", "feeders")
    shown.evaluate(
        """() => { const slider = document.querySelector('#controls input[type=range]');
        for (let k = 0; k < 50; k++) { slider.value = k % 2 ? 1 : 5; slider.dispatchEvent(new Event('input')); } }"""
    )
    assert shown.evaluate("document.querySelectorAll('#times path').length") <= 2, "nothing of an older question"
    _until(shown, f"{DONE} && {BOTH}")
    assert "2 → 1" in shown.locator("#effects").inner_text()


def test_what_is_refused_is_said_and_a_reset_helps(shown: Any) -> None:
    _until(shown, DONE)
    shown.fill("#search", "east berths")
    slider = shown.locator("#controls input[type=range]").first
    slider.focus()
    slider.press("ArrowLeft")
    _until(shown, "!document.getElementById('problems').hidden")
    assert "east_berths" in shown.locator("#problems").inner_text()
    shown.click("#reset")
    _until(shown, DONE)
    assert shown.locator("#problems").is_hidden()
