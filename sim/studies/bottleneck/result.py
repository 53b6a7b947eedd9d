"""Candidates ranked by what one more unit of each would do, as plain data."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd

from sim.contract.plan import Cause
from sim.indicators import INDICATORS, Measure
from sim.report.texttable import interval_facts
from sim.statistics.intervals import NOT_REACHED, holm, paired

#: Causes of waiting that a larger capacity may shorten.
_QUEUES = tuple(cause.name.lower() for cause in (Cause.CAPACITY, Cause.VESSEL, Cause.ASSET))
#: Level at which a candidate is said to help, over all that were tried.
LEVEL = 0.05


def load_of_places(kpis: pd.DataFrame, delays: pd.DataFrame, flows: Collection[str] = ()) -> pd.DataFrame:
    """How much is waited for at each place, and how far it is used: means over replications, indexed by place.

    Args:
        kpis, delays: tables of a run.
        flows: whose shipments' waiting counts; none: that of all.

    Returns: ``lot_h`` (hours that reported shipments waited for capacity, vessels or equipment), ``mover_h`` (hours
        that anything queued) and ``used`` (share of the open capacity; of a service the load share of its ships).
    """
    whole = kpis[kpis["year"] == 0].astype({"kpi": str, "scope": str})
    mean = whole.groupby(["kpi", "scope"])["contribution"].mean()
    replications = max(1, kpis["replication"].nunique())  # every indicator has a row in every replication
    waits = delays[delays["cause"].astype(str).isin(_QUEUES)].astype({"place": str})
    if flows:
        waits = waits[waits["flow"].astype(str).isin(flows)]
    columns = {"lot_h": waits.groupby("place")["hours"].sum() / replications}
    for column, kpi in (("mover_h", "wait_total"), ("used", "utilisation")):
        columns[column] = mean.loc[kpi] if kpi in mean.index else pd.Series(dtype=float)
    if "load_share" in mean.index:
        columns["used"] = pd.concat([columns["used"], mean.loc["load_share"]])
    return pd.DataFrame(columns).fillna(0.0)


def most_loaded(load: pd.DataFrame, count: int) -> list[int]:
    """Row numbers of ``count`` candidates: in turns the next by each column, such as shipments' waiting and use.

    ``load`` has columns of ``load_of_places``, one row a candidate. Candidates that nobody used and
    nobody waited for are never taken.
    """
    lists = [[int(k) for k in np.argsort(-load[c].to_numpy(), kind="stable") if load[c].iloc[k] > 0] for c in load]
    chosen: dict[int, None] = {}
    for place in range(max(map(len, lists), default=0)):
        for ranked in lists:
            if place < len(ranked) and len(chosen) < count:
                chosen.setdefault(ranked[place])
    return list(chosen)


def ranking(
    tried: Sequence[Mapping[str, Any]],
    base: Mapping[Measure, Sequence[float]],
    values: Sequence[Mapping[Measure, Sequence[float]]],
    units: Mapping[Measure, str],
) -> dict[str, Any]:
    """What one more unit of each candidate does, in pairs of replications on the same luck.

    Args:
        tried: facts of each candidate, carried over into its row.
        base: indicator -> [replication] values without any change; the first indicator ranks.
        values: the same with one more unit of each candidate.
        units: indicator -> unit.

    Returns: ``measure``, ``words``, ``unit``, ``good``, ``base`` and ``rows``, from the most helpful to the most
    harmful: the facts, ``effect`` (difference and its 95 % half-width), ``relative``, ``p_value``, ``p_adjusted`` (Holm
    over all that were tried), ``verdict``, and ``others`` (effects in the other indicators). A candidate whose
    effect is not known, because lots had not landed, stands last.
    """
    first = next(iter(base))
    good = INDICATORS[first.kpi].good
    pairs = [paired(base[first], value[first]) for value in values]
    tested = [k for k, pair in enumerate(pairs) if pair.p_value is not None]
    adjusted = dict(zip(tested, holm([pairs[k].p_value or 0.0 for k in tested]), strict=True))
    rows = []
    for k, (facts, pair) in enumerate(zip(tried, pairs, strict=True)):
        mean = pair.difference.mean
        others = {m: paired(base[m], values[k][m]).difference for m in base if m != first}
        rows.append(
            {
                **facts,
                "effect": interval_facts(pair.difference),
                "relative": mean / pair.a.mean if isfinite(mean) and pair.a.mean else None,
                "p_value": pair.p_value,
                "p_adjusted": adjusted.get(k),
                "verdict": _verdict(mean, good, adjusted.get(k), pair.difference.n),
                "others": {str(m): interval_facts(found) for m, found in others.items()},
            }
        )
    sign = -1 if good == "higher" else 1
    rows.sort(key=lambda row: np.inf if row["effect"]["mean"] is None else sign * row["effect"]["mean"])
    return {
        "measure": str(first),
        "words": INDICATORS[first.kpi].words,
        "scope": first.scope,
        "unit": units[first],
        "good": good,
        "base": interval_facts(paired(base[first], base[first]).a),
        "other_units": {str(m): units[m] for m in base if m != first},
        "rows": rows,
    }


def _verdict(mean: float, good: str, p_adjusted: float | None, n: int) -> str:
    if not isfinite(mean):
        return NOT_REACHED
    if mean == 0:
        return "changes nothing"
    if n < 2:
        return "one replication"
    if p_adjusted is None or p_adjusted > LEVEL:
        return "no effect shown"
    return "helps" if (mean > 0) == (good == "higher") else "harms"
