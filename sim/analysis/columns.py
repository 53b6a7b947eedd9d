"""What the columns of a stored table mean: declared beside the function that makes it, read by ``docs/results.md``."""

from __future__ import annotations

from typing import NamedTuple


class Column(NamedTuple):
    """``unit``: of a number; ``UTC`` of a time; empty where it counts or names something."""

    name: str
    unit: str
    meaning: str


class StoredTable(NamedTuple):
    """A table of a run: what it has a row for, whose rows these are or when it is stored, and its columns."""

    rows: str
    columns: tuple[Column, ...]
    note: str = ""


REPLICATION = Column("replication", "", "number of the replication, from 0")
FLOW = Column("flow", "", "id of the flow")
ORDINAL = Column("ordinal", "", "number of the shipment within its flow")
NODE = Column("node", "", "id of the node")
CAUSE = Column("cause", "", "what the time is put down to")
