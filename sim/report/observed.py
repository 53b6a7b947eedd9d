"""Published outcomes beside the model's: the same quantity, the same year, its role, and how far off it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol

import numpy as np

from sim.analysis.passages import pair_of
from sim.report.texttable import interval_facts
from sim.report.verdicts import UNKNOWN_ROLE, verdict
from sim.statistics.intervals import interval

_VOLUME = {"tonnes": "volume_tonnes", "teu": "volume_teu", "wagons": "volume_wagons", "units": "volume_units"}


class ValuesOf(Protocol):
    """Values of indicators over replications."""

    def of(self, kpi: str, scope: str, year: int = 0) -> Any:
        """[n] values in order of replication."""


def observed_lines(
    values: ValuesOf,
    world: dict[str, Any],
    standings: Mapping[str, Mapping[str, str]] | None = None,
    base_year: int | None = None,
) -> list[dict[str, Any]]:
    """One line a published outcome that is an indicator of a run, and whose whole year lies in the period.

    Times are compared by the mean over lots, unfinished ones counted until the run stops; volumes by what landed.
    ``miss`` is model / published - 1; None where the model has no value. ``standings`` are the roles by id with their
    reasons, as ``sim.network.roles`` works them out; ``base_year`` is the year for which the run stands as it ran: levels
    of other years and of what-ifs are not judged.
    """
    period = world.get("period") or {}
    lines = []
    for name, row in sorted((world.get("observed") or {}).items()):
        if not _whole_year(row["year"], period) or not _is_indicator(row):
            continue
        model = interval_facts(interval(_modelled(values, row)))
        mean = model["mean"]
        role = (standings or {}).get(name, UNKNOWN_ROLE)
        word, why = verdict(row, model, role["role"], base_year)
        lines.append(
            {
                "id": name,
                "what": _what(row),
                "quantity": row["quantity"],
                "unit": row["unit"],
                "year": row["year"],
                "months": row.get("months"),
                "observed": row["value"],
                "low": row.get("low"),
                "high": row.get("high"),
                "model": model,
                "miss": None if mean is None or not row["value"] else mean / row["value"] - 1,
                "source": row.get("source"),
                "grade": row.get("grade"),
                "role": role["role"],
                "role_why": role["why"],
                "verdict": word,
                "verdict_why": why,
            }
        )
    return lines


def _is_indicator(row: Mapping[str, Any]) -> bool:
    """Whether an indicator of a run expresses the figure; ``corridor validate`` measures the others from its tables."""
    if row["quantity"] in _VOLUME:
        return row.get("months") is None
    return row["quantity"] != "trains" and pair_of(row) is not None


def _modelled(values: ValuesOf, row: dict[str, Any]) -> Any:
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


def _what(row: dict[str, Any]) -> str:
    if row.get("title"):
        return str(row["title"])
    between = f" {row['from_node']} to {row['to_node']}" if row.get("from_node") else ""
    flows = f" ({', '.join(row['flows'])})" if row.get("flows") else ""
    return row["quantity"].replace("_", " ") + between + flows


def _whole_year(year: int, period: dict[str, Any]) -> bool:
    if "start" not in period or "end" not in period:
        return False
    start, end = (date.fromisoformat(str(period[k])) for k in ("start", "end"))
    return start <= date(year, 1, 1) and date(year, 12, 31) <= end
