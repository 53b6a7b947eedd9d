"""Run one replication and print, as JSON, how long it took and the most memory that this process held."""

from __future__ import annotations

import json
import resource
import sys
import time
from itertools import pairwise
from pathlib import Path


def main(scenario: str, *overrides: str) -> None:
    from sim.engine.reference import simulate
    from sim.experiment.prepare import prepare
    from sim.model.build import build

    moments = [time.process_time()]
    built = build(prepare(scenario, overrides))
    moments.append(time.process_time())
    luck = built.draw(0)
    moments.append(time.process_time())
    trace = simulate(built.plan, luck)
    moments.append(time.process_time())
    seconds = [b - a for a, b in pairwise(moments)]
    measured = dict(zip(("prepare_s", "draw_s", "engine_s"), seconds, strict=True))
    print(json.dumps({"lots": luck.n_lot, "operations": len(trace.rows), "peak_mb": peak_mb(), **measured}))


def peak_mb() -> float:
    """Most memory held so far. Linux counts the parent's into ``ru_maxrss``, so its own record is read there."""
    status = Path("/proc/self/status")
    if status.exists():
        kilobytes = next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(kilobytes) / 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


if __name__ == "__main__":
    main(*sys.argv[1:])
