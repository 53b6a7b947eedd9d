"""Where the time went and where the queue moved to: hours of a lot by cause and place, in pairs of replications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd

from sim.contract.plan import Cause
from sim.indicators import WAITING_CAUSES
from sim.report.texttable import interval_facts
from sim.statistics.intervals import ERROR_RATE, holm, paired
from sim.statistics.pooled import ratio_contributions


class DelayRun(Protocol):
    """What is needed of a run."""

    @property
    def delays(self) -> pd.DataFrame:
        """Hours of reported lots by replication, flow, cause and place."""

    @property
    def kpis(self) -> pd.DataFrame:
        """Columns replication, kpi, scope, year, value, unit."""


def moved_time(run_a: DelayRun, run_b: DelayRun, flows: Sequence[str], replications: Sequence[int]) -> dict[str, Any]:
    """Differences b - a of the mean hours of a lot, by cause and by place of waiting.

    Args:
        flows: the flows whose lots are counted, all together.
        replications: those that both runs have.

    Returns: ``causes`` and ``places``, each a list of cause, (place,) a, b, difference, with 95 % intervals,
    and the p-value of the difference; places are sorted from the largest fall to the largest growth.
    ``next_bottleneck`` is the place where a lot of b stands longest; ``grew_most`` the one whose growth is largest of
    those shown, with Holm's correction for all places that changed; None if there is none.
    """
    tables = [_hours_of_a_lot(run, flows, replications) for run in (run_a, run_b)]
    causes = [
        {"cause": cause.name.lower()} | facts
        for cause in Cause
        if (facts := _pair(tables, [cause.name.lower()])) is not None
    ]
    spots = sorted({key for table in tables for key in table.index if key[0] in WAITING_CAUSES})
    places = [
        {"cause": cause, "place": place} | facts
        for cause, place in spots
        if (facts := _pair(tables, [cause], place)) is not None
    ]
    places.sort(key=lambda row: row["difference"]["mean"])
    longest = max(places, key=lambda row: row["b"]["mean"], default=None)
    tested = [row for row in places if row["p_value"] is not None]
    adjusted = holm([row["p_value"] for row in tested])
    grown = [
        row
        for row, p_adjusted in zip(tested, adjusted, strict=True)
        if p_adjusted <= ERROR_RATE and row["difference"]["mean"] > 0
    ]
    return {"causes": causes, "places": places, "next_bottleneck": longest, "grew_most": grown[-1] if grown else None}


def _hours_of_a_lot(run: DelayRun, flows: Sequence[str], replications: Sequence[int]) -> pd.DataFrame:
    """Rows (cause, place), a column a replication: contributions to the hours of all lots divided by their number."""
    table = run.delays[run.delays["flow"].isin(flows)].astype({"cause": str, "place": str})
    hours = table.pivot_table(index=["cause", "place"], columns="replication", values="hours", aggfunc="sum")
    kpis = run.kpis
    lots = kpis[(kpis["kpi"] == "transit_lots") & (kpis["year"] == 0) & kpis["scope"].isin(flows)]
    count = lots.groupby("replication")["value"].sum().reindex(replications, fill_value=0.0).to_numpy(float)
    hours = hours.reindex(columns=replications).fillna(0.0)
    found = ratio_contributions(hours.to_numpy(float), np.broadcast_to(count, hours.shape))
    return pd.DataFrame(np.nan_to_num(found), hours.index, hours.columns)


def _pair(tables: Sequence[pd.DataFrame], causes: Sequence[str], place: str | None = None) -> dict[str, Any] | None:
    """Facts of the sum over places of a cause, or of one place; None where neither run has any."""
    values = []
    for table in tables:
        rows = table[table.index.get_level_values("cause").isin(causes)]
        rows = rows if place is None else rows[rows.index.get_level_values("place") == place]
        values.append(rows.sum().to_numpy(float))
    if not any(v.any() for v in values):
        return None
    pair = paired(*values)
    facts = {name: interval_facts(getattr(pair, name)) for name in ("a", "b", "difference")}
    return facts | {"p_value": pair.p_value}
