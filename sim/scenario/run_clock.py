"""The clock of a run: from the dates and lengths of a scenario's period to its days and seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sim.clock import DAY_S, to_seconds


@dataclass(frozen=True)
class RunClock:
    """Where a run begins and ends. Warm-up, the period that is reported, and run-out follow each other.

    ``origin`` is the UTC day on which the run begins, its midnight second 0: a part of a day of warm-up counts as a
    whole one. ``period_start_s`` and ``period_end_s`` bound the period, ``end_s`` the run; all in seconds.
    """

    origin: date
    period_start_s: int
    period_end_s: int
    end_s: int

    @classmethod
    def of(cls, period_start: date, period_end: date, warm_up_s: int, run_out_s: int) -> RunClock:
        """The clock of a period from its first to its last day, both included, with warm-up and run-out in seconds."""
        origin = period_start - timedelta(days=-(-warm_up_s // DAY_S))
        period_end_s = to_seconds(period_end + timedelta(days=1), origin)
        return cls(origin, to_seconds(period_start, origin), period_end_s, period_end_s + run_out_s)

    @property
    def last_day(self) -> date:
        """The UTC day on which the last second of the run lies."""
        return self.origin + timedelta(days=(self.end_s - 1) // DAY_S)

    @property
    def after(self) -> date:
        """The first UTC day that lies wholly after the run."""
        return self.last_day + timedelta(days=1)
