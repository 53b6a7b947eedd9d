"""Writing a run: each finished replication as one part, all parts as one file a table, the manifest last.

Files are written whole or not at all, so that an interruption or a full disk leaves what was finished
before, and nothing half done.
"""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib import metadata
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import RunError
from sim.results.identity import file_digest

if TYPE_CHECKING:
    import pandas as pd

MANIFEST = "manifest.json"
PARTS = "parts"
#: The manifest's own layout; readers refuse another.
MANIFEST_VERSION = 1
#: Tables that are merged at a time: shipments alone take half of the time.
MERGED_AT_ONCE = 2
MAIN_PACKAGES = ("middle-corridor", "numpy", "numba", "pandas", "scipy", "pyarrow", "simpy", "networkx", "pydantic")


class RunWriter:
    """Writes one run: ``add`` each replication as it finishes, in any order, then ``finish``.

    Any number of processes may add, each with a writer of its own on the same folder.
    """

    def __init__(self, folder: Path | str, run: str) -> None:
        self.folder, self.run = Path(folder), run

    def have(self) -> set[int]:
        """Replications of this run that are already in ``parts/``; broken or foreign parts do not count."""
        found = set()
        for path in sorted((self.folder / PARTS).glob("*.zip")):
            head = _part_head(path)
            if head is not None and head["run_id"] == self.run:
                found.add(int(head["replication"]))
        return found

    def add(
        self, replication: int, tables: Mapping[str, pd.DataFrame], trace_digest: str, seconds: float = 0.0,
        engine: str = "",
    ) -> Path:  # fmt: skip
        """Store one replication's tables; after this call it survives an interruption.

        ``engine`` is what simulated it, which the manifest then names in place of what was asked for.

        Raises:
            RunError: if the disk is full or not writable; nothing half-written stays.
        """
        head = {"run_id": self.run, "replication": replication, "trace_digest": trace_digest, "seconds": seconds,
                "engine": engine}  # fmt: skip
        target = self.folder / PARTS / f"{replication:05d}.zip"
        with whole_file(target) as handle, zipfile.ZipFile(handle, "w", zipfile.ZIP_STORED) as part:
            part.writestr("part.json", json.dumps(head))
            for name, table in tables.items():
                content = io.BytesIO()
                table.to_parquet(content, index=False, compression="zstd")
                part.writestr(f"{name}.parquet", content.getvalue())
        return target

    def finish(self, replications: int, facts: Mapping[str, Any]) -> Path:
        """Merge the parts into one file a table and write the manifest.

        Args:
            replications: how many there must be, numbered from 0.
            facts: what the manifest says of the run besides what is known here (scenario, seed, ...).

        Raises:
            RunError: if replications are missing, or the disk is full.
        """
        missing = sorted(set(range(replications)) - self.have())
        if missing:
            raise RunError(f"{self.folder}: replications are missing: {', '.join(map(str, missing[:10]))}")
        parts = [self.folder / PARTS / f"{k:05d}.zip" for k in range(replications)]
        heads = [_part_head(path) or {} for path in parts]
        names = list(dict.fromkeys(name for path in parts for name in _tables_of(path)))
        with ThreadPoolExecutor(MERGED_AT_ONCE) as pool:  # coding and compressing need no lock
            files = dict(
                zip((f"{name}.parquet" for name in names), pool.map(self._merge, names, repeat(parts)), strict=True)
            )
        manifest = {
            "manifest_version": MANIFEST_VERSION,
            "run_id": self.run,
            **facts,
            **({"engine": ", ".join(ran)} if (ran := sorted({h["engine"] for h in heads if h.get("engine")})) else {}),
            "replications": replications,
            "versions": _versions(),
            "finished_utc": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": [round(float(h["seconds"]), 3) for h in heads],
            "trace_digest": [h["trace_digest"] for h in heads],
            "files": files,
        }
        with whole_file(self.folder / MANIFEST) as handle:
            handle.write((json.dumps(manifest, indent=1, default=str) + "\n").encode())
        shutil.rmtree(self.folder / PARTS, ignore_errors=True)
        return self.folder

    def _merge(self, name: str, parts: list[Path]) -> str:
        """Append the parts' tables in order of replication; returns the SHA-256 of the file."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        target = self.folder / f"{name}.parquet"
        there = [path for path in parts if name in _tables_of(path)]
        # a column without a value in one replication has no type of its own there
        schema = pa.unify_schemas(
            [pq.read_schema(_part_table(path, name)) for path in there], promote_options="permissive"
        )
        with whole_file(target) as handle, pq.ParquetWriter(handle, schema, compression="zstd") as writer:
            for path in there:
                writer.write_table(pq.read_table(_part_table(path, name)).cast(schema))
        return file_digest(target)


def read_part(folder: Path | str, replication: int, table: str) -> pd.DataFrame:
    """One table of a replication that has been added and not been merged. Raises RunError if it cannot be read."""
    import pandas as pd

    path = Path(folder) / PARTS / f"{replication:05d}.zip"
    try:
        return pd.read_parquet(_part_table(path, table))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise RunError(f"{path}: cannot be read ({error}); delete it, and the same command writes it anew") from None


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Let nobody else write this run meanwhile: who comes second waits, and then finds it done.

    The lock goes with the process that holds it. Where the system has no such locks, nobody waits.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    lock = folder.with_name(f".{folder.name}.lock")
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        handle = lock.open("w")
    except OSError as error:
        raise RunError(f"{folder} cannot be written: {error.strerror or error}") from error
    with handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            yield
        finally:
            with suppress(OSError):
                lock.unlink()
            with suppress(OSError):  # a run that was refused leaves no empty folders behind
                lock.parent.rmdir()
                lock.parent.parent.rmdir()


@contextmanager
def whole_file(target: Path) -> Iterator[Any]:
    """Write to a neighbour and move it into place when all is on the disk."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(draft, target)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise RunError(f"the disk is full: {target} was not written; what was finished before is safe") from error
        raise RunError(f"{target} cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            draft.unlink()


def _part_head(path: Path) -> dict[str, Any] | None:
    try:
        with zipfile.ZipFile(path) as part:
            head: dict[str, Any] = json.loads(part.read("part.json"))
            return head if {"run_id", "replication", "trace_digest", "seconds"} <= set(head) else None
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None


def _tables_of(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as part:
        return [name.removesuffix(".parquet") for name in part.namelist() if name.endswith(".parquet")]


def _part_table(path: Path, name: str) -> io.BytesIO:
    with zipfile.ZipFile(path) as part:
        return io.BytesIO(part.read(f"{name}.parquet"))


def _versions() -> dict[str, str]:
    found = {}
    for name in MAIN_PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
