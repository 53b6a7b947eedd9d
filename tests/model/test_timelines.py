"""Capacity timelines: dated capacity, hours, works and storms merged to steps; times of line sections."""

from __future__ import annotations

import math
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.clock import DAY_S, HOUR_S
from sim.model import weather
from sim.model.facilities import ANCHOR, closed_hours, dated_steps, outages, timeline
from sim.model.rail import COMMERCIAL_TO_RUNNING, section_times, trains_per_day
from sim.model.streams import Streams
from sim.network.tables import Hours, Link, Outages
from sim.scenario.values import Dated, Draw

DAY = date(2025, 1, 1)


@pytest.mark.parametrize(
    ("base", "narrowings", "expected"),
    [
        ([(0, 3)], [], [(0, 3)]),
        ([(0, 3)], [(10, 20, 0.0)], [(0, 3), (10, 0), (20, 3)]),
        ([(0, 3)], [(10, 20, 0.0), (15, 30, 0.0)], [(0, 3), (10, 0), (30, 3)]),  # overlap
        ([(0, 3)], [(10, 20, 0.0), (20, 30, 0.0)], [(0, 3), (10, 0), (30, 3)]),  # one after the other
        ([(0, 3)], [(-5, 20, 0.0)], [(0, 0), (20, 3)]),  # from before the run
        ([(0, 3)], [(90, 120, 0.0)], [(0, 3), (90, 0), (120, 3)]),  # beyond the run: its own end
        ([(0, 3)], [(100, 120, 0.0), (-20, 0, 0.0)], [(0, 3)]),  # outside the run
        ([(0, 4)], [(10, 20, 0.5), (15, 30, 0.5)], [(0, 4), (10, 2), (15, 1), (20, 2), (30, 4)]),  # shares multiply
        ([(0, 4), (15, 8)], [(10, 20, 0.5)], [(0, 4), (10, 2), (15, 4), (20, 8)]),  # of the dated base
        ([(0, 3), (15, 8)], [(10, 20, 0.0)], [(0, 3), (10, 0), (20, 8)]),  # a rise while closed shows later
        ([(0, 3)], [(10, 20, 0.9999)], [(0, 3), (10, 2), (20, 3)]),  # whole units only
        ([(0, 6)], [(10, 20, 1 / 3)], [(0, 6), (10, 2), (20, 6)]),  # 6 x 1/3 is 2, not 1.9999
    ],
)
def test_merged_steps(base, narrowings, expected):
    assert timeline(base, narrowings, 100) == expected


spells = st.tuples(st.integers(-20, 110), st.integers(1, 40), st.sampled_from([0.0, 0.25, 0.5]))


breakdowns = st.lists(
    st.tuples(st.integers(0, 8), st.integers(-20, 110), st.integers(1, 40)),
    max_size=8,
    unique_by=lambda spell: spell[0],
)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.lists(spells, max_size=6), st.lists(st.tuples(st.integers(1, 99), st.integers(0, 9)), max_size=4), breakdowns)
def test_every_second_has_the_capacity_of_the_definition(drawn, changes, broken):
    """Units below floor(dated base x product of the open shares) that are not down, counted second by second."""
    narrowings = [(start, start + length, share) for start, length, share in drawn]
    down = [(unit, start, start + length) for unit, start, length in broken if start < 100 and start + length > 0]
    base = [(0, 7), *sorted(dict(changes).items())]
    steps = timeline(base, narrowings, 100, down)
    assert steps[0][0] == 0
    assert all(a[0] < b[0] and a[1] != b[1] for a, b in pairwise(steps))
    for second in range(100):
        value = [c for t, c in base if t <= second][-1]
        open_share = math.prod(share for start, stop, share in narrowings if start <= second < stop)
        in_service = set(range(math.floor(value * open_share + 1e-9)))
        in_service -= {unit for unit, start, stop in down if start <= second < stop}
        assert [c for t, c in steps if t <= second][-1] == len(in_service)


HALF_DOWN = Outages.model_validate(
    {"up": {"dist": "exponential", "mean": "10 d"}, "down": {"dist": "exponential", "mean": "10 d"}}
)
YEAR_S, MID_S = 365 * DAY_S, 181 * DAY_S


def broken(base, narrowings=(), unit_count=None):
    """[YEAR_S / HOUR_S] open units at each full hour of 2025 of a facility whose units are down half of the time."""
    most = max(c for _, c in base) if unit_count is None else unit_count
    down = outages(HALF_DOWN, most, "gate", Streams(1, 0), DAY, YEAR_S)
    times, units = zip(*timeline(base, narrowings, YEAR_S, down), strict=True)
    return np.array(units)[np.searchsorted(times, np.arange(0, YEAR_S, HOUR_S), side="right") - 1]


@pytest.mark.parametrize(("first", "then"), [(1, 5), (2, 8), (5, 1), (3, 0), (0, 4)])
def test_units_that_come_later_or_are_gone_do_not_break_down(first, then):
    """Before the change the hours are those of the first capacity all year, after it those of the second."""
    dated, hours = broken([(0, first), (MID_S, then)]), MID_S // HOUR_S
    assert (dated[:hours] == broken([(0, first)])[:hours]).all()
    assert (dated[hours:] == broken([(0, then)])[hours:]).all()
    if first:
        assert 0.3 * first < dated[:hours].mean() < 0.7 * first


def test_units_that_a_narrowing_takes_out_of_service_do_not_break_down():
    """Half of four units are left from May to July: the two that are left break down, not those beside them."""
    begin_s, end_s = 120 * DAY_S, 212 * DAY_S
    narrowed, whole, two = broken([(0, 4)], [(begin_s, end_s, 0.5)]), broken([(0, 4)]), broken([(0, 2)])
    within = slice(begin_s // HOUR_S, end_s // HOUR_S)
    assert (narrowed[within] == two[within]).all()
    assert narrowed[within].mean() > 0.5
    narrowed[within] = whole[within] = 0
    assert (narrowed == whole).all()


@pytest.mark.parametrize(("end", "found"), [(date(1990, 12, 31), False), (ANCHOR, False), (date(2005, 1, 1), True)])
def test_storms_and_breakdowns_begin_in_2000(end, found):
    """A run that ends before meets none."""
    start, streams = date(1990, 1, 1), Streams(1, 0)
    end_s = (end - start).days * DAY_S
    storms = weather.spells("gales", Draw.model_validate("1 d"), lambda day: 0.2, streams, start, end_s)
    row = Outages.model_validate({"up": {"dist": "exponential", "mean": "10 d"}, "down": "1 d"})
    down = outages(row, 2, "crane", streams, start, end_s)
    assert (bool(storms), bool(down)) == (found, found)
    first_s = (ANCHOR - start).days * DAY_S
    assert all(spell.start_s >= first_s for spell in storms)
    assert all(begin_s >= first_s for _, begin_s, _ in down)


def test_dated_capacity_before_within_and_after_the_run():
    value = Dated[int].model_validate(
        [
            {"value": 1},
            {"from": "2024-06-01", "value": 2},
            {"from": "2025-01-03", "value": 3},
            {"from": "2025-02-01", "value": 4},
        ]
    )
    assert dated_steps(value, DAY, 10 * DAY_S) == [(0, 2), (2 * DAY_S, 3)]


def test_closing_at_the_opening_time_means_the_next_morning():
    """Open round the clock, but not on Sunday, 5 January: closed from midnight to midnight."""
    hours = Hours.model_validate(
        {"open": "00:00", "close": "00:00", "zone": "UTC", "weekdays": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]}
    )
    closed = [(a, b) for a, b, _ in closed_hours(hours, DAY, 6 * DAY_S) if a < 6 * DAY_S and b > 0]
    assert closed == [(4 * DAY_S, 5 * DAY_S)]


def test_the_hour_that_daylight_saving_skips_and_repeats():
    """Berlin, 02:00 to 04:00 local: one hour long on 30 March 2025, three hours on 26 October."""
    hours = Hours.model_validate({"open": "02:00", "close": "04:00", "zone": "Europe/Berlin"})
    for day, length_h in ((date(2025, 3, 30), 1), (date(2025, 10, 26), 3), (date(2025, 7, 1), 2)):
        closed = sorted(c[:2] for c in closed_hours(hours, day, DAY_S))
        gaps = [(b, c) for (_, b), (c, _) in pairwise(closed) if 0 <= b < DAY_S]
        assert [(c - b) / HOUR_S for b, c in gaps][:1] == [length_h]


def link(**fields):
    row = {"from_node": "a", "to_node": "b", "mode": "rail", "length_km": 115, "speed_kmh": 50}
    return Link.model_validate({**row, "source": "made up for a test", "grade": "assumption", **fields})


def test_section_times_change_on_their_dates():
    row = link(
        trains_per_day=[{"value": 12}, {"from": "2025-01-05", "value": 24}],
        speed_kmh=[{"value": 50}, {"from": "2025-01-07", "value": 100}],
    )
    times = [(t.since_s / DAY_S, t.headway_s, t.running_s) for t in section_times(row, DAY, 30 * DAY_S)]
    assert times == [(0, 7200, 2.3 * HOUR_S), (4, 3600, 2.3 * HOUR_S), (6, 3600, pytest.approx(1.15 * HOUR_S))]


def test_commercial_speed_holds_stops_that_running_time_does_not():
    commercial = section_times(link(speed_kind="commercial"), DAY, DAY_S)[0].running_s
    assert commercial == pytest.approx(115 / (50 * COMMERCIAL_TO_RUNNING) * HOUR_S)


def test_yearly_capacity_as_trains_a_day():
    """7.3 Mt a year in both directions in trains of 2,000 t net: 5 trains a day each way."""
    assert trains_per_day(link(capacity_mt_per_year=7.3, net_tonnes_per_train=2000), DAY) == pytest.approx(5)


def test_a_line_without_a_stated_capacity_has_no_headway():
    assert section_times(link(), DAY, DAY_S)[0].headway_s == 0
