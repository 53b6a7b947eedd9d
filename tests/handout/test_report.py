"""A report is one file that asks for nothing, runs nothing, and says what the run says."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.errors import InputError, RunError
from sim.handout.again import run_command
from sim.handout.movie_section import moving_map
from sim.handout.report import write_report
from sim.handout.talks_report import write_talks_report
from sim.plots.figures import figures_of, svg_of
from sim.report.estimate import with_margin
from sim.report.kpi_values import Values
from sim.runs.replicate import run_scenario
from sim.studies.talks.page import short_table
from sim.studies.talks.summary import TalksSummary
from tests.handout.conftest import QUESTION, TITLE
from tests.tools import browser

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def run_file(run, folder: Path) -> Path:
    return write_report(str(run.path), str(folder / "run.html"))


@pytest.fixture(scope="module")
def of_run(run_file: Path) -> str:
    return run_file.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def of_pair(comparison, folder: Path) -> Path:
    return write_report(str(comparison.path), str(folder / "pair.html"))


def test_a_run_has_its_answer_numbers_pictures_changes_evidence_and_command(run, of_run: str) -> None:
    p50 = with_margin(Values(run.kpis).estimate("transit_p50", "cargo TEU")).replace("+-", "±")
    answer = re.search(r'<p class="answer">(.*?)</p>', of_run)[1]
    assert answer == f"Transit time P50 of containers: {p50} days."
    assert of_run.count('src="data:image/svg+xml;base64,') == 10
    for title in ("What was changed", "What rests on assumptions", "Transit time, days", "How to make it again"):
        assert f"<h2>{title}" in of_run
    assert "corridor run tutorial --replications 2 --seed 7" in of_run
    assert run.run_id in of_run


def test_a_comparison_has_its_sentence_and_what_was_changed(comparison, of_pair: Path) -> None:
    text = html.unescape(of_pair.read_text(encoding="utf-8"))
    (pair,) = comparison.result.comparisons
    assert with_margin(pair.answer.difference).replace("+-", "±") in text
    assert "Container feeder over the sea, ships (fleets.feeders.count)" in text
    assert "the scenario's own" in text
    assert text.count('src="data:image/svg+xml;base64,') == 3  # those of the comparison, and the map
    assert "corridor compare tutorial ./third.yaml --replications 2 --seed 7" in text


def test_words_of_a_scenario_stay_words(of_pair: Path) -> None:
    text = of_pair.read_text(encoding="utf-8")
    assert html.escape(TITLE, quote=False).replace('"', "&#34;") in text
    assert QUESTION not in text
    elements = re.findall(r"<script[^>]*>", text.lower())
    assert elements == ['<script type="application/json" id="movie-data">', '<script type="module">']
    assert len(re.findall("</script", text.lower())) == 2
    assert "<b>" not in text
    assert "49" not in re.search(r'<p class="question">(.*?)</p>', text, re.DOTALL)[1]


def test_the_policy_allows_its_own_style_and_nothing_else(of_run: str) -> None:
    policy = html.unescape(re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', of_run)[1])
    style = re.search(r"<style>(.*?)</style>", of_run, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    script = re.search(r'<script type="module">(.*?)</script>', of_run, re.DOTALL)[1]
    assert policy.split("; ") == [
        "default-src 'none'",
        f"script-src 'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'",
        f"style-src 'sha256-{digest}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert " style=" not in re.sub(r'src="[^"]*"', "", of_run)


def test_the_same_run_gives_the_same_bytes(run, of_run: str, tmp_path: Path) -> None:
    one, two = (write_report(str(run.path), str(tmp_path / f"{k}.html"), figures=False).read_bytes() for k in "ab")
    assert one == two
    assert b"<script" not in one
    policy = re.search(rb'http-equiv="Content-Security-Policy" content="([^"]*)"', one)[1]
    assert b"script-src" not in policy, "without a moving map no script may run"
    assert moving_map([run]) == moving_map([run])
    stem, first = next(figures_of(run))
    assert (stem, svg_of(first)) == ("1_corridor_map", svg_of(next(figures_of(run))[1]))
    assert base64.b64encode(svg_of(first)).decode() in of_run


def test_other_studies_have_a_report_of_their_page(run, folder: Path, tmp_path: Path) -> None:
    from sim.studies.bottleneck.run import bottleneck

    done = bottleneck("tutorial", candidates=1, replications=2, out=str(folder / "results"))
    text = html.unescape(
        write_report(done.study_id[:8], str(tmp_path / "b.html"), out=str(folder / "results")).read_text()
    )
    assert done.page.title in text
    assert text.count('src="data:image/png;base64,') == 1
    answer, *others = done.page.lead
    assert f'<p class="answer">{answer}</p>'.replace("+-", "±") in text
    assert all(point in text for point in others)
    assert "Before you cite a number" not in text
    for section in done.page.sections:
        assert section.title in text
    shutil.copytree(done.path, tmp_path / "damaged")
    (tmp_path / "damaged" / "summary.md").write_text("# x\n")
    with pytest.raises(RunError, match="has changed since it was written"):
        write_report(str(tmp_path / "damaged"), str(tmp_path / "c.html"))


@pytest.mark.parametrize(
    ("name", "file", "message"),
    [
        ("nothing", "", "no finished run or study 'nothing'"),
        ("RUN", "a.pdf", "ends in .html or .htm"),
        ("RUN", "away/a.html", "there is no folder"),
        ("RUN", "taken.html", "--force writes over it"),
    ],
)
def test_what_cannot_be_written_is_refused(run, tmp_path: Path, name: str, file: str, message: str) -> None:
    (tmp_path / "taken.html").write_text("mine")
    with pytest.raises(InputError, match=message):
        write_report(str(run.path) if name == "RUN" else name, str(tmp_path / file) if file else "", figures=False)
    assert [path.name for path in tmp_path.iterdir()] == ["taken.html"]
    assert (tmp_path / "taken.html").read_text() == "mine"


def test_damage_is_named(run, tmp_path: Path) -> None:
    shutil.copytree(run.path, tmp_path / "run")
    (tmp_path / "run" / "delays.parquet").write_bytes(b"x" * (run.path / "delays.parquet").stat().st_size)
    (tmp_path / "run" / "report.html").unlink(missing_ok=True)
    with pytest.raises(RunError, match=r"delays\.parquet has changed since it was written"):
        write_report(str(tmp_path / "run"), figures=False)
    assert not (tmp_path / "run" / "report.html").exists()


def test_the_last_line_of_run_and_compare_is_the_command_for_it(folder: Path, hostile: Path, monkeypatch) -> None:
    monkeypatch.chdir(folder)
    for command in (["run", "tutorial"], ["compare", "tutorial", str(hostile)]):
        told = CliRunner().invoke(app, [*command, "--replications", "2", "--no-figures"]).stdout.splitlines()[-1]
        words = told.removeprefix("Report: corridor ").split()
        done = CliRunner().invoke(app, [*words, "--no-figures", "--quiet"])
        assert (done.exit_code, done.output) == (0, "")
        assert (Path(words[1]) / "report.html").is_file()


def test_the_command_of_a_run_makes_the_same_run(folder: Path, run) -> None:
    options = ["fleets.feeders.count=[{from: 2024-02-01, add: 1}]", "links.rail.length_km=500"]
    link = next(iter(run.manifest["resolved"]["links"]))
    options[1] = f"links.{link}.length_km=500"
    changed = run_scenario(
        "tutorial", replications=1, seed=3, overrides=options, out=str(folder / "results"), figures=False
    )
    import shlex

    words = shlex.split(run_command(changed.manifest))
    done = CliRunner().invoke(app, [*words[1:], "--out", str(folder / "results"), "--json", "--no-figures"])
    assert done.exit_code == 0
    assert f'"run_id": "{changed.run_id}"' in done.stdout


def test_chromium_opens_it_without_a_request_and_prints_it(of_pair: Path, run_file: Path, tmp_path: Path) -> None:
    path = browser()
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for file in (of_pair, run_file):
            page = chromium.new_page(viewport={"width": 1280, "height": 800})
            asked: list[str] = []
            told: list[str] = []
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            page.on("console", lambda line, told=told: told.append(line.text))
            page.on("dialog", lambda dialog, told=told: told.append(dialog.message))
            page.goto(file.as_uri(), wait_until="load")
            assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
            assert told == []
            widths = page.evaluate("[...document.images].map(image => image.complete ? image.naturalWidth : 0)")
            assert widths
            assert min(widths) > 100
            assert page.evaluate("[...document.scripts].map(script => script.type)") == ["application/json", "module"]
            # a script that comes in later does not run
            page.evaluate(
                "document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))"
            )
            assert page.evaluate("window.ran") is None
            assert any("violates" in line for line in told)
            bottom = page.evaluate("document.querySelector('.answer').getBoundingClientRect().bottom")
            assert bottom < 4 * 800
            assert page.evaluate("getComputedStyle(document.querySelector('.answer')).borderLeftStyle") == "solid"
            assert page.evaluate("document.documentElement.scrollWidth") <= 1280
            refused = page.evaluate(
                "fetch('data:,x').then(() => 'fetched', () => 'refused')"  # what a page may ask for is nothing
            )
            assert refused == "refused"
            assert page.pdf(path=str(tmp_path / "a.pdf"), prefer_css_page_size=True)[:5] == b"%PDF-"
            page.close()
        chromium.close()


def test_the_talks_are_a_report_too(tmp_path: Path) -> None:
    summary = TalksSummary.from_json(json.loads((DOCS / "talks.json").read_text(encoding="utf-8")))
    path = write_talks_report(summary, str(tmp_path / "talks.html"))
    text = path.read_text(encoding="utf-8")
    assert "default-src 'none'" in html.unescape(text)
    rows = re.findall(r"<tr><td>(.*?)</td><td>(\w+)</td>", text.partition("<h2>Before you cite")[0])
    assert [(question, answer) for question, answer, *_ in short_table(summary).rows] == [
        (html.unescape(question), answer) for question, answer in rows
    ]
    assert text.count("data:image/svg+xml;base64,") == len(summary.talks) == text.count('<p class="answer">')
    assert not re.findall(r'(?:src|href)="(?!data:|#)', text), "it asks for nothing"
    with pytest.raises(InputError, match="is there already"):
        write_talks_report(summary, str(path))
    with pytest.raises(InputError, match="ends in"):
        write_talks_report(summary, str(tmp_path / "talks.pdf"))
