"""The longest wait for a train may change on dates and may be random: drawn for each lot, from when it came."""

from __future__ import annotations

import numpy as np
import pytest

from sim.clock import HOUR_S
from tests.oracle.world import clock, model, run, set_out_at

FEBRUARY = {"start": "2023-01-01", "end": "2023-02-28", "run_out": "10 d"}
HOURS_47_TO_49 = {"dist": "uniform", "low": "47 h", "high": "49 h"}


def built(folder, duration, *, units=10, action="gather", per_day=1, processes=None):
    """One lot of 1 TEU at noon, ``per_day`` times a day, by rail; trains of 10 form as the row ``rule`` says."""
    row = {"node": "a" if action == "gather" else "b", "action": action, "units": units, "duration": duration}
    tables = {
        "nodes": {n: {} for n in "abc"},
        "links": {"ab": {"from": "a", "to": "b", "mode": "rail"}, "bc": {"from": "b", "to": "c", "mode": "rail"}},
        "processes": {"rule": row, **(processes or {})},
        "flows": {
            "F": {
                "origin": "a",
                "destination": "c",
                "modes": ["rail"],
                "arrivals": "regular",
                "train": 10,
                "quantity_per_year": 365 * per_day,
                "formation_wait": "0 s",
            }
        },
    }
    return model(folder, tables, **FEBRUARY)


def waits_h(result):
    op = next(o for o in result.plan.operations.name if o.startswith("gather/") and "process/rule" in o)
    rows = result.rows(op)
    return rows[:, 4], (rows[:, 5] - rows[:, 4]) / HOUR_S


@pytest.mark.parametrize("action", ["gather", "reform"])
def test_a_dated_wait_holds_for_lots_that_come_from_its_date_on(tmp_path, action):
    """One lot a day and 12 h: each leaves alone. From February 60 h: three leave together after 60, 36 and 12 h."""
    change = [{"value": "12 h"}, {"from": "2023-02-01", "value": "60 h"}]
    world = built(tmp_path, change, action=action)
    came, waited = waits_h(run(world))
    before = came < clock(world, "2023-02-01 00:00")
    assert set(waited[before]) == {12.0}
    later = waited[~before]
    assert set(later[: len(later) // 3 * 3].reshape(-1, 3).sum(axis=0) / (len(later) // 3)) == {60.0, 36.0, 12.0}


def test_the_first_in_line_keeps_the_wait_of_the_day_on_which_it_came(tmp_path):
    """100 h until 3 January, then 12 h: who came before waits 100 h, and takes along those that came after."""
    world = built(tmp_path, [{"value": "100 h"}, {"from": "2023-01-03", "value": "12 h"}])
    draws = world.draw(0)
    hours = [1.0, 60.0, 102.0] + [2000.0] * (draws.n_lot - 3)
    _, waited = waits_h(run(world, draws=set_out_at(world, {"F": [round(h * HOUR_S) for h in hours]})))
    assert waited[:3].tolist() == [100.0, 41.0, 12.0]


def test_a_random_wait_is_drawn_for_each_train(tmp_path):
    """47 to 49 h, one lot a day: trains of two or three lots, of which the first has waited for the drawn time."""
    world = built(tmp_path, HOURS_47_TO_49)
    came, waited = waits_h(run(world))
    leaves = came + waited * HOUR_S
    longest = np.array([waited[leaves == t].max() for t in np.unique(leaves)])
    assert ((longest >= 47) & (longest <= 49)).all()
    assert len(np.unique(longest)) > 10
    assert 24 < waited.mean() < 36  # three lots wait 24.5 h on average, two lots 35.5 h


def test_what_is_drawn_does_not_depend_on_the_way_ahead(tmp_path):
    """A step that follows the formation leaves the drawn waits alone."""
    drawn = []
    for name, papers in (("without", {}), ("with", {"papers": {"node": "b", "scope": "train", "duration": "1 h"}})):
        draws = built(tmp_path / name, HOURS_47_TO_49, processes=papers).draw(0)
        drawn.append(draws.move_s[draws.move_s > 46 * HOUR_S])
    assert len(drawn[0]) == draws.n_lot
    assert np.array_equal(*drawn)


def test_lots_that_are_enough_do_not_wait(tmp_path):
    world = built(tmp_path, HOURS_47_TO_49, units=2, per_day=4)
    _, waited = waits_h(run(world))
    assert waited.max() <= 6.0
