"""Every number of a geodata folder in one page: value, unit, source, grade; assumptions first.

``python -m sim.network.parameters`` writes ``docs/parameters.md`` of the main geodata; a test says when
the page is out of date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from sim.network.tables import MEASURES
from sim.scenario.faults import written
from sim.scenario.values import Grade

if TYPE_CHECKING:
    from sim.network.world import World

#: Fields that are no quantities: words, positions, ranks, and the choice between one track and two.
_WORDS = {"source", "grade", "note", "evidence", "waypoints", "name", "title", "lat", "lon",
          "order", "year", "months", "first_port", "tracks", "priority"}  # fmt: skip
#: Unit by the end of a field's name. "By key": the parts of the value are named by their units.
_UNITS = {
    "_km": "km", "_kmh": "km/h", "_kn": "knots", "_mm": "mm", "_m": "m", "_mt_per_year": "Mt/yr",
    "trains_per_day": "trains/day each way", "_per_unit": "t per unit", "net_tonnes_per_train": "t", "count": "ships",
    "_cv": "ratio", "scale": "ratio", "share": "share", "closed_share_by_month": "share", "closes": "share",
    "local": "share", "ways": "share", "monthly_profile": "weights", "limits": "by key", "draught": "by key",
    "outages": "as written", "rotation": "as written", "departure": "as written", "choice": "as written",
    "lots_together": "lots", "promise_days": "d",
}  # fmt: skip
#: Unit of a capacity that is counted in movers, by kind of facility.
_COUNTED = {"quota": "passes/day", "stock": "units"}
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
        Parameter(f"{table}.{row}.{field}", written(value), _unit(field, value, raw.value),
                  *_evidence(raw.value, field))
        for table, rows in world.raw.tables.items()
        for row, raw in rows.items()
        for field, value in raw.value.items()
        if field not in _WORDS and _has_number(value)
    ]  # fmt: skip
    worst_first = {grade: -k for k, grade in enumerate(get_args(Grade))}
    return sorted(found, key=lambda p: (worst_first[p.grade], p.key))


def page(world: World) -> str:
    """The Markdown page."""
    every = parameters(world)
    lines = [
        "# Every parameter", "",
        "Written by `python -m sim.network.parameters` from `geodata/`; do not edit. Values are as in the files;",
        "a list is a dated value. `corridor explain KEY` adds file, line, note and what scenarios change. An id",
        "such as `A021` is a fact in [sources.csv](../geodata/sources.csv). The range is what was thought plausible.",
        "",
    ]  # fmt: skip
    for grade in reversed(get_args(Grade)):
        rows = [p for p in every if p.grade == grade]
        lines += [f"## Grade {grade}: {len(rows)}", ""]
        lines += ["| key | value | unit | range | source |", "|---|---|---|---|---|"]
        lines += [f"| {p.key} | {_cell(p.value)} | {p.unit} | {_cell(p.low_high)} | {_cell(p.source)} |" for p in rows]
        lines.append("")
    return "\n".join(lines)


def _evidence(row: dict[str, Any], field: str) -> tuple[str, str, str]:
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


def _unit(field: str, value: Any, row: dict[str, Any]) -> str:
    if any(_DURATION.match(str(leaf)) for leaf in _leaves(value)):
        return "as written"
    if field == "capacity":
        unit = row.get("unit", "each")
        return _COUNTED.get(row.get("kind", ""), "at a time") if unit == "each" else str(unit)
    if field in ("value", "low", "high"):
        return str(row["unit"])
    if field == "units":
        return ", ".join(row.get("cargo", ())) or "of the facility"
    if field in MEASURES:
        return f"{field} per unit"
    if field in ("lot", "train", "quantity_per_year"):
        return f"{row.get('cargo', 'units')}{'/yr' if field == 'quantity_per_year' else ''}"
    return next((unit for end, unit in _UNITS.items() if field.endswith(end)), "")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    """Write the page of the main geodata."""
    from pathlib import Path

    from sim.network.world import resolve
    from sim.scenario.load import load_scenario

    Path("docs/parameters.md").write_text(page(resolve(load_scenario("baseline_2024"))), encoding="utf-8")


if __name__ == "__main__":
    main()
