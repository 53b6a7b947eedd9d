"""One replication, in whatever thread or process: draw, simulate, analyse, store.

Threads share the model that was built for them. A process is started afresh, reads the scenario itself
and builds the model once; only plain values travel between processes.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING

from sim.analysis.records import replication_tables, run_info, wanted_tables
from sim.contract.invariants import check
from sim.contract.trace import digest
from sim.engine.interruption import asking
from sim.errors import CheckFailed, DrawsExhausted, InputChanged, InputError, RunError
from sim.model.build import build
from sim.model.feasibility import refuse_impossible
from sim.model.patching import Patcher
from sim.network.world import resolve
from sim.results.store import RunWriter
from sim.runs.engines import engine_that_runs, find_engine
from sim.runs.memory import keep_freed_memory
from sim.runs.sampled_inputs import Drawn as DrawnInput
from sim.runs.sampled_inputs import Worlds, drawn_table, misfit, patches, varies

if TYPE_CHECKING:
    import pandas as pd

    from sim.analysis.records import RunInfo
    from sim.contract.draws import Draws
    from sim.contract.trace import Trace
    from sim.indicators import Measure
    from sim.model.draws import Drawn, Model
    from sim.network.world import World
    from sim.scenario.load import Scenario

#: Blocks of pre-drawn voyages are lengthened by these factors until they suffice.
LONGER_BLOCKS = (1.0, 2.0, 4.0, 8.0, 16.0)
MOST_FAULTS_SHOWN = 10
#: One thread draws at a time: drawing is thousands of short operations, between which Python needs its lock, and two
#: threads at once would do little but hand it to each other.
_DRAWING = threading.Lock()


@dataclass(frozen=True)
class Job:
    """What must be known to work at a run; plain values."""

    scenario: Scenario
    geodata_digest: str
    engine: str
    folder: Path
    run_id: str
    check: bool
    keep_operations: bool
    inputs: str = "fixed"
    wanted: tuple[Measure, ...] = ()  #: only what these indicators need is computed and stored; none: every table


class Worker:
    """Works at one job; several threads may use it at once, for everything of a model is read only."""

    def __init__(self, job: Job, model: Model | None = None) -> None:
        keep_freed_memory()
        self.job, self._model = job, model
        self._info: RunInfo | None = None
        self._worlds = Worlds(job.scenario, job.inputs) if varies(job.scenario, job.inputs) else None
        self._patcher: Patcher | None = None
        self._patching = threading.Lock()

    def replicate(
        self,
        replication: int,
        stopped: Callable[[], bool] = lambda: False,
        like: Drawn | None = None,
        into: Path | None = None,
    ) -> int:
        """Simulate and store one replication; returns its number.

        Args:
            replication: 0, 1, ...
            like: the same replication of a model of which this one is a patch, drawn before.
            stopped: asked between the steps and while it simulates; once it is true, nothing more is done or stored.
            into: the folder in place of the job's.

        Raises:
            CheckFailed: an invariant does not hold.
            RunError: deadlock, full disk, or files that changed since the run began.
            CancelledError: ``stopped``.
        """
        begun = time.perf_counter()
        found, tables = self.tables(replication, stopped, like)
        writer = RunWriter(into or self.job.folder, self.job.run_id)
        writer.add(replication, tables, found, time.perf_counter() - begun, engine_that_runs(self.job.engine))
        return replication

    def tables(
        self, replication: int, stopped: Callable[[], bool] = lambda: False, like: Drawn | None = None
    ) -> tuple[str, dict[str, pd.DataFrame]]:
        """As ``replicate``, but nothing is stored: the digest of the trace (empty where few indicators are wanted), tables."""
        job = self.job
        model, drawn = self._model_of(replication)
        _go_on(stopped)
        with asking(lambda: _go_on(stopped)):
            draws, trace = simulate(model, job.engine, replication, *([like] if like else []))
        _go_on(stopped)
        if job.check:
            _check(model, draws, trace, replication)
        info = self._info or run_info(model.world)
        if self._worlds is None:
            self._info = info
        if job.wanted:
            found, tables = "", wanted_tables(model.plan, draws, trace, info, replication, job.wanted)
        else:
            found, trace = digest(trace), trace.by_columns()  # the rows themselves are not needed any more
            tables = replication_tables(model.plan, draws, trace, info, replication, job.keep_operations)
            if self._worlds is not None:
                tables = {**tables, "inputs": drawn_table(drawn, replication)}
        _go_on(stopped)
        return found, tables

    def trace(self, replication: int) -> tuple[Model, Draws, Trace]:
        """One replication as it is simulated, with its model; nothing is computed from it or stored."""
        model, _ = self._model_of(replication)
        return (model, *simulate(model, self.job.engine, replication))

    def _model_of(self, replication: int) -> tuple[Model, list[DrawnInput]]:
        """The model of all replications, or the replication's own where worlds differ, and what was drawn for it."""
        if self._worlds is None:
            self._model = self._model or _build(self.job)
            return self._model, []
        if patches(self.job.scenario, self.job.inputs):
            changes, drawn = self._worlds.changes(replication)
            patch = self._base().patched((), changes[: len(changes) - len(self.job.scenario.changes)])
            if patch.model is not None:
                return patch.model, drawn
        world, drawn = self._worlds.world(replication)
        return _build_drawn(self.job, world, replication), drawn

    def _base(self) -> Patcher:
        """The scenario as it stands, of which replications are patches; threads make it once."""
        with self._patching:
            if self._patcher is None:
                self._patcher = Patcher(_resolved(self.job))
            return self._patcher


def refuse_in_a_starting_worker() -> None:
    """Raise RunError in a worker process that reads the caller's script again and would run all of it anew.

    It would wait for the run that its parent is about to make, and the parent for it, for ever.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise RunError("a worker process has come to this call: put it under 'if __name__ == \"__main__\":'")


_own: Worker | None = None


def start(job: Job) -> None:
    """Take up a job in this process, which a pool has started."""
    global _own
    begin_in_a_pool()
    _own = Worker(job)


def begin_in_a_pool() -> None:
    """What a process that a pool has started does first."""
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent: it stops its workers


def _end_with_parent() -> None:
    """End this process as soon as the one that started it has ended, in whatever way that was.

    A worker waits for its next order at a pipe whose other end its siblings hold too, so that it would never
    hear of a killed parent. The parent's sentinel is a pipe of its own, or a handle of the process on Windows.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def replicate(replication: int) -> int:
    """``Worker.replicate`` with the job that this process took up."""
    if _own is None:
        raise RunError("no job was taken up in this process")
    return _own.replicate(replication)


def simulate(model: Model, engine: str, replication: int, like: Drawn | None = None) -> tuple[Draws, Trace]:
    """Draw and simulate one replication, with longer blocks of voyages if the first run out.

    ``like``: the same replication of a model of which this one is a patch, drawn before.
    """
    run = find_engine(engine)
    for voyages in LONGER_BLOCKS:
        with _DRAWING:
            draws = model.draw(replication, voyages=voyages, like=like)
        try:
            return draws, run(model.plan, draws)
        except DrawsExhausted as error:
            exhausted = str(error)  # the error itself would hold this frame, and the frame the error: all their arrays
    raise RunError(f"replication {replication}: {exhausted}, even after {LONGER_BLOCKS[-1]:.0f} times as many")


def _build(job: Job) -> Model:
    return build(_resolved(job))


def _resolved(job: Job) -> World:
    try:
        world = resolve(job.scenario)
    except InputError as error:
        raise InputChanged(f"the geodata changed while the run was going on: {error}") from None
    _unchanged(job, world)
    return world


def _build_drawn(job: Job, world: World, replication: int) -> Model:
    _unchanged(job, world)
    try:
        model = build(world)
        refuse_impossible(model)
    except InputError as error:
        raise RunError(misfit(replication, error.problems)) from None
    return model


def _unchanged(job: Job, world: World) -> None:
    if world.geodata_digest != job.geodata_digest:
        raise InputChanged("the geodata changed while the run was going on; run again")


def _go_on(stopped: Callable[[], bool]) -> None:
    if stopped():
        raise CancelledError


def _check(model: Model, draws: Draws, trace: Trace, replication: int) -> None:
    faults = check(model.plan, draws, trace)
    if faults:
        more = f"\n... and {len(faults) - MOST_FAULTS_SHOWN} more" if len(faults) > MOST_FAULTS_SHOWN else ""
        shown = "\n".join(f"replication {replication}: {fault}" for fault in faults[:MOST_FAULTS_SHOWN])
        raise CheckFailed(shown + more)
