"""Like with like: which flows have the same demand in two runs, and sums over those alone.

A run that carries more cargo, or other cargo, may look slower without being so. Where demand differs, the
corridor, its directions and cargoes are counted over the flows that both runs have with the same demand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd

from sim.analysis.line import COLUMNS, Line, quantile_lines
from sim.indicators import INDICATORS, Family
from sim.language.words import mark
from sim.report.contributions import KEYS, Samples, run_samples, with_contributions

#: Fields of a flow that decide which lots set out, when and how large. The way they take is no part of it.
DEMAND_FIELDS = (
    "origin",
    "destination",
    "cargo",
    "direction",
    "quantity_per_year",
    "monthly_profile",
    "tonnes_per_unit",
    "net_tonnes_per_unit",
    "lot",
    "lots_together",
    "arrivals",
    "woken_by",
    "background",
    "in_corridor_total",
)
#: Families that speak of groups of flows and cannot be counted again; where demand differs they are left out.
_LEFT_OUT = {
    known.family
    for known in INDICATORS.values()
    if known.adds == "not at all" and known.scopes in ("everything", "barrier")
}
_LEFT_OUT_WORDS: dict[Family, str] = {"barrier": mark("time by barrier"), "balance": mark("balance")}
LEFT_OUT = f"{' and '.join(sorted(_LEFT_OUT_WORDS[family] for family in _LEFT_OUT))} of groups of flows"
mark("balance and time by barrier of groups of flows")
_HIDDEN = tuple(kpi for kpi, known in INDICATORS.items() if known.family in _LEFT_OUT)


class ShipmentRun(Protocol):
    """What is needed of a run."""

    manifest: Mapping[str, Any]

    @property
    def kpis(self) -> pd.DataFrame:
        """Columns replication, kpi, scope, year, value, unit."""

    @property
    def shipments(self) -> pd.DataFrame:
        """One row a lot of the period."""


def reported_flows(world: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """The flows of a resolved world that are no background."""
    return {name: row for name, row in (world.get("flows") or {}).items() if not row["background"]}


def common_flows(a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Reported flows with the same demand in two resolved worlds, and all others of either, sorted."""
    first, second = reported_flows(a), reported_flows(b)
    same = [name for name in first.keys() & second.keys() if _demand(first[name]) == _demand(second[name])]
    return sorted(same), sorted((first.keys() | second.keys()) - set(same))


def groups(world: Mapping[str, Any], flows: Sequence[str]) -> dict[str, list[str]]:
    """The corridor, its directions and cargoes as those of ``flows`` that belong to them."""
    rows = reported_flows(world)
    found: dict[str, list[str]] = {}
    for name in flows:
        row = rows[name]
        if row["in_corridor_total"]:
            for scope in ("corridor", row["direction"], f"cargo {row['cargo']}"):
                found.setdefault(scope, []).append(name)
    return found


def flows_of(world: Mapping[str, Any], scope: str) -> list[str]:
    """The reported flows that a scope speaks of: itself, or its group's; none of a place, a service or a stock."""
    own = list(reported_flows(world))
    return [scope] if scope in own else groups(world, own).get(scope, [])


def kpis_of_common_flows(run: ShipmentRun, flows: Sequence[str], replications: Sequence[int] = ()) -> pd.DataFrame:
    """Indicators of a run, with groups of flows counted over ``flows`` alone, and their contributions.

    Lines of flows that are not common are left out; those of facilities and services stay as they are:
    all traffic.

    Args:
        flows: the flows that count.
        replications: those that count; default: all.
    """
    world = run.manifest["resolved"]
    kept = list(replications) or sorted(run.kpis["replication"].unique().tolist())
    own = run.kpis[run.kpis["replication"].isin(kept)].astype({"kpi": str, "scope": str, "unit": str})
    scopes = groups(world, flows)
    every, others = groups(world, list(reported_flows(world))), set(reported_flows(world)) - set(flows)
    hidden = own["scope"].isin({*every, *others}) | own["kpi"].isin(_HIDDEN)
    samples = run_samples(run, kept, scopes | {flow: [flow] for flow in flows})
    of_flow = own[own["scope"].isin(flows)]
    columns = ["replication", *COLUMNS]
    tables = [
        own[~hidden],
        *(_sums(of_flow[of_flow["scope"].isin(inside)], scope) for scope, inside in scopes.items()),
        pd.DataFrame(_quantiles(samples, own["year"].unique(), scopes), columns=columns),
    ]
    lines = pd.concat([table[columns] for table in tables if len(table)], ignore_index=True)
    return with_contributions(lines, samples, kept)


def _sums(of_flow: pd.DataFrame, scope: str) -> pd.DataFrame:
    """Counts, means and shares of a group in each replication, from those of its flows."""
    adds = of_flow["kpi"].map({kpi: found.adds for kpi, found in INDICATORS.items()})
    some = of_flow[adds.isin(["sum", "by size"])].assign(ratio=adds == "by size")
    weight = some["weight"].fillna(0.0)
    some = some.assign(total=np.where(some["ratio"], some["value"].fillna(0.0) * weight, some["value"]), weight=weight)
    by = ["replication", *(key for key in KEYS if key != "scope"), "ratio"]
    found = some.groupby(by, sort=False, as_index=False)[["total", "weight"]].sum()
    found = found[~found["ratio"] | (found["weight"] > 0)]
    value = np.where(found["ratio"], found["total"] / found["weight"].where(found["weight"] > 0), found["total"])
    return found.assign(scope=scope, value=value)


def _quantiles(samples: Samples, years: np.ndarray, scopes: Mapping[str, Sequence[str]]) -> Iterator[tuple[Any, ...]]:
    """Quantiles of a group in each replication that has shipments of it."""
    for scope in scopes:
        for year in years.tolist():
            days, replication = samples.of("shipments", scope, year)
            for one in np.unique(replication).tolist():
                for kpi, value in quantile_lines("shipments", days[replication == one]):
                    yield one, *Line(kpi, scope, value, year=year)


def _demand(flow: Mapping[str, Any]) -> list[Any]:
    return [flow.get(field) for field in DEMAND_FIELDS]
