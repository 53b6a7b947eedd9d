"""Another value of a few fields of a checked world, without reading and checking all of it again.

Which fields may have one is declared at the field (``described(..., patch=...)``), with what of a built model follows
from it: one of ``EFFECTS``. A rule of the checks is held against the patched world if it has read a field that changed,
and noted as it stands otherwise (``sim.network.reads``). Whatever is in the way is no error: the caller then resolves
and checks the world as a whole, and that says in its words what is wrong.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from sim.errors import InputError, Problem
from sim.network.apply import apply_change
from sim.network.consistency import NETWORK_RULES, ROUTE_RULES, ROW_RULES
from sim.network.geofolder import RawGeodata, RawRow, read_geodata
from sim.network.levels import level_changes
from sim.network.notes import notes
from sim.network.reads import Reads, Watched, touches
from sim.network.route_rules import departing, routes_on, stretches
from sim.network.uncertain import Uncertain, uncertain
from sim.network.world import World, no_value_before, place_of, row_of, shipped, unknown_sources, validate
from sim.scenario.changes import Change
from sim.scenario.faults import dotted
from sim.scenario.load import Scenario
from sim.scenario.overrides import USES, Level, Use, read_override
from sim.scenario.relative import plain_changes
from sim.scenario.shapes import said_of
from sim.scenario.values import Dated, Draw
from sim.scenario.yamlfile import KeyPath

#: What ``patch`` may say, and what of a built model follows from a field that says it.
EFFECTS = {
    "reports": "nothing of the model: only tables and pages",
    "draws": "what is drawn, of the plan nothing",
    "timeline": "when the units of a facility are there",
    "stocks": "how long idle equipment stays",
    "services": "how a service loads",
    "calls": "when ships leave a port",
    "boarding": "times of loading and discharging",
    "ships": "the ships of a fleet, their room, and the weight that the water carries",
    "water": "the weight that the water carries",
    "durations": "times of a step of a process",
    "strength": "times of the steps of a barrier, and passes of its quota",
    "section": "headway and spread of running times of a line",
    "demand": "when shipments of a flow depart, and how heavy they are",
    "bans": "which departures are refused",
    "choice": "how shipments of a flow choose among its ways",
    "charges": "what the ways of a choice cost",
}
#: Settings of a scenario that change no world.
_HEADER = ("seed", "replications")


class Unpatchable(Exception):
    """Why a change cannot be made by patching; the same change to the whole can."""


@dataclass(frozen=True)
class Changed:
    """A field with another value: where it is, and which of ``EFFECTS`` it has."""

    table: str
    row: str
    path: KeyPath
    effect: str

    @property
    def key(self) -> str:
        """The field as a parameter's key."""
        return dotted(self.table, self.row, *self.path)


class Checked:
    """A world that has passed its checks, and what each of them has read of it.

    Raises InputError if it does not pass.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self._as_written: RawGeodata | None = None
        self._ranges: list[Uncertain] | None = None
        watched, problems = Watched(world), list[Problem]()
        self._rules = []
        for rule in (*ROW_RULES, *NETWORK_RULES):
            found, read = watched.by(lambda w, rule=rule: list(rule(w)))  # type: ignore[misc]
            problems += found
            self._rules.append((rule, read))
            if problems:
                raise InputError(problems)
        self._dates, self._dates_read = watched.by(stretches)
        departures = {id_: watched.by(lambda w, id_=id_: departing(w, id_, self._dates)) for id_ in world.flows}  # type: ignore[misc]
        self._departing = {id_: found for id_, (found, _) in departures.items()}
        self._departing_read = {id_: read for id_, (_, read) in departures.items()}
        self._routes, self._routes_read = watched.by(lambda w: routes_on(w, self._dates, self._departing))
        self._route_rules = []
        for route_rule in ROUTE_RULES:
            found, read = watched.by(lambda w, rule=route_rule: list(rule(w, self._routes)))  # type: ignore[misc]
            problems += found
            self._route_rules.append((route_rule, read))
        if problems:
            raise InputError(problems)

    def as_written(self) -> RawGeodata:
        """The geodata before any change. Raises Unpatchable if its files are no longer what they were."""
        if self._as_written is None:
            geodata, problems = read_geodata(self.world.scenario.geodata_dir)
            if problems or geodata.digest != self.world.geodata_digest:
                raise Unpatchable("the geodata changed in between")
            self._as_written = geodata
        return self._as_written

    def ranges(self) -> list[Uncertain]:
        """What is uncertain in the geodata as written. Raises Unpatchable as ``as_written`` does."""
        if self._ranges is None:
            self._ranges = uncertain(self.as_written())[0]
        return self._ranges

    def refuse_unfit(self, world: World, changed: Sequence[Changed]) -> None:
        """Raise Unpatchable if a world that differs in those places does not pass, or has other routes."""
        places = [(one.table, one.row, dotted(*one.path)) for one in changed]

        def touched(read: Reads) -> bool:
            return any(touches(read, place) for place in places)

        if touched(self._dates_read):
            raise Unpatchable("the network changes on other days")
        if touched(self._routes_read) and routes_on(world, self._dates, self._departing) != self._routes:
            raise Unpatchable("routes change")
        for id_, read in self._departing_read.items():
            if touched(read) and departing(world, id_, self._dates) != self._departing[id_]:
                raise Unpatchable(f"{id_} departs on other days")
        own = (rule(world) for rule, read in self._rules if touched(read))
        on_routes = (rule(world, self._routes) for rule, read in self._route_rules if touched(read))
        for problems in (*own, *on_routes):
            for problem in problems:
                raise Unpatchable(str(problem))


def patched_world(
    checked: Checked, overrides: Sequence[str], beneath: Sequence[Change] = ()
) -> tuple[World, tuple[Changed, ...]]:
    """The world of a checked one's scenario with some more changes, and the fields that differ.

    ``beneath`` are applied to the geodata before the scenario's own changes, as sampled inputs are; ``overrides`` last.

    Raises Unpatchable with the reason.
    """
    base = checked.world
    try:
        scenario, changes = _scenario(base.scenario, overrides)
        if beneath:
            scenario = replace(scenario, changes=(*beneath, *scenario.changes))
        moved = _moved(checked, scenario, bool(beneath))
        world, changed = _apply(checked, scenario, changes, (*moved, *beneath))
    except (InputError, ValueError) as error:
        raise Unpatchable("; ".join(str(error).splitlines())) from None
    checked.refuse_unfit(world, changed)
    return world, changed


def with_other_demand(checked: Checked, scenario: Scenario) -> tuple[World, tuple[Changed, ...]]:
    """A checked world of which other parts of the flows are shipped, and the fields that differ.

    The checked world is one in which all is shipped as planned. Raises Unpatchable with the reason.
    """
    base, settled = checked.world, scenario.settled
    multiples = settled.multiples if settled else {}
    flows = base.flows | {name: shipped(base.flows[name], own) for name, own in multiples.items()}
    world = replace(base, scenario=scenario, flows=flows)
    changed = tuple(Changed("flows", name, ("quantity_per_year",), "demand") for name in multiples)
    checked.refuse_unfit(world, changed)
    return world, changed


def _scenario(base: Scenario, overrides: Sequence[str]) -> tuple[Scenario, tuple[Change, ...]]:
    """The scenario as ``load_scenario`` makes it with more overrides, and their changes."""
    changes: list[Change] = []
    scenario = base
    for text in overrides:
        override = read_override(text)
        if isinstance(override, Change):
            changes += plain_changes(replace(override, layer=len(base.chain)))
            continue
        if isinstance(override, Use):
            raise Unpatchable(f"{USES}{override.id}: other interventions")
        if isinstance(override, Level):
            scenario = replace(scenario, levels=(*scenario.levels, override), base_year=None)
            continue
        given = override.model_dump(exclude_unset=True, exclude={"schema_version"})
        if not given.keys() <= set(_HEADER):
            raise Unpatchable(f"{', '.join(given)}: another period or title")
        scenario = replace(scenario, **given)
    if changes:
        scenario = replace(scenario, changes=(*base.changes, *changes), base_year=None)
    return scenario, tuple(changes)


def _moved(checked: Checked, scenario: Scenario, anew: bool) -> tuple[Change, ...]:
    """The changes of ranges that stand somewhere, all of them: where rows are made ``anew``, or a range has moved."""
    if not scenario.levels or not (anew or scenario.levels != checked.world.scenario.levels):
        return ()
    found, problems = level_changes(checked.ranges(), scenario.levels)
    if problems:
        raise InputError(problems)
    return found


def _apply(
    checked: Checked, scenario: Scenario, changes: Sequence[Change], beneath: Sequence[Change]
) -> tuple[World, tuple[Changed, ...]]:
    base = checked.world
    touched = dict.fromkeys(row_of(change.key) for change in (*beneath, *changes))
    anew = {row_of(change.key) for change in beneath}  # rows of which all changes are made again
    raw = replace(base.raw, tables=dict(base.raw.tables))
    for table, id_ in touched:
        rows = (checked.as_written() if (table, id_) in anew else base.raw).tables
        if id_ not in rows.get(table, {}):
            raise Unpatchable(f"{dotted(table, id_)} is no row yet")
        raw.tables[table] = dict(raw.tables[table])
        row = rows[table][id_]
        raw.tables[table][id_] = RawRow(copy.deepcopy(row.value), row.file, row.lines)
    lineage = {key: found for key, found in base.lineage.items() if not anew or row_of(key) not in anew}
    again = [change for change in base.scenario.changes if row_of(change.key) in anew] if anew else []
    for change in (*beneath, *again, *changes):
        lineage[change.key] = [*lineage.get(change.key, ()), apply_change(raw, change)]
    records, problems = validate(raw, lineage, list(touched))
    own = {change.key: lineage[change.key] for change in changes}

    def where(table: str, id_: str, path: KeyPath) -> tuple[str, int | None]:
        return place_of(raw.tables[table][id_], dotted(table, id_), path, lineage)

    problems += [*unknown_sources(raw, records, own), *no_value_before(scenario, records, where)]
    if problems:
        raise InputError(problems)
    tables: dict[str, Any] = {}
    changed: list[Changed] = []
    for (table, id_), record in records.items():
        rows = tables.setdefault(table, dict(getattr(base, table)))
        if table == "barriers":
            kind, place = id_.split(".")
            before, rows[kind] = rows[kind][place], {**rows[kind], place: record}
        else:
            before, rows[id_] = rows[id_], record
        changed += [Changed(table, id_, path, effect) for path, effect in _differences(before, record, (table, id_))]
    world = replace(base, scenario=scenario, **tables, lineage=lineage, raw=raw, notes=notes(scenario, lineage))
    return world, tuple(changed)


def _differences(
    old: BaseModel, new: BaseModel, at: tuple[str, ...], path: KeyPath = ()
) -> Iterator[tuple[KeyPath, str]]:
    """Fields of a record that have another value, with their effects. Raises Unpatchable for one that has none."""
    for name, info in type(old).model_fields.items():
        before, after = getattr(old, name), getattr(new, name)
        if before == after:
            continue
        here = (*path, info.alias or name)
        effect = said_of(info, "patch")
        if effect is not None and (effect == "reports" or _alike(before, after)):
            yield here, effect
        else:
            yield from _within(before, after, at, here)


def _within(before: Any, after: Any, at: tuple[str, ...], path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    whole = isinstance(before, (Dated, Draw))
    if isinstance(before, BaseModel) and type(before) is type(after) and not whole:
        yield from _differences(before, after, at, path)
    elif isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        for key in before:
            if before[key] != after[key]:
                yield from _within(before[key], after[key], at, (*path, key))
    elif isinstance(before, tuple) and isinstance(after, tuple) and len(before) == len(after):
        for k, (one, other) in enumerate(zip(before, after, strict=True)):
            if one != other:
                yield from _within(one, other, at, (*path, k))
    else:
        raise Unpatchable(f"{dotted(*at, *path)} is not declared to be patched")


def _alike(before: Any, after: Any) -> bool:
    """Whether one stands for the other: both are there or none, and what is by key has the same keys."""
    if isinstance(before, dict) and isinstance(after, dict):
        return before.keys() == after.keys()
    return (before is None) == (after is None)
