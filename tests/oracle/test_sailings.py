"""Vessels against theory: a closed network of ferries, the next sailing, departure when full.

Each comparison falsely alarms once in 100,000 seeds; the tolerance it may have is stated. Formulas:
Reiser and Lavenberg, Journal of the ACM 27 (1980), for mean value analysis; Kleinrock, Queueing
Systems I (1975), chapter 5, for the residual life of a headway.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.oracle.line import HOUR_S, exponential, per_hour
from tests.oracle.sea import sea
from tests.oracle.statistics import assert_mean
from tests.oracle.world import Run, model, run

YEAR = {"start": "2021-01-01", "end": "2021-12-31", "warm_up": "60 d"}
AT_ONCE = {"rule": "full", "longest_wait": "0 s"}


def cycles_per_hour(vessels: int, station_h: tuple[float, ...], sailing_h: float) -> float:
    """Mean value analysis of single-berth ports with exponential port times, and sailings without queues."""
    queue = [0.0] * len(station_h)
    for n in range(1, vessels + 1):
        at_port = [s * (1 + q) for s, q in zip(station_h, queue, strict=True)]
        cycles = n / (sum(at_port) + sailing_h)
        queue = [cycles * t for t in at_port]
    return cycles


def test_mean_value_analysis_agrees_with_the_machine_repair_model():
    """One port of exponential time m and a long way back is the finite-source queue M/M/1//N."""
    n, m, z = 4, 2.0, 5.0
    weights = [1.0]
    for k in range(n):
        weights.append(weights[-1] * (n - k) * m / z)
    busy = 1 - weights[0] / sum(weights)
    assert cycles_per_hour(n, (m,), z) == pytest.approx(busy / m, rel=1e-12)


def test_closed_network_of_ferries(tmp_path):
    """Five vessels, one berth at each port, 10 h and 6 h alongside, 5 h at sea each way (with spread:
    sailings need no berth, so that only their mean counts). Tolerance at most 5 %."""
    tables = sea(
        flows={"F": {"quantity_per_year": 0}},
        departure=AT_ONCE,
        vessels=5,
        sailing_h=5,
        east={"mooring": exponential(10)},
        west={"mooring": exponential(6)},
        service={"sailing_cv": 0.5},
        facilities={f"{p}_berth": {"node": p, "kind": "berth", "capacity": 1} for p in ("east", "west")},
    )
    built = model(tmp_path, tables, **YEAR)
    hours = (built.period_end_s - built.period_start_s) / HOUR_S
    rates = []
    for k in range(20):
        calls = run(built, k).trace.calls
        east = calls[(calls[:, 2] == 0) & (calls[:, 11] >= built.period_start_s)]
        rates.append(len(east) / hours)
    assert_mean(rates, cycles_per_hour(5, (10.0, 6.0), 10.0), resolution=0.05)


@pytest.mark.parametrize(
    ("port_time", "mean_h", "variance_h2"),
    [(exponential(8), 8.0, 64.0), ({"dist": "uniform", "low": "2 h", "high": "14 h"}, 8.0, 12.0)],
    ids=["exponential", "uniform"],
)
def test_wait_for_the_next_sailing(tmp_path, port_time, mean_h, variance_h2):
    """One large vessel that leaves as soon as it is moored: a lot that comes at random waits
    E[H^2] / 2 E[H] of the time H between departures. Tolerance at most 8 %."""
    tables = sea(
        flows={"F": {"arrivals": "poisson", "quantity_per_year": per_hour(0.3)}},
        departure=AT_ONCE,
        sailing_h=1,
        east={"mooring": port_time},
    )
    built = model(tmp_path, tables, **YEAR, run_out="10 d")
    mean = mean_h + 2
    means = [run(built, k).waits_s("board/boats/0-1").mean() / HOUR_S for k in range(20)]
    assert_mean(means, (variance_h2 + mean**2) / (2 * mean), resolution=0.08)


def boarding_to_leaving_h(result: Run, flow: str) -> np.ndarray:
    """Hours from a lot's joining the queue to the departure of its vessel, for lots of a flow that left."""
    left_s = {(v, c): left for v, c, left in result.trace.calls[:, [0, 1, 11]].tolist() if left >= 0}
    boards = result.trace.boards
    own = result.draws.lot_flow[boards[:, 0]] == result.plan.flow_name.index(flow)
    boards = boards[own & (boards[:, 4] >= result.draws.period_start_s)]
    known = [(left_s[v, c], queued) for _, v, c, _, queued in boards[:, :5].tolist() if (v, c) in left_s]
    return np.array([left - queued for left, queued in known]) / HOUR_S


def test_departure_when_full(tmp_path):
    """With a vessel always in port and room for K lots, the mean wait is (K - 1) / 2 lambda.

    K = 8, half a lot an hour: 7 h. More cargo waits at the other port than can be carried, so that
    vessels come back at once. Tolerance at most 5 %.
    """
    flow = {"arrivals": "poisson", "quantity_per_year": per_hour(0.5)}
    tables = sea(flows={"F": flow}, departure={"rule": "full"}, vessels=6, sailing_h=2, limit=8)
    tables["flows"]["Back"] = {
        **flow,
        "origin": "west",
        "destination": "east",
        "arrivals": "regular",
        "quantity_per_year": per_hour(0.6),
    }
    built = model(tmp_path, tables, **{**YEAR, "end": "2021-06-30"})
    means = [boarding_to_leaving_h(run(built, k), "F").mean() for k in range(15)]
    assert_mean(means, 7.0, resolution=0.05)


def test_a_timetable_is_a_frequency_of_the_service(tmp_path):
    """A slot every 10 h and three ships, of which one is always back in time: each slot has one departure.

    A lot that comes at random waits half the headway, 5 h. Tolerance at most 5 %.
    """
    flow = {"arrivals": "poisson", "quantity_per_year": per_hour(0.3)}
    rule = {"rule": "timetable", "every": "10 h"}
    tables = sea(flows={"F": flow}, departure=rule, vessels=3, sailing_h=9, west={"departure": AT_ONCE})
    built = model(tmp_path, tables, **{**YEAR, "end": "2021-06-30"}, run_out="10 d")
    means = []
    for k in range(10):
        result = run(built, k)
        calls = result.trace.calls
        left_s = np.sort(calls[(calls[:, 2] == 0) & (calls[:, 11] >= built.period_start_s)][:, 11])
        assert set(np.diff(left_s).tolist()) == {10 * HOUR_S}
        means.append(boarding_to_leaving_h(result, "F").mean())
    assert_mean(means, 5.0, resolution=0.05)
