"""The documentation as a site: every page stands in the index, and it builds without a warning and is searched offline."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from sim import reference
from sim.cli import manual
from tests.tools import browser

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def linked(page: Path) -> set[Path]:
    """Pages to which a page links."""
    targets = re.findall(r"\]\(([^)#:]+\.md)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    return {(page.parent / target).resolve() for target in targets}


def test_every_page_is_listed() -> None:
    index, commands = DOCS / "index.md", DOCS / "commands" / "index.md"
    assert set(DOCS.rglob("*.md")) - linked(index) - linked(commands) == {index}
    for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "results/README.md"):
        assert ROOT / name in linked(index)


def test_every_command_has_a_page_and_no_other() -> None:
    assert {f"commands/{path.name}" for path in (DOCS / "commands").iterdir()} == set(manual.pages())
    assert set(manual.pages()) <= set(reference.PAGES)


def test_a_page_of_a_command_says_what_the_help_says() -> None:
    from typer.testing import CliRunner

    from sim.cli import app

    for page in manual.pages():
        name = Path(page).stem
        if name == "index":
            continue
        told = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "300"}, prog_name="corridor").stdout
        text = (DOCS / page).read_text(encoding="utf-8").replace("\\", "")
        for line in filter(None, map(str.strip, told.splitlines())):
            if line.startswith("Usage:"):
                assert " ".join(line.split()[1:]) in text
            elif line not in ("Arguments:", "Options:"):
                for part in re.split(r"\s{2,}", line):
                    assert part in text, f"{page}: {part}"


@pytest.mark.slow
def test_the_site_builds_without_a_warning_and_is_searched_offline(tmp_path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    words = re.search(r"-m (sphinx .*) build/site", makefile)[1].split()
    site = tmp_path / "site"
    done = subprocess.run([sys.executable, "-m", *words, str(site)], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    pages = {path.relative_to(site).with_suffix(".md").as_posix() for path in site.rglob("*.html")}
    assert {path.relative_to(ROOT).as_posix() for path in DOCS.rglob("*.md")} <= pages
    for page in site.rglob("*.html"):
        loaded = re.findall(r'<(?:script|img|link rel="stylesheet")[^>]*(?:src|href)="(https?:[^"]*)', page.read_text())
        assert loaded == [], f"{page} asks the network"
    path = browser()
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = chromium.new_page()
        told: list[str] = []
        page.on("pageerror", lambda error: told.append(str(error)))
        page.goto((site / "index.html").as_uri())
        page.wait_for_url("**/docs/index.html")
        page.locator("input[name=q]").first.fill("gauge")
        page.keyboard.press("Enter")
        page.wait_for_selector("#search-results li a")
        found = page.locator("#search-results li a").all_text_contents()
        assert any("Break of gauge" in title for title in found)
        page.locator("#search-results li a").first.click()
        assert page.locator("h1").count() == 1
        assert told == []
        chromium.close()
