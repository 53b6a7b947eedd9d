"""A sweep: every point a run of its own, the table of points, the surface."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.errors import InputError
from sim.experiment.replicate import run_scenario
from sim.experiment.sweep import difference_shown, points_text, run_sweep

FILE = """\
schema_version: 1
title: Ships
question: How many ships are enough?
scenario: tutorial
replications: 2
set: {period.end: 2024-01-31}
grid: {fleets.feeders.count: [1, 2], facilities.east_berths.capacity: [1, 2]}
words: {fleets.feeders.count: ships}
outcome: {kpi: transit_mean, scope: W1, words: Mean time westbound, good: lower}
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sweep") / "ships.yaml"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def sweep(file: Path):
    return run_sweep(file, out=file.parent / "results")


def test_a_point_is_the_run_with_its_values_set(sweep, tmp_path: Path) -> None:
    point = sweep.points.iloc[1]
    assert (point["fleets.feeders.count"], point["facilities.east_berths.capacity"]) == (1, 2)
    run = run_scenario(
        "tutorial", out=tmp_path, figures=False, replications=2,
        overrides=["period.end=2024-01-31", "fleets.feeders.count=1", "facilities.east_berths.capacity=2"],
    )  # fmt: skip
    assert run.run_id == point["run_id"]
    kpis = run.kpis
    mine = kpis[(kpis["kpi"] == "transit_mean") & (kpis["scope"] == "W1") & (kpis["year"] == 0)]["value"]
    assert point["value"] == pytest.approx(mine.mean())
    # Student's t with one degree of freedom, 97.5 %
    assert point["half_width"] == pytest.approx(12.7062 * mine.std(ddof=1) / np.sqrt(2), rel=1e-4)


def test_the_points_and_the_surface_are_stored(sweep) -> None:
    pd.testing.assert_frame_equal(pd.read_parquet(sweep.path / "points.parquet"), sweep.points, check_dtype=False)
    manifest = json.loads((sweep.path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["runs"] == list(sweep.points["run_id"])
    assert [figure.name for figure in sweep.figures] == ["surface.png"]
    assert sweep.path.parts[-3:] == ("sweeps", "ships", sweep.sweep_id)
    assert "Mean time westbound, days" in points_text(sweep)


def test_a_sweep_is_found_again(sweep, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.experiment import worker

    monkeypatch.setattr(worker, "simulate", lambda *_: pytest.fail("simulated again"))
    again = run_sweep(file, out=file.parent / "results", figures=False)
    assert again.sweep_id == sweep.sweep_id


def test_a_difference_is_claimed_only_where_the_luck_shows_one() -> None:
    chance = np.random.default_rng(5)
    luck = chance.normal(20, 3, 10)
    apart = [luck, luck + 1 + chance.normal(0, 0.1, 10)]  # small against the spread, clear in pairs
    assert difference_shown(apart)
    assert not difference_shown([chance.normal(20, 3, 10) for _ in range(6)])
    assert not difference_shown([luck[:1], luck[:1] + 1])
    assert not difference_shown([luck])


@pytest.mark.parametrize(("old", "new", "message"), [
    ("transit_mean", "transit_main", "outcome.kpi: .*nearest: 'transit_mean'"),
    ("scope: W1", "scope: W2", "outcome.scope: .*nearest: 'W1'"),
    ("fleets.feeders.count: [1, 2]", "fleets.feeder.count: [1, 2]", "nearest: 'feeders'"),
    ("capacity: [1, 2]", "capacity: [1, -2]", "east_berths"),
])  # fmt: skip
def test_faults_are_told_before_or_after_the_first_point(old: str, new: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "ships.yaml"
    path.write_text(FILE.replace(old, new).replace("words: {fleets.feeders.count: ships}\n", ""), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        run_sweep(path, out=tmp_path / "results", figures=False)
