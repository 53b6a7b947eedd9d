"""What became of the cargo of each market, from the indicators and the settled demand of a run's manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.indicators import by_rival
from sim.language.words import mark, tr
from sim.record import INLINE, Record
from sim.report.estimate import Estimate, with_margin
from sim.report.kpi_values import Values
from sim.report.page import Point, Section, Table
from sim.report.texttable import number

#: More than this part of a flow's or cargo's shipments that has not arrived when the run stops: it jams, and its times, which
#: grow with the length of the run, are no times of the corridor.
JAM = 0.01
#: As well as what takes so many times as long at the end of the period as at its beginning, and so many days more.
GROWS, GROWS_D = 1.5, 5.0
#: How a market reacts that does not answer in a run.
AS_PLANNED = mark("as planned")
TITLE = mark("Where the cargo of each market went")
#: Outcomes of a market, in the order of the table's columns -> head of the column.
_COLUMNS = {
    "plan": mark("as in the base year"),
    "carried": mark("carried"),
    "diverted": mark("to rivals"),
    "declined": mark("not shipped"),
    "deferred": mark("put off"),
    "under_way": mark("under way"),
    "induced": mark("new trade"),
}


@dataclass(frozen=True, slots=True)
class MarketRow(Record):
    """A market: what would have come as in the base year, and what became of it, in its cargo units."""

    market: str
    title: str
    unit: str  #: cargo of its flows
    reacts: str  #: class of demand; ``as planned`` where it does not answer in this run
    values: Mapping[str, Estimate] = field(metadata=INLINE)  #: outcome (and ``gain``, USD) -> cargo units
    rivals: Mapping[str, float]  #: title of a rival -> cargo units that it won from the corridor; below 0: lost to it


@dataclass(frozen=True, slots=True)
class DemandTold(Record):
    """How the demand of a run came about: iterations, how far the last was from its answer, and the markets."""

    iterations: int  #: 0: shipments decided during the run
    gap: float  #: share of a market
    gain: Estimate  #: USD, of all markets
    markets: tuple[MarketRow, ...]
    jams: tuple[str, ...]  #: scopes of shipments whose queue still grows when the period ends


def demand_told(values: Values, manifest: Mapping[str, Any]) -> DemandTold | None:
    """Of a run whose demand answered; else None."""
    told, world = manifest.get("demand"), manifest.get("resolved") or {}
    if not told:
        return None
    titles = {name: row["title"] for name, row in (world.get("rivals") or {}).items()}
    rows = tuple(
        MarketRow(
            name,
            row["title"],
            world["flows"][row["flows"][0]]["cargo"],
            row["reacts"] if name in told["answers"] else AS_PLANNED,
            {k: values.estimate(f"market_{k}", name) for k in _COLUMNS}
            | {"gain": values.estimate("shippers_gain", name)},
            {
                titles[given["rival"]]: values.estimate("market_diverted", by_rival(name, given["rival"])).mean or 0.0
                for given in row["rivals"]
            },
        )
        for name, row in (world.get("markets") or {}).items()
    )
    gaps = told["gaps"]
    gain = values.estimate("shippers_gain", "corridor")
    return DemandTold(
        len(gaps), gaps[-1] if gaps else 0.0, gain, rows, tuple(dict.fromkeys(_growing(told["known_days"], world)))
    )


def _growing(known_days: Mapping[str, list[float]], world: Mapping[str, Any]) -> Iterator[str]:
    """Scopes with shipments of a market that takes ever longer: the flows, and their cargo, directions and the corridor."""
    flows = world["flows"]
    for name, days in known_days.items():
        if days and days[-1] > GROWS * days[0] and days[-1] - days[0] > GROWS_D:
            for flow in world["markets"][name]["flows"]:
                row = flows[flow]
                yield from (flow, f"cargo {row['cargo']}", row["direction"], "corridor")


def jams(told: DemandTold, scope: str, values: Mapping[str, Estimate]) -> bool:
    """Whether the shipments of a scope jam: some of those that departed in the period have not arrived at the end, or they
    take ever longer."""
    if scope in told.jams:
        return True
    lots, left = values["lots"].mean or 0.0, values["unfinished"].mean or 0.0
    return lots > 0 and left / lots > JAM


def markets_section(told: DemandTold | None, binds: str) -> Section:
    """The section of a run's page; empty where its demand does not answer.

    ``binds``: what most is waited for, in words.
    """
    if told is None:
        return Section(TITLE)
    head = ("", tr("unit"), *_COLUMNS.values(), tr("gain, M USD"))
    rows = [
        (row.title, row.unit, *(_units(row.values[k]) for k in _COLUMNS), _millions(row.values["gain"]))
        for row in told.markets
    ]
    return Section(TITLE, [*_points(told, binds)], Table(head, rows), [*_notes(told)])


def _points(told: DemandTold, binds: str) -> Iterator[Point]:
    for row in told.markets:
        plan, carried = row.values["plan"].mean or 0.0, row.values["carried"].mean or 0.0
        if plan <= 0 or row.reacts == AS_PLANNED:
            continue
        lost = {name: units for name, units in row.rivals.items() if units > 0.005 * plan}
        won = {name: -units for name, units in row.rivals.items() if units < -0.005 * plan}
        parts = [
            tr(
                "{title}: of {plan} {unit} {carried} % are carried",
                title=row.title,
                plan=number(plan, 3),
                unit=row.unit,
                carried=number(100 * carried / plan, 2),
            )
        ]
        parts += [tr("lost to {listed}", listed=_listed(lost))] if lost else []
        parts += [tr("won from {listed}", listed=_listed(won))] if won else []
        declined = row.values["declined"].mean or 0.0
        parts += [tr("not shipped {declined}", declined=number(declined, 3))] if declined > 0.005 * plan else []
        yield Point("; ".join(parts), mark="- ")
    if binds:
        yield Point(tr("What binds: most is waited for {binds}", binds=binds), mark="- ")


def _notes(told: DemandTold) -> Iterator[Point]:
    off = [row.title for row in told.markets if row.reacts == AS_PLANNED]
    settled = tr("each shipment decided when it departed, by what was known of those before it")
    if told.iterations:
        settled = tr(
            "settled in {iterations} iterations: what is shipped differs from the answer to it by {gap} % "
            "of a market at most",
            iterations=told.iterations,
            gap=number(100 * told.gap, 2),
        )
    texts = [
        settled,
        tr(
            "as in the base year: what would come at its shares of the market, times and charges; all "
            "columns after it but new trade add up to it, but for parts of whole shipments"
        ),
        tr("gain: of shippers, beside the corridor of the base year and the same rivals; below 0: a loss"),
    ]
    texts += [tr("as planned, since nothing published says how they react: {off}", off=", ".join(off))] if off else []
    for text in texts:
        yield Point(text, hang=0)


def _listed(parts: Mapping[str, float]) -> str:
    ordered = sorted(parts.items(), key=lambda part: -part[1])
    return ", ".join(f"{name} {number(units, 3)}" for name, units in ordered)


def _units(found: Estimate) -> str:
    return "-" if not found.mean else with_margin(found)


def _millions(found: Estimate) -> str:
    if found.mean is None:
        return "-"
    margin = None if found.half_width is None else found.half_width / 1e6
    return with_margin(Estimate(found.mean / 1e6, margin, found.n, found.note))
