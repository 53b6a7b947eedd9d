"""What the water carries: payload by depth and date, worked out by hand, and the corridor's own ships against print."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sim.contract.plan import WEIGHT
from sim.errors import InputError
from sim.model.feasibility import refuse_impossible
from sim.model.vessels import ships
from sim.model.water import depth_m, payload_t
from sim.network.tables import LOAD_UNITS, Draught
from sim.network.world import World, resolve
from sim.scenario.load import load_scenario
from tests.oracle.sea import sea
from tests.oracle.world import departures, model, run

WEEK = {"start": "2025-01-01", "end": "2025-01-14"}
#: 1,000 t at 4.5 m, 2 t a centimetre, half a metre under the keel.
DRAUGHT = {"payload_t": 1000, "full_m": 4.5, "t_per_cm": 2, "keel_clearance_m": 0.5}
AT_ONCE = {"rule": "full", "longest_wait": "0 s"}


def test_the_weight_column_is_that_of_tonnes():
    assert LOAD_UNITS[WEIGHT] == "t"


@pytest.mark.parametrize(
    ("depth", "tonnes"),
    [(6.0, 1000), (5.0, 1000), (4.99, 998), (4.5, 900), (4.0, 800), (0.01, 2), (0.0, 0), (-2.0, 0)],
)
def test_payload_of_a_depth(depth, tonnes):
    """Full at 5.0 m of water; each centimetre less takes two tonnes, down to nothing."""
    assert payload_t(Draught(**DRAUGHT), depth) == tonnes


def shallow(depth: object, level: object, **fleet: object):
    """A ferry between a shallow east and a west of 5.2 m; 300 lots of 100 t wait in the east."""
    berths = {
        "east_berth": {"node": "east", "kind": "berth", "capacity": 1, "depth_m": depth, "water": "lake"},
        "west_berth": {"node": "west", "kind": "berth", "capacity": 1, "depth_m": 5.2},
    }
    row = {"service": "boats", "count": 1, "limits": {"teu": 1000}, "draught": DRAUGHT} | fleet
    return sea(
        flows={"F": {"lot": 10, "tonnes_per_unit": 10, "quantity_per_year": departures(3000)}},
        departure={"rule": "full"},
        west={"departure": AT_ONCE},
        facilities=berths,
        fleets={"ship": {k: v for k, v in row.items() if v is not None}},
        water={"lake": {"title": "Lake", "datum_m": -29.6, "level_m": level}},
    )


def loads(result) -> list[tuple[int, int]]:
    """(hour of leaving the east, lots aboard) of each voyage west."""
    calls = result.trace.calls[result.trace.calls[:, 2] == 0]
    return [(left // 3600, lots) for left, lots in calls[:, [11, 12]].tolist() if left >= 0]


def test_payload_follows_the_sea_level_and_dredging_by_date(tmp_path):
    """Depth 4.5 m: 900 t. From the 4th the level is 0.25 m lower: 850 t, eight lots. From the 9th 1 m is dredged: full.

    A ship leaves every 20 hours; what holds when loading begins counts.
    """
    depth = [{"value": 4.5}, {"from": "2025-01-09", "value": 5.5}]
    level = [{"value": -29.6}, {"from": "2025-01-04", "value": -29.85}]
    result = run(model(tmp_path, shallow(depth, level), **WEEK))
    expected = [(h, 9 if h < 72 else 8 if h < 192 else 10) for h in range(0, 14 * 24, 20)]
    # all lots set out within the first day, so only the first voyages may wait for them
    got = loads(result)
    assert [x for x in got if x[0] >= 40][:12] == [(h + got[2][0] - 40, n) for h, n in expected][2:14]


def test_a_weight_limit_of_the_ships_own_binds_if_it_is_less(tmp_path):
    result = run(model(tmp_path, shallow(4.5, -29.6, limits={"teu": 1000, "t": 500}), **WEEK))
    assert {lots for _, lots in loads(result)[1:10]} == {5}


def test_a_ship_without_a_draught_does_not_feel_the_depth(tmp_path):
    result = run(model(tmp_path, shallow(0.5, -29.6, draught=None, limits={"teu": 200}), **WEEK))
    assert {lots for _, lots in loads(result)[1:10]} == {20}


@pytest.fixture(scope="module")
def corridor() -> World:
    return resolve(load_scenario(str(Path(__file__).parents[2] / "scenarios" / "baseline_2024.yaml")))


def carried(world: World, fleet: str, day: date) -> int:
    """Tonnes that the water of the fleet's ports carries on a day."""
    row = world.fleets[fleet]
    berths = [world.facilities[call.berth] for call in world.services[row.service].rotation]
    return payload_t(row.draught, min(depth_m(b, world.water, day) for b in berths if b.depth_m is not None))


def test_ships_carry_what_was_published(corridor):
    """P011: a tanker of 12,000 t leaves Aktau with about 10,000 t. P005: a ship of 6,500 t with 5,500 t.

    Aktau's ships load about 80 % in 2025; ferries to Turkmenbashi lost 37 % of their tank wagons by
    March 2025 (56 of them, 80 t each).
    """
    year, later = date(2024, 7, 1), date(2025, 3, 1)
    assert carried(corridor, "az_tanker", year) == pytest.approx(10_000, rel=0.02)
    assert carried(corridor, "kmtf_feeder", year) == pytest.approx(5_500, rel=0.02)
    assert carried(corridor, "kmtf_feeder", later) / 6_500 == pytest.approx(0.8, abs=0.03)
    assert carried(corridor, "turkmenbashi_ropax", later) / 80 / 56 == pytest.approx(0.63, abs=0.05)


def test_dredging_gives_kuryks_ferries_no_less_than_before(corridor):
    before, after = (carried(corridor, "kuryk_ropax", day) for day in (date(2024, 11, 1), date(2024, 12, 31)))
    assert 0 < before <= after


def test_payload_steps_of_the_corridor_are_in_the_plan(corridor):
    found = ships("az_tanker", corridor, date(2023, 7, 5), 900 * 86_400)
    assert [t for _, t in found[0].payload] == sorted({t for _, t in found[0].payload}, reverse=True)
    assert found[0].payload[0][0] == 0
    assert len(found[0].payload) == 3  # 2023, 2024 and 2025


def test_a_lot_that_the_water_no_longer_carries_is_refused(tmp_path):
    """Lots of 100 t. At 4.5 m the ship loads 900 t; 4.1 m less leaves 80 t, 4 m less just the 100 t of one lot."""
    for fall_m, refused in ((4.0, False), (4.1, True)):
        level = [{"value": -29.6}, {"from": "2025-01-04", "value": -29.6 - fall_m}]
        built = model(tmp_path / str(fall_m), shallow(4.5, level), **WEEK)
        if not refused:
            refuse_impossible(built)
            continue
        with pytest.raises(InputError) as caught:
            refuse_impossible(built)
        assert [p.message for p in caught.value.problems] == [
            "flows.F.lot: a shipment of 10 TEU weighs 100 t, and from 2025-01-04 the water carries ships of 'boats'"
            " with 80 t at most; allowed: a smaller shipment, or more water than facilities.east_berth.depth_m gives"
        ]


def test_a_lot_that_waits_for_dredging_is_not_refused(tmp_path):
    """Too shallow from the 4th, dredged on the 9th: lots wait five days, and go."""
    level = [{"value": -29.6}, {"from": "2025-01-04", "value": -34.0}]
    depth = [{"value": 4.5}, {"from": "2025-01-09", "value": 9.5}]
    refuse_impossible(model(tmp_path, shallow(depth, level), **WEEK))
