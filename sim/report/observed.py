"""Published outcomes beside the model's: the same quantity, the same year, its role, and how far off it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol

import numpy as np

from sim.analysis.passages import pair_of
from sim.report.estimate import Estimate
from sim.report.published import Published
from sim.report.published_line import PublishedLine
from sim.report.verdicts import UNKNOWN_ROLE
from sim.statistics.intervals import interval

_VOLUME = {"tonnes": "volume_tonnes", "teu": "volume_teu", "wagons": "volume_wagons", "units": "volume_units"}


class ValuesOf(Protocol):
    """Values of indicators over replications."""

    def of(self, kpi: str, scope: str, year: int = 0) -> Any:
        """[n] values in order of replication."""


def observed_lines(
    values: ValuesOf,
    world: Mapping[str, Any],
    standings: Mapping[str, Mapping[str, str]] | None = None,
    base_year: int | None = None,
) -> list[PublishedLine]:
    """One line a published outcome that is an indicator of a run, and whose whole year lies in the period.

    Times are compared by the mean over lots, unfinished ones counted until the run stops; volumes by what landed.
    ``standings`` are the roles by id with their reasons, as ``sim.network.roles`` works them out; ``base_year`` is the
    year for which the run stands as it ran: levels of other years and of what-ifs are not judged.
    """
    period = world.get("period") or {}
    lines = []
    for name, row in sorted((world.get("observed") or {}).items()):
        if not _whole_year(row["year"], period) or not _is_indicator(row):
            continue
        standing = (standings or {}).get(name, UNKNOWN_ROLE)
        published = Published.of_observation(name, row, standing["role"], standing["why"])
        model = Estimate.of(interval(_modelled(values, row)))
        lines.append(PublishedLine.of(published, row["quantity"], model, base_year))
    return lines


def _is_indicator(row: Mapping[str, Any]) -> bool:
    """Whether an indicator of a run expresses the figure; ``corridor validate`` measures the others from its tables."""
    if row["quantity"] in _VOLUME:
        return row.get("months") is None
    return row["quantity"] != "trains" and pair_of(row) is not None


def _modelled(values: ValuesOf, row: Mapping[str, Any]) -> Any:
    pair = pair_of(row)
    if pair is not None and pair.stays:
        return 24 * np.asarray(values.of("between_mean", pair.scope, row["year"]), float)
    if pair is not None:
        return values.of("between_mean", pair.scope, row["year"])
    if row.get("from_node") or row.get("to_node"):
        return []  # volumes between nodes are not counted
    kpi, flows = _VOLUME[row["quantity"]], row.get("flows")
    if not flows:
        return values.of(kpi, "corridor", row["year"])
    parts = [np.asarray(values.of(kpi, flow, row["year"]), float) for flow in flows]
    parts = [part for part in parts if len(part)]
    return np.sum(parts, axis=0) if parts else []


def _whole_year(year: int, period: Mapping[str, Any]) -> bool:
    if "start" not in period or "end" not in period:
        return False
    start, end = (date.fromisoformat(str(period[k])) for k in ("start", "end"))
    return start <= date(year, 1, 1) and date(year, 12, 31) <= end
