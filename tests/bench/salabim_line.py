"""A tandem of queues as salabim writes it: a component for each lot, which requests one station after the other."""

from __future__ import annotations

import random

import salabim

from tests.bench.line import MEAN_BETWEEN_LOTS_S, MEAN_SERVICE_S, STATIONS


def run(until_s: float, seed: int) -> tuple[float, int]:
    """Simulate until ``until_s``; mean seconds from coming to the end, and the number of operations recorded."""
    salabim.yieldless(False)
    draws = random.Random(seed)
    world = salabim.Environment(trace=False)
    stations = [salabim.Resource(f"station{k}", capacity=1, env=world) for k in range(STATIONS)]
    for station in stations:  # its own statistics are not asked for
        for monitor in (
            station.claimed_quantity,
            station.available_quantity,
            station.occupancy,
            station.capacity,
            station.requesters().length,
            station.requesters().length_of_stay,
            station.claimers().length,
            station.claimers().length_of_stay,
        ):
            monitor.monitor(False)
    journeys: list[float] = []
    records: list[tuple[int, int, float, float, float]] = []

    class Lot(salabim.Component):
        def process(self):
            came = world.now()
            for number, station in enumerate(stations):
                requested = world.now()
                yield self.request(station)
                started = world.now()
                yield self.hold(draws.expovariate(1 / MEAN_SERVICE_S))
                self.release(station)
                records.append((self.sequence_number(), number, requested, started, world.now()))
            journeys.append(world.now() - came)

    class Source(salabim.Component):
        def process(self):
            while True:
                yield self.hold(draws.expovariate(1 / MEAN_BETWEEN_LOTS_S))
                Lot(env=world, name="lot.")

    Source(env=world)
    world.run(till=until_s)
    return sum(journeys) / len(journeys), len(records)
