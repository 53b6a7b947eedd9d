"""Lots that weigh as they depart: what is published of a flow by hand, who goes on, and who leaves by which way."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.analysis.balance import balance_rows
from sim.analysis.ledger import ledger
from sim.analysis.records import run_info
from sim.clock import DAY_S, HOUR_S
from sim.contract.reading import left_by, weighed
from sim.model.build import build
from sim.model.draws import Model
from sim.network.world import World
from sim.scenario.demand import SettledDemand, Weighed
from tests.oracle.statistics import FALSE_ALARM
from tests.oracle.test_choices import fork
from tests.oracle.world import Run, departures, model, run, set_out_at

YEAR = {"start": "2025-01-01", "end": "2025-06-30"}
LINE = {"nodes": {"a": {}, "b": {}}, "links": {"ab": {"from": "a", "to": "b", "length_km": 240, "speed_kmh": 10}}}
#: Everybody bears two days more than the usual one, nobody three.
BEARS_TWO: dict[str, Any] = {
    "ways": ("sea",),
    "usual_s": DAY_S,
    "late_s": 2 * DAY_S,
    "permille": 0,
    "after": 1,
    "over": 1,
    "more_d": (0.0, 2.0, 3.0),
    "stays": ((1.0, 1.0, 0.0),),
    "leaves": (((1.0,), (1.0,)),),
}


def weighing(world: World, **own: Any) -> Model:
    """The model of a world in which the lots of its flow F weigh."""
    told = Weighed(days=(world.scenario.period_start,), **{**BEARS_TWO, **own})
    settled = SettledDemand({}, (), (), {}, {}, {"F": told})
    return build(replace(world, scenario=replace(world.scenario, settled=settled)))


def line(folder: Path, count: int, *, gate: dict[str, Any] | None = None, own: Any = None, **flow: Any) -> Model:
    """From a to b in a day, and through a gate at b that takes no time; ``count`` lots depart on one day."""
    tables: dict[str, Any] = {
        **LINE,
        "flows": {"F": {"origin": "a", "destination": "b", "quantity_per_year": departures(count), **flow}},
        "facilities": {"gate": {"node": "b", "capacity": 99, **(gate or {})}},
        "processes": {"gate": {"node": "b", "facility": "gate", "duration": "1 s"}},
    }
    return weighing(model(folder, tables, **YEAR).world, **(own or {}))


def decisions(result: Run) -> list[int]:
    return weighed(result.plan, result.draws, result.trace).tolist()


def at_noon(days: list[int]) -> list[int]:
    return [day * DAY_S + DAY_S // 2 for day in days]


def test_a_lot_that_leaves_ends_at_its_origin_and_uses_nothing(tmp_path):
    built = line(tmp_path, 3, own={"stays": ((0.0, 0.0, 0.0),)}, in_corridor_total=True)
    result = run(built)
    assert decisions(result) == [1, 1, 1]
    assert result.journey_s() == {0: 0, 1: 0, 2: 0}
    lots, ways = left_by(result.plan, result.draws, np.array(decisions(result)))
    assert (lots.tolist(), ways) == ([0, 1, 2], ["sea"] * 3)
    info = run_info(built.world)
    book = ledger(result.plan, result.draws, result.trace, info.flows, info.origin)
    balance = {(kpi, scope): value for kpi, scope, _, value, *_ in balance_rows(book)}
    told = [balance[f"balance_{name}_lots", "corridor"] for name in ("in", "out", "diverted", "end", "lost")]
    assert told == [0, 0, 3, 0, 0]


def test_after_a_closure_cargo_comes_back_with_the_lag(tmp_path):
    """The gate is shut in February. Whoever departs then waits for it; in March it is known that these have taken two
    weeks so far, in April that they arrived in March after two weeks, in May that nobody came and nobody waits."""
    shut = {"closures": [{"from_day": "2025-02-01", "to_day": "2025-03-01", "share_open": 0, "cause": "works"}]}
    built = line(tmp_path, 150, gate=shut)
    result = run(built, draws=set_out_at(built, {"F": at_noon(list(range(150)))}))
    first = np.cumsum([0, 31, 28, 31, 30])
    went = [set(decisions(result)[a:b]) for a, b in pairwise(first)]
    assert went == [{0}, {0}, {1}, {1}]
    assert set(decisions(result)[first[-1] :]) == {0}


@pytest.mark.parametrize(("bears_min", "goes"), [(17 * 60, 0), (17 * 60 - 1, 1)])
def test_what_is_known_is_the_mean_and_the_worth_of_the_spread(tmp_path, bears_min, goes):
    """Two journeys of 10 and 20 hours: mean 15, standard deviation 5 hours, of which 0.4 count: 17 hours."""
    ways = [{"name": "b", "via": ["b"], "share": 1}, {"name": "c", "via": ["c"], "share": 1}]
    world = model(tmp_path, fork(ways, {"rule": "share"}, 3, {"b": 10, "c": 20}), **YEAR).world
    bears_d = bears_min / (24 * 60)
    own = {"usual_s": 0, "permille": 400, "more_d": (0.0, bears_d, bears_d + 1e-7)}
    built = weighing(world, **own)
    for replication in range(20):
        draws = set_out_at(built, {"F": at_noon([0, 1, 40])}, replication)
        result = Run(built.plan, draws, run(built, draws=draws).trace)
        if len(set(result.journey_s()[lot] for lot in (0, 1))) == 2:
            break
    assert sorted(result.journey_s()[lot] for lot in (0, 1)) == [10 * HOUR_S, 20 * HOUR_S]
    assert decisions(result) == [0, 0, goes]


def test_what_is_late_and_on_its_way_is_known_and_what_is_not_late_is_not(tmp_path):
    """One lot waits for ever at the gate. On 31 January it has been on its way for 30.5 days, on 28 February for 58.5."""
    shut = {"capacity": [{"value": 0}, {"from": "2025-06-01", "value": 1}]}
    for late_d, known in ((20, 30.5), (40, None)):
        own = {"late_s": late_d * DAY_S, "more_d": (0.0, 29.4, 29.5 + 1e-6), "stays": ((1.0, 1.0, 0.0),)}
        built = line(tmp_path / str(late_d), 2, gate=shut, own=own)
        result = run(built, draws=set_out_at(built, {"F": at_noon([0, 40])}))
        assert decisions(result) == [0, 1 if known else 0]


def test_times_are_known_after_the_lag_and_over_the_months_said(tmp_path):
    """In January two journeys of 4 days, later of 1; of 3.4 everybody has enough.

    Known at once they drive away the lot of February, and over two months that of March too; known a month later that of
    March, and in April the two count beside one of a day that went in February: 3 days.
    """
    gate = {"capacity": [{"value": 0}, {"from": "2025-01-05", "value": 99}]}
    for after, over, wanted in ((1, 1, [1, 0, 0]), (2, 1, [0, 1, 0]), (1, 2, [1, 1, 0]), (2, 2, [0, 1, 0])):
        own = {"after": after, "over": over, "more_d": (0.0, 2.4, 2.5), "stays": ((1.0, 1.0, 0.0),)}
        built = line(tmp_path / f"{after}{over}", 5, gate=gate, own=own)
        result = run(built, draws=set_out_at(built, {"F": [0, 1, 33 * DAY_S, 62 * DAY_S, 92 * DAY_S]}))
        assert decisions(result)[2:] == wanted, (after, over)


def test_parts_of_the_plan_leave_by_their_ways(tmp_path):
    """Half of the plan bears the usual time; of those who do not, three in ten are not shipped at all."""
    own = {
        "ways": ("sea", ""),
        "more_d": (-1.0, 0.0, 1.0),
        "stays": ((1.0, 0.5, 0.1),),
        "leaves": (((0.7, 0.3), (0.7, 0.3)),),
    }
    result = run(line(tmp_path, 4000, own=own))
    count = np.bincount(decisions(result), minlength=3)
    assert stats.binomtest(int(count[0]), 4000, 0.5).pvalue > FALSE_ALARM
    assert stats.binomtest(int(count[2]), int(count[1:].sum()), 0.3).pvalue > FALSE_ALARM


def test_lots_that_depart_together_decide_alike(tmp_path):
    own = {"stays": ((0.5, 0.5, 0.5),), "more_d": (-1.0, 0.0, 1.0)}
    by_three = np.array(decisions(run(line(tmp_path, 120, own=own, lots_together=3)))).reshape(-1, 3)
    assert (by_three == by_three[:, :1]).all()
    assert set(by_three[:, 0]) == {0, 1}


def test_a_weighing_leaves_the_luck_of_those_who_go_on(tmp_path):
    """Durations are drawn as they are without it, so that runs stay paired."""
    tables = {
        **LINE,
        "flows": {"F": {"origin": "a", "destination": "b", "quantity_per_year": departures(50)}},
        "processes": {"p": {"node": "b", "duration": {"dist": "exponential", "mean": "9 h"}}},
    }
    plain = model(tmp_path, tables, **YEAR)
    before = run(plain).journey_s()
    assert run(weighing(plain.world)).journey_s() == before
    some = run(weighing(plain.world, stays=((0.5, 0.5, 0.5),)))
    went = [lot for lot, way in enumerate(decisions(some)) if way == 0]
    assert 0 < len(went) < 50
    assert {lot: some.journey_s()[lot] for lot in went} == {lot: before[lot] for lot in went}
