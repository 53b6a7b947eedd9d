"""Saturated lines of exponential stations where a finished lot blocks its station until the next is free.

Throughput as a share of one station's rate. Two stations with b places between them: (b + 2) / (b + 3);
three stations without places: 22 / 39 (Hunt, Operations Research 4, 1956). A place is a station that
takes one second of ten hours, too little to matter at the stated tolerance. Each comparison falsely
alarms once in 100,000 seeds.
"""

from __future__ import annotations

import pytest

from tests.oracle.line import exponential, line, per_hour
from tests.oracle.statistics import assert_mean
from tests.oracle.world import model, run

STATION_H = 0.25
YEAR = {"start": "2021-01-01", "end": "2021-03-01", "warm_up": "20 d"}


def blocking_line(stations: int, places: int):
    """Stations with ``places`` between neighbours; lots come nearly as fast as one station serves."""
    steps = []
    for k in range(stations):
        if k and places:
            steps.append((f"places{k}", {"capacity": places}, {"duration": "1 s", "holds_until_next": True}))
        blocks = k < stations - 1
        step = {"duration": exponential(STATION_H), "holds_until_next": blocks}
        steps.append((f"station{k}", {"capacity": 1}, step))
    flow = {"arrivals": "regular", "quantity_per_year": per_hour(0.95 / STATION_H)}
    return line(steps, {"F": flow})


@pytest.mark.parametrize(
    ("stations", "places", "theory"), [(2, 0, 2 / 3), (2, 1, 3 / 4), (2, 2, 4 / 5), (3, 0, 22 / 39)]
)
def test_throughput_of_a_blocking_line(tmp_path, stations, places, theory):
    built = model(tmp_path, blocking_line(stations, places), **YEAR)
    hours = (built.period_end_s - built.period_start_s) / 3600
    shares = []
    for k in range(10):
        result = run(built, k)
        ends = result.rows(f"process/station{stations - 1}")[:, 6]
        served = ((ends >= built.period_start_s) & (ends < built.period_end_s)).sum()
        shares.append(served / hours * STATION_H)
    assert_mean(shares, theory, resolution=0.03)
