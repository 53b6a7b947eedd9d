"""Points of one scenario, each run for a few indicators, any number of replications each.

    runs = PointRuns("tutorial", (), [Measure("transit_p50", "corridor")], Options(out="results"))
    points = [runs.plan([f"fleets.feeders.count={count}"]) for count in (1, 2, 3)]
    runs.run(points, 4)
    runs.read(points[0], 4).contributions(Measure("transit_p50", "corridor"))

Every replication is stored as soon as it is done (``sim.results.pointstore``), found again by what decides it, and done
once: the same call resumes where another ended, with more replications or more points it does those alone. One that
cannot be done is stored with its reason, and the others continue. What is kept here of a point is its name, so that there
may be any number of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sim.model.build import build
from sim.network.world import resolve
from sim.results.identity import code_digest
from sim.results.locking import one_at_a_time
from sim.results.pointstore import PointStore, indicators_id
from sim.runs.cluster import connected
from sim.runs.demand.settle import settled
from sim.runs.engines import engine_that_runs, runs_on_threads
from sim.runs.executors import SMALL_RUN_LOTS
from sim.runs.lanes import Lanes, Processes, Threads, Workers
from sim.runs.notices import notice
from sim.runs.point_work import PointJob, PointTask, PointWorker
from sim.runs.points import Points
from sim.runs.readings import Reading
from sim.runs.sampled_inputs import refuse_unfit_inputs, varies
from sim.runs.worker import refuse_in_a_starting_worker
from sim.scenario.load import load_scenario
from sim.scenario.overrides import override_texts

if TYPE_CHECKING:
    from datetime import date

    from sim.errors import Problem
    from sim.indicators import Measure
    from sim.network.world import World
    from sim.runs.options import Options
    from sim.scenario.load import Scenario
    from sim.scenario.overrides import Overrides

#: Folder of the store in that of results; points of all studies lie in it.
POINTS = "points"


@dataclass(frozen=True, slots=True)
class Planned:
    """A point that was resolved and checked.

    ``overrides``: what it changes; ``point``: its name in the store; ``run_id``: that of the run which ``corridor run``
    makes of the same values; ``period``: its first and last day; ``rebuilt``: why it is resolved and built as a whole
    (empty: it is patched from the scenario's model); ``problems``: its faults, with which it cannot be run.
    """

    overrides: tuple[str, ...]
    point: str
    run_id: str
    seed: int
    replications: int
    period: tuple[date, date]
    rebuilt: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class PointReading:
    """What a point came to over its first replications; ``failed`` says why it has no lines (empty: it has them)."""

    planned: Planned
    replications: int
    reading: Reading | None
    failed: str = ""

    def contributions(self, measure: Measure, year: int = 0) -> list[float]:
        """[replication] contributions to an indicator in a calendar year (0: the period); none of a point that failed."""
        return [] if self.reading is None else _only(self.reading, measure).contributions(year)

    def unit(self, measure: Measure, year: int = 0) -> str:
        """Unit of an indicator; empty where no replication has it."""
        return "" if self.reading is None else _only(self.reading, measure).unit(year)


def _only(reading: Reading, measure: Measure) -> Reading:
    lines = reading.lines
    return replace(reading, lines=lines[(lines["kpi"] == measure.kpi) & (lines["scope"] == measure.scope)])


@dataclass(frozen=True, slots=True)
class Standing:
    """How far points are: replications done, missing and failed, and of each point that has failed the first reason."""

    done: int
    missing: int
    failed: int
    reasons: Mapping[str, str]  #: point -> why
    seconds: float  #: that the replications which are done took, one after another


class PointRuns:
    """Points of a scenario and what is looked at.

    Args:
        name_or_path, overrides: the scenario, and what holds at every point.
        measures: the indicators that are computed and stored; nothing else is.
        options: how to run. Their own overrides, replications and seed do not count; ``out`` is the folder in which
            the store lies.

    Raises:
        InputError: another version of the program made the store.
    """

    def __init__(
        self, name_or_path: str | Path, overrides: Overrides, measures: Sequence[Measure], options: Options
    ) -> None:
        self.options, self.measures = options, tuple(dict.fromkeys(measures))
        self._name, self._overrides = name_or_path, override_texts(overrides)
        self.indicators = indicators_id(self.measures)
        self.store = PointStore(Path(options.out) / POINTS)
        self._points = Points(name_or_path, self._overrides, options, elsewhere=True)
        self._job: PointJob | None = None
        self._repeated: dict[str, int] = {}  # point -> its first replications that ``force`` has repeated here

    def with_fixed_inputs(self) -> PointRuns:
        """The same with inputs as they stand."""
        options = replace(self.options, inputs="fixed")
        return PointRuns(self._name, self._overrides, self.measures, options)

    def world(self, overrides: Overrides) -> World:
        """The world of a point. Raises InputError as ``resolve`` does."""
        return self._points.at(override_texts(overrides)).world

    def plan(self, overrides: Overrides) -> Planned:
        """The point with those overrides, applied after those of all points. Raises InputError as ``resolve`` does."""
        texts, options = override_texts(overrides), self.options
        at = self._points.at(texts)
        scenario = at.world.scenario
        refuse_unfit_inputs(scenario, options.inputs, options.out)
        endless = replace(at, world=replace(at.world, scenario=replace(scenario, replications=0)))
        if self._job is None:  # what the worlds of all points have in common
            self._job = PointJob(
                scenario=self._scenario(()) if self._points.patcher else scenario,
                geodata_digest=at.world.geodata_digest,
                code=code_digest(),
                engine=options.engine,
                inputs=options.inputs,
                wanted=self.measures,
                check=options.check,
            )
        return Planned(
            overrides=texts,
            point=self._points.identify(endless),
            run_id=self._points.identify(at),
            seed=scenario.seed,
            replications=scenario.replications,
            period=(scenario.period_start, scenario.period_end),
            rebuilt=at.rebuilt,
            problems=tuple(at.problems),
        )

    def run(self, points: Sequence[Planned], replications: int | None = None) -> None:
        """Do of each point those of the first replications that are not stored (default: as many as it has itself).

        Points with problems are passed over. A replication that fails is stored with its reason, and the rest of its
        point is left; it is not done again by another call, unless it was the machine that failed.

        Raises:
            RunError: nothing can be stored, the geodata have changed meanwhile, workers cannot be had; what was stored
                before is kept.
            CheckFailed: an invariant does not hold.
        """
        refuse_in_a_starting_worker()
        some = list({(p.point, p.seed): p for p in points if not p.problems}.values())
        if not some:
            return
        if self._job is None:  # they were planned by another of these
            self.plan(some[0].overrides)
        assert self._job is not None
        self.store.begin()
        worker = PointWorker(self._job, self._points.patcher)
        told = _Told(self.options, sum(self._count(p, replications) for p in some), f"{len(points)} points")
        lanes = self._lanes(worker, some, replications)
        for at in range(0, len(some), lanes.at_once):
            self._run(some[at : at + lanes.at_once], replications, lanes, told)

    def _run(self, some: Sequence[Planned], replications: int | None, lanes: Lanes, told: _Told) -> None:
        """``run`` of a few points, which nobody else works at meanwhile: a second caller waits, and finds them done."""
        with ExitStack() as held:
            for name in sorted({planned.point for planned in some}):
                held.enter_context(one_at_a_time(self.store.folder / name))
            left = {planned: self._left(planned, replications) for planned in some}
            if self.options.force:
                self._repeated |= {planned.point: self._count(planned, replications) for planned in some}
            for planned, missing in left.items():
                told.add(self._count(planned, replications) - len(missing))
            failed: set[str] = set()
            for task, data, failure in lanes.run(self._tasks(left, failed, told)):
                self.store.put(task.point, self.indicators, task.replication, data)
                if failure is not None:
                    failed.add(task.point)
                told.add(1)

    def _tasks(self, left: Mapping[Planned, set[int]], failed: set[str], told: _Told) -> Iterator[PointTask]:
        """What is to be done, replication by replication over all points, those left out that have failed meanwhile."""
        for k in sorted(set().union(*left.values())):
            those = [planned for planned, missing in left.items() if k in missing]
            for planned in those:
                if planned.point in failed:
                    told.add(1)
                    continue
                own = self._settled(planned.overrides) if planned.rebuilt else None
                overrides = () if planned.rebuilt else planned.overrides
                yield PointTask(planned.point, k, planned.seed, overrides, own, shared=len(those) > 1)

    def _left(self, planned: Planned, replications: int | None) -> set[int]:
        """Replications that are to be done; none of a point that fails by itself. ``force`` repeats each once."""
        count = self._count(planned, replications)
        if self.options.force:
            return set(range(self._repeated.get(planned.point, 0), count))
        heads = list(self.store.heads(planned.point, self.indicators, count, notice))
        if any(head.failure is not None and not head.failure.again for head in heads):
            return set()
        return set(range(count)) - {head.replication for head in heads if head.failure is None}

    def read(self, planned: Planned, replications: int | None = None) -> PointReading:
        """What the first replications of a point came to, or why that cannot be said."""
        count = self._count(planned, replications)
        if planned.problems:
            return PointReading(planned, count, None, "; ".join(map(str, planned.problems)))
        heads = list(self.store.heads(planned.point, self.indicators, count))
        failed = next((head.failure.reason for head in heads if head.failure is not None), "")
        if not failed and len(heads) < count:
            failed = f"{count - len(heads)} of {count} replications are missing"
        if failed:
            return PointReading(planned, count, None, failed)
        lines = self.store.pooled(planned.point, self.indicators, count)
        return PointReading(planned, count, Reading(planned.run_id, count, lines))

    def standing(self, points: Sequence[Planned], replications: int | None = None) -> Standing:
        """How far points are; nothing is run. Replications of a point that has failed count as failed."""
        done, missing, failed, seconds, reasons = 0, 0, 0, 0.0, {}
        for planned in points:
            count = self._count(planned, replications)
            heads = [] if planned.problems else list(self.store.heads(planned.point, self.indicators, count))
            why = next((head.failure.reason for head in heads if head.failure), "; ".join(map(str, planned.problems)))
            well = [head for head in heads if head.failure is None]
            done, seconds = done + len(well), seconds + sum(head.seconds for head in well)
            if why:
                reasons[planned.point] = why
                failed += count - len(well)
            else:
                missing += count - len(well)
        return Standing(done, missing, failed, reasons, seconds)

    def _count(self, planned: Planned, replications: int | None) -> int:
        return planned.replications if replications is None else replications

    def _scenario(self, overrides: Sequence[str]) -> Scenario:
        return load_scenario(self._name, (*self._overrides, *overrides))

    def _settled(self, overrides: Sequence[str]) -> Scenario:
        """The scenario of a point that is built as a whole, with the demand that it settles on, where that answers."""
        scenario = self._scenario(overrides)
        if not scenario.demand.reacts:
            return scenario
        return settled(resolve(scenario), replace(self.options, progress=None)).scenario

    def _lanes(self, worker: PointWorker, some: Sequence[Planned], replications: int | None) -> Lanes:
        job, options = worker.job, self.options
        if options.cluster:
            return Workers(connected(options.cluster, options.workers), job, worker)
        workers = options.workers or os.cpu_count() or 1
        # worlds of their own are built in Python, which threads would do one after another
        if runs_on_threads(engine_that_runs(job.engine)) and not varies(job.scenario, job.inputs):
            return Threads(worker, workers)
        if options.workers is None and self._is_small(some, replications):
            return Threads(worker, 1)
        return Processes(job, worker, workers)

    def _is_small(self, some: Sequence[Planned], replications: int | None) -> bool:
        """Whether all is done here before a process would have begun."""
        count = sum(len(self._left(planned, replications)) for planned in some)
        return count == 0 or (
            count < SMALL_RUN_LOTS / 100 and build(self.world(some[0].overrides)).draw(0).n_lot * count < SMALL_RUN_LOTS
        )


class _Told:
    """How far the work is, counted over all replications of all points."""

    def __init__(self, options: Options, total: int, what: str) -> None:
        self._tell, self._total, self._what, self._done = options.progress, total, what, 0
        self.add(0)

    def add(self, done: int) -> None:
        self._done += done
        if self._tell:
            self._tell(self._done, self._total, self._what)
