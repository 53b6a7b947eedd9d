"""Measure points of a sweep on the lean path and print the numbers as JSON: ``times SCENARIO``, ``memory SCENARIO N``.

Each in a process of its own. Times are CPU seconds but those of threads; memory is that of ``N`` threads.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sim.analysis.records import RunInfo, run_info, wanted_tables
from sim.contract.trace import Trace
from sim.indicators import Measure
from sim.model.draws import Drawn, Model
from sim.results.store import RunWriter
from sim.runs.engines import find_engine
from sim.runs.memory import keep_freed_memory
from sim.runs.options import Options
from sim.runs.points import Point, Points
from tests.bench.one_replication import forget_peak_mb, peak_mb

#: One number of each kind that a sweep changes, with its values.
CHANGES = {
    "capacity": "facilities.aktau_port_container_berths.capacity",
    "ships": "fleets.kmtf_feeder.count",
    "barrier": "barriers.documents.kz.scale",
}
VALUES = (1, 2, 3, 4)
OUTCOMES = ("transit_mean of corridor", "transit_p50 of corridor", "volume_teu of corridor")
#: Those that every stretch of each journey is needed for.
CAUSES = "time_capacity of corridor"


def cpu_s(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def wall_s(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def measure(text: str) -> Measure:
    return Measure(*text.split(" of "))


def times(scenario: str, rounds: str = "5") -> dict[str, float]:
    """Milliseconds of a point, seconds of the steps of a replication, and of many points on one thread and two."""
    keep_freed_memory()
    n = int(rounds)
    with tempfile.TemporaryDirectory() as out:
        points = Points(scenario, ("replications=1",), Options(out=out, figures=False))
        assert not points.why_not, points.why_not
        found = _points_ms(points)
        some = [points.at([f"{key}={value}"]) for key in CHANGES.values() for value in VALUES]
        points.options = replace(points.options, out=f"{out}/first", workers=1)
        points.read(some[:1], measure(OUTCOMES[0]), "fixed")  # what is imported and compiled at first
        return found | _path(some[0], Path(out), n) | _years(points, some, out, max(n // 2, 1))


def memory(scenario: str, workers: str) -> dict[str, float]:
    """The most that some threads hold beyond the model and all that a first replication loads."""
    with tempfile.TemporaryDirectory() as out:
        points = Points(scenario, ("replications=1",), Options(out=f"{out}/first", figures=False, workers=1))
        some = [points.at([f"{CHANGES['capacity']}={value}"]) for value in VALUES]
        small = Points("tutorial", (), Options(out=f"{out}/small", figures=False, workers=1))
        small.read([small.at(["fleets.feeders.count=1"])], measure(OUTCOMES[0]), "fixed")
        points.options = replace(points.options, out=f"{out}/points", workers=int(workers))
        before = forget_peak_mb()
        points.read(some, measure(OUTCOMES[0]), "fixed")
        return {"memory_mb": peak_mb() - before}


def _points_ms(points: Points) -> dict[str, float]:
    """Milliseconds to patch a point and to name its run, by what it changes."""
    found = {}
    for name, key in CHANGES.items():
        points.identify(points.at([f"{key}={VALUES[0]}"]))
        times = [
            cpu_s(lambda key=key, v=v: points.identify(points.at([f"{key}={v}"]))) for v in VALUES for _ in range(3)
        ]
        found[f"{name}_ms"] = 1000 * statistics.median(times)
    return found


def _path(point: Point, out: Path, rounds: int) -> dict[str, float]:
    """CPU seconds of the steps of one replication, medians."""
    model = point.model
    assert model is not None
    steps = [_steps(model, run_info(model.world), out, k) for k in range(rounds)]
    return {f"{name}_s": statistics.median(step[name] for step in steps) for name in steps[0]}


def _steps(model: Model, info: RunInfo, out: Path, k: int) -> dict[str, float]:
    """CPU seconds of the steps of one replication."""
    simulate, traces = find_engine("compiled"), list[Trace]()
    base = Drawn.of(model, k)
    found = {
        "draw": cpu_s(lambda: model.draw(k)),
        "like": cpu_s(lambda: model.draw(k, like=base)),
        "engine": cpu_s(lambda: traces.append(simulate(model.plan, base.draws))),
    }

    def read(*texts: str) -> None:
        for text in texts:
            tables = wanted_tables(model.plan, base.draws, traces[0], info, k, {measure(text)})
            RunWriter(out / "path", "bench").add(k, tables, "")

    few_s = cpu_s(lambda: read(*OUTCOMES)) / len(OUTCOMES)
    return found | {"few": few_s, "causes": cpu_s(lambda: read(CAUSES))}


def _years(points: Points, some: list[Point], out: str, rounds: int) -> dict[str, float]:
    """Wall-clock seconds of all points on one thread and on two, by turns."""
    seconds: dict[int, list[float]] = {1: [], 2: []}
    for k in range(rounds):
        for workers in seconds:
            points.options = replace(points.options, out=f"{out}/{k}-{workers}", workers=workers)
            seconds[workers].append(wall_s(lambda: points.read(some, measure(OUTCOMES[0]), "fixed")))
    one, two = (statistics.median(seconds[workers]) for workers in (1, 2))
    return {"one_s": one, "two_s": two, "years": len(some)}


if __name__ == "__main__":
    print(json.dumps({"times": times, "memory": memory}[sys.argv[1]](*sys.argv[2:])))
