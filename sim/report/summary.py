"""A run in one page: volumes, transit times, bottlenecks, time by cause, balance, published values.

``summarise`` works it out; ``summary_text`` (from ``summary_page``) writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import pandas as pd

from sim.indicators import BALANCE_LINES, CAUSES, CORRIDOR, PLACE_TABLES, QUANTITIES, Family, Shown, of_families
from sim.language.forms import percent
from sim.language.words import mark, plural, tr
from sim.model.effects import Effect
from sim.network.titles import pool_titles, title, titles_of
from sim.report.bands import bands
from sim.report.estimate import Estimate
from sim.report.kpi_values import Values
from sim.report.markets import demand_told
from sim.report.published_lines import published_lines
from sim.report.run_summary import (
    BarrierRow,
    CostRow,
    FacilityRow,
    PoolRow,
    RunSummary,
    ScopeRow,
    VolumeRow,
)
from sim.report.scopes import ScopeWords, cargo_first
from sim.report.summary_page import summary_text
from sim.report.texttable import number

__all__ = ["StoredRun", "summarise", "summary_text"]

BOTTLENECKS = 5
BARRIERS = 12
_ALL: tuple[Shown, ...] = ("headline", "detail", "data")
DIRECTIONS = ("east_to_west", "west_to_east")


class StoredRun(Protocol):
    """What is needed of a run: its manifest and its table of indicators."""

    manifest: Mapping[str, Any]

    @property
    def kpis(self) -> pd.DataFrame:
        """Columns replication, kpi, scope, year, value, unit."""


def summarise(run: StoredRun) -> RunSummary:
    """Means over replications with 95 % half-widths.

    A half-width is None where there is one replication, a mean is None where unfinished lots decide;
    ``note`` says so.
    """
    values, manifest = Values(run.kpis), run.manifest
    world = manifest.get("resolved") or {}
    words = ScopeWords(world, values)
    fixed = getattr(run, "fixed_inputs", None)
    primary = str(manifest.get("primary_kpi") or "")
    bottlenecks, everything = _bottlenecks(values, world), _balance(values, "all")
    return RunSummary(
        run_id=manifest.get("run_id"),
        scenario=manifest.get("scenario"),
        title=manifest.get("title"),
        question=manifest.get("question"),
        seed=manifest.get("seed"),
        replications=manifest.get("replications"),
        engine=manifest.get("engine"),
        period=world.get("period"),
        volumes=_volumes(values, world, words),
        transit=_transit(values, world, words),
        bottlenecks=bottlenecks,
        time_by_cause=_time_by_cause(values, world),
        titles={scope: words.title(scope) for scope in _totals(values, world)},
        barriers=_barriers(values, world),
        balance=_balance(values, CORRIDOR),
        balance_all=everything,
        costs=_costs(values, _totals(values, world), words),
        costs_by_flow=_costs(values, list(world.get("flows") or {}), words),
        assets=_assets(values, world),
        delayed_for_assets=values.estimate("asset_delayed_lots", CORRIDOR),
        places={family: _places(values, words, family) for family in PLACE_TABLES},
        observed=tuple(published_lines(values, manifest)),
        demand=demand_told(values, manifest),
        until=manifest.get("until"),
        bands=None if fixed is None else tuple(bands(fixed.kpis, run.kpis, primary)),
        effects=tuple(Effect.from_json(effect) for effect in manifest.get("effects") or ()),
        warnings=_warnings(values, bottlenecks, everything, manifest),
        notes_of_parent=tuple(manifest.get("notes_of_parent") or ()),
    )


def _volumes(values: Values, world: Mapping[str, Any], words: ScopeWords) -> tuple[VolumeRow, ...]:
    kpis = of_families("volume", shown=_ALL)
    return tuple(
        VolumeRow(
            scope,
            words.title(scope, "volume_teu"),
            year,
            {k.removeprefix("volume_"): values.estimate(k, scope, year) for k in kpis},
        )
        for scope in _totals(values, world)
        for year in values.years()
    )


def _transit(values: Values, world: Mapping[str, Any], words: ScopeWords) -> tuple[ScopeRow, ...]:
    """Cargo by cargo, then all shipments together, then flow by flow; scopes without a shipment are left out."""
    kpis = of_families("transit", "on_time", shown=_ALL)
    return tuple(
        ScopeRow(scope, words.title(scope), {k.removeprefix("transit_"): values.estimate(k, scope) for k in kpis})
        for scope in cargo_first(values.scopes("transit_lots"), world.get("flows") or {})
        if values.estimate("transit_lots", scope).mean
    )


def _bottlenecks(values: Values, world: Mapping[str, Any]) -> tuple[FacilityRow, ...]:
    facilities = world.get("facilities") or {}
    return tuple(
        FacilityRow(
            name,
            tr(facilities.get(name, {}).get("title", name)),
            {k: values.estimate(k, name) for k in of_families("facility")},
        )
        for name in values.largest("wait_total", BOTTLENECKS)
    )


def _time_by_cause(values: Values, world: Mapping[str, Any]) -> dict[str, dict[str, Estimate]]:
    """Scope -> cause -> hours of a shipment; each cargo, then all shipments of the corridor."""
    scopes = [s for s in _totals(values, world) if s == CORRIDOR or s.startswith("cargo ")]
    return {
        scope: {cause: values.estimate(f"time_{cause}", scope) for cause in CAUSES}
        for scope in cargo_first(scopes, {})
        if values.has("time_moving", scope)
    }


def _barriers(values: Values, world: Mapping[str, Any]) -> tuple[BarrierRow, ...]:
    """Mean hours of a lot by barrier and place, the longest first, and in how much of all barrier time they are."""
    whole = values.estimate("time_barrier", CORRIDOR).mean or 0.0
    rows, names = [], titles_of(world)
    for scope in values.largest("barrier_time", len(values.scopes("barrier_time"))):
        barrier, _, node = scope.partition("@")
        hours = values.estimate("barrier_time", scope)
        share = (hours.mean or 0.0) / whole if whole else None
        rows.append(BarrierRow(barrier, node or None, title(names, node) if node else "", hours, share))
    kinds = [row for row in rows if row.node is None]
    return (*kinds, *[row for row in rows if row.node is not None][: max(BARRIERS - len(kinds), 0)])


def _costs(values: Values, scopes: Iterable[str], words: ScopeWords) -> tuple[CostRow, ...]:
    """Money and carbon of scopes; empty without tariffs and emission factors."""
    kpis = of_families("cost", "carbon", shown=_ALL)
    return tuple(
        CostRow(scope, words.short(scope), {kpi: values.estimate(kpi, scope) for kpi in kpis})
        for scope in scopes
        if values.has("cost_usd_per_tonne", scope) or values.has("co2e_kg_per_tonne", scope)
    )


def _assets(values: Values, world: Mapping[str, Any]) -> tuple[PoolRow, ...]:
    names = pool_titles(world)
    return tuple(
        PoolRow(
            pool,
            names.get(pool, pool),
            {kpi.removeprefix("asset_"): values.estimate(kpi, pool) for kpi in of_families("equipment")}
            | {f"loaded_share_{d}": values.estimate("asset_loaded_share", f"{pool} {d}") for d in DIRECTIONS},
        )
        for pool in values.scopes("asset_owned")
    )


def _places(values: Values, words: ScopeWords, family: Family) -> tuple[ScopeRow, ...]:
    """The indicators of a family by place, in the order in which the run has them."""
    kpis = of_families(family, shown=("detail", "headline"))
    scopes = dict.fromkeys(scope for kpi in kpis for scope in values.scopes(kpi))
    return tuple(
        ScopeRow(scope, words.title(scope), {kpi: values.estimate(kpi, scope) for kpi in kpis}) for scope in scopes
    )


def _totals(values: Values, world: Mapping[str, Any]) -> list[str]:
    """Scopes that are no single flow."""
    return [scope for scope in values.scopes("volume_lots") if scope not in (world.get("flows") or {})]


def _balance(values: Values, scope: str) -> dict[str, dict[str, Estimate]]:
    """Lines of the balance sheet: ``corridor``, or ``all`` followed flows, those beside its total included."""
    return {line: {q: values.estimate(f"balance_{line}_{q}", scope) for q in QUANTITIES} for line in BALANCE_LINES}


def _warnings(
    values: Values,
    bottlenecks: Sequence[FacilityRow],
    everything: Mapping[str, Mapping[str, Estimate]],
    manifest: Mapping[str, Any],
) -> tuple[str, ...]:
    """What must be known before a number is cited, the gravest first; notes on the scenario's own changes come last."""
    lost = [q for q, v in everything["lost"].items() if v.mean]
    found = [tr("the balance of {q} does not close", q=q) for q in lost]
    left = values.estimate("transit_unfinished", CORRIDOR).mean
    if left:
        found.append(
            plural(
                "{count} shipment has not arrived when the run stops (mean over replications); they rank as the "
                "longest, means count their time so far; a longer run_out would show more",
                "{count} shipments have not arrived when the run stops (mean over replications); they rank as the "
                "longest, means count their time so far; a longer run_out would show more",
                left,
                count=number(left),
            )
        )
    for row in bottlenecks:
        used = row.values["utilisation"].mean or 0.0
        if used > 0.98:
            found.append(
                tr(
                    "{title} is in use {used} of its open time: its queue may grow without end",
                    title=row.title,
                    used=percent(used),
                )
            )
    for kpi, too_low in (
        ("cost", mark("{share} of the corridor's tonne-kilometres have no tariff: costs are too low")),
        ("co2e", mark("{share} of the corridor's tonne-kilometres have no emission factor: emissions are too low")),
    ):
        known = values.estimate(f"{kpi}_known_share", CORRIDOR).mean
        if known is not None and known < 1 - 1e-9:
            found.append(tr(too_low, share=percent(1 - known, 1)))
    if manifest.get("replications") == 1:
        found.append(tr("one replication: no intervals; differences may be chance"))
    return (*found, *(str(note) for note in manifest.get("notes", [])))
