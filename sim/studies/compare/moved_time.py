"""Where the time went and where the queue moved to: hours of a lot by cause and place, in pairs of replications."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pandas as pd

from sim.contract.plan import Cause
from sim.indicators import WAITING_CAUSES
from sim.record import OPTIONAL, Record
from sim.report.estimate import Estimate
from sim.statistics.intervals import ERROR_RATE, holm, paired
from sim.statistics.pooled import ratio_contributions

_CAUSES = [cause.name.lower() for cause in Cause]


class DelayRun(Protocol):
    """What is needed of a run."""

    @property
    def delays(self) -> pd.DataFrame:
        """Hours of reported lots by replication, flow, cause and place."""

    @property
    def kpis(self) -> pd.DataFrame:
        """Columns replication, kpi, scope, year, value, unit."""


@dataclass(frozen=True, slots=True)
class PairedTime(Record):
    """Hours of a shipment by one cause, over all places or waiting at one, in both runs, and the difference b - a."""

    cause: str
    place: str = field(metadata=OPTIONAL)  #: empty: all places together
    a: Estimate  #: h a shipment
    b: Estimate  #: h a shipment
    difference: Estimate  #: h a shipment
    p_value: float | None  #: that the difference is 0; None: nothing can be tested


@dataclass(frozen=True, slots=True)
class MovedTime(Record):
    """Where the time went, by cause and by place of waiting; places from the largest fall to the largest growth."""

    causes: tuple[PairedTime, ...]
    places: tuple[PairedTime, ...]
    next_bottleneck: PairedTime | None  #: where a shipment of b waits longest; None: nowhere
    grew_most: PairedTime | None  #: the largest growth of those shown, with Holm's correction; None: none is shown


def moved_time(run_a: DelayRun, run_b: DelayRun, flows: Sequence[str], replications: Sequence[int]) -> MovedTime:
    """Differences b - a of the mean hours of a lot, by cause and by place of waiting.

    Args:
        flows: the flows whose lots are counted, all together.
        replications: those that both runs have.
    """
    tables = [_hours_of_a_lot(run, flows, replications) for run in (run_a, run_b)]
    causes = tuple(filter(None, (_pair(tables, cause) for cause in _CAUSES)))
    spots = sorted({key for table in tables for key in table.index if key[0] in WAITING_CAUSES})
    places = list(filter(None, (_pair(tables, cause, place) for cause, place in spots)))
    places.sort(key=lambda row: _mean(row.difference))
    longest = max(places, key=lambda row: _mean(row.b), default=None)
    tested = [(row, row.p_value) for row in places if row.p_value is not None]
    adjusted = holm([p_value for _, p_value in tested])
    grown = [
        row
        for (row, _), p_adjusted in zip(tested, adjusted, strict=True)
        if p_adjusted <= ERROR_RATE and _mean(row.difference) > 0
    ]
    return MovedTime(causes, tuple(places), longest, grown[-1] if grown else None)


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


def _pair(tables: Sequence[pd.DataFrame], cause: str, place: str = "") -> PairedTime | None:
    """The sum over places of a cause, or one place; None where neither run has any."""
    values = []
    for table in tables:
        rows = table[table.index.get_level_values("cause") == cause]
        rows = rows if not place else rows[rows.index.get_level_values("place") == place]
        values.append(rows.sum().to_numpy(float))
    if not any(v.any() for v in values):
        return None
    pair = paired(*values)
    a, b, difference = map(Estimate.of, (pair.a, pair.b, pair.difference))
    return PairedTime(cause, place, a, b, difference, pair.p_value)


def _mean(found: Estimate) -> float:
    """The mean of hours, which are known of every replication."""
    assert found.mean is not None
    return found.mean
