"""Recovery after a disruption: how long after its end until journeys are as short again as without it.

The run with the disruption is held against the run without, replication by replication. Lots are grouped
by the week, counted from the end of the disruption, in which they set out. Recovered is the first of
``STEADY_WEEKS`` weeks one after the other whose mean transit time is at most ``TOLERANCE`` above that of
the run without. The time to recovery is one side of the triangle of Bruneau et al. (2003), Earthquake
Spectra 19, 733-752; tolerance and weeks are this program's own assumptions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.ledger import CAUSE_COLUMNS
from sim.errors import InputError, Problem
from sim.record import Record
from sim.report.common_flows import ShipmentRun
from sim.report.estimate import Estimate
from sim.statistics.intervals import interval

TOLERANCE = 0.05
STEADY_WEEKS = 2


@dataclass(frozen=True, slots=True)
class Recovery(Record):
    """How long after a disruption journeys are as without it again, and how bad the worst week after it was."""

    end: str  #: first day after the disruption
    tolerance: float  #: share by which the mean transit time of a week may be longer
    weeks: int  #: how many weeks one after the other that must hold
    days: Estimate  #: from the end until it holds; no mean where a replication has not recovered by the period's end
    recovered: int  #: replications that have
    replications: int
    worst_excess: Estimate  #: share by which the worst week after the end is longer


@dataclass(frozen=True, slots=True)
class UnseenRecovery(Record):
    """A disruption after whose end the period leaves nothing to be seen, and why."""

    end: str
    note: str


def recovery(
    run_a: ShipmentRun,
    run_b: ShipmentRun,
    flows: Sequence[str],
    replications: Sequence[int],
    end: date | None = None,
) -> Recovery | UnseenRecovery | None:
    """Days from the end of b's disruption until journeys are as in a, and how bad its worst week was.

    Args:
        flows: the flows whose lots are counted, all together.
        end: first day without the disruption; default: the last end of a disruption that b has and a has not.

    Returns: None if b has no disruption.

    Raises InputError if ``end`` is not in the period.
    """
    period = run_b.manifest["resolved"]["period"]
    start, last = (date.fromisoformat(str(period[edge])) for edge in ("start", "end"))
    if end:
        check_disruption_end(end, period)
    ends = [end] if end else disruptions_end(run_a.manifest, run_b.manifest)
    if not ends:
        return None
    first = max(ends)
    weeks = (last - first + timedelta(days=1)).days // 7
    unseen = _unseen(first, start, last, weeks)
    if unseen:
        return UnseenRecovery(first.isoformat(), unseen)
    means = [_weekly_means(run, flows, replications, first, weeks) for run in (run_a, run_b)]
    days = [recovery_days(a, b) for a, b in zip(*means, strict=True)]
    excess = [
        float(np.nanmax(b / a - 1, initial=0.0)) if np.isfinite(a).any() else 0.0 for a, b in zip(*means, strict=True)
    ]
    return Recovery(
        end=first.isoformat(),
        tolerance=TOLERANCE,
        weeks=STEADY_WEEKS,
        days=Estimate.of(interval(days)),
        recovered=int(np.isfinite(days).sum()),
        replications=len(days),
        worst_excess=Estimate.of(interval(excess)),
    )


def check_disruption_end(end: date, period: Mapping[str, Any]) -> None:
    """Raise InputError if the day is outside the period, or leaves too little of it to see a recovery."""
    start, last = (date.fromisoformat(str(period[edge])) for edge in ("start", "end"))
    unseen = _unseen(end, start, last, (last - end + timedelta(days=1)).days // 7)
    if unseen:
        raise InputError([Problem(f"{unseen}; the period is {start} to {last}", "--disruption-end")])


def _unseen(first: date, start: date, last: date, weeks: int) -> str:
    """Why nothing can be seen of a recovery from that day on; empty if it can."""
    if not start <= first <= last:
        return f"the disruption ends on {first}, {'before' if first < start else 'after'} the period"
    if weeks < STEADY_WEEKS:
        left = "no whole week" if weeks == 0 else "one whole week" if weeks == 1 else f"{weeks} whole weeks"
        return f"{left} of the period left after {first}; a recovery takes {STEADY_WEEKS} to show"
    return ""


def disruptions_end(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[date]:
    """First days after the disruptions that manifest b has and a has not: interventions of that kind that end."""
    known = [_key(change) for change in a.get("changes", [])]
    disruptions = {use["id"] for use in b.get("interventions", []) if use["kind"] == "disruption"}
    own = [change for change in b.get("changes", []) if change["label"] in disruptions and _key(change) not in known]
    return sorted({date.fromisoformat(str(change["until"])) for change in own if change.get("until")})


def recovery_days(without: np.ndarray, with_: np.ndarray) -> float:
    """Days from the end of a disruption to the first week from which journeys are as without it.

    Args:
        without, with_: [weeks] mean transit time of lots that set out in each week, NaN without lots.

    Returns: a multiple of 7; infinite if it does not happen in the weeks given. Weeks without lots are passed over.
    """
    known = np.flatnonzero(~np.isnan(without) & ~np.isnan(with_))
    well = with_[known] <= (1 + TOLERANCE) * without[known]
    for k in range(len(known) - STEADY_WEEKS + 1):
        if well[k : k + STEADY_WEEKS].all():
            return float(7 * known[k])
    return float("inf")


def _weekly_means(
    run: ShipmentRun, flows: Sequence[str], replications: Sequence[int], first: date, weeks: int
) -> np.ndarray:
    """[replications, weeks] mean transit hours, of lots that have not landed those so far; NaN without lots."""
    lots = run.shipments
    lots = lots[lots["reported"] & lots["flow"].isin(flows)]
    week = (lots["set_out"] - pd.Timestamp(first, tz="UTC")).dt.days // 7
    hours = lots["transit_h"].fillna(lots[list(CAUSE_COLUMNS)].sum(axis=1))
    means = hours.groupby([lots["replication"], week]).mean().unstack()
    return means.reindex(index=replications, columns=range(weeks)).to_numpy(float)


def _key(change: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(change.get(field)) for field in ("key", "action", "value", "label", "since", "until"))
