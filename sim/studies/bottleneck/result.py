"""Candidates ranked by what one more unit of each would do."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite

import numpy as np
import pandas as pd

from sim.contract.plan import Cause
from sim.indicators import INDICATORS, Measure
from sim.record import Record, fields_of, named
from sim.report.estimate import Estimate
from sim.report.stranded import Stranded
from sim.statistics.intervals import NOT_REACHED, holm, paired

#: Causes of waiting that a larger capacity may shorten.
_QUEUES = tuple(cause.name.lower() for cause in (Cause.CAPACITY, Cause.VESSEL, Cause.ASSET))
#: Level at which a candidate is said to help, over all that were tried.
LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Candidate(Record):
    """Something that was tried with one unit more, and how much it is waited for and used without."""

    name: str
    kind: str
    title: str
    key: str  #: the parameter that is one unit larger
    now: float  #: in ``unit``
    step: float  #: one unit more, in ``unit``
    unit: str
    shipments_wait_h: float = field(metadata=named("lot_h"))  #: h a replication that reported shipments wait for it
    queue_h: float = field(metadata=named("mover_h"))  #: h a replication that anything queues for it
    used: float  #: share of the open capacity; of ships of their load
    run_id: str  #: of the run with one more unit


@dataclass(frozen=True, slots=True)
class RankedUnit(Candidate):
    """A candidate, and what one more unit of it does to the indicator that ranks."""

    effect: Estimate  #: change of the indicator, in its unit
    relative: float | None  #: effect as a share of the base's mean
    p_value: float | None
    p_adjusted: float | None  #: Holm's correction over all that were tried
    verdict: str
    others: Mapping[str, Estimate]  #: change of each other indicator, in its own unit


@dataclass(frozen=True, slots=True)
class Bottlenecks(Record):
    """Candidates ranked by the effect of one more unit of each."""

    measure: str  #: ``KPI of SCOPE`` that ranks
    words: str
    scope: str
    unit: str
    good: str  #: the good direction: ``higher`` or ``lower``
    base: Estimate  #: of the indicator, without any change
    other_units: Mapping[str, str]  #: units of the other indicators
    rows: tuple[RankedUnit, ...]  #: the most helpful first
    indicator: str  #: words of the indicator and its scope, as a sentence has them
    scenario: str
    title: str
    run_id: str  #: of the base
    seed: int
    replications: int
    candidates: int  #: how many there are; ``rows`` are those that were tried
    waits_of: tuple[str, ...]  #: flows whose waiting chose the candidates; none: all waiting
    not_arrived: tuple[Stranded, ...]


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


def ranked(
    tried: Sequence[Candidate],
    base: Mapping[Measure, Sequence[float]],
    values: Sequence[Mapping[Measure, Sequence[float]]],
) -> tuple[RankedUnit, ...]:
    """What one more unit of each candidate does, in pairs of replications with common random numbers.

    Args:
        tried: the candidates.
        base: indicator -> [replication] values without any change; the first indicator ranks.
        values: the same with one more unit of each candidate.

    Returns: from the most helpful to the most harmful; a candidate whose effect is not known, because shipments had
    not arrived, stands last.
    """
    first = next(iter(base))
    good = INDICATORS[first.kpi].good
    pairs = [paired(base[first], value[first]) for value in values]
    tested = [k for k, pair in enumerate(pairs) if pair.p_value is not None]
    adjusted = dict(zip(tested, holm([pairs[k].p_value or 0.0 for k in tested]), strict=True))
    rows = []
    for k, (one, pair) in enumerate(zip(tried, pairs, strict=True)):
        mean = pair.difference.mean
        row = RankedUnit(
            **fields_of(one),
            effect=Estimate.of(pair.difference),
            relative=mean / pair.a.mean if isfinite(mean) and pair.a.mean else None,
            p_value=pair.p_value,
            p_adjusted=adjusted.get(k),
            verdict=_verdict(mean, good, adjusted.get(k), pair.difference.n),
            others={str(m): Estimate.of(paired(base[m], values[k][m]).difference) for m in base if m != first},
        )
        rows.append(row)
    sign = -1 if good == "higher" else 1
    rows.sort(key=lambda row: np.inf if row.effect.mean is None else sign * row.effect.mean)
    return tuple(rows)


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
