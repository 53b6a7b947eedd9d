"""Apply a scenario's changes to the rows of a geodata folder, one after another, keeping the lineage."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sim.errors import nearest
from sim.mistakes import odd_letters
from sim.network.dated import arithmetic, as_steps, as_written, change_steps, replace_steps
from sim.network.geofolder import ROW_ID, RawGeodata, RawRow
from sim.network.tables import TABLES
from sim.scenario.changes import Change
from sim.scenario.faults import dotted, show
from sim.scenario.shapes import alternatives, dated_type, default_of, field_names, is_dated_list, step_into
from sim.scenario.yamlfile import KeyPath

_LONGEST_LISTING = 30


@dataclass(frozen=True)
class Address:
    """Where a key points: a row, the path of a field in it (may be empty), and that field's type."""

    table: str
    row: str
    path: KeyPath
    annotation: Any


@dataclass(frozen=True)
class Applied:
    """A change that took place: the parameter's value as written before and after it.

    ``at`` is the path, in the row, of that value: of the dated parameter where the key names a part of one.
    """

    change: Change
    old: Any
    new: Any
    address: Address
    at: KeyPath


def apply_change(geodata: RawGeodata, change: Change) -> Applied:
    """Change ``geodata`` in place. Raises ``ValueError`` that says why it cannot be done."""
    _imply_row(geodata, change)
    address = find(geodata, change.key, may_be_new=change.action == "set" and isinstance(change.value, dict))
    row = geodata.tables[address.table].get(address.row)
    if row is None:
        return _add_row(geodata, address, change)
    if not address.path:
        fields = ", ".join(field_names(address.annotation))
        raise ValueError(f"is a row that exists already; name a field of it: {fields}")
    record = TABLES[address.table]
    dated_at = _dated_prefix(record, address.path)
    path = address.path[:dated_at]  # to the dated parameter, or to the field itself
    holder, last = _holder(row.value, path)
    old = copy.deepcopy(holder[last]) if _has(holder, last) else default_of(record, path)
    new = _undated(change, address, old) if dated_at is None else _dated(change, address, address.path[dated_at:], old)
    holder[last] = new
    return Applied(change, old, copy.deepcopy(new), address, path)


def find(geodata: RawGeodata, key: str, may_be_new: bool = False) -> Address:
    """Find what a dotted key points at: a row or a field.

    ``may_be_new``: the row may be one that does not exist yet. Raises ``ValueError`` that names the
    part of the key that fails and what is near to it.
    """
    table, *rest = key.split(".")
    if table not in TABLES:
        hint = odd_letters(table) or nearest(table, TABLES)
        raise ValueError(f"unknown table {table!r}; allowed: {', '.join(TABLES)}{hint}")
    if not any(rest):
        such = next(iter(geodata.tables[table]), "id")
        raise ValueError(f"{table} is a table; name a row of it, such as {table}.{such}, or a field of a row")
    depth = 2 if table == "barriers" else 1
    rows, row = geodata.tables[table], dotted(*rest[:depth])
    if row not in rows:
        if not (may_be_new and len(rest) == depth):
            what = "rows are named kind.country; " if table == "barriers" and len(rest) < depth else ""
            hint = odd_letters(row) or ("" if nearest(row, rows) else _whole(table, row, rest[depth:]))
            raise ValueError(f"unknown row {row!r} in {table}; {what}{_listing(row, rows)}{hint}")
        bad = next((part for part in rest if not re.fullmatch(ROW_ID[table], part)), None)
        if bad is not None:
            raise ValueError(f"{bad!r} is not an id; allowed: {ROW_ID[table]}")
    annotation: Any = TABLES[table]
    path: list[str | int] = []
    raw: Any = rows[row].value if row in rows else {}
    for part in rest[depth:]:
        inner = step_into(annotation, part)
        if inner is None:
            above = dotted(table, row, *path)
            if not field_names(annotation):
                raise ValueError(f"{above} has no part {part!r}; it is a single value")
            listing = _listing(part, field_names(annotation)) + odd_letters(part)
            raise ValueError(f"unknown field {part!r} in {above}; {listing}")
        if isinstance(raw, (list, tuple)) and part.isdigit() and not is_dated_list(raw):
            if int(part) >= len(raw):
                raise ValueError(f"{dotted(table, row, *path)} has no item {part}; allowed: 0 to {len(raw) - 1}")
            path.append(int(part))
        else:
            path.append(part)
        raw = raw[path[-1]] if _has(raw, path[-1]) else None
        annotation = inner
    return Address(table, row, tuple(path), annotation)


def _whole(table: str, row: str, path: list[str]) -> str:
    """How a row that is not there is written, for who names a field of one."""
    if not path or not all(re.fullmatch(ROW_ID[table], part) for part in row.split(".")):
        return ""
    return f"; a new row is written whole: {table}.{row}: {{{path[0]}: ..., ...}}"


def _imply_row(geodata: RawGeodata, change: Change) -> None:
    """Make the row of a place or class of goods at which a barrier has its country's strength alone: strength 1.

    Such rows are optional, so a change may speak of one that nobody has written. Raises ``ValueError`` where no
    step of the barrier is there, for then the change would do nothing.
    """
    table, *rest = change.key.split(".")
    row = dotted(*rest[:2])
    kinds = {name.split(".")[0] for name in geodata.tables["barriers"]}
    if table != "barriers" or len(rest) < 3 or row in geodata.tables["barriers"] or rest[0] not in kinds:
        return
    kind, place = rest[:2]
    steps = [step.value for step in geodata.tables["processes"].values() if step.value.get("barrier") == kind]
    places = sorted({str(step.get("node")) for step in steps})
    goods = sorted({str(flow.value["goods"]) for flow in geodata.tables["flows"].values() if flow.value.get("goods")})
    if place in geodata.tables["nodes"] and place not in places:
        raise ValueError(f"no step of the barrier {kind} is at {place}; it is at: {_named(places, place)}")
    if place not in places and place not in goods:
        countries = sorted(name.split(".")[1] for name in geodata.tables["barriers"] if name.split(".")[0] == kind)
        known = dict.fromkeys([*(name for name in countries if name not in places), *places, *goods])
        told = f"its rows are countries, places and goods: {_named([*known], place)}{odd_letters(place)}"
        raise ValueError(f"unknown row {row!r} in barriers; {told}")
    value = {"scale": 1, "source": change.source or change.label, "grade": change.grade or "assumption"}
    lines: dict[KeyPath, int] = {} if change.line is None else {(): change.line}
    geodata.tables["barriers"][row] = RawRow(value, change.file, lines)


def _named(names: list[str], name: str) -> str:
    if len(names) <= _LONGEST_LISTING:
        return ", ".join(names) + nearest(name, names)
    return f"{len(names)} places{nearest(name, names, 3)}"


def _listing(name: str, allowed: Iterable[str]) -> str:
    """What is allowed, if that is short, and what is near: names that contain ``name`` first."""
    names = [str(a) for a in allowed]
    listed = f"allowed: {', '.join(names)}" if 0 < len(names) <= _LONGEST_LISTING else f"there are {len(names)}"
    holding = [n for n in names if name and name in n][:3]
    return listed + (f"; nearest: {', '.join(map(repr, holding))}" if holding else nearest(name, names, 3))


def _add_row(geodata: RawGeodata, address: Address, change: Change) -> Applied:
    if address.path:
        raise ValueError(f"unknown row {address.row!r} in {address.table}")
    rows = geodata.tables[address.table]
    rows[address.row] = RawRow(
        copy.deepcopy(change.value), change.file, {} if change.line is None else {(): change.line}
    )
    return Applied(change, None, change.value, address, ())


def _undated(change: Change, address: Address, old: Any) -> Any:
    """New value, as written, of a parameter that cannot change on dates."""
    if change.since is not None or change.until is not None:
        why = f"{change.label} would change it from {change.since}"
        raise ValueError(f"is not a dated parameter, so only 'set' without a date can change it; {why}")
    if change.action == "set":
        return copy.deepcopy(change.value)
    return arithmetic(change.action, change.value, _is_whole(address.annotation))(_present(old))


def _dated(change: Change, address: Address, inside: KeyPath, old: Any) -> Any:
    """New value, as written, of a dated parameter; ``inside`` leads to the changed part of each of its values."""
    if change.action == "set" and not inside and is_dated_list(change.value):
        if change.since is not None:
            raise ValueError(f"{change.label} sets one value from {change.since} on, not {show(change.value)}")
        later = as_steps(change.value)
        return as_written(later if later[0][0] is None else replace_steps(as_steps(_present(old)), later))
    if change.action == "set" and change.since is None and change.until is None and not inside:
        return copy.deepcopy(change.value)

    def action(value: Any) -> Any:
        if change.action == "set":
            return copy.deepcopy(change.value)
        return arithmetic(change.action, change.value, _is_whole(address.annotation))(value)

    steps = as_steps(_present(old))
    return as_written(change_steps(steps, lambda value: _inside(value, inside, action), change.since, change.until))


def _inside(value: Any, path: KeyPath, action: Callable[[Any], Any]) -> Any:
    """Apply ``action`` to the part of ``value`` at ``path`` (the whole if empty), in a copy."""
    if not path:
        return action(value)
    if not isinstance(value, dict):
        raise ValueError(f"{show(value)} has no part {path[0]!r}; set the whole value")
    return {**value, path[0]: _inside(value.get(path[0]), path[1:], action)}


def _holder(raw: Any, path: KeyPath) -> tuple[Any, str | int]:
    """The container that holds the last part of ``path``, and that part."""
    for place, part in enumerate(path[:-1]):
        if not _has(raw, part) or raw[part] is None:
            whole = dotted(*path[: place + 1])
            raise ValueError(f"{whole} is not given; set it as a whole: {whole}: {{{path[place + 1]}: ..., ...}}")
        raw = raw[part]
    if not isinstance(raw, (dict, list)) or (isinstance(raw, list) and not isinstance(path[-1], int)):
        raise ValueError(f"{dotted(*path[:-1])} is {show(raw)}, which has no parts; set it as a whole")
    return raw, path[-1]


def _present(old: Any) -> Any:
    if old is None:
        raise ValueError("has no value to start from; use 'set' without a date")
    return old


def _dated_prefix(record: Any, path: KeyPath) -> int | None:
    """Length of the part of ``path`` that ends at a dated parameter."""
    annotation = record
    for place, part in enumerate(path):
        annotation = step_into(annotation, part)
        if dated_type(annotation) is not None:
            return place + 1
    return None


def _has(holder: Any, part: str | int) -> bool:
    if isinstance(holder, dict):
        return part in holder
    return isinstance(holder, (list, tuple)) and isinstance(part, int) and part < len(holder)


def _is_whole(annotation: Any) -> bool:
    plain = alternatives(dated_type(annotation) or annotation)
    return int in plain and float not in plain
