"""Sweeps whose points stop by themselves, when an indicator is known well enough."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.errors import InputError
from sim.results.pointstore import Failure
from sim.runs.point_work import PointWorker
from sim.runs.replicate import run_scenario
from sim.runs.worker import Worker
from sim.statistics.intervals import interval
from sim.studies.sweep.run import run_sweep
from sim.studies.sweep.status import sweep_status

FILE = """\
schema_version: 2
title: Ships
question: How many ships are enough?
scenario: tutorial
replications: 2
set: {period.end: 2024-01-12, period.warm_up: 2 d, period.run_out: 10 d}
factors: {fleets.feeders.count: [1, 4]}
outcome: {kpi: transit_mean, scope: W1, words: Mean time westbound, good: lower}
"""
RULE, MOST = "transit_mean of W1 within 4%", 21
LOOSER = "transit_mean of W1 within 40%"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("until") / "ships.yaml"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def sweep(file: Path):
    return run_sweep(file, until=RULE, most=MOST, out=file.parent / "results")


def test_each_point_ends_where_a_run_of_the_same_values_does(sweep, tmp_path: Path) -> None:
    assert list(sweep.points["replications"]) == [21, 20]
    assert list(sweep.points["reached"]) == [False, True]  # the rule decides at each point by itself
    own = sweep.points.iloc[1]
    more = ["period.end=2024-01-12", "period.warm_up=2 d", "period.run_out=10 d", "fleets.feeders.count=4"]
    run = run_scenario("tutorial", until=RULE, most=MOST, overrides=more, out=tmp_path, figures=False)
    assert (run.run_id, run.replications) == (own["run_id"], own["replications"])
    assert run.manifest["until"]["reached"] == own["reached"]
    assert run.manifest["until"]["half_width"] == own["half_width"] <= 0.04 * own["value"]
    kpis = run.kpis
    mine = kpis[(kpis["kpi"] == "transit_mean") & (kpis["scope"] == "W1") & (kpis["year"] == 0)]["contribution"]
    assert interval(mine).mean == own["value"] == own["rule_value"]


def test_the_summary_says_what_each_point_reached(sweep) -> None:
    result = sweep.result
    assert (result.until.rule, result.until.most, result.until.reached) == (RULE, 21, 1)
    text = " ".join(sweep.page.text(300).split())
    told = "21 at most: reached at 1 of 2 points, NOT reached at 1 with as many as were allowed"
    assert f"replications of each point until {RULE}, {told}" in text
    assert text.count("NOT reached") == 2
    assert "2 points, 20 to 21 replications each" in text
    assert (sweep.path / "figures/surface.png").stat().st_size > 10_000


def test_another_rule_takes_up_what_is_stored(sweep, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables, done = Worker.tables, list[int]()
    monkeypatch.setattr(Worker, "tables", lambda self, k, *rest: done.append(k) or tables(self, k, *rest))
    again = run_sweep(file, until=RULE, most=MOST, out=file.parent / "results", figures=False)
    assert (again.study_id, done) == (sweep.study_id, [])
    looser = run_sweep(file, until=LOOSER, out=file.parent / "results", figures=False)
    assert looser.study_id != sweep.study_id
    assert (list(looser.points["replications"]), done) == ([20, 20], [])
    plain = run_sweep(file, replications=22, out=file.parent / "results", figures=False)
    assert len(done) == 1 + 2
    assert plain.result.until is None
    assert "reached" not in plain.points


def test_status_says_how_far_the_rule_is(sweep, file: Path, tmp_path: Path) -> None:
    done = sweep_status(file, until=RULE, most=MOST, out=file.parent / "results")
    assert (done.points.done, done.points.missing, done.reached) == (2, 0, 1)
    assert done.replications.done == 41
    nothing = sweep_status(file, until=RULE, most=MOST, out=tmp_path)
    assert (nothing.points.missing, nothing.replications.missing) == (2, 20)
    assert "0 of at least 20 done, at least 20 missing" in nothing.text()
    assert f"Of the points done 0 have {RULE}, 0 have not" in nothing.text()
    given = ["--until", RULE, "--most", "21", "--out", str(file.parent / "results")]
    told = CliRunner().invoke(app, ["sweep", str(file), "--status", *given])
    assert (told.exit_code, told.stdout) == (0, done.text() + "\n")
    run_sweep(file, replications=12, out=tmp_path, figures=False)
    part = sweep_status(
        file, until=RULE, most=MOST, out=tmp_path
    )  # ten decide, or are looked at; then more are missing
    assert (part.points.missing, part.replications.done, part.replications.missing) == (2, 24, 3 + 8)


def test_what_was_broken_off_goes_on_where_it_stopped_and_force_repeats_each_once(
    sweep, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables, done = Worker.tables, list[int]()

    def broken(self, k, *given):
        if len(done) == 21:  # in the second round
            raise KeyboardInterrupt
        done.append(k)
        return tables(self, k, *given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Worker, "tables", broken)
        with pytest.raises(KeyboardInterrupt):
            run_sweep(file, until=RULE, most=11, out=tmp_path, figures=False, workers=1)
    whole = run_sweep(file, until=RULE, most=11, out=file.parent / "results", figures=False)
    monkeypatch.setattr(Worker, "tables", lambda self, k, *rest: done.append(k) or tables(self, k, *rest))
    again = run_sweep(file, until=RULE, most=11, out=tmp_path, figures=False)
    pd.testing.assert_frame_equal(again.points, whole.points)
    assert len(done) == len(list(tmp_path.rglob("*.parquet"))) == 22
    run_sweep(file, until=RULE, most=11, out=tmp_path, figures=False, force=True)
    assert len(done) == 2 * 22


def test_a_rule_of_another_indicator_stands_beside_the_outcome(file: Path, tmp_path: Path) -> None:
    done = run_sweep(file, until="volume_teu of corridor within 90%", most=10, out=tmp_path, figures=False)
    assert list(done.points["reached"]) == [True] * 2
    assert (done.points["rule_value"] > done.points["value"]).all()  # TEU beside days
    assert "reached (" in done.page.text(200)


def test_a_point_that_fails_ends_alone(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = PointWorker.work

    def fails(self, task, *rest):
        if task.overrides == ("fleets.feeders.count=1",) and task.replication == 10:
            failure = Failure("nothing comes of it")
            return self.file(task, failure, {}), failure
        return work(self, task, *rest)

    monkeypatch.setattr(PointWorker, "work", fails)
    done = run_sweep(file, until=LOOSER, most=11, out=tmp_path, figures=False)
    assert list(done.points["failed"]) == ["nothing comes of it", ""]
    assert list(done.points["reached"].fillna("")) == ["", True]
    assert done.result.until.reached == 1
    status = sweep_status(file, until=LOOSER, most=11, out=tmp_path)
    assert (status.points.done, status.points.failed) == (1, 1)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"until": "transit_mean of W1"}, "is no rule"),
        ({"until": "transit_mean of W9 within 2%"}, "transit_mean has no scope 'W9'"),
        ({"until": RULE, "most": 1}, "--most: 1; allowed: 2 or more"),
        ({"most": 5}, "--most: is of --until alone"),
        ({"until": RULE, "replications": 5}, "--replications has no place beside --until"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_before_anything_runs(
    file: Path, tmp_path: Path, given: dict, told: str
) -> None:
    with pytest.raises(InputError, match=told):
        run_sweep(file, out=tmp_path / "results", **given)
    assert not list(tmp_path.rglob("*.parquet"))


def test_replications_that_are_swept_have_no_rule(tmp_path: Path) -> None:
    path = tmp_path / "swept.yaml"
    text = FILE.replace("factors: {", "factors: {replications: [2, 3], ").replace(
        "replications: 2\n", "replications: 2\n", 1
    )
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="replications are swept"):
        run_sweep(path, until=RULE, out=tmp_path)
