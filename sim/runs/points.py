"""Points of one scenario: worlds that differ in a few values, each read for one indicator.

A point that changes only declared fields is patched from the scenario's model (``sim.model.patching``); any other is
resolved, checked and built as a whole, and says why. Patched points are worked off replication by replication over all
of them, on threads that share one draw of the scenario: of it each point takes over what it has not changed.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import InputError, RunError
from sim.model.draws import Drawn
from sim.model.patching import Patcher
from sim.network.consistency import check
from sim.network.world import resolve
from sim.results.identity import canonical_text, code_digest
from sim.results.locking import one_at_a_time
from sim.results.store import RunWriter
from sim.runs.engines import engine_that_runs, runs_on_threads
from sim.runs.executors import on_threads
from sim.runs.identify import identify
from sim.runs.notices import notice
from sim.runs.readings import Reading, place_of_reading, reading, stored_reading
from sim.runs.sampled_inputs import varies
from sim.runs.worker import Job, Worker, refuse_in_a_starting_worker
from sim.scenario.load import load_scenario

if TYPE_CHECKING:
    from sim.errors import Problem
    from sim.indicators import Measure
    from sim.model.draws import Model
    from sim.network.world import World
    from sim.runs.options import Options


@dataclass
class Point:
    """A world of the scenario; ``model`` if it is patched, else ``rebuilt`` says why not. ``problems`` are its faults."""

    world: World
    model: Model | None
    rebuilt: str
    problems: list[Problem] = field(default_factory=list)
    text: str = ""  # canonical, of a patched one


class Points:
    """Worlds of one scenario with some more overrides each.

    Args:
        name_or_path, overrides: the scenario, and what holds at every point.
        options: how they will be run: another engine, or sampled inputs, need worlds of their own.
        elsewhere: whether other processes will run them, which make their own patches, whatever the engine.
    """

    def __init__(
        self, name_or_path: str | Path, overrides: Sequence[str], options: Options, elsewhere: bool = False
    ) -> None:
        self._name, self._overrides, self.options = name_or_path, tuple(overrides), options
        self._elsewhere = elsewhere
        self._code = code_digest()
        self._patcher: Patcher | None = None
        self.why_not = self._begin()

    def _begin(self) -> str:
        """Build the scenario of which points are patches; or why there will be none."""
        if self.options.inputs != "fixed":
            return f"inputs are {self.options.inputs}: each replication has a world of its own"
        if not self._elsewhere and not runs_on_threads(self.options.engine):
            return f"the {self.options.engine} engine runs in processes, which build their own models"
        try:
            world = resolve(load_scenario(self._name, self._overrides))
            if world.scenario.demand.reacts:
                return "demand answers between runs: each point settles on its own"
            if varies(world.scenario, self.options.inputs):
                return "delays are random: each replication has a world of its own"
            self._patcher = Patcher(world)
        except InputError as error:
            return f"the scenario without the values of the points: {'; '.join(str(error).splitlines())}"
        base = self._patcher.canonical(world)
        self._base, self._texts = base, {name: canonical_text(part) for name, part in base.items()}
        return ""

    @property
    def patcher(self) -> Patcher | None:
        """What makes the patches; None if there are none, which ``why_not`` explains."""
        return self._patcher

    def at(self, overrides: Sequence[str]) -> Point:
        """The point with those overrides, applied after those of all points. Raises InputError as ``resolve`` does."""
        why = self.why_not
        if self._patcher is not None:
            patch = self._patcher.patched(overrides)
            if patch.model is not None:
                return Point(patch.model.world, patch.model, "", text=self._text(patch.model.world))
            why = patch.reason
        world = resolve(load_scenario(self._name, (*self._overrides, *overrides)))
        return Point(world, None, why, check(world))

    def _text(self, world: World) -> str:
        """``canonical_text`` of a patched world; tables that it has in common with the scenario are written once."""
        assert self._patcher is not None
        found = self._patcher.canonical(world)
        texts = (
            f'"{k}":{self._texts[k] if v is self._base[k] else canonical_text(v)}' for k, v in sorted(found.items())
        )
        return f"{{{','.join(texts)}}}"

    def identify(self, point: Point) -> str:
        """``identify`` of the point's world."""
        options = self.options
        return identify(point.world, options.engine, options.inputs, canonical=point.text, code=self._code)

    def read(self, points: Sequence[Point], measure: Measure, inputs: str) -> list[Reading | InputError | RunError]:
        """The indicator at each point, or why there is none; replications that are stored are not repeated.

        ``inputs``: as in ``Options``; what is not sampled there may be taken as it stands besides. Raises RunError if
        nothing can be stored.
        """
        refuse_in_a_starting_worker()
        found: list[Reading | InputError | RunError | None] = [None] * len(points)
        total = sum(point.world.scenario.replications for point in points)
        patched = [k for k, point in enumerate(points) if point.model is not None]
        told = _Told(replace(self.options, inputs=inputs), total, f"{len(points)} points")
        with one_at_a_time(Path(self.options.out)):
            for k, one in zip(patched, self._patched([points[k] for k in patched], measure, told), strict=True):
                found[k] = one
        for k, point in enumerate(points):
            if found[k] is None:
                try:
                    found[k] = reading(point.world, measure, told.options())
                except (InputError, RunError) as error:
                    found[k] = _refuse_a_full_disk(error)
                told.add(point.world.scenario.replications)
        return [one for one in found if one is not None]

    def _patched(self, points: Sequence[Point], measure: Measure, told: _Told) -> list[Reading | InputError | RunError]:
        """``read`` of points that are patched."""
        if self._patcher is None or not points:
            return []
        works = [self._work(point, measure) for point in points]
        for work in works:
            told.add(work.count - len(work.missing))
        most = max(work.count for work in works)
        tasks = [(k, work) for k in range(most) for work in works if k in work.missing]
        if tasks:
            engine_that_runs(self.options.engine)  # compiles it, where that was not done before
        base = _Base(self._patcher.model, Counter(k for k, _ in tasks))
        workers = min(self.options.workers or os.cpu_count() or 1, len(tasks))
        steps = [partial(work.replicate, k, base) for k, work in tasks]
        for _ in on_threads(steps, workers) if workers > 1 else (step() for step in steps):
            told.add(1)
        return [work.failed or stored_reading(*work.place, work.count, measure) for work in works]

    def _work(self, point: Point, measure: Measure) -> _Work:
        """What of a point is to be done."""
        place = place_of_reading(point.world, self.identify(point), measure, self.options.out)
        job = Job(
            scenario=point.world.scenario,
            geodata_digest=point.world.geodata_digest,
            engine=self.options.engine,
            folder=place[2],
            run_id=place[1],
            check=self.options.check,
            keep_operations=False,
            wanted=(measure,),
        )
        have = set() if self.options.force else RunWriter(place[2], place[1]).take_up(notice)
        count = point.world.scenario.replications
        return _Work(Worker(job, point.model), place, count, {k for k in range(count) if k not in have})


@dataclass
class _Work:
    """A point while it is worked at; ``failed`` is why it has no value."""

    worker: Worker
    place: tuple[str, str, Path]
    count: int
    missing: set[int]
    failed: InputError | RunError | None = None

    def replicate(self, replication: int, base: _Base, stopped: Callable[[], bool] = lambda: False) -> None:
        with base.drawn(replication) as like:
            if self.failed is None and not stopped():
                try:
                    self.worker.replicate(replication, stopped, like)
                except (InputError, RunError) as error:
                    self.failed = _refuse_a_full_disk(error)


class _Base:
    """Draws of the scenario itself, one a replication, kept as long as a point may take something over."""

    def __init__(self, model: Model, uses: Counter[int]) -> None:
        self._model, self._left, self._lock = model, uses, threading.Lock()
        self._shared = {k for k, n in uses.items() if n > 1}
        self._drawn: dict[int, Drawn] = {}

    @contextmanager
    def drawn(self, replication: int) -> Iterator[Drawn | None]:
        """The draws, or None if only one point asks for the replication."""
        try:
            yield self._of(replication)
        finally:
            with self._lock:
                self._left[replication] -= 1
                if not self._left[replication]:
                    self._drawn.pop(replication, None)

    def _of(self, replication: int) -> Drawn | None:
        if replication not in self._shared:
            return None
        with self._lock:
            if replication not in self._drawn:
                self._drawn[replication] = Drawn.of(self._model, replication)
            return self._drawn[replication]


class _Told:
    """How far the work is, counted over all replications of all points."""

    def __init__(self, options: Options, total: int, what: str) -> None:
        self._options, self._total, self._what, self._done = options, total, what, 0

    def add(self, done: int) -> None:
        self._done += done
        if self._options.progress:
            self._options.progress(self._done, self._total, self._what)

    def options(self) -> Options:
        """Options of one point, whose replications are counted on from here."""
        before, told = self._done, self._options.progress
        if told is None:
            return self._options
        return replace(self._options, progress=lambda done, _, name: told(before + done, self._total, self._what))


def _refuse_a_full_disk(error: InputError | RunError) -> InputError | RunError:
    """The error; raised if nothing can be stored, of no point."""
    if isinstance(error.__cause__, OSError):
        raise error
    return error
