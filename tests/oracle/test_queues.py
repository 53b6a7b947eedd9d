"""Queues whose mean wait is known: each agrees with theory, and with its recursion to the second.

Every comparison is a t test over replications that falsely alarms once in 100,000 seeds
(``statistics.FALSE_ALARM``); the tolerance it may have is stated at each call. Formulas: Kleinrock,
Queueing Systems I (1975), chapters 3 and 5; Cobham, Operations Research 2 (1954).
"""

from __future__ import annotations

import heapq
import math

import numpy as np
import pytest

from tests.oracle.line import HOUR_S, exponential, line, per_hour
from tests.oracle.statistics import assert_mean
from tests.oracle.world import Run, model, run

YEAR = {"start": "2021-01-01", "end": "2021-12-31", "warm_up": "30 d", "run_out": "10 d"}
SERVICE_H = 1.0


def station(folder, *, rate, servers=1, duration=None):
    tables = line(
        [("desk", {"capacity": servers}, {"duration": duration or exponential(SERVICE_H)})],
        {"F": {"arrivals": "poisson", "quantity_per_year": per_hour(rate)}},
    )
    return model(folder, tables, **YEAR)


def mean_waits_h(built, replications):
    return [run(built, k).waits_s("process/desk").mean() / HOUR_S for k in range(replications)]


def recursion(result: Run, servers: int) -> np.ndarray:
    """Waits by Kiefer and Wolfowitz: whoever comes first takes the server that is free first.

    A duration that rounds to no second at all is nothing to wait for: such a lot passes, and has no row.
    """
    draws = result.draws
    service_s = draws.hold_s[draws.lot_draw + result.plan.programs.draw[0]]
    order = np.lexsort((np.arange(draws.n_lot), draws.lot_time_s))
    free_s, waits = [0] * servers, []
    for lot in order[service_s[order] >= 0]:
        start = max(int(draws.lot_time_s[lot]), heapq.heappop(free_s))
        waits.append(start - int(draws.lot_time_s[lot]))
        heapq.heappush(free_s, start + int(service_s[lot]))
    return np.array(waits)


@pytest.mark.parametrize("servers", [1, 3])
def test_every_wait_is_that_of_the_recursion(tmp_path, servers):
    result = run(station(tmp_path, rate=0.8 * servers, servers=servers))
    rows = result.rows("process/desk")
    served = rows[:, 5] >= 0
    assert served.sum() > 7_000
    simulated = (rows[:, 5] - rows[:, 4])[served]
    assert np.array_equal(simulated, recursion(result, servers)[: len(rows)][served])


def test_mm1_at_half_load(tmp_path):
    """Wq = rho / (mu - lambda) = 1 h. Tolerance at most 10 %."""
    assert_mean(mean_waits_h(station(tmp_path, rate=0.5), 24), 1.0, resolution=0.10)


def test_mm1_at_eighty_percent(tmp_path):
    """Wq = 4 h. Tolerance at most 20 %: long queues remember, and 190,000 lots say no more."""
    assert_mean(mean_waits_h(station(tmp_path, rate=0.8), 24), 4.0, resolution=0.20)


def test_mm3(tmp_path):
    """Erlang's C formula for three servers at 70 % load. Tolerance at most 15 %."""
    servers, load = 3, 2.1
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    all_busy = last / (sum(load**k / math.factorial(k) for k in range(servers)) + last)
    theory = all_busy * SERVICE_H / (servers - load)
    assert_mean(mean_waits_h(station(tmp_path, rate=load, servers=servers), 12), theory, resolution=0.15)


def test_md1(tmp_path):
    """Wq = rho / (2 mu (1 - rho)) = 7/6 h at 70 % load. Tolerance at most 10 %."""
    waits = mean_waits_h(station(tmp_path, rate=0.7, duration="1 h"), 20)
    assert_mean(waits, 0.7 / (2 * 0.3), resolution=0.10)


def test_two_priority_classes(tmp_path):
    """Cobham's non-preemptive head of the line: W1 = W0 / (1 - s1), W2 = W0 / ((1 - s1)(1 - s1 - s2)).

    M/M/1 with s1 = 0.3 and s2 = 0.45, so that W0 = 0.75 h. Tolerance at most 10 % and 20 %.
    """
    tables = line(
        [("desk", {"discipline": "priority"}, {"duration": exponential(SERVICE_H)})],
        {
            "Fast": {"arrivals": "poisson", "quantity_per_year": per_hour(0.3), "priority": 0},
            "Slow": {"arrivals": "poisson", "quantity_per_year": per_hour(0.45), "priority": 1},
        },
    )
    built = model(tmp_path, tables, **YEAR)
    means = np.array([by_class_h(run(built, k)) for k in range(24)])
    assert_mean(means[:, 0], 0.75 / 0.7, resolution=0.10)
    assert_mean(means[:, 1], 0.75 / (0.7 * 0.25), resolution=0.20)


def by_class_h(result: Run) -> list[float]:
    rows = result.rows("process/desk")
    rows = rows[(rows[:, 4] >= result.draws.period_start_s) & (rows[:, 5] >= 0)]
    flow = result.draws.lot_flow[rows[:, 0]]
    return [float((rows[flow == f, 5] - rows[flow == f, 4]).mean()) / HOUR_S for f in (0, 1)]


def test_little_is_an_identity(tmp_path):
    """The area under the number in the system equals the sum of times in it, to the second."""
    result = run(station(tmp_path, rate=0.8))
    born, done = result.draws.lot_time_s, np.full(result.draws.n_lot, result.trace.stopped_s)
    ended = result.trace.lots[result.trace.lots[:, 2] >= 0]
    done[ended[:, 0]] = ended[:, 2]
    came = born <= result.trace.stopped_s
    moments = np.concatenate((born[came], done[came]))
    change = np.repeat([1, -1], came.sum())
    order = np.argsort(moments, kind="stable")
    number_in_system = np.cumsum(change[order])
    area = int((number_in_system[:-1] * np.diff(moments[order])).sum())
    lots = result.trace.lots
    in_system_s = np.where(lots[:, 2] >= 0, lots[:, 2], result.trace.stopped_s) - lots[:, 1]
    assert area == int(in_system_s.astype(np.int64).sum())


def test_line_section_is_a_queue_with_a_fixed_headway(tmp_path):
    """24 paths a day admit a train an hour: M/D/1 at 60 % load; and the travel takes its own five hours.

    Wq = 0.6 / (2 x 0.4) = 0.75 h. Tolerance at most 10 %.
    """
    tables = line([], {"F": {"arrivals": "poisson", "quantity_per_year": per_hour(0.6)}})
    tables["links"] = {
        "ab": {"from": "a", "to": "b", "mode": "rail", "length_km": 200, "speed_kmh": 40, "trains_per_day": 24}
    }
    built = model(tmp_path, tables, **YEAR)
    runs = [run(built, k) for k in range(20)]
    rows = runs[0].rows("section/ab/a")
    ended = rows[rows[:, 6] >= 0]
    assert set((ended[:, 6] - ended[:, 5]).tolist()) == {5 * HOUR_S}
    assert np.diff(rows[rows[:, 5] >= 0, 5]).min() == HOUR_S
    assert_mean([r.waits_s("section/ab/a").mean() / HOUR_S for r in runs], 0.75, resolution=0.10)
