"""A sweep: every point a run of its own, the table of points, the surface."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.errors import InputError, RunError
from sim.runs.points import Points
from sim.runs.replicate import run_scenario
from sim.runs.worker import Worker
from sim.studies.sweep.run import difference_shown, run_sweep

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
        "tutorial",
        out=tmp_path,
        figures=False,
        replications=2,
        overrides=["period.end=2024-01-31", "fleets.feeders.count=1", "facilities.east_berths.capacity=2"],
    )
    assert run.run_id == point["run_id"]
    kpis = run.kpis
    mine = kpis[(kpis["kpi"] == "transit_mean") & (kpis["scope"] == "W1") & (kpis["year"] == 0)]["contribution"]
    assert point["value"] == pytest.approx(mine.mean())
    # Student's t with one degree of freedom, 97.5 %
    assert point["half_width"] == pytest.approx(12.7062 * mine.std(ddof=1) / np.sqrt(2), rel=1e-4)


def test_a_sweep_is_stored_as_every_study_is(sweep) -> None:
    found = sorted(p.relative_to(sweep.path).as_posix() for p in sweep.path.rglob("*") if p.is_file())
    assert found == ["figures/surface.png", "study.json", "summary.md", "sweep.csv", "sweep.json"]
    assert sweep.path.parts[-3:] == ("sweeps", "ships", sweep.study_id)
    stored = json.loads((sweep.path / "sweep.json").read_text(encoding="utf-8"))
    assert [point["run_id"] for point in stored["points"]] == list(sweep.points["run_id"])
    assert stored["failed"] == 0
    table = pd.read_csv(sweep.path / "sweep.csv")
    assert list(table["value"]) == pytest.approx(list(sweep.points["value"]))
    text = sweep.page.text(200)
    assert "Mean time westbound" in text
    assert "Berths of the east port: capacity (berths)" in text  # no words are given for it
    assert (sweep.path / "summary.md").read_text(encoding="utf-8").startswith("# Ships\n")


def test_a_sweep_is_found_again(sweep, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.runs import worker

    monkeypatch.setattr(worker, "simulate", lambda *_: pytest.fail("simulated again"))
    again = run_sweep(file, out=file.parent / "results", figures=False)
    assert again.sweep_id == sweep.sweep_id


def test_a_difference_is_claimed_only_where_the_luck_shows_one() -> None:
    chance = np.random.default_rng(5)
    draws = chance.normal(20, 3, 10)
    apart = [draws, draws + 1 + chance.normal(0, 0.1, 10)]  # small against the spread, clear in pairs
    assert difference_shown(apart)
    assert not difference_shown([chance.normal(20, 3, 10) for _ in range(6)])
    assert not difference_shown([draws[:1], draws[:1] + 1])
    assert not difference_shown([draws])
    assert difference_shown([draws, np.append(draws, 4.0) + 1])  # paired over what both have
    assert not difference_shown([draws, np.full(10, np.nan)])
    assert not difference_shown(apart, seeds=[1, 2])  # independent: the spread hides it
    assert difference_shown([draws, draws + 30], seeds=[1, 2])


def swept(tmp_path: Path, old: str, new: str, **options: object):
    path = tmp_path / "ships.yaml"
    assert old in FILE
    path.write_text(FILE.replace(old, new).replace("words: {fleets.feeders.count: ships}\n", ""), encoding="utf-8")
    return run_sweep(path, out=tmp_path / "results", figures=False, **options)


GRID = "grid: {fleets.feeders.count: [1, 2], facilities.east_berths.capacity: [1, 2]}"


def test_points_that_are_patched_equal_those_that_are_built_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid = "grid: {fleets.feeders.count: [1, 3], flows.W1.quantity_per_year: [2000, 5000], seed: [3, 4]}"
    path = tmp_path / "ships.yaml"
    text = FILE.replace(GRID, grid).replace("kpi: transit_mean", "kpi: transit_p90")
    path.write_text(text.replace("words: {fleets.feeders.count: ships}\n", ""), encoding="utf-8")
    patched = run_sweep(path, out=tmp_path / "patched", figures=False)
    monkeypatch.setattr(Points, "_begin", lambda self: "as a test wants it")
    built = run_sweep(path, out=tmp_path / "whole", figures=False)
    assert set(patched.points["rebuilt"]) == {""}
    assert set(built.points["rebuilt"]) == {"as a test wants it"}
    assert patched.study_id == built.study_id
    pd.testing.assert_frame_equal(
        patched.points.drop(columns="rebuilt"), built.points.drop(columns="rebuilt"), check_exact=True
    )


def test_the_plan_of_a_sweep_says_what_is_patched_and_what_is_built_as_a_whole(tmp_path: Path) -> None:
    done = swept(tmp_path, GRID, "grid: {fleets.feeders.count: [1, 2], flows.W1.train: [60, 30]}")
    assert list(done.points["rebuilt"]) == ["", "flows.W1.train is not declared to be patched"] * 2
    text = done.page.text(200)
    assert "2 of 4 points are patched from the scenario's model" in text
    assert "2 built as a whole: flows.W1.train is not declared to be patched" in text
    sampled = swept(tmp_path, GRID, GRID, inputs="sampled", replications=1)
    assert all("inputs are sampled" in why for why in sampled.points["rebuilt"])
    assert sampled.points["luck_value"].notna().all()


def test_a_sweep_that_was_broken_off_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables, done = Worker.tables, list[int]()

    def broken(self: Worker, replication: int, *more: object):
        if len(done) == 5:
            raise KeyboardInterrupt
        done.append(replication)
        return tables(self, replication, *more)

    monkeypatch.setattr(Worker, "tables", broken)
    with pytest.raises(KeyboardInterrupt):
        swept(tmp_path, GRID, GRID, workers=1)
    assert done == [0, 0, 0, 0, 1]  # a replication of each point, then the next
    monkeypatch.setattr(
        Worker,
        "tables",
        lambda self, replication, *more: (done.append(replication), tables(self, replication, *more))[1],
    )
    again = swept(tmp_path, GRID, GRID, workers=1)
    assert done == [0, 0, 0, 0, 1, 1, 1, 1]
    whole = run_sweep(tmp_path / "ships.yaml", out=tmp_path / "whole", figures=False)
    pd.testing.assert_frame_equal(again.points, whole.points, check_exact=True)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_point_whose_run_fails_is_a_row_and_the_others_go_on(
    workers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = Worker.tables

    def failing(self: Worker, replication: int, *more: object):
        if self.job.scenario.changes[-1].value == 2 and self.job.scenario.changes[-2].value == 1:
            raise RunError("in the way of each other")
        return tables(self, replication, *more)

    monkeypatch.setattr(Worker, "tables", failing)
    done = swept(tmp_path, GRID, GRID, workers=workers)
    assert list(done.points["failed"]) == ["", "in the way of each other", "", ""]
    assert done.points["value"].notna().tolist() == [True, False, True, True]


def test_a_point_that_fails_is_a_row_with_its_reason_and_the_others_run(tmp_path: Path) -> None:
    done = swept(tmp_path, GRID, "grid: {facilities.east_berths.capacity: [0, 2], fleets.feeders.count: [1, 2]}")
    points = done.points
    assert done.result.failed == 2
    assert list(points["value"].notna()) == [False, False, True, True]
    assert all("east_berths', which never has capacity" in why for why in points["failed"][:2])
    assert list(points["failed"][2:]) == ["", ""]
    text = done.page.text(200)
    assert "2 of 4 points failed" in text
    assert "Berths of the east port: capacity = 0 berths, Container feeder over the sea = 1 ship: " in text
    stored = pd.read_csv(done.path / "sweep.csv")
    assert list(stored["failed"].notna()) == [True, True, False, False]


def test_a_point_without_such_shipments_has_no_value(tmp_path: Path) -> None:
    done = swept(tmp_path, GRID, "grid: {flows.W1.quantity_per_year: [0, 3000]}")
    assert list(done.points["failed"]) == ["the run has no transit_mean of W1: no such shipments", ""]
    assert done.points["value"].notna().tolist() == [False, True]


def test_few_shipments_in_some_replications_are_no_obstacle(tmp_path: Path) -> None:
    grid = "grid: {flows.W1.quantity_per_year: [600, 3650]}"
    done = swept(tmp_path, GRID, grid, overrides=["flows.W1.arrivals=poisson"], replications=4)
    assert done.result.failed == 0
    assert np.isfinite(done.points["value"]).all()
    assert isinstance(done.result.shown, bool)


def test_seed_replications_and_period_are_parameters_like_others(tmp_path: Path) -> None:
    grid = "grid: {seed: [1, 2], replications: [1, 2], period.warm_up: [5 d, 10 d], period.end: [2024-01-20]}"
    done = swept(tmp_path, GRID, grid)
    assert done.result.failed == 0
    assert len(set(done.points["run_id"])) == 8
    assert list(done.points["replications"]) == [1, 1, 2, 2] * 2
    assert [axis.today for axis in done.result.axes][:1] == [7]
    run = run_scenario(
        "tutorial",
        out=tmp_path / "alone",
        figures=False,
        replications=2,
        seed=2,
        overrides=["period.warm_up=10 d", "period.end=2024-01-20"],
    )
    assert run.run_id == done.points["run_id"].iloc[-1]


def test_what_is_swept_cannot_be_set_for_all_points(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--seed: seed is swept, so that one value for all points is not allowed"):
        swept(tmp_path, GRID, "grid: {seed: [1, 2]}", seed=3)
    with pytest.raises(InputError, match=r"--set: fleets\.feeders\.count is swept"):
        swept(tmp_path, GRID, GRID, overrides=["fleets.feeders.count=3"])
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("grid", "told"),
    [
        ("{fleets.feeders.count: [2, -1]}", "at fleets.feeders.count = -1: "),
        ("{facilities.east_berths.capacity: [0]}", "needs 1 of 'east_berths', which never has capacity"),
        ("{fleets.feeders.count: [{}, 2]}", "factors.fleets.feeders.count.0: {} should be"),
        ("{seed: [1, x]}", "at seed = x: "),
        ("{period.end: [2023-01-31, 2024-01-31]}", "at period.end = 2023-01-31: "),
    ],
)
def test_values_that_cannot_be_are_refused_before_anything_runs(tmp_path: Path, grid: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        swept(tmp_path, GRID, f"grid: {grid}")
    assert told in str(caught.value)
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        ("kpi: transit_mean, scope: W2", "outcome.scope: transit_mean has no scope 'W2'; nearest: 'W1'"),
        ("kpi: wait_mean, scope: W1", "outcome.scope: wait_mean has no scope 'W1'"),
        ("kpi: transit_mean, scope: W1, year: 2025", "outcome.year: 2025 is not in the period, 2024-01-01 to"),
    ],
)
def test_an_outcome_that_no_point_can_have_is_refused_before_anything_runs(
    tmp_path: Path, outcome: str, told: str
) -> None:
    with pytest.raises(InputError) as caught:
        swept(tmp_path, "kpi: transit_mean, scope: W1", outcome)
    assert told in str(caught.value)
    assert not (tmp_path / "results").exists()


def test_a_disk_that_is_full_ends_the_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise RunError("the disk is full") from OSError(28, "No space left on device")

    monkeypatch.setattr(Worker, "tables", full)
    with pytest.raises(RunError, match="the disk is full"):
        swept(tmp_path, GRID, GRID)


def test_the_command_says_how_many_points_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("w.yaml").write_text(
        FILE.replace("count: [1, 2]", "count: [1, 2]").replace("capacity: [1, 2]", "capacity: [0, 2]"), encoding="utf-8"
    )
    done = CliRunner().invoke(app, ["sweep", "w.yaml", "--json", "--no-figures"])
    assert done.exit_code == 3
    assert "2 of 4 points failed; results/sweeps/w/" in done.stderr
    assert json.loads(done.stdout)["failed"] == 2


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("transit_mean", "transit_main", "outcome.kpi: .*nearest: 'transit_mean'"),
        ("scope: W1", "scope: W2", "outcome.scope: .*nearest: 'W1'"),
        ("fleets.feeders.count: [1, 2]", "fleets.feeder.count: [1, 2]", "nearest: 'feeders'"),
        ("capacity: [1, 2]", "capacity: [1, -2]", "east_berths"),
    ],
)
def test_faults_are_told_before_or_after_the_first_point(old: str, new: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        swept(tmp_path, old, new)
