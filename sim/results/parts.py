"""Parts of a run: each finished replication as one file, with digests by which any damage to it is noticed.

A part is a ZIP of a table a file and a head, ``part.json``: whose run and which replication it is, and the SHA-256 of
each table and of the head itself. A part counts only if all of that fits, its file's name too.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import RunError
from sim.results.files import whole_file
from sim.results.identity import is_sealed, sealed

if TYPE_CHECKING:
    import pandas as pd

#: Folder of the parts in that of the run.
PARTS = "parts"
_HEAD = "part.json"
#: What reading a file that is not the ZIP it seems to be raises.
_UNREADABLE = (OSError, KeyError, ValueError, TypeError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error)


def part_path(folder: Path, replication: int) -> Path:
    """Where the part of a replication lies in the folder of its run."""
    return folder / PARTS / f"{replication:05d}.zip"


def part_paths(folder: Path) -> list[Path]:
    """All that lies where parts do, in order of name."""
    return sorted((folder / PARTS).glob("*.zip"))


def write_part(folder: Path, head: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> Path:
    """Store the tables of the replication ``head["replication"]``, whole or not at all. Raises RunError."""
    target, digests = part_path(folder, head["replication"]), {}
    with whole_file(target) as handle, zipfile.ZipFile(handle, "w", zipfile.ZIP_STORED) as part:
        for name, table in tables.items():
            content = io.BytesIO()
            table.to_parquet(content, index=False, compression="zstd")
            digests[name] = hashlib.sha256(content.getbuffer()).hexdigest()
            part.writestr(f"{name}.parquet", content.getvalue())
        part.writestr(_HEAD, json.dumps(sealed({**head, "tables": digests})))
    return target


def part_head(path: Path, run: str) -> dict[str, Any]:
    """The head of a part of a run, once all that it says has been found true.

    Raises:
        RunError: in one line, what is wrong with it.
    """
    try:
        with zipfile.ZipFile(path) as part:
            head: dict[str, Any] = json.loads(part.read(_HEAD))
            if not is_sealed(head):
                raise RunError(f"{path} has another head than was written")
            if head["run_id"] != run:
                raise RunError(f"{path} belongs to run {head['run_id']}")
            if path.name != part_path(path, head["replication"]).name:
                raise RunError(f"{path} holds replication {head['replication']}")
            there = sorted(part.namelist())
            if there != sorted([_HEAD, *(f"{name}.parquet" for name in head["tables"])]):
                raise RunError(f"{path} lacks a table, or has one too many")
            for name, digest in head["tables"].items():
                if hashlib.sha256(part.read(f"{name}.parquet")).hexdigest() != digest:
                    raise RunError(f"{path} has another table {name} than was written")
    except _UNREADABLE as error:
        raise RunError(f"{path} cannot be read ({error})") from None
    return head


def part_table(path: Path, name: str) -> io.BytesIO:
    """The Parquet file of one table of a part."""
    with zipfile.ZipFile(path) as part:
        return io.BytesIO(part.read(f"{name}.parquet"))


def read_part(folder: Path | str, run: str, replication: int, table: str) -> pd.DataFrame:
    """One table of a replication that has been added and not been merged. Raises RunError if it is damaged."""
    import pandas as pd

    path = part_path(Path(folder), replication)
    try:
        head = part_head(path, run)
        if table not in head["tables"]:
            raise RunError(f"{path} has no table {table}")
    except RunError as error:
        raise RunError(f"{error}; delete it, and the same command writes it anew") from None
    return pd.read_parquet(part_table(path, table))
