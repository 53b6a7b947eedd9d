"""What a journey is charged: the events on its route, and the tariffs and emission factors that match them.

Money: price x quantity (x km). Greenhouse gases: factor x tonnes of goods x km, or factor x quantity
for a lift (after ISO 14083:2023: the activity of goods, without the weight of containers or wagons).
Lengths are those of the links on the day of setting out, not great circles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from sim.clock import DAY_S
from sim.network import graph
from sim.network.rates import measure_and_basis
from sim.network.tables import SEA_MODES

if TYPE_CHECKING:
    from sim.network.tables import Emission, Flow, Link, Tariff
    from sim.network.world import World

GRAM_PER_KG = 1000.0
#: Share of electric traction on a link by its field ``electrified``.
ELECTRIC_SHARE = {"yes": 1.0, "partial": 0.5, "no": 0.0}


@dataclass(frozen=True)
class ChargedNetwork:
    """Links by name (records with ends, mode, dated length, gauge, electrification) and countries of nodes."""

    links: Mapping[str, Link]
    country: Mapping[str, str]


class ChargedLeg(NamedTuple):
    """One link in the direction travelled; ``service`` is empty on land."""

    link: str
    from_node: str
    to_node: str
    service: str


class Event(NamedTuple):
    """One thing that may be charged; ``place`` is what tables call it, ``km`` is 0 for what is paid each time."""

    component: str
    place: str
    country: str
    node: str = ""
    service: str = ""
    traction: str = ""
    km: float = 0.0


@dataclass(frozen=True)
class Load:
    """A lot: its cargo, and how much of each measure (TEU, wagon, truck, t of goods) it is."""

    cargo: str
    amount: Mapping[str, float]

    @property
    def laden(self) -> bool:
        """Whether there are goods in it."""
        return self.amount["t"] > 0


class Sum(NamedTuple):
    """A sum, the part of it that rests on assumptions, and whether any rate matched."""

    total: float
    assumed: float
    known: bool


def charged_network(world: World) -> ChargedNetwork:
    """Links and countries of a resolved world."""
    return ChargedNetwork(world.links, {name: node.country for name, node in world.nodes.items()})


def load_of(world: World, flow: Flow) -> Load:
    """One lot of a flow."""
    cargo = world.cargo[flow.cargo]
    amount = {measure: float(flow.lot * getattr(cargo, measure.lower())) for measure in ("TEU", "wagon", "truck")}
    return Load(flow.cargo, amount | {"t": flow.lot * flow.net_tonnes_per_unit})


def fare(world: World, flow: Flow, legs: Sequence[graph.Leg], day: date) -> tuple[float, list[Event]]:
    """USD that one lot of ``flow`` pays over ``legs`` at the prices of ``day``, and the events without a price."""
    route = [
        ChargedLeg(
            leg.link, leg.from_node, leg.to_node, graph.service_for(world, leg.link) if leg.mode in SEA_MODES else ""
        )
        for leg in legs
    ]
    load, tariffs, usd, unknown = load_of(world, flow), list(world.tariffs.values()), 0.0, []
    for event in together(events(route, charged_network(world), day)):
        paid = charge(tariffs, event, load, day)
        usd += paid.total
        if not paid.known:
            unknown.append(event)
    return usd, unknown


def events(route: Sequence[ChargedLeg], network: ChargedNetwork, day: date) -> Iterator[Event]:
    """Everything on the route that may be charged, in order.

    A land link is carriage in the countries of its two ends, half in each. A sea leg is one passage and
    two calls at ports. A border is crossed where a link ends in another country: one event on each side.
    The gauge changes where a rail link follows one of another gauge; border links with tracks of both have none
    of their own, so that the change lies behind the border.
    """
    gauge = None
    for leg in route:
        link = network.links[leg.link]
        if link.mode != "rail":
            gauge = None
        elif link.gauge_mm is not None:
            if gauge not in (None, link.gauge_mm):
                yield Event("gauge", leg.from_node, network.country[leg.from_node], leg.from_node)
            gauge = link.gauge_mm
        yield from _carriage(leg, link, network, day)
        ends = network.country[leg.from_node], network.country[leg.to_node]
        if ends[0] != ends[1]:
            yield from (Event("documents", country, country) for country in ends)


def together(found: Iterable[Event]) -> list[Event]:
    """The same events with carriage on land summed up over links: what is paid by the km can be."""
    result, by_km = [], dict[Event, float]()
    for event in found:
        if event.km and not event.service:
            key = event._replace(km=0.0)
            by_km[key] = by_km.get(key, 0.0) + event.km
        else:
            result.append(event)
    return [*(event._replace(km=km) for event, km in by_km.items()), *result]


def charge(rates: Iterable[Tariff | Emission], event: Event, load: Load, day: date) -> Sum:
    """What one lot pays (tariffs: USD) or emits (factors: kg CO2e) for one event, by the rates of ``day``."""
    total = assumed = 0.0
    known = False
    for rate in rates:
        if _matches(rate, event, load):
            measure, basis = measure_and_basis(rate.unit)
            part = rate.value.at(day) * load.amount[measure] * (event.km if basis == "km" else 1.0)
            if rate.unit.startswith("g "):
                part /= GRAM_PER_KG
            total += part
            assumed += part if _grade(rate) == "assumption" else 0.0
            known = True
    return Sum(total, assumed, known)


def time_value(tariffs: Iterable[Tariff], load: Load, day: date) -> Sum:
    """USD of one second of one lot."""
    total, assumed, known = charge(tariffs, Event("time", "", ""), load, day)
    return Sum(total / DAY_S, assumed / DAY_S, known)


def _carriage(leg: ChargedLeg, link: Link, network: ChargedNetwork, day: date) -> Iterator[Event]:
    length_km = link.length_km.at(day)
    if leg.service:
        yield Event("sea", leg.service, "", service=leg.service, km=length_km)
        for node in (leg.from_node, leg.to_node):
            yield Event("port", node, network.country[node], node, leg.service)
        return
    tractions = {"": 1.0}  # not known: only factors that ask for no traction match
    if link.electrified is not None:
        electric = ELECTRIC_SHARE[link.electrified]
        tractions = {"electric": electric, "diesel": 1.0 - electric}
    for node in (leg.from_node, leg.to_node):
        for traction, share in tractions.items():
            if share:
                country = network.country[node]
                yield Event(link.mode, country, country, traction=traction, km=length_km / 2 * share)


def _matches(rate: Tariff | Emission, event: Event, load: Load) -> bool:
    return (
        rate.component == event.component
        and (not rate.cargo or load.cargo in rate.cargo)
        and (rate.laden is None or rate.laden == load.laden)
        and (not rate.countries or event.country in rate.countries)
        and (not rate.nodes or event.node in rate.nodes)
        and (not rate.services or event.service in rate.services)
        and getattr(rate, "traction", None) in (None, event.traction)
    )


def _grade(rate: Tariff | Emission) -> str:
    return str(rate.evidence["value"].grade if "value" in rate.evidence else rate.grade)
