"""Measure many points of a year on two lanes and print the numbers as JSON: ``years SCENARIO POINTS REPLICATIONS``,
``cluster SCENARIO POINTS REPLICATIONS``, ``overhead POINTS``, ``memory POINTS``.

``years`` holds one thread against two, ``cluster`` one worker process of a dask cluster on this machine against two, by
turns, in wall-clock seconds; what else the machine does is measured beside them (``machine``: hashing on one thread
against two). ``overhead`` is what a point costs beyond its replications, ``memory`` what this process holds at most
while so many points are worked at.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sim.indicators import Measure
from sim.runs.cluster import leave
from sim.runs.options import Options
from sim.runs.point_runs import Planned, PointRuns
from tests.bench.measure import machine_threads_s
from tests.bench.one_replication import forget_peak_mb, peak_mb

OUTCOME = Measure("transit_p50", "corridor")
SHIPS, PAPERS = "fleets.kmtf_feeder.count", "barriers.documents.kz.scale"
FEW_DAYS = ("period.end=2024-01-12", "period.warm_up=2 d", "period.run_out=10 d")


def years(scenario: str, points: str, replications: str) -> dict[str, float]:
    """Seconds of so many points on one thread and on two."""
    with tempfile.TemporaryDirectory() as out:
        runs = begun(scenario, Path(out), workers=1)
        planned = many(runs, int(points))
        runs.run(planned[:1], 1)  # what is imported and compiled at first
        cpu_s = time.process_time()
        one_s = seconds(fresh(runs, f"{out}/one"), planned, int(replications))
        cpu_s = time.process_time() - cpu_s
        two_s = seconds(fresh(runs, f"{out}/two", workers=2), planned, int(replications))
    one, two = machine_threads_s(1)
    years = len(planned) * int(replications)
    return {
        "years": years,
        "one_s": one_s,
        "two_s": two_s,
        "cpu_s_a_year": cpu_s / years,
        "efficiency": one_s / two_s / 2,
        "machine": one / two / 2,
    }


def cluster(scenario: str, points: str, replications: str) -> dict[str, float]:
    """Seconds of so many points on a cluster of one worker process and of two, both begun before."""
    found = {}
    for workers in (1, 2):
        with tempfile.TemporaryDirectory() as out:
            runs = begun(scenario, Path(out) / "first", workers=workers, cluster="local")
            planned = many(runs, int(points))
            runs.run(planned[: 2 * workers], 1)  # each worker builds the scenario once
            found[workers] = seconds(fresh(runs, f"{out}/again"), planned, int(replications))
            leave()
    one, two = machine_threads_s(1)
    efficiency = found[1] / found[2] / 2
    years = int(points) * int(replications)
    return {"years": years, "one_s": found[1], "two_s": found[2], "efficiency": efficiency, "machine": one / two / 2}


def overhead(points: str) -> dict[str, float]:
    """Milliseconds that a point of a few days costs: planned; run on a thread; on a worker of a cluster; found again."""
    found: dict[str, float] = {}
    for name, options in (("thread", {"workers": 1}), ("cluster", {"workers": 1, "cluster": "local"})):
        with tempfile.TemporaryDirectory() as out:
            found |= _overhead(name, begun("tutorial", Path(out), FEW_DAYS, **options), int(points))
        leave()
    return found


def _overhead(name: str, runs: PointRuns, n: int) -> dict[str, float]:
    texts = [(f"fleets.feeders.count={1 + k % 9}", f"seed={k}") for k in range(n)]
    planned: list[Planned] = []
    found = {"plan_ms": 1000 / n * wall_s(lambda: planned.extend(map(runs.plan, texts)))}
    runs.run(planned[:2], 1)
    found[f"{name}_ms"] = 1000 / (n - 2) * wall_s(lambda: runs.run(planned[2:], 1))
    found["found_again_ms"] = 1000 / n * wall_s(lambda: runs.run(planned, 1))
    return found


def memory(points: str) -> dict[str, float]:
    """Megabytes at most beyond those at the first point, and on which point count."""
    with tempfile.TemporaryDirectory() as out:
        runs = begun("tutorial", Path(out), FEW_DAYS, workers=2)
        texts = [(f"fleets.feeders.count={1 + k % 9}", f"facilities.east_berths.capacity={1 + k}") for k in range(60)]
        runs.run([runs.plan(text) for text in texts], 1)  # as many as are kept
        before = forget_peak_mb()
        planned = [
            runs.plan([f"fleets.feeders.count={1 + k % 9}", f"facilities.west_berths.capacity={1 + k}"])
            for k in range(int(points))
        ]
        runs.run(planned, 1)
        for one in planned:
            runs.read(one, 1).contributions(OUTCOME)
        return {"points": len(planned), "memory_mb": peak_mb() - before}


def begun(scenario: str, out: Path, overrides: tuple[str, ...] = (), **options: object) -> PointRuns:
    return PointRuns(scenario, overrides, (OUTCOME,), Options(out=out, figures=False, **options))


def fresh(runs: PointRuns, out: str, **options: object) -> PointRuns:
    """The same with an empty store."""
    other = object.__new__(PointRuns)
    other.__dict__.update(runs.__dict__)
    other.options = replace(runs.options, out=out, **options)
    other.store = type(runs.store)(Path(out) / "points")
    return other


def many(runs: PointRuns, n: int) -> list[Planned]:
    """So many points: ships and papers, each another."""
    return [runs.plan([f"{SHIPS}={1 + k % 5}", f"{PAPERS}={1 - k / (2 * n):.6f}"]) for k in range(n)]


def seconds(runs: PointRuns, planned: list[Planned], replications: int) -> float:
    return wall_s(lambda: runs.run(planned, replications))


def wall_s(work: Callable[[], object]) -> float:
    begun_s = time.perf_counter()
    work()
    return time.perf_counter() - begun_s


if __name__ == "__main__":
    commands = {"years": years, "cluster": cluster, "overhead": overhead, "memory": memory}
    print(json.dumps(commands[sys.argv[1]](*sys.argv[2:])))
