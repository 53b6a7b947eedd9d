"""Indicators over replications: look them up by name, scope and year, with their intervals and what must be said."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sim.indicators import INDICATORS, SAMPLE_OF, SAMPLES, Measure
from sim.report.estimate import Estimate
from sim.report.texttable import plain_number as number
from sim.statistics.intervals import NOT_REACHED, Interval, interval

#: Shipments a replication below which a quantile rests on few of them, and is said to.
FEW = 20


class Values:
    """Indicators over replications: pooled statistics, and what each replication contributes to them."""

    def __init__(self, kpis: pd.DataFrame) -> None:
        self.table = kpis.astype({"kpi": str, "scope": str}).sort_values("replication", kind="stable")
        self.groups = {
            key: rows["contribution"].to_numpy(float) for key, rows in self.table.groupby(["kpi", "scope", "year"])
        }

    def has(self, kpi: str, scope: str, year: int = 0) -> bool:
        """Whether some replication has a value."""
        return (kpi, scope, year) in self.groups

    def of(self, kpi: str, scope: str, year: int = 0) -> Any:
        """[n] contributions in order of replication; empty if there is none."""
        return self.groups.get((kpi, scope, year), [])

    def estimate(self, kpi: str, scope: str, year: int = 0) -> Estimate:
        """Mean and half-width, with what must be said beside them."""
        return self.noted(interval(self.of(kpi, scope, year)), kpi, scope, year)

    def noted(self, found: Interval, kpi: str, scope: str, year: int = 0) -> Estimate:
        """An interval of that indicator with what must be said beside it."""
        notes = [note for note in (found.note, self.note(kpi, scope, year)) if note]
        if notes[1:] and notes[0] == NOT_REACHED:  # the second says it with the number
            del notes[0]
        return Estimate.of(found, "; ".join(notes))

    def note(self, kpi: str, scope: str, year: int = 0) -> str:
        """What must be said beside a time: shipments that have not arrived, or few shipments; else empty."""
        known = INDICATORS[kpi]
        if known.family not in SAMPLE_OF or known.kind == "count":
            return ""
        of = SAMPLES[SAMPLE_OF[known.family]]
        lots, left = (float(sum(self.of(count, scope, year))) for count in (of.lots, of.unfinished))
        contributions = self.of(kpi, scope, year)
        replications, notes = len(contributions), []
        if not lots:  # a table of this indicator alone
            return ""
        if known.kind == "quantile":
            if replications and contributions[0] == float("inf"):
                notes.append(f"{NOT_REACHED}: {number(left)} of {number(lots)} shipments have not {of.end}")
            if replications and lots / replications < FEW:
                notes.append(f"few shipments: {number(lots / replications)} a replication")
        elif left:
            notes.append(f"{number(left)} of {number(lots)} shipments have not {of.end}; counted until the run stops")
        return "; ".join(notes)

    def unit(self, kpi: str) -> str:
        """Unit of an indicator: that of the run, which may be older than the register."""
        rows = self.table.loc[self.table["kpi"] == kpi, "unit"]
        return str(rows.iloc[0]) if len(rows) else INDICATORS[kpi].unit

    def measures(self, year: int = 0) -> list[Measure]:
        """Every indicator and scope that there is in a year."""
        return [Measure(kpi, scope) for kpi, scope, of_year in self.groups if of_year == year]

    def scopes(self, kpi: str) -> list[str]:
        """Scopes of an indicator in the order in which they were written."""
        return list(dict.fromkeys(self.table.loc[self.table["kpi"] == kpi, "scope"]))

    def years(self) -> list[int]:
        """Calendar years that the period touches."""
        return sorted({int(y) for y in self.table["year"]} - {0})

    def largest(self, kpi: str, count: int) -> list[str]:
        """Scopes with the largest mean above zero."""
        rows = self.table[(self.table["kpi"] == kpi) & (self.table["year"] == 0)]
        mean = rows.groupby("scope")["contribution"].mean()
        return list(mean[mean > 0].sort_values(ascending=False, kind="stable").index[:count])
