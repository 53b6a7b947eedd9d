"""The line as Cimba writes it, compiled: a process for each lot, which sleeps on the quay until a ferry wakes it.

It keeps journeys and no record of the operations, which is less work than the others do.
"""

from __future__ import annotations

import json
import sys
import time

import cimba as cb
import numpy as np
from cimba import inputs

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


class Station(cb.Model):
    server: cb.Resource
    service: cb.Input[float] = inputs.dist.exponential(mean=MEAN_SERVICE_S)


class Line(cb.Model):
    between: cb.Input[float] = inputs.dist.exponential(mean=MEAN_BETWEEN_LOTS_S)
    stations: list[Station]
    quay: cb.Store[Lot] = cb.Store()
    come: cb.Condition = cb.Condition(observe=quay)
    berth: cb.Resource = cb.Resource()
    ferries: list[Ferry]
    journeys: cb.Dataset
    mean_s: cb.Output[float]
    ended: cb.Output[float]

    def __init__(self):
        self.stations = [Station() for _ in range(STATIONS)]
        self.ferries = [Ferry(number % 2 == 1) for number in range(FERRIES)]

    @cb.process
    def source(self):
        while True:
            cb.hold(self.between.next())
            cb.spawn(Lot, line=self, process=0)

    @cb.predicate
    def somebody_waits(self):
        return self.quay.length() > 0

    @cb.on_end
    def measure(self):
        self.mean_s = self.journeys.sample_mean()
        self.ended = self.journeys.sample_count()


class Lot(cb.Model):
    line: cb.Ref[Line]
    process: int

    @cb.process
    def travel(self):
        set_out = cb.now()
        for number in range(STATIONS):
            if number == STATIONS_BEFORE_SEA:
                self.process = cb.this_process().pointer
                self.line.quay.put(self)
                cb.suspend()
            station = self.line.stations[number]
            station.server.acquire()
            if number == GATE:
                time_of_day = cb.now() % DAY_S
                if time_of_day < OPENS_S:
                    cb.hold(OPENS_S - time_of_day)
                elif time_of_day >= CLOSES_S:
                    cb.hold(DAY_S + OPENS_S - time_of_day)
            cb.hold(station.service.next())
            station.server.release()
        self.line.journeys.record(cb.now() - set_out)


class Ferry(cb.Model):
    """Leaves with a full batch or after the longest wait; comes back empty after as long a wait."""

    line: cb.Ref[Line]
    aboard: cb.Array[int]
    starts_west: bool

    def __init__(self, starts_west):
        self.starts_west = starts_west
        self.aboard = cb.Array(BATCH)

    def attached(self, owner, field):
        self.line = owner

    @cb.process
    def sail(self):
        if self.starts_west:
            cb.hold(LONGEST_WAIT_S + SAILING_S)
        while True:
            count = 0
            self.line.berth.acquire()
            leaves = cb.now() + LONGEST_WAIT_S
            while count < BATCH:
                if not self.line.come.wait_until(self.line.somebody_waits, timeout=leaves - cb.now()):
                    break
                self.aboard[count] = self.line.quay.get().process
                count += 1
            self.line.berth.release()
            cb.hold(SAILING_S)
            for number in range(count):
                cb.Process(self.aboard[number]).resume()
            cb.hold(LONGEST_WAIT_S + SAILING_S)


def run(until_s: float, seed: int) -> tuple[float, int]:
    """Simulate until ``until_s``; mean seconds from setting out to the end, and the number of lots that ended."""
    model = Line()
    results = cb.Experiment(model, replications=1, window=cb.Window(duration=until_s), seed=seed + 1).run()
    found = results[model]
    return float(np.ravel(found.mean_s)[0]), int(np.ravel(found.ended)[0])


def main() -> None:
    """Answer each line "when to stop, seed" with the mean, the lots that ended and the CPU seconds that it took."""
    for line in sys.stdin:
        until_s, seed = line.split()
        begun = time.process_time()
        mean_s, ended = run(float(until_s), int(seed))
        print(json.dumps({"mean_s": mean_s, "ended": ended, "cpu_s": time.process_time() - begun}), flush=True)


if __name__ == "__main__":
    main()
