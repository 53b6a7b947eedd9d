"""Borders by hand: barriers, their strengths, daily passes, opening hours, inspection of a share.

All but the two statistical comparisons are exact to the second; those falsely alarm once in 100,000 seeds.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from sim.clock import DAY_S, HOUR_S
from tests.oracle.line import exponential, line
from tests.oracle.statistics import assert_mean
from tests.oracle.world import clock, departures, model, run, set_out_at

MONTH = {"start": "2025-01-01", "end": "2025-01-31"}
PAPERS = {"dist": "lognormal", "mean": "8 h", "cv": 0.5}
#: Midnight in Almaty is 19:00 UTC.
RESETS = {"at": "00:00", "zone": "Asia/Almaty"}


def border(scale, duration=PAPERS, **flow):
    """Handling, papers of the given strength, handling, without any queue."""
    yard = {"dist": "triangular", "low": "1 h", "mode": "2 h", "high": "6 h"}
    papers = {"duration": duration, "barrier": "documents", "cause": "barrier"}
    tables = line([("before", None, {"duration": yard}), ("papers", None, papers), ("after", None, {"duration": yard})],
                  {"F": {"quantity_per_year": 3650, **flow}})  # fmt: skip
    return {**tables, "barriers": {"documents": scale}}


def test_a_removed_barrier_saves_each_lot_its_own_duration(tmp_path):
    """Random papers, random handling, one luck: every single journey is shorter by what its papers took."""
    today = run(model(tmp_path / "today", border({"kz": {"scale": 1}}), **MONTH))
    removed = run(model(tmp_path / "removed", border({"kz": {"scale": 0}}), **MONTH))
    took = {mover: end - start for mover, _, start, end in today.spans("process/papers")}
    long, short = today.journey_s(), removed.journey_s()
    arrived = long.keys() & short.keys()
    assert len(arrived) > 250
    assert all(long[lot] - short[lot] == took[lot] for lot in arrived)
    assert len({took[lot] for lot in arrived}) > 200
    assert not any(end > start for _, _, start, end in removed.spans("process/papers"))


@pytest.mark.parametrize(("rows", "goods", "hours"), [
    ({"kz": 0.5}, None, 4), ({"kz": 0.5, "a": 0.5}, None, 2), ({"kz": 1, "b": 0}, None, 8),
    ({"kz": 0.5, "a": 0.5, "grain": 0.25}, "grain", 0.5), ({"kz": 0.5, "grain": 0.25}, None, 4),
    ({"kz": 1, "grain": 2}, "grain", 16),
])  # fmt: skip
def test_strength_is_the_product_over_country_node_and_goods(tmp_path, rows, goods, hours):
    scales = {key: {"scale": scale} for key, scale in rows.items()}
    tables = border(scales, "8 h", quantity_per_year=departures(3), goods=goods)
    tables["flows"]["other"] = {**tables["flows"]["F"], "goods": "grain"}  # so that there is such a class
    built = model(tmp_path, tables, **MONTH)
    result = run(built)
    flow = built.plan.flow_name.index("F")
    own = f"process/papers/{goods}" if goods in rows else "process/papers"
    spans = [s for s in result.spans(own) if result.luck.lot_flow[s[0]] == flow]
    assert [end - start for _, _, start, end in spans] == [hours * HOUR_S] * 3


def test_strength_changes_on_its_date(tmp_path):
    scale = [{"value": 1}, {"from": "2025-01-10", "value": 0.25}]
    built = model(tmp_path, border({"kz": {"scale": scale}}, "8 h"), **MONTH)
    spans = run(built).spans("process/papers")
    changed = clock(built, "2025-01-10 00:00")
    took = {(start >= changed, end - start) for _, _, start, end in spans if end >= 0}
    assert took == {(False, 8 * HOUR_S), (True, 2 * HOUR_S)}


# -- passes a day


def gate(capacity, flows=None, **process):
    tables = line([("gate", {"kind": "quota", "capacity": capacity, "resets": RESETS}, process)],
                  flows or {"F": {"quantity_per_year": departures(10)}})  # fmt: skip
    return tables


def test_a_pass_a_day_for_each_in_turn(tmp_path):
    """Ten lots at noon, three passes a day: three at once, three at each midnight, one on the third."""
    built = model(tmp_path, gate(3), **MONTH)
    noon = clock(built, "2025-01-01 12:00")
    result = run(built, luck=set_out_at(built, {"F": [noon] * 10}))
    midnights = [clock(built, f"2025-01-0{day} 19:00") for day in (1, 2, 3)]
    starts = [start for _, _, start, _ in result.spans("process/gate")]
    assert starts == [noon] * 3 + [midnights[0]] * 3 + [midnights[1]] * 3 + [midnights[2]]
    assert [mover for mover, *_ in result.spans("process/gate")] == list(range(10))
    assert result.journey_s() == {lot: start - noon + 1 for lot, start in enumerate(starts)}  # one second by road


def test_unused_passes_lapse(tmp_path):
    """One lot on the first day leaves two of three passes over; the five of the second day get three."""
    built = model(tmp_path, gate(3, {"F": {"quantity_per_year": departures(6)}}), **MONTH)
    first, second = clock(built, "2025-01-01 12:00"), clock(built, "2025-01-02 12:00")
    result = run(built, luck=set_out_at(built, {"F": [first] + [second] * 5}))
    reset = clock(built, "2025-01-02 19:00")
    assert [start for _, _, start, _ in result.spans("process/gate")] == [first, *[second] * 3, reset, reset]


def test_a_pass_taken_a_second_before_midnight_is_back_at_midnight(tmp_path):
    built = model(tmp_path, gate(1, {"F": {"quantity_per_year": departures(3)}}), **MONTH)
    reset = clock(built, "2025-01-01 19:00")
    result = run(built, luck=set_out_at(built, {"F": [reset - 1, reset - 1, reset]}))
    assert [start for _, _, start, _ in result.spans("process/gate")] == [reset - 1, reset, reset + DAY_S]


def test_passes_of_every_day_follow_the_recursion(tmp_path):
    """Random lots, eight passes a day and fifteen from 15 January: each local day lets through the least
    of its passes and of all that have come."""
    dated = [{"value": 8}, {"from": "2025-01-15", "value": 15}]
    flow = {"arrivals": "poisson", "quantity_per_year": 365 * 10}
    built = model(tmp_path, gate(dated, {"F": flow}), **MONTH)
    for replication in range(5):
        result = run(built, replication)
        spans = result.spans("process/gate")
        days = [clock(built, f"2025-01-{day:02d} 19:00") for day in range(1, 31)]
        changed = clock(built, "2025-01-15 00:00")
        came = np.array([request for _, request, _, _ in spans])
        passed = np.array([start for _, _, start, _ in spans if start >= 0])
        waiting = int((came < days[0]).sum() - (passed < days[0]).sum())
        for begins, ends in pairwise(days):
            passes = 15 if ends >= changed else 8  # on the day in which the number rises: seven more at once
            waiting += int(((came >= begins) & (came < ends)).sum())
            through = int(((passed >= begins) & (passed < ends)).sum())
            assert through <= passes
            assert through == min(passes, waiting)
            waiting -= through


def test_classes_have_passes_of_their_own(tmp_path):
    """Wagons wait for days, boxes that come later pass at once; grain in boxes needs a pass of each of two classes."""
    quota = {"kind": "quota", "resets": RESETS}
    tables = line(
        [("wagons", {**quota, "capacity": 1}, {"cargo": ["wagon"]}),
         ("boxes", {**quota, "capacity": 5}, {"cargo": ["TEU"]}),
         ("grain", {**quota, "capacity": 1}, {"goods": ["grain"]})],
        {"W": {"quantity_per_year": departures(3), "cargo": "wagon"}, "B": {"quantity_per_year": departures(2)},
         "G": {"quantity_per_year": departures(2), "goods": "grain"}},
    )  # fmt: skip
    tables["cargo"] = {"TEU": {"teu": 1}, "wagon": {"wagon": 1}}
    built = model(tmp_path, tables, **MONTH)
    noon, reset = clock(built, "2025-01-01 12:00"), clock(built, "2025-01-01 19:00")
    result = run(built, luck=set_out_at(built, {"W": [noon] * 3, "B": [noon + 60] * 2, "G": [noon + 60] * 2}))
    assert [s[2] for s in result.spans("process/wagons")] == [noon, reset, reset + DAY_S]
    assert [s[2] for s in result.spans("process/boxes")] == [noon + 60] * 4
    assert [s[2] for s in result.spans("process/grain")] == [noon + 60, reset]


# -- opening hours and holidays


@pytest.mark.parametrize(("policy", "start", "end"), [
    ("finish", "2025-01-02 12:30", "2025-01-02 16:30"),  # begun in time, done after hours
    ("suspend", "2025-01-02 12:30", "2025-01-08 07:30"),  # half an hour, then five days closed, then the rest
    ("not_started", "2025-01-08 04:00", "2025-01-08 08:00"),  # waits for a day that is long enough
])  # fmt: skip
def test_an_office_closed_for_holidays(tmp_path, policy, start, end):
    """Four hours of papers, asked for at 17:30 local time of a Thursday whose office closes at 18:00.

    Friday the 3rd, Monday the 6th and Tuesday the 7th are holidays, the 4th and 5th a weekend.
    """
    hours = {"open": "09:00", "close": "18:00", "zone": "Asia/Almaty",
             "weekdays": ["Mon", "Tue", "Wed", "Thu", "Fri"],
             "holidays": ["2025-01-03", "2025-01-06", "2025-01-07"]}  # fmt: skip
    tables = line([("office", {"hours": hours, "on_closure": policy}, {"duration": "4 h"})],
                  {"F": {"quantity_per_year": departures(1)}})  # fmt: skip
    built = model(tmp_path, tables, **MONTH)
    asked = clock(built, "2025-01-02 12:30")
    (span,) = run(built, luck=set_out_at(built, {"F": [asked]})).spans("process/office")
    assert span == (0, asked, clock(built, start), clock(built, end))


# -- inspection


def test_inspection_takes_its_share_times_its_mean(tmp_path):
    """5 % of the lots wait 12 h on average: 0.6 h a lot. Tolerance at most 15 %."""
    scan = ("scan", None, {"duration": exponential(12), "share": 0.05})
    tables = line([scan], {"F": {"quantity_per_year": 365 * 50}})
    built = model(tmp_path, tables, start="2025-01-01", end="2025-12-31", run_out="10 d")
    means, shares = [], []
    for k in range(20):
        result = run(built, k)
        journeys = np.array(list(result.journey_s().values())) - 1  # a second by road
        means.append(journeys.mean() / HOUR_S)
        shares.append((journeys > 0).mean())
    assert_mean(means, 0.6, resolution=0.15)
    assert_mean(shares, 0.05, resolution=0.1)


def test_inspected_or_not_is_the_same_luck_when_the_share_grows(tmp_path):
    """Those opened at 5 % are opened at 20 % too, for as long."""
    spans = []
    for share in (0.05, 0.2):
        scan = ("scan", None, {"duration": exponential(12), "share": share})
        tables = line([scan], {"F": {"quantity_per_year": 7300}})
        result = run(model(tmp_path / str(share), tables, start="2025-01-01", end="2025-06-30", run_out="10 d"))
        spans.append({m: end - start for m, _, start, end in result.spans("process/scan") if end > start})
    few, many = spans
    assert len(few) > 100
    assert len(many) > 3 * len(few)
    assert few.items() <= many.items()
