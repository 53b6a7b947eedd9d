"""Say where a value comes from: its file and line, every change, sources, grades and ranges."""

from __future__ import annotations

from typing import Any

from sim.errors import InputError, Problem
from sim.network.apply import Applied, find
from sim.network.dated import as_steps
from sim.network.geofolder import RawRow
from sim.network.roles import standings
from sim.network.tables import TABLES
from sim.network.world import World
from sim.scenario.faults import written
from sim.scenario.shapes import default_of, is_dated_list

#: Fields of a row that have lines of their own, or are too long to read.
_SHOWN_ELSEWHERE = ("source", "grade", "note", "evidence", "waypoints")


def explain(world: World, key: str) -> str:
    """Text on the row or field ``key``: value, origin, changes from old to new, source, grade and range.

    Raises ``InputError`` for a key that points at nothing.
    """
    if isinstance(world, str):
        advice = f"resolve it first: sim.explain(sim.prepare({world!r}), {key!r})"
        raise InputError([Problem(f"{world!r} is a name; {advice}")])
    try:
        address = find(world.raw, key)
    except ValueError as error:
        raise InputError([Problem(str(error), f"explain {key}")]) from None
    row, origin = world.raw.tables[address.table][address.row], "written in"
    value: Any = row.value
    for part in address.path:
        if isinstance(value, dict) and part not in value:
            value, origin = default_of(TABLES[address.table], address.path), "default, not written in"
            break
        value = _part(value, part)
    lines = [f"{key} = {_text(value)}" if address.path else key]
    if not address.path:
        lines += [f"  {field} = {_text(v)}" for field, v in row.value.items() if field not in _SHOWN_ELSEWHERE]
    lines.append(f"  {origin} {_at(row.file, row.line(address.path))}")
    lines += _evidence(world, row, str(address.path[0]) if address.path else None)
    for changed, applied in world.lineage.items():
        if changed == key or changed.startswith(key + ".") or key.startswith(changed + "."):
            lines += [_change(entry, changed) for entry in applied]
    if address.table == "observed":
        found = standings(world)[address.row]
        lines.append(f"  role: {found.role}" + (f" ({found.why})" if found.why else ""))
    return "\n".join(lines)


def _evidence(world: World, row: RawRow, field: str | None) -> list[str]:
    """Source and grade: the field's own evidence where there is one, else the row's."""
    evidence = row.value.get("evidence", {}).get(field) if field else None
    said = evidence or row.value
    lines = [f"  source: {said['source']} ({said['grade']}){'' if evidence or not field else ', of the row'}"]
    if evidence and (evidence.get("low") is not None or evidence.get("high") is not None):
        lines.append(f"  range: {evidence.get('low', '?')} to {evidence.get('high', '?')}")
    if said.get("note"):
        lines.append(f"  note: {said['note']}")
    for id_ in str(said["source"]).replace(",", " ").replace(";", " ").split():
        fact = world.sources.get(id_)
        if fact:
            span = f" [{fact.low or '?'} to {fact.high or '?'}]" if fact.low or fact.high else ""
            value = f"{fact.value}{span} {fact.unit}"
            lines.append(f"  {id_}: {fact.quantity}, {fact.where}: {value} ({fact.grade}; {fact.source})")
    return lines


def _change(entry: Applied, key: str) -> str:
    change = entry.change
    dates = "" if change.since is None else f" from {change.since}" + (f" to {change.until}" if change.until else "")
    grade = f" (source: {change.source}; {change.grade})" if change.source else ""
    what = f"{change.action} {_text(change.value)}" if change.action != "set" else "set"
    values = f"{_text(entry.old)} -> {_text(entry.new)}"
    return f"  {change.label}: {key} {what}{dates}: {values}, {_at(change.file, change.line)}{grade}"


def _part(value: Any, part: str | int) -> Any:
    """A part of a value; of each step if the value is dated."""
    if is_dated_list(value):
        return [{**step, "value": _part(step["value"], part)} for step in value]
    if isinstance(value, dict):
        return value.get(part)
    return value[part] if isinstance(part, int) and isinstance(value, (list, tuple)) else value


def _at(file: str, line: int | None) -> str:
    return file if line is None else f"{file}:{line}"


def _text(value: Any) -> str:
    """A value on one line; a dated one as ``3; 4 from 2025-01-01``."""
    if is_dated_list(value):
        return "; ".join(written(v) + (f" from {since}" if since else "") for since, v in as_steps(value))
    return f"{value:.6g}" if isinstance(value, float) else written(value)
