"""What is added to a scenario changes nobody else's luck: draws compared lot by lot between worlds."""

from __future__ import annotations

import numpy as np
import pytest

from sim.clock import DAY_S
from sim.errors import RunError
from tests.oracle.line import exponential, line
from tests.oracle.sea import sea
from tests.oracle.world import model

PERIOD = {"start": "2025-01-01", "end": "2025-06-30", "warm_up": "30 d"}
NODE = "east"


def world(**changes):
    """A corridor with random steps, storms and vessels; ``changes`` add rows: table -> rows."""
    back = {"origin": "west", "destination": "east"}
    flows = {
        "M": {"arrivals": "random", "quantity_per_year": 2000, "lot": 2},
        "N": {"arrivals": "poisson", "quantity_per_year": 900, **back},
    }
    tables = sea(
        flows=flows,
        departure={"rule": "full", "longest_wait": "1 d"},
        vessels=2,
        limit=50,
        east={"load_per_unit": exponential(0.2), "mooring": exponential(1)},
        service={"sailing_cv": 0.2},
        processes={
            "papers": {"node": NODE, "order": 1, "duration": exponential(3), "share": 0.7},
            "check": {"node": NODE, "order": 2, "facility": "desk", "duration": exponential(1)},
        },
        facilities={"desk": {"node": NODE, "capacity": 2}},
        weather={"gales": {"closed_share_by_month": [0.2] * 12, "spell": exponential(40), "closes": {"desk": 0.8}}},
    )
    for table, rows in changes.items():
        tables[table] = {**tables.get(table, {}), **rows}
    return tables


def sea_with(**calls):
    """What changes when a call of the service has further fields, by its port."""
    rotation = [{"port": port, "berth": f"{port}_berth", **calls.get(port, {})} for port in ("east", "west")]
    departure = {"rule": "full", "longest_wait": "1 d"}
    return {"services": {"boats": {"rotation": rotation, "departure": departure}}}


def lots_of(built, draws):
    """(flow, ordinal) -> set-out time, size and the durations of every step, by the operation's name."""
    plan, found = built.plan, {}
    for lot in range(draws.n_lot):
        p = draws.lot_program[lot]
        steps = {}
        for step in range(plan.programs.ptr[p], plan.programs.ptr[p + 1]):
            op = plan.programs.op[step]
            at = draws.lot_draw[lot] + plan.programs.draw[step]
            n = built.operations[op].draws
            steps[plan.operations.name[op]] = (draws.hold_s[at : at + n].tolist(), draws.move_s[at : at + n].tolist())
        key = (plan.flow_name[draws.lot_flow[lot]], int(draws.lot_ordinal[lot]))
        found[key] = (int(draws.lot_time_s[lot]), draws.lot_size[lot].tolist(), steps)
    return found


def timelines_of(built, draws):
    ptr = draws.timeline_ptr
    return {
        name: (draws.timeline_s[a:b].tolist(), draws.timeline_capacity[a:b].tolist())
        for name, a, b in zip(built.plan.facilities.name, ptr[:-1], ptr[1:], strict=True)
    }


def voyages_of(built, draws):
    ptr = draws.voyage_ptr
    return {
        name: (draws.sail_s[a:b].tolist(), draws.moor_s[a:b].tolist())
        for name, a, b in zip(built.plan.vessels.name, ptr[:-1], ptr[1:], strict=True)
    }


def drawn(folder, tables, **period):
    built = model(folder, tables, **{**PERIOD, **period})
    return built, built.draw(3)


#: What is added, and how the draws of what was there before may not change.
ADDED = {
    "a flow": {"flows": {"A": {"origin": "east", "destination": "west", "quantity_per_year": 500}}},
    "a node": {"nodes": {"aaa": {}}},
    "a facility": {"facilities": {"another": {"node": "west"}}},
    "a vessel": {"fleets": {"more": {"service": "boats", "count": 1, "limits": {"teu": 9}}}},
    "a sea": {"weather": {"fog": {"closed_share_by_month": [0.1] * 12, "spell": "6 h", "closes": {"east_berth": 1.0}}}},
    "a step": {"processes": {"weighing": {"node": NODE, "order": 0, "duration": exponential(2)}}},
}


@pytest.mark.parametrize("what", ADDED)
def test_an_addition_changes_nobody_elses_luck(tmp_path, what):
    before, after = drawn(tmp_path / "before", world()), drawn(tmp_path / "after", world(**ADDED[what]))
    lots, more = lots_of(*before), lots_of(*after)
    assert len(lots) > 800
    for key, (time_s, size, steps) in lots.items():
        assert more[key][:2] == (time_s, size)
        assert {name: more[key][2][name] for name in steps} == steps
    for name, steps in timelines_of(*before).items():
        if not (what == "a sea" and name == "east_berth"):
            assert timelines_of(*after)[name] == steps
    for name, times in voyages_of(*before).items():
        assert voyages_of(*after)[name] == times


def test_the_comparison_would_see_another_seed(tmp_path):
    one, other = drawn(tmp_path / "1", world(), seed=1), drawn(tmp_path / "2", world(), seed=2)
    lots, others = lots_of(*one), lots_of(*other)
    same = [key for key in lots if key in others and lots[key] == others[key]]
    assert same == []
    assert timelines_of(*one)["desk"] != timelines_of(*other)["desk"]
    assert voyages_of(*one) != voyages_of(*other)


def test_a_flow_scaled_down_keeps_a_subset_with_its_luck(tmp_path):
    smaller = world()
    smaller["flows"]["M"] = {**smaller["flows"]["M"], "quantity_per_year": 1300}
    lots, fewer = lots_of(*drawn(tmp_path / "a", world())), lots_of(*drawn(tmp_path / "b", smaller))
    assert len([k for k in fewer if k[0] == "M"]) == pytest.approx(0.65 * len([k for k in lots if k[0] == "M"]), abs=2)
    assert all(lots[key] == fewer[key] for key in fewer)


def test_a_longer_warm_up_keeps_shipments_and_storms_of_the_common_window(tmp_path):
    short, long = drawn(tmp_path / "a", world()), drawn(tmp_path / "b", world(), warm_up="75 d", end="2025-08-31")
    shift_s = 45 * DAY_S
    lots, more = lots_of(*short), lots_of(*long)
    assert all(more[k][0] == t + shift_s and more[k][1:] == (size, steps) for k, (t, size, steps) in lots.items())
    end_s = short[0].end_s
    common = {k for k, (t, *_) in more.items() if shift_s <= t < shift_s + end_s}
    assert common == set(lots)

    def capacity(built, draws, from_s):
        times, values = timelines_of(built, draws)["desk"]
        seconds = np.arange(from_s, from_s + end_s, 600)
        return np.array(values)[np.searchsorted(times, seconds, side="right") - 1]

    assert (capacity(*short, 0) == capacity(*long, shift_s)).all()
    assert 0 in capacity(*short, 0)


def test_more_storms_begin_no_storm_elsewhere_and_leave_lots_alone(tmp_path):
    rough = world()
    rough["weather"] = {"gales": {**rough["weather"]["gales"], "scale": 2.0}}
    calm, stormy = drawn(tmp_path / "a", world()), drawn(tmp_path / "b", rough)
    assert lots_of(*calm) == lots_of(*stormy)
    assert voyages_of(*calm) == voyages_of(*stormy)
    assert len(timelines_of(*stormy)["desk"][0]) > len(timelines_of(*calm)["desk"][0])


def test_dated_durations_share_one_luck(tmp_path):
    """A barrier halved from a date on: each lot's two durations come from the same uniform."""
    halved = world(
        barriers={"documents": {"kz": {"scale": [{"value": 1.0}, {"from": "2025-03-01", "value": 0.5}]}}},
        processes={"papers": {"node": NODE, "order": 1, "duration": exponential(3), "barrier": "documents"}},
    )
    lots = lots_of(*drawn(tmp_path, halved))
    pairs = np.array([steps["process/papers"][1] for _, _, steps in lots.values() if "process/papers" in steps])
    assert pairs.shape[1] == 2
    assert (abs(pairs[:, 0] / 2 - pairs[:, 1]) <= 1).all()
    assert np.ptp(pairs[:, 0]) > 10_000


def test_longer_blocks_of_voyages_begin_with_the_shorter(tmp_path):
    built = model(tmp_path, world(), **PERIOD)
    short, long = voyages_of(built, built.draw(0)), voyages_of(built, built.draw(0, voyages=2))
    for name, (sail, moor) in short.items():
        assert len(long[name][0]) > len(sail)
        assert long[name][0][: len(sail)] == sail
        assert long[name][1][: len(moor)] == moor


def test_a_flow_that_begins_after_the_run_has_no_lots(tmp_path):
    """Its last month has demand, but none before the end, so that nothing was routed for it."""
    late = world()
    quantity = [{"value": 0}, {"from": "2025-06-28", "value": 900}]
    late["flows"]["late"] = {**late["flows"]["M"], "quantity_per_year": quantity}
    built, draws = drawn(tmp_path, late, end="2025-06-20", run_out="1 d")
    assert "late" in built.plan.flow_name
    assert not (draws.lot_flow == built.plan.flow_name.index("late")).any()


#: Steps of which one takes longer than 32 bits of seconds hold: what is changed, and whose time it is.
AGES = "4000 w"
TOO_LONG = {
    "sailing": (
        {"fleets": {"ship": {"service": "boats", "count": 1, "speed_kn": 1e-5, "limits": {"teu": 50}}}},
        "vessel ship/001, sailing",
    ),
    "mooring": (sea_with(east={"mooring": AGES}), "vessel ship/001, mooring"),
    "loading": (sea_with(east={"load_per_unit": AGES}), "board/boats/0-1, loading"),
    "discharging": (sea_with(west={"discharge_per_unit": AGES}), "board/boats/0-1, discharging"),
    "fixed": ({"processes": {"papers": {"node": NODE, "order": 1, "duration": AGES}}}, "process/papers"),
    "drawn": (
        {"processes": {"papers": {"node": NODE, "order": 1, "duration": exponential(500_000)}}},
        "process/papers",
    ),
}


@pytest.mark.parametrize("what", TOO_LONG)
def test_a_step_longer_than_68_years_is_refused(tmp_path, what):
    changes, name = TOO_LONG[what]
    with pytest.raises(RunError, match=f"^{name}: longer than 68 years, the most that a drawn time can be$"):
        drawn(tmp_path, world(**changes))


def test_the_slowest_of_several_sections_is_named(tmp_path):
    tables = line([], {"F": {"modes": ["rail"], "train": 1, "formation_wait": "1 h", "quantity_per_year": 900}})
    links = {
        a + b: {
            "from": a,
            "to": b,
            "mode": "rail",
            "tracks": 2,
            "trains_per_day": 10,
            "running_cv": 0.1,
            "length_km": 100,
            "speed_kmh": speed_kmh,
        }
        for a, b, speed_kmh in (("a", "c", 40), ("c", "d", 1e-5), ("d", "b", 40))
    }
    tables |= {"nodes": {name: {} for name in "abcd"}, "links": links}
    with pytest.raises(RunError, match=r"^section/cd/c: longer than 68 years"):
        drawn(tmp_path, tables)


def test_a_way_that_costs_more_than_68_years_is_refused(tmp_path):
    tables = line(
        [],
        {
            "F": {
                "quantity_per_year": 900,
                "choice": {"rule": "logit", "scale": AGES},
                "ways": [{"name": "by c", "via": ["c"]}, {"name": "straight"}],
            }
        },
    )
    tables["nodes"] = {name: {} for name in "abc"}
    tables["links"] = {a + b: {"from": a, "to": b} for a, b in ("ab", "ac", "cb")}
    with pytest.raises(RunError, match=r"^choose/F/\S+, the cost of a way as time: longer than 68 years"):
        drawn(tmp_path, tables)


def test_a_draw_leaves_the_model_as_it_was(tmp_path):
    """Threads share it."""
    built = model(tmp_path, world(), **PERIOD)
    before = dict(vars(built))
    built.draw(0)
    assert vars(built).keys() == before.keys()
    assert all(vars(built)[name] is value for name, value in before.items())
