"""Like with like: which flows have the same demand in two runs, and sums over those alone.

A run that carries more cargo, or other cargo, may look slower without being so. Where demand differs, the
corridor, its directions and cargoes are counted over the flows that both runs have with the same demand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd

from sim.analysis.kpis import QUANTILES, quantile

#: Fields of a flow that decide which lots set out, when and how large. The way they take is no part of it.
DEMAND_FIELDS = (
    "origin", "destination", "cargo", "direction", "quantity_per_year", "monthly_profile", "tonnes_per_unit",
    "net_tonnes_per_unit", "lot", "lots_together", "arrivals", "woken_by", "background", "in_corridor_total",
)  # fmt: skip
#: Indicators of groups of flows that are counted again over the common flows.
_SUMS = ("volume_lots", "volume_units", "volume_teu", "volume_wagons", "volume_tonnes", "volume_net_tonnes",
         "transit_lots", "transit_unfinished", "on_time_lots")  # fmt: skip
_OF_LOTS = {"time_": "transit_lots", "on_time": "on_time_lots"}
_TRANSIT = ("transit_mean", *QUANTILES)
#: Indicators that cannot be counted again; where demand differs they are left out for groups of flows.
LEFT_OUT = "cost, carbon, balance and time by barrier of groups of flows"


class ShipmentRun(Protocol):
    """What is needed of a run."""

    manifest: dict[str, Any]

    @property
    def kpis(self) -> pd.DataFrame:
        """Columns replication, kpi, scope, year, value, unit."""

    @property
    def shipments(self) -> pd.DataFrame:
        """One row a lot of the period."""


def reported_flows(world: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
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


def kpis_of_common_flows(run: ShipmentRun, flows: Sequence[str]) -> pd.DataFrame:
    """Whole-period indicators of a run, with groups of flows counted over ``flows`` alone.

    Lines of flows that are not common are left out; those of facilities and services stay as they are:
    all traffic.
    """
    world = run.manifest["resolved"]
    own = run.kpis[run.kpis["year"] == 0].astype({"kpi": str, "scope": str, "unit": str})
    every = groups(world, list(reported_flows(world)))
    others = set(reported_flows(world)) - set(flows)
    hidden = own["scope"].isin({*every, *others, "all"}) | own["kpi"].isin(["barrier_time"])
    lines = [*_again(run, own, groups(world, flows))]
    return pd.concat([pd.DataFrame(lines, columns=own.columns), own[~hidden]], ignore_index=True)


def _again(run: ShipmentRun, own: pd.DataFrame, scopes: Mapping[str, Sequence[str]]) -> Iterator[dict[str, Any]]:
    units = own.drop_duplicates("kpi").set_index("kpi")["unit"]
    by_flow = own.pivot_table(index="replication", columns=["kpi", "scope"], values="value", aggfunc="first")
    lots = run.shipments[run.shipments["reported"]]
    days = lots["transit_h"].fillna(np.inf).to_numpy() / 24
    flow_of, replication_of = lots["flow"].astype(str).to_numpy(), lots["replication"].to_numpy()

    def line(replication: int, kpi: str, scope: str, value: float) -> dict[str, Any]:
        unit = units[kpi]
        return {"replication": replication, "kpi": kpi, "scope": scope, "year": 0, "value": value, "unit": unit}

    for scope, flows in scopes.items():
        inside = np.isin(flow_of, list(flows))
        for replication in by_flow.index:
            of = _row_of(by_flow, replication, flows)
            for kpi in units.index:
                if kpi in _SUMS:
                    yield line(replication, kpi, scope, float(of(kpi).sum()))
                for beginning, lots_kpi in _OF_LOTS.items():
                    if kpi.startswith(beginning) and kpi not in _SUMS:
                        weight = of(lots_kpi)
                        if weight.sum():
                            yield line(replication, kpi, scope, float((of(kpi) * weight).sum() / weight.sum()))
            some = days[inside & (replication_of == replication)]
            if len(some):
                yield line(replication, "transit_mean", scope, float(some.mean()))
                for kpi, share in QUANTILES.items():
                    yield line(replication, kpi, scope, quantile(some, share))


def _row_of(table: pd.DataFrame, replication: int, flows: Sequence[str]) -> Callable[[str], np.ndarray]:
    """[flows] values of an indicator in one replication; a flow without the line counts 0."""
    row = table.loc[replication]

    def of(kpi: str) -> np.ndarray:
        return np.array([row.get((kpi, flow), 0.0) for flow in flows], float)

    return of


def _demand(flow: Mapping[str, Any]) -> list[Any]:
    return [flow.get(field) for field in DEMAND_FIELDS]
