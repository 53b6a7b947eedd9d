"""What one more unit is: of a facility, a line's train paths, a fleet, a quota's passes, a stock of equipment.

Every candidate is a change of one parameter, so that it runs through the same program as anything a planner sets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from sim.model.rail import DAYS_PER_YEAR
from sim.network.tables import LOAD_UNITS
from sim.network.titles import short_name
from sim.network.words import UNITS
from sim.scenario.changes import Change
from sim.studies.package_parts import world_of

if TYPE_CHECKING:
    from sim.network.tables import Facility
    from sim.network.world import World
    from sim.scenario.values import Dated

Kind = Literal["facility", "stock", "quota", "line", "fleet"]


@dataclass(frozen=True)
class OneMore:
    """A candidate: ``change`` makes ``name`` one unit larger wherever it exists at all.

    ``now`` and ``step`` are in ``unit``. Movers wait for it under the names ``waits_at`` (facilities; of a
    line its sections; of a fleet its service).
    """

    name: str
    kind: Kind
    title: str
    now: float
    step: float
    unit: str
    change: Change
    waits_at: tuple[str, ...]


def enlargements(world: World) -> list[OneMore]:
    """Everything that can be one unit larger, in order of kind and name.

    One unit is one mover's place, one train a day each way, one ship, one pass a day; of what is measured in
    TEU, wagons, trucks, metres or tonnes it is the room of the largest train or lot that carries the measure.
    Lines without a limit and things that do not exist within the period are left out.
    """
    found = [*_facilities(world), *_lines(world), *_fleets(world)]
    return [one for one in found if one.now > 0]


def enlarged(world: World, one: OneMore) -> World:
    """The world with one more unit of a candidate. Raises InputError if it does not fit."""
    scenario = replace(world.scenario, changes=(*world.scenario.changes, one.change))
    return world_of(scenario, f"one more unit of {one.name}")


def _facilities(world: World) -> Iterator[OneMore]:
    for name, row in sorted(world.facilities.items()):
        kind: Kind = row.kind if row.kind in ("stock", "quota") else "facility"
        step = 1 if row.unit == "each" else _largest_load(world, row)
        unit = UNITS.get(row.unit) or {"quota": "slots a day", "stock": "units"}.get(row.kind, "places")
        yield _candidate(world, kind, row.title, f"facilities.{name}.capacity", row.capacity, step, unit, (name,))


def _lines(world: World) -> Iterator[OneMore]:
    for name, link in sorted(world.links.items()):
        ends = (f"{name}/{link.from_node}", f"{name}/{link.to_node}", f"{name}/both")
        between = f"Line {' - '.join(short_name(world.nodes[end].name) for end in (link.from_node, link.to_node))}"
        if link.trains_per_day is not None:
            yield _candidate(
                world, "line", between, f"links.{name}.trains_per_day", link.trains_per_day, 1.0, "trains a day", ends
            )
        elif link.capacity_mt_per_year is not None and link.net_tonnes_per_train:
            a_train = DAYS_PER_YEAR * 2 * link.net_tonnes_per_train / 1e6
            yield _candidate(
                world,
                "line",
                between,
                f"links.{name}.capacity_mt_per_year",
                link.capacity_mt_per_year,
                a_train,
                "Mt a year",
                ends,
            )


def _fleets(world: World) -> Iterator[OneMore]:
    for name, row in sorted(world.fleets.items()):
        title = f"Ships: {world.services[row.service].title}"
        yield _candidate(world, "fleet", title, f"fleets.{name}.count", row.count, 1, "ships", (row.service,))


def _candidate(
    world: World, kind: Kind, title: str, key: str, value: Dated[Any], step: float, unit: str, waits_at: tuple[str, ...]
) -> OneMore:
    change = Change(
        key,
        "set",
        _larger(value, lambda v: v + step),
        None,
        None,
        "one more unit",
        None,
        "--set",
        layer=len(world.scenario.chain),
    )
    now = float(value.at(world.scenario.period_start) or value.at(world.scenario.period_end))
    return OneMore(key.split(".")[1], kind, title, now, float(step), unit, change, waits_at)


def _larger(value: Dated[Any], more: Callable[[Any], Any]) -> Any:
    """The dated value as written, with more wherever it is not 0: what is not built yet stays so."""
    larger = [more(step.value) if step.value else step.value for step in value.steps]
    if len(larger) == 1:
        return larger[0]
    dated = [{"from": step.since, "value": v} for step, v in zip(value.steps[1:], larger[1:], strict=True)]
    return [{"value": larger[0]}, *dated]


def _largest_load(world: World, row: Facility) -> int:
    """Room of the largest train or lot of any flow in the facility's measure; at least 1."""
    assert row.unit in LOAD_UNITS
    largest = 1
    for flow in world.flows.values():
        of_one = getattr(world.cargo[flow.cargo], row.unit)
        if of_one and flow.woken_by is None:
            largest = max(largest, of_one * max(flow.train, flow.lot * flow.lots_together))
    return largest
