"""What is done is let go at once, without waiting for the collector of cycles: that comes late where there are few objects."""

from __future__ import annotations

import gc
import tracemalloc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.errors import DrawsExhausted, RunError
from sim.indicators import Measure
from sim.model.build import build
from sim.runs import lanes, point_work, worker
from sim.runs.options import Options
from sim.runs.point_runs import PointRuns
from sim.runs.prepare import prepare

FEW_DAYS = ("period.end=2024-01-12", "period.warm_up=2 d", "period.run_out=10 d")
MEDIAN = Measure("transit_p50", "corridor")


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Cycles stay."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def first_too_short(monkeypatch: pytest.MonkeyPatch) -> list[weakref.ref]:
    """Of every replication the first draws do not suffice, as on a long run with fast ships; those that were tried."""
    tried: list[weakref.ref] = []
    find = worker.find_engine

    def found(name: str):
        run, again = find(name), []

        def runs_out(plan, draws):
            tried.append(weakref.ref(draws))
            if not again:
                again.append(True)
                raise DrawsExhausted("vessel v made more calls than were drawn")
            return run(plan, draws)

        return runs_out

    monkeypatch.setattr(worker, "find_engine", found)
    return tried


def test_draws_that_were_too_short_are_let_go(first_too_short: list, no_collector: None) -> None:
    model = build(prepare("tutorial", FEW_DAYS))
    draws, _ = worker.simulate(model, "compiled", 0)
    assert len(first_too_short) == 2
    assert first_too_short[0]() is None
    assert first_too_short[1]() is draws
    del draws, _
    assert first_too_short[1]() is None


def test_draws_that_never_suffice_are_told_with_the_last_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(plan, draws):
        raise DrawsExhausted("vessel v made more calls than were drawn")

    monkeypatch.setattr(worker, "find_engine", lambda name: never)
    with pytest.raises(RunError, match="replication 0: vessel v made more calls than were drawn, even after"):
        worker.simulate(build(prepare("tutorial", FEW_DAYS)), "compiled", 0)


def test_memory_does_not_grow_with_the_number_of_points(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first_too_short: list, no_collector: None
) -> None:
    """What stays of a point is its name and its plan: kilobytes, where one replication has hundreds of arrays."""
    for module in (lanes, point_work):
        monkeypatch.setattr(module, "AT_ONCE", 2)
    monkeypatch.setattr(point_work, "_MODELS", 2)  # those are kept, and no more
    runs = PointRuns("tutorial", FEW_DAYS, [MEDIAN], Options(out=tmp_path, workers=2))

    def bytes_after(points: range) -> int:
        planned = [runs.plan([f"fleets.feeders.count={1 + k % 3}", f"seed={k}"]) for k in points]
        runs.run(planned, 1)
        assert all(runs.read(one, 1).contributions(MEDIAN) for one in planned)
        return tracemalloc.get_traced_memory()[0]

    bytes_after(range(1))  # what is imported
    tracemalloc.start()
    try:
        first = bytes_after(range(1, 4))
        tracemalloc.reset_peak()
        then = bytes_after(range(4, 12))
        of_one = tracemalloc.get_traced_memory()[1] - first
    finally:
        tracemalloc.stop()
    assert of_one > 500_000
    assert (then - first) / 8 < 60_000, f"{(then - first) / 8:,.0f} bytes a point"
