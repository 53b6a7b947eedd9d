"""Read a geodata folder into rows as they are written, each with its file and line.

``nodes.geojson`` and ``links.geojson`` hold one feature a line; every other table is a YAML file
``<table>.yaml`` that maps an id to a row (``barriers.yaml``: kind -> country -> row). Published outcomes may stand in
``observations_roles.csv``, a line each.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sim.errors import InputError, Problem, nearest
from sim.network.observations import OBSERVATIONS_FILE, read_observations
from sim.network.ranges import RANGES_FILE, Ranges, read_ranges
from sim.network.sources import SOURCES_FILE, SourceFact, read_sources
from sim.network.tables import TABLES
from sim.scenario.faults import dotted, show
from sim.scenario.library import shown
from sim.scenario.yamlfile import KeyPath, line_of, read_bytes, read_text, read_yaml

GEOJSON_TABLES = ("nodes", "links")
NEEDED_TABLES = ("nodes", "flows")
LONGEST_ID = 100
#: Form of the ids of each table; those of flows, observations and cargo may have capitals.
ROW_ID = {table: r"[a-z][a-z0-9_]*" for table in TABLES} | dict.fromkeys(
    ("flows", "observed", "cargo"), r"[A-Za-z][A-Za-z0-9_]*"
)

_FEATURE = re.compile(r'"type"\s*:\s*"Feature"')
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}$")


@dataclass
class RawRow:
    """A row as written: plain value, file, and the line of each path inside it (the empty path: the row)."""

    value: Mapping[str, Any]
    file: str
    lines: dict[KeyPath, int]

    def line(self, path: KeyPath = ()) -> int | None:
        """Line of ``path``, or of the nearest part above it that has a line."""
        return line_of(self.lines, path)


@dataclass
class RawGeodata:
    """All tables of a folder as written. ``sources``, ``ranges`` are None if the folder has no such file."""

    folder: Path
    tables: dict[str, dict[str, RawRow]] = field(default_factory=lambda: {table: {} for table in TABLES})
    sources: dict[str, SourceFact] | None = None
    ranges: Ranges | None = None
    digest: str = ""


def geodata_files(folder: Path) -> list[Path]:
    """The files of a geodata folder that decide results, in order of name: those of which the digest is."""
    names = sorted({*map(file_name, TABLES), SOURCES_FILE, RANGES_FILE, OBSERVATIONS_FILE})
    return [folder / name for name in names if (folder / name).is_file()]


def read_geodata(folder: Path) -> tuple[RawGeodata, list[Problem]]:
    """Read every table of ``folder``; return what could be read and every problem found on the way."""
    geodata, problems = RawGeodata(folder), _unknown_files(folder)
    digest = hashlib.sha256()
    for path in geodata_files(folder):
        with suppress(InputError):  # what cannot be read is told below
            content = read_bytes(path, shown(path))
            digest.update(f"{path.name} {len(content)}\n".encode() + content)
    geodata.digest = digest.hexdigest()
    for table in TABLES:
        path = folder / file_name(table)
        if not path.exists():
            if table in NEEDED_TABLES:
                problems.append(Problem(f"the geodata folder lacks {path.name}", shown(folder)))
            continue
        try:
            rows, faulty = (_read_geojson if table in GEOJSON_TABLES else _read_table)(table, path)
            problems += faulty
            geodata.tables[table] = dict(sorted(rows.items()))
        except InputError as error:
            problems += error.problems
    if (folder / OBSERVATIONS_FILE).exists():
        try:
            problems += _add_observations(geodata.tables["observed"], folder / OBSERVATIONS_FILE)
        except InputError as error:
            problems += error.problems
    if (folder / SOURCES_FILE).exists():
        try:
            geodata.sources, faulty = read_sources(folder / SOURCES_FILE)
            problems += faulty
        except InputError as error:
            problems += error.problems
    if (folder / RANGES_FILE).exists():
        try:
            geodata.ranges, faulty = read_ranges(folder / RANGES_FILE)
            problems += faulty
        except InputError as error:
            problems += error.problems
    return geodata, problems


def file_name(table: str) -> str:
    """Name of a table's file in a geodata folder."""
    return f"{table}.geojson" if table in GEOJSON_TABLES else f"{table}.yaml"


def _unknown_files(folder: Path) -> list[Problem]:
    """A misspelt table would be left out without a word; so an unknown data file is an error."""
    known = [file_name(t) for t in TABLES] + [SOURCES_FILE, RANGES_FILE, OBSERVATIONS_FILE]
    found = (p for p in sorted(folder.glob("*")) if p.suffix in (".yaml", ".yml", ".json", ".geojson", ".csv"))
    return [
        Problem(f"unknown geodata file; allowed: {', '.join(known)}{nearest(p.name, known)}", shown(p))
        for p in found
        if p.name not in known
    ]


def _add_observations(rows: dict[str, RawRow], path: Path) -> list[Problem]:
    """Put the lines of ``observations_roles.csv`` among the rows of ``observed``; return their problems."""
    file = shown(path)
    lines, problems = read_observations(path)
    for given in lines:
        if not is_id("observed", given.id):
            problems.append(_bad_id("observed", given.id, file, given.line))
        elif given.id in rows:
            first = rows[given.id]
            problems.append(Problem(f"duplicate id {given.id!r}, already given in {first.file}", file, given.line))
        else:
            rows[given.id] = RawRow(given.value, file, {(): given.line})
    return problems


def _read_table(table: str, path: Path) -> tuple[dict[str, RawRow], list[Problem]]:
    document = read_yaml(path, shown(path))
    rows: dict[str, RawRow] = {}
    problems: list[Problem] = []
    depth = 2 if table == "barriers" else 1
    lines: dict[KeyPath, dict[KeyPath, int]] = {}
    for path_in_file, line in document.lines.items():
        if len(path_in_file) >= depth:
            lines.setdefault(path_in_file[:depth], {})[path_in_file[depth:]] = line

    def visit(entries: Any, at: KeyPath, levels: int) -> None:
        place = (document.file, document.line(at))
        if not isinstance(entries, dict):
            what = "a row (field: value)" if levels == 0 else "a mapping of ids"
            problems.append(Problem(f"{dotted(table, *at)}: {show(entries)} should be {what}", *place))
        elif levels == 0:
            id_ = dotted(*at)
            rows[id_] = RawRow(entries, document.file, lines[at])
        else:
            for key, entry in entries.items():
                if not is_id(table, key):
                    problems.append(_bad_id(table, key, document.file, document.line((*at, key))))
                else:
                    visit(entry, (*at, key), levels - 1)

    if document.value is not None:
        visit(document.value, (), depth)
    return rows, problems


def _read_geojson(table: str, path: Path) -> tuple[dict[str, RawRow], list[Problem]]:
    file = shown(path)
    text = read_text(path, file)
    repeated: list[str] = []

    def mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            repeated.append(next(n for n in names if names.count(n) > 1))
        if isinstance(found.get("from"), str) and set(found) <= {"from", "value"} and _ISO_DATE.match(found["from"]):
            found["from"] = _as_date(found["from"])
        return found

    try:
        content = json.loads(
            text,
            object_pairs_hook=mapping,
            parse_constant=_refuse_constant,
            parse_float=lambda digits: float(digits) + 0.0,
        )
    except json.JSONDecodeError as error:
        raise InputError([Problem(f"not valid JSON: {error.msg}", file, error.lineno)]) from None
    except (ValueError, RecursionError) as error:
        raise InputError([Problem(f"not valid JSON: {error}", file)]) from None
    if repeated:
        raise InputError([Problem(f"duplicate key {repeated[0]!r}", file)])
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or content.get("type") != "FeatureCollection":
        raise InputError([Problem("is not a GeoJSON FeatureCollection", file)])
    starts = [text.count("\n", 0, found.start()) + 1 for found in _FEATURE.finditer(text)]
    rows: dict[str, RawRow] = {}
    problems = []
    for place, feature in enumerate(features):
        line = starts[place] if len(starts) == len(features) else None
        try:
            id_, value = _feature_row(table, feature)
        except ValueError as error:
            problems.append(Problem(f"{table}: {error}", file, line))
            continue
        if not is_id(table, id_):
            problems.append(_bad_id(table, id_, file, line))
        elif id_ in rows:
            first = rows[id_].line()
            problems.append(Problem(f"duplicate id {id_!r}, already given on line {first}", file, line))
        else:
            rows[id_] = RawRow(value, file, {} if line is None else {(): line})
    return rows, problems


def _feature_row(table: str, feature: Any) -> tuple[Any, dict[str, Any]]:
    """Id and row of a feature: its properties and what its geometry says."""
    if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
        raise ValueError("a feature needs properties")
    row = dict(feature["properties"])
    id_ = row.pop("id", None)
    geometry = feature.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    points = geometry.get("coordinates") if isinstance(geometry, dict) else None
    for name in ("lat", "lon", "waypoints", "from_node", "to_node"):
        if name in row:
            raise ValueError(f"property {name!r} is not allowed; the geometry, or from and to, say it")
    if table == "nodes":
        if kind != "Point" or not isinstance(points, list) or len(points) < 2:
            raise ValueError(f"{show(id_)} needs a Point geometry [lon, lat]")
        return id_, row | {"lon": points[0], "lat": points[1]}
    for end in ("from", "to"):
        if end in row:
            row[f"{end}_node"] = row.pop(end)
    if geometry is None:
        return id_, row
    if kind != "LineString" or not isinstance(points, list):
        raise ValueError(f"{show(id_)} needs a LineString geometry, or none")
    return id_, row | {"waypoints": points}


def is_id(table: str, id_: object) -> bool:
    """Whether a row of the table may be called so."""
    return isinstance(id_, str) and len(id_) <= LONGEST_ID and re.fullmatch(ROW_ID[table], id_) is not None


def _bad_id(table: str, id_: object, file: str, line: int | None) -> Problem:
    most = f", {LONGEST_ID} letters at most" if isinstance(id_, str) and len(id_) > LONGEST_ID else ""
    return Problem(f"{table}: {show(id_)} is not an id; allowed: {ROW_ID[table]}{most}", file, line)


def _as_date(text: str) -> Any:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")
