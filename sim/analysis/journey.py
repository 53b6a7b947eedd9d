"""What happens on a route that has a price or emits: carriage, calls at ports, changes of gauge, borders.

A route is read from the trace: the links that a lot went over, in order, whatever it chose on the way.
Lengths are those of the links on the day of setting out, not great circles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.engine.reading import spread_to_lots, step_rows
from sim.engine.trace import Trace
from sim.model.arrays import I64, Kind, Plan

if TYPE_CHECKING:
    from sim.network.tables import Link

#: Share of electric traction on a link by its field ``electrified``.
ELECTRIC_SHARE = {"yes": 1.0, "partial": 0.5, "no": 0.0}


@dataclass(frozen=True)
class Places:
    """Links by name (records with ends, mode, dated length, gauge, electrification) and countries of nodes."""

    links: Mapping[str, Link]
    country: Mapping[str, str]


class Leg(NamedTuple):
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


def routes(plan: Plan, trace: Trace, lots: npt.NDArray[np.int64], n_lot: int) -> tuple[list[list[Leg]], I64]:
    """The ways that lots have gone, each once.

    Args:
        plan, trace: one replication.
        lots: [n] the lots asked for, in ascending order; ``n_lot`` is the number of all lots.

    Returns: different routes as links in the order travelled, and [n] which of them each lot took.
    """
    followed = np.zeros(n_lot, bool)
    followed[lots] = True
    rows = step_rows(plan, trace, n_lot)
    op = plan.need_op[trace.column("rows", "need")[rows]]
    over_link = (plan.op_link[op] >= 0) & (trace.column("rows", "start")[rows] >= 0)
    rows, op = rows[over_link], op[over_link]
    lot, at = spread_to_lots(trace, rows, followed)
    order = np.lexsort((trace.column("rows", "request")[rows][at], lot))
    place, op = np.searchsorted(lots, lot[order]), op[at[order]]
    count = np.bincount(place, minlength=len(lots))
    nth = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
    table = np.full((len(lots), int(count.max(initial=0)) + 1), -1, np.int64)  # one row a lot, -1 behind its end
    table[place, nth] = op
    first, of_lot = np.zeros(min(len(lots), 1), np.int64), np.zeros(len(lots), np.int64)
    for step in table.T:  # lots that agree up to here and in this step stay together
        code = of_lot * (len(plan.op_kind) + 1) + step + 1
        _, first, of_lot = np.unique(code, return_index=True, return_inverse=True)
    return [[_leg(plan, op) for op in steps[steps >= 0]] for steps in table[first]], of_lot


def events(route: Sequence[Leg], places: Places, day: date) -> Iterator[Event]:
    """Everything on the route that may be charged, in order.

    A land link is carriage in the countries of its two ends, half in each. A sea leg is one passage and
    two calls at ports. A border is crossed where a link ends in another country: one event on each side.
    The gauge changes where a rail link follows one of another gauge; border links with tracks of both have none
    of their own, so that the change lies behind the border.
    """
    gauge = None
    for leg in route:
        link = places.links[leg.link]
        if link.mode != "rail":
            gauge = None
        elif link.gauge_mm is not None:
            if gauge not in (None, link.gauge_mm):
                yield Event("gauge", leg.from_node, places.country[leg.from_node], leg.from_node)
            gauge = link.gauge_mm
        yield from _carriage(leg, link, places, day)
        ends = places.country[leg.from_node], places.country[leg.to_node]
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


def _leg(plan: Plan, op: int) -> Leg:
    service = plan.service_name[plan.board_service[op]] if plan.op_kind[op] == Kind.BOARD else ""
    ends = plan.node_name[plan.op_from_node[op]], plan.node_name[plan.op_node[op]]
    return Leg(plan.link_name[plan.op_link[op]], *ends, service)


def _carriage(leg: Leg, link: Link, places: Places, day: date) -> Iterator[Event]:
    length_km = link.length_km.at(day)
    if leg.service:
        yield Event("sea", leg.service, "", service=leg.service, km=length_km)
        for node in (leg.from_node, leg.to_node):
            yield Event("port", node, places.country[node], node, leg.service)
        return
    tractions = {"": 1.0}  # not known: only factors that ask for no traction match
    if link.electrified is not None:
        electric = ELECTRIC_SHARE[link.electrified]
        tractions = {"electric": electric, "diesel": 1.0 - electric}
    for node in (leg.from_node, leg.to_node):
        for traction, share in tractions.items():
            if share:
                country = places.country[node]
                yield Event(link.mode, country, country, traction=traction, km=length_km / 2 * share)
