"""Money and carbon of a replication: what shipments paid, what their time was worth, what they emitted.

Counted are the lots of followed flows that set out in the period and have landed, at the prices of the
day on which they set out. Journeys that are alike (flow, route, prices) are priced once and counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from sim.analysis.columns import FLOW, Column, StoredTable
from sim.analysis.grouping import count_different
from sim.analysis.ledger import Ledger
from sim.analysis.line import Line
from sim.clock import to_seconds
from sim.contract.plan import Cause, Kind
from sim.network.charges import (
    ChargedLeg,
    ChargedNetwork,
    Load,
    charge,
    charged_network,
    events,
    load_of,
    time_value,
    together,
)
from sim.network.rates import CARRIAGE

if TYPE_CHECKING:
    from sim.network.tables import Emission, Tariff
    from sim.network.world import World

_Rate = TypeVar("_Rate", "Tariff", "Emission")
#: Summed columns of the table. ``tonne_km`` counts tonnes of goods; ``unpriced`` and ``uncounted`` are the part
#: of it for which no tariff, or no emission factor, is known.
SUMS = (
    "usd",
    "usd_assumed",
    "kg_co2e",
    "kg_co2e_assumed",
    "tonne_km",
    "unpriced_tonne_km",
    "uncounted_tonne_km",
    "lots",
    "teu",
    "net_tonnes",
)
KEYS = ("flow", "component", "place")
COSTS = StoredTable(
    "a flow, component of cost and place",
    (
        FLOW,
        Column(
            "component", "", "`rail`, `road`, `pipeline`, `sea`, `port`, `gauge`, `documents`, or `time:` and a cause"
        ),
        Column("place", "", "country; of `sea` the service; of `port` and `gauge` the node"),
        Column("usd", "USD", "charges, or value of time"),
        Column("usd_assumed", "USD", "of these from rates that are assumptions"),
        Column("kg_co2e", "kg CO2e", "emissions"),
        Column("kg_co2e_assumed", "kg CO2e", "of these from factors that are assumptions"),
        Column("tonne_km", "t-km", "tonnes of goods times distance"),
        Column("unpriced_tonne_km", "t-km", "of these without a known tariff"),
        Column("uncounted_tonne_km", "t-km", "of these without a known emission factor"),
        Column("lots", "shipments", "shipments that the line concerns"),
        Column("teu", "TEU", "of these shipments"),
        Column("net_tonnes", "t", "goods of these shipments"),
    ),
    "reported shipments that have arrived; only with tariffs or emission factors",
)
#: Causes of time in which a lot neither moves nor is worked at.
STANDING = tuple(f"time:{c.name.lower()}" for c in Cause if c not in (Cause.MOVING, Cause.HANDLING))


@dataclass(frozen=True)
class RateBook:
    """Tariffs and emission factors by name, the network they are charged on, and one lot of each flow."""

    tariffs: Mapping[str, Tariff]
    emissions: Mapping[str, Emission]
    network: ChargedNetwork
    loads: Mapping[str, Load]

    def changes(self, origin: date) -> np.ndarray:
        """Seconds at which some price, factor or length changes, after 0 and in order."""
        dated = [rate.value for rate in (*self.tariffs.values(), *self.emissions.values())]
        dated += [link.length_km for link in self.network.links.values()]
        seconds = {to_seconds(day, origin) for value in dated for day in value.dates}
        return np.array(sorted(s for s in seconds if s > 0), np.int64)


def rate_book(world: World) -> RateBook | None:
    """Take the rates from a resolved world; None if it has neither tariffs nor emission factors."""
    if not (world.tariffs or world.emissions):
        return None
    loads = {name: load_of(world, flow) for name, flow in world.flows.items()}
    return RateBook(world.tariffs, world.emissions, charged_network(world), loads)


def cost_table(book: Ledger, rates: RateBook) -> pd.DataFrame:
    """Sums by flow, component and place.

    Args:
        book: the replication.
        rates: its prices and factors.

    Returns: ``KEYS`` and ``SUMS``. Components: rail, road, pipeline (place: country), sea (service), port, gauge
    (node), documents (country), and ``time:<cause>`` (country, or service while waiting for and aboard a ship).
    ``lots``, ``teu`` and ``net_tonnes`` are those that the line concerns.
    """
    lots, ways, way = book.ways
    changes = rates.changes(book.origin)
    epoch = np.searchsorted(changes, lots["born_s"].to_numpy(), side="right")
    days = [book.origin, *(book.origin + timedelta(seconds=int(s)) for s in changes)]
    kinds = np.stack([lots["flow"].to_numpy(np.int64), way, epoch])
    lines = [*_charges(book, rates, ways, kinds, days), *_time(book, rates, lots, epoch, days)]
    table = pd.DataFrame(lines, columns=[*KEYS, *SUMS])
    return table.groupby(list(KEYS), as_index=False, sort=False)[list(SUMS)].sum()


def cost_lines(book: Ledger, table: pd.DataFrame) -> Iterator[Line]:
    """Indicators of the table by scope: per tonne of goods of all lots, per TEU of lots of containers.

    ``cost_`` is charges and value of time together. ``share``: of the sum that rests on assumptions, or of
    the tonne-kilometres for which a rate is known.
    """
    lots, _, _ = book.ways
    n_flow = len(book.plan.flow_name)
    carried = {m: np.bincount(lots["flow"], weights=lots[m], minlength=n_flow) for m in ("teu", "net_tonnes")}
    number = {name: i for i, name in enumerate(book.plan.flow_name)}
    flow = np.array([number[name] for name in table["flow"]], np.int64)
    component = table["component"].to_numpy(object)
    is_time = np.array([name.startswith("time:") for name in component], bool)
    sums = {name: table[name].to_numpy(float) for name in SUMS}
    usd = sums["usd"]
    parts = {
        "cost": (usd, "usd"),
        "cost_charges": (np.where(is_time, 0.0, usd), "usd"),
        "cost_time": (np.where(is_time, usd, 0.0), "usd"),
        "cost_standing": (np.where(np.isin(component, STANDING), usd, 0.0), "usd"),
        "co2e": (sums["kg_co2e"], "kg"),
    }
    present = {"usd": bool(usd.any()), "kg": bool(sums["kg_co2e"].any())}
    for scope, flows in book.scopes():
        here, boxes = flows[flow], flows & (carried["teu"] > 0)
        if not carried["net_tonnes"][flows].sum() and not boxes.any():
            continue
        for name, (values, unit) in parts.items():
            if present[unit]:
                for per, among, measure in (("teu", boxes, "teu"), ("tonne", flows, "net_tonnes")):
                    amount = float(carried[measure][among].sum())
                    if amount:
                        total = float(values[among[flow]].sum())
                        yield Line(f"{name}_{unit}_per_{per}", scope, total / amount, amount)
        yield from _shares(scope, {name: float(values[here].sum()) for name, values in sums.items()}, present)


def _shares(scope: str, total: Mapping[str, float], present: Mapping[str, bool]) -> Iterator[Line]:
    tonne_km = total["tonne_km"]
    for unit, kpi, assumed, amount, lacking in (
        ("usd", "cost", "usd_assumed", "usd", "unpriced_tonne_km"),
        ("kg", "co2e", "kg_co2e_assumed", "kg_co2e", "uncounted_tonne_km"),
    ):
        if present[unit] and total[amount]:
            yield Line(f"{kpi}_assumed_share", scope, total[assumed] / total[amount], total[amount])
        if present[unit] and tonne_km:
            yield Line(f"{kpi}_known_share", scope, 1 - total[lacking] / tonne_km, tonne_km)
    if present["kg"] and tonne_km:
        yield Line("co2e_g_per_tkm", scope, 1000 * total["kg_co2e"] / tonne_km, tonne_km)


def _charges(
    book: Ledger, rates: RateBook, ways: list[list[ChargedLeg]], kinds: np.ndarray, days: list[date]
) -> Iterator[tuple[Any, ...]]:
    """Lines of what is paid and emitted on the way; ``kinds`` [3, n_lot]: flow, route, prices."""
    sizes = len(book.plan.flow_name), max(len(ways), 1), len(days)
    code, counts = np.unique(np.ravel_multi_index(tuple(kinds), sizes), return_counts=True)
    tariffs, emissions = _by_component(rates.tariffs), _by_component(rates.emissions)
    on_way = cache(lambda way, number: together(events(ways[way], rates.network, days[number])))
    for flow, way, number, count in zip(*(k.tolist() for k in (*np.unravel_index(code, sizes), counts)), strict=True):
        name, day = book.plan.flow_name[flow], days[number]
        load = rates.loads[name]
        tonnes = load.amount["t"]
        of_place: dict[tuple[str, str], np.ndarray] = {}
        for event in on_way(way, number):
            paid = charge(tariffs.get(event.component, ()), event, load, day)
            emitted = charge(emissions.get(event.component, ()), event, load, day)
            tonne_km = tonnes * event.km if event.component in CARRIAGE else 0.0
            sums = [
                paid.total,
                paid.assumed,
                emitted.total,
                emitted.assumed,
                tonne_km,
                0.0 if paid.known else tonne_km,
                0.0 if emitted.known else tonne_km,
            ]
            key = event.component, event.place
            of_place[key] = of_place.get(key, 0.0) + count * np.array(sums)
        carried = count, count * load.amount["TEU"], count * tonnes
        for key, total in of_place.items():
            yield (name, *key, *total, *carried)


def _by_component(rates: Mapping[str, _Rate]) -> dict[str, list[_Rate]]:
    """Rates that can match events of each component, in their order."""
    found: dict[str, list[_Rate]] = {}
    for rate in rates.values():
        found.setdefault(rate.component, []).append(rate)
    return found


def _time(
    book: Ledger, rates: RateBook, lots: pd.DataFrame, epoch: np.ndarray, days: list[date]
) -> Iterator[tuple[Any, ...]]:
    """Lines of the value of time by cause and place: whole seconds are summed, then valued once."""
    plan, seg = book.plan, book.segments
    of_lot = np.full(book.draws.n_lot, -1, np.int64)  # flow and prices in one number
    of_lot[lots["lot"].to_numpy()] = lots["flow"].to_numpy() * len(days) + epoch
    some = np.flatnonzero(of_lot[seg.lot] >= 0)
    lot, weights = seg.lot[some], seg.lasts_s[some]
    names, place = _places_of_time(book, rates, seg.row[some], seg.node[some])
    sizes = (len(plan.flow_name), len(days), len(Cause), len(names))
    code = np.ravel_multi_index((of_lot[lot], seg.cause[some], place), (sizes[0] * sizes[1], *sizes[2:]))
    counts, lasts_s = count_different(code, lot), np.bincount(code, weights=weights).astype(np.int64)
    found = np.flatnonzero(counts)
    tariffs = _by_component(rates.tariffs).get("time", ())
    of_a_second = cache(lambda flow, number: time_value(tariffs, rates.loads[plan.flow_name[flow]], days[number]))
    columns = *np.unravel_index(found, sizes), lasts_s[found], counts[found]
    for flow, number, cause, where, total_s, count in zip(*(column.tolist() for column in columns), strict=True):
        load = rates.loads[plan.flow_name[flow]]
        value = of_a_second(flow, number)
        if value.known:
            yield (
                plan.flow_name[flow],
                f"time:{Cause(cause).name.lower()}",
                names[where],
                value.total * total_s,
                value.assumed * total_s,
                0.0,
                0.0,
                0.0,
                0.0,
                0.0,
                count,
                count * load.amount["TEU"],
                count * load.amount["t"],
            )


def _places_of_time(
    book: Ledger, rates: RateBook, row: np.ndarray, at_node: np.ndarray
) -> tuple[list[str], np.ndarray]:
    """Names, and for segments at rows and nodes their place: the service from queueing to landing, else the country."""
    plan = book.plan
    countries = [rates.network.country[node] for node in plan.node_name]
    names = [*dict.fromkeys(countries), *plan.services.name]
    number = {name: i for i, name in enumerate(names)}
    country = np.array([number[c] for c in countries], np.int64)
    service = len(names) - len(plan.services.name) + plan.boardings.service.astype(np.int64)
    aboard = np.where(plan.operations.kind == Kind.BOARD, service, -1)[plan.needs.op]  # [n_need]
    place = aboard[book.trace.column("rows", "need")[row]]
    return names, np.where(place >= 0, place, country[at_node])
