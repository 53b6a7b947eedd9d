"""The worth of each part of a package as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import hypot
from typing import Any, Protocol

import numpy as np

from sim.indicators import INDICATORS, Measure
from sim.report.texttable import interval_facts
from sim.statistics.intervals import interval
from sim.statistics.shapley import Design, Worth, apart, worths


class NamedPart(Protocol):
    """A part of a package."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def members(self) -> tuple[str, ...]:
        """The interventions or parameters that it bundles."""


def decomposition(
    plan: Design,
    parts: Sequence[NamedPart],
    values: Mapping[Measure, Sequence[np.ndarray]],
    units: Mapping[Measure, str],
) -> dict[str, Any]:
    """What each part is worth in each indicator, with 95 % intervals over replications.

    Args:
        plan: which subsets were run.
        parts: in the order of the design.
        values: indicator -> [replication] values of each subset, in the order of ``plan.subsets``.
        units: indicator -> unit.

    Returns: ``exact`` (or estimated from ``orders``), ``subsets`` (how many were run), ``parts`` (name, members) and
    ``measures``, the first the primary: measure, words, unit, good, base, package, ``total`` (package - base),
    ``interaction`` (total - sum of alone), ``parts``: part, alone, last, shapley, share (of the total; None
    where the total is not shown to differ from 0), sampling_half_width (from the orders drawn), and
    shapley_half_width_in_all (luck and orders, which are independent: the root of the sum of their squares).
    Parts stand in order of their size.
    """
    return {
        "exact": not plan.orders,
        "orders": len(plan.orders),
        "subsets": len(plan.subsets),
        "parts": [{"part": part.name, "members": list(part.members)} for part in parts],
        "measures": [_measure(plan, parts, m, of, units[m]) for m, of in values.items()],
    }


def worth_rows(result: dict[str, Any]) -> list[dict[str, Any]]:
    """One row an indicator and part, intervals as columns."""
    rows = []
    for found in result["measures"]:
        for row in found["parts"]:
            ends = [(key, end) for key in ("alone", "last", "shapley") for end in ("mean", "half_width")]
            flat = {f"{key}_{end}": row[key][end] for key, end in ends}
            rows.append(
                {
                    "measure": found["measure"],
                    "unit": found["unit"],
                    "part": row["part"],
                    **flat,
                    "share": row["share"],
                    "sampling_half_width": row["sampling_half_width"],
                }
            )
    return rows


def _measure(
    plan: Design, parts: Sequence[NamedPart], m: Measure, of: Sequence[np.ndarray], unit: str
) -> dict[str, Any]:
    values = dict(zip(plan.subsets, of, strict=True))
    base, package = values[frozenset()], values[frozenset(range(plan.parts))]
    found = worths(plan, values)
    change = apart(package, base)
    total = interval(change)
    rows = [
        _part(part.name, worth, total.mean if total.excludes_zero else None)
        for part, worth in zip(parts, found, strict=True)
    ]
    rows.sort(key=lambda row: -abs(row["shapley"]["mean"] or 0.0))
    return {
        "measure": str(m),
        "scope": m.scope,
        "words": INDICATORS[m.kpi].words,
        "unit": unit,
        "good": INDICATORS[m.kpi].good,
        "base": interval_facts(interval(base)),
        "package": interval_facts(interval(package)),
        "total": interval_facts(total),
        "interaction": interval_facts(interval(apart(change, np.sum([w.alone for w in found], axis=0)))),
        "parts": rows,
    }


def _part(name: str, worth: Worth, total: float | None) -> dict[str, Any]:
    facts = {key: interval_facts(interval(getattr(worth, key))) for key in ("alone", "last", "shapley")}
    mean = facts["shapley"]["mean"]
    share = mean / total if total and mean is not None else None
    luck, drawn = facts["shapley"]["half_width"], worth.sampling_half_width
    both = luck if luck is None or drawn is None else hypot(luck, drawn)
    return {"part": name, **facts, "share": share, "sampling_half_width": drawn, "shapley_half_width_in_all": both}
