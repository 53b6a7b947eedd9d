"""What can be named in a scenario or a command, as entries: places, facilities, flows, parameters and so on, with titles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.indicators import INDICATORS, unit_words
from sim.network.apply import find
from sim.network.dated import as_steps
from sim.network.parameters import parameters
from sim.network.titles import short_name
from sim.network.words import parameter_words, steps_words, value_words
from sim.record import Record
from sim.report.scopes import cargo_words
from sim.scenario.interventions import read_catalogue
from sim.scenario.listing import list_scenarios

if TYPE_CHECKING:
    from sim.network.world import World


@dataclass(frozen=True, slots=True)
class Entry(Record):
    """One thing that has a name.

    ``kind`` is a key of ``KINDS``; ``key`` is what is typed; ``value`` is in words, with ``unit`` where it is a plain
    number; ``source`` and ``grade`` are empty where the kind has none. ``more`` is found by a search and not shown.
    """

    kind: str
    key: str
    title: str
    value: str = ""
    unit: str = ""
    source: str = ""
    grade: str = ""
    more: str = ""


def places(world: World) -> Iterator[Entry]:
    """The nodes of the network: what stands there, and in which country."""
    for name, node in world.nodes.items():
        yield Entry("place", name, node.name, node.kind.replace("_", " "), node.country, node.source, node.grade)


def facilities(world: World) -> Iterator[Entry]:
    """What has a capacity: berths, cranes, yards, customs, depots."""
    for name, row in world.facilities.items():
        where = short_name(world.nodes[row.node].name) if row.node in world.nodes else row.node
        yield Entry("facility", name, row.title, f"{row.kind.replace('_', ' ')} at {where}", "", row.source, row.grade)


def services(world: World) -> Iterator[Entry]:
    """Lines of ships, with their fleets."""
    for name, row in world.services.items():
        fleets = [fleet for fleet, own in world.fleets.items() if own.service == name]
        yield Entry("service", name, row.title, f"fleets: {', '.join(fleets) or 'none'}", "", row.source, row.grade)


def flows(world: World) -> Iterator[Entry]:
    """The demand: from where to where, of what."""
    for name, row in world.flows.items():
        ends = " - ".join(
            short_name(world.nodes[node].name) if node in world.nodes else node
            for node in (row.origin, row.destination)
        )
        value = f"{cargo_words(f'cargo {row.cargo}').replace('_', ' ')}, {row.direction.replace('_', ' ')}"
        beside = ", background traffic" if row.background else ""
        yield Entry("flow", name, ends, value + beside, "", row.source, row.grade, f"{row.origin} {row.destination}")


def indicators(_: World) -> Iterator[Entry]:
    """What a run measures; ``KPI of SCOPE`` names one."""
    for name, known in INDICATORS.items():
        good = {"higher": "higher is better", "lower": "lower is better"}.get(known.good, "neither way is better")
        yield Entry("indicator", name, known.words, good, unit_words(known.unit))


def interventions(world: World) -> Iterator[Entry]:
    """The catalogue that the scenario may use."""
    for name, entry in read_catalogue(world.scenario.path.parent).items():
        item = entry.intervention
        cost = "" if item.cost_musd is None else f", {item.cost_musd:g} million USD"
        source = str(getattr(item, "source", ""))
        yield Entry("intervention", name, item.title, f"{item.kind}, {item.since}{cost}", "", source, item.grade)


def scenarios(_: World) -> Iterator[Entry]:
    """The scenarios of the library."""
    for entry in list_scenarios():
        yield Entry("scenario", entry.name, entry.title, entry.question)


def numbers(world: World) -> Iterator[Entry]:
    """Every number of the geodata, as it is in this scenario."""
    first, last = world.scenario.period_start, world.scenario.period_end
    for found in parameters(world):
        address = find(world.raw, found.key)
        row = world.raw.tables[address.table][address.row].value
        title = parameter_words(world.raw, address.table, address.row, address.path)
        given = row[str(address.path[0])]
        steps = as_steps(given)
        value = steps_words(steps, first, last) or value_words(steps[0][1] if steps else given)
        yield Entry("parameter", found.key, title, value, found.unit, found.source, found.grade)


#: Kind -> its plural, as options and headings have it, and how its entries are made; in the order of answers.
KINDS: dict[str, tuple[str, Callable[[World], Iterator[Entry]]]] = {
    "place": ("places", places),
    "facility": ("facilities", facilities),
    "service": ("services", services),
    "flow": ("flows", flows),
    "intervention": ("interventions", interventions),
    "indicator": ("indicators", indicators),
    "scenario": ("scenarios", scenarios),
    "parameter": ("parameters", numbers),
}


def every_entry(world: World) -> list[Entry]:
    """All entries of all kinds."""
    return [entry for _, make in KINDS.values() for entry in make(world)]
