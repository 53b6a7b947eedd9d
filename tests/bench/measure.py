"""What is measured: engines against each other and against other programs, a full-size replication, the start.

Times are CPU seconds of this process, so that other work on the machine counts little; only threads are
timed by the wall clock. Whatever is compared takes turns, A B A B, each round with other luck.
"""

from __future__ import annotations

import importlib.metadata
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sim.model.build import build
from sim.model.draws import Model
from sim.runs.engines import find_engine
from sim.runs.executors import replicate_built
from sim.runs.options import Options
from sim.runs.prepare import prepare
from sim.runs.replicate import run_world
from sim.runs.worker import Job
from tests.bench import textbook
from tests.bench.line import DAY_S, line_model, tandem_model, trains_model

ROOT = Path(__file__).parents[2]
#: A full replication, and a shorter one: the difference shows what one more operation costs.
FULL, SHORT = "period.end=2024-12-31", "period.end=2024-03-31"
PACKAGES = ("numpy", "numba", "simpy", "cimba", "ciw", "salabim", "pandas", "pyarrow", "scipy", "pydantic")
Program = Callable[[int], object]
Clock = Callable[[], float]


def built(make: Callable[..., Model], *options: int) -> Model:
    """A world of ``tests.bench.line`` as a model."""
    with tempfile.TemporaryDirectory() as folder:
        return make(Path(folder), *options)


def medians(programs: Mapping[str, Program], rounds: int, clock: Clock = time.process_time) -> list[float]:
    """Median seconds of each program; all take turns, and round ``k`` is called with ``k``."""
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for k in range(rounds):
        for name, program in programs.items():
            began = clock()
            program(k)
            seconds[name].append(clock() - began)
    return [statistics.median(found) for found in seconds.values()]


def engine(model: Model, name: str) -> Program:
    """One replication, draws included."""
    simulate = find_engine(name)
    return lambda k: simulate(model.plan, model.draw(k))


def against_textbook(engine_name: str, days: int, rounds: int) -> tuple[int, float, float]:
    """Lots, and seconds of the engine and of the textbook program over the line with a gate and a ferry."""
    model = built(line_model, days)
    lots, stopped_s = _size(model, engine_name)
    programs = {
        "engine": engine(model, engine_name),
        "textbook": lambda k: textbook.run(textbook.random_lots(lots, seed=k), stopped_s),
    }
    return lots, *medians(programs, rounds)


def against_cimba(engine_name: str, days: int, rounds: int) -> tuple[int, float, float]:
    """The same for Cimba, which runs, in turns with the engine, in a process of its own."""
    model = built(line_model, days)
    lots, stopped_s = _size(model, engine_name)
    run, own, others = engine(model, engine_name), [], []
    with cimba_beside() as ask:
        ask(DAY_S, 0)  # compiles it
        for k in range(rounds):
            own.append(medians({"engine": lambda _, k=k: run(k)}, 1)[0])
            others.append(ask(stopped_s, k)["cpu_s"])
    return lots, statistics.median(own), statistics.median(others)


@contextmanager
def cimba_beside() -> Iterator[Callable[[float, int], dict[str, float]]]:
    """The line as Cimba writes it, asked with when to stop and a seed; it cannot be compiled where Numba has run."""
    command = [sys.executable, "-m", "tests.bench.cimba_line"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout

        def ask(until_s: float, seed: int) -> dict[str, float]:
            print(until_s, seed, file=process.stdin, flush=True)
            return json.loads(process.stdout.readline())

        yield ask
        process.stdin.close()


def _size(model: Model, engine_name: str) -> tuple[int, int]:
    """Lots of a replication, and when it stops; its memory is the next one's afterwards, as in a run."""
    trace = find_engine(engine_name)(model.plan, model.draw(0))
    return len(trace.lots), trace.stopped_s


def against_queues(engine_name: str, other: Callable[[float, int], object], days: int, rounds: int) -> list[float]:
    """Seconds of the engine and of another simulator over a plain tandem of queues."""
    model = built(tandem_model, days)
    stopped_s = find_engine(engine_name)(model.plan, model.draw(0)).stopped_s
    return medians({"engine": engine(model, engine_name), "other": lambda k: other(stopped_s, k)}, rounds)


def operations_per_second(engine_name: str, days: int, rounds: int) -> tuple[int, float]:
    """Lots, and operations a second, draws included."""
    model = built(line_model, days)
    trace = find_engine(engine_name)(model.plan, model.draw(0))
    lots, operations = len(trace.lots), len(trace.rows)
    del trace
    return lots, operations / medians({"engine": engine(model, engine_name)}, rounds)[0]


def trains_s(engine_name: str, rounds: int = 5) -> float:
    """Seconds in the engine alone for 5,000 trains of 80 boxes over 14 steps."""
    model, simulate = built(trains_model), find_engine(engine_name)
    draws = model.draw(0)
    simulate(model.plan, draws)
    return medians({"engine": lambda k: simulate(model.plan, draws)}, rounds)[0]


def threads_s(scenario: str, engine_name: str, replications: int = 8, rounds: int = 3) -> list[float]:
    """Wall-clock seconds of replications of a built model, from drawing to stored parts: one at a time, and two."""
    world = prepare(scenario, (f"replications={replications}",))
    model = build(world)

    def run(workers: int) -> None:
        with tempfile.TemporaryDirectory() as out:
            job = Job(world.scenario, world.geodata_digest, engine_name, Path(out), "bench", False, False)
            list(replicate_built(job, model, range(replications), workers))

    run(1)
    return medians({"one": lambda k: run(1), "two": lambda k: run(2)}, rounds, time.perf_counter)


def whole_run_s(scenario: str, engine_name: str, replications: int = 8, rounds: int = 2) -> list[float]:
    """Wall-clock seconds of a stored run, with checks, building and merging: replications one at a time, and two."""
    world = prepare(scenario, (f"replications={replications}",))

    def run(workers: int) -> None:
        with tempfile.TemporaryDirectory() as out:
            run_world(world, Options(engine=engine_name, workers=workers, out=out))

    return medians({"one": lambda k: run(1), "two": lambda k: run(2)}, rounds, time.perf_counter)


def machine_threads_s(rounds: int = 3) -> list[float]:
    """Wall-clock seconds of hashing, which needs no lock, on one thread and on two: what there is to gain now."""
    block = bytes(50_000_000)

    def hash_on(workers: int) -> None:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(lambda k: sha256(block).digest(), range(20)))

    return medians({"one": lambda k: hash_on(1), "two": lambda k: hash_on(2)}, rounds, time.perf_counter)


@dataclass(frozen=True)
class Replication:
    """A replication of a scenario in CPU seconds, and memory; each in a process of its own.

    Phases are those of the second replication in a process; the first waits for new memory, too.
    """

    lots: int
    operations: int
    trace_rows: int  # of all its tables but that of lots
    prepare_s: float
    first_s: float  # from drawing to the stored tables
    first_engine_s: float
    draw_s: float
    engine_s: float
    digest_s: float
    tables_s: float
    store_s: float
    peak_mb: float  # up to the end of the engine
    engine_mb: float  # what of it the engine took
    tables_peak_mb: float  # up to the stored tables

    @property
    def with_a_built_model_s(self) -> float:
        """From drawing to the stored tables."""
        return self.draw_s + self.engine_s + self.digest_s + self.tables_s + self.store_s

    @property
    def bytes_per_lot(self) -> float:
        """What the engine held at most, beyond 32 bytes for each row of the trace."""
        return (self.engine_mb * 2**20 - 32 * self.trace_rows) / self.lots


def replication(scenario: str, engine_name: str, *overrides: str) -> Replication:
    """Run ``tests.bench.one_replication`` and read what it measured of itself."""
    found = {}
    for what in ("times", "memory"):
        command = [sys.executable, "-m", "tests.bench.one_replication", what, scenario, engine_name, *overrides]
        found |= json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    return Replication(**found)


def lean_path(scenario: str) -> dict[str, float]:
    """What ``tests.bench.lean`` measures of points of a sweep, each in a process of its own."""
    found: dict[str, float] = {}
    for what, key in (
        (("times", scenario), ""),
        (("memory", scenario, "1"), "one_"),
        (("memory", scenario, "2"), "two_"),
    ):
        command = [sys.executable, "-m", "tests.bench.lean", *what]
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        found |= {f"{key}{name}": value for name, value in json.loads(done.stdout).items()}
    return found


def many_points(scenario: str, points: int, replications: int, rounds: int = 3) -> dict[str, float]:
    """What ``tests.bench.points`` measures, each in a process of its own.

    One lane and two, on threads and on a cluster, take turns ``rounds`` times, and medians count; what the machine
    itself gains from a second thread stands beside them.
    """
    own = (scenario, str(points), str(replications))
    turns: dict[str, list[dict[str, float]]] = {"years": [], "cluster": []}
    for _ in range(rounds):
        for what, done in turns.items():
            done.append(_of_points(what, *own))
    found = {
        f"{what}_{name}": statistics.median(one[name] for one in done)
        for what, done in turns.items()
        for name in ("one_s", "two_s", "efficiency", "machine")
    }
    found["years"], found["cpu_s_a_year"] = turns["years"][0]["years"], turns["years"][0]["cpu_s_a_year"]
    few, many = _of_points("memory", "100"), _of_points("memory", "1000")
    return found | _of_points("overhead", "60") | {"few_mb": few["memory_mb"], "many_mb": many["memory_mb"]}


def _of_points(*what: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.points", *what]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def start_s(*command: str, tries: int = 5) -> float:
    """Best wall-clock time of a ``corridor`` command."""
    times = []
    for _ in range(tries):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "sim.cli", *command], cwd=ROOT, check=True, capture_output=True)
        times.append(time.perf_counter() - began)
    return min(times)


def versions() -> str:
    """Of the interpreter and the packages that matter here; what is not installed is left out."""
    found = [f"Python {platform.python_version()}"]
    for package in PACKAGES:
        try:
            found.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return ", ".join([*found, platform.machine()])
