"""The textbook program does the same, operation by operation; and the measurements meet their limits."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from tests.bench import textbook
from tests.bench.__main__ import START_LIMIT_S, report
from tests.bench.line import (
    DAY_S,
    MEAN_BETWEEN_LOTS_S,
    MEAN_SERVICE_S,
    STATIONS,
    line_model,
    lots_of,
    tandem_model,
    trains_model,
)
from tests.bench.measure import cimba_beside
from tests.oracle.world import run


def test_the_textbook_program_agrees_to_the_second(tmp_path):
    """On the same luck every operation of 40 days is requested, started and ended in the same seconds.

    The two share no code but SimPy's heap: queues, a gate with hours, a ferry that sails in batches.
    """
    built = line_model(tmp_path, days=40)
    result = run(built)
    draws, rows = result.draws, result.trace.rows
    order = sorted(range(draws.n_lot), key=draws.lot_time_s.tolist().__getitem__)
    _, records = textbook.run(lots_of(built, draws), until_s=result.trace.stopped_s + 1)
    theirs = {(order[lot], f"process/station{k:02d}"): times for lot, k, *times in records}
    names = [built.plan.operations.name[op] for op in built.plan.needs.op[rows[:, 2]]]
    ours = {
        (lot, name): [request, start, end]
        for name, (lot, _, _, _, request, start, end, _) in zip(names, rows.tolist(), strict=True)
        if name.startswith("process/station") and end >= 0
    }
    assert len(ours) > 30_000
    assert ours.keys() == theirs.keys()
    assert ours == theirs


@pytest.mark.slow  # other programs, of pinned versions: nothing of ours but the bench rests on it
def test_the_other_simulators_have_the_same_queues(tmp_path):
    """Ciw, salabim and the engine agree on the mean journey over the tandem, and with M/M/1 stations in a row.

    Twelve stations of load rho: 12 x service / (1 - rho) (Jackson 1957). Runs of 200 days, so 5 %.
    """
    others = [pytest.importorskip(f"tests.bench.{name}_line", exc_type=ImportError) for name in ("ciw", "salabim")]
    built = tandem_model(tmp_path, days=200)
    trace = run(built).trace
    ended = trace.lots[trace.lots[:, 2] >= 0]
    own = float((ended[:, 2] - ended[:, 1]).mean())
    theory = STATIONS * MEAN_SERVICE_S / (1 - MEAN_SERVICE_S / MEAN_BETWEEN_LOTS_S)
    assert own == pytest.approx(theory, rel=0.05)
    for other in others:
        mean, records = other.run(20 * DAY_S, seed=1)
        assert mean == pytest.approx(theory, rel=0.12)  # a tenth as long
        assert records == pytest.approx(STATIONS * 20 * DAY_S / MEAN_BETWEEN_LOTS_S, rel=0.1)


@pytest.mark.slow  # other programs, of pinned versions: nothing of ours but the bench rests on it
def test_cimba_has_the_same_line():
    """The mean journey over gate and ferry is that of the textbook program: both draw for themselves, so 2 %."""
    if find_spec("cimba") is None:
        pytest.skip("cimba is not installed")
    journeys, _ = textbook.run(textbook.random_lots(5_000, seed=1), 50 * DAY_S)
    with cimba_beside() as ask:
        found = ask(50 * DAY_S, 1)
    assert found["ended"] == pytest.approx(len(journeys), rel=0.05)
    assert found["mean_s"] == pytest.approx(np.mean(journeys), rel=0.02)


def test_trains_gather_whole_and_pass_every_step(tmp_path):
    built = trains_model(tmp_path, trains=20, boxes=80, steps=14)
    trace = run(built).trace
    _, sizes = np.unique(trace.column("members", "train"), return_counts=True)
    assert len(sizes) == 20
    assert set(sizes.tolist()) == {80}
    steps = [name.startswith("process/") for name in built.plan.operations.name]
    done = np.array(steps)[built.plan.needs.op[trace.column("rows", "need")]]
    assert done.sum() == 20 * 14


@pytest.mark.slow
def test_speed_memory_and_start():
    """The report, with limits that hold on a busy machine too: ratios, and never seconds of one program alone.

    Whole paths are held against the reference engine: a ratio to the kernel grows when the kernel becomes quicker.
    """
    measured = report()
    least = {
        "reference": 1.1,
        "textbook": 75,
        "textbook_long": 75,
        "ciw": 150,
        "salabim": 280,
        "rate": 0.85,
        "baseline": 12,
        "whole_reference": 6,
        "lean_reference": 16,
    }
    most = {"lean": 2.2, "row_bytes": 200, "lot_bytes": 24, "start_s": 2 * START_LIMIT_S}
    assert {key: value for key, value in measured.items() if key in least and value < least[key]} == {}
    assert {key: value for key, value in measured.items() if key in most and value > most[key]} == {}
    assert measured["threads"] > 0.6 * measured["machine"]  # other work on the machine takes from both
