"""The resolved world: the geodata of a scenario with every change applied, validated, with lineage.

A parameter's key is ``table.id.field[.subfield...]``; in ``barriers`` the id is ``kind.country``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from sim.errors import InputError, Problem, nearest
from sim.network.apply import Applied, apply_change
from sim.network.fact_ids import facts_listed
from sim.network.geofolder import RawGeodata, RawRow, read_geodata
from sim.network.levels import level_changes
from sim.network.notes import notes, notes_of_parent
from sim.network.sources import SOURCES_FILE, SourceFact
from sim.network.tables import (
    TABLES,
    Ban,
    Barrier,
    Cargo,
    Emission,
    Facility,
    Fleet,
    Flow,
    JointOperator,
    Link,
    Market,
    Node,
    Observation,
    Operator,
    Process,
    Rival,
    Row,
    Service,
    Tariff,
    Water,
    Weather,
)
from sim.network.uncertain import uncertain
from sim.scenario.changes import Change
from sim.scenario.demand import DemandRule, Weighed
from sim.scenario.faults import dotted, faults
from sim.scenario.load import Scenario
from sim.scenario.shapes import field_names
from sim.scenario.values import Amount, Dated
from sim.scenario.yamlfile import KeyPath

Where = Callable[[str, str, KeyPath], tuple[str, int | None]]


@dataclass(frozen=True)
class World:
    """Every table by row id (sorted), and where each value comes from.

    ``barriers`` is kind -> country (lower case) -> row. ``sources`` holds the facts that rows cite.
    ``lineage`` lists, for each changed key, the changes in order. ``notes`` are sentences for the
    summary on the scenario's own changes: those that lie outside the run; ``notes_of_parent`` on what it has from
    its parents. ``geodata_digest`` is the SHA-256 of the raw files.
    """

    scenario: Scenario
    nodes: dict[str, Node]
    links: dict[str, Link]
    cargo: dict[str, Cargo]
    water: dict[str, Water]
    facilities: dict[str, Facility]
    barriers: dict[str, dict[str, Barrier]]
    operators: dict[str, Operator]
    joint_operators: dict[str, JointOperator]
    processes: dict[str, Process]
    services: dict[str, Service]
    fleets: dict[str, Fleet]
    weather: dict[str, Weather]
    flows: dict[str, Flow]
    bans: dict[str, Ban]
    rivals: dict[str, Rival]
    markets: dict[str, Market]
    observed: dict[str, Observation]
    tariffs: dict[str, Tariff]
    emissions: dict[str, Emission]
    sources: dict[str, SourceFact]
    lineage: dict[str, list[Applied]]
    notes: tuple[str, ...]
    notes_of_parent: tuple[str, ...]
    geodata_digest: str
    raw: RawGeodata

    def where(self, table: str, id: str, field: str | None = None) -> tuple[str, int | None]:
        """File and line that a row, or the value in force of one of its (dotted) fields, comes from."""
        path = tuple(int(p) if p.isdigit() else p for p in field.split(".")) if field else ()
        return place_of(self.raw.tables[table][id], dotted(table, id), path, self.lineage)

    def canonical(self) -> dict[str, Any]:
        """What determines a result, as plain JSON values: the period and every table, sorted by id."""
        scenario = self.scenario
        period = {
            "start": scenario.period_start.isoformat(),
            "end": scenario.period_end.isoformat(),
            "warm_up_s": scenario.warm_up_s,
            "run_out_s": scenario.run_out_s,
        }
        found = {"period": period} | {table: _plain(getattr(self, table)) for table in TABLES}
        if not scenario.demand.reacts:
            return found
        weighed = scenario.settled.weighed if scenario.settled else {}
        demand = dict(_told(scenario.demand))
        if weighed:
            demand["weighed"] = {name: _digest(own) for name, own in weighed.items()}
        return found | {"demand": demand}

    def like(self, other: World, canonical: Mapping[str, Any]) -> dict[str, Any]:
        """``canonical``, given that of another world with the same period: rows that are the same objects are taken over."""
        found = {"period": canonical["period"]}
        for table in TABLES:
            mine, theirs = getattr(self, table), getattr(other, table)
            found[table] = canonical[table] if mine is theirs else _plain_like(mine, theirs, canonical[table])
        return found


def resolve(scenario: Scenario) -> World:
    """Read the scenario's geodata, apply its changes, and validate every row.

    References between tables are checked in ``network/consistency.py``. Raises ``InputError`` with
    every problem, each with the file and line of the change or row that it comes from.
    """
    raw, problems = read_geodata(scenario.geodata_dir)
    lineage: dict[str, list[Applied]] = {}
    records, faulty = validate(raw, lineage, [(t, id_) for t, rows in raw.tables.items() for id_ in rows])
    problems += faulty
    beneath: tuple[Change, ...] = ()
    if not problems:
        ranges, faulty = uncertain(raw)
        beneath, unfit = level_changes(ranges, scenario.levels)
        problems += faulty + unfit
    if not problems:  # changes are applied to sound rows only
        problems += _apply(raw, (*beneath, *scenario.changes), lineage)
        touched = {row_of(key) for key in lineage}
        changed, faulty = validate(raw, lineage, sorted(touched))
        records |= changed
        problems += faulty + unknown_sources(raw, records, lineage)

        def where(table: str, id_: str, path: KeyPath) -> tuple[str, int | None]:
            return place_of(raw.tables[table][id_], dotted(table, id_), path, lineage)

        problems += no_value_before(scenario, records, where)
    if problems:
        raise InputError(problems)
    for name, multiples in scenario.settled.multiples.items() if scenario.settled else ():
        records["flows", name] = shipped(records["flows", name], multiples)
    tables: dict[str, Any] = {table: {} for table in TABLES}
    for (table, id_), record in sorted(records.items()):
        if table == "barriers":
            kind, country = id_.split(".")
            tables[table].setdefault(kind, {})[country] = record
        else:
            tables[table][id_] = record
    return World(
        scenario=scenario,
        **tables,
        sources=raw.sources or {},
        lineage=lineage,
        raw=raw,
        notes=notes(scenario, lineage),
        notes_of_parent=notes_of_parent(scenario, lineage),
        geodata_digest=raw.digest,
    )


def shipped(flow: Any, multiples: Sequence[tuple[date, float]]) -> Flow:
    """A flow of which a part is shipped that changes on dates; before the first of them all of it."""
    planned: Dated[float] = flow.quantity_per_year
    own = [step.since for step in planned.steps if step.since is not None]
    days = sorted({*own, *(day for day, _ in multiples)})
    steps: list[dict[str, Any]] = (
        [{"from": None, "value": planned.steps[0].value}] if planned.steps[0].since is None else []
    )
    part, left = 1.0, list(multiples)
    for day in days:
        while left and left[0][0] <= day:
            part = left.pop(0)[1]
        steps.append({"from": day, "value": planned.at(day) * part})
    changed = Dated[Amount].model_validate(steps)
    return Flow.model_validate(flow).model_copy(update={"quantity_per_year": changed})


def _digest(weighed: Weighed) -> str:
    return hashlib.sha256(repr(weighed).encode()).hexdigest()[:16]


def _told(rule: DemandRule) -> Mapping[str, Any]:
    """What of a rule decides a result; where the file of the reference lies does not."""
    return {**asdict(rule), "reference": Path(rule.reference).stem}


def _apply(raw: RawGeodata, changes: tuple[Change, ...], lineage: dict[str, list[Applied]]) -> list[Problem]:
    problems = []
    for change in changes:
        try:
            applied = apply_change(raw, change)
        except ValueError as error:
            problems.append(Problem(f"{change.key}: {error}", change.file, change.line))
            continue
        lineage.setdefault(change.key, []).append(applied)
    return problems


def row_of(key: str) -> tuple[str, str]:
    table, *rest = key.split(".")
    return table, dotted(*rest[: 2 if table == "barriers" else 1])


def validate(
    raw: RawGeodata, lineage: dict[str, list[Applied]], ids: list[tuple[str, str]]
) -> tuple[dict[tuple[str, str], Row], list[Problem]]:
    """Validate rows against their record classes."""
    records: dict[tuple[str, str], Row] = {}
    problems: list[Problem] = []
    for table, id_ in ids:
        row, name = raw.tables[table][id_], dotted(table, id_)
        try:
            record = TABLES[table].model_validate(row.value)
        except ValidationError as error:

            def locate(path: KeyPath, row: RawRow = row, name: str = name) -> tuple[str, int | None]:
                return place_of(row, name, path, lineage)

            problems += faults(error, TABLES[table], row.value, name, locate)
            continue
        records[table, id_] = record
        allowed = field_names(TABLES[table])
        for key in record.evidence:
            if key.split(".")[0] not in allowed:
                message = f"{name}.evidence: unknown field {key!r}; allowed: {', '.join(allowed)}"
                place = place_of(row, name, ("evidence", key), lineage)
                problems.append(Problem(message + nearest(key, allowed), *place))
    return records, problems


def place_of(row: RawRow, name: str, path: KeyPath, lineage: dict[str, list[Applied]]) -> tuple[str, int | None]:
    """The last change that touched the value, else the line of the row's file."""
    key = dotted(name, *path)
    for length in range(len(path), 0, -1):  # the value itself, or something it is part of
        above = lineage.get(dotted(name, *path[:length]))
        if above:
            return above[-1].change.file, above[-1].change.line
    for other, applied in lineage.items() if path else ():
        if other.startswith(key + ".") and applied:
            return applied[-1].change.file, applied[-1].change.line
    return row.file, row.line(path)


def unknown_sources(
    raw: RawGeodata, records: dict[tuple[str, str], Row], lineage: dict[str, list[Applied]]
) -> list[Problem]:
    """Sources that look like the id of a fact must stand in the folder's table of facts."""
    known = raw.sources
    if known is None:
        return []
    problems = []

    def look(text: str, subject: str, file: str, line: int | None) -> None:
        for id_ in facts_listed(text):
            if id_ not in known:
                message = f"{subject}: {id_!r} is not in {SOURCES_FILE}{nearest(id_, known)}"
                problems.append(Problem(message, file, line))

    for (table, id_), record in records.items():
        row = raw.tables[table][id_]
        look(record.source, dotted(table, id_, "source"), row.file, row.line(("source",)))
        for name, evidence in record.evidence.items():
            line = row.line(("evidence", name, "source"))
            look(evidence.source, dotted(table, id_, "evidence", name), row.file, line)
    for applied in lineage.values():
        for entry in applied:
            look(entry.change.source, entry.change.label, entry.change.file, entry.change.line)
    return list(dict.fromkeys(problems))


def no_value_before(scenario: Scenario, records: dict[tuple[str, str], Row], where: Where) -> Iterator[Problem]:
    """Dated values of which the first begins within the run: nothing says what holds until then."""
    for (table, id_), record in records.items():
        for path, value in _dated_in(record):
            first = value.steps[0].since
            if first is not None and first > scenario.clock.origin:
                message = (
                    f"its first value holds from {first}, the run begins on {scenario.clock.origin}; say what holds"
                )
                form = f"before: [{{value: ...}}, {{from: {first}, value: ...}}]"
                yield Problem(f"{dotted(table, id_, *path)}: {message} {form}", *where(table, id_, path))


def _dated_in(record: BaseModel, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Dated[Any]]]:
    for name, info in type(record).model_fields.items():
        yield from _dated_under(getattr(record, name), (*path, info.alias or name))


def _dated_under(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Dated[Any]]]:
    if isinstance(value, Dated):
        yield path, value
    elif isinstance(value, BaseModel):
        yield from _dated_in(value, path)
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from _dated_under(entry, (*path, key))
    elif isinstance(value, tuple):
        for place, entry in enumerate(value):
            yield from _dated_under(entry, (*path, place))


def _plain_like(rows: Mapping[str, Any], others: Mapping[str, Any], plain: Mapping[str, Any]) -> dict[str, Any]:
    """``_plain`` of rows of which most are those of another table with the same ids."""
    return {
        id_: known
        if rows[id_] is others[id_]
        else _plain_like(rows[id_], others[id_], known)
        if isinstance(rows[id_], dict)
        else rows[id_].model_dump(mode="json", by_alias=True)
        for id_, known in plain.items()
    }


def _plain(rows: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        id_: _plain(row) if isinstance(row, dict) else row.model_dump(mode="json", by_alias=True)
        for id_, row in sorted(rows.items())
    }
