"""``make kill``: commands killed at random moments and called again, until the kills or the time are used up.

After each kill the same command must give what an undisturbed one gives, file by file; keep every replication that was
stored; and leave no draft, no lock, no parts of a finished run and no process behind.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq

from sim.errors import RunError
from sim.results.manifest import read_manifest
from sim.results.parts import PARTS, part_head
from tests.faults.commands import content, left_over, points

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
OUT = ("--out", "results", "-q")
COMMANDS: dict[str, tuple[str, ...]] = {
    "run": ("run", "tutorial", "--replications", "8", "--no-figures"),
    "run with pictures": ("run", "tutorial", "--replications", "2"),
    "run sampled": ("run", "tutorial", "--replications", "3", "--inputs", "sampled", "--no-figures"),
    "run by two processes": (
        "run",
        "tutorial",
        "--replications",
        "4",
        "--engine",
        "reference",
        "--workers",
        "2",
        "--no-figures",
    ),
    "compare": ("compare", "tutorial", "three.yaml", "--replications", "3"),
    "sweep": ("sweep", "fleets.yaml", "--no-figures"),
    "rank": (
        "rank",
        "tutorial",
        "three.yaml",
        "--cost",
        "three=10",
        "--replications",
        "2",
        "--total",
        "4",
        "--no-figures",
    ),
    "decompose": ("decompose", "tutorial", "three.yaml", "--replications", "2", "--no-figures"),
    "bottleneck": ("bottleneck", "tutorial", "--candidates", "2", "--replications", "2", "--no-figures"),
}
FILES = {
    "three.yaml": "schema_version: 1\ntitle: Three ships\nextends: tutorial\nset: {fleets.feeders.count: 3}\n",
    "fleets.yaml": """schema_version: 1
title: Fleets
question: How many ships?
scenario: tutorial
replications: 2
grid: {fleets.feeders.count: [2, 3, 4]}
outcome: {kpi: transit_mean, scope: corridor, words: mean transit time, good: lower}
""",
}
#: Seconds within which workers must have ended after their parent.
_ORPHANS_S = 10.0


@dataclass
class Tally:
    """What was found over all kills."""

    kills: Counter[str] = field(default_factory=Counter)
    before_the_end: int = 0
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def text(self) -> str:
        """One line."""
        by = ", ".join(f"{count} {name}" for name, count in sorted(self.kills.items()))
        return (
            f"{self.kills.total()} kills ({by}; {self.before_the_end} before the command had ended): "
            f"{len(self.lost)} lost, {len(self.wrong)} wrong, {len(self.left)} left over"
        )


def main() -> int:
    """Kill, call again, compare; exit code 0 if nothing was lost, wrong or left over."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=3600.0, help="stop after so long")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=COMMANDS, action="append")
    given = parser.parse_args()
    _preload()
    tally, over_s = Tally(), time.monotonic() + given.seconds
    with tempfile.TemporaryDirectory(prefix="corridor-kill-") as place:
        names = given.only or list(COMMANDS)
        whole = {name: _undisturbed(Path(place) / f"whole {k}", name) for k, name in enumerate(names)}
        for k in range(given.kills):
            if time.monotonic() > over_s:
                break
            chance = random.Random(f"{given.seed} {k}")
            name = chance.choice(names)
            folder = Path(place) / f"kill {k}"
            _kill(folder, name, chance, *whole[name], tally)
            shutil.rmtree(folder)
            if k % 25 == 24:
                print(tally.text(), flush=True)
    for line in (*tally.lost, *tally.wrong, *tally.left):
        print(line)
    print(tally.text())
    return bool(tally.lost or tally.wrong or tally.left)


def _undisturbed(folder: Path, name: str) -> tuple[dict[str, str], float]:
    """What the command leaves, and how long it takes."""
    begun_s = time.monotonic()
    pid = _fork(_world(folder), name)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code or left_over(folder):
        raise SystemExit(f"{name}: exit code {code}, left {left_over(folder)}\n{(folder.parent / 'said').read_text()}")
    return content(folder), time.monotonic() - begun_s


def _kill(folder: Path, name: str, chance: random.Random, whole: dict[str, str], lasts_s: float, tally: Tally) -> None:
    number, at_s = chance.choice(SIGNALS), chance.uniform(0, lasts_s)
    what = f"{name}, {number.name} after {at_s:.3f} s"
    pid = _fork(_world(folder), name)
    time.sleep(at_s)
    os.kill(pid, number)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    tally.kills[number.name] += 1
    tally.before_the_end += code != 0
    if code not in (0, 128 + number, -number):
        tally.wrong.append(f"{what}: ended with {code}: {(folder.parent / 'said').read_text()[-300:]}")
    if not _ends(pid):
        tally.left.append(f"{what}: processes of its group")
        os.killpg(pid, signal.SIGKILL)
    stored = _stored(folder)
    code = os.waitstatus_to_exitcode(os.waitpid(_fork(folder, name), 0)[1])
    if code:
        tally.lost.append(f"{what}: called again, it ends with {code}: {(folder.parent / 'said').read_text()[-300:]}")
        return
    done_again = {at for at, seconds in stored.items() if _stored(folder).get(at) != seconds}
    if done_again:
        tally.lost.append(f"{what}: stored and done again: {sorted(done_again)}")
    found = content(folder)
    if found != whole:
        different = sorted(path for path in {*found, *whole} if found.get(path) != whole.get(path))
        tally.wrong.append(f"{what}: other files: {different[:5]}")
    tally.left += [f"{what}: {path}" for path in left_over(folder)]


def _world(folder: Path) -> Path:
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder


def _fork(folder: Path, name: str) -> int:
    """``corridor`` in a fork of this process, which has imported everything; returns its id."""
    pid = os.fork()
    if pid:
        return pid
    code = 3
    try:
        os.setsid()
        os.chdir(folder)
        said = os.open(folder.parent / "said", os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
        os.dup2(said, 1)
        os.dup2(said, 2)
        sys.argv = ["corridor", *COMMANDS[name], *OUT]
        from sim.cli import main as command

        try:
            command()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _ends(group: int) -> bool:
    """Whether all processes of a group end soon."""
    for _ in range(int(_ORPHANS_S / 0.05)):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def _stored(folder: Path) -> dict[tuple[str, int], float]:
    """(run, replication) -> seconds that it took, of every replication that is stored, merged or not."""
    found = {}
    for path in folder.rglob(f"{PARTS}/*.zip"):
        try:
            head = part_head(path, path.parents[1].name)
        except RunError:
            continue
        found[path.parents[1].name, int(head["replication"])] = round(float(head["seconds"]), 3)
    for at in points(folder):
        path = folder / at
        head = json.loads(pq.read_metadata(path).metadata[b"corridor"])
        found[path.parent.name, int(head["replication"])] = float(head["seconds"])
    for path in folder.rglob("kpis.parquet"):
        manifest = read_manifest(path.parent)
        for k, seconds in enumerate(manifest["seconds"] if manifest else ()):
            found[path.parent.name, k] = seconds
    return found


def _preload(studies: Sequence[str] = ("compare", "rank", "decompose", "bottleneck", "sweep")) -> None:
    """Import all that the commands import, so that forks need not."""
    from importlib import import_module

    import pyarrow.parquet
    import scipy.stats  # noqa: F401

    from sim.engine.compiled.compilation import load_kernel

    others = ("cli", "runs.replicate", "plots.figures", "report.summary", "analysis.records", "model.feasibility")
    for module in (*(f"sim.studies.{name}.run" for name in studies), *(f"sim.{name}" for name in others)):
        import_module(module)
    pyarrow.set_cpu_count(1)
    load_kernel()


if __name__ == "__main__":
    sys.exit(main())
