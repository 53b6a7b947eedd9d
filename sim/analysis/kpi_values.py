"""Indicators over replications: look them up by name, scope and year, with their intervals."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sim.analysis.intervals import interval
from sim.analysis.texttable import interval_facts


class Values:
    """Values of indicators over replications."""

    def __init__(self, kpis: pd.DataFrame) -> None:
        self.table = kpis.astype({"kpi": str, "scope": str}).sort_values("replication", kind="stable")
        self.groups = {key: rows["value"].to_numpy(float) for key, rows in self.table.groupby(["kpi", "scope", "year"])}

    def has(self, kpi: str, scope: str, year: int = 0) -> bool:
        """Whether some replication has a value."""
        return (kpi, scope, year) in self.groups

    def of(self, kpi: str, scope: str, year: int = 0) -> Any:
        """[n] values in order of replication; empty if there is none."""
        return self.groups.get((kpi, scope, year), [])

    def facts(self, kpi: str, scope: str, year: int = 0) -> dict[str, Any]:
        """Mean, half-width and note as plain data."""
        return interval_facts(interval(self.of(kpi, scope, year)))

    def scopes(self, kpi: str) -> list[str]:
        """Scopes of an indicator in the order in which they were written."""
        return list(dict.fromkeys(self.table.loc[self.table["kpi"] == kpi, "scope"]))

    def years(self) -> list[int]:
        """Calendar years that the period touches."""
        return sorted({int(y) for y in self.table["year"]} - {0})

    def largest(self, kpi: str, count: int) -> list[str]:
        """Scopes with the largest mean above zero."""
        mean = self.table[(self.table["kpi"] == kpi) & (self.table["year"] == 0)].groupby("scope")["value"].mean()
        return list(mean[mean > 0].sort_values(ascending=False, kind="stable").index[:count])
