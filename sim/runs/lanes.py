"""Replications of points side by side on this machine: each is handed over as soon as it is done.

Tasks are taken one by one, as lanes become free, so that there may be any number of them, and what becomes of one may
decide which come later. A process that dies takes nothing with it but what it was working at: that is done again alone,
one after another, and what a process dies of when it is alone is named.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Protocol

from sim.errors import RunError
from sim.results.identity import short_id
from sim.results.pointstore import Failure
from sim.runs.cluster import Cluster, Died
from sim.runs.cluster_work import packed, point
from sim.runs.executors import PATIENCE_S, enough_threads
from sim.runs.point_work import AT_ONCE, PointJob, PointTask, PointWorker, start, work

#: A task that is done: its file, and why there is no result.
Done = tuple[PointTask, bytes, Failure | None]
#: Points that a cluster works at side by side: for each of its threads, and at most, for each of them is a locked file.
_POINTS_A_THREAD, _MOST_AT_ONCE = 8, 256
DIED = "the process that worked at it died: killed, or out of memory (fewer --workers need less)"

#: So many processes may die before any of them has done anything; then it is no task's fault.
MOST_DEATHS = 3
ALL_DIE = (
    "worker processes die one after another: out of memory (fewer --workers need less), or a script that calls this "
    "without 'if __name__ == \"__main__\":'; finished replications are kept"
)


class Lanes(Protocol):
    """Does tasks side by side. ``at_once``: points that are worked at together, so that no lane is idle."""

    at_once: int

    def run(self, tasks: Iterable[PointTask]) -> Iterator[Done]:
        """Each task as it is done, in any order. Raises RunError for a fault that is no task's."""


class Threads:
    """Threads of this process, for an engine that lets others run meanwhile."""

    def __init__(self, worker: PointWorker, workers: int) -> None:
        self._worker, self._workers, self.at_once = worker, workers, AT_ONCE

    def run(self, tasks: Iterable[PointTask]) -> Iterator[Done]:
        """As ``Lanes.run``."""
        if self._workers == 1:
            for task in tasks:
                yield task, *self._worker.work(task)
            return
        stop = threading.Event()
        pool = ThreadPoolExecutor(self._workers, thread_name_prefix="point")
        begun: dict[Future[tuple[bytes, Failure | None]], PointTask] = {}
        try:
            coming = iter(tasks)
            while True:
                _fill(begun, coming, self._workers, lambda task: pool.submit(self._worker.work, task, stop.is_set))
                if not begun:
                    return
                for done in wait(begun, return_when=FIRST_COMPLETED).done:
                    yield begun.pop(done), *done.result()
        finally:  # after an error or Ctrl-C nothing more begins, and what is under way ends at its next step
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            under_way = wait([f for f in begun if not f.cancelled()], timeout=PATIENCE_S).not_done
            pool.shutdown(wait=not under_way)


class Processes:
    """Processes that build their own models. ``worker`` says of a task that died what it died of."""

    def __init__(self, job: PointJob, worker: PointWorker, workers: int) -> None:
        self._job, self._worker, self._workers = job, worker, workers
        self._one_is_done, self.at_once = False, AT_ONCE

    def run(self, tasks: Iterable[PointTask]) -> Iterator[Done]:
        """As ``Lanes.run``."""
        coming, suspects, deaths = iter(tasks), deque[PointTask](), 0
        while True:
            yield from self._pool(coming, self._workers, suspects)
            if not suspects:
                return
            while suspects:  # each alone in a process of its own, or in that of one who did not die
                alone = deque[PointTask]()
                yield from self._pool(iter(_drained(suspects)), 1, alone)
                if alone:
                    died, *suspects_left = alone
                    deaths += 1
                    if deaths == MOST_DEATHS and not self._one_is_done:
                        raise RunError(ALL_DIE)
                    failure = Failure(DIED, again=True)
                    yield died, self._worker.file(died, failure, {}), failure
                    suspects.extend(suspects_left)

    def _pool(self, coming: Iterator[PointTask], workers: int, lost: deque[PointTask]) -> Iterator[Done]:
        """Work until the tasks or the pool are at an end; then ``lost`` has those that were not finished.

        With one worker the first that is lost is the one that it died of, and tasks that had not begun follow.
        """
        begun: dict[Future[tuple[bytes, Failure | None]], PointTask] = {}
        with _pool_of(self._job, workers) as pool:
            try:
                while True:
                    _fill(begun, coming, workers if workers == 1 else workers + 1, lambda t: pool.submit(work, t))
                    if not begun:
                        return
                    for done in wait(begun, return_when=FIRST_COMPLETED).done:
                        found, self._one_is_done = done.result(), True
                        yield begun.pop(done), *found
            except BrokenProcessPool:
                lost.extend(begun.values())
                if workers == 1:
                    lost.extend(coming)


class Workers:
    """Workers of a cluster, which build their own models."""

    def __init__(self, cluster: Cluster, job: PointJob, worker: PointWorker) -> None:
        self._cluster, self._job, self._worker = cluster, job, worker
        self.at_once = max(AT_ONCE, min(_POINTS_A_THREAD * cluster.threads, _MOST_AT_ONCE))

    def run(self, tasks: Iterable[PointTask]) -> Iterator[Done]:
        """As ``Lanes.run``."""
        job = self._job
        study = short_id([repr(job)])
        files = packed(job.scenario.geodata_dir)
        for task, found in self._cluster.run(point, files, tasks, lambda task: (study, job, task)):
            if isinstance(found, Died):
                failure = Failure(found.reason, again=True)
                yield task, self._worker.file(task, failure, {}), failure
            else:
                yield task, *found


def _fill(
    begun: dict[Future[tuple[bytes, Failure | None]], PointTask],
    coming: Iterator[PointTask],
    most: int,
    submit: Callable[[PointTask], Future[tuple[bytes, Failure | None]]],
) -> None:
    """Begin tasks until so many are under way."""
    while len(begun) < most and (task := next(coming, None)) is not None:
        with enough_threads():
            begun[submit(task)] = task


def _drained(tasks: deque[PointTask]) -> list[PointTask]:
    found = list(tasks)
    tasks.clear()
    return found


@contextmanager
def _pool_of(job: PointJob, workers: int) -> Iterator[ProcessPoolExecutor]:
    """A pool whose processes have all ended afterwards."""
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=start, initargs=(job,))
    try:
        yield pool
        pool.shutdown()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - others:  # after an error or Ctrl-C: stop
            child.terminate()
