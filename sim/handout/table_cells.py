"""A table of a scenario as cells: one row an id, one column a field, each value as a person writes it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from sim.errors import InputError, Problem, nearest
from sim.handout.sheet import Cell
from sim.network.tables import TABLES
from sim.scenario.faults import written
from sim.scenario.shapes import alternatives, field_at, said_of

if TYPE_CHECKING:
    from sim.network.world import World

#: Tables that can be written; published outcomes are no input.
WRITTEN = tuple(table for table in TABLES if table != "observed")
#: Columns that say what a row rests on; they are not read back.
EVIDENCE = ("source", "grade", "note")
_LEFT_OUT = (*EVIDENCE, "evidence")
#: Rows above the first id: names of the fields, their meaning, what is allowed.
HEAD_ROWS = 3


@dataclass(frozen=True)
class TableCells:
    """The cells of a table. ``fields`` are the columns after the first, ``values`` row id -> field -> cell."""

    table: str
    fields: tuple[str, ...]
    meanings: tuple[str, ...]
    allowed: tuple[str, ...]
    values: dict[str, dict[str, Cell]]
    evidence: dict[str, dict[str, Cell]]

    @property
    def digest(self) -> str:
        """By which a later reader knows whether the scenario is still the one that was written."""
        return hashlib.sha256(json.dumps([self.table, self.fields, self.values]).encode()).hexdigest()[:16]


def table_cells(world: World, table: str) -> TableCells:
    """The cells of one table of a resolved scenario. Raises InputError for a table that there is not."""
    if table not in WRITTEN:
        hint = nearest(table[:40], WRITTEN)
        raise InputError([Problem(f"{table[:40]!r} is not a table; allowed: {', '.join(WRITTEN)}{hint}")])
    rows = {id_: raw.value for id_, raw in world.raw.tables[table].items()}
    record = TABLES[table]
    known = [info.alias or name for name, info in record.model_fields.items()]
    used = [name for name in known if name not in _LEFT_OUT and any(name in row for row in rows.values())]
    infos = [field_at(record, (name,)) for name in used]
    return TableCells(
        table,
        tuple(used),
        tuple(_meaning(info.description or "", said_of(info, "unit")) if info else "" for info in infos),
        tuple(_allowed(info.annotation) if info else "" for info in infos),
        {id_: {name: cell_of(row.get(name)) for name in used} for id_, row in rows.items()},
        {id_: {name: cell_of(row.get(name)) for name in EVIDENCE} for id_, row in rows.items()},
    )


def cell_of(value: Any) -> Cell:
    """A value as a cell holds it: a number, a text, or for all else its YAML on one line; None is an empty cell."""
    if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        return value
    return value if isinstance(value, str) else written(value)


def _meaning(text: str, unit: str | None) -> str:
    return f"{text} [{unit}]" if unit else text


def _allowed(annotation: Any) -> str:
    words = [str(one) for plain in alternatives(annotation) if get_origin(plain) is Literal for one in get_args(plain)]
    return f"allowed: {', '.join(words)}" if words else ""
