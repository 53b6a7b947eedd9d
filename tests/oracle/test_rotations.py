"""Rotations that call at a port several times: lots board and land at the right calls, worked out by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from sim.analysis.attribution import attribute
from sim.clock import HOUR_S
from sim.contract.plan import Cause
from sim.contract.trace import BOARD, CALL
from sim.errors import InputError
from sim.model.vessels import direct_voyages
from tests.oracle.sea import KNOT_KMH
from tests.oracle.world import Run, model, run, set_out_at

#: Hours at sea between two ports, whichever.
SEA_H = 20
MARCH = {"start": "2025-01-01", "end": "2025-03-31", "run_out": "60 d"}


def world(rotation, flows, *, vessels=1, calls=None, facilities=None, limit=100, wait_h=0, first_port=0):
    """Ports ``SEA_H`` apart; each letter of ``rotation`` is a call, ``calls`` adds fields by call."""
    ports = sorted(set(rotation))
    joined = {tuple(sorted(pair)) for pair in pairwise([*rotation, rotation[0]])} | {tuple(sorted(f)) for f in flows}
    row = {"mode": "sea_container", "speed_kmh": 20, "length_km": SEA_H * 10 * KNOT_KMH}
    berths = {f"berth_{p}": {"node": p, "kind": "berth", "capacity": 9} for p in ports}
    return {
        "nodes": {p: {"kind": "port"} for p in ports},
        "links": {f"l_{a}{b}": {"from": a, "to": b, **row} for a, b in sorted(joined)},
        "facilities": {**berths, **(facilities or {})},
        "services": {
            "boats": {
                "rotation": [
                    {"port": p, "berth": f"berth_{p}", **(calls or {}).get(k, {})} for k, p in enumerate(rotation)
                ],
                "departure": {"rule": "full", "longest_wait": f"{wait_h} h"},
            }
        },
        "fleets": {"ship": {"service": "boats", "count": vessels, "limits": {"teu": limit}, "first_port": first_port}},
        "flows": {
            a + b: {"origin": a, "destination": b, "quantity_per_year": 365, "arrivals": "regular", **fields}
            for (a, b), fields in flows.items()
        },
    }


def pairs(*names, **fields):
    return {tuple(name): fields for name in names}


def sea_hours(result: Run) -> dict[str, set[float]]:
    """Flow -> hours from loaded to landed of its lots."""
    boards, plan = result.trace.boards, result.plan
    on, off = boards[:, BOARD.index("load_end")], boards[:, BOARD.index("landed")]
    flow = result.draws.lot_flow[boards[:, 0]]
    hours, landed = (off - on) / HOUR_S, off >= 0
    return {name: set(hours[landed & (flow == f)].tolist()) for f, name in enumerate(plan.flow_name)}


@pytest.mark.parametrize(
    ("rotation", "start", "stop", "found"),
    [
        ("bc", "b", "c", [(0, 1)]),
        ("bc", "c", "b", [(1, 0)]),
        ("bcdc", "b", "c", [(0, 1)]),
        ("bcdc", "c", "d", [(1, 2)]),  # not from call 3, which comes to c again before d
        ("bcdc", "d", "c", [(2, 3)]),
        ("bcdc", "c", "b", [(3, 0)]),
        ("bcdc", "b", "d", [(0, 2)]),
        ("bcbd", "b", "d", [(2, 3)]),
        ("bcbd", "d", "c", [(3, 1)]),
        ("bcbc", "b", "c", [(0, 1), (2, 3)]),  # both calls are as good: the first ship takes a lot
        ("bcbdbc", "b", "c", [(0, 1), (4, 5)]),
        ("abcadc", "a", "c", [(0, 2), (3, 5)]),
        ("abxacab", "a", "b", [(0, 1), (5, 6)]),
        ("abacb", "a", "b", [(0, 1), (2, 4)]),  # the shorter first
    ],
)
def test_voyages_between_two_ports(rotation, start, stop, found):
    assert list(direct_voyages(list(rotation), start, stop)) == found


@pytest.mark.parametrize("vessels", [1, 3])
@pytest.mark.parametrize("rotation", ["bcdc", "bcbd", "bcbdbc", "bcbc"])
def test_between_neighbours_every_lot_is_at_sea_for_one_leg(tmp_path, rotation, vessels):
    legs = {a + b for a, b in pairwise([*rotation, rotation[0]])}
    result = run(model(tmp_path, world(rotation, pairs(*sorted(legs)), vessels=vessels), **MARCH))
    assert sea_hours(result) == {leg: {float(SEA_H)} for leg in legs}
    segments = attribute(result.plan, result.draws, result.trace)
    landed = result.trace.lots[result.trace.lots[:, 2] >= 0, 0]
    moving_s = segments.by_cause_s[landed[result.draws.lot_reported[landed]], Cause.MOVING]
    assert set(moving_s.tolist()) == {SEA_H * HOUR_S}


def test_lots_board_whichever_call_of_their_port_comes_first(tmp_path):
    """One ship b - c - b - c is at b every 40 h: a lot that comes an hour after it has left waits for 39 h."""
    built = model(tmp_path, world("bcbc", pairs("bc")), **MARCH)
    lots, some = built.draw(0).n_lot, 40
    times = [HOUR_S * (41 + 40 * min(k, some)) for k in range(lots)]
    result = run(built, draws=set_out_at(built, {"bc": times}))
    spans = result.spans("board/boats/0-1+2-3")[:some]
    assert {(start - request) / HOUR_S for _, request, start, _ in spans} == {39.0}


def test_each_call_has_its_own_times_and_rule(tmp_path):
    """Loading for d at the second call at c takes 1 h a box, at the first 2 h; b lands 3 h a box, d 5 h."""
    calls = {
        1: {"load_per_unit": "2 h"},
        3: {"load_per_unit": "1 h"},
        0: {"discharge_per_unit": "3 h"},
        2: {"discharge_per_unit": "5 h"},
    }
    tables = world("bcdc", pairs("cb", "cd"), calls=calls, wait_h=2)
    result = run(model(tmp_path, tables, **MARCH))
    column = {name: result.trace.boards[:, BOARD.index(name)] for name in BOARD}
    flow = np.array(result.plan.flow_name)[result.draws.lot_flow[column["lot"]]]
    done = column["landed"] >= 0
    for name, load_h, discharge_h in (("cb", 1, 3), ("cd", 2, 5)):
        mine = done & (flow == name)
        assert set(((column["load_end"] - column["load_start"])[mine] / HOUR_S).tolist()) == {load_h}
        assert set(((column["landed"] - column["discharge_start"])[mine] / HOUR_S).tolist()) == {discharge_h}


def test_equal_calls_with_times_of_their_own(tmp_path):
    """b - c - b - c with 1 h a box at one call and 3 h at the other: each box takes what its ship's call takes."""
    dated = [{"value": "3 h"}, {"from": "2025-02-01", "value": "4 h"}]
    calls = {0: {"load_per_unit": "1 h"}, 2: {"load_per_unit": dated}}
    result = run(model(tmp_path, world("bcbc", pairs("bc"), calls=calls, wait_h=1), **MARCH))
    assert CALL[:3] == ("vessel", "call", "port")
    call_of = {(v, n): c for v, n, c in result.trace.calls[:, :3].tolist()}
    column = {name: result.trace.boards[:, BOARD.index(name)] for name in BOARD}
    for k in np.flatnonzero(column["load_end"] >= 0):
        call = call_of[column["vessel"][k], column["call_from"][k]]
        hours = (column["load_end"][k] - column["load_start"][k]) / HOUR_S
        late = column["load_start"][k] >= 31 * 24 * HOUR_S
        assert hours == {0: 1, 2: 4 if late else 3}[call]


def test_calls_with_different_yards_are_refused_where_both_may_be_taken(tmp_path):
    yards = {f"yard_{k}": {"node": "c", "kind": "yard", "unit": "teu", "capacity": 50} for k in (1, 3)}
    calls = {1: {"yard": "yard_1"}, 3: {"yard": "yard_3"}}
    with pytest.raises(InputError, match="several times, and shipments of flow 'bc' may be landed at each"):
        model(tmp_path, world("bcbc", pairs("bc"), calls=calls, facilities=yards), **MARCH)


def test_each_of_two_calls_has_its_own_yard(tmp_path):
    """b - c - d - c: what comes from b lands in one yard, what comes from d in the other."""
    yards = {f"yard_{k}": {"node": "c", "kind": "yard", "unit": "teu", "capacity": 50} for k in (1, 3)}
    calls = {1: {"yard": "yard_1"}, 3: {"yard": "yard_3"}}
    tables = world("bcdc", pairs("bc", "dc"), calls=calls, facilities=yards)
    tables["processes"] = {}
    tables["cargo"] = {"TEU": {"teu": 1}, "box": {"teu": 1}}
    tables["flows"]["dc"]["cargo"] = "box"
    tables["services"]["boats"]["cargo"] = ["TEU", "box"]
    for k, cargo in ((1, "TEU"), (3, "box")):
        tables["processes"][f"out_{k}"] = {
            "node": "c",
            "action": "release",
            "facility": f"yard_{k}",
            "units": "load",
            "cargo": [cargo],
        }
    result = run(model(tmp_path, tables, **MARCH))
    took = {
        name: {
            result.plan.facilities.name[result.plan.needs.facility[need]]
            for lot, need in result.trace.rows[:, [0, 2]].tolist()
            if lot < result.draws.n_lot
            and result.plan.flow_name[result.draws.lot_flow[lot]] == name
            and result.plan.operations.name[result.plan.needs.op[need]].startswith("call/")
        }
        for name in ("bc", "dc")
    }
    assert took == {"bc": {"yard_1"}, "dc": {"yard_3"}}
