"""Two runs beside each other: every indicator that either has, one row a replication that both have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import pandas as pd

from sim.indicators import INDICATORS
from sim.report.common_flows import kpis_of_common_flows
from sim.report.contributions import pooled_over


class ComparedRun(Protocol):
    """What is needed of a run."""

    manifest: Mapping[str, Any]

    @property
    def kpis(self) -> pd.DataFrame:
        """Columns replication, kpi, scope, year, value, unit."""

    @property
    def shipments(self) -> pd.DataFrame:
        """One row a lot of the period."""

    @property
    def scopes(self) -> pd.DataFrame:
        """The flows of each scope."""

    @property
    def delays(self) -> pd.DataFrame:
        """Hours of reported lots by replication, flow, cause and place."""


def both_runs(run_a: ComparedRun, run_b: ComparedRun, common: Sequence[str], like: bool) -> tuple[pd.DataFrame, ...]:
    """Indicators of two runs, pooled over the replications that both have.

    Args:
        common: the flows with the same demand in both.
        like: whether these are all flows; else groups of flows are counted over them alone.
    """
    shared = _shared_replications(run_a, run_b)
    if like:
        return tuple(pooled_over(run, shared) for run in (run_a, run_b))
    return tuple(kpis_of_common_flows(run, common, shared) for run in (run_a, run_b))


def side_by_side(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """Contributions to every indicator that either run has, one row a replication that both have.

    Returns: kpi, scope, unit, year, replication, ``a``, ``b``, in the order of a's lines, those of b alone at the end.
    What only one run counted is 0 in the other; a mean or a quantile that only one has is missing in the other.
    """
    keys = ["kpi", "scope", "unit", "year"]
    tables = [t[[*keys, "replication", "contribution"]].astype(dict.fromkeys(keys[:3], str)) for t in (a, b)]
    lines = pd.concat([t[keys] for t in tables]).drop_duplicates(ignore_index=True)
    shared = sorted(set(a["replication"]) & set(b["replication"]))
    both = lines.merge(pd.DataFrame({"replication": shared}), how="cross")
    for name, table in zip(("a", "b"), tables, strict=True):
        both = both.merge(
            table.rename(columns={"contribution": name}), on=[*keys, "replication"], how="left", validate="one_to_one"
        )
    counted = both["kpi"].isin([kpi for kpi, found in INDICATORS.items() if found.kind == "count"])
    both[["a", "b"]] = both[["a", "b"]].mask(both[["a", "b"]].isna() & counted.to_numpy()[:, None], 0.0)
    return both


def _shared_replications(run_a: ComparedRun, run_b: ComparedRun) -> list[int]:
    return sorted(set(run_a.kpis["replication"].unique()) & set(run_b.kpis["replication"].unique()))
