"""Points that are run for a few indicators, stored replication by replication: equal to whole runs, and done once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.errors import InputError, RunError
from sim.indicators import Measure
from sim.results.pointstore import COLUMNS, STORE_FILE, Failure, Head, PointStore, encoded
from sim.runs import lanes, point_work
from sim.runs.options import Options
from sim.runs.point_runs import POINTS, Planned, PointRuns
from sim.runs.prepare import prepare
from sim.runs.replicate import run_world
from tests.faults.commands import left_over

FEW_DAYS = ("period.end=2024-02-10", "period.warm_up=5 d", "period.run_out=20 d", "replications=3")
#: A quantile, a mean, a count, a quantile of stays at a port, one between two nodes would need another scenario.
MEASURES = (
    Measure("transit_p50", "corridor"),
    Measure("transit_mean", "corridor"),
    Measure("volume_teu", "corridor"),
    Measure("port_dwell_p90", "east_port"),
)


def point_runs(out: Path, overrides=(), measures=MEASURES, **options) -> PointRuns:
    return PointRuns("tutorial", (*FEW_DAYS, *overrides), measures, Options(out=out, figures=False, **options))


def ships(runs: PointRuns, *counts: int) -> list[Planned]:
    return [runs.plan([f"fleets.feeders.count={count}"]) for count in counts]


def lines(runs: PointRuns, planned: Planned, replications: int = 3) -> pd.DataFrame:
    found = runs.read(planned, replications)
    assert found.reading is not None, found.failed
    table = found.reading.lines
    wanted = [(kpi, scope) in set(MEASURES) for kpi, scope in zip(table["kpi"], table["scope"], strict=True)]
    return table[wanted].sort_values(["replication", "kpi", "scope", "year"], ignore_index=True)


def files(out: Path) -> dict[str, int]:
    """Every file of the store, with the time at which it was written."""
    return {str(path.relative_to(out)): path.stat().st_mtime_ns for path in sorted(out.rglob("*.parquet"))}


def test_a_point_is_what_the_whole_run_has_to_the_last_bit(tmp_path: Path) -> None:
    runs = point_runs(tmp_path)
    [planned] = ships(runs, 3)
    runs.run([planned])
    world = prepare("tutorial", (*FEW_DAYS, "fleets.feeders.count=3"))
    whole = run_world(world, Options(out=tmp_path / "runs", figures=False))
    assert planned.run_id == whole.run_id
    kpis = whole.kpis
    wanted = [(kpi, scope) in set(MEASURES) for kpi, scope in zip(kpis["kpi"], kpis["scope"], strict=True)]
    expected = kpis[wanted].sort_values(["replication", "kpi", "scope", "year"], ignore_index=True)
    found = lines(runs, planned)
    assert set(zip(found["kpi"], found["scope"], strict=True)) == set(MEASURES)
    for column in ("value", "weight", "contribution"):
        np.testing.assert_array_equal(found[column].to_numpy(float), expected[column].to_numpy(float), column)
    for column in ("replication", "kpi", "scope", "year", "unit"):
        assert found[column].astype(str).tolist() == expected[column].astype(str).tolist()


def test_what_is_stored_is_not_done_again_and_only_what_is_missing_is_added(tmp_path: Path) -> None:
    runs = point_runs(tmp_path)
    planned = ships(runs, 1, 2)
    assert runs.standing(planned).missing == 6
    runs.run(planned, 1)
    first = files(tmp_path)
    assert len(first) == 2
    assert runs.standing(planned).done == 2
    again = point_runs(tmp_path)
    more = ships(again, 2, 1, 3)
    again.run(more, 2)
    second = files(tmp_path)
    assert len(second) == 6
    assert {path: second[path] for path in first} == first
    assert again.standing(more, 2).done == 6
    assert left_over(tmp_path) == []
    fresh = point_runs(tmp_path / "fresh")
    other = ships(fresh, 3, 1, 2)
    fresh.run(other, 2)
    by_name = {one.point: one for one in other}
    for one in more:
        pd.testing.assert_frame_equal(lines(again, one, 2), lines(fresh, by_name[one.point], 2))


def test_a_point_is_found_by_what_decides_it(tmp_path: Path) -> None:
    runs = point_runs(tmp_path)
    [two] = ships(runs, 2)
    assert ships(runs, 2) == [two]
    names = {
        two.point,
        *(one.point for one in ships(runs, 3)),
        *(one.point for one in ships(point_runs(tmp_path, ["seed=11"]), 2)),
        *(one.point for one in ships(point_runs(tmp_path, ["period.end=2024-02-11"]), 2)),
        *(one.point for one in ships(point_runs(tmp_path, engine="reference"), 2)),
    }
    assert len(names) == 5
    [more] = ships(point_runs(tmp_path, ["replications=9"]), 2)
    assert more.point == two.point
    assert more.run_id != two.run_id
    assert point_runs(tmp_path, measures=MEASURES[:1]).indicators != runs.indicators
    assert point_runs(tmp_path, measures=MEASURES[::-1]).indicators == runs.indicators


def test_a_point_that_fails_is_a_row_with_its_reason_and_the_others_run(tmp_path: Path, monkeypatch) -> None:
    real, calls = point_work.Worker.tables, []

    def fails(self, replication, *more):
        calls.append(replication)
        if self.job.scenario.changes[-1].value == 2 and replication == 1:
            raise RunError("two ships wait for each other")
        return real(self, replication, *more)

    monkeypatch.setattr(point_work.Worker, "tables", fails)
    runs = point_runs(tmp_path, workers=1)
    planned = ships(runs, 1, 2)
    runs.run(planned)
    standing = runs.standing(planned)
    assert (standing.done, standing.missing, standing.failed) == (4, 0, 2)
    assert standing.reasons == {planned[1].point: "two ships wait for each other"}
    assert runs.read(planned[1]).failed == "two ships wait for each other"
    assert runs.read(planned[1]).contributions(MEASURES[0]) == []
    assert not runs.read(planned[0]).failed
    rows = pd.read_parquet(runs.store.path(planned[1].point, runs.indicators, 1))
    assert rows[["part", "failed"]].to_numpy().tolist() == [["failed", "two ships wait for each other"]]
    calls.clear()
    point_runs(tmp_path).run(planned)
    runs.run(planned)
    assert calls == []  # it fails by itself, and would again
    forced = point_runs(tmp_path, force=True, workers=1)
    forced.run(ships(forced, 2))
    assert calls == [0, 1]


def test_what_the_machine_failed_at_is_done_again(tmp_path: Path, monkeypatch) -> None:
    def fails(self, replication, *more):
        raise MemoryError

    runs = point_runs(tmp_path, workers=2)
    planned = ships(runs, 1)
    with monkeypatch.context() as patched:
        patched.setattr(point_work.Worker, "tables", fails)
        runs.run(planned, 1)
    assert runs.standing(planned, 1).failed == 1
    assert "out of memory" in runs.read(planned[0], 1).failed
    runs.run(planned, 1)
    assert runs.standing(planned, 1).done == 1


def test_processes_and_threads_store_the_same_and_what_kills_a_process_is_named(tmp_path: Path, monkeypatch) -> None:
    """The reference engine in two processes, of which one dies, and the compiled one on two threads and on one."""
    monkeypatch.setattr(lanes, "start", _start_deadly)
    found = []
    for name, engine, workers in (("a", "reference", 2), ("b", "compiled", 2), ("c", "compiled", 1)):
        runs = point_runs(tmp_path / name, engine=engine, workers=workers)
        planned = [*ships(runs, 4, 2), runs.plan(["period.end=2024-02-12"])]
        assert [bool(one.rebuilt) for one in planned] == [False, False, True]
        runs.run(planned, 1)
        standing = runs.standing(planned, 1)
        if engine == "reference":
            assert (standing.done, standing.missing, standing.failed) == (2, 0, 1)
            assert standing.reasons == {planned[0].point: lanes.DIED}
        else:
            assert standing.done == 3
        found.append([lines(runs, one, 1) for one in planned[1:]])
    for one, two, three in zip(*found, strict=True):
        pd.testing.assert_frame_equal(one, two)
        pd.testing.assert_frame_equal(one, three)


def _start_deadly(job: point_work.PointJob) -> None:
    """As ``point_work.start``, but four ships end the process."""
    import os

    point_work.start(job)
    real = point_work.Worker.tables

    def deadly(self, *given):
        if any(change.value == 4 for change in self.job.scenario.changes):
            os._exit(9)
        return real(self, *given)

    point_work.Worker.tables = deadly


@pytest.mark.parametrize("damage", ["cut", "changed", "renamed", "other"])
def test_a_damaged_file_counts_as_none_and_is_written_anew(tmp_path: Path, damage: str, capsys) -> None:
    runs = point_runs(tmp_path)
    planned = ships(runs, 1)
    runs.run(planned, 2)
    before = lines(runs, planned[0], 2)
    path = runs.store.path(planned[0].point, runs.indicators, 0)
    data = path.read_bytes()
    if damage == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "changed":
        path.write_bytes(data[:100] + bytes([data[100] ^ 1]) + data[101:])
    elif damage == "renamed":
        path.write_bytes(runs.store.path(planned[0].point, runs.indicators, 1).read_bytes())
    else:
        path.write_bytes(b"")
    assert runs.standing(planned, 2).missing == 1
    assert "1 of 2 replications are missing" in runs.read(planned[0], 2).failed
    runs.run(planned, 2)
    assert "it is thrown away" in capsys.readouterr().err
    pd.testing.assert_frame_equal(lines(runs, planned[0], 2), before)


@pytest.mark.parametrize("told", ['{"store_version": 2}', "[]", "no JSON", "{}"])
def test_a_store_of_another_version_is_refused_before_anything_runs(tmp_path: Path, told: str) -> None:
    (tmp_path / POINTS).mkdir()
    (tmp_path / POINTS / STORE_FILE).write_text(told)
    with pytest.raises(InputError, match="was made by another version of the program"):
        point_runs(tmp_path)


def test_every_column_of_the_store_is_described() -> None:
    import io

    head = Head("p", "i", 0, 1, (), "compiled", "c", 0.0, Failure("why"))
    table = pd.read_parquet(io.BytesIO(encoded(head, {})))
    assert list(table.columns) == list(COLUMNS)
    assert table.loc[0, ["point", "replication", "seed", "failed"]].tolist() == ["p", 0, 1, "why"]


def test_a_store_that_is_not_there_has_nothing(tmp_path: Path) -> None:
    store = PointStore(tmp_path / "none")
    assert store.head("p", "i", 0) is None
    assert list(store.heads("p", "i", 3)) == []
    assert list(tmp_path.iterdir()) == []
