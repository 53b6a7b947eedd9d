"""How uncertain each number of a geodata folder is: the ranges from which ``--inputs sampled`` draws.

A range comes from the first of these that says something of a parameter: an entry of ``ranges.yaml``, the low
and high that the row's ``evidence`` gives, the rule for its grade in ``ranges.yaml``. All become factors of the
value as written, so that dated values and distributions move as a whole.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from sim.clock import parse_duration
from sim.errors import InputError, Problem, nearest
from sim.network.dated import DRAW_TIMES, as_steps
from sim.network.fact_ids import facts_listed
from sim.network.geofolder import RawGeodata
from sim.network.ranges import RANGES_FILE, Dist, Ranges
from sim.scenario.faults import dotted
from sim.scenario.library import shown
from sim.scenario.yamlfile import KeyPath


@dataclass(frozen=True)
class Uncertain:
    """A parameter with its range: factors of the value if ``action`` is scale, amounts added to it if add.

    Parameters with one ``stream`` are drawn at one quantile: what is not known of them is one thing.
    """

    key: str
    action: Literal["scale", "add"]
    low: float
    high: float
    dist: Dist
    stream: str
    source: str
    grade: str
    file: str
    line: int | None


def uncertain(geodata: RawGeodata) -> tuple[list[Uncertain], list[Problem]]:
    """Every parameter with a range, by key, and what is wrong in ``ranges.yaml``."""
    found: dict[str, Uncertain] = {}
    problems: list[Problem] = []
    if geodata.ranges is not None:
        problems = _by_entries(geodata, geodata.ranges, found)
    taken = {above for key in found for above in _above(key)}
    for one in _by_evidence(geodata):
        if one.key not in taken:
            found[one.key] = one
            taken.add(one.key)
    if geodata.ranges is not None:
        found |= {one.key: one for one in _by_grade(geodata, geodata.ranges) if one.key not in taken}
    return [found[key] for key in sorted(found)], problems


def _by_entries(geodata: RawGeodata, ranges: Ranges, found: dict[str, Uncertain]) -> list[Problem]:
    problems = []
    for id_, entry in ranges.content.ranges.items():
        for place, pattern in enumerate(entry.keys):
            file, line = ranges.document.file, ranges.document.line(("ranges", id_, "keys", place))
            matching = [
                key
                for key, value in _matches(geodata, pattern)
                if _can_be_scaled(value) and not any(fnmatchcase(key, out) for out in entry.but)
            ]
            if not matching:
                table = pattern.split(".")[0]
                hint = nearest(table, geodata.tables) if table not in geodata.tables else ""
                problems.append(Problem(f"{id_}: {pattern!r} fits no number of the geodata{hint}", file, line))
            for key in matching:
                if key in found:
                    problems.append(Problem(f"{id_}: {key} has a range already, by {found[key].stream}", file, line))
                found[key] = Uncertain(
                    key, "scale", *entry.times, entry.dist, id_, entry.source, entry.grade, file, line
                )
        if geodata.sources is not None:
            unknown = [s for s in facts_listed(entry.source) if s not in geodata.sources]
            problems += [
                ranges.document.problem(
                    ("ranges", id_, "source"), f"{id_}: {s!r} is not in sources.csv{nearest(s, geodata.sources)}"
                )
                for s in unknown
            ]
    return problems


def _by_evidence(geodata: RawGeodata) -> Iterator[Uncertain]:
    """Ranges that rows give; a range of something within the value (a rule's, a month's) needs an entry."""
    for table, id_, row in _rows(geodata):
        for field, said in row.value.get("evidence", {}).items():
            value = row.value.get(field)
            if "low" not in said or "high" not in said or value is None:
                continue
            low, high = _size(said["low"]), _size(said["high"])
            size = None if low is None or high is None else _reference(value, low, high)
            if low is None or high is None or size is None:
                continue
            key, source = dotted(table, id_, field), str(said["source"])
            # one fact on one kind of parameter is one piece of ignorance, wherever it is used
            stream = f"{source} {table}.{field}" if facts_listed(source) else key
            if size <= 0:
                span = low - size, high - size
            elif any(_is_draw(step) for _, step in _steps(value)):
                # the range holds the spread among shipments too: the root is left for the mean of all
                span = math.sqrt(low / size), math.sqrt(high / size)
            else:
                span = low / size, high / size
            yield Uncertain(
                key,
                "scale" if size > 0 else "add",
                *span,
                "triangular",
                stream,
                source,
                str(said["grade"]),
                row.file,
                row.line(("evidence", field)),
            )


def _by_grade(geodata: RawGeodata, ranges: Ranges) -> Iterator[Uncertain]:
    """What is left, each by itself: nothing says that they are wrong together."""
    rules, document = ranges.content.by_grade, ranges.document
    for table, id_, row in _rows(geodata):
        for field in (name.partition(".")[2] for name in ranges.content.fields if name.partition(".")[0] == table):
            said = row.value.get("evidence", {}).get(field, row.value)
            grade = str(said["grade"])
            if grade in rules and _can_be_scaled(row.value.get(field)):
                key = dotted(table, id_, field)
                yield Uncertain(
                    key,
                    "scale",
                    *rules[grade],
                    "triangular",
                    key,
                    str(said["source"]),
                    grade,
                    document.file,
                    document.line(("by_grade", grade)),
                )


def _rows(geodata: RawGeodata) -> Iterator[tuple[str, str, Any]]:
    for table, rows in geodata.tables.items():
        for id_, row in rows.items():
            yield table, id_, row


def _matches(geodata: RawGeodata, pattern: str) -> Iterator[tuple[str, Any]]:
    """Keys and values that a pattern fits; ids of barriers have two parts."""
    table, *parts = pattern.split(".")
    depth = 2 if table == "barriers" else 1
    for id_, row in geodata.tables.get(table, {}).items():
        if fnmatchcase(id_, dotted(*parts[:depth])):
            for path, value in _inside(row.value, parts[depth:]):
                yield dotted(table, id_, *path), value


def _inside(value: Any, parts: list[str]) -> Iterator[tuple[KeyPath, Any]]:
    if not parts:
        if isinstance(value, list) and value and all(_is_number(v) for v in value):
            yield from (((place,), v) for place, v in enumerate(value))  # such as a share for each month
        else:
            yield (), value
        return
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inner:
        if fnmatchcase(str(name), parts[0]):
            yield from (((name, *path), leaf) for path, leaf in _inside(part, parts[1:]))


def _reference(value: Any, low: float, high: float) -> float | None:
    """The size of a value, dated or not, that a range stands for: the first that lies in it. None: nothing to move.

    A distribution that is as wide as the range is drawn for each lot already.
    """
    if low >= high:
        return None
    for _, step in _steps(value):
        if isinstance(step, dict) and step.get("dist") in ("triangular", "uniform"):
            own = _size(step["low"]), _size(step["high"])
            if own[0] is not None and own[1] is not None and own[0] <= low and high <= own[1]:
                return None
        size = _size(step)
        if size and low <= size <= high:
            return size
    return None


def _steps(value: Any) -> list[tuple[Any, Any]]:
    try:
        return as_steps(value)
    except (ValueError, AttributeError):
        return []


def _size(value: Any) -> float | None:
    """One number for a value as written, lengths of time in seconds; None if it has no one size."""
    if _is_number(value):
        return float(value)
    if isinstance(value, str):
        try:
            return float(parse_duration(value))
        except ValueError:
            return None
    if isinstance(value, dict) and "dist" in value:
        return next((_size(value[name]) for name in ("value", "mean", "mode", "scale") if name in value), None)
    return None


def _can_be_scaled(value: Any) -> bool:
    sizes = [_size(step) if not _is_draw(step) else 1.0 for _, step in _steps(value)]
    return bool(sizes) and None not in sizes and any(sizes)


def _is_draw(value: Any) -> bool:
    return isinstance(value, dict) and "dist" in value and any(name in value for name in DRAW_TIMES)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _above(key: str) -> list[str]:
    """A key and those of what it is part of."""
    parts = key.split(".")
    return [".".join(parts[:n]) for n in range(2, len(parts) + 1)]


def nothing_to_draw(geodata: RawGeodata) -> InputError:
    """The error where no parameter has a range."""
    allowed = f"an evidence with low and high in a row, or a {RANGES_FILE}"
    return InputError([Problem(f"no parameter has a range to draw from; allowed: {allowed}", shown(geodata.folder))])
