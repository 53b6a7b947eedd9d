"""Indicators over replications: look them up by name, scope and year, with their intervals and what must be said."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sim.indicators import INDICATORS
from sim.report.texttable import interval_facts, number
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

    def facts(self, kpi: str, scope: str, year: int = 0) -> dict[str, Any]:
        """Mean, half-width and note as plain data."""
        return self.with_note(interval(self.of(kpi, scope, year)), kpi, scope, year)

    def with_note(self, found: Interval, kpi: str, scope: str, year: int = 0) -> dict[str, Any]:
        """An interval of that indicator as plain data, with what must be said beside it."""
        facts = interval_facts(found)
        notes = [note for note in (facts.pop("note", ""), self.note(kpi, scope, year)) if note]
        if notes[1:] and notes[0] == NOT_REACHED:  # the second says it with the number
            del notes[0]
        return facts | ({"note": "; ".join(notes)} if notes else {})

    def note(self, kpi: str, scope: str, year: int = 0) -> str:
        """What must be said beside a transit time: shipments that have not arrived, or few shipments; else empty."""
        family = kpi.partition("_")[0]
        of = "transit" if family == "time" else family
        if of not in ("transit", "between") or INDICATORS[kpi].kind == "count":
            return ""
        lots, left = (float(sum(self.of(f"{of}_{what}", scope, year))) for what in ("lots", "unfinished"))
        contributions = self.of(kpi, scope, year)
        replications, notes = len(contributions), []
        if not lots:  # a table of this indicator alone
            return ""
        if INDICATORS[kpi].kind == "quantile":
            if replications and contributions[0] == float("inf"):
                notes.append(f"{NOT_REACHED}: {number(left)} of {number(lots)} shipments have not arrived")
            if replications and lots / replications < FEW:
                notes.append(f"few shipments: {number(lots / replications)} a replication")
        elif left:
            notes.append(f"{number(left)} of {number(lots)} shipments have not arrived; counted until the run stops")
        return "; ".join(notes)

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
