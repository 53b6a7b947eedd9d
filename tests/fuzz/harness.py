"""Mutants in a child process with limits of time and memory; one that dies is told, and the next goes on."""

from __future__ import annotations

import json
import re
import resource
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sim.errors import CorridorError, InputError, RunError
from tests.fuzz import mutants

LONGEST_S, MOST_BYTES = 10, 2_000_000_000
#: Runs of a mutant that take longer than this on a slow machine are no fault of the door.
LONGEST_RUN_S = 60
#: A refusal names its file.
_PLACE = re.compile(r"^\S*(s\.yaml|--set|\.geojson|\.yaml|\.csv|geodata)[^:]*(:\d+)?:")


class TooLong(BaseException):
    """The time of one mutant is over."""


def tried(kind: str, numbers: Iterable[int], folder: Path, every_accepted: int = 0) -> list[dict[str, Any]]:
    """What became of each mutant: ``number``, ``kind`` (refused, accepted, ran, or a fault) and ``words``.

    Of the accepted ones every so many-th (0: none) runs on both engines with all invariants.
    """
    left, found = list(numbers), []
    while left:
        command = [sys.executable, "-m", "tests.fuzz.harness", kind, str(folder), str(every_accepted)]
        child = subprocess.run(
            command, input=json.dumps(left), capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2]
        )
        rows = [json.loads(line) for line in child.stdout.splitlines() if line.startswith("{")]
        found += rows
        left = left[len(rows) :]
        if left:  # it died over the next one
            words = child.stderr[-1_000:]
            found.append({"number": left.pop(0), "kind": f"DIED {child.returncode}", "words": words})
    return found


def faults(found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that are neither refused with a place nor accepted."""
    return [row for row in found if row["kind"] not in ("refused", "accepted", "ran")]


def one(kind: str, number: int, base: dict[str, Any], folder: Path, run: bool) -> tuple[str, str]:
    """Check a mutant, and run it if it is accepted and ``run`` is asked for."""
    path = folder / "s.yaml"
    if kind == "scenario":
        path.write_text(mutants.written(mutants.scenario(number, base)))
    else:
        (folder / "geodata").mkdir(exist_ok=True)
        for old in (folder / "geodata").iterdir():
            old.unlink()
        for name, content in mutants.geodata(number, base).items():
            (folder / "geodata" / name).write_text(mutants.written(content))
        head = {**mutants.HEAD, "period": {**mutants.HEAD["period"], "start": "2024-01-01"}, "geodata": "geodata"}
        path.write_text(mutants.written({k: v for k, v in head.items() if k != "extends"}))
    return judged(path, run)


def judged(path: Path, run: bool) -> tuple[str, str]:
    """What becomes of a scenario file."""
    from sim.model.build import build
    from sim.model.feasibility import refuse_impossible
    from sim.runs.prepare import prepare

    try:
        model = build(prepare(str(path)))
        refuse_impossible(model)
    except InputError as error:
        without = [str(p) for p in error.problems if not _PLACE.match(str(p))]
        if without or not error.problems or not all(p.message.strip() for p in error.problems):
            return "WITHOUT A PLACE", "\n".join(without[:3])
        return "refused", str(error)[:300]
    return ran(model) if run else ("accepted", "")


def ran(model: Any) -> tuple[str, str]:
    """One replication on both engines: one trace, and every invariant holds. A deadlock is told by name."""
    from sim.contract.invariants import check
    from sim.contract.trace import digest
    from sim.runs.worker import simulate

    digests = []
    for engine in ("compiled", "reference"):
        try:
            draws, trace = simulate(model, engine, 0)
        except RunError as error:
            digests.append(str(error))
            continue
        if broken := check(model.plan, draws, trace):
            return "BROKEN INVARIANT", f"{engine}: {broken[:3]}"
        digests.append(digest(trace))
    return ("ran", "") if digests[0] == digests[1] else ("ENGINES DIFFER", f"{digests}"[:500])


def _child() -> None:
    def too_long(*_: object) -> None:
        raise TooLong

    kind, folder, every_accepted = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    base, accepted = mutants.tables(), 0
    signal.signal(signal.SIGPROF, too_long)  # of its own work, whatever else the machine does
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in json.loads(sys.stdin.read()):
        run = bool(every_accepted) and accepted % every_accepted == every_accepted - 1
        try:
            signal.setitimer(signal.ITIMER_PROF, LONGEST_RUN_S if run else LONGEST_S)
            kind_, words = one(kind, number, base, folder, run)
        except TooLong:
            kind_, words = "HANG", traceback.format_exc()
        except CorridorError as error:
            kind_, words = "RUN ERROR AT THE CHECK", str(error)
        except Exception:
            kind_, words = "TRACEBACK", traceback.format_exc()
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        accepted += kind_ in ("accepted", "ran")
        if (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 > MOST_BYTES:
            kind_, words = "MEMORY", words
        print(json.dumps({"number": number, "kind": kind_, "words": words[-1_500:]}), flush=True)
        if kind_ == "MEMORY":
            raise SystemExit(0)


if __name__ == "__main__":
    _child()
