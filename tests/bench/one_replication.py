"""Run replications and print, as JSON, how long each phase took, or the most memory that the engine held."""

from __future__ import annotations

import ctypes
import json
import resource
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

PHASES = ("draw_s", "engine_s", "digest_s", "tables_s", "store_s")


def times(scenario: str, engine: str, *overrides: str) -> None:
    """CPU seconds of the first two replications, those of the second by phase, and the most memory that was held.

    Freed memory is kept as in a run: only the first waits for the system to clear new pages.
    """
    from sim.analysis.records import replication_tables, run_info
    from sim.contract.trace import digest
    from sim.model.build import build
    from sim.results.writing import RunWriter
    from sim.runs.engines import find_engine
    from sim.runs.memory import keep_freed_memory
    from sim.runs.prepare import prepare

    keep_freed_memory()
    simulate = find_engine(engine)
    tiny = build(prepare("tutorial"))
    draws = tiny.draw(0)
    trace = simulate(tiny.plan, draws)  # imports and the compiled kernel are not what is measured
    replication_tables(tiny.plan, draws, trace, run_info(tiny.world), 0)
    begun = time.process_time()
    model = build(prepare(scenario, overrides))
    found: dict[str, float] = {"prepare_s": time.process_time() - begun}
    with tempfile.TemporaryDirectory() as folder:
        for k in range(2):
            moments = [time.process_time()]
            draws = model.draw(k)
            moments.append(time.process_time())
            trace = simulate(model.plan, draws)
            moments.append(time.process_time())
            hashed, trace = digest(trace), trace.by_columns()
            moments.append(time.process_time())
            tables = replication_tables(model.plan, draws, trace, run_info(model.world), k)
            moments.append(time.process_time())
            RunWriter(folder, "bench").add(k, tables, hashed)
            moments.append(time.process_time())
            seconds = dict(zip(PHASES, (b - a for a, b in pairwise(moments)), strict=True))
            if k == 0:
                found |= {"first_s": sum(seconds.values()), "first_engine_s": seconds["engine_s"]}
            else:
                found |= {"operations": len(trace.rows), **seconds}
            del draws, trace, tables
    print(json.dumps({"tables_peak_mb": peak_mb(), **found}))


def memory(scenario: str, engine: str, *overrides: str) -> None:
    """What the engine holds at most."""
    from sim.model.build import build
    from sim.runs.engines import find_engine
    from sim.runs.prepare import prepare

    give_back_freed_memory()
    simulate = find_engine(engine)
    tiny = build(prepare("tutorial"))
    simulate(tiny.plan, tiny.draw(0))
    model = build(prepare(scenario, overrides))
    draws = model.draw(0)
    before_mb = forget_peak_mb()
    trace = simulate(model.plan, draws)
    peak = {"peak_mb": peak_mb(), "engine_mb": peak_mb() - before_mb}
    rows = len(trace.rows) + len(trace.pauses) + len(trace.members) + len(trace.boards) + len(trace.calls)
    print(json.dumps({"lots": draws.n_lot, "trace_rows": rows, **peak}))


def give_back_freed_memory() -> None:
    """Have glibc take arrays from the system and give them back at once, so that none counts after its use."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform.startswith("linux") else None
    if mallopt is not None:
        mallopt(-3, 128 << 10)  # M_MMAP_THRESHOLD, which otherwise grows with what is freed


def forget_peak_mb() -> float:
    """Memory held now; on Linux the peak is counted anew from here."""
    reset, status = Path("/proc/self/clear_refs"), Path("/proc/self/status")
    if not status.exists():
        return peak_mb()
    reset.write_text("5")
    return _status_mb("VmRSS")


def peak_mb() -> float:
    """Most memory held so far. Linux counts the parent's into ``ru_maxrss``, so its own record is read there."""
    if Path("/proc/self/status").exists():
        return _status_mb("VmHWM")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def _status_mb(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(name))) / 2**10


if __name__ == "__main__":
    {"times": times, "memory": memory}[sys.argv[1]](*sys.argv[2:])
