"""Steps without duration that begin again for ever end the run by name, in both engines; crowds do not."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest

from sim.engine.endless import stock_loops
from sim.engine.reference import simulation as reference
from sim.errors import EndlessLoopError
from tests.oracle.sea import sea
from tests.oracle.test_stocks import lots, railway
from tests.oracle.world import departures, model, run, set_out_at, simulate_on_both

HOUR_S = 3_600
FEW_DAYS = {"start": "2025-01-01", "end": "2025-01-05", "run_out": "5 d"}
AT_ONCE = {"rule": "full", "longest_wait": "0 s"}


def without_time(draws):
    """The same draws, with ships that sail and moor in no time."""
    return dataclasses.replace(draws, sail_s=np.zeros_like(draws.sail_s), moor_s=np.zeros_like(draws.moor_s))


def test_units_that_must_wait_no_time(tmp_path):
    """All flats began at c and are back there at 7 h: they may not go to a, and are asked about again at once."""
    flows = {"F": lots("c", "b", 1, 2), "G": lots("b", "c", 1, 2)}
    built = model(tmp_path, railway({"a": 4, "b": 0, "c": 2}, flows, idle="2 h"), **FEW_DAYS)
    stocks = built.plan.stocks
    at_once = dataclasses.replace(stocks, wait_s=np.where(stocks.wait_s == 2 * HOUR_S, 0, stocks.wait_s))
    plan = dataclasses.replace(built.plan, stocks=at_once)
    draws = set_out_at(built, {"F": [0], "G": [6 * HOUR_S]})
    said = str(stock_loops(plan, plan.facilities.name.index("flats_c"), 7 * HOUR_S))
    assert "7.0 h" in said
    assert "facilities.flats_c.idle_wait" in said
    with pytest.raises(EndlessLoopError, match=f"^{re.escape(said)}$"):
        simulate_on_both(plan, draws)


def test_a_ship_that_sails_in_no_time(tmp_path):
    """Two ships that leave at once go round for ever; the one with the lower number is named."""
    built = model(tmp_path, sea(flows={"F": {"quantity_per_year": 365}}, departure=AT_ONCE, vessels=2), **FEW_DAYS)
    with pytest.raises(EndlessLoopError, match=r"vessel ship/001 began 100,000 steps .* service 'boats'"):
        simulate_on_both(built.plan, without_time(built.draw(0, voyages=800)))


def test_a_ship_that_carries_what_there_is_in_no_time_and_then_waits(tmp_path):
    """Thirty thousand boxes and a ship of one place that needs no time: 120,000 steps in one second, and an end."""
    count = 30_000
    tables = sea(
        flows={"F": {"quantity_per_year": departures(count)}},
        departure={"rule": "full"},
        limit=1,
        west={"departure": AT_ONCE},
    )
    built = model(tmp_path, tables, start="2025-01-01", end="2025-01-02")
    draws = without_time(built.draw(0, voyages=3_500))
    result = run(built, draws=dataclasses.replace(draws, lot_time_s=np.full(count, HOUR_S)))
    assert (result.trace.calls[:, 3] == HOUR_S).sum() > 50_000
    assert set(result.journey_s().values()) == {0}
    assert len(result.journey_s()) == count


def test_a_crowd_at_one_second_passes(tmp_path):
    """Fifty thousand lots set out in one second, pass a gate in no time and a lane one by one, ten in a second."""
    count = 50_000
    tables = {
        "nodes": {"a": {}, "b": {}, "c": {}},
        "links": {x + y: {"from": x, "to": y} for x, y in ("ab", "bc")},
        "facilities": {"gate": {"node": "b", "capacity": count}, "lane": {"node": "b", "capacity": count // 10}},
        "processes": {
            "gate": {"node": "b", "order": 1, "facility": "gate", "duration": "0 s"},
            "lane": {"node": "b", "order": 2, "facility": "lane", "duration": "1 s"},
        },
        "flows": {"F": {"origin": "a", "destination": "c", "quantity_per_year": departures(count)}},
    }
    built = model(tmp_path, tables, start="2025-01-01", end="2025-01-02")
    result = run(built, draws=set_out_at(built, {"F": [HOUR_S] * count}))
    assert sorted(set(result.journey_s().values())) == list(range(3, 13))


def test_counting_begins_anew_with_each_second(tmp_path, monkeypatch):
    """A ship whose round takes a second goes on for ever, and that is its right."""
    monkeypatch.setattr("sim.engine.reference.vessel.MOST_AT_ONE_SECOND", 8)  # a round of two ports has four steps
    built = model(tmp_path, sea(flows={"F": {"quantity_per_year": 365}}, departure=AT_ONCE), **FEW_DAYS)
    draws = without_time(built.draw(0, voyages=40))
    draws.sail_s[1::2] = 600
    assert len(reference.simulate(built.plan, draws).calls) > 1_000
    draws.sail_s[1::2] = 0
    with pytest.raises(EndlessLoopError):
        reference.simulate(built.plan, draws)
