"""The store of points: one Parquet file for each replication of a point that is done, found by what decides it.

``<folder>/<point>/<indicators>-<replication>.parquet``: ``point`` is a hash of the resolved world, seed, engine and
program, ``indicators`` one of what was asked for. Nothing is found by its place in a list, so that files of any number
of studies lie side by side, more can be added, and the same is never there twice. All files have the same columns
(``COLUMNS``) and are read by any tool for Parquet. A replication that failed has a file as well: a row with its reason.

Each file carries its head, and the SHA-256 of all its bytes in it, so that any damage is noticed.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import InputError, Problem, RunError
from sim.indicators import SAMPLES, Measure, Sample
from sim.report.contributions import Samples, flows_of_scopes, with_contributions
from sim.results.files import whole_file
from sim.results.identity import canonical_text, short_id

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

#: The store's own layout; another is refused.
STORE_VERSION = 1
#: What says of which layout a store is.
STORE_FILE = "store.json"
#: Where the head stands in the metadata of a Parquet file, and what stands for its digest while that is computed.
_HEAD, _OPEN = b"corridor", "the digest of this file is to stand here".ljust(64, ".")
#: Columns of every file -> what they hold, and in which kinds of row (``part``).
COLUMNS = {
    "point": "hash of all that decides the point, its indicators and number of replications apart",
    "replication": "number of the replication",
    "seed": "seed of the point",
    "part": "`kpis`: a line of an indicator; a table of `sim.indicators.SAMPLES`: an entry of which quantiles are; "
    "`scopes`: a flow of a scope; `failed`: why there is nothing",
    "kpi": "kpis: name of the indicator",
    "scope": "kpis and scopes: what it is of",
    "year": "kpis: calendar year; 0 is the whole period",
    "value": "kpis: of this replication alone, in `unit`",
    "unit": "kpis: unit of the value",
    "weight": "kpis: of a mean or a share: what it was divided by",
    "name": "entries and scopes: the flow, `A->B`, or the port",
    "began": "entries: when its clock began, UTC",
    "hours": "entries: how long it took; until the run stopped, if it has not ended",
    "ended": "entries: whether it has ended; missing: if it has hours",
    "failed": "failed: the reason",
}


@dataclass(frozen=True)
class Failure:
    """Why a replication has no result. ``again``: another start may do better: the machine failed and not the model."""

    reason: str
    again: bool = False


@dataclass(frozen=True)
class Head:
    """What a file says of itself.

    ``point``, ``indicators``: the two hashes of its name; ``measures`` the indicators in words; ``engine``, ``code``:
    what made it; ``seconds``: how long it took; ``failure``: None if it has a result.
    """

    point: str
    indicators: str
    replication: int
    seed: int
    measures: tuple[str, ...]
    engine: str
    code: str
    seconds: float
    failure: Failure | None = None


def indicators_id(measures: Sequence[Measure]) -> str:
    """The hash of a set of indicators, whatever their order."""
    return short_id(sorted([*one] for one in set(measures)))


def encoded(head: Head, tables: Mapping[str, pd.DataFrame]) -> bytes:
    """A replication as the bytes of its file.

    Args:
        tables: what ``sim.analysis.records.wanted_tables`` gives; none of a failure.
    """
    import pyarrow.parquet as pq

    table = _as_one(head, tables)
    content = io.BytesIO()
    with pq.ParquetWriter(content, table.schema, compression="zstd", store_schema=False) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({_HEAD: _text(head, _OPEN).encode()})
    data = content.getvalue()
    return data.replace(_OPEN.encode(), hashlib.sha256(data).hexdigest().encode(), 1)


class PointStore:
    """A folder of finished replications of points; any number of processes may write and read it at once.

    Raises InputError if another version of the program has made it.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        version = self._version()
        if version not in (None, STORE_VERSION):
            told = f"was made by another version of the program (store {version}; this one reads {STORE_VERSION})"
            raise InputError([Problem(f"{told}; name another --out, or move the folder away", str(self.folder))])

    def _version(self) -> object:
        """What the store says of itself; None if there is none yet."""
        path = self.folder / STORE_FILE
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise RunError(f"{path} cannot be read: {error.strerror or error}") from error
        except (ValueError, RecursionError):
            return "unknown"
        return told.get("store_version", "unknown") if isinstance(told, dict) else "unknown"

    def begin(self) -> None:
        """Make the folder, where it is not. Raises RunError if it cannot be written."""
        if self._version() is None:
            with whole_file(self.folder / STORE_FILE) as handle:
                handle.write(f'{{"store_version": {STORE_VERSION}}}\n'.encode())

    def path(self, point: str, indicators: str, replication: int) -> Path:
        """Where a replication lies."""
        return self.folder / point / f"{indicators}-{replication:05d}.parquet"

    def put(self, point: str, indicators: str, replication: int, data: bytes) -> None:
        """Store a replication, whole or not at all. Raises RunError."""
        with whole_file(self.path(point, indicators, replication)) as handle:
            handle.write(data)

    def head(self, point: str, indicators: str, replication: int) -> Head | None:
        """What is stored of a replication; None if nothing is. Raises RunError if it is not what was written."""
        try:
            data = self.path(point, indicators, replication).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RunError(f"{self.path(point, indicators, replication)} cannot be read: {error}") from error
        return self._head(data, point, indicators, replication)

    def heads(
        self, point: str, indicators: str, replications: int, say: Callable[[str], None] | None = None
    ) -> Iterator[Head]:
        """What is stored of the first replications of a point.

        A damaged file counts as none; with ``say`` it is thrown away, and a line tells so.
        """
        for k in range(replications):
            try:
                found = self.head(point, indicators, k)
            except RunError as error:
                if say is not None:
                    say(f"{error}; it is thrown away, and what it should hold is done again")
                    with suppress(OSError):
                        self.path(point, indicators, k).unlink()
                continue
            if found is not None:
                yield found

    def pooled(self, point: str, indicators: str, replications: int) -> pd.DataFrame:
        """The indicators of a point over its first replications, with their contributions: ``with_contributions``.

        Raises RunError if one is missing, has failed or is damaged.
        """
        import pandas as pd
        import pyarrow.parquet as pq

        tables = []
        for k in range(replications):
            path = self.path(point, indicators, k)
            try:
                data = path.read_bytes()
            except OSError as error:
                raise RunError(f"{path} cannot be read: {error.strerror or error}") from None
            head = self._head(data, point, indicators, k)
            if head.failure is not None:
                raise RunError(head.failure.reason)
            tables.append(pq.read_table(io.BytesIO(data)).to_pandas())
        found = pd.concat(tables, ignore_index=True)
        part = found["part"]
        kpis = found.loc[part == "kpis", ["replication", "kpi", "scope", "year", "value", "unit", "weight"]]
        kpis = kpis.astype({"year": "int64"})  # other kinds of row have none, so that it was read as a float
        flows = found.loc[part == "scopes", ["scope", "name"]].rename(columns={"name": "flow"}).drop_duplicates()
        samples = {name: _sample(name, found[part == name]) for name in SAMPLES if (part == name).any()}
        return with_contributions(kpis, Samples(samples, flows_of_scopes(flows)), range(replications))

    def _head(self, data: bytes, point: str, indicators: str, replication: int) -> Head:
        """The head of a file's bytes. Raises RunError if these are not what was written, or another replication's."""
        import pyarrow.parquet as pq

        path = self.path(point, indicators, replication)
        try:
            facts = json.loads(pq.read_metadata(io.BytesIO(data)).metadata[_HEAD])
            digest = str(facts.pop("digest")).encode()
            if hashlib.sha256(data.replace(digest, _OPEN.encode(), 1)).hexdigest().encode() != digest:
                raise RunError(f"{path} is not as it was written")
            failure = facts.pop("failure")
            head = Head(
                **{**facts, "measures": tuple(facts["measures"])}, failure=Failure(**failure) if failure else None
            )
        except (KeyError, TypeError, ValueError, OSError) as error:
            raise RunError(f"{path} cannot be read ({type(error).__name__})") from None
        if (head.point, head.indicators, head.replication) != (point, indicators, replication):
            raise RunError(f"{path} holds replication {head.replication} of point {head.point}")
        return head


def _text(head: Head, digest: str) -> str:
    return canonical_text({**asdict(head), "digest": digest})


def _as_one(head: Head, tables: Mapping[str, pd.DataFrame]) -> pa.Table:
    """Tables of a replication, or its failure, under each other, each row with what it belongs to."""
    import pandas as pd
    import pyarrow as pa

    schema = pa.schema(
        [
            ("point", pa.string()),
            ("replication", pa.int32()),
            ("seed", pa.int64()),
            ("part", pa.string()),
            ("kpi", pa.string()),
            ("scope", pa.string()),
            ("year", pa.int32()),
            ("value", pa.float64()),
            ("unit", pa.string()),
            ("weight", pa.float64()),
            ("name", pa.string()),
            ("began", pa.timestamp("ms", "UTC")),
            ("hours", pa.float64()),
            ("ended", pa.bool_()),
            ("failed", pa.string()),
        ]
    )
    parts = [_plain(name, table) for name, table in tables.items()]
    if head.failure is not None:
        parts = [pd.DataFrame({"part": ["failed"], "failed": [head.failure.reason]})]
    found = pa.concat_tables([_columns(part, schema) for part in parts]) if parts else schema.empty_table()
    n = len(found)
    for at, (name, value) in enumerate((("point", head.point), ("replication", head.replication), ("seed", head.seed))):
        found = found.set_column(at, schema.field(name), pa.array([value] * n, schema.field(name).type))
    return found


def _columns(part: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    """All columns of the store, those that a kind of row has not without values."""
    import pyarrow as pa

    return pa.table(
        [
            pa.array(part[field.name], field.type, from_pandas=True)
            if field.name in part
            else pa.nulls(len(part), field.type)
            for field in schema
        ],
        schema=schema,
    )


def _plain(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """A table of a replication with the columns of the store."""
    if name in SAMPLES:
        columns = SAMPLES[name]
        called = {columns.key: "name", columns.clock: "began", columns.hours: "hours"}
        if columns.ended:
            called[columns.ended] = "ended"
        table = table[list(called)].rename(columns=called)
    elif name == "scopes":
        table = table[["scope", "flow"]].rename(columns={"flow": "name"})
    table = table.drop(columns="replication", errors="ignore").assign(part=name)
    words = [column for column in ("kpi", "scope", "unit", "name") if column in table]
    return table.astype(dict.fromkeys(words, str))


def _sample(name: Sample, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of entries as the table that they are from; all of them count."""
    columns = SAMPLES[name]
    called = {"name": columns.key, "began": columns.clock, "hours": columns.hours}
    table = rows[["replication", *called]].rename(columns=called)
    if columns.ended:
        table[columns.ended] = rows["ended"].astype(bool)
    return table.assign(**{columns.counted: True}) if columns.counted else table
