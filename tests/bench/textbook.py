"""The line as a SimPy textbook would write it: one process for each lot, ``with`` a request at each station.

Each operation leaves a record of its request, start and end, as in the simulator. Times are seconds.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

import simpy

from tests.bench.line import (
    BATCH,
    CLOSES_S,
    DAY_S,
    FERRIES,
    GATE,
    LONGEST_WAIT_S,
    MEAN_BETWEEN_LOTS_S,
    MEAN_SERVICE_S,
    OPENS_S,
    SAILING_S,
    STATIONS,
    STATIONS_BEFORE_SEA,
)

#: When a lot sets out, and its time at each station.
Lot = tuple[float, list[float]]
#: Lot, station, request, start, end.
Record = tuple[int, int, float, float, float]


def random_lots(count: int, seed: int) -> Iterator[Lot]:
    """Lots that set out at random, with exponential times at every station, drawn as they are needed."""
    draws = random.Random(seed)
    now = 0.0
    for _ in range(count):
        now += draws.expovariate(1 / MEAN_BETWEEN_LOTS_S)
        yield now, [draws.expovariate(1 / MEAN_SERVICE_S) for _ in range(STATIONS)]


def run(lots: Iterable[Lot], until_s: float) -> tuple[list[float], list[Record]]:
    """Seconds from setting out to the end, for lots that ended by ``until_s``; and every operation."""
    env = simpy.Environment()
    stations = [simpy.Resource(env, capacity=1) for _ in range(STATIONS)]
    quay, berth = simpy.Store(env), simpy.Resource(env, capacity=1)
    journeys: list[float] = []
    records: list[Record] = []
    env.process(_source(env, lots, stations, quay, journeys, records))
    for number in range(FERRIES):
        env.process(_ferry(env, quay, berth, starts_west=number % 2 == 1))
    env.run(until=until_s)
    return journeys, records


def _source(env, lots, stations, quay, journeys, records):
    for lot, (set_out, times) in enumerate(lots):
        yield env.timeout(set_out - env.now)
        env.process(_lot(env, lot, times, stations, quay, journeys, records))


def _lot(env, lot, times, stations, quay, journeys, records):
    set_out = env.now
    for number, station in enumerate(stations):
        if number == STATIONS_BEFORE_SEA:
            landed = env.event()
            yield quay.put(landed)
            yield landed
        if not times[number]:
            continue  # nothing to do is nothing to wait for
        with station.request() as turn:
            requested = env.now
            yield turn
            if number == GATE:
                yield env.timeout(_until_open(env.now))
            started = env.now
            yield env.timeout(times[number])
        records.append((lot, number, requested, started, env.now))
    journeys.append(env.now - set_out)


def _ferry(env, quay, berth, starts_west):
    """Leaves with a full batch or after the longest wait; comes back empty after as long a wait."""
    if starts_west:
        yield env.timeout(LONGEST_WAIT_S)
        yield env.timeout(SAILING_S)
    while True:
        batch = []
        with berth.request() as turn:
            yield turn
            too_long = env.timeout(LONGEST_WAIT_S)
            while len(batch) < BATCH:
                arrival = quay.get()
                yield arrival | too_long
                if not arrival.triggered:
                    arrival.cancel()
                    break
                batch.append(arrival.value)
        yield env.timeout(SAILING_S)
        for landed in batch:
            landed.succeed()
        yield env.timeout(LONGEST_WAIT_S)
        yield env.timeout(SAILING_S)


def _until_open(now: float) -> float:
    time_of_day = now % DAY_S
    if time_of_day < OPENS_S:
        return OPENS_S - time_of_day
    return 0 if time_of_day < CLOSES_S else DAY_S + OPENS_S - time_of_day
