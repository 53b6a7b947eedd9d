"""The axes of a sweep: what each parameter is called, its unit, its values, and the value that the scenario has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.network.apply import find
from sim.network.dated import as_steps, in_force
from sim.network.tables import TABLES
from sim.network.words import quantity
from sim.network.world import resolve
from sim.record import Record
from sim.scenario.load import load_scenario
from sim.scenario.overrides import RANGES, USES
from sim.scenario.shapes import default_of
from sim.studies.sweep.factors import Value

if TYPE_CHECKING:
    from sim.network.world import World
    from sim.studies.sweep.file import SweepPlan


@dataclass(frozen=True, slots=True)
class Axis(Record):
    """A swept parameter."""

    key: str
    words: str  #: those of the file speak of what is counted; any other unit is added
    unit: str  #: empty: it has none, or the words say it
    counts: bool  #: whether values count what the words say, such as feeder vessels
    values: tuple[Value, ...]
    today: object  #: the scenario's own value at the start of the period; None: it has none


def axes(plan: SweepPlan, world: World) -> tuple[Axis, ...]:
    """One axis for each swept parameter; ``world`` is that of any point: its rows have the titles."""
    own = resolve(load_scenario(plan.content.scenario))
    found = []
    points = plan.points()
    for one in plan.factors:
        key = one.key
        values = one.values or tuple({str(p[key]): p[key] for p in points if key in p}.values())
        called, given = quantity(world.raw, key), plan.content.words.get(key)
        words, unit, counts = called.words, called.unit, called.counts
        if given is not None:
            words, unit = given, "" if called.counts or called.unit in given else called.unit
            counts = called.counts and not any(mark in given for mark in ":.,(")
        found.append(Axis(key, words, unit, counts, values, _today(own, key)))
    return tuple(found)


def _today(own: World, key: str) -> object:
    """The value as written, of a dated one that at the start of the period; None where there is none."""
    settings = {
        "seed": own.scenario.seed,
        "replications": own.scenario.replications,
        "period.start": own.scenario.period_start,
        "period.end": own.scenario.period_end,
    }
    if key in settings:
        return settings[key]
    if key.startswith(USES):
        since = {use.id: use.since for use in own.scenario.interventions}.get(key.removeprefix(USES))
        return "off" if since is None else "on"
    if key.startswith(RANGES):
        return "base"
    try:
        address = find(own.raw, key)
    except ValueError:  # a row that only the sweep has
        return None
    value: Any = own.raw.tables[address.table][address.row].value
    for part in address.path:
        value = in_force(as_steps(value), own.scenario.period_start)
        if isinstance(value, dict) and part not in value:
            return default_of(TABLES[address.table], address.path)
        if not isinstance(value, (dict, list)):
            return None
        value = value[int(part)] if isinstance(value, list) else value[part]
    value = in_force(as_steps(value), own.scenario.period_start)
    return value if isinstance(value, bool | int | float | str) else None
