"""The summary of a run as a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sim.indicators import CAUSES, INDICATORS, PLACE_TABLES, QUANTITIES, Family, of_families
from sim.language.forms import percent
from sim.language.words import mark, tr
from sim.report import bands_page, observed_page
from sim.report.effects_page import effects_points
from sim.report.estimate import share_with_margin, with_margin
from sim.report.kpi_values import FEW
from sim.report.markets import JAM, DemandTold, jams, markets_section
from sim.report.page import Page, Point, Section, Table
from sim.report.run_summary import CostRow, FacilityRow, PoolRow, RunSummary, ScopeRow
from sim.report.scopes import cargo_words
from sim.report.texttable import counted, number, number_within
from sim.statistics.intervals import NOT_REACHED

#: Title of the section of a scenario's own changes.
OWN_CHANGES = mark("What this scenario changes: before -> after, and what it comes to in the run")


def summary_text(summary: RunSummary, width: int = 100, prose: int = 100) -> str:
    """The summary as plain text: tables at most ``width`` characters wide, running text ``prose``."""
    return summary_page(summary).text(width, prose)


def summary_page(summary: RunSummary) -> Page:
    """Everything that a run comes to; what it has nothing of has no section."""
    said = [section for section in _sections(summary) if section.points or (section.table and section.table.rows)]
    return Page(summary.title or summary.scenario or "", _running(_lead(summary)), said)


def _lead(summary: RunSummary) -> Iterator[str]:
    period = summary.period or {}
    if summary.question:
        yield summary.question
    yield (
        tr(
            "scenario {scenario}, {start} to {end}, {count}, seed {seed}, run {run_id}",
            scenario=summary.scenario,
            start=period.get("start", "?"),
            end=period.get("end", "?"),
            count=counted(summary.replications or 0, "replication"),
            seed=summary.seed,
            run_id=summary.run_id,
        )
    )
    if summary.until:
        yield until_words(summary.until)
    yield (
        tr(
            "+- is the 95 % half-width over replications; quantiles and means are those of the shipments "
            "of all replications together"
        )
    )


def until_words(until: Mapping[str, Any]) -> str:
    """The rule of the replications and what it reached, from the manifest."""
    mean, half = until.get("mean"), until.get("half_width")
    seen = (
        f"{number_within(mean, half)} +- {number(half, 2)} {until['unit']}" if half is not None else tr("no interval")
    )
    if until.get("note"):
        seen = str(until["note"])
    if until["reached"]:
        return tr(
            "replications until {rule}: reached with {replications} ({seen})",
            rule=until["rule"],
            replications=until["replications"],
            seen=seen,
        )
    return tr(
        "replications until {rule}: NOT reached with {replications}, the most that were allowed ({seen})",
        rule=until["rule"],
        replications=until["replications"],
        seen=seen,
    )


def _sections(summary: RunSummary) -> Iterator[Section]:
    yield Section(
        tr(OWN_CHANGES),
        effects_points(summary.effects, summary.scenario or ""),
    )
    yield markets_section(summary.demand, summary.bottlenecks[0].title if summary.bottlenecks else "")
    yield _volumes(summary)
    yield _transit(summary.transit, summary.demand)
    yield Section(
        tr(bands_page.TITLE),
        table=Table(bands_page.HEAD, bands_page.rows(summary.bands or ())),
        notes=_running([tr(bands_page.FOOTNOTE)]),
    )
    yield _bottlenecks(summary)
    yield _causes(summary)
    yield _barriers(summary)
    yield _costs(summary)
    for family, title in PLACE_TABLES.items():
        yield _places(summary, family, title)
    yield _pools(summary)
    yield Section(
        tr("Balance of the period; beside: flows that are followed but not in the corridor's total"),
        table=Table(("", tr("shipments"), tr("units"), "TEU", tr("wagons"), tr("tonnes")), _balance_rows(summary)),
    )
    yield Section(
        tr(observed_page.TITLE),
        table=Table(observed_page.HEAD, observed_page.rows(summary.observed)),
        notes=_running(observed_page.footnotes(summary.observed)),
    )
    yield Section(tr("Warnings"), [Point(text, mark="- ") for text in summary.warnings])
    yield Section(tr("What the parents bring along"), [Point(text, mark="- ") for text in summary.notes_of_parent])


def _running(texts: Iterable[str]) -> list[Point]:
    return [Point(text, hang=0) for text in texts]


def _volumes(summary: RunSummary) -> Section:
    rows = [
        (row.title, str(row.year), *(with_margin(row.values[k]) for k in ("lots", "teu", "tonnes", "net_tonnes")))
        for row in summary.volumes
    ]
    head = ("", tr("year"), tr("shipments"), "TEU", tr("tonnes"), tr("net tonnes"))
    return Section(tr("Arrived in the period"), table=Table(head, rows))


def _transit(rows: Sequence[ScopeRow], demand: DemandTold | None) -> Section:
    """Transit times; what is still en route and what is on time have columns where there is such.

    ``demand``: of a run in which it answers; then times of a scope that jams are not reported.
    """

    def time(row: ScopeRow, kpi: str) -> str:
        return tr("jams") if demand and jams(demand, row.scope, row.values) else with_margin(row.values[kpi])

    columns: dict[str, Callable[[ScopeRow], str]] = {
        tr("shipments"): lambda row: with_margin(row.values["lots"]) + (f" {tr('few')}" if _is_few(row) else ""),
        "P50": lambda row: time(row, "p50"),
        "P90": lambda row: time(row, "p90"),
        "P95": lambda row: time(row, "p95"),
    }
    if any(row.values["unfinished"].mean for row in rows):
        columns[tr("en route")] = lambda row: with_margin(row.values["unfinished"])
    if any(row.values["on_time"].mean is not None for row in rows):
        columns[tr("on time")] = lambda row: share_with_margin(row.values["on_time"])
    table = Table(("", *columns), [(row.title, *(cell(row) for cell in columns.values())) for row in rows])
    return Section(
        tr("Transit time, days, by date of departure"), table=table, notes=_running(_transit_notes(rows, demand))
    )


def _bottlenecks(summary: RunSummary) -> Section:
    kpis = of_families("facility")
    rows = [(row.title, *_cells(row, kpis)) for row in summary.bottlenecks if _anything(row, kpis)]
    head = (tr("facility"), tr("wait, h"), tr("mean, h"), tr("longest queue"), tr("utilisation"))
    return Section(tr("Where most waiting is (all traffic)"), table=Table(head, rows))


def _causes(summary: RunSummary) -> Section:
    causes = summary.time_by_cause
    rows = [
        (tr(CAUSES[cause]), *(with_margin(by_cause[cause]) for by_cause in causes.values()))
        for cause in next(iter(causes.values()), {})
    ]
    head = (tr("cause"), *(summary.titles[scope].split(" (")[0] for scope in causes))
    return Section(tr("Door-to-door hours of a shipment, by cause"), table=Table(head, rows))


def _barriers(summary: RunSummary) -> Section:
    rows = [
        (
            _words(row.barrier),
            tr("everywhere") if row.node is None else row.title,
            with_margin(row.hours),
            "-" if row.share is None else percent(row.share),
        )
        for row in summary.barriers
        if row.hours.mean
    ]
    title = tr("Barriers: hours of a shipment, {corridor}", corridor=summary.titles.get("corridor", "corridor"))
    return Section(title, table=Table((tr("barrier"), tr("where"), tr("hours"), tr("share")), rows))


def _costs(summary: RunSummary) -> Section:
    head = (
        "",
        tr("paid, USD/t"),
        tr("time, USD/t"),
        tr("all, USD/t"),
        "USD/TEU",
        tr("kg CO2e/t"),
        "kg/TEU",
        tr("mostly"),
    )
    rows = [(cargo_words(row.scope), *_cells(row, _COSTS), _grades(row)) for row in summary.costs]
    by_flow = [(row.title, *_cells(row, _COSTS), _grades(row)) for row in summary.costs_by_flow]
    return Section(
        tr("Money and carbon of shipments that departed in the period and have arrived"),
        table=Table(head, [*rows, *by_flow]),
    )


def _places(summary: RunSummary, family: Family, title: str) -> Section:
    kpis = of_families(family, shown=("detail", "headline"))
    head = ("", *(f"{tr(INDICATORS[kpi].words)}{_in_unit(INDICATORS[kpi].unit)}" for kpi in kpis))
    rows = [(row.title, *_cells(row, kpis)) for row in summary.places[family] if _anything(row, kpis)]
    return Section(title, table=Table(head, rows))


def _pools(summary: RunSummary) -> Section:
    head = (tr("pool"), tr("units"), tr("idle"), tr("turnaround, d"), tr("loaded"), tr("westward"), tr("eastward"))
    rows = [(row.title, *_cells(row, _POOLS)) for row in summary.assets if row.values["owned"].mean]
    delayed = counted(summary.delayed_for_assets.mean or 0, "shipment")
    return Section(tr("Equipment pools; waited: {delayed} of the corridor", delayed=delayed), table=Table(head, rows))


#: Columns of the table of money and carbon, in their order.
_COSTS = (
    "cost_charges_usd_per_tonne",
    "cost_time_usd_per_tonne",
    "cost_usd_per_tonne",
    "cost_usd_per_teu",
    "co2e_kg_per_tonne",
    "co2e_kg_per_teu",
)
#: Columns of the table of equipment pools, in their order.
_POOLS = (
    "owned",
    "at_hand",
    "turnround",
    "loaded_share",
    "loaded_share_east_to_west",
    "loaded_share_west_to_east",
)


def _is_few(row: ScopeRow) -> bool:
    """Whether the quantiles of a row rest on few shipments."""
    return (row.values["lots"].mean or 0.0) < FEW


def _transit_notes(rows: Sequence[ScopeRow], demand: DemandTold | None) -> list[str]:
    """What must be said below the transit times."""
    few = tr("few: fewer than {few} shipments a replication, so that a quantile rests on few", few=FEW)
    left = any(row.values["unfinished"].mean for row in rows)
    notes = [tr("en route: not arrived when the run stops")] if left else []
    notes += [few] if any(map(_is_few, rows)) else []
    jam = tr(
        "jams: more than {jam} have not arrived when the run stops, or what departs takes ever "
        "longer, so that times only say how long the run was",
        jam=percent(JAM),
    )
    notes += [jam] if demand and any(jams(demand, row.scope, row.values) for row in rows) else []
    reached = [f"{row.title.split(' (')[0]}: {note}" for row in rows for note in _reached(row)]
    return [*notes, *reached]


def _reached(row: ScopeRow) -> list[str]:
    parts = (part for k in ("p50", "p90", "p95") for part in row.values[k].note.split("; ") if NOT_REACHED in part)
    return list(dict.fromkeys(parts))


def _grades(row: CostRow) -> str:
    """What the sums mostly rest on."""
    assumed = [row.values[f"{kpi}_assumed_share"].mean or 0.0 for kpi in ("cost", "co2e")]
    return tr("assumptions") if max(assumed) > 0.5 else tr("estimates")


def _balance_rows(summary: RunSummary) -> list[tuple[str, ...]]:
    """The corridor's lines; below them what is followed beside its total, which counts there no second time."""
    corridor, everything = summary.balance, summary.balance_all
    rows = [(_words(line), *(number(row[q].mean) for q in QUANTITIES)) for line, row in corridor.items()]
    for line in ("in", "out", "lost"):
        beside = [(everything[line][q].mean or 0.0) - (corridor[line][q].mean or 0.0) for q in QUANTITIES]
        if (everything["in"]["lots"].mean or 0.0) > (corridor["in"]["lots"].mean or 0.0):
            rows.append((tr("beside: {line}", line=tr(line)), *(number(value) for value in beside)))
    return rows


def _cells(row: ScopeRow | FacilityRow | CostRow | PoolRow, kpis: Sequence[str]) -> Iterator[str]:
    return (with_margin(row.values[kpi]) for kpi in kpis)


def _anything(row: ScopeRow | FacilityRow, kpis: Sequence[str]) -> bool:
    """Whether a row has a value that is not 0."""
    return any(row.values[kpi].mean for kpi in kpis)


def _in_unit(unit: str) -> str:
    """The unit in the head of a column; of shipments none, which the words name."""
    return "" if unit == "lots" else f", {tr(unit)}"


def _words(name: str) -> str:
    return tr(name.replace("_", " "))
