"""Draw ``live_page.png``: the page of ``corridor serve`` in Chromium, with two ships more and half the papers of Alat.

Prints how long the first answer took. Needs the extra ``dev`` (Playwright) and a Chromium on the path.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
#: Words that find a slider, and how far it is moved.
MOVES = {"kmtf_feeder": 6, "documents alat": 0.5}
ALL_DONE = "document.getElementById('bar').value === document.getElementById('bar').max && !!document.querySelector('#lines .line')"
BOTH = "document.querySelectorAll('#times path').length === 4"
PATIENCE_S = 600


def main() -> None:
    """Serve, move, wait for all replications, take the picture."""
    from playwright.sync_api import sync_playwright

    path = next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )
    command = [sys.executable, "-m", "sim.cli", "serve", "baseline_2024", "--no-browser", "--quiet"]
    with tempfile.TemporaryDirectory() as folder:
        served = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder)
        try:
            assert served.stdout is not None
            address = served.stdout.readline().strip()
            with sync_playwright() as driver:
                chromium = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
                page = chromium.new_page(viewport={"width": 1366, "height": 768})
                page.goto(address)
                wait_until(page, ALL_DONE)
                for words, value in MOVES.items():
                    began = time.monotonic()
                    page.fill("#search", words)
                    slider = page.locator("#controls input[type=range]").first
                    slider.evaluate("(it, value) => { it.value = value; it.dispatchEvent(new Event('input')) }", value)
                    wait_until(page, BOTH)
                    print(f"{words}: first difference after {time.monotonic() - began:.1f} s")
                wait_until(page, f"{ALL_DONE} && {BOTH}")
                print(f"all replications after {time.monotonic() - began:.1f} s")
                page.screenshot(path=HERE / "live_page.png")
                chromium.close()
        finally:
            served.terminate()
            served.wait()


def wait_until(page: Any, question: str) -> None:
    """Asks again and again: the page's policy lets nothing evaluate in a loop of its own."""
    end = time.monotonic() + PATIENCE_S
    while not page.evaluate(question):
        if time.monotonic() > end:
            raise SystemExit(f"not so in {PATIENCE_S} s: {question}")
        time.sleep(0.02)


if __name__ == "__main__":
    main()
