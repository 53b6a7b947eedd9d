"""Replications at the same time: threads that share one model, or processes that build their own.

An engine that releases the interpreter's lock gains from threads, which start at once and need one model
for all. Any other engine needs processes. A cluster has processes on many
machines. None of them changes the result.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from sim.errors import RunError
from sim.model.build import build
from sim.model.feasibility import refuse_impossible
from sim.results.files import whole_file
from sim.results.identity import code_digest, short_id
from sim.results.parts import part_path
from sim.runs.cluster import Cluster, Died, connected
from sim.runs.cluster_work import packed, part
from sim.runs.engines import engine_that_runs, runs_on_threads
from sim.runs.sampled_inputs import patches, varies
from sim.runs.worker import Job, Worker, replicate, start

if TYPE_CHECKING:
    from sim.model.draws import Model
    from sim.network.world import World

T = TypeVar("T")
#: Fewer lots than this in all missing replications are quicker done here than in new processes.
SMALL_RUN_LOTS = 20_000
#: For so long threads that are to stop are waited for.
PATIENCE_S = 0.5


def replicate_all(
    job: Job,
    world: World,
    missing: Sequence[int],
    workers: int | None,
    begin: Callable[[], None] = lambda: None,
    cluster: str = "",
) -> Iterator[int]:
    """Yield the missing replications as they are stored.

    Args:
        job, world: what is run.
        missing: numbers of the replications.
        workers: threads or processes at a time; default is one for each processor.
        begin: called when the model is built and the engine ready, before the first replication.
        cluster: the one whose workers do them; none: this machine.

    Raises:
        InputError: a model that cannot be built, or in which something waits for ever.
        CheckFailed, RunError: of the first replication that fails; what was stored before is kept.
    """
    if not missing:
        return
    model = build(world)  # also the moment at which a model that cannot be built is told
    refuse_impossible(model)
    if cluster:
        begin()
        yield from _on_cluster(job, missing, connected(cluster, workers))
        return
    engine_that_runs(job.engine)  # compiles it, where that was not done before
    begin()
    yield from replicate_built(job, model, missing, workers)


def replicate_built(job: Job, model: Model, missing: Sequence[int], workers: int | None) -> Iterator[int]:
    """As ``replicate_all``, with the model already built."""
    # worlds of their own are built in Python, which threads would do one after another
    own_worlds = varies(job.scenario, job.inputs) and not patches(job.scenario, job.inputs)
    threads = runs_on_threads(engine_that_runs(job.engine)) and not own_worlds
    if workers is None:
        small = not threads and model.draw(missing[0]).n_lot * len(missing) < SMALL_RUN_LOTS
        workers = 1 if small else os.cpu_count() or 1
    workers = min(workers, len(missing))
    if workers == 1:
        yield from map(Worker(job, model).replicate, missing)
    elif threads:
        worker = Worker(job, model)
        yield from on_threads([partial(worker.replicate, k) for k in missing], workers)
    else:
        yield from _in_processes(job, missing, workers)


def _on_cluster(job: Job, missing: Sequence[int], cluster: Cluster) -> Iterator[int]:
    """Replications on the workers of a cluster, each stored here as it comes."""
    study, code = short_id([repr(job)]), code_digest()
    for k, found in cluster.run(part, packed(job.scenario.geodata_dir), missing, lambda k: (study, code, job, k)):
        if isinstance(found, Died):
            raise RunError(f"replication {k}: {found.reason}; finished replications are kept")
        with whole_file(part_path(job.folder, k)) as handle:
            handle.write(found)
        yield k


def on_threads(tasks: Sequence[Callable[[Callable[[], bool]], T]], workers: int) -> Iterator[T]:
    """What tasks return, as they end, begun in their order; each is called with what says that it is to stop."""
    stop = threading.Event()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="replication")
    begun: list[Future[T]] = []
    try:
        with enough_threads():
            for task in tasks:
                begun.append(pool.submit(task, stop.is_set))
        for done in as_completed(begun):
            yield done.result()
    finally:  # after an error or Ctrl-C nothing more begins, and what is under way ends at its next step
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)
        under_way = wait([f for f in begun if not f.cancelled()], timeout=PATIENCE_S).not_done
        pool.shutdown(wait=not under_way)  # a step that takes long is not waited for: it stores nothing any more


def _in_processes(job: Job, missing: Sequence[int], workers: int) -> Iterator[int]:
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=start, initargs=(job,))
    try:
        with enough_threads():
            begun = [pool.submit(replicate, k) for k in missing]
        for done in as_completed(begun):
            yield done.result()
        pool.shutdown()
    except BrokenProcessPool:
        raise RunError(
            "a worker process died: out of memory (fewer --workers need less), or a script that calls this "
            "without 'if __name__ == \"__main__\":'; finished replications are kept"
        ) from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - others:  # after an error or Ctrl-C: stop
            child.terminate()


@contextmanager
def enough_threads() -> Iterator[None]:
    """Say in one line that the system starts no more threads or processes."""
    try:
        yield
    except BrokenProcessPool:
        raise
    except (RuntimeError, OSError) as error:
        raise RunError(
            f"{error}; fewer --workers need fewer threads and processes; finished replications are kept"
        ) from None
