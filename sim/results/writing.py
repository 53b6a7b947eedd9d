"""Writing a run: each finished replication as one part, all parts as one file a table, the manifest last.

Files are written whole or not at all, so that an interruption or a full disk leaves what was finished
before, and nothing half done.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import RunError
from sim.results.files import whole_file
from sim.results.identity import file_digest, sealed
from sim.results.manifest import MANIFEST_VERSION, write_manifest
from sim.results.parts import PARTS, part_head, part_path, part_paths, part_table, write_part
from sim.results.pooling import pooled_kpis

if TYPE_CHECKING:
    import pandas as pd

#: Tables that are merged at a time: shipments alone take half of the time.
MERGED_AT_ONCE = 2
#: What pictures show of the words of a scenario.
SHOWN = ("title", "question", "primary_kpi", "standings", "base_year")
MAIN_PACKAGES = ("middle-corridor", "numpy", "numba", "pandas", "scipy", "pyarrow", "simpy", "networkx", "pydantic")


class RunWriter:
    """Writes one run: ``add`` each replication as it finishes, in any order, then ``finish``.

    Any number of processes may add, each with a writer of its own on the same folder.
    """

    def __init__(self, folder: Path | str, run: str) -> None:
        self.folder, self.run = Path(folder), run

    def have(self) -> set[int]:
        """Replications of this run that are whole in ``parts/``; damaged, renamed or foreign parts do not count."""
        found = set()
        for path in part_paths(self.folder):
            with suppress(RunError):
                found.add(int(part_head(path, self.run)["replication"]))
        return found

    def take_up(self, say: Callable[[str], None]) -> set[int]:
        """As ``have``, and throw away every part that does not count, each with one line to ``say``."""
        found = set()
        for path in part_paths(self.folder):
            try:
                found.add(int(part_head(path, self.run)["replication"]))
            except RunError as error:
                say(f"{error}; it is thrown away, and what it should hold is done again")
                with suppress(OSError):
                    path.unlink()
        return found

    def add(
        self,
        replication: int,
        tables: Mapping[str, pd.DataFrame],
        trace_digest: str,
        seconds: float = 0.0,
        engine: str = "",
    ) -> Path:
        """Store one replication's tables; after this call it survives an interruption.

        ``engine`` is what simulated it, which the manifest then names in place of what was asked for.

        Raises:
            RunError: if the disk is full or not writable; nothing half-written stays.
        """
        head = {
            "run_id": self.run,
            "replication": replication,
            "trace_digest": trace_digest,
            "seconds": seconds,
            "engine": engine,
        }
        return write_part(self.folder, head, tables)

    def finish(self, replications: int, facts: Mapping[str, Any], grown: RunWriter | None = None) -> Path:
        """Merge the parts into one file a table and write the manifest.

        Args:
            replications: how many there must be, numbered from 0.
            facts: what the manifest says of the run besides what is known here (scenario, seed, ...).
            grown: whose parts they are, where these stay for others; default: the run's own, which then go.

        Raises:
            RunError: if replications are missing, or the disk is full.
        """
        own = grown or self
        parts = [part_path(own.folder, k) for k in range(replications)]
        missing = [k for k, path in enumerate(parts) if not path.is_file()]
        if missing:
            raise RunError(f"{self.folder}: replications are missing: {', '.join(map(str, missing[:10]))}")
        heads = [part_head(path, own.run) for path in parts]
        names = list(dict.fromkeys(name for head in heads for name in head["tables"]))
        there = [[path for path, head in zip(parts, heads, strict=True) if name in head["tables"]] for name in names]
        with ThreadPoolExecutor(MERGED_AT_ONCE) as pool:  # coding and compressing need no lock
            files = dict(zip((f"{name}.parquet" for name in names), pool.map(self._merge, names, there), strict=True))
        write_manifest(
            self.folder,
            {
                "manifest_version": MANIFEST_VERSION,
                "run_id": self.run,
                **facts,
                **(
                    {"engine": ", ".join(ran)}
                    if (ran := sorted({h["engine"] for h in heads if h.get("engine")}))
                    else {}
                ),
                "replications": replications,
                "versions": _versions(),
                "finished_utc": datetime.now(UTC).isoformat(timespec="seconds"),
                "seconds": [round(float(h["seconds"]), 3) for h in heads],
                "trace_digest": [h["trace_digest"] for h in heads],
                "files": files,
            },
        )
        self.forget_parts()
        return self.folder

    def forget_parts(self) -> None:
        """Remove the parts of a run that is finished."""
        shutil.rmtree(self.folder / PARTS, ignore_errors=True)

    def _merge(self, name: str, parts: list[Path]) -> dict[str, object]:
        """Append the parts' tables in order of replication, indicators pooled; returns size and SHA-256 of the file."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        target = self.folder / f"{name}.parquet"
        if name == "kpis":
            with whole_file(target) as handle:
                pooled_kpis(parts).to_parquet(handle, index=False, compression="zstd")
            return {"bytes": target.stat().st_size, "sha256": file_digest(target)}
        # a column without a value in one replication has no type of its own there
        schema = pa.unify_schemas(
            [pq.read_schema(part_table(path, name)) for path in parts], promote_options="permissive"
        )
        with whole_file(target) as handle, pq.ParquetWriter(handle, schema, compression="zstd") as writer:
            for path in parts:
                writer.write_table(pq.read_table(part_table(path, name)).cast(schema))
        return {"bytes": target.stat().st_size, "sha256": file_digest(target)}


def retell(folder: Path, manifest: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
    """Let a finished run say what its scenario says today: title, question, notes, names and sources of changes.

    None of that decides its result, so that the run is found although it has changed. Pictures that show the old
    words are removed first. Returns whether anything has changed. Raises RunError.
    """
    new = sealed({**manifest, **told})
    if new == manifest:
        return False
    if any(new.get(key) != manifest.get(key) for key in SHOWN):
        for picture in [*(folder / "figures").rglob("*.png"), *(folder / "figures").rglob("*.svg")]:
            with suppress(OSError):
                picture.unlink()
    write_manifest(folder, new)
    return True


def _versions() -> dict[str, str]:
    found = {}
    for name in MAIN_PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
