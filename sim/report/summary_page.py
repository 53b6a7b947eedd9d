"""The summary of a run as plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence

from sim.indicators import CAUSES, INDICATORS, PLACE_TABLES, QUANTITIES, of_families
from sim.report import bands_page, observed_page
from sim.report.effects_page import effects_text
from sim.report.estimate import share_with_margin, with_margin
from sim.report.kpi_values import FEW
from sim.report.run_summary import CostRow, FacilityRow, RunSummary, ScopeRow
from sim.report.scopes import cargo_words
from sim.report.texttable import counted, number, text_table
from sim.statistics.intervals import NOT_REACHED


def summary_text(summary: RunSummary, width: int = 100, prose: int = 100) -> str:
    """The summary as plain text: tables at most ``width`` characters wide, running text ``prose``."""
    period, titles = summary.period or {}, summary.titles
    lines = [
        *textwrap.wrap(summary.title or summary.scenario or "", prose),
        *_wrapped(summary.question or "", prose),
        *_wrapped(
            f"scenario {summary.scenario}, {period.get('start', '?')} to {period.get('end', '?')}, "
            f"{counted(summary.replications or 0, 'replication')}, seed {summary.seed}, "
            f"run {summary.run_id}",
            prose,
        ),
        *_wrapped(
            "+- is the 95 % half-width over replications; quantiles and means are those of the shipments of all "
            "replications together",
            prose,
        ),
    ]
    if summary.effects:
        lines += ["", "What this scenario changes: before -> after, and what it comes to in the run"]
        lines += effects_text(summary.effects, summary.scenario or "", prose)
    lines += _section(
        "Arrived in the period",
        ("", "year", "shipments", "TEU", "tonnes", "net tonnes"),
        [
            (
                row.title,
                str(row.year),
                *(with_margin(row.values[k]) for k in ("lots", "teu", "tonnes", "net_tonnes")),
            )
            for row in summary.volumes
        ],
        width,
    )
    lines += _transit(summary.transit, width)
    lines += [line for note in _transit_notes(summary) for line in _wrapped(note, prose)]
    if summary.bands:
        lines += _section(bands_page.TITLE, bands_page.HEAD, bands_page.rows(summary.bands), width)
        lines += _wrapped(bands_page.FOOTNOTE, prose)
    lines += _section(
        "Where most waiting is (all traffic)",
        ("facility", "wait, h", "mean, h", "longest queue", "utilisation"),
        [
            (row.title, *(with_margin(row.values[k]) for k in of_families("facility")))
            for row in summary.bottlenecks
            if _anything(row, of_families("facility"))
        ],
        width,
    )
    causes = summary.time_by_cause
    lines += _section(
        "Door-to-door hours of a shipment, by cause",
        ("cause", *(titles[scope].split(" (")[0] for scope in causes)),
        [
            (CAUSES[cause], *(with_margin(by_cause[cause]) for by_cause in causes.values()))
            for cause in next(iter(causes.values()), {})
        ],
        width,
    )
    lines += _section(
        f"Barriers: hours of a shipment, {titles.get('corridor', 'corridor')}",
        ("barrier", "where", "hours", "share"),
        [
            (
                _words(row.barrier),
                "everywhere" if row.node is None else row.title,
                with_margin(row.hours),
                "-" if row.share is None else f"{row.share:.0%}",
            )
            for row in summary.barriers
            if row.hours.mean
        ],
        width,
    )
    lines += _section(
        "Money and carbon of shipments that departed in the period and have arrived",
        ("", "paid, USD/t", "time, USD/t", "all, USD/t", "USD/TEU", "kg CO2e/t", "kg/TEU", "mostly"),
        [
            (cargo_words(row.scope), *(with_margin(row.values[k]) for k in _COSTS), _grades(row))
            for row in summary.costs
        ],
        width,
    )
    for family, title in PLACE_TABLES.items():
        kpis = of_families(family, shown=("detail", "headline"))
        lines += _section(
            title,
            ("", *(f"{INDICATORS[kpi].words}{_in_unit(INDICATORS[kpi].unit)}" for kpi in kpis)),
            [
                (row.title, *(with_margin(row.values[kpi]) for kpi in kpis))
                for row in summary.places[family]
                if _anything(row, kpis)
            ],
            width,
        )
    lines += _section(
        f"Equipment pools; waited: {counted(summary.delayed_for_assets.mean or 0, 'shipment')} of the corridor",
        ("pool", "units", "idle", "turnaround, d", "loaded", "westward", "eastward"),
        [
            (
                row.title,
                *(
                    with_margin(row.values[k])
                    for k in (
                        "owned",
                        "at_hand",
                        "turnround",
                        "loaded_share",
                        "loaded_share_east_to_west",
                        "loaded_share_west_to_east",
                    )
                ),
            )
            for row in summary.assets
            if row.values["owned"].mean
        ],
        width,
    )
    lines += _section(
        "Balance of the period; beside: flows that are followed but not in the corridor's total",
        ("", "shipments", "units", "TEU", "wagons", "tonnes"),
        _balance_rows(summary),
        width,
    )
    lines += _section(
        observed_page.TITLE,
        observed_page.HEAD,
        observed_page.rows(summary.observed),
        width,
    )
    for note in observed_page.footnotes(summary.observed):
        lines += [f"  {line}" for line in textwrap.wrap(note, width - 2)]
    if summary.warnings:
        lines += ["", "Warnings"]
        lines += [line for warning in summary.warnings for line in _wrapped(warning, prose, "- ")]
    if summary.notes_of_parent:
        lines += ["", "What the parents bring along"]
        lines += [line for note in summary.notes_of_parent for line in _wrapped(note, prose, "- ")]
    return "\n".join(lines)


#: Columns of the table of money and carbon, in their order.
_COSTS = (
    "cost_charges_usd_per_tonne",
    "cost_time_usd_per_tonne",
    "cost_usd_per_tonne",
    "cost_usd_per_teu",
    "co2e_kg_per_tonne",
    "co2e_kg_per_teu",
)


def _wrapped(text: str, width: int, mark: str = "") -> list[str]:
    """Running text on indented lines of at most ``width`` characters; ``mark`` begins the first."""
    return textwrap.wrap(text, width, initial_indent=f"  {mark}", subsequent_indent=" " * (2 + len(mark)))


def _transit(rows: Sequence[ScopeRow], width: int) -> list[str]:
    """The table of transit times; what is still en route and what is on time have columns where there is such."""
    columns: dict[str, Callable[[ScopeRow], str]] = {
        "shipments": lambda row: with_margin(row.values["lots"]) + (" few" if _is_few(row) else ""),
        "P50": lambda row: with_margin(row.values["p50"]),
        "P90": lambda row: with_margin(row.values["p90"]),
        "P95": lambda row: with_margin(row.values["p95"]),
    }
    if any(row.values["unfinished"].mean for row in rows):
        columns["en route"] = lambda row: with_margin(row.values["unfinished"])
    if any(row.values["on_time"].mean is not None for row in rows):
        columns["on time"] = lambda row: share_with_margin(row.values["on_time"])
    lines = [(row.title, *(cell(row) for cell in columns.values())) for row in rows]
    return _section("Transit time, days, by date of departure", ("", *columns), lines, width)


def _is_few(row: ScopeRow) -> bool:
    """Whether the quantiles of a row rest on few shipments."""
    return (row.values["lots"].mean or 0.0) < FEW


def _transit_notes(summary: RunSummary) -> list[str]:
    """What must be said below the transit times."""
    rows = summary.transit
    few = f"few: fewer than {FEW} shipments a replication, so that a quantile rests on few"
    left = any(row.values["unfinished"].mean for row in rows)
    notes = ["en route: not arrived when the run stops"] if left else []
    notes += [few] if any(map(_is_few, rows)) else []
    reached = [f"{row.title.split(' (')[0]}: {note}" for row in rows for note in _reached(row)]
    return [*notes, *reached]


def _reached(row: ScopeRow) -> list[str]:
    parts = (part for k in ("p50", "p90", "p95") for part in row.values[k].note.split("; ") if NOT_REACHED in part)
    return list(dict.fromkeys(parts))


def _grades(row: CostRow) -> str:
    """What the sums mostly rest on."""
    assumed = [row.values[f"{kpi}_assumed_share"].mean or 0.0 for kpi in ("cost", "co2e")]
    return "assumptions" if max(assumed) > 0.5 else "estimates"


def _balance_rows(summary: RunSummary) -> list[tuple[str, ...]]:
    """The corridor's lines; below them what is followed beside its total, which counts there no second time."""
    corridor, everything = summary.balance, summary.balance_all
    rows = [(_words(line), *(number(row[q].mean) for q in QUANTITIES)) for line, row in corridor.items()]
    for line in ("in", "out", "lost"):
        beside = [(everything[line][q].mean or 0.0) - (corridor[line][q].mean or 0.0) for q in QUANTITIES]
        if (everything["in"]["lots"].mean or 0.0) > (corridor["in"]["lots"].mean or 0.0):
            rows.append((f"beside: {line}", *(number(value) for value in beside)))
    return rows


def _section(title: str, head: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    return ["", title, *text_table(head, rows, width)] if rows else []


def _anything(row: ScopeRow | FacilityRow, kpis: Sequence[str]) -> bool:
    """Whether a row has a value that is not 0."""
    return any(row.values[kpi].mean for kpi in kpis)


def _in_unit(unit: str) -> str:
    """The unit in the head of a column; of shipments none, which the words name."""
    return "" if unit == "lots" else f", {unit}"


def _words(name: str) -> str:
    return name.replace("_", " ")
