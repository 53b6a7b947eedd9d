"""The role of each published outcome in a scenario: what the run is built on, or what it can be tested against.

A result that equals a figure from which the run was built shows that sums are right, and nothing else. So each
observation has a role, worked out from citations:

- *input*: a value that moves the simulation cites it, directly or through a fact that does, or the data declare it;
- *fitted*: an assumption that moves the simulation was chosen with it in view (``fitted_by``);
- *out of sample*: neither, and of a year from ``FIRST_YEAR_OUT_OF_SAMPLE`` on, after that of the base;
- *independent*: neither, and of an earlier year.

What a run is only measured by (``YARDSTICKS``, comparators of scenarios) makes nothing an input, nor does a loading ban
that is off (``share`` 0).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sim.network.fact_ids import facts_in
from sim.network.sources import SourceFact
from sim.network.tables import TABLES, Ban, Observation, ObservedRole
from sim.network.world import World

#: The base is built from facts on 2024 and before.
FIRST_YEAR_OUT_OF_SAMPLE = 2025
#: Fields by which a run is judged and which move nothing in it, by table.
YARDSTICKS = {"flows": ("promise_days", "promise_from", "promise_to")}


@dataclass(frozen=True)
class Standing:
    """The role of an observation, and why: which value cites it, what was fitted to it, or what the data say."""

    role: ObservedRole
    why: str = ""


def standings(world: World) -> dict[str, Standing]:
    """The role of each row of ``observed`` in this world, by id."""
    used = cited_facts(world)
    return {name: standing(name, row, used) for name, row in world.observed.items()}


def standing(name: str, row: Observation, used: Mapping[str, str]) -> Standing:
    """The role of one observation; ``used`` is as ``cited_facts`` returns it."""
    if row.role in ("input", "fitted"):
        return Standing(row.role, row.role_reason)
    for fact in dict.fromkeys((name, *facts_in(row.source), *row.derived_from)):
        if fact in used:
            return Standing("input", f"{used[fact]} cites {fact}" if fact == name else f"{used[fact]} cites its {fact}")
    for fact in row.fitted_by:
        if fact in used:
            reason = f": {row.role_reason}" if row.role_reason else ""
            return Standing("fitted", f"{fact} was chosen with it in view{reason}")
    if row.year >= FIRST_YEAR_OUT_OF_SAMPLE:
        return Standing("out of sample")
    return Standing("independent")


def cited_facts(world: World) -> dict[str, str]:
    """Each fact that a value which moves the simulation rests on -> the first place that cites it.

    Places are keys (``flows.F01.monthly_profile``), ids of applied interventions, or ``A261`` for a fact of
    ``sources.csv`` that is itself cited.
    """
    found: dict[str, str] = {}
    for place, text in _citations(world):
        for fact in facts_in(text):
            found.setdefault(fact, place)
    pending = list(found)
    while pending:
        fact = pending.pop()
        for cited in _cited_by(world.sources.get(fact)):
            if cited not in found:
                found[cited] = fact
                pending.append(cited)
    return found


def _citations(world: World) -> Iterator[tuple[str, str]]:
    """Every source and note of what moves the simulation, with its place."""
    for table in TABLES:
        if table == "observed":
            continue
        for id_, row in _rows(table, getattr(world, table)):
            if isinstance(row, Ban) and row.share == 0:
                continue  # it refuses nothing in this run
            yield f"{table}.{id_}", f"{row.source} {row.note}"
            for field, evidence in row.evidence.items():
                if field.split(".")[0] not in YARDSTICKS.get(table, ()):
                    yield f"{table}.{id_}.{field}", f"{evidence.source} {evidence.note}"
    for key, applied in world.lineage.items():
        table, _, path = key.partition(".")
        if table == "observed" or path.partition(".")[2].split(".")[0] in YARDSTICKS.get(table, ()):
            continue
        for entry in applied:
            yield entry.change.label, f"{entry.change.source} {entry.change.note}"


def _rows(table: str, rows: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if table == "barriers":
        return ((f"{kind}.{key}", row) for kind, of_kind in rows.items() for key, row in of_kind.items())
    return iter(rows.items())


def _cited_by(fact: SourceFact | None) -> list[str]:
    return [] if fact is None else [x for x in facts_in(f"{fact.source} {fact.note}") if x != fact.id]
