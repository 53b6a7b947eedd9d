"""Comparing scenarios by name: runs what is missing on the same luck, stores the page, the data and the figures."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from sim.errors import InputError
from sim.studies.compare.run import compare_scenarios

SHIPS = "schema_version: 1\ntitle: A third ship\nextends: tutorial\nseed: 9\nset: {fleets.feeders.count: 3}\n"
#: A month is enough to see what is asked here.
SHORT = ("period.end=2024-01-31", "period.warm_up=10 d")
BERTHS = (
    "schema_version: 1\ntitle: A second berth\nextends: tutorial\nprimary_kpi: transit_p90\n"
    "set: {facilities.west_berths.capacity: 2}\n"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("compare")
    (path / "ships.yaml").write_text(SHIPS, encoding="utf-8")
    (path / "berths.yaml").write_text(BERTHS, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def compared(folder: Path):
    names = ("tutorial", str(folder / "ships.yaml"), str(folder / "berths.yaml"))
    return compare_scenarios(names, out=folder / "results", replications=2, overrides=SHORT)


def test_all_runs_share_the_luck_of_the_base(compared) -> None:
    assert {run.manifest["seed"] for run in compared.runs} == {7}  # not the 9 that one scenario asks for
    primaries = [pair.primary for pair in compared.result.comparisons]
    assert primaries == ["transit_p50 of cargo TEU", "transit_p90 of corridor"]


def test_the_folder_holds_page_data_and_figures(compared) -> None:
    found = sorted(p.relative_to(compared.path).as_posix() for p in compared.path.rglob("*") if p.is_file())
    drawn = ["figures/1_forest.png", "figures/2_delay_by_cause.png"]
    assert found == ["compare.csv", "compare.json", *drawn, "study.json", "summary.md"]
    table = pd.read_csv(compared.path / "compare.csv")
    lines = [line for pair in compared.result.comparisons for line in pair.lines]
    assert len(table) == len(lines)
    assert list(table["b"].unique()) == ["ships", "berths"]
    assert table["difference_mean"].to_numpy() == pytest.approx([x.difference.mean for x in lines], nan_ok=True)
    stored = json.loads((compared.path / "compare.json").read_text(encoding="utf-8"))
    assert stored["id"] == compared.path.name == compared.study_id
    assert "![figures/1_forest.png](figures/1_forest.png)" in (compared.path / "summary.md").read_text(encoding="utf-8")


def test_stored_runs_are_compared_without_running(compared, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.runs import worker

    monkeypatch.setattr(worker, "simulate", lambda *_: pytest.fail("simulated again"))
    paths = [str(run.path) for run in compared.runs]
    again = compare_scenarios(paths, out=folder / "results", figures=False)
    assert again.study_id == compared.study_id  # what a run folder's scenario calls primary is in its manifest
    other = compare_scenarios(paths[:2], out=folder / "results", figures=False)
    assert other.study_id != compared.study_id


def test_what_cannot_be_compared_is_told(compared, folder: Path) -> None:
    with pytest.raises(InputError, match="two or more runs"):
        compare_scenarios(["tutorial"], out=folder / "results")
    late = folder / "late.yaml"
    late.write_text("schema_version: 1\nextends: tutorial\nperiod: {end: 2024-01-15}\n", encoding="utf-8")
    for base in (str(compared.runs[0].path), "tutorial"):
        with pytest.raises(InputError, match=r"late.yaml: .* covers another period") as told:
            compare_scenarios([base, str(late), "tutoriel"], out=folder / "none", replications=2)
        assert "tutoriel" in str(told.value), "all that is wrong is told at once"
    assert not (folder / "none").exists(), "nothing is run before all may be compared"
