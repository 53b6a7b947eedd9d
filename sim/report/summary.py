"""A run in one page: volumes, transit times, bottlenecks, time by cause, balance, published values.

``summarise`` returns plain data; ``summary_text`` (from ``summary_page``) writes it out.
"""

from __future__ import annotations

from typing import Any, Protocol

import pandas as pd

from sim.indicators import BALANCE_LINES, CAUSES, PLACE_TABLES, QUANTITIES, Family, Shown, of_families
from sim.model.effects import Effect
from sim.network.titles import pool_titles, title, titles_of
from sim.report.bands import bands
from sim.report.kpi_values import Values
from sim.report.published import published_lines
from sim.report.scopes import ScopeWords, cargo_first
from sim.report.summary_page import summary_text
from sim.report.texttable import counted

__all__ = ["StoredRun", "summarise", "summary_text"]

BOTTLENECKS = 5
BARRIERS = 12
_ALL: tuple[Shown, ...] = ("headline", "detail", "data")
DIRECTIONS = ("east_to_west", "west_to_east")
_HEADER = ("run_id", "scenario", "title", "question", "seed", "replications", "engine")


class StoredRun(Protocol):
    """What is needed of a run: its manifest and its table of indicators."""

    manifest: dict[str, Any]

    @property
    def kpis(self) -> pd.DataFrame:
        """Columns replication, kpi, scope, year, value, unit."""


def summarise(run: StoredRun) -> dict[str, Any]:
    """Means over replications with 95 % half-widths, as plain data that JSON can hold.

    A half-width is None where there is one replication, a mean is None where unfinished lots decide;
    ``note`` says so.
    """
    values, manifest = Values(run.kpis), run.manifest
    world = manifest.get("resolved") or {}
    words = ScopeWords(world, values)
    summary = {key: manifest.get(key) for key in _HEADER} | {
        "period": world.get("period"),
        "volumes": _volumes(values, world, words),
        "transit": _transit(values, world, words),
        "bottlenecks": _bottlenecks(values, world),
        "time_by_cause": _time_by_cause(values, world),
        "titles": {scope: words.title(scope) for scope in _totals(values, world)},
        "barriers": _barriers(values, world),
        "balance": _balance(values, "corridor"),
        "balance_all": _balance(values, "all"),
        "costs": _costs(values, world),
        "assets": _assets(values, world),
        "delayed_for_assets": values.facts("asset_delayed_lots", "corridor"),
        "places": {family: _places(values, words, family) for family in PLACE_TABLES},
        "observed": published_lines(values, manifest),
    }
    fixed = getattr(run, "fixed_inputs", None)
    if fixed is not None:
        summary["bands"] = bands(fixed.kpis, run.kpis, str(manifest.get("primary_kpi") or ""))
    return summary | {
        "effects": [Effect.from_json(effect) for effect in manifest.get("effects") or ()],
        "warnings": _warnings(values, summary, manifest),
        "notes_of_parent": manifest.get("notes_of_parent") or [],
    }


def _volumes(values: Values, world: dict[str, Any], words: ScopeWords) -> list[dict[str, Any]]:
    return [
        {"scope": scope, "title": words.title(scope, "volume_teu"), "year": year}
        | {k.removeprefix("volume_"): values.facts(k, scope, year) for k in of_families("volume", shown=_ALL)}
        for scope in _totals(values, world)
        for year in values.years()
    ]


def _transit(values: Values, world: dict[str, Any], words: ScopeWords) -> list[dict[str, Any]]:
    """Cargo by cargo, then all shipments together, then flow by flow; scopes without a shipment are left out."""
    return [
        {"scope": scope, "title": words.title(scope)}
        | {k.removeprefix("transit_"): values.facts(k, scope) for k in of_families("transit", "on_time", shown=_ALL)}
        for scope in cargo_first(values.scopes("transit_lots"), world.get("flows") or {})
        if values.facts("transit_lots", scope)["mean"]
    ]


def _bottlenecks(values: Values, world: dict[str, Any]) -> list[dict[str, Any]]:
    facilities = world.get("facilities") or {}
    return [
        {"facility": name, "title": facilities.get(name, {}).get("title", name)}
        | {k: values.facts(k, name) for k in of_families("facility")}
        for name in values.largest("wait_total", BOTTLENECKS)
    ]


def _time_by_cause(values: Values, world: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Scope -> cause -> hours of a shipment; each cargo, then all shipments of the corridor."""
    scopes = [s for s in _totals(values, world) if s == "corridor" or s.startswith("cargo ")]
    scopes = cargo_first(scopes, {})
    return {
        scope: {cause: values.facts(f"time_{cause}", scope) for cause in CAUSES}
        for scope in scopes
        if values.has("time_moving", scope)
    }


def _barriers(values: Values, world: dict[str, Any]) -> list[dict[str, Any]]:
    """Mean hours of a lot by barrier and place, the longest first, and in how much of all barrier time they are."""
    whole = values.facts("time_barrier", "corridor")["mean"] or 0.0
    rows, names = [], titles_of(world)
    for scope in values.largest("barrier_time", len(values.scopes("barrier_time"))):
        barrier, _, node = scope.partition("@")
        hours = values.facts("barrier_time", scope)
        rows.append(
            {
                "barrier": barrier,
                "node": node or None,
                "title": title(names, node) if node else "",
                "hours": hours,
                "share": (hours["mean"] or 0.0) / whole if whole else None,
            }
        )
    kinds = [row for row in rows if row["node"] is None]
    return kinds + [row for row in rows if row["node"] is not None][: max(BARRIERS - len(kinds), 0)]


def _costs(values: Values, world: dict[str, Any]) -> list[dict[str, Any]]:
    """Money and carbon of the scopes that are no single flow; empty without tariffs and emission factors."""
    return [
        {"scope": scope} | {kpi: values.facts(kpi, scope) for kpi in of_families("cost", "carbon", shown=_ALL)}
        for scope in _totals(values, world)
        if values.has("cost_usd_per_tonne", scope) or values.has("co2e_kg_per_tonne", scope)
    ]


def _assets(values: Values, world: dict[str, Any]) -> list[dict[str, Any]]:
    """Each pool of returnable equipment: how many, where, how much of their way loaded, how often."""
    names = pool_titles(world)
    return [
        {"pool": pool, "title": names.get(pool, pool)}
        | {kpi.removeprefix("asset_"): values.facts(kpi, pool) for kpi in of_families("equipment")}
        | {f"loaded_share_{d}": values.facts("asset_loaded_share", f"{pool} {d}") for d in DIRECTIONS}
        for pool in values.scopes("asset_owned")
    ]


def _places(values: Values, words: ScopeWords, family: Family) -> list[dict[str, Any]]:
    """The indicators of a family by place, in the order in which the run has them."""
    kpis = of_families(family, shown=("detail", "headline"))
    scopes = dict.fromkeys(scope for kpi in kpis for scope in values.scopes(kpi))
    return [
        {"scope": scope, "title": words.title(scope)} | {kpi: values.facts(kpi, scope) for kpi in kpis}
        for scope in scopes
    ]


def _totals(values: Values, world: dict[str, Any]) -> list[str]:
    """Scopes that are no single flow."""
    return [scope for scope in values.scopes("volume_lots") if scope not in (world.get("flows") or {})]


def _balance(values: Values, scope: str) -> dict[str, dict[str, Any]]:
    """Lines of the balance sheet: ``corridor``, or ``all`` followed flows, those beside its total included."""
    return {line: {q: values.facts(f"balance_{line}_{q}", scope) for q in QUANTITIES} for line in BALANCE_LINES}


def _warnings(values: Values, summary: dict[str, Any], manifest: dict[str, Any]) -> list[str]:
    found = [str(note) for note in manifest.get("notes", [])]
    if manifest.get("replications") == 1:
        found.append("one replication: no intervals; differences may be chance")
    left = values.facts("transit_unfinished", "corridor")["mean"]
    if left:
        found.append(
            f"{counted(left, 'shipment')} {'has' if left == 1 else 'have'} not arrived when the run stops (mean over "
            "replications); they rank as the longest, means count their time so far; a longer run_out would show more"
        )
    found += [
        f"{row['title']} is in use {row['utilisation']['mean']:.0%} of its open time: its queue may grow without end"
        for row in summary["bottlenecks"]
        if (row["utilisation"]["mean"] or 0) > 0.98
    ]
    for kpi, words in (("cost", "tariff: costs are"), ("co2e", "emission factor: emissions are")):
        known = values.facts(f"{kpi}_known_share", "corridor")["mean"]
        if known is not None and known < 1 - 1e-9:
            found.append(f"{1 - known:.1%} of the corridor's tonne-kilometres have no {words} too low")
    lost = [q for q, v in summary["balance_all"]["lost"].items() if v["mean"]]
    return found + [f"the balance of {q} does not close" for q in lost]
