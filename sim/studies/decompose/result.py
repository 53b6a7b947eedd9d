"""The worth of each part of a package, in each indicator that was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import hypot

import numpy as np

from sim.indicators import INDICATORS, Measure
from sim.record import Record
from sim.report.estimate import Estimate, columns
from sim.report.stranded import Stranded
from sim.statistics.intervals import interval
from sim.statistics.shapley import Design, Worth, apart, worths


@dataclass(frozen=True, slots=True)
class PartWorth(Record):
    """What one part is worth in an indicator, in its unit."""

    part: str
    alone: Estimate  #: effect of the part alone, on the base
    last: Estimate  #: effect of the part added last
    shapley: Estimate  #: its Shapley value
    share: float | None  #: Shapley value as a share of the total; None where the total is not shown to differ from 0
    sampling_half_width: float | None  #: of the Shapley value over the random orders drawn; None: every subset was run
    shapley_half_width_in_all: float | None  #: over replications and orders, which are independent: the root of squares

    def worths(self) -> Mapping[str, Estimate]:
        """The three values by name."""
        return {"alone": self.alone, "last": self.last, "shapley": self.shapley}


@dataclass(frozen=True, slots=True)
class IndicatorWorth(Record):
    """What the parts are worth in one indicator, the largest Shapley value first."""

    measure: str  #: ``KPI of SCOPE``
    scope: str
    words: str
    unit: str
    good: str  #: the good direction: ``higher``, ``lower`` or ``neutral``
    base: Estimate
    package: Estimate
    total: Estimate  #: package - base
    interaction: Estimate  #: total - sum of the parts' effects alone
    parts: tuple[PartWorth, ...]
    indicator: str  #: words of the indicator and its scope, as a sentence has them


@dataclass(frozen=True, slots=True)
class PackagePart(Record):
    """A part of the package: its name, the interventions or parameters that it bundles, and what it is called."""

    part: str
    members: tuple[str, ...]
    title: str


@dataclass(frozen=True, slots=True)
class BaseRun(Record):
    """The run without any part."""

    scenario: str
    title: str
    run_id: str


@dataclass(frozen=True, slots=True)
class PackageRun(Record):
    """The run with all parts."""

    scenario: str
    title: str
    question: str
    run_id: str


@dataclass(frozen=True, slots=True)
class SubsetRun(Record):
    """The run with some of the parts."""

    parts: tuple[str, ...]
    run_id: str


@dataclass(frozen=True, slots=True)
class Decomposition(Record):
    """A package taken apart against its base."""

    exact: bool  #: every subset was run; else Shapley values are estimated from ``orders``
    orders: int  #: random orders of the parts that were drawn
    subsets: int  #: how many subsets were run
    parts: tuple[PackagePart, ...]
    measures: tuple[IndicatorWorth, ...]  #: the primary indicator first
    a: BaseRun
    b: PackageRun
    not_arrived: tuple[Stranded, ...]
    by: str  #: what one part is: ``intervention``, ``kind`` or ``package``
    replications: int
    seed: int
    left_out: tuple[str, ...]  #: flows whose demand a part changes; left out of sums and transit times
    runs: tuple[SubsetRun, ...]


def worth_of_parts(
    plan: Design, parts: Sequence[str], m: Measure, of: Sequence[np.ndarray], unit: str, indicator: str
) -> IndicatorWorth:
    """What each part is worth in an indicator, with 95 % intervals over replications.

    Args:
        plan: which subsets were run.
        parts: names, in the order of the design.
        of: [replication] values of each subset, in the order of ``plan.subsets``, in ``unit``.
        indicator: its words.
    """
    values = dict(zip(plan.subsets, of, strict=True))
    base, package = values[frozenset()], values[frozenset(range(plan.parts))]
    found = worths(plan, values)
    change = apart(package, base)
    total = interval(change)
    rows = [
        _part(part, worth, total.mean if total.excludes_zero else None)
        for part, worth in zip(parts, found, strict=True)
    ]
    rows.sort(key=lambda row: -abs(row.shapley.mean or 0.0))
    return IndicatorWorth(
        measure=str(m),
        scope=m.scope,
        words=INDICATORS[m.kpi].words,
        unit=unit,
        good=INDICATORS[m.kpi].good,
        base=Estimate.of(interval(base)),
        package=Estimate.of(interval(package)),
        total=Estimate.of(total),
        interaction=Estimate.of(interval(apart(change, np.sum([w.alone for w in found], axis=0)))),
        parts=tuple(rows),
        indicator=indicator,
    )


def worth_rows(measures: Sequence[IndicatorWorth]) -> Iterator[Mapping[str, object]]:
    """One row an indicator and part, estimates as columns."""
    for found in measures:
        for row in found.parts:
            told = {"measure": found.measure, "unit": found.unit} | columns(row)
            del told["shapley_half_width_in_all"]
            yield told


def _part(name: str, worth: Worth, total: float | None) -> PartWorth:
    alone, last, shapley = (Estimate.of(interval(of)) for of in (worth.alone, worth.last, worth.shapley))
    share = shapley.mean / total if total and shapley.mean is not None else None
    chance, drawn = shapley.half_width, worth.sampling_half_width
    both = chance if chance is None or drawn is None else hypot(chance, drawn)
    return PartWorth(name, alone, last, shapley, share, drawn, both)
