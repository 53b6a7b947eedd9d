"""The command as a process of its own, and what its results folder holds afterwards."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pyarrow.parquet as pq

from sim.results.manifest import MANIFEST
from sim.results.parts import part_head

ROOT = Path(__file__).parents[2]
#: What a manifest says of when and how quickly a run was made; two runs differ in it.
OF_ITS_TIME = ("finished_utc", "seconds", "digest")


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code (minus the signal that ended it) and what it printed."""

    code: int
    out: str
    err: str

    @property
    def is_one_line(self) -> bool:
        """Whether it said one line on stderr, and no traceback."""
        return len(self.err.strip().splitlines()) == 1 and "Traceback" not in self.err


def start(
    arguments: Sequence[str],
    folder: Path,
    *,
    before: Callable[[], None] | None = None,
    patch: str = "",
    stdout: int | IO[Any] = subprocess.PIPE,
) -> subprocess.Popen[str]:
    """Start ``corridor ARGUMENTS`` in a folder; ``patch`` is Python that it executes first, ``before`` runs in it."""
    code = f"{patch}\nimport sys\nfrom sim.cli import main\nsys.argv = ['corridor', *{list(arguments)!r}]\nmain()"
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
        stdout=stdout,
        stderr=subprocess.PIPE,
        preexec_fn=before,
        start_new_session=True,
    )


def run(arguments: Sequence[str], folder: Path, **options: Any) -> Ended:
    """Run ``corridor ARGUMENTS`` to its end."""
    process = start(arguments, folder, **options)
    out, err = process.communicate(timeout=300)
    return Ended(process.returncode, out or "", err)


def content(folder: Path) -> dict[str, str]:
    """Every file below a folder, hidden ones too, with a digest of what decides it."""
    return {str(path.relative_to(folder)): _digest(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def stored(folder: Path) -> list[Path]:
    """Replications that are stored below a folder in which a command is at work: its drafts come and go meanwhile."""
    return [Path(at) / name for at, _, names in os.walk(folder) for name in names if name.endswith(".zip")]


def points(folder: Path) -> dict[str, int]:
    """Replications of points that are stored below a folder, with the time at which each was written."""
    found = [path for path in sorted(folder.rglob("points/*/*.parquet")) if not path.name.startswith(".")]
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in found}


def left_over(folder: Path) -> list[str]:
    """What no finished command leaves: hidden files (drafts and locks), and parts of a run that is finished."""
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.name.startswith(".") or (path.name == "parts" and (path.parent / MANIFEST).exists())
    ]


def _digest(path: Path) -> str:
    data = path.read_bytes()
    if path.name == MANIFEST:
        told = {key: value for key, value in json.loads(data).items() if key not in OF_ITS_TIME}
        data = json.dumps(told, sort_keys=True).encode()
    if path.suffix == ".zip":  # the head of a part tells how long its replication took
        data = json.dumps(part_head(path, path.parents[1].name)["tables"], sort_keys=True).encode()
    if path.parents[1].name == "points":  # so does that of a point
        data = repr(pq.read_table(io.BytesIO(data)).to_pydict()).encode()
    return hashlib.sha256(data).hexdigest()
