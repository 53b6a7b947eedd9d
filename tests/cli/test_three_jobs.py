"""Three people's jobs with the commands that README shows: a ministry, a country at the end of the line, a forwarder."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from sim.cli import app

pytestmark = pytest.mark.slow  # each runs some weeks of the whole corridor
ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def corridor(*words: str) -> str:
    """What a command of README prints."""
    assert f"corridor {words[0]}" in README, "README does not show it"
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, f"{words}\n{done.stderr}\n{done.exception!r}"
    return done.stdout


def test_a_ministry_cuts_papers_and_buys_feeders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents at Alat and Kuryk in 30 minutes from July 2025, two more feeders from 2026: answer, slides, workbook, report."""
    monkeypatch.chdir(tmp_path)
    assert "processes.kuryk_port_export_documents.duration" in corridor("find", "kuryk", "documents", "--most", "40")
    (tmp_path / "today.yaml").write_text(
        "schema_version: 1\ntitle: As it is\nextends: baseline_2025\nprimary_kpi: transit_p50 of cargo TEU\n"
        "period: {start: 2025-12-15, end: 2026-01-31, warm_up: 20 d, run_out: 60 d}\n",
        encoding="utf-8",
    )
    places = ("alat_documents", "alat_export_documents", "kuryk_port_export_documents", "kuryk_port_import_documents")
    changes = "".join(f"  processes.{name}.duration: 30 min\n" for name in places)
    (tmp_path / "plan.yaml").write_text(
        "schema_version: 1\ntitle: Documents in 30 minutes and two feeders\nextends: today\n"
        "question: What do documents in 30 minutes and two more feeders do?\n"
        f"set:\n{changes}  fleets.kmtf_feeder.count: {{add: 2, from: 2026-01-01}}\n",
        encoding="utf-8",
    )
    checked = corridor("check", "./plan.yaml") if "corridor check" in README else corridor("show", "./plan.yaml")
    assert re.search(r"effective: 30 min x 0\.\d+ \(BAR-02", checked), (
        "that the parent scales it is said before the run"
    )
    told = corridor("compare", "./today.yaml", "./plan.yaml", "--replications", "2")
    (folder,) = (tmp_path / "results" / "compare").iterdir()
    assert "Documents in 30 minutes and two feeders" in told
    assert list((folder / "figures").glob("*.png")), "slides"
    corridor("export", str(folder), "plan.xlsx")
    assert {"Answer", "Indicators", "By flow", "Changes", "Read me"} <= set(load_workbook("plan.xlsx").sheetnames)
    corridor("report", str(folder), "plan.html")
    report = Path("plan.html").read_text(encoding="utf-8")
    assert "What do documents in 30 minutes and two more feeders do?" in report
    assert "30 min x 0." in report


def test_bulgaria_asks_by_which_way_to_plovdiv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Almaty to Plovdiv by Burgas, by Varna and by the railway through Türkiye, with cost and CO2."""
    monkeypatch.chdir(tmp_path)
    ways = json.loads(corridor("route", "almaty", "plovdiv", "--json", "--most", "12"))["ways"]
    by = {next((mark for mark in ("Burgas", "Varna", "Kapikule") if mark in " ".join(way["via"])), "") for way in ways}
    assert by >= {"Burgas", "Varna", "Kapikule"}
    assert all(way["usd"] > 0 and way["kg_co2e"] > 0 and way["borders"] for way in ways)
    page = (ROOT / "docs" / "howto" / "add_rows.md").read_text(encoding="utf-8")
    (rows,) = re.findall(r"```yaml file=plovdiv\.yaml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "plovdiv.yaml").write_text(rows, encoding="utf-8")
    corridor("run", "./plovdiv.yaml", "--replications", "1", "--no-figures")
    corridor("export", "plovdiv", "plovdiv.xlsx")
    sheet = list(load_workbook("plovdiv.xlsx", read_only=True)["By flow"].iter_rows(values_only=True))
    cells = {str(row[0]): row for row in sheet if row[0]}
    text = "\n".join(map(str, sheet))
    for flow in ("N01", "N02", "N03"):
        assert any(flow in name for name in cells), f"{flow} has no row"
    assert "USD" in text
    assert "CO2" in text


def test_a_forwarder_promises_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A box that leaves Xi'an on 10 November 2026, with and without a storm of eight days."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.yaml").write_text(
        "schema_version: 1\ntitle: The corridor of 2026\nextends: baseline_2026\nprimary_kpi: transit_p95 of F03\n",
        encoding="utf-8",
    )
    (tmp_path / "interventions.yaml").write_text(
        "STORM-8:\n  {title: A storm of eight days, kind: disruption, from: 2026-11-18, source: my question, grade: assumption,\n"
        "   changes: [{key: facilities.aktau_port_entry.capacity, set: 0, to: 2026-11-26},\n"
        "             {key: facilities.kuryk_port_entry.capacity, set: 0, to: 2026-11-26}]}\n",
        encoding="utf-8",
    )
    told = corridor(
        *("promise", "F03", "--leaves", "2026-11-10", "--sure", "80", "--scenario", "./own.yaml"),
        *("--intervention", "STORM-8", "--replications", "10", "--no-figures", "--json"),
    )
    calm, storm = json.loads(told)["promises"]
    days = [next(day for day in one["days"] if day["share"] == 0.8) for one in (calm, storm)]
    assert days[0]["day"] < days[1]["day"], "the storm makes the promised day later"
    assert all(day["low"] <= day["days"] for day in days)
    assert calm["shipments"] == storm["shipments"] >= 10
