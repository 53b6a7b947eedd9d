"""The simplest world: lots set out at one node, pass stations in order, and go one second by road."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.oracle.world import Rows

HOUR_S = 3_600


def exponential(hours: float) -> dict[str, Any]:
    """An exponential duration."""
    return {"dist": "exponential", "mean": f"{hours} h"}


def per_hour(rate: float) -> float:
    """Yearly quantity, in a year of 365 days, of ``rate`` lots of one unit an hour."""
    return rate * 24 * 365


def line(stations: Sequence[tuple[str, Mapping[str, Any] | None, Mapping[str, Any]]], flows: Rows) -> dict[str, Rows]:
    """Tables of a line of stations.

    ``stations`` are (name, facility fields, process fields); with None for a facility it is a pure
    delay. The operation of station ``x`` is ``process/x``. Every flow goes from ``a`` to ``b``.
    """
    facilities = {name: {"node": "a", **facility} for name, facility, _ in stations if facility is not None}
    processes = {
        name: {"node": "a", "order": k, **({} if facility is None else {"facility": name}), **process}
        for k, (name, facility, process) in enumerate(stations)
    }
    return {
        "nodes": {"a": {}, "b": {}},
        "links": {"ab": {"from": "a", "to": "b"}},
        "facilities": facilities,
        "processes": processes,
        "flows": {name: {"origin": "a", "destination": "b", **flow} for name, flow in flows.items()},
    }
