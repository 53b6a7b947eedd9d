"""The stretches of a run in which demand is decided anew: its months, cut where a rival changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from sim.clock import month_start, months_between
from sim.model import demand
from sim.network.tables import Flow, Rival
from sim.network.world import World

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Stretches:
    """Stretches of days from the first of the month in which a run begins to the end of that in which it may end.

    ``days`` are the first days of the stretches and, last, the day after them all.
    """

    days: tuple[date, ...]
    origin: date
    end_s: int
    reported: tuple[date, date]  #: first day of the period, and the day after it

    @cached_property
    def months(self) -> tuple[date, ...]:
        """First days of the months, in order, and last the day after them all."""
        return (*(day for day in self.days[:-1] if day.day == 1), self.days[-1])

    @cached_property
    def month(self) -> I64:
        """[stretch] the number of its month."""
        return np.searchsorted(np.array(self.months, "M8[D]"), np.array(self.days[:-1], "M8[D]"), side="right") - 1

    @cached_property
    def month_end_s(self) -> I64:
        """[month] second of the run at which it ends."""
        return np.array([(day - self.origin).days * 86_400 for day in self.months[1:]], np.int64)

    @cached_property
    def in_period(self) -> F64:
        """[stretch] the part of its days that is reported."""
        first, after = self.reported
        parts = [
            max((min(end, after) - max(begin, first)).days, 0) / (end - begin).days
            for begin, end in pairwise(self.days)
        ]
        return np.array(parts)

    @property
    def quoted(self) -> tuple[date, ...]:
        """[stretch] the day whose quotes of rivals hold: the plan of the warm-up has the rivals of its own days in it
        already, so those of the period's first day hold before it, and those of its last day after it."""
        first, after = self.reported
        return tuple(min(max(day, first), after - timedelta(days=1)) for day in self.days[:-1])

    def planned(self, flow: Flow) -> F64:
        """[stretch] cargo units of a flow that would depart."""
        first, after = self.days[0], self.days[-1]
        cumulative = {0: 0.0}
        total = 0.0
        calendar = {m.number: m for m in demand.months(flow, first, (after - first).days * 86_400)}
        for begin in self.months[:-1]:
            month = calendar.get(begin.year * 12 + begin.month - 1)
            offset = (begin - first).days
            days = (month_start(*_next(begin)) - begin).days
            units = month.expected * flow.lot * flow.lots_together if month else 0.0
            for k in range(1, days + 1):
                cumulative[offset + k] = total + units * (float(month.cumulative[k]) if month else 0.0)
            total += units
        edges = [cumulative[(day - first).days] for day in self.days]
        return np.diff(edges)


def stretches(world: World, rivals: Collection[Rival]) -> Stretches:
    """Those of a world whose markets have these rivals."""
    clock = world.scenario.clock
    first = clock.origin.replace(day=1)
    last = clock.origin + timedelta(seconds=clock.end_s - 1)
    months = [month_start(year, month) for year, month in months_between(first, last)]
    after = month_start(*_next(months[-1]))
    period = (world.scenario.period_start, world.scenario.period_end + timedelta(days=1))
    changes = {day for rival in rivals for day in _changes(rival) if period[0] < day < period[1]}
    return Stretches((*sorted({*months, *changes}), after), clock.origin, clock.end_s, period)


def _changes(rival: Rival) -> Iterable[date]:
    for value in (rival.price, rival.time, rival.spread, rival.available):
        yield from value.dates


def _next(begin: date) -> tuple[int, int]:
    return (begin.year + begin.month // 12, begin.month % 12 + 1)
