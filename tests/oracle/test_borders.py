"""Borders by hand: barriers, their strengths, daily passes, opening hours, inspection of a share.

All but the two statistical comparisons are exact to the second; those falsely alarm once in 100,000 seeds.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from sim.analysis.attribution import attribute
from sim.clock import DAY_S, HOUR_S, to_seconds
from sim.contract.plan import Cause
from sim.errors import InputError
from sim.model import border as border_model
from sim.model.facilities import closed_hours
from sim.network.graph import Leg, applies, build_graph, route, way_of
from sim.network.world import resolve
from sim.scenario.load import load_scenario
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
    tables = line(
        [("before", None, {"duration": yard}), ("papers", None, papers), ("after", None, {"duration": yard})],
        {"F": {"quantity_per_year": 3650, **flow}},
    )
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


@pytest.mark.parametrize(
    ("rows", "goods", "hours"),
    [
        ({"kz": 0.5}, None, 4),
        ({"kz": 0.5, "a": 0.5}, None, 2),
        ({"kz": 1, "b": 0}, None, 8),
        ({"kz": 0.5, "a": 0.5, "grain": 0.25}, "grain", 0.5),
        ({"kz": 0.5, "grain": 0.25}, None, 4),
        ({"kz": 1, "grain": 2}, "grain", 16),
    ],
)
def test_strength_is_the_product_over_country_node_and_goods(tmp_path, rows, goods, hours):
    scales = {key: {"scale": scale} for key, scale in rows.items()}
    tables = border(scales, "8 h", quantity_per_year=departures(3), goods=goods)
    tables["flows"]["other"] = {**tables["flows"]["F"], "goods": "grain"}  # so that there is such a class
    built = model(tmp_path, tables, **MONTH)
    result = run(built)
    flow = built.plan.flow_name.index("F")
    own = f"process/papers/{goods}" if goods in rows else "process/papers"
    spans = [s for s in result.spans(own) if result.draws.lot_flow[s[0]] == flow]
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
    tables = line(
        [("gate", {"kind": "quota", "capacity": capacity, "resets": RESETS}, process)],
        flows or {"F": {"quantity_per_year": departures(10)}},
    )
    return tables


def test_a_pass_a_day_for_each_in_turn(tmp_path):
    """Ten lots at noon, three passes a day: three at once, three at each midnight, one on the third."""
    built = model(tmp_path, gate(3), **MONTH)
    noon = clock(built, "2025-01-01 12:00")
    result = run(built, draws=set_out_at(built, {"F": [noon] * 10}))
    midnights = [clock(built, f"2025-01-0{day} 19:00") for day in (1, 2, 3)]
    starts = [start for _, _, start, _ in result.spans("process/gate")]
    assert starts == [noon] * 3 + [midnights[0]] * 3 + [midnights[1]] * 3 + [midnights[2]]
    assert [mover for mover, *_ in result.spans("process/gate")] == list(range(10))
    assert result.journey_s() == {lot: start - noon + 1 for lot, start in enumerate(starts)}  # one second by road


def test_unused_passes_lapse(tmp_path):
    """One lot on the first day leaves two of three passes over; the five of the second day get three."""
    built = model(tmp_path, gate(3, {"F": {"quantity_per_year": departures(6)}}), **MONTH)
    first, second = clock(built, "2025-01-01 12:00"), clock(built, "2025-01-02 12:00")
    result = run(built, draws=set_out_at(built, {"F": [first] + [second] * 5}))
    reset = clock(built, "2025-01-02 19:00")
    assert [start for _, _, start, _ in result.spans("process/gate")] == [first, *[second] * 3, reset, reset]


def test_a_pass_taken_a_second_before_midnight_is_back_at_midnight(tmp_path):
    built = model(tmp_path, gate(1, {"F": {"quantity_per_year": departures(3)}}), **MONTH)
    reset = clock(built, "2025-01-01 19:00")
    result = run(built, draws=set_out_at(built, {"F": [reset - 1, reset - 1, reset]}))
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
        [
            ("wagons", {**quota, "capacity": 1}, {"cargo": ["wagon"]}),
            ("boxes", {**quota, "capacity": 5}, {"cargo": ["TEU"]}),
            ("grain", {**quota, "capacity": 1}, {"goods": ["grain"]}),
        ],
        {
            "W": {"quantity_per_year": departures(3), "cargo": "wagon"},
            "B": {"quantity_per_year": departures(2)},
            "G": {"quantity_per_year": departures(2), "goods": "grain"},
        },
    )
    tables["cargo"] = {"TEU": {"teu": 1}, "wagon": {"wagon": 1}}
    built = model(tmp_path, tables, **MONTH)
    noon, reset = clock(built, "2025-01-01 12:00"), clock(built, "2025-01-01 19:00")
    result = run(built, draws=set_out_at(built, {"W": [noon] * 3, "B": [noon + 60] * 2, "G": [noon + 60] * 2}))
    assert [s[2] for s in result.spans("process/wagons")] == [noon, reset, reset + DAY_S]
    assert [s[2] for s in result.spans("process/boxes")] == [noon + 60] * 4
    assert [s[2] for s in result.spans("process/grain")] == [noon + 60, reset]


# -- acceptance: passes as a barrier


def acceptance(scale, capacity=3, node_scale=None, **process):
    """Ten lots that ask for passes of the side that accepts, whose barrier has the given strength."""
    tables = gate(capacity, barrier="acceptance", cause="barrier", barrier_country="CN", **process)
    rows = {"cn": {"scale": scale}, "kz": {"scale": 0}} | ({"a": {"scale": node_scale}} if node_scale else {})
    return {**tables, "barriers": {"acceptance": rows}}


def passed_by_day(tmp_path, tables):
    """Lots let through at noon of 1 January and at each midnight after it."""
    built = model(tmp_path, tables, **MONTH)
    noon = clock(built, "2025-01-01 12:00")
    starts = [s[2] for s in run(built, draws=set_out_at(built, {"F": [noon] * 10})).spans("process/gate")]
    instants = [noon, *(clock(built, f"2025-01-{day:02d} 19:00") for day in range(1, 12))]
    assert set(starts) <= set(instants)
    counts = [starts.count(at) for at in instants]
    return counts[: max(k for k, n in enumerate(counts) if n) + 1]


@pytest.mark.parametrize(
    ("scale", "node_scale", "expected"),
    [
        (1, None, [3, 3, 3, 1]),
        (0.5, None, [6, 4]),
        (1, 0.6, [5, 5]),
        (0, None, [10]),
        (1.5, 1.0, [2] * 5),
        (100, None, [1] * 10),  # a strong barrier lets one through a day; a closed one is a capacity of 0
    ],
)
def test_the_strength_of_acceptance_divides_the_passes(tmp_path, scale, node_scale, expected):
    """The country that accepts counts, not the one (strength 0 here) where the train stands."""
    assert passed_by_day(tmp_path, acceptance(scale, node_scale=node_scale)) == expected


def test_a_limit_is_lifted_and_set_again_on_dates(tmp_path):
    scale = [{"value": 3}, {"from": "2025-01-03", "value": 0.75}, {"from": "2025-01-04", "value": 0}]
    built = model(tmp_path, acceptance(scale), **MONTH)
    passes = built.timelines["gate"][0]
    at = [clock(built, f"2025-01-0{day} 00:00") for day in (3, 4)]
    assert passes == [(0, 1), (at[0], 4), (at[1], border_model.NO_LIMIT)]


def test_the_wait_for_a_pass_is_the_barrier_by_name(tmp_path):
    """Seven of ten wait seven hours for midnight in Almaty, four of them on; while nobody is taken it is closed."""
    dated = [{"value": 3}, {"from": "2025-01-02", "value": 0}, {"from": "2025-01-03", "value": 7}]
    tables = acceptance(1, capacity=dated)
    built = model(tmp_path, tables, **MONTH)
    noon = clock(built, "2025-01-01 12:00")
    result = run(built, draws=set_out_at(built, {"F": [noon] * 10}))
    pieces = attribute(result.plan, result.draws, result.trace)
    hours = {}
    for cause, place, lasts_s in zip(pieces.cause, pieces.place, pieces.lasts_s, strict=True):
        key = Cause(cause).name, pieces.places[place]
        hours[key] = hours.get(key, 0) + int(lasts_s)
    waited_s = (7 * 7 + 4 * 5) * HOUR_S  # 12:00 to 19:00 UTC; 19:00 until the day without passes
    assert hours == {("BARRIER", "acceptance"): waited_s, ("CLOSURE", "gate"): 4 * DAY_S, ("MOVING", "ab"): 10}


def test_a_class_of_goods_scales_the_passes_it_has_to_itself(tmp_path):
    tables = acceptance(1)
    tables["flows"]["G"] = {**tables["flows"]["F"], "goods": "grain"}
    tables["facilities"]["grain"] = {"node": "a", "kind": "quota", "capacity": 4, "resets": RESETS}
    tables["processes"]["grain"] = {**tables["processes"]["gate"], "facility": "grain", "goods": ["grain"]}
    tables["barriers"]["acceptance"]["grain"] = {"scale": 2}
    built = model(tmp_path, tables, **MONTH)
    assert {name: built.timelines[name][0] for name in ("gate", "grain")} == {"gate": [(0, 3)], "grain": [(0, 2)]}


# -- hand-over between operators


@pytest.mark.parametrize(
    ("between", "members", "in_force", "days"),
    [
        (["ktz", "ady"], ["ktz", "ady", "gr"], False, 31),
        (["ktz", "ady"], ["ktz", "ady", "gr"], True, 0),
        (["ktz", "cr"], ["ktz", "ady", "gr"], True, 31),
        (["gr", "gr"], ["ktz", "ady"], False, 0),
        (["ktz", "ady"], ["ady", "ktz"], [{"value": False}, {"from": "2025-01-10", "value": True}], 9),
    ],
)
def test_members_of_a_joint_operator_hand_nothing_over(tmp_path, between, members, in_force, days):
    """Four hours of hand-over; none from the day on which both sides are one operator."""
    tables = line(
        [("papers", None, {"duration": "4 h", "barrier": "handover"})],
        {"F": {"quantity_per_year": 3650, "arrivals": "even"}},
    )
    tables["barriers"] = {"handover": {"kz": {"scale": 1}}}
    tables["processes"]["papers"]["between"] = between
    tables["operators"] = {name: {"title": name, "country": "KZ"} for name in ("ktz", "ady", "gr", "cr")}
    tables["joint_operators"] = {"jv": {"title": "jv", "members": members, "in_force": in_force}}
    built = model(tmp_path, tables, **MONTH)
    result = run(built)
    changed = clock(built, "2025-01-01 00:00") + days * DAY_S
    took = {(result.draws.lot_time_s[lot] < changed, lasts_s) for lot, lasts_s in result.journey_s().items()}
    assert took == {(before, 4 * HOUR_S + 1 if before else 1) for before in {days > 0, days == 31}}


# -- opening hours and holidays


@pytest.mark.parametrize(
    ("policy", "start", "end"),
    [
        ("finish", "2025-01-02 12:30", "2025-01-02 16:30"),  # begun in time, done after hours
        ("suspend", "2025-01-02 12:30", "2025-01-08 07:30"),  # half an hour, then five days closed, then the rest
        ("not_started", "2025-01-08 04:00", "2025-01-08 08:00"),  # waits for a day that is long enough
    ],
)
def test_an_office_closed_for_holidays(tmp_path, policy, start, end):
    """Four hours of papers, asked for at 17:30 local time of a Thursday whose office closes at 18:00.

    Friday the 3rd, Monday the 6th and Tuesday the 7th are holidays, the 4th and 5th a weekend.
    """
    hours = {
        "open": "09:00",
        "close": "18:00",
        "zone": "Asia/Almaty",
        "weekdays": ["Mon", "Tue", "Wed", "Thu", "Fri"],
        "holidays": ["2025-01-03", "2025-01-06", "2025-01-07"],
    }
    tables = line(
        [("office", {"hours": hours, "on_closure": policy}, {"duration": "4 h"})],
        {"F": {"quantity_per_year": departures(1)}},
    )
    built = model(tmp_path, tables, **MONTH)
    asked = clock(built, "2025-01-02 12:30")
    (span,) = run(built, draws=set_out_at(built, {"F": [asked]})).spans("process/office")
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


def risky(**lanes):
    """Twenty lots a day that are inspected by these risk lanes."""
    tables = line(
        [("scan", None, {"risk_lanes": lanes, "barrier": "inspection"})], {"F": {"quantity_per_year": 365 * 20}}
    )
    return {**tables, "barriers": {"inspection": {"kz": {"scale": 1}}}}


def test_each_lot_takes_one_risk_lane_or_none(tmp_path):
    """Shares 0.6, 0.2 and 0.1 of ten minutes, half an hour and two hours; a tenth passes. Tolerance at most 10 %."""
    lanes = {
        "green": {"share": 0.6, "duration": "10 min"},
        "yellow": {"share": 0.2, "duration": "30 min"},
        "red": {"share": 0.1, "duration": "2 h"},
    }
    built = model(tmp_path, risky(**lanes), start="2025-01-01", end="2025-12-31", run_out="10 d")
    shares = {600: [], 1800: [], 7200: [], 0: []}
    for k in range(10):
        took = np.array(list(run(built, k).journey_s().values())) - 1  # a second by road
        assert set(took.tolist()) <= set(shares)
        for length, found in shares.items():
            found.append((took == length).mean())
    for length, share in ((600, 0.6), (1800, 0.2), (7200, 0.1), (0, 0.1)):
        assert_mean(shares[length], share, resolution=0.1)


def test_risk_lanes_change_on_dates_and_scale_with_the_barrier(tmp_path):
    """All green until the 10th, all red from then on; the barrier is at half its strength."""
    steps = [{"value": 1}, {"from": "2025-01-10", "value": 0}], [{"value": 0}, {"from": "2025-01-10", "value": 1}]
    lanes = {
        name: {"share": share, "duration": f"{hours} h"}
        for name, hours, share in zip(("green", "red"), (1, 12), steps, strict=True)
    }
    tables = risky(**lanes)
    tables["barriers"]["inspection"]["kz"]["scale"] = 0.5
    built = model(tmp_path, tables, **MONTH)
    changed = clock(built, "2025-01-10 00:00")
    spans = [s for s in run(built).spans("process/scan") if s[3] >= 0]
    assert {(start >= changed, (end - start) / HOUR_S) for _, _, start, end in spans} == {(False, 0.5), (True, 6)}


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


# -- the borders of the corridor, as the data have them

#: Every crossing of the corridor: its two sides.
CROSSINGS = [
    ("alashankou", "dostyk"),
    ("khorgos_cn", "altynkol"),
    ("aktau_port", "alat"),
    ("kuryk_port", "alat"),
    ("boyuk_kesik", "gardabani"),
    ("akhalkalaki", "kars"),
    ("poti", "burgas"),
    ("batumi", "burgas"),
    ("poti", "varna"),
    ("kapikule", "svilengrad"),
    ("dragoman", "dimitrovgrad_rs"),
    ("red_bridge_az", "red_bridge_ge"),
    ("sarpi", "sarp_tr"),
]
DAY = date(2024, 10, 1)


@pytest.fixture(scope="module")
def baseline():
    return resolve(load_scenario("baseline_2024"))


@pytest.fixture(scope="module")
def met(baseline):
    """Barriers that some flow of the baseline meets on each side of each link that it passes, by its two ends."""
    graph, found = build_graph(baseline, DAY), {}
    for flow in baseline.flows.values():
        for way in [way_of(flow, w) for w in flow.ways if w.outside is None] or [flow]:
            try:
                legs = route(baseline, way, DAY, graph) if flow.woken_by is None else []
            except InputError:  # a way whose line is not built yet
                continue
            for k, leg in enumerate(legs):
                before = legs[k - 1] if k else None
                after = legs[k + 1] if k + 1 < len(legs) else None
                names = {
                    row.barrier
                    for row in baseline.processes.values()
                    if applies(row, way, before, leg) or applies(row, way, leg, after)
                }
                found.setdefault(frozenset((leg.from_node, leg.to_node)), set()).update(names - {None})
    return found


@pytest.mark.parametrize("crossing", CROSSINGS, ids="-".join)
def test_every_border_of_the_corridor_is_crossed_and_asks_for_papers(met, crossing):
    assert "documents" in met[frozenset(crossing)]


@pytest.mark.parametrize(
    ("crossing", "barriers"),
    [
        (("alashankou", "dostyk"), {"documents", "handover", "inspection", "acceptance"}),
        (("khorgos_cn", "altynkol"), {"documents", "handover", "inspection", "acceptance"}),
        (("kuryk_port", "alat"), {"documents", "handover", "inspection"}),
        (("boyuk_kesik", "gardabani"), {"documents", "handover"}),
        (("akhalkalaki", "kars"), {"documents", "handover"}),
        (("kapikule", "svilengrad"), {"documents", "handover", "inspection"}),
        (("dragoman", "dimitrovgrad_rs"), {"documents", "handover"}),
        (("red_bridge_az", "red_bridge_ge"), {"documents", "inspection", "acceptance"}),
        (("sarpi", "sarp_tr"), {"documents", "inspection", "acceptance"}),
    ],
)
def test_the_steps_of_a_border(met, crossing, barriers):
    assert met[frozenset(crossing)] >= barriers


@pytest.mark.parametrize(
    ("flow", "towards", "passes"),
    [
        ("B07", "tacheng", {"bakhty_wagon_passes": 15}),
        ("B08", "bakhty", {"tacheng_wagon_passes": 15}),
        ("F01", "bakhty", {"tacheng_container_passes": 20}),
        ("G01", "tacheng", {"bakhty_wagon_passes": 15, "bakhty_grain_passes": 15}),
        ("G03", "tacheng", {"bakhty_container_passes": 18, "bakhty_oilseed_passes": 15}),
    ],
)
def test_the_third_crossing_has_its_passes_ready(baseline, flow, towards, passes):
    """Its line stands in the data and is not built: a scenario opens the links and has the border with them."""
    node = "tacheng" if towards == "bakhty" else "bakhty"
    assert not baseline.links["tacheng_bakhty"].in_service.at(DAY)
    across = Leg("tacheng_bakhty", node, towards, "rail")
    rows = [r for r in baseline.processes.values() if applies(r, baseline.flows[flow], None, across)]
    quotas = {r.facility for r in rows if r.barrier == "acceptance"}
    assert {q: border_model.passes(baseline, q).at(DAY) for q in quotas} == passes


def test_every_hand_over_names_its_two_railways_in_the_order_of_the_way(baseline):
    rows = {name: row for name, row in baseline.processes.items() if row.barrier == "handover"}
    assert len(rows) > 20
    for name, row in rows.items():
        giving, taking = (baseline.operators[side].country for side in row.between)
        assert giving != taking, name
        assert baseline.nodes[row.node].country in (giving, taking), name


def test_the_joint_operator_of_three_railways_waits_for_a_scenario_to_switch_it(baseline):
    """Off in 2024; one changed value takes the hand-over away at Alat, Gardabani and Boyuk Kesik, and nowhere else."""
    switch = ["joint_operators.middle_corridor_multimodal.in_force=true"]
    joint = resolve(load_scenario("baseline_2024", switch))
    flow = baseline.flows["F20"]

    def spared(world):
        return {
            row.node
            for row in world.processes.values()
            if row.barrier == "handover" and border_model.strength(border_model.scales(world, row, flow), DAY) == 0
        }

    assert spared(baseline) == set()
    assert spared(joint) == {"alat", "gardabani", "boyuk_kesik"}


def test_a_laboratory_keeps_the_long_holidays_of_its_zone(baseline):
    """Eight days from 10 February and seven from 1 October 2024 in Shanghai, eight hours ahead of UTC."""
    begins = date(2024, 1, 1)
    for node in ("khorgos_cn", "alashankou", "tacheng"):
        closed = closed_hours(baseline.facilities[f"{node}_laboratory"].hours, begins, 366 * DAY_S)
        within = [spell for spell in closed if spell[0] >= 0 and spell[1] <= 366 * DAY_S]
        at = [to_seconds(day, begins) - 8 * HOUR_S for day in (date(2024, 2, 10), date(2024, 10, 1))]
        assert within == [(at[0], at[0] + 8 * DAY_S, 0.0), (at[1], at[1] + 7 * DAY_S, 0.0)]


def test_quarantine_of_grain_and_oilseeds_takes_five_days(baseline):
    for node in ("khorgos_cn", "alashankou", "tacheng"):
        row = baseline.processes[f"{node}_quarantine"]
        assert set(row.goods) == {"grain", "oilseeds"}
        assert row.duration.at(DAY).mean_s == 5 * DAY_S
