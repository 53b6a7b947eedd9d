"""Closures against theory: the fluid queue behind a closed gate, and storms as alternating renewals.

Statistical comparisons falsely alarm once in 100,000 seeds; the tolerance they may have is stated.
"""

from __future__ import annotations

import numpy as np
import pytest

from sim.clock import DAY_S, HOUR_S
from tests.oracle.line import exponential, line
from tests.oracle.statistics import assert_mean
from tests.oracle.world import departures, model, run, set_out_at


def test_closure_is_a_fluid_queue(tmp_path):
    """Ten lots a day, room for fifteen, closed for three days: 30 wait, and it clears in 30 / 5 days.

    Lots are whole and one is in service: the queue may be off by one lot, the clearing by a fifth of a day.
    """
    closed = {"from_day": "2025-01-11", "to_day": "2025-01-14", "cause": "works"}
    tables = line(
        [("gate", {"closures": [closed]}, {"duration": "96 min"})],
        {"F": {"arrivals": "regular", "quantity_per_year": 3650}},
    )
    result = run(model(tmp_path, tables, start="2025-01-01", end="2025-01-31"))
    rows = result.rows("process/gate")
    waiting = rows[rows[:, 5] > rows[:, 4]]
    moments = np.concatenate((waiting[:, 4], waiting[:, 5]))
    order = np.lexsort((np.repeat([1, 0], len(waiting)), moments))
    queue = np.cumsum(np.repeat([1, -1], len(waiting))[order])
    assert abs(int(queue.max()) - 30) <= 1
    reopened = 13 * DAY_S
    assert waiting[0, 4] >= 10 * DAY_S
    assert (waiting[:, 5].max() - reopened) / DAY_S == pytest.approx(6, abs=0.2)


def stormy(closed_share: float = 0.3, seas=("north",), spell_h: float = 48):
    """A gate for each sea, each closed by its own storms, of two days on average unless said otherwise."""
    tables = line([(f"gate_{s}", {}, {"duration": "1 h"}) for s in seas], {"F": {}})
    spell = exponential(spell_h)
    weather = {
        s: {"closed_share_by_month": [closed_share] * 12, "spell": spell, "closes": {f"gate_{s}": 1.0}} for s in seas
    }
    return {**tables, "weather": weather}


def closed_spells(draws, plan, facility: str) -> np.ndarray:
    """[n, 2] closed from, to (seconds) of whole spells within the run."""
    f = plan.facilities.name.index(facility)
    a, b = draws.timeline_ptr[f], draws.timeline_ptr[f + 1]
    times, capacity = draws.timeline_s[a:b], draws.timeline_capacity[a:b]
    starts = np.flatnonzero(capacity == 0)
    starts = starts[(starts + 1 < len(times)) & (times[starts] > 0)]
    return np.column_stack((times[starts], times[starts + 1]))


@pytest.mark.parametrize(("spell_h", "end"), [(48, "2029-12-31"), (3, "2011-12-31")])
def test_share_closed_and_mean_spell(tmp_path, spell_h, end):
    """Closed 30 % of the time, in spells of two days or of three hours. Open time comes between spells.

    Tolerance at most 10 % of the share and of the spell.
    """
    built = model(tmp_path, stormy(spell_h=spell_h), start="2010-01-01", end=end)
    shares, spells = [], []
    for k in range(20):
        draws = built.draw(k)
        closed = np.diff(closed_spells(draws, built.plan, "gate_north"), axis=1)[:, 0]
        shares.append(closed.sum() / built.period_end_s)
        spells.append(closed.mean() / HOUR_S)
    assert_mean(shares, 0.3, resolution=0.1)
    assert_mean(spells, spell_h, resolution=0.1)


def test_storms_that_close_some_of_the_spells(tmp_path):
    """A facility with share 0.4 closes only in spells that also close the one with share 1, 40 % of them.

    Binomial test over about 20,000 spells: tolerance 4.5 standard deviations, 0.016 (once in 100,000).
    """
    tables = stormy(seas=("north",))
    tables["facilities"] = {**tables["facilities"], "quay": {"node": "a"}}
    tables["weather"]["north"]["closes"] = {"gate_north": 1.0, "quay": 0.4}
    built = model(tmp_path, tables, start="2010-01-01", end="2029-12-31")
    some, every = [], []
    for k in range(20):
        draws = built.draw(k)
        gate = {tuple(s) for s in closed_spells(draws, built.plan, "gate_north").tolist()}
        quay = {tuple(s) for s in closed_spells(draws, built.plan, "quay").tolist()}
        assert quay <= gate
        some.append(len(quay))
        every.append(len(gate))
    tolerance = 4.5 * np.sqrt(0.4 * 0.6 / sum(every))
    assert tolerance < 0.02
    assert abs(sum(some) / sum(every) - 0.4) < tolerance


def test_more_storms_on_one_sea_leave_the_other_alone(tmp_path):
    period = {"start": "2025-01-01", "end": "2025-12-31"}
    calm = model(tmp_path / "calm", stormy(0.2, ("north", "south")), **period)
    rough_tables = stormy(0.2, ("north", "south"))
    rough_tables["weather"]["north"]["closed_share_by_month"] = [0.6] * 12
    rough = model(tmp_path / "rough", rough_tables, **period)
    for k in range(3):
        a, b = calm.draw(k), rough.draw(k)
        south = [closed_spells(draws, calm.plan, "gate_south").tolist() for draws in (a, b)]
        north = [closed_spells(draws, calm.plan, "gate_north").tolist() for draws in (a, b)]
        assert south[0] == south[1] != []
        assert sum(t - f for f, t in north[1]) > sum(t - f for f, t in north[0])


def test_works_that_last_beyond_what_a_second_count_holds(tmp_path):
    """One facility shuts until 2199, long after the run; the next by name is open, and no rule is said to be broken."""
    works = [{"from_day": "2025-01-02", "to_day": "2199-12-31", "cause": "works"}]
    tables = {
        "nodes": {"a": {}, "b": {}, "c": {}},
        "links": {x + y: {"from": x, "to": y} for x, y in ("ab", "bc")},
        "facilities": {"first": {"node": "b", "closures": works}, "second": {"node": "b", "capacity": 2}},
        "processes": {
            name: {"node": "b", "order": k, "facility": name, "duration": "1 h"}
            for k, name in enumerate(("first", "second"))
        },
        "flows": {"F": {"origin": "a", "destination": "c", "quantity_per_year": departures(2)}},
    }
    built = model(tmp_path, tables, start="2025-01-01", end="2025-01-05")
    result = run(built, draws=set_out_at(built, {"F": [0, 3600]}))
    assert sorted(result.journey_s().values()) == [7202, 7202]
