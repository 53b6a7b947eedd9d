"""A run as tables: the answer, every indicator with its interval, flows, places, changes, published figures, read me."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.handout.answer import answer_of_run, primary_of
from sim.handout.changes import changes_sheet
from sim.handout.sheet import Cell, Sheet, margin, plus_minus
from sim.indicators import INDICATORS, PLACE_TABLES, of_families
from sim.model.effects import Effect
from sim.network.titles import pool_titles, title, titles_of
from sim.report.kpi_values import Values
from sim.report.run_summary import RunSummary
from sim.report.scopes import ScopeWords
from sim.report.summary import summarise

if TYPE_CHECKING:
    from sim.results.store import Run

#: What the sheet of flows shows of each, in this order.
FLOW_KPIS = (
    "transit_lots",
    "transit_p50",
    "transit_p90",
    "transit_p95",
    "transit_mean",
    "transit_unfinished",
    "on_time",
    "volume_teu",
    "volume_tonnes",
    "cost_usd_per_teu",
    "cost_usd_per_tonne",
    "co2e_kg_per_teu",
    "co2e_kg_per_tonne",
)
#: How intervals are to be read, on every sheet that has some.
INTERVALS = "± is the 95 % half-width over the replications; an empty cell: there is no value, or none is known"


def run_sheets(run: Run) -> list[Sheet]:
    """All sheets of a run. Raises RunError if a table has changed since it was written."""
    summary, values = summarise(run), Values(run.kpis)
    world = run.manifest["resolved"]
    words = ScopeWords(world, values)
    changes = run.manifest.get("changes") or []
    effects = tuple(Effect.from_json(effect) for effect in run.manifest.get("effects") or ())
    sheets = [
        _answer(run.manifest, summary, values),
        _indicators(values, words, world),
        _flows(values, words, world),
        _places(values, world),
        changes_sheet(effects, changes),
        published_sheet([line.as_json() for line in summary.observed]),
        _read_me(run, summary),
    ]
    return [sheet for sheet in sheets if sheet.rows or sheet.notes]


def _answer(manifest: Mapping[str, Any], summary: RunSummary, values: Values) -> Sheet:
    asked = primary_of(manifest, values)
    rows: list[tuple[Cell, ...]] = [
        ("Scenario", summary.title or summary.scenario, None, ""),
        ("Question", summary.question or "", None, ""),
        ("Answer", answer_of_run(manifest, values), None, ""),
    ]
    if asked is not None:
        found = values.estimate(*asked)
        rows.append((f"{INDICATORS[asked.kpi].words} ({asked})", *margin(found), values.unit(asked.kpi)))
    for row in summary.transit:
        if row.scope.startswith("cargo "):
            for kpi in ("p50", "p90", "p95"):
                rows.append((f"{row.title}: transit time {kpi.upper()}", *margin(row.values[kpi]), "d"))
    for volume in summary.volumes:
        if volume.scope == "corridor":
            for kpi, unit in (("teu", "TEU"), ("tonnes", "t")):
                name = f"corridor, {unit} delivered {volume.year}"
                rows.append((name, *margin(volume.values[kpi]), unit))
    rows += [("Warning", text, None, "") for text in summary.warnings]
    return Sheet("Answer", ("", "value", "value ±", "unit"), rows, (INTERVALS,))


def _indicators(values: Values, words: ScopeWords, world: Mapping[str, Any]) -> Sheet:
    names = titles_of(world) | pool_titles(world)
    rows: list[tuple[Cell, ...]] = []
    for kpi, scope, year in sorted(values.groups):
        found = values.estimate(kpi, scope, year)
        known = INDICATORS.get(kpi)
        rows.append(
            (
                kpi,
                scope,
                year or None,
                known.words if known else kpi,
                names.get(scope) or words.title(scope, kpi if known else "transit_p50"),
                *margin(found),
                values.unit(kpi),
                found.n,
                known.good if known else "",
                found.note,
            )
        )
    head = ("kpi", "scope", "year", "indicator", "of", *plus_minus("value"), "unit", "replications", "good", "note")
    return Sheet("Indicators", head, rows, (INTERVALS, "no year: the whole period of the scenario"))


def _flows(values: Values, words: ScopeWords, world: Mapping[str, Any]) -> Sheet:
    shown = [kpi for kpi in FLOW_KPIS if any(values.has(kpi, flow) for flow in world["flows"])]
    head = [cell for kpi in shown for cell in plus_minus(f"{INDICATORS[kpi].words}, {INDICATORS[kpi].unit}")]
    rows: list[tuple[Cell, ...]] = []
    for flow, row in world["flows"].items():
        if values.has("transit_lots", flow):
            cells = [cell for kpi in shown for cell in margin(values.estimate(kpi, flow))]
            rows.append((flow, words.title(flow).removeprefix(f"{flow} "), row["cargo"], row["direction"], *cells))
    return Sheet("By flow", ("flow", "from - to", "cargo", "direction", *head), rows, (INTERVALS,))


def _places(values: Values, world: Mapping[str, Any]) -> Sheet:
    names = titles_of(world)
    kpis = of_families("facility", "service", *PLACE_TABLES, shown=("headline", "detail"))
    rows: list[tuple[Cell, ...]] = []
    for kpi in kpis:
        for scope in values.scopes(kpi):
            found = values.estimate(kpi, scope)
            rows.append(
                (title(names, scope), scope, INDICATORS[kpi].words, *margin(found), values.unit(kpi), found.note)
            )
    rows.sort(key=lambda row: (str(row[0]), str(row[1])))
    head = ("place", "id", "indicator", *plus_minus("value"), "unit", "note")
    return Sheet("By place", head, rows, (INTERVALS, "all traffic counts, background trains and trucks too"))


def published_sheet(lines: Sequence[Mapping[str, Any]]) -> Sheet:
    """Published figures beside the model's, as ``PublishedLine.as_json`` has them, each with its role."""
    head = (
        "id",
        "published",
        "year",
        "figure",
        "low",
        "high",
        *plus_minus("model"),
        "unit",
        "role",
        "verdict",
        "why",
        "source",
        "grade",
    )
    rows = [
        (
            line["id"],
            line["what"],
            str(line["year"]),
            line["observed"],
            line["low"],
            line["high"],
            line["model"]["mean"],
            line["model"]["half_width"],
            line["unit"],
            line["role"],
            line["verdict"],
            line["verdict_why"] or line["role_why"],
            line["source"],
            line["grade"],
        )
        for line in lines
    ]
    return Sheet("Published", head, rows, ("input and fitted figures are what the run is built on, and no test of it",))


def _read_me(run: Run, summary: RunSummary) -> Sheet:
    manifest = run.manifest
    period = summary.period or {}
    rows: list[tuple[Cell, ...]] = [
        ("run", run.run_id),
        ("scenario", summary.scenario),
        ("title", summary.title or ""),
        ("period", f"{period.get('start')} to {period.get('end')}"),
        ("replications", run.replications),
        ("seed", str(summary.seed)),
        ("inputs", str(manifest.get("inputs", "fixed"))),
        ("engine", str(summary.engine)),
        ("finished, UTC", str(manifest.get("finished_utc", ""))),
        ("geodata, SHA-256", str(manifest.get("geodata_digest", ""))),
        ("program, SHA-256", str(manifest.get("code_digest", ""))),
        *((name, version) for name, version in (manifest.get("versions") or {}).items()),
    ]
    notes = (
        "What each sheet is: Answer, the scenario's question and its numbers; Indicators, all that the run measures; "
        "By flow and By place, the same arranged; Changes, what differs from the parent and the geodata, with sources; "
        "Published, figures of others beside the model's.",
        INTERVALS,
        "P50, P90, P95: half, nine in ten, nineteen in twenty shipments arrive within; those of all replications together.",
        "Numbers are those of kpis.parquet in the run's folder, to 16 digits; numbers on screen are rounded.",
        *(f"note: {text}" for text in (*summary.warnings, *summary.notes_of_parent)),
    )
    return Sheet("Read me", ("", "value"), rows, notes)
