"""One replication of one point, in whatever thread, process or machine: from a few plain values to the bytes of a file.

A process that works at points keeps what several of them need: the scenario's model, of which most are patches, the
models of the last points, and the draws of the scenario itself, of which each patch takes over what it has not changed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import CorridorError, InputChanged, RunError
from sim.model.build import build
from sim.model.draws import Drawn
from sim.model.feasibility import refuse_impossible
from sim.model.patching import Patcher
from sim.network.world import resolve
from sim.results.pointstore import Failure, Head, encoded, indicators_id
from sim.runs.engines import engine_that_runs
from sim.runs.kept import Kept
from sim.runs.sampled_inputs import varies
from sim.runs.worker import Job, Worker, begin_in_a_pool

if TYPE_CHECKING:
    import pandas as pd

    from sim.indicators import Measure
    from sim.model.draws import Model
    from sim.network.world import World
    from sim.scenario.load import Scenario

#: Points that are worked off replication by replication over all of them, so that they share draws.
AT_ONCE = 32
#: Models that are kept: those of the points that are worked at, and some of the next.
_MODELS = AT_ONCE + 8
#: Draws of the scenario that are kept: while the last points ask for one replication, others begin the next.
_DRAWS = 2


@dataclass(frozen=True)
class PointJob:
    """What all points of a study have in common; plain values.

    ``scenario`` is without the values of the points; ``code`` the digest of the program that asks.
    """

    scenario: Scenario
    geodata_digest: str
    code: str
    engine: str
    inputs: str
    wanted: tuple[Measure, ...]
    check: bool = False


@dataclass(frozen=True)
class PointTask:
    """One replication of a point; plain values.

    ``overrides`` if the point is a patch of the scenario, else ``scenario`` is its own. ``shared``: others ask for the
    same replication.
    """

    point: str
    replication: int
    seed: int
    overrides: tuple[str, ...] = ()
    scenario: Scenario | None = None
    shared: bool = False


class Stopping(RunError):
    """A fault that is no point's, so that all of them stop: it stands in one line, and finished ones are kept."""


class PointWorker:
    """Works at the points of one job; several threads may use it at once.

    Args:
        patcher: the scenario's, if it is at hand; else it is built where a point needs it.
    """

    def __init__(self, job: PointJob, patcher: Patcher | None = None) -> None:
        self.job, self._indicators = job, indicators_id(job.wanted)
        self._patchers: Kept[str, Patcher] = Kept(1)
        if patcher is not None:
            self._patchers.get("", lambda: patcher)
        self._workers: Kept[str, Worker] = Kept(_MODELS)
        self._draws: Kept[int, Drawn] = Kept(_DRAWS)

    def work(self, task: PointTask, stopped: Callable[[], bool] = lambda: False) -> tuple[bytes, Failure | None]:
        """The file of a replication, which holds its indicators or why there are none, and that failure.

        Raises:
            Stopping: a fault that is no point's: geodata that have changed, an invariant that does not hold.
            CancelledError: ``stopped``.
        """
        begun, failure = time.perf_counter(), None
        tables: Mapping[str, pd.DataFrame] = {}
        try:
            worker = self._workers.get(task.point, lambda: self._worker(task))
            like = self._drawn(task.replication) if task.shared and task.scenario is None else None
            _, tables = worker.tables(task.replication, stopped, like)
        except InputChanged as error:
            raise Stopping(str(error)) from None
        except CorridorError as error:
            if isinstance(error.__cause__, OSError):
                raise
            failure = Failure("; ".join(str(error).splitlines()))
        except MemoryError:
            failure = Failure("out of memory: fewer --workers need less", again=True)
        return self.file(task, failure, tables, time.perf_counter() - begun), failure

    def file(
        self, task: PointTask, failure: Failure | None, tables: Mapping[str, pd.DataFrame], seconds: float = 0.0
    ) -> bytes:
        """The bytes of a replication's file."""
        head = Head(
            point=task.point,
            indicators=self._indicators,
            replication=task.replication,
            seed=task.seed,
            measures=tuple(map(str, self.job.wanted)),
            engine=engine_that_runs(self.job.engine),
            code=self.job.code,
            seconds=round(seconds, 3),
            failure=failure,
        )
        return encoded(head, tables)

    def _patcher(self) -> Patcher:
        return self._patchers.get("", self._new_patcher)

    def _new_patcher(self) -> Patcher:
        return Patcher(self._resolved(self.job.scenario))

    def _drawn(self, replication: int) -> Drawn:
        return self._draws.get(replication, lambda: Drawn.of(self._patcher().model, replication))

    def _worker(self, task: PointTask) -> Worker:
        model = self._model(task)
        job = Job(
            scenario=model.world.scenario if model else task.scenario or self.job.scenario,
            geodata_digest=self.job.geodata_digest,
            engine=self.job.engine,
            folder=Path(),
            run_id="",
            check=self.job.check,
            keep_operations=False,
            inputs=self.job.inputs,
            wanted=self.job.wanted,
        )
        return Worker(job, model)

    def _model(self, task: PointTask) -> Model | None:
        """The model of a point; None where each replication has its own."""
        if task.scenario is None:
            patch = self._patcher().patched(task.overrides)
            if patch.model is None:
                raise InputChanged(f"a point cannot be patched any more: {patch.reason}; call again")
            return patch.model
        if varies(task.scenario, self.job.inputs):
            return None
        model = build(self._resolved(task.scenario))
        refuse_impossible(model)
        return model

    def _resolved(self, scenario: Scenario) -> World:
        world = resolve(scenario)
        if world.geodata_digest != self.job.geodata_digest:
            raise InputChanged("the geodata changed while points were worked at; call again")
        return world


_own: PointWorker | None = None


def start(job: PointJob) -> None:
    """Take up a job in this process, which a pool has started."""
    global _own
    begin_in_a_pool()
    _own = PointWorker(job)


def work(task: PointTask) -> tuple[bytes, Failure | None]:
    """``PointWorker.work`` with the job that this process took up."""
    if _own is None:
        raise RunError("no job was taken up in this process")
    return _own.work(task)
