"""Published outcomes beside the model's: the same quantity, the same year, and by how much it misses."""

from __future__ import annotations

from datetime import date
from typing import Any, Protocol

import numpy as np

from sim.analysis.intervals import interval
from sim.analysis.texttable import interval_facts

_VOLUME = {"tonnes": "volume_tonnes", "teu": "volume_teu"}


class ValuesOf(Protocol):
    """Values of indicators over replications."""

    def of(self, kpi: str, scope: str, year: int = 0) -> Any:
        """[n] values in order of replication."""


def observed_lines(values: ValuesOf, world: dict[str, Any]) -> list[dict[str, Any]]:
    """One line a published outcome whose whole year lies in the period.

    Transit times are compared by the median over lots, which late or unfinished lots do not move;
    volumes by what landed. ``miss`` is model / published - 1; None where the model has no value.
    """
    period = world.get("period") or {}
    lines = []
    for name, row in sorted((world.get("observed") or {}).items()):
        if not _whole_year(row["year"], period):
            continue
        model = interval_facts(interval(_modelled(values, row)))
        mean = model["mean"]
        lines.append(
            {
                "id": name,
                "what": _what(row),
                "quantity": row["quantity"],
                "unit": row["unit"],
                "year": row["year"],
                "observed": row["value"],
                "low": row.get("low"),
                "high": row.get("high"),
                "model": model,
                "miss": None if mean is None or not row["value"] else mean / row["value"] - 1,
                "source": row.get("source"),
                "grade": row.get("grade"),
            }
        )
    return lines


def pair_scope(from_node: str, to_node: str, flows: Any) -> str:
    """The scope under which a transit time between nodes is stored."""
    return f"{from_node}->{to_node}" + (f" ({','.join(flows)})" if flows else "")


def _modelled(values: ValuesOf, row: dict[str, Any]) -> Any:
    if row["quantity"] == "transit_time":
        scope = pair_scope(str(row.get("from_node")), str(row.get("to_node")), row.get("flows"))
        return values.of("between_p50", scope, row["year"])
    if row.get("from_node") or row.get("to_node"):
        return []  # volumes between nodes are not counted
    kpi, flows = _VOLUME[row["quantity"]], row.get("flows")
    if not flows:
        return values.of(kpi, "corridor", row["year"])
    parts = [np.asarray(values.of(kpi, flow, row["year"]), float) for flow in flows]
    parts = [part for part in parts if len(part)]
    return np.sum(parts, axis=0) if parts else []


def _what(row: dict[str, Any]) -> str:
    between = f" {row['from_node']} to {row['to_node']}" if row.get("from_node") else ""
    flows = f" ({', '.join(row['flows'])})" if row.get("flows") else ""
    return row["quantity"].replace("_", " ") + between + flows


def _whole_year(year: int, period: dict[str, Any]) -> bool:
    if "start" not in period or "end" not in period:
        return False
    start, end = (date.fromisoformat(str(period[k])) for k in ("start", "end"))
    return start <= date(year, 1, 1) and date(year, 12, 31) <= end
