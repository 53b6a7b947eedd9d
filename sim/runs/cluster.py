"""Many machines: tasks of a study on the workers of a dask cluster, each result handed over as soon as it is there.

``tcp://host:port`` is a scheduler that runs already; ``local`` starts one here, with a worker process for each
processor. A worker that dies takes nothing with it but what it was working at: the cluster does that again, and what
kills whoever works at it is done once more alone, and then named. Workers run under a nanny, which starts them anew.
"""

from __future__ import annotations

import atexit
import logging
import os
import queue
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sim.errors import InputError, Problem, RunError
from sim.runs.notices import notice
from sim.runs.worker import refuse_in_a_starting_worker

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster

T = TypeVar("T")
R = TypeVar("R")
LOCAL = "local"
#: Settings of a cluster that is started here. What kills a worker is done again alone by us, and not on three more
#: workers beside others; a worker that is started anew by its nanny is not given up because it takes its time.
LOCAL_SETTINGS = {
    "distributed.scheduler.allowed-failures": 0,
    "distributed.deploy.lost-worker-timeout": "1 hour",
}
#: For so long a scheduler is tried to be reached, and its workers are asked who they are.
REACH_S = 10.0
ANSWER_S = 60.0
#: For so long a cluster may be without any worker, at the beginning and later: one that died takes its time to return.
WITHOUT_WORKERS_S = 300.0
#: Tasks under way for each thread of the workers: while one is worked at, the next is there.
_TASKS_A_THREAD = 2
#: How often it is looked whether the cluster still lives, and Ctrl-C is heeded.
_LOOK_EVERY_S = 0.5
_ASK_EVERY_S = 15.0
#: Packages that decide results; workers with others are reported.
_PACKAGES = ("numpy", "numba", "scipy", "pandas")
KEPT = "finished replications are kept, and the same command resumes, also without --cluster"


@dataclass(frozen=True)
class Died:
    """What became of a task that killed the worker which did it alone."""

    reason: str


class Cluster:
    """A scheduler that was reached, and whose workers have this program. Raises InputError or RunError if not."""

    def __init__(self, address: str, workers: int | None = None) -> None:
        self.address, self._local = address, None if address != LOCAL else _start_here(workers)
        try:
            self.client = _reached(self._local.scheduler_address if self._local else address)
            self.threads = self._refuse_unfit_workers()
        except BaseException:
            self.close()
            raise

    @property
    def lives(self) -> bool:
        """Whether the scheduler is still there."""
        return bool(self.client.status == "running")

    def close(self) -> None:
        """Leave the cluster; one that was started here ends."""
        for part in (getattr(self, "client", None), self._local):
            if part is not None:
                with suppress(Exception):
                    part.close(timeout=5)

    def run(
        self, work: Callable[..., R], common: bytes, tasks: Iterable[T], given: Callable[[T], tuple[Any, ...]]
    ) -> Iterator[tuple[T, R | Died]]:
        """Do ``work(*given(task), common)`` for each task, and give each as it is done, in any order.

        Args:
            work: a function of a module of this program.
            common: what every worker needs of all tasks; it travels to each of them once.
            tasks: taken one by one, as workers become free.

        Raises:
            RunError: the scheduler is lost, or has no workers any more; and whatever a task raises.
        """
        under_way = _UnderWay(self, work, self.client.submit(bytes, common, pure=False), given)
        try:
            suspects: list[T] = []
            for task, found in under_way.done(iter(tasks), self.threads * _TASKS_A_THREAD):
                if isinstance(found, Died):
                    suspects.append(task)
                else:
                    yield task, found
            for task in suspects:  # what died with another beside it is done again alone
                yield from under_way.done(iter([task]), 1)
        finally:
            under_way.forget()

    def _refuse_unfit_workers(self) -> int:
        """Threads of all workers, once there is one and none has another program or no nanny."""
        limit_s = time.monotonic() + WITHOUT_WORKERS_S
        while not (there := self.workers()):
            notice(f"the cluster {self.address} has no workers yet; waiting for the first")
            if time.monotonic() > limit_s:
                told = f"has had no worker for {WITHOUT_WORKERS_S:.0f} s; start some (dask worker {self.address})"
                raise RunError(f"the cluster {self.address} {told}")
            time.sleep(_LOOK_EVERY_S)
        own = _who()()
        answers = _within(ANSWER_S, lambda: self.client.run(_who(), on_error="return"))
        if answers is None:
            raise RunError(f"the workers of {self.address} have not said within {ANSWER_S:.0f} s who they are")
        problems = []
        for worker, told in sorted(answers.items()):
            if isinstance(told, BaseException) or "fault" in told:
                why = told if isinstance(told, BaseException) else told["fault"]
                problems.append(f"worker {worker} has not this program: {why}; install the same version there")
            elif told["code"] != own["code"]:
                versions = f"code {told['code'][:12]}, here {own['code'][:12]}"
                problems.append(f"worker {worker} has another version of the program: {versions}")
            elif told["python"] != own["python"]:
                problems.append(f"worker {worker} has Python {told['python']}, here {own['python']}")
            elif not there.get(worker, {}).get("nanny", True):
                why = "a point that kills it would end it for good; start it without --no-nanny"
                problems.append(f"worker {worker} has no nanny, so that {why}")
            else:
                other = [f"{p} {told[p]} (here {own[p]})" for p in _PACKAGES if told[p] != own[p]]
                if other:
                    notice(f"worker {worker} has {', '.join(other)}; results may differ in their last digits")
        if problems:
            raise InputError([Problem(problem, f"--cluster {self.address}") for problem in problems])
        return sum(worker["nthreads"] for worker in there.values())

    def workers(self) -> Mapping[str, Any]:
        """What the scheduler says of its workers, by address. Raises RunError if it is lost."""
        with suppress(OSError, TimeoutError, CancelledError):
            found = _within(ANSWER_S, self.client.scheduler_info)
            if found is not None:
                return dict(found["workers"])
        raise self.lost()

    def lost(self) -> RunError:
        """The error that says so."""
        return RunError(f"the scheduler of the cluster {self.address} is lost; {KEPT}")


class _UnderWay:
    """Tasks that have been handed to the cluster and are not done."""

    def __init__(
        self, cluster: Cluster, work: Callable[..., Any], common: Future[bytes], given: Callable[[Any], tuple[Any, ...]]
    ) -> None:
        self._cluster, self._work, self._common, self._given = cluster, work, common, given
        self._begun: dict[Future[Any], Any] = {}
        self._ended: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()

    def done(self, coming: Iterator[T], most: int) -> Iterator[tuple[T, Any]]:
        """Tasks as they end, at most so many under way at a time."""
        while True:
            while len(self._begun) < most and (task := next(coming, None)) is not None:
                future = self._cluster.client.submit(self._work, *self._given(task), self._common, pure=False)
                self._begun[future] = task
                future.add_done_callback(self._ended.put)
            if not self._begun:
                return
            future = self._next()
            task = self._begun.pop(future)
            yield task, self._result(future)

    def _next(self) -> Future[Any]:
        """The next that ends. Raises RunError if none can."""
        client = self._cluster.client
        looked_s = alone_s = time.monotonic()
        while True:
            with suppress(queue.Empty):
                return self._ended.get(timeout=_LOOK_EVERY_S)
            if client.status != "running":
                raise self._cluster.lost()
            if time.monotonic() - looked_s > _ASK_EVERY_S:
                looked_s = time.monotonic()
                if self._cluster.workers():
                    alone_s = looked_s
                elif looked_s - alone_s > WITHOUT_WORKERS_S:
                    without = f"has had no worker for {WITHOUT_WORKERS_S:.0f} s"
                    raise RunError(f"the cluster {self._cluster.address} {without}; {KEPT}")

    def _result(self, future: Future[Any]) -> Any:
        from distributed import KilledWorker

        try:
            return future.result(timeout=ANSWER_S)
        except KilledWorker as error:
            return Died(f"the worker that worked at it died ({error.last_worker.address}): killed, or out of memory")
        except (CancelledError, TimeoutError, OSError):  # OSError: also of a connection that is closed
            if self._cluster.lives:
                raise RunError(f"the cluster {self._cluster.address} has dropped what it was to do; {KEPT}") from None
            raise self._cluster.lost() from None

    def forget(self) -> None:
        """What is under way is not waited for, and what has not begun never begins."""
        if self._begun and self._cluster.lives:
            with suppress(Exception):
                self._cluster.client.cancel(list(self._begun), force=True)
        self._begun.clear()


_open: dict[str, Cluster] = {}


def connected(address: str, workers: int | None = None) -> Cluster:
    """The cluster at an address, reached once a process and left when it ends.

    Raises:
        InputError: no address, the package is missing, the scheduler cannot be reached, workers have another program.
        RunError: it has no workers.
    """
    there = _open.get(address)
    if there is None or not there.lives:
        check_address(address)
        if there is not None:
            there.close()
        there = _open[address] = Cluster(address, workers)
    return there


def check_address(address: str) -> None:
    """Raise InputError if there can be no scheduler at an address."""
    scheme, found, place = address.partition("://")
    host, _, port = place.rpartition(":")
    if address != LOCAL and not (
        found and scheme in ("tcp", "tls") and host and port.isdigit() and 0 < int(port) < 65_536
    ):
        told = f"{address!r} is no scheduler; allowed: {LOCAL}, tcp://HOST:PORT, tls://HOST:PORT"
        raise InputError([Problem(told, "--cluster")])
    try:
        import distributed  # noqa: F401
    except ImportError:
        told = "needs the extra 'distributed': pip install 'middle-corridor[distributed]'"
        raise InputError([Problem(told, "--cluster")]) from None


def leave() -> None:
    """Leave all clusters that this process has reached."""
    while _open:
        _open.popitem()[1].close()


atexit.register(leave)


def _start_here(workers: int | None) -> LocalCluster:
    import dask
    from distributed import LocalCluster

    refuse_in_a_starting_worker()

    dask.config.set(LOCAL_SETTINGS)  # some are read later, when a worker dies
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return LocalCluster(
            n_workers=workers or os.cpu_count() or 1,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            silence_logs="CRITICAL",
        )


def _reached(address: str) -> Client:
    from distributed import Client

    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what goes wrong is told in one line, by us

    def reach() -> Client:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # versions are compared by ourselves
            return Client(address, timeout=REACH_S, set_as_default=False)

    try:
        found = _within(REACH_S * 2, reach)
    except (OSError, TimeoutError, ValueError, ImportError) as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        told = f"the scheduler {address} cannot be reached within {REACH_S:.0f} s ({why})"
        raise InputError([Problem(told, "--cluster")]) from None
    if found is None:
        raise InputError([Problem(f"the scheduler {address} does not answer within {REACH_S * 2:.0f} s", "--cluster")])
    return found


def _who() -> Callable[[], dict[str, str]]:
    """A function that tells which program a process has; made here, so that it travels itself and not by its name."""
    packages, import_error = _PACKAGES, ImportError

    def who() -> dict[str, str]:
        import importlib.metadata
        import sys

        try:
            from sim.results.identity import code_digest as digest_of_code
        except import_error as error:
            return {"fault": str(error)}
        python = ".".join(map(str, sys.version_info[:2]))
        return {p: importlib.metadata.version(p) for p in packages} | {"code": digest_of_code(), "python": python}

    return who


def _within(seconds: float, ask: Callable[[], R]) -> R | None:
    """What is answered within some time, or None; what is raised is raised here."""
    answer: queue.SimpleQueue[tuple[R | None, BaseException | None]] = queue.SimpleQueue()

    def asked() -> None:
        try:
            answer.put((ask(), None))
        except BaseException as error:
            answer.put((None, error))

    threading.Thread(target=asked, name="cluster", daemon=True).start()
    try:
        found, error = answer.get(timeout=seconds)
    except queue.Empty:
        return None
    if error is not None:
        raise error
    return found
