"""Attribution: hand-made journeys give the pieces that a pencil gives, real ones add up to the second."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.attribution import Segments, attribute, door_to_door_s
from sim.analysis.records import TABLES, replication_tables, run_info
from sim.contract.plan import Cause, Kind
from sim.errors import CheckFailed
from tests.analysis.handmade import NEED, make_draws, make_plan, make_trace
from tests.oracle.world import departures, model, run, set_out_at


def pieces(segments: Segments, lot: int) -> list[tuple]:
    """(cause, place, from, to, backlog) of a lot in time order."""
    mine = segments.pick(segments.lot == lot)
    order = np.argsort(mine.from_s)
    return [
        (
            Cause(mine.cause[i]).name,
            mine.places[mine.place[i]],
            int(mine.from_s[i]),
            int(mine.to_s[i]),
            bool(mine.backlog[i]),
        )
        for i in order
    ]


def test_waiting_is_cut_at_closing_and_what_a_closing_leaves_behind_is_backlog():
    draws = make_draws([0, 5], capacity={"lane": [(0, 1), (10, 0), (50, 1)]})
    trace = make_trace(
        [(0, -1, "papers", 1, 0, 0, 60, 60), (1, -1, "papers", 1, 5, 60, 70, 70)], [(0, 0, 60), (1, 5, 70)], 100
    )
    segments = attribute(make_plan(), draws, trace)
    assert pieces(segments, 0) == [("BARRIER", "documents", 0, 60, False)]
    assert pieces(segments, 1) == [
        ("CAPACITY", "lane", 5, 10, False),
        ("CLOSURE", "lane", 10, 50, False),
        ("CAPACITY", "lane", 50, 60, True),
        ("BARRIER", "documents", 60, 70, False),
    ]


def test_a_queue_that_emptied_since_the_closing_is_no_backlog():
    draws = make_draws([0, 100, 100], capacity={"lane": [(0, 1), (10, 0), (50, 1)]})
    trace = make_trace(
        [
            (0, -1, "papers", 1, 0, 50, 60, 60),
            (1, -1, "papers", 1, 100, 100, 130, 130),
            (2, -1, "papers", 1, 100, 130, 140, 140),
        ],
        [(0, 0, 60), (1, 100, 130), (2, 100, 140)],
        200,
    )
    assert pieces(attribute(make_plan(), draws, trace), 2)[0] == ("CAPACITY", "lane", 100, 130, False)


def test_paused_work_is_put_down_to_the_closing_and_kept_units_are_not_time():
    draws = make_draws([0], capacity={"lane": [(0, 1), (20, 0), (45, 1)]})
    trace = make_trace(
        [(0, -1, "papers", 1, 0, 0, 65, 90), (0, -1, "travel", 1, 65, 90, 200, 120)],
        [(0, 0, 200)],
        300,
        pauses=[(0, NEED["papers"], 20, 45)],
    )
    assert pieces(attribute(make_plan(), draws, trace), 0) == [
        ("BARRIER", "documents", 0, 20, False),
        ("CLOSURE", "lane", 20, 45, False),
        ("BARRIER", "documents", 45, 65, False),
        ("CAPACITY", "lane", 65, 90, False),
        ("MOVING", "railway", 90, 200, False),
    ]


def test_a_trains_time_is_that_of_each_of_its_lots():
    draws = make_draws([0, 30])
    trace = make_trace(
        [
            (0, -1, "gather", 0, 0, 30, 30, 30),
            (1, -1, "gather", 0, 30, 30, 30, 30),
            (0, 7, "travel", 1, 30, 40, 100, 50),
            (0, 7, "split", 0, 100, 100, 100, 100),
            (0, -1, "papers", 1, 100, 100, 110, 110),
            (1, -1, "papers", 1, 100, 100, 105, 105),
        ],
        [(0, 0, 110), (1, 30, 105)],
        200,
        members=[(0, 7, 30, 100), (1, 7, 30, 100)],
    )
    segments = attribute(make_plan(), draws, trace)
    together = [("CAPACITY", "lane", 30, 40, False), ("MOVING", "railway", 40, 100, False)]
    assert pieces(segments, 0) == [
        ("FORMATION", "mine", 0, 30, False),
        *together,
        ("BARRIER", "documents", 100, 110, False),
    ]
    assert pieces(segments, 1) == [*together, ("BARRIER", "documents", 100, 105, False)]


#: A voyage: lot 0 waits from 0, the entry is shut 10..30 and 180..190, cranes stop 60..65 and 235..240.
VOYAGE = {
    "rows": [(0, -1, "board", 0, 0, 50, 260, 260), (0, -1, "yard_need", 10, 215, 222, 222, 222)],
    "boards": [(0, 0, 0, 1, 0, 50, 70, 215, 230, 260)],
    "calls": [
        (0, 0, 0, 20, 22, 30, 35, 40, 45, 90, 95, 100, 1, 0),
        (0, 1, 1, 170, 175, 192, 200, 205, -1, -1, -1, -1, 0, 1),
    ],
    "pauses": [(1, NEED["load_need"], 60, 65), (1, NEED["load_need"], 235, 240)],
}
SHUT = {"entry": [(0, 1), (10, 0), (30, 1), (180, 0), (190, 1)]}


def test_a_voyage_is_cut_at_every_moment_of_the_ship():
    trace = make_trace(VOYAGE["rows"], [(0, 0, 260)], 300, **{k: VOYAGE[k] for k in ("boards", "calls", "pauses")})
    segments = attribute(make_plan(), make_draws([0], capacity=SHUT), trace)
    assert pieces(segments, 0) == [
        ("VESSEL", "ferry", 0, 10, False),
        ("CLOSURE", "entry", 10, 30, False),
        ("VESSEL", "ferry", 30, 50, False),
        ("HANDLING", "ferry", 50, 60, False),
        ("CLOSURE", "crane", 60, 65, False),
        ("HANDLING", "ferry", 65, 70, False),
        ("VESSEL", "ferry", 70, 90, False),  # loaded, the ship still waits for others
        ("CAPACITY", "entry", 90, 95, False),
        ("MOVING", "ferry", 95, 100, False),
        ("MOVING", "ferry", 100, 170, False),
        ("CAPACITY", "berth", 170, 175, False),
        ("CAPACITY", "entry", 175, 180, False),
        ("CLOSURE", "entry", 180, 190, False),
        ("CAPACITY", "entry", 190, 192, False),
        ("MOVING", "ferry", 192, 200, False),
        ("HANDLING", "ferry", 200, 205, False),
        ("HANDLING", "ferry", 205, 215, False),  # others are discharged first
        ("CAPACITY", "yard", 215, 222, False),
        ("CAPACITY", "crane", 222, 230, False),
        ("HANDLING", "ferry", 230, 235, False),
        ("CLOSURE", "crane", 235, 240, False),
        ("HANDLING", "ferry", 240, 260, False),
    ]


def test_waiting_for_a_berth_while_the_entry_is_shut_is_closure():
    calls = [VOYAGE["calls"][0], (0, 1, 1, 170, 191, 192, 200, 205, -1, -1, -1, -1, 0, 1)]
    trace = make_trace(VOYAGE["rows"], [(0, 0, 260)], 300, boards=VOYAGE["boards"], calls=calls)
    found = pieces(attribute(make_plan(), make_draws([0], capacity=SHUT), trace), 0)
    assert [p for p in found if 170 <= p[2] < 192] == [
        ("CAPACITY", "berth", 170, 180, False),
        ("CLOSURE", "entry", 180, 190, False),
        ("CAPACITY", "berth", 190, 191, False),
        ("CAPACITY", "entry", 191, 192, False),
    ]


@pytest.mark.parametrize("stopped_s", [5, 20, 40, 55, 62, 80, 92, 97, 120, 172, 178, 195, 203, 210, 218, 225, 237, 250])
def test_a_voyage_that_the_stop_interrupts_adds_up_at_any_second(stopped_s):
    def known(row: tuple, first: int) -> tuple:
        return (*row[:first], *(-1 if isinstance(x, int) and x > stopped_s else x for x in row[first:]))

    boards = [known(b, 4) for b in VOYAGE["boards"] if b[5] <= stopped_s]
    boards = [(*b[:3], 1 if b[7] >= 0 else -1, *b[4:]) for b in boards]
    calls = [(*known(c[:12], 3), *c[12:]) for c in VOYAGE["calls"] if c[3] <= stopped_s]
    rows = [known(r, 4) for r in VOYAGE["rows"] if r[4] <= stopped_s]
    pauses = [known(p, 2) for p in VOYAGE["pauses"] if p[2] <= stopped_s]
    trace = make_trace(rows, [(0, 0, -1)], stopped_s, boards=boards, calls=calls, pauses=pauses)
    found = pieces(attribute(make_plan(), make_draws([0], capacity=SHUT), trace), 0)
    full = make_trace(VOYAGE["rows"], [(0, 0, 260)], 300, **{k: VOYAGE[k] for k in ("boards", "calls", "pauses")})
    whole = pieces(attribute(make_plan(), make_draws([0], capacity=SHUT), full), 0)
    expected = [(c, p, a, min(b, stopped_s), k) for c, p, a, b, k in whole if a < stopped_s]
    assert found == expected


def test_calls_on_the_way_are_part_of_the_journey():
    calls = [
        (0, 0, 0, 0, 0, 0, 0, 0, 0, 20, 20, 20, 1, 0),
        (0, 1, 1, 50, 60, 60, 60, 62, 70, 90, 95, 100, 0, 0),
        (0, 2, 0, 150, 150, 150, 150, 150, -1, -1, -1, -1, 0, 1),
    ]
    trace = make_trace(
        [(0, -1, "board", 0, 0, 0, 170, 170)],
        [(0, 0, 170)],
        200,
        calls=calls,
        boards=[(0, 0, 0, 2, 0, 0, 10, 150, 150, 170)],
    )
    found = pieces(attribute(make_plan(), make_draws([0]), trace), 0)
    assert [(p[0], p[2], p[3]) for p in found] == [
        ("HANDLING", 0, 10),
        ("VESSEL", 10, 20),
        ("MOVING", 20, 50),
        ("CAPACITY", 50, 60),
        ("HANDLING", 60, 62),
        ("HANDLING", 62, 70),
        ("VESSEL", 70, 90),
        ("CAPACITY", 90, 95),
        ("MOVING", 95, 100),
        ("MOVING", 100, 150),
        ("HANDLING", 150, 170),
    ]


def test_a_journey_with_a_gap_is_refused():
    trace = make_trace([(0, -1, "papers", 1, 0, 0, 10, 10), (0, -1, "travel", 1, 13, 13, 20, 20)], [(0, 0, 20)], 50)
    with pytest.raises(CheckFailed, match="shipment 0 of flow coal took 20 s, its parts add up to 17 s"):
        attribute(make_plan(), make_draws([0]), trace)


def test_only_followed_lots_have_segments(tutorial):
    some = np.zeros(tutorial.draws.n_lot, bool)
    some[::7] = True
    segments = attribute(tutorial.plan, tutorial.draws, tutorial.trace, some)
    assert set(np.unique(segments.lot)) <= set(np.flatnonzero(some))


def test_real_journeys_are_tiled_to_the_second(tutorial):
    everyone = np.ones(tutorial.draws.n_lot, bool)
    segments = attribute(tutorial.plan, tutorial.draws, tutorial.trace, everyone)
    order = np.lexsort((segments.from_s, segments.lot))
    lot, begin, end = segments.lot[order], segments.from_s[order], segments.to_s[order]
    same = lot[1:] == lot[:-1]
    assert (begin[1:][same] == end[:-1][same]).all()
    lasts = np.bincount(lot, weights=end - begin, minlength=tutorial.draws.n_lot)
    assert (lasts == door_to_door_s(tutorial.trace, tutorial.draws.n_lot)).all()
    assert {Cause.MOVING, Cause.HANDLING, Cause.BARRIER, Cause.VESSEL, Cause.FORMATION, Cause.CLOSURE} <= set(
        Cause(c) for c in np.unique(segments.cause)
    )


def test_closure_lies_within_closings_and_capacity_outside(tutorial):
    plan, draws = tutorial.plan, tutorial.draws
    segments = attribute(plan, draws, tutorial.trace)
    names = np.array(segments.places, object)[segments.place]
    facility_of = {name: i for i, name in enumerate(plan.facilities.name)}
    waiting = np.isin(segments.cause, (Cause.CAPACITY, Cause.CLOSURE))
    assert waiting.sum() > 10
    for k in np.flatnonzero(waiting):
        f = facility_of[names[k]]
        a, b = draws.timeline_ptr[f : f + 2]
        times, capacity = draws.timeline_s[a:b], draws.timeline_capacity[a:b]
        first = np.searchsorted(times, segments.from_s[k], side="right") - 1
        last = np.searchsorted(times, segments.to_s[k], side="left") - 1
        shut = capacity[first : last + 1] == 0
        assert shut.all() if segments.cause[k] == Cause.CLOSURE else not shut.any()


def test_an_asset_that_is_awaited_is_its_own_cause():
    plan = make_plan()
    cause = plan.operations.cause.copy()
    cause[plan.operations.kind == Kind.ACQUIRE] = Cause.ASSET
    trace = make_trace([(0, -1, "take", 10, 0, 40, 40, 40), (0, -1, "papers", 1, 40, 40, 50, 50)], [(0, 0, 50)], 60)
    assert pieces(attribute(make_plan(changes={"operations.cause": cause}), make_draws([0]), trace), 0)[0] == (
        "ASSET",
        "yard",
        0,
        40,
        False,
    )


def test_a_world_without_any_facility_has_all_its_tables(tmp_path):
    """Trains of three on a line that nothing limits: all time is that of forming and of the way."""
    tables = {
        "nodes": {"a": {}, "b": {}},
        "links": {"line": {"from": "a", "to": "b", "mode": "rail", "length_km": 100, "speed_kmh": 20}},
        "flows": {
            "F": {
                "origin": "a",
                "destination": "b",
                "quantity_per_year": departures(4),
                "train": 3,
                "formation_wait": "2 h",
            }
        },
    }
    built = model(tmp_path, tables, start="2025-01-01", end="2025-01-03", run_out="5 d")
    assert built.plan.facilities.name == ()
    result = run(built, draws=set_out_at(built, {"F": [0, 600, 3600, 7200]}))
    made = replication_tables(built.plan, result.draws, result.trace, run_info(built.world), 0, keep_operations=True)
    assert set(TABLES) - set(made) == {"assets", "costs", "markets", "passages", "port_stays", "unfinished"}
    assert [len(made[name]) for name in ("facilities", "closures", "voyages")] == [0, 0, 0]
    assert made["links"][["link", "from_node", "to_node", "trains", "lots"]].to_numpy().tolist() == [
        ["line", "a", "b", 2, 4]
    ]
    shipments = made["shipments"].sort_values("set_out")
    assert shipments["formation_h"].tolist() == pytest.approx([1, 5 / 6, 0, 2])
    assert shipments["moving_h"].tolist() == [5] * 4
    assert shipments["transit_h"].tolist() == pytest.approx((shipments["formation_h"] + 5).tolist())
