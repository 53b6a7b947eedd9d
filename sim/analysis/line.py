"""One line of the table of indicators: what it is must stand in the register, which knows its unit."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan, nan
from typing import NamedTuple

import numpy as np

from sim.errors import CheckFailed, nearest
from sim.indicators import INDICATORS, Sample
from sim.statistics.pooled import quantile_of_sorted


class _Columns(NamedTuple):
    kpi: str
    scope: str
    year: int
    value: float
    unit: str
    weight: float


class Line(_Columns):
    """A value of an indicator in one scope, in the columns of the table.

    ``year`` 0 is the whole period. ``weight`` is what a mean or a share was divided by, so that those of several
    replications can be pooled; all else has none.

    Raises:
        CheckFailed: if the register has no such indicator; if a ratio has no weight, or what is none has one.
    """

    __slots__ = ()

    def __new__(cls, kpi: str, scope: str, value: float, weight: float = nan, *, year: int = 0) -> Line:
        known = INDICATORS.get(kpi)
        if known is None:
            hint = nearest(kpi, INDICATORS)
            raise CheckFailed(f"{kpi!r} of {scope!r} is measured, but sim/indicators.py has no such indicator{hint}")
        if (known.kind == "ratio") == isnan(weight):
            lacks = "needs what it was divided by" if known.kind == "ratio" else "is divided by nothing"
            raise CheckFailed(f"{kpi} of {scope!r}: a {known.kind} {lacks}")
        return super().__new__(cls, kpi, scope, year, float(value), known.unit, float(weight))


#: Columns of the table, in their order.
COLUMNS = _Columns._fields


def quantile_lines(sample: Sample, times: np.ndarray) -> Iterator[tuple[str, float]]:
    """The indicators that are quantiles of one set of times, in the unit of these, and spreads between two of them."""
    ascending = np.sort(times)
    for name, known in INDICATORS.items():
        if known.sample == sample:
            found = [quantile_of_sorted(ascending, share) for share in known.quantiles]
            yield name, found[-1] if len(found) == 1 or np.isinf(found[-1]) else found[-1] - found[0]
