"""Run a scenario: its replications over processes, each stored when it is done, merged at the end.

A run that is already there is opened, not repeated; an interrupted one goes on at the first
replication that is missing.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import InputError, Problem, RunError
from sim.experiment.engines import check_engine
from sim.experiment.prepare import header_overrides, prepare
from sim.experiment.worker import Job, replicate, start

if TYPE_CHECKING:
    from sim.network.world import World
    from sim.results.store import Run

#: Called with replications done, replications in all, and what is being worked on.
Progress = Callable[[int, int, str], None]
#: Fewer lots than this in all missing replications are quicker done here than in new processes.
SMALL_RUN_LOTS = 20_000


def run_scenario(
    name_or_path: str | Path,
    *,
    overrides: Sequence[str] = (),
    replications: int | None = None,
    seed: int | None = None,
    engine: str = "reference",
    workers: int | None = None,
    out: str | Path = "results",
    force: bool = False,
    check: bool = False,
    keep_operations: bool = False,
    figures: bool = True,
    progress: Progress | None = None,
) -> Run:
    """Simulate a scenario and return the stored run.

    Args:
        name_or_path: a scenario's name (see ``corridor list``) or the path of its file.
        overrides: ``key=value`` texts, applied last.
        replications, seed: default to the scenario's own.
        engine: name of the engine, see ``sim.experiment.engines``.
        workers: processes at a time; default is one for each processor. Does not change the result.
        out: folder of results; the run is stored in ``out/<scenario>/<run id>/``.
        force: repeat a run that is already there.
        check: check the invariants of every replication, also of a run made without.
        keep_operations: store every operation too.
        figures: draw the figures.
        progress: called after each replication.

    Raises:
        InputError: the scenario or its geodata is not valid; carries every problem.
        CheckFailed: an invariant does not hold.
        RunError: the run could not be finished; finished replications are kept.
    """
    check_engine(engine)
    world = prepare(str(name_or_path), header_overrides(overrides, replications, seed))
    run = run_world(world, engine=engine, workers=workers, out=out, force=force, check=check,
                    keep_operations=keep_operations, progress=progress)  # fmt: skip
    if figures:
        from sim.plots.figures import FIGURES, draw_figures

        drawn = {path.stem for path in (run.path / "figures").glob("*.png")}
        if not run.hit or not set(FIGURES) <= drawn:
            if progress:
                progress(run.replications, run.replications, "drawing figures")
            draw_figures(run)
    return run


def run_world(
    world: World,
    *,
    engine: str = "reference",
    workers: int | None = None,
    out: str | Path = "results",
    force: bool = False,
    check: bool = False,
    keep_operations: bool = False,
    progress: Progress | None = None,
) -> Run:
    """Simulate a resolved and checked world; arguments as in ``run_scenario``."""
    from sim.results.store import RunWriter, is_complete, open_run, run_folder
    from sim.results.writing import one_at_a_time

    name, replications = world.scenario.name, world.scenario.replications
    run_id = identify(world, engine)
    folder = run_folder(out, name, run_id)
    with one_at_a_time(folder):
        done_before = is_complete(folder)
        lacks_operations = keep_operations and done_before and "operations" not in open_run(folder).tables
        repeat = force or check or lacks_operations
        if done_before and not repeat:
            run = open_run(folder)
            run.hit = True
            return run
        writer = RunWriter(folder, run_id)
        # a repeated run replaces the old files only when it is done: until then they are whole
        have = set() if repeat or keep_operations else writer.have()
        missing = [k for k in range(replications) if k not in have]
        job = Job(world.scenario, world.geodata_digest, engine, folder, run_id, check, keep_operations)
        say = progress or (lambda done, total, what: None)
        say(replications - len(missing), replications, name)
        for done, _ in enumerate(_replicate_all(job, world, missing, workers), start=1):
            say(replications - len(missing) + done, replications, name)
        writer.finish(replications, facts_of(world, engine))
        return open_run(folder)


def identify(world: World, engine: str) -> str:
    """The run id: a hash of everything that determines the result."""
    from sim.results.store import code_digest, run_id

    scenario = world.scenario
    return run_id(world.canonical(), world.geodata_digest, engine, scenario.seed, scenario.replications,
                  code_digest())  # fmt: skip


def facts_of(world: World, engine: str) -> dict[str, Any]:
    """What the manifest says of a run: the question, how it was run, and the resolved scenario."""
    from sim.results.store import code_digest

    scenario = world.scenario
    told = ("key", "action", "value", "label", "since", "until", "source", "grade")
    changes = [{field: getattr(change, field) for field in told} for change in scenario.changes]
    return {
        "scenario": scenario.name, "title": scenario.title, "question": scenario.question, "engine": engine,
        "seed": scenario.seed, "changes": changes, "notes": list(world.notes),
        "geodata_digest": world.geodata_digest, "code_digest": code_digest(), "resolved": world.canonical(),
    }  # fmt: skip


def open_or_run(name: str, **options: Any) -> Run:
    """Open a run folder, or run a scenario given by name or file (a hit if it has been run)."""
    from sim.results.store import MANIFEST, open_run

    return open_run(name) if (Path(name) / MANIFEST).is_file() else run_scenario(name, **options)


def find_finished(name: str, out: str | Path = "results") -> Run:
    """Open a run by its folder or id, or a scenario's newest run. Raises InputError if there is none."""
    from sim.results.store import MANIFEST, find_run, open_run

    own = sorted((Path(out) / name).glob(f"*/{MANIFEST}"), key=lambda path: path.stat().st_mtime)
    try:
        return open_run(own[-1].parent) if own else find_run(name, out)
    except RunError as error:
        raise InputError([Problem(str(error))]) from None


def _replicate_all(job: Job, world: World, missing: Sequence[int], workers: int | None) -> Iterator[int]:
    """Yield the missing replications as they are stored, in this process or over several."""
    from sim.model.build import build
    from sim.model.feasibility import refuse_impossible

    if not missing:
        return
    model = build(world)  # also the moment at which a model that cannot be built is told
    refuse_impossible(model)
    if workers is None:
        small = model.draw(missing[0]).n_lot * len(missing) < SMALL_RUN_LOTS
        workers = 1 if small else os.cpu_count() or 1
    workers = min(workers, len(missing))
    if workers == 1:
        start(job, model, alone=False)
        yield from map(replicate, missing)
        return
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=start, initargs=(job,))
    try:
        for done in as_completed([pool.submit(replicate, k) for k in missing]):
            yield done.result()
        pool.shutdown()
    except BrokenProcessPool:
        raise RunError("a worker process died: out of memory (fewer --workers need less), or a script that calls this "
                       "without 'if __name__ == \"__main__\":'; finished replications are kept") from None  # fmt: skip
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - others:  # after an error or Ctrl-C: stop
            child.terminate()
