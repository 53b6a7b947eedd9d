"""Money and carbon of a replication: what shipments paid, what their time was worth, what they emitted.

Counted are the lots of followed flows that set out in the period and have landed, at the prices of the
day on which they set out. Journeys that are alike (flow, route, prices) are priced once and counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.analysis.charges import Load, charge, time_value
from sim.analysis.journey import Leg, Places, events, routes, together
from sim.analysis.ledger import Ledger
from sim.clock import to_seconds
from sim.model.arrays import Cause, Kind
from sim.network.rates import CARRIAGE

if TYPE_CHECKING:
    from sim.analysis.attribution import Segments
    from sim.network.tables import Emission, Tariff
    from sim.network.world import World

#: Summed columns of the table. ``tonne_km`` counts tonnes of goods; ``unpriced`` and ``uncounted`` are the part
#: of it for which no tariff, or no emission factor, is known.
SUMS = ("usd", "usd_assumed", "kg_co2e", "kg_co2e_assumed", "tonne_km", "unpriced_tonne_km", "uncounted_tonne_km",
        "lots", "teu", "net_tonnes")  # fmt: skip
KEYS = ("flow", "component", "place")
#: Causes of time in which a lot neither moves nor is worked at.
STANDING = tuple(f"time:{c.name.lower()}" for c in Cause if c not in (Cause.MOVING, Cause.HANDLING))


@dataclass(frozen=True)
class RateBook:
    """Tariffs and emission factors by name, the places they speak of, and one lot of each flow."""

    tariffs: Mapping[str, Tariff]
    emissions: Mapping[str, Emission]
    places: Places
    loads: Mapping[str, Load]

    def changes(self, origin: date) -> np.ndarray:
        """Seconds at which some price, factor or length changes, after 0 and in order."""
        dated = [rate.value for rate in (*self.tariffs.values(), *self.emissions.values())]
        dated += [link.length_km for link in self.places.links.values()]
        seconds = {to_seconds(day, origin) for value in dated for day in value.dates}
        return np.array(sorted(s for s in seconds if s > 0), np.int64)


def rate_book(world: World) -> RateBook | None:
    """Take the rates from a resolved world; None if it has neither tariffs nor emission factors."""
    if not (world.tariffs or world.emissions):
        return None
    loads = {}
    for name, flow in world.flows.items():
        cargo = world.cargo[flow.cargo]
        amount = {measure: float(flow.lot * getattr(cargo, measure.lower())) for measure in ("TEU", "wagon", "truck")}
        loads[name] = Load(flow.cargo, amount | {"t": flow.lot * flow.net_tonnes_per_unit})
    country = {name: node.country for name, node in world.nodes.items()}
    return RateBook(world.tariffs, world.emissions, Places(world.links, country), loads)


def cost_table(book: Ledger, rates: RateBook) -> pd.DataFrame:
    """Sums by flow, component and place.

    Args:
        book: the replication.
        rates: its prices and factors.

    Returns: ``KEYS`` and ``SUMS``. Components: rail, road, pipeline (place: country), sea (service), port, gauge
    (node), documents (country), and ``time:<cause>`` (country, or service while waiting for and aboard a ship).
    ``lots``, ``teu`` and ``net_tonnes`` are those that the line concerns.
    """
    lots, ways, way = _counted(book)
    changes = rates.changes(book.origin)
    epoch = np.searchsorted(changes, lots["born_s"].to_numpy(), side="right")
    days = [book.origin, *(book.origin + timedelta(seconds=int(s)) for s in changes)]
    kinds = np.column_stack([lots["flow"], way, epoch])
    lines = [*_charges(book, rates, ways, kinds, days), *_time(book, rates, lots, epoch, days)]
    table = pd.DataFrame(lines, columns=[*KEYS, *SUMS])
    return table.groupby(list(KEYS), as_index=False, sort=False)[list(SUMS)].sum()


def cost_lines(book: Ledger, table: pd.DataFrame) -> Iterator[tuple[str, str, int, float, str]]:
    """Indicators of the table by scope: per tonne of goods of all lots, per TEU of lots of containers.

    ``cost_`` is charges and value of time together. ``share``: of the sum that rests on assumptions, or of
    the tonne-kilometres for which a rate is known.
    """
    lots, _, _ = _counted(book)
    carried = lots.groupby("flow")[["teu", "net_tonnes"]].sum()
    carried = carried.reindex(range(len(book.plan.flow_name)), fill_value=0.0)
    number = {name: i for i, name in enumerate(book.plan.flow_name)}
    flow = table["flow"].map(number).to_numpy(np.int64)
    is_time = table["component"].str.startswith("time:")
    parts = {
        "cost": (table["usd"], "usd"),
        "cost_charges": (table["usd"].where(~is_time, 0.0), "usd"),
        "cost_time": (table["usd"].where(is_time, 0.0), "usd"),
        "cost_standing": (table["usd"].where(table["component"].isin(STANDING), 0.0), "usd"),
        "co2e": (table["kg_co2e"], "kg"),
    }
    present = {"usd": table["usd"].any(), "kg": table["kg_co2e"].any()}
    for scope, flows in book.scopes():
        here, boxes = flows[flow], flows & (carried["teu"].to_numpy() > 0)
        if not carried["net_tonnes"][flows].sum() and not boxes.any():
            continue
        for name, (values, unit) in parts.items():
            if present[unit]:
                symbol = "USD" if unit == "usd" else "kg CO2e"
                for per, among, measure in (("teu", boxes, "teu"), ("tonne", flows, "net_tonnes")):
                    amount = float(carried[measure][among].sum())
                    if amount:
                        total = float(values[among[flow]].sum())
                        yield f"{name}_{unit}_per_{per}", scope, 0, total / amount, f"{symbol}/{_UNIT[per]}"
        yield from _shares(scope, table[here], present)


_UNIT = {"teu": "TEU", "tonne": "t"}


def _shares(scope: str, table: pd.DataFrame, present: dict[str, bool]) -> Iterator[tuple[str, str, int, float, str]]:
    total = table[list(SUMS)].sum()
    for unit, kpi, assumed, amount, lacking in (
        ("usd", "cost", "usd_assumed", "usd", "unpriced_tonne_km"),
        ("kg", "co2e", "kg_co2e_assumed", "kg_co2e", "uncounted_tonne_km"),
    ):
        if present[unit] and total[amount]:
            yield f"{kpi}_assumed_share", scope, 0, float(total[assumed] / total[amount]), "share"
        if present[unit] and total["tonne_km"]:
            yield f"{kpi}_known_share", scope, 0, float(1 - total[lacking] / total["tonne_km"]), "share"
    if present["kg"] and total["tonne_km"]:
        yield "co2e_g_per_tkm", scope, 0, float(1000 * total["kg_co2e"] / total["tonne_km"]), "g CO2e/t-km"


def _counted(book: Ledger) -> tuple[pd.DataFrame, list[list[Leg]], np.ndarray]:
    """Reported lots that have landed, all routes, and the route of each lot.

    Lots that went over no link have left for a way outside the corridor, of which no price is known.
    """
    lots = book.lots[book.lots["reported"] & (book.lots["done_s"] >= 0)]
    ways, way = routes(book.plan, book.trace, lots["lot"].to_numpy(np.int64), book.luck.n_lot)
    inside = np.array([len(legs) > 0 for legs in ways], bool)[way]
    return lots[inside], ways, way[inside]


def _charges(
    book: Ledger, rates: RateBook, ways: list[list[Leg]], kinds: np.ndarray, days: list[date]
) -> Iterator[tuple[Any, ...]]:
    """Lines of what is paid and emitted on the way; ``kinds`` [n_lot, 3]: flow, route, prices."""
    different, counts = np.unique(kinds, axis=0, return_counts=True)
    tariffs, emissions = list(rates.tariffs.values()), list(rates.emissions.values())
    for (flow, way, number), count in zip(different.tolist(), counts.tolist(), strict=True):
        name, day = book.plan.flow_name[flow], days[number]
        load = rates.loads[name]
        tonnes = load.amount["t"]
        of_place: dict[tuple[str, str], np.ndarray] = {}
        for event in together(events(ways[way], rates.places, day)):
            paid, emitted = charge(tariffs, event, load, day), charge(emissions, event, load, day)
            tonne_km = tonnes * event.km if event.component in CARRIAGE else 0.0
            sums = [paid.total, paid.assumed, emitted.total, emitted.assumed, tonne_km,
                    0.0 if paid.known else tonne_km, 0.0 if emitted.known else tonne_km]  # fmt: skip
            key = event.component, event.place
            of_place[key] = of_place.get(key, 0.0) + count * np.array(sums)
        carried = count, count * load.amount["TEU"], count * tonnes
        for key, total in of_place.items():
            yield (name, *key, *total, *carried)


def _time(
    book: Ledger, rates: RateBook, lots: pd.DataFrame, epoch: np.ndarray, days: list[date]
) -> Iterator[tuple[Any, ...]]:
    """Lines of the value of time by cause and place: whole seconds are summed, then valued once."""
    plan, seg = book.plan, book.segments
    of_lot = np.full(book.luck.n_lot, -1, np.int64)
    of_lot[lots["lot"].to_numpy()] = epoch
    seg = seg.pick(of_lot[seg.lot] >= 0)
    names, place = _places_of_time(book, rates, seg)
    keys = (book.luck.lot_flow[seg.lot], of_lot[seg.lot], seg.cause, place)
    sizes = (len(plan.flow_name), len(days), len(Cause), len(names))
    code = np.ravel_multi_index(tuple(np.asarray(k, np.int64) for k in keys), sizes)
    groups, at = np.unique(code, return_inverse=True)
    seconds = np.bincount(at, weights=seg.lasts_s, minlength=len(groups))
    concerned = np.bincount(np.unique(at.astype(np.int64) << 32 | seg.lot) >> 32, minlength=len(groups))
    tariffs = list(rates.tariffs.values())
    for flow, number, cause, where, lasts_s, count in zip(
        *np.unravel_index(groups, sizes), seconds, concerned, strict=True
    ):
        load = rates.loads[plan.flow_name[flow]]
        value = time_value(tariffs, load, days[number])
        if value.known:
            yield (plan.flow_name[flow], f"time:{Cause(cause).name.lower()}", names[where],
                   value.total * lasts_s, value.assumed * lasts_s, 0.0, 0.0, 0.0, 0.0, 0.0,
                   count, count * load.amount["TEU"], count * load.amount["t"])  # fmt: skip


def _places_of_time(book: Ledger, rates: RateBook, seg: Segments) -> tuple[list[str], np.ndarray]:
    """Names, and for each segment its place: the service from queueing to landing, else the node's country."""
    plan = book.plan
    countries = [rates.places.country[node] for node in plan.node_name]
    names = [*dict.fromkeys(countries), *plan.service_name]
    number = {name: i for i, name in enumerate(names)}
    country = np.array([number[c] for c in countries], np.int64)
    service = len(names) - len(plan.service_name) + plan.board_service.astype(np.int64)
    op = plan.need_op[book.trace.column("rows", "need")[seg.row]]
    return names, np.where(plan.op_kind[op] == Kind.BOARD, service[op], country[seg.node])
