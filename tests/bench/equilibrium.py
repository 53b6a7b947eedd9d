"""What an equilibrium of demand takes beside one run of the same scenario: ``equilibrium SCENARIO REPLICATIONS ROUNDS``.

CPU seconds of each, in turns, in one process, with one thread; printed as JSON. The equilibrium is from scratch: the run of the
base year, all iterations, and nothing taken from a folder; without the run with the demand that was found.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sim.runs.demand import settle
from sim.runs.memory import keep_freed_memory
from sim.runs.options import Options
from sim.runs.prepare import prepare
from sim.runs.replicate import run_world


def measured(scenario: str, replications: str = "10", rounds: str = "2") -> dict[str, float]:
    """Medians of the seconds of a run and of an equilibrium, their ratio, and how many iterations it took."""
    keep_freed_memory()
    header = (f"replications={replications}",)
    fixed = prepare(scenario, (*header, "demand.rule=fixed"))
    answers = prepare(scenario, (*header, "demand.rule=between_runs"))
    run_s, found_s, iterations = list[float](), list[float](), 0
    with tempfile.TemporaryDirectory() as folder:
        warm = Options(out=Path(folder) / "warm", figures=False, workers=1)
        run_world(
            prepare(scenario, ("replications=1", "demand.rule=fixed")), warm
        )  # what is imported and compiled at first
        for turn in range(int(rounds)):
            options = Options(out=Path(folder) / str(turn), figures=False, workers=1)
            run_s.append(_cpu_s(lambda o=options: run_world(fixed, o)))
            settle._KEPT.clear()
            worlds = []
            found_s.append(_cpu_s(lambda o=options, w=worlds: w.append(settle.settled(answers, o))))
            settled = worlds[0].scenario.settled
            assert settled is not None
            iterations = len(settled.gaps)
    one, other = statistics.median(run_s), statistics.median(found_s)
    return {"run_s": one, "equilibrium_s": other, "ratio": other / one, "iterations": iterations}


def _cpu_s(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


if __name__ == "__main__":
    print(json.dumps(measured(*sys.argv[1:])))
