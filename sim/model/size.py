"""How much a run draws and records, estimated before anything is drawn, and the refusal of what is beyond the limit.

The estimate is of one replication: what is drawn for its shipments, vessels, breakdowns and storms, and the rows of its
trace. A run far beyond a computer's memory is a slip of the pen (a second for an hour, a million for a thousand): it is
refused with what makes it large.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sim.clock import to_seconds
from sim.errors import Problem, memory_bytes
from sim.model.draws import LOTS_ASLEEP_A_YEAR, YEAR_S, Model
from sim.model.facilities import ANCHOR
from sim.model.layout import NO_WAY
from sim.model.vessels import call_s, voyages

#: The limit where none is declared, and the variable of the environment that hands a declared one to worker processes.
DEFAULT_LIMIT, VARIABLE = "8GB", "CORRIDOR_MEMORY"
#: Bytes of a lot itself; of a duration drawn for it (a hold and a move); of a row of the trace, with its sorted copy.
OF_LOT, OF_DURATION, OF_ROW = 90, 8, 64
#: Bytes of a drawn call of a vessel, of a breakdown or a storm (uniforms, spell, edges of the timeline), of a vessel.
OF_CALL, OF_SPELL, OF_VESSEL = 48, 500, 2_000
#: Tables on which the size of a run depends, besides its demand and its programs.
SIZES = frozenset({"facilities", "fleets", "services", "links", "weather"})
#: Events that a run takes minutes for, whatever memory there is: spells are merged one after another.
MOST_SPELLS = 5_000_000


@dataclass(frozen=True)
class Part:
    """Something that makes a run large: which parameter, how many of what, and the bytes they take."""

    table: str
    row: str
    field: str
    number: float
    what: str
    nbytes: float


def parts(model: Model) -> list[Part]:
    """What one replication draws and records, largest first."""
    return sorted(
        [*_shipments(model), *_vessels(model), *_breakdowns(model), *_storms(model)], key=lambda part: -part.nbytes
    )


def limit_bytes() -> float:
    """The limit that was declared for this process, or the default."""
    return memory_bytes(os.environ.get(VARIABLE, DEFAULT_LIMIT))


def too_large(model: Model) -> list[Problem]:
    """Why the run is beyond the limit; empty if it is not."""
    found, limit = parts(model), limit_bytes()
    total = sum(part.nbytes for part in found)
    spells = [p for p in found if p.what in ("breakdowns", "storms") and p.number > MOST_SPELLS]
    if total <= limit and not spells:
        return []
    problems = []
    for part in spells or [p for p in found if p.nbytes > total / 4][:3] or found[:1]:
        file, line = model.world.where(part.table, part.row, part.field)
        why = (
            f"allowed: {MOST_SPELLS:,}"
            if spells
            else f"the run needs some {total / 1e9:,.3g} GB a replication, allowed: {limit / 1e9:g} GB"
            " ('--memory' declares another limit)"
        )
        message = f"{part.table}.{part.row}.{part.field}: makes some {part.number:,.0f} {part.what}; {why}"
        problems.append(Problem(message, file, line))
    return problems


def _shipments(model: Model) -> Iterator[Part]:
    for demand in model.demands:
        programs = [p for _, p in demand.programs if p != NO_WAY]
        if not programs:
            continue
        width = max(model.drawn_programs[p].width for p in programs)
        steps = max(int(model.plan.programs.ptr[p + 1] - model.plan.programs.ptr[p]) for p in programs)
        if demand.flow.woken_by:
            lots = LOTS_ASLEEP_A_YEAR * (1 + model.end_s / YEAR_S) * len(demand.programs)
            steps, field = 0, "woken_by"
        else:
            lots = sum(month.expected for month in demand.months) * demand.flow.lots_together
            field = "quantity_per_year"
        nbytes = lots * (OF_LOT + OF_DURATION * width + OF_ROW * steps)
        yield Part("flows", demand.name, field, lots, "shipments", nbytes)


def _vessels(model: Model) -> Iterator[Part]:
    number: dict[str, tuple[float, float]] = {}
    for ship in model.ships:
        ships, calls = number.get(ship.fleet, (0.0, 0.0))
        service, fleet = model.world.services[ship.service], model.world.fleets[ship.fleet]
        # ships of a fleet draw alike many
        drawn = (
            calls / ships if ships else voyages(model.end_s, call_s(service, fleet, model.world.links, model.origin))
        )
        number[ship.fleet] = ships + 1, calls + drawn
    for name, (ships, calls) in number.items():
        yield Part("fleets", name, "count", calls, "calls of vessels", ships * OF_VESSEL + calls * OF_CALL)


def _breakdowns(model: Model) -> Iterator[Part]:
    until_s = max(model.end_s - to_seconds(ANCHOR, model.origin), 0)
    ships = Counter(ship.fleet for ship in model.ships)
    units = {("fleets", name): ships[name] for name, row in model.world.fleets.items() if row.outages}
    units |= {
        ("facilities", name): max(step.value for step in row.capacity.steps)
        for name, row in model.world.facilities.items()
        if row.outages
    }
    for (table, name), count in units.items():
        row = getattr(model.world, table)[name].outages
        spells = count * (1.5 * until_s / (row.up.mean_s + row.down.mean_s) + 64)
        yield Part(table, name, "outages", spells, "breakdowns", spells * OF_SPELL)


def _storms(model: Model) -> Iterator[Part]:
    until_s = max(model.end_s - to_seconds(ANCHOR, model.origin), 0)
    for name, row in model.world.weather.items():
        share = min(max(row.closed_share_by_month) * max(step.value for step in row.scale.steps), 0.97)
        kinds = 1 + len(row.local)
        spells = kinds * until_s * share / ((1 - share) * row.spell.mean_s)
        yield Part("weather", name, "spell", spells, "storms", spells * OF_SPELL * max(len(row.closes), 1))
