"""What is measured: the engine against a textbook program, a full-size replication, and starting the command.

Times are CPU seconds of this process, so that other work on the machine counts little.
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
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sim.engine.reference import simulate
from tests.bench import textbook
from tests.bench.line import line_model

ROOT = Path(__file__).parents[2]
#: A full replication, and a shorter one: the difference shows what one more operation costs.
FULL, SHORT = "period.end=2024-12-31", "period.end=2024-03-31"


@dataclass(frozen=True)
class Race:
    """Median CPU seconds of both programs over the same line, draws included, and their mean journeys."""

    lots: int
    operations: int
    engine_s: float
    textbook_s: float
    engine_journey_h: float
    textbook_journey_h: float

    @property
    def ratio(self) -> float:
        """How many times faster the engine is."""
        return self.textbook_s / self.engine_s


def race(days: int = 200, rounds: int = 4) -> Race:
    """Engine and textbook in turns, each round with other luck; both record every operation."""
    with tempfile.TemporaryDirectory() as folder:
        built = line_model(Path(folder), days)
    engine, book, journeys, book_journeys = [], [], [], []
    for k in range(rounds):
        seconds, (luck, trace) = _timed(lambda k=k: _replication(built, k))
        engine.append(seconds)
        ended = trace.lots[trace.lots[:, 2] >= 0]
        journeys.append(float((ended[:, 2] - ended[:, 1]).mean()) / 3600)
        lots = textbook.random_lots(luck.n_lot, seed=k)
        seconds, (found, _) = _timed(lambda lots=lots, until=trace.stopped_s: textbook.run(lots, until))
        book.append(seconds)
        book_journeys.append(statistics.fmean(found) / 3600)
    return Race(luck.n_lot, len(trace.rows), statistics.median(engine), statistics.median(book),
                statistics.fmean(journeys), statistics.fmean(book_journeys))  # fmt: skip


@dataclass(frozen=True)
class Replication:
    """One replication of a scenario in a process of its own."""

    lots: int
    operations: int
    prepare_s: float
    draw_s: float
    engine_s: float
    peak_mb: float


def replication(scenario: str, *overrides: str) -> Replication:
    """Run ``tests.bench.one_replication`` and read what it measured of itself."""
    command = [sys.executable, "-m", "tests.bench.one_replication", scenario, *overrides]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return Replication(**json.loads(output))


def bytes_per_operation(short: Replication, full: Replication) -> float:
    """What one more operation adds to the peak memory: draws, trace, and whoever is on the way."""
    return (full.peak_mb - short.peak_mb) * 2**20 / (full.operations - short.operations)


def start_s(tries: int = 5) -> float:
    """Best wall-clock time of ``corridor --help``."""
    times = []
    for _ in range(tries):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "sim.cli", "--help"], cwd=ROOT, check=True, capture_output=True)
        times.append(time.perf_counter() - began)
    return min(times)


def versions() -> str:
    """Of the interpreter and the packages that matter here."""
    packages = ("simpy", "numpy", "scipy", "pydantic")
    return ", ".join([f"Python {platform.python_version()}",
                      *(f"{p} {importlib.metadata.version(p)}" for p in packages), platform.machine()])  # fmt: skip


def _replication(built, k):
    luck = built.draw(k)
    return luck, simulate(built.plan, luck)


def _timed(action: Callable):
    began = time.process_time()
    result = action()
    return time.process_time() - began, result
