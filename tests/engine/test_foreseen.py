"""Processes whose times are known when they are asked for: the compiled engine works them off without its calendar.

Their rows are the reference engine's, to the second and to the end of the run, and so is the number of events: ``run``
and the random networks of ``test_parity`` insist on both.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from sim.engine.compiled import simulation as compiled
from sim.engine.compiled.foresight import delays, foreseeable_units
from tests.oracle.line import line
from tests.oracle.world import Run, departures, model, run, set_out_at, simulate_on_both

HOUR_S, DAY_S = 3_600, 86_400
HOURS = {"open": "06:00", "close": "18:00", "zone": "UTC"}


def boxes(folder, stations, lots=4, **period):
    """A model of boxes that pass stations one after the other."""
    tables = line(stations, {"F": {"quantity_per_year": departures(lots)}})
    return model(folder, tables, **({"start": "2025-01-01", "end": "2025-01-01"} | period))


@pytest.fixture
def attempts(monkeypatch):
    """The units told ahead in each attempt at a run."""
    made = []

    class Counted(compiled.Tables):
        def __init__(self, plan, draws, units):
            made.append(units.tolist())
            super().__init__(plan, draws, units)

    monkeypatch.setattr(compiled, "Tables", Counted)
    return made


def test_what_is_told_ahead(tmp_path):
    """In order of requests, one unit each, all of the capacity or none, and nothing that closing stops."""
    half = [{"value": 2}, {"from": "2025-01-02", "value": 1}]
    stations = [
        ("plain", {"capacity": 3}, {}),
        ("gate", {"capacity": 2, "hours": HOURS}, {}),
        ("stopped", {"capacity": 2, "hours": HOURS, "on_closure": "suspend"}, {}),
        ("halved", {"capacity": half}, {}),
        ("urgent", {"capacity": 1, "discipline": "priority"}, {}),
        ("nothing", None, {}),
    ]
    built = boxes(tmp_path, [(*station, {"duration": "1 h"}) for *station, _ in stations], end="2025-01-03")
    told = dict(zip(built.plan.facilities.name, foreseeable_units(built.plan, built.draw(0)).tolist(), strict=True))
    assert told == {"plain": 3, "gate": 2, "stopped": 0, "halved": 0, "urgent": 0}
    free = [name for name, is_delay in zip(built.plan.operations.name, delays(built.plan), strict=True) if is_delay]
    assert "process/nothing" in free


def test_delays_are_cut_off_where_the_run_stops(tmp_path, attempts):
    """Three delays of 10 h from 0 h on: the third is under way at midnight, a fourth has not been asked for."""
    built = boxes(tmp_path, [(f"d{k}", None, {"duration": "10 h"}) for k in range(4)], lots=2)
    found = run(built, draws=set_out_at(built, {"F": [0, 15 * HOUR_S]}))
    assert found.spans("process/d2") == [(0, 20 * HOUR_S, 20 * HOUR_S, -1)]
    assert found.spans("process/d3") == []
    assert found.spans("process/d0")[1] == (1, 15 * HOUR_S, 15 * HOUR_S, -1)
    assert len(attempts) == 1


def test_who_would_wait_beyond_the_end_has_no_start(tmp_path, attempts):
    built = boxes(tmp_path, [("s", {"capacity": 1}, {"duration": "11 h"}), ("d", None, {"duration": "1 h"})], lots=3)
    found = run(built, draws=set_out_at(built, {"F": [0, HOUR_S, 2 * HOUR_S]}))
    assert found.spans("process/s") == [
        (0, 0, 0, 11 * HOUR_S),
        (1, HOUR_S, 11 * HOUR_S, 22 * HOUR_S),
        (2, 2 * HOUR_S, 22 * HOUR_S, -1),
    ]
    assert len(attempts) == 1
    assert attempts[0] == [1]


def test_a_gate_lets_in_what_comes_free_as_it_closes(tmp_path, attempts):
    """Open 6 to 18 h: work that ends at 18 h calls the next, who is begun; who comes later waits for the morning."""
    built = boxes(tmp_path, [("s", {"capacity": 1, "hours": HOURS}, {"duration": "6 h"})], 5, end="2025-01-03")
    found = run(built, draws=set_out_at(built, {"F": [0, 0, 7 * HOUR_S, 18 * HOUR_S, 19 * HOUR_S]}))
    starts = [start // HOUR_S for _, _, start, _ in found.spans("process/s")]
    assert starts == [6, 12, 18, 30, 36]
    assert len(attempts) == 1


def test_units_held_longer_than_the_work_and_shorter(tmp_path, attempts):
    """An hour's work, its unit held for two hours by the first, for half an hour by the second."""
    built = boxes(tmp_path, [("s", {"capacity": 1}, {"duration": "1 h"})], lots=3)
    draws = set_out_at(built, {"F": [0, 0, 0]})
    step = built.plan.programs.op.tolist().index(built.plan.operations.name.index("process/s"))
    hold_s = draws.hold_s.copy()
    hold_s[draws.lot_draw + built.plan.programs.draw[step]] = np.array([2 * HOUR_S, HOUR_S // 2, 30 * HOUR_S])
    found = run(built, draws=dataclasses.replace(draws, hold_s=hold_s))
    assert found.rows("process/s")[:, 5:].tolist() == [
        [0, HOUR_S, 2 * HOUR_S],
        [2 * HOUR_S, 3 * HOUR_S, 5 * HOUR_S // 2],
        [5 * HOUR_S // 2, 7 * HOUR_S // 2, -1],  # its unit is not back when the run stops
    ]
    assert len(attempts) == 1


def test_the_times_in_force_at_the_start_count(tmp_path, attempts):
    """Asked for on the first day, started on the second, on which it takes an hour less."""
    dated = [{"value": "20 h"}, {"from": "2025-01-02", "value": "19 h"}]
    built = boxes(tmp_path, [("s", {"capacity": 1}, {"duration": dated})], 2, end="2025-01-03")
    found = run(built, draws=set_out_at(built, {"F": [10 * HOUR_S, 11 * HOUR_S]}))
    assert found.spans("process/s")[1] == (1, 11 * HOUR_S, 30 * HOUR_S, 49 * HOUR_S)
    assert len(attempts) == 1


def test_work_of_no_time_behind_a_queue_is_not_told_ahead(tmp_path, attempts):
    """Its end has a place among other things of one second that is not known when it asks: the run begins anew."""
    built = boxes(tmp_path, [("s", {"capacity": 1}, {"duration": "1 h"}), ("d", None, {"duration": "1 h"})], lots=3)
    draws = set_out_at(built, {"F": [0, 0, 0]})
    step = built.plan.programs.op.tolist().index(built.plan.operations.name.index("process/s"))
    at = draws.lot_draw + built.plan.programs.draw[step]
    hold_s, move_s = draws.hold_s.copy(), draws.move_s.copy()
    hold_s[at[1]] = move_s[at[1]] = 0
    found = run(built, draws=dataclasses.replace(draws, hold_s=hold_s, move_s=move_s))
    assert [start for _, _, start, _ in found.spans("process/s")] == [0, HOUR_S, HOUR_S]
    assert attempts == [[1], [0]]


def test_behind_units_that_are_kept_nothing_is_told_ahead(tmp_path, attempts):
    """They come free as the next start is granted: the second keeps the first station until the second is free."""
    stations = [("first", {"capacity": 1}, {"duration": "1 h"}), ("second", {"capacity": 1}, {"duration": "3 h"})]
    built = boxes(tmp_path, stations, lots=3)
    operations = built.plan.operations
    keeps = np.array([name == "process/first" for name in operations.name])
    plan = dataclasses.replace(built.plan, operations=dataclasses.replace(operations, keeps=keeps))
    draws = set_out_at(built, {"F": [0, 0, 0]})
    found = Run(plan, draws, simulate_on_both(plan, draws))
    assert [start // HOUR_S for _, _, start, _ in found.spans("process/first")] == [0, 1, 4]
    assert attempts == [[0, 0]]
