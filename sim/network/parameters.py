"""Every number of a geodata folder in one page: value, unit, source, grade; assumptions first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from sim.network.tables import TABLES
from sim.scenario.described import NO_UNIT, OF_THE_FACILITY
from sim.scenario.faults import written
from sim.scenario.shapes import field_at, said_of
from sim.scenario.values import Grade

if TYPE_CHECKING:
    from sim.network.world import World

#: Fields without a number of the model.
_TEXTS = ("source", "grade", "note", "evidence")
#: Units of what is no quantity: ranks and ordinals, dates, positions.
_NO_QUANTITY = (NO_UNIT, "calendar year", "month of the year", "degrees")
#: Unit of a capacity that is counted in trains, ships or shipments, by kind of facility.
_COUNTED = {"quota": "slots/day", "stock": "units"}
_DURATION = re.compile(r"^\d+(\.\d+)? (s|min|h|d|w)$")


@dataclass(frozen=True)
class Parameter:
    """One number as written, and what it rests on."""

    key: str
    value: str
    unit: str
    source: str
    grade: str
    low_high: str


def parameters(world: World) -> list[Parameter]:
    """All numbers of a world's geodata, worst evidence first, then by key."""
    found = [
        Parameter(f"{table}.{row}.{field}", written(value), unit, *_evidence(raw.value, field))
        for table, rows in world.raw.tables.items()
        for row, raw in rows.items()
        for field, value in raw.value.items()
        if field not in _TEXTS and _has_number(value)
        if (unit := _unit(table, field, raw.value)) not in _NO_QUANTITY
    ]
    worst_first = {grade: -k for k, grade in enumerate(get_args(Grade))}
    return sorted(found, key=lambda p: (worst_first[p.grade], p.key))


def page(world: World) -> str:
    """The Markdown page."""
    every = parameters(world)
    lines = [
        "# Every parameter",
        "",
        "Written by `make docs-reference` from `geodata/`; do not edit. Values are as in the files;",
        "a list is a dated value. `corridor explain KEY` adds file, line, note and what scenarios change. An id",
        "such as `A021` is a fact in [sources.csv](../geodata/sources.csv). The range is what was thought plausible.",
        "",
    ]
    for grade in reversed(get_args(Grade)):
        rows = [p for p in every if p.grade == grade]
        lines += [f"## Grade {grade}: {len(rows)}", ""]
        lines += ["| key | value | unit | range | source |", "|---|---|---|---|---|"]
        lines += [f"| {p.key} | {_cell(p.value)} | {p.unit} | {_cell(p.low_high)} | {_cell(p.source)} |" for p in rows]
        lines.append("")
    return "\n".join(lines)


def _evidence(row: Mapping[str, Any], field: str) -> tuple[str, str, str]:
    own = row.get("evidence", {}).get(field)
    said = own or row
    span = f"{own.get('low', '?')} to {own.get('high', '?')}" if own and ("low" in own or "high" in own) else ""
    return str(said["source"]), str(said["grade"]), span


def _has_number(value: Any) -> bool:
    return any(True for leaf in _leaves(value) if _is_number(leaf))


def _is_number(leaf: Any) -> bool:
    return (isinstance(leaf, (int, float)) and not isinstance(leaf, bool)) or bool(_DURATION.match(str(leaf)))


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for part in value.values():
            yield from _leaves(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _leaves(part)
    else:
        yield value


def _unit(table: str, field: str, row: Mapping[str, Any]) -> str:
    """The unit that the field declares, with what the row says filled in; a value of several parts names theirs."""
    declared = field_at(TABLES[table], (field,))
    unit = said_of(declared, "unit") or "by part"
    if unit == OF_THE_FACILITY:
        return ", ".join(row.get("cargo", ())) or unit
    if field == "capacity" and row.get("unit", "each") == "each":
        return _COUNTED.get(row.get("kind", ""), "at a time")
    return unit.format_map(row)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
