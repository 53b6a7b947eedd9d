"""One replication, in whatever process: draw, simulate, analyse, store.

A process is started afresh, reads the scenario itself and builds the model once. Only plain values
travel between processes.
"""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import CheckFailed, DrawsExhausted, InputError, RunError
from sim.experiment.engines import find_engine

if TYPE_CHECKING:
    from sim.engine.trace import Trace
    from sim.model.arrays import Luck
    from sim.model.build import Model
    from sim.scenario.load import Scenario

#: Blocks of pre-drawn voyages are lengthened by these factors until they suffice.
LONGER_BLOCKS = (1.0, 2.0, 4.0, 8.0, 16.0)
MOST_FAULTS_SHOWN = 10


@dataclass(frozen=True)
class Job:
    """What a process must know to work at a run."""

    scenario: Scenario
    geodata_digest: str
    engine: str
    folder: Path
    run_id: str
    check: bool
    keep_operations: bool


_job: Job | None = None
_model: Model | None = None


def start(job: Job, model: Model | None = None, alone: bool = True) -> None:
    """Take up a job in this process. The parent hands over its model; others build their own later."""
    global _job, _model
    _job, _model = job, model
    if alone:  # Ctrl-C is for the parent: it stops its workers
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def replicate(replication: int) -> int:
    """Simulate and store one replication; returns its number.

    Raises:
        CheckFailed: an invariant does not hold.
        RunError: deadlock, full disk, or files that changed since the run began.
    """
    if _job is None:
        raise RunError("no job was taken up in this process")
    from sim.engine.trace import digest
    from sim.results.records import replication_tables, run_info
    from sim.results.store import RunWriter

    begun = time.perf_counter()
    model = _own_model(_job)
    luck, trace = simulate(model, _job.engine, replication)
    if _job.check:
        _check(model, luck, trace, replication)
    tables = replication_tables(model.plan, luck, trace, run_info(model.world), replication, _job.keep_operations)
    writer = RunWriter(_job.folder, _job.run_id)
    writer.add(replication, tables, digest(trace), time.perf_counter() - begun)
    return replication


def simulate(model: Model, engine: str, replication: int) -> tuple[Luck, Trace]:
    """Draw and simulate one replication, with longer blocks of voyages if the first run out."""
    run = find_engine(engine)
    for voyages in LONGER_BLOCKS:
        luck = model.draw(replication, voyages=voyages)
        try:
            return luck, run(model.plan, luck)
        except DrawsExhausted as error:
            exhausted = error
    raise RunError(f"replication {replication}: {exhausted}, even after {LONGER_BLOCKS[-1]:.0f} times as many")


def _own_model(job: Job) -> Model:
    global _model
    if _model is None:
        from sim.model.build import build
        from sim.network.world import resolve

        try:
            world = resolve(job.scenario)
        except InputError as error:
            raise RunError(f"the geodata changed while the run was going on: {error}") from None
        if world.geodata_digest != job.geodata_digest:
            raise RunError("the geodata changed while the run was going on; run again")
        _model = build(world)
    return _model


def _check(model: Model, luck: Luck, trace: Trace, replication: int) -> None:
    from sim.engine.invariants import check

    faults = check(model.plan, luck, trace)
    if faults:
        more = f"\n... and {len(faults) - MOST_FAULTS_SHOWN} more" if len(faults) > MOST_FAULTS_SHOWN else ""
        shown = "\n".join(f"replication {replication}: {fault}" for fault in faults[:MOST_FAULTS_SHOWN])
        raise CheckFailed(shown + more)
