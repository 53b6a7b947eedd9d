"""A scheduler and two workers on this machine, until stdin ends: prints the scheduler's address. In workers: a poison.

As a module that workers load when they start (``dask``'s preload), it lets a point with four ships end its process.
"""

from __future__ import annotations

import os
import sys


def dask_setup(worker: object) -> None:
    """What dask calls in each new worker."""
    from sim.runs import point_work

    real = point_work.Worker.tables

    def deadly(self, *given):
        if any(change.value == 4 for change in self.job.scenario.changes):
            os._exit(9)
        return real(self, *given)

    point_work.Worker.tables = deadly


def main() -> None:
    import dask
    from distributed import LocalCluster

    from sim.runs.cluster import LOCAL_SETTINGS

    dask.config.set(LOCAL_SETTINGS)
    options = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0", "silence_logs": "CRITICAL"}
    with LocalCluster(n_workers=2, threads_per_worker=1, preload=[__file__], **options) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
