"""The moving map in a real browser: it reads what was written, moves, obeys keys, and asks the processor for little."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest

from sim.handout.report import report_html, report_of_comparison
from tests.handout.packed import legs, levels
from tests.tools import browser

FRAMES = 300
#: Of the median frame, in ms of script on the processor: many times what is measured.
MOST_SCRIPT_MS = 20.0


@pytest.fixture(scope="module")
def page(comparison, folder: Path):
    path = browser()
    playwright = pytest.importorskip("playwright.sync_api")
    file = folder / "moving.html"
    file.write_text(report_html(report_of_comparison(comparison.path, figures=False, movie=True)), encoding="utf-8")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        page = chromium.new_page(viewport={"width": 1920, "height": 1080})
        page.told = []
        page.on("console", lambda line: page.told.append(line.text))
        page.on("pageerror", lambda error: page.told.append(str(error)))
        page.goto(file.as_uri(), wait_until="load")
        page.evaluate("window.player = document.getElementById('movie').movie")
        yield page
        chromium.close()


def picture(page, scene: int = 0) -> bytes:
    return page.locator(".movie-view").nth(scene).screenshot()


def play(page, frames: int) -> list[float]:
    """Play until so many frames are drawn, and pause; returns the ms of script of each."""
    page.evaluate("player.frames.length = 0")
    page.get_by_role("button", name="Play").click()
    while page.evaluate("player.frames.length") < frames:
        page.wait_for_timeout(50)
    page.get_by_role("button", name="Pause").click()
    return page.evaluate("player.frames")


def test_the_script_reads_what_was_written(page) -> None:
    packed = page.evaluate("JSON.parse(document.getElementById('movie-data').textContent)")
    for k, scene in enumerate(packed["scenes"]):
        read = page.evaluate(
            f"(({{ legs, standing, underwayCount }}) => [[...legs.depart], [...legs.until], [...legs.way], [...legs.lots], "
            f"standing.map(one => [...one]), [...underwayCount]])(player.scenes[{k}])"
        )
        assert [tuple(leg) for leg in zip(*read[:4], strict=True)] == legs(scene["legs"])
        assert read[4] == levels(scene["standing"], packed["samples"])
        (underway,) = levels(scene["underway"], packed["samples"])
        assert read[5] == underway
        for sample in range(0, packed["samples"], 97):
            time = sample * packed["step_min"]
            state = page.evaluate(f"player.scenes[{k}].at({time})")
            assert state["underway"] == [n for n, leg in enumerate(legs(scene["legs"])) if leg[0] <= time < leg[1]]
            assert state["counts"]["underway"] == underway[sample]


def test_carriers_stand_where_their_share_of_the_way_is(page) -> None:
    where = page.evaluate("[0, 0.5, 1].map(share => player.views[0][0].position(0, share, {}))")
    ends = page.evaluate("(({ x, y }) => [[x[0], y[0]], [x.at(-1), y.at(-1)]])(player.views[0][0].paths[0])")
    for found, (x, y) in zip((where[0], where[2]), ends, strict=True):
        assert (found["x"] - x) ** 2 + (found["y"] - y) ** 2 == pytest.approx(9), "three pixels beside the line"
    back = page.evaluate("player.views[0][0].position(1, 0, {})")
    assert (back["dx"], back["dy"]) == pytest.approx((-where[2]["dx"], -where[2]["dy"]))


def test_it_plays_moves_and_pauses(page) -> None:
    before = [picture(page, scene) for scene in (0, 1)]
    assert len(play(page, 20)) >= 20
    at = page.evaluate("player.now()")
    assert at > 60
    still = [picture(page, scene) for scene in (0, 1)]
    assert all(a != b for a, b in zip(before, still, strict=True))
    page.wait_for_timeout(120)
    assert page.evaluate("player.now()") == at
    assert [picture(page, scene) for scene in (0, 1)] == still
    assert page.told == []


@pytest.mark.slow
def test_a_frame_costs_little(page) -> None:
    """Of two scenarios at 1920 x 1080, drawn by software: the script is measured, not what the browser then paints."""
    page.set_viewport_size({"width": 1920, "height": 1080})
    frames = play(page, FRAMES)
    print(f"median of {len(frames)} frames: {statistics.median(frames):.1f} ms of script")
    assert statistics.median(frames) < MOST_SCRIPT_MS


def test_keys_slider_and_strip_move_the_clock(page) -> None:
    def now() -> float:
        return page.evaluate("player.now()")

    page.locator("#movie").focus()
    page.keyboard.press("Home")
    assert now() == 0
    page.keyboard.press("Shift+ArrowRight")
    assert now() == 1440
    assert page.locator(".movie-day").text_content() == "Tue 2 Jan 2024"
    page.keyboard.press("ArrowLeft")
    assert 0 < now() < 1440
    page.keyboard.press("End")
    assert now() == page.evaluate("+document.querySelector('#movie input').max")
    page.keyboard.press("Space")
    assert page.evaluate("player.playing()")
    page.keyboard.press("Space")
    assert not page.evaluate("player.playing()")
    chosen = page.evaluate("+document.querySelector('#movie select').value")
    page.keyboard.press("+")
    assert page.evaluate("+document.querySelector('#movie select').value") == chosen + 1
    box = page.locator(".movie-strip").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 40)
    assert now() == pytest.approx(65520, rel=0.01)
    page.locator("#movie input").focus()
    page.keyboard.press("ArrowRight")
    assert now() == pytest.approx(65520 + 60, rel=0.01)
    assert page.told == []


def test_names_do_not_cover_one_another_nor_leave_the_map(page) -> None:
    for width in (1920, 1024, 500):
        page.set_viewport_size({"width": width, "height": 1080})
        page.wait_for_timeout(100)
        for view in page.evaluate("player.views.flat().map(({ named, width, height }) => ({ named, width, height }))"):
            frames = [name["frame"] for name in view["named"]]
            assert len(frames) == 5
            for k, (left, top, right, bottom) in enumerate(frames):
                assert 0 <= left < right <= view["width"]
                assert 0 <= top < bottom <= view["height"]
                for other in frames[:k]:
                    assert left >= other[2] or other[0] >= right or top >= other[3] or other[1] >= bottom
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_words_of_a_scenario_stay_words(page) -> None:
    from tests.handout.conftest import TITLE

    assert page.locator(".movie-title").all_text_contents() == [
        "Five nodes from an inland terminal over one sea",
        TITLE,
    ]
    assert page.locator("#movie b").count() == 0
