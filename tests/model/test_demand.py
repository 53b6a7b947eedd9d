"""From yearly demand to lots on dates: totals, profiles, nesting, and the period's independence."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from sim.clock import DAY_S
from sim.model.demand import (
    MONTH_STRIDE,
    Month,
    _radical_inverse,
    _seconds_of_month,
    below_one_shipment,
    lots,
    months,
)
from sim.model.streams import Streams
from sim.network.tables import Flow

STREAMS = Streams(1, 0)
ARRIVALS = ["even", "random", "regular", "poisson"]


def flow(**fields) -> Flow:
    return Flow.model_validate(
        {
            "origin": "a",
            "destination": "b",
            "modes": ["road"],
            "commodity": "boxes",
            "cargo": "TEU",
            "direction": "east_to_west",
            "quantity_per_year": 1000,
            "tonnes_per_unit": 1,
            "net_tonnes_per_unit": 1,
            "lot": 1,
            "source": "made up for a test",
            "grade": "assumption",
            **fields,
        }
    )


def drawn(row: Flow, origin=date(2024, 1, 1), days=366, name="F"):
    return lots(name, row, months(row, origin, days * DAY_S), STREAMS, days * DAY_S)


@pytest.mark.parametrize("quantity", [1, 7, 40, 365, 999.5, 12_345])
@pytest.mark.parametrize("profile", [None, [1, 2, 3, 4, 5, 6, 6, 5, 4, 3, 2, 1], [0] * 11 + [1]])
def test_whole_departures_keep_the_year(quantity, profile):
    row = flow(quantity_per_year=quantity, monthly_profile=profile)
    counts = [m.count for m in months(row, date(2024, 1, 1), 366 * DAY_S)]
    assert sum(counts) == round(quantity + 1e-9)  # the years before 2024 leave nothing over
    expected = np.full(12, quantity / 12) if profile is None else quantity * np.array(profile) / sum(profile)
    if profile:
        shown = [c for c in expected if c > 0]
        assert max(abs(np.array(counts) - shown)) <= 1


@pytest.mark.parametrize(("quantity", "lot"), [(25, 60), (40, 60), (84, 60), (100, 40), (1, 7), (0.001, 1), (1234, 7)])
@pytest.mark.parametrize("first", [2018, 2021, 2024])
def test_what_a_year_leaves_over_departs_in_a_later_one(quantity, lot, first):
    """Of 25 units a year in lots of 60 two lots depart in five years, in the same months whenever the run begins."""
    row = flow(quantity_per_year=quantity, lot=lot)

    def counts(year, years):
        end = date(year + years, 1, 1)
        of_month = months(row, date(year, 1, 1), (end - date(year, 1, 1)).days * DAY_S)
        return {month.number: month.count for month in of_month}

    five = counts(first, 5)
    assert abs(sum(five.values()) - 5 * quantity / lot) <= 1
    if (quantity, first) == (25, 2021):
        assert sum(five.values()) == 2
    later = counts(first + 2, 3)
    assert later == {number: count for number, count in five.items() if number in later}


def test_a_demand_of_less_than_one_shipment_is_named():
    """40 a year are less than one of 60, but more over two years. A demand of nothing is no small one."""
    flows = {
        "F": flow(quantity_per_year=40, lot=60),
        "G": flow(quantity_per_year=1000),
        "H": flow(quantity_per_year=0),
        "E": flow(quantity_per_year=366, lot=10, lots_together=4, arrivals="poisson"),
    }
    said = "flows: demand of less than one shipment in the period, so that none may depart: "
    january = below_one_shipment(flows, date(2024, 1, 1), date(2024, 1, 31))
    assert january == said + "E (31 of 40 TEU), F (3.39 of 60 TEU)"
    assert below_one_shipment(flows, date(2024, 1, 1), date(2024, 12, 31)) == said + "F (40 of 60 TEU)"
    assert below_one_shipment(flows, date(2024, 1, 1), date(2025, 12, 31)) == ""
    one = {"F": flow(quantity_per_year=60, lot=60)}
    assert below_one_shipment(one, date(2024, 1, 1), date(2024, 12, 31)) == ""
    late = {"F": flow(quantity_per_year=[{"value": 0}, {"from": "2024-12-31", "value": 366}])}
    assert below_one_shipment(late, date(2024, 1, 1), date(2024, 12, 31)) == ""
    assert below_one_shipment(late, date(2024, 1, 1), date(2024, 12, 30)) == ""
    many = {f"F{k}": flow(quantity_per_year=1, lot=2) for k in range(8)}
    assert below_one_shipment(many, date(2024, 1, 1), date(2024, 12, 31)).endswith("F5 (1 of 2 TEU) and 2 more")


def test_a_demand_that_changes_is_counted_by_the_day():
    """Half a lot in 2020, a lot and a half from July 2021 on a year: 0, 0.5 + 0.76, ..."""
    steps = [{"value": 0}, {"from": "2020-01-01", "value": 0.5}, {"from": "2021-07-01", "value": 1.5}]
    row = flow(quantity_per_year=steps)
    until = [(date(year + 1, 1, 1) - date(2020, 1, 1)).days for year in range(2020, 2026)]
    every = [sum(m.count for m in months(row, date(2020, 1, 1), days * DAY_S)) for days in until]
    expected, total = [], 0.0
    for year in range(2020, 2026):
        total += {2020: 0.5, 2021: 0.5 * 181 / 365 + 1.5 * 184 / 365}.get(year, 1.5)
        expected.append(round(total + 1e-9))
    assert every == expected
    own = [sum(m.count for m in months(row, date(year, 1, 1), 364 * DAY_S)) for year in range(2020, 2026)]
    assert np.cumsum(own).tolist() == expected


@pytest.mark.parametrize("arrivals", ["even", "random", "regular"])
def test_the_number_of_lots_is_the_demand(arrivals):
    got = drawn(flow(arrivals=arrivals, lot=4, lots_together=5, quantity_per_year=1200))
    assert len(got.time_s) == 300
    assert len(set(got.ordinal.tolist())) == 300
    together, counts = np.unique(got.time_s, return_counts=True)
    assert set(counts.tolist()) == {5}
    assert len(together) == 60


def test_regular_departures_are_evenly_spaced():
    january = drawn(flow(arrivals="regular", quantity_per_year=3650), origin=date(2025, 1, 1), days=31)
    assert np.diff(january.time_s).tolist() == [8640] * 309
    assert january.time_s[0] == 4320


def test_even_departures_fill_every_week():
    """Van der Corput's points: no week of a month with 40 departures is without eight or has more than eleven."""
    got = drawn(flow(arrivals="even", quantity_per_year=480), days=28, origin=date(2024, 4, 1))
    per_week = np.bincount(np.sort(got.time_s) // (7 * DAY_S), minlength=4)
    assert per_week.min() >= 8
    assert per_week.max() <= 11


def test_poisson_counts_have_equal_mean_and_variance():
    """Counts of 2,400 months of mean 10: z tests of mean and variance, bound 4.5 (once in 100,000)."""
    row = flow(arrivals="poisson", quantity_per_year=120, monthly_profile=[1] * 12)
    counts = []
    for r in range(200):
        got = lots("F", row, months(row, date(2025, 1, 1), 365 * DAY_S), Streams(1, r), 365 * DAY_S)
        counts += np.bincount(got.ordinal // MONTH_STRIDE - 2025 * 12, minlength=12).tolist()
    n = len(counts)
    assert abs(np.mean(counts) - 10) < 4.5 * np.sqrt(10 / n)
    variance_error = np.sqrt((10 + 2 * 10**2) / n)  # of the sample variance of a Poisson number of mean 10
    assert abs(np.var(counts, ddof=1) - 10) < 4.5 * variance_error


@pytest.mark.parametrize("arrivals", ["even", "random", "poisson"])
def test_a_smaller_flow_is_a_subset_of_the_larger_one(arrivals):
    large = drawn(flow(arrivals=arrivals, quantity_per_year=1000))
    small = drawn(flow(arrivals=arrivals, quantity_per_year=613))
    there = dict(zip(large.ordinal.tolist(), large.time_s.tolist(), strict=True))
    assert 0 < len(small.time_s) < len(large.time_s)
    assert all(there.get(o) == t for o, t in zip(small.ordinal.tolist(), small.time_s.tolist(), strict=True))


@pytest.mark.parametrize("arrivals", ARRIVALS)
def test_a_longer_run_keeps_the_lots_of_the_common_window(arrivals):
    row = flow(arrivals=arrivals)
    short = drawn(row, origin=date(2024, 3, 10), days=100)
    long = drawn(row, origin=date(2023, 11, 20), days=400)
    shift = (date(2024, 3, 10) - date(2023, 11, 20)).days * DAY_S
    common = {
        o: t - shift
        for o, t in zip(long.ordinal.tolist(), long.time_s.tolist(), strict=True)
        if 0 <= t - shift < 100 * DAY_S
    }
    assert common == dict(zip(short.ordinal.tolist(), short.time_s.tolist(), strict=True))


def test_departures_follow_a_change_of_demand_within_the_month():
    """Nothing before the 11th, then 20 days at the full rate."""
    steps = [{"value": 0}, {"from": "2025-01-11", "value": 3650}]
    got = drawn(flow(arrivals="random", quantity_per_year=steps), origin=date(2025, 1, 1), days=31)
    assert got.time_s.min() >= 10 * DAY_S
    assert len(got.time_s) == 210


@pytest.mark.parametrize("days", [[1] * 31, [0] * 10 + [3] * 21, [5, 0, 0, 1, 90, 2, 0] * 4, [1] * 27 + [1_000, 0]])
def test_departures_invert_the_cumulative_curve(days):
    """Whatever the days' quantities, the instants are those of NumPy's own interpolation."""
    cumulative = np.concatenate(([0.0], np.cumsum(days))) / sum(days)
    months = [(Month(k, 0, cumulative, 1.0, 500), 500) for k in range(3)]
    place = np.concatenate((np.random.default_rng(1).random(1_498), [2.0**-53, 1 - 2.0**-53]))
    expected = np.interp(place, cumulative, np.arange(len(cumulative)) * DAY_S)
    assert _seconds_of_month(place, months).tolist() == np.floor(expected + 1e-6).tolist()


def test_the_evenly_spread_points_are_shared_and_cannot_be_written():
    assert _radical_inverse(2).tolist() == [0, 0.5, 0.25, 0.75]
    with pytest.raises(ValueError, match="read-only"):
        _radical_inverse(2)[0] = 1
