"""A promise as a record: on which day cargo that leaves on a day is there, how surely, and what makes the late ones late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd

from sim.indicators import CAUSES
from sim.record import Record
from sim.statistics.pooled import quantile_of_sorted
from sim.statistics.shares import quantile_interval, share_interval

#: Shares for which the day is always given.
SHARES = (0.5, 0.8, 0.9, 0.95)
#: The part of the shipments that counts as the tail.
TAIL = 0.9


@dataclass(frozen=True, slots=True)
class PromisedDay(Record):
    """By the end of ``day`` (UTC) at least ``share`` of the shipments have arrived; days are counted from midnight to midnight."""

    share: float
    days: int | None  #: calendar days after departure; None: so many have not arrived when the runs stop
    low: int | None  #: lower end of the 95 % interval
    high: int | None  #: upper end; None: the shipments are too few to have one, or have not arrived
    day: str | None  #: ISO date


@dataclass(frozen=True, slots=True)
class AgreedDay(Record):
    """How likely it is to be there by a day that was agreed."""

    day: str  #: ISO date
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class TailCause(Record):
    """Hours of a shipment by one cause: of all, and of the slowest tenth."""

    cause: str
    all_h: float
    tail_h: float


@dataclass(frozen=True, slots=True)
class Promise(Record):
    """What can be promised for one flow in one world."""

    flow: str
    title: str
    world: str  #: as it is, or the interventions added
    run_id: str
    shipments: int
    worth: float  #: independent shipments that would tell as much about the promised share
    unfinished: int
    days: tuple[PromisedDay, ...]  #: of ``SHARES`` and the share asked for, the lowest first
    agreed: AgreedDay | None
    causes: tuple[TailCause, ...]  #: the largest difference first
    sure: float

    @property
    def promised(self) -> PromisedDay:
        """That of the share asked for."""
        return next(one for one in self.days if one.share == self.sure)


@dataclass(frozen=True, slots=True)
class MonthDays(Record):
    """Transit times, in days, of shipments of one flow that depart in one month of the year run."""

    flow: str
    month: int
    shipments: int
    p50: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class Promises(Record):
    """Promises of some flows that leave on one day, in one or two worlds."""

    scenario: str
    title: str
    leaves: str  #: ISO date
    first: str  #: first day of departure of the shipments that count
    last: str
    seed: int
    replications: int
    sure: float
    interventions: tuple[str, ...]
    promises: tuple[Promise, ...]
    months: tuple[MonthDays, ...] = ()
    months_run: str = ""


def calendar_days(shipments: pd.DataFrame) -> np.ndarray:
    """[n] midnights (UTC) between departure and arrival; infinite for what has not arrived."""
    nights = (shipments["landed"].dt.normalize() - shipments["set_out"].dt.normalize()).dt.days
    return nights.to_numpy(float, na_value=np.inf)


def promise(
    shipments: pd.DataFrame, replications: int, leaves: date, sure: float, by: date | None, **named: Any
) -> Promise:
    """Work out a promise from the shipments of one flow.

    Args:
        shipments: rows of a run's table, at least one.
        replications: how many the run has.
        sure: the share asked for, between 0 and 1.
        by: a day that was agreed.
        named: ``flow``, ``title``, ``world``, ``run_id``.
    """
    days, cluster = calendar_days(shipments), shipments["replication"].to_numpy(np.int64)
    told = []
    for share in sorted({*SHARES, sure}):
        found, low, high = quantile_interval(days, cluster, replications, share)
        whole = [int(x) if isfinite(x) else None for x in (found, low, high)]
        day = None if whole[0] is None else str(leaves + timedelta(days=whole[0]))
        told.append(PromisedDay(share, whole[0], whole[1], whole[2], day))
    agreed = None
    if by is not None:
        chance = share_interval(days <= (by - leaves).days, cluster, replications)
        agreed = AgreedDay(str(by), chance.share, chance.low, chance.high)
    promised = next(one for one in told if one.share == sure)
    limit = np.inf if promised.days is None else promised.days
    return Promise(
        shipments=len(days),
        worth=share_interval(days <= limit, cluster, replications).worth,
        unfinished=int(np.isinf(days).sum()),
        days=tuple(told),
        agreed=agreed,
        causes=tail_causes(shipments, days),
        sure=sure,
        **named,
    )


def tail_causes(shipments: pd.DataFrame, days: np.ndarray) -> tuple[TailCause, ...]:
    """Mean hours by cause of all shipments and of the slowest tenth; those not arrived count until the run stops."""
    slowest = np.argsort(days, kind="stable")[-max(1, round(len(days) * (1 - TAIL))) :]
    found = []
    for cause in CAUSES:
        hours = shipments[f"{cause}_h"].to_numpy(float)
        found.append(TailCause(cause, float(hours.mean()), float(hours[slowest].mean())))
    return tuple(sorted(found, key=lambda one: one.all_h - one.tail_h))


def by_month(shipments: pd.DataFrame, flow: str) -> tuple[MonthDays, ...]:
    """P50 and P95 of the transit times of one flow's shipments, by calendar month of departure."""
    months = shipments["set_out"].dt.month.to_numpy()
    days = np.where(shipments["landed"].isna(), np.inf, shipments["transit_h"].to_numpy(float, na_value=np.inf) / 24)
    found = []
    for month in sorted(set(months.tolist())):
        own = np.sort(days[months == month])
        p50, p95 = (quantile_of_sorted(own, share) for share in (0.5, 0.95))
        found.append(MonthDays(flow, month, len(own), *(x if isfinite(x) else None for x in (p50, p95))))
    return tuple(found)


def percent(found: AgreedDay) -> str:
    """``78 % (70 to 85 %)``."""
    return f"{found.share:.0%} ({found.low:.0%} to {found.high:.0%})"
