"""Yards behind the quay: discharge that waits for room, against theory and to the second."""

from __future__ import annotations

import pytest

from tests.oracle.line import exponential
from tests.oracle.sea import sea
from tests.oracle.statistics import assert_mean
from tests.oracle.world import departures, model, run, set_out_at

H = 3_600
AT_ONCE = {"rule": "full", "longest_wait": "0 s"}
YARD_UNITS = {"wagon": {"wagon": 1, "lane_m": 15}, "truck": {"truck": 1, "lane_m": 17}, "TEU": {"teu": 1}}


def port(yard: dict, clearing: dict, *, flows: dict, lift: object, cargo=("TEU",), **more):
    """A quay in the west with a yard behind it that ``clearing`` empties, one lot at a time."""
    facilities = {"yard": {"node": "west", "kind": "yard", **yard}, "gate": {"node": "west", "capacity": 1}}
    return sea(
        flows=flows, facilities=facilities, service={"cargo": list(cargo)},
        west={"yard": "yard", "discharge_per_unit": lift, "departure": AT_ONCE},
        processes={"clearing": {"node": "west", "order": 1, "facility": "gate", **clearing},
                   "out": {"node": "west", "order": 2, "action": "release", "facility": "yard", "units": "load"}},
        **{"departure": {"rule": "full"}, **more},
    )  # fmt: skip


def test_a_full_yard_holds_the_ship_at_the_quay(tmp_path):
    """Room for two; the crane needs 1 h a lot, the gate 5 h. Arrival at 10 h.

    Lots are landed at 11 and 12 h. The third needs room: the first leaves at 16 h, so it lands at 17 h; the
    fourth after the second has gone, at 21 h: 22 h. Then the ship leaves.
    """
    tables = port({"unit": "teu", "capacity": 2}, {"duration": "5 h"}, lift="1 h", limit=4,
                  flows={"F": {"quantity_per_year": departures(4)}})  # fmt: skip
    built = model(tmp_path, tables, start="2025-01-01", end="2025-01-05")
    result = run(built, luck=set_out_at(built, {"F": [0] * 4}))
    assert (result.trace.boards[:, 9] / H).tolist() == [11, 12, 17, 22]
    assert result.trace.calls[1, 11] / H == 22


def test_wagons_and_trucks_share_a_yard_in_lane_metres(tmp_path):
    """100 m hold six wagons of 15 m, or five trucks of 17 m: of eight of a kind the rest wait for the gate."""
    for cargo, fit in (("wagon", 6), ("truck", 5)):
        tables = port({"unit": "lane_m", "capacity": 100}, {"duration": "100 h"}, lift="1 s", cargo=(cargo,),
                      flows={"F": {"cargo": cargo, "quantity_per_year": departures(8)}},
                      fleets={"ship": {"service": "boats", "count": 1, "limits": {cargo: 8}}})  # fmt: skip
        built = model(tmp_path / cargo, {**tables, "cargo": YARD_UNITS}, start="2025-01-01", end="2025-01-04")
        result = run(built, luck=set_out_at(built, {"F": [0] * 8}))
        landed = result.trace.boards[:, 9]
        assert (landed >= 0).sum() == fit


@pytest.mark.parametrize("places", [1, 2, 4])
def test_a_blocked_crane_works_at_the_rate_of_a_queue_with_so_many_places(tmp_path, places):
    """Crane and gate are exponential with one mean and a yard has room for Y lots, the one on the hook included.

    The lots ashore are a birth-death process on 0 to Y with equal rates (the crane is the birth), so that the
    crane works Y / (Y + 1) of the time. The ship never runs empty. Tolerance at most 5 %.
    """
    tables = port({"unit": "teu", "capacity": places}, {"duration": exponential(0.25)}, lift=exponential(0.25),
                  flows={"F": {"quantity_per_year": departures(3000, "2021-01-01")}}, sailing_h=1, limit=3000,
                  departure={"rule": "full", "longest_wait": "2 d"})  # fmt: skip
    built = model(tmp_path, tables, start="2021-01-01", end="2021-02-01")
    shares = []
    for k in range(12):
        landed = run(built, k).trace.boards[:, 9]
        window = (landed >= 3 * 24 * H) & (landed < 28 * 24 * H)
        assert landed.min() == -1 or landed.max() > 28 * 24 * H  # there was always more aboard
        shares.append(window.sum() / (25 * 24) * 0.25)
    assert_mean(shares, places / (places + 1), resolution=0.05)
