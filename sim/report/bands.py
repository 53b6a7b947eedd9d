"""Two bands side by side: what random variation alone does to a result, and what it and uncertain inputs do together.

Both runs have the same scenario, seed and replications; one has fixed inputs, the other draws them anew for each
replication. The band is from the 10 % to the 90 % quantile of the replications: where four of five years lie, not
how well the mean is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.indicators import CORRIDOR, INDICATORS, Measure, measure, of_families
from sim.record import Record, named
from sim.report.common_flows import common_flows
from sim.report.estimate import Estimate
from sim.report.scopes import is_of_shipments
from sim.report.side_by_side import ComparedRun, both_runs, side_by_side
from sim.statistics.intervals import interval

#: Ends of the band, as probabilities.
BAND = (0.1, 0.9)
#: Indicators that get bands, besides the primary one: times of the main cargo, the rest of the corridor.
SHOWN = of_families("transit", "on_time", "volume", "cost", "carbon")

#: Replications from which a part of the variance is told. Where inputs add nothing, the ratio of two variances
#: of n is F(n - 1, n - 1): of 10 replications one in ten tells a share above 59 %, of 40 one above 34 %.
FEWEST = 40

F64 = npt.NDArray[np.float64]


class RunWithSampledInputs(ComparedRun, Protocol):
    """A run with sampled inputs that knows its partner with fixed ones."""

    @property
    def fixed_inputs(self) -> ComparedRun | None:
        """The same run with fixed inputs."""


@dataclass(frozen=True, slots=True)
class Band(Estimate):
    """An estimate with the span of four of five replications; None where there is one, or unfinished shipments decide.

    The ends are in the unit of what is estimated.
    """

    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class IndicatorBands(Record):
    """The two bands of one indicator of one scope, in ``unit``."""

    kpi: str
    scope: str
    unit: str
    random: Band = field(metadata=named("luck"))  #: by random variation alone
    both: Band  #: by random variation and inputs
    inputs_share: float | None  #: part of the variance that the inputs add, 0 to 1; None: not known


@dataclass(frozen=True, slots=True)
class DifferenceBands(IndicatorBands):
    """The two bands of the difference b - a of one indicator."""

    better: int | None  #: replications with sampled inputs in which b is better; None: neither more nor less is


def bands(fixed: pd.DataFrame, both: pd.DataFrame, primary: str = "") -> list[IndicatorBands]:
    """The bands of a run's main indicators.

    Args:
        fixed, both: tables of indicators of the run with fixed and of that with sampled inputs.
        primary: ``KPI of SCOPE`` to be shown first; empty: none.
    """
    found = []
    for m in _measures(primary, both):
        values, unit = zip(*(_values(table, m) for table in (fixed, both)), strict=True)
        if len(values[0]) and len(values[1]):
            contributions = (_contributions(table, m) for table in (fixed, both))
            found.append(IndicatorBands(m.kpi, m.scope, unit[0], *_bands(*values, *contributions)))
    return found


def difference_bands(a: RunWithSampledInputs, b: RunWithSampledInputs, primary: str = "") -> list[DifferenceBands]:
    """The same for the difference b - a of two scenarios that share their random draws and their inputs.

    Empty if a partner with fixed inputs is missing.
    """
    if a.fixed_inputs is None or b.fixed_inputs is None:
        return []
    tables = [_differences(*pair) for pair in ((a.fixed_inputs, b.fixed_inputs), (a, b))]
    found = []
    for m in _measures(primary, tables[1]):
        values, unit = zip(*(_values(table, m) for table in tables), strict=True)
        if len(values[0]) and len(values[1]):
            good = INDICATORS[m.kpi].good
            better = int((values[1] > 0).sum() if good == "higher" else (values[1] < 0).sum())
            told = _bands(*values, *(_contributions(table, m) for table in tables))
            found.append(DifferenceBands(m.kpi, m.scope, unit[0], *told, None if good == "neutral" else better))
    return found


def _measures(primary: str, table: pd.DataFrame) -> list[Measure]:
    """The primary indicator, transit times and promises of the main cargo, and amounts of the corridor."""
    there = set(table.loc[table["kpi"] == "transit_p50", "scope"])
    main = next((scope for scope in ("cargo TEU", "cargo wagon") if scope in there), CORRIDOR)
    shown = [Measure(kpi, main if is_of_shipments(kpi) else CORRIDOR) for kpi in SHOWN]
    return list(dict.fromkeys([*([measure(primary)] if primary else []), *shown]))


def _differences(a: ComparedRun, b: ComparedRun) -> pd.DataFrame:
    """[kpi, scope, unit, year, replication, value, contribution] b - a over common flows."""
    common, left_out = common_flows(a.manifest["resolved"], b.manifest["resolved"])
    tables = both_runs(a, b, common, not left_out)
    both = side_by_side(*tables)
    own = side_by_side(*(t.assign(contribution=t["value"]) for t in tables))
    return both.assign(value=own["b"] - own["a"], contribution=both["b"] - both["a"])


def _values(table: pd.DataFrame, m: Measure) -> tuple[F64, str]:
    """[replication] values of the whole period, and their unit."""
    rows = table[(table["kpi"] == m.kpi) & (table["scope"] == m.scope) & (table["year"] == 0)]
    rows = rows.sort_values("replication", kind="stable")
    return rows["value"].to_numpy(float), str(rows["unit"].iloc[0]) if len(rows) else ""


def _contributions(table: pd.DataFrame, m: Measure) -> F64:
    """[replication] contributions to the indicator: their mean is printed; the band is of the replications alone."""
    rows = table[(table["kpi"] == m.kpi) & (table["scope"] == m.scope) & (table["year"] == 0)]
    return rows.sort_values("replication", kind="stable")["contribution"].to_numpy(float)


def _bands(fixed: F64, both: F64, of_fixed: F64, of_both: F64) -> tuple[Band, Band, float | None]:
    return _band(fixed, of_fixed), _band(both, of_both), inputs_share(fixed, both)


def _band(values: F64, contributions: F64) -> Band:
    known = values[~np.isnan(values)]
    ends = np.quantile(known, BAND) if len(known) > 1 and np.isfinite(known).all() else (None, None)
    low, high = (None if end is None else float(end) for end in ends)
    return replace(Band.of(interval(contributions)), low=low, high=high)


def inputs_share(fixed: Sequence[float] | F64, both: Sequence[float] | F64) -> float | None:
    """1 - variance of random draws / variance with inputs too, not below 0: the part that better data could take away.

    None of fewer than ``FEWEST`` replications: two variances of so few say nothing of their ratio. By the law of
    total variance, if inputs and random events are drawn independently and random variation is about as wide
    whatever the inputs are.
    """
    a, b = np.asarray(fixed, float), np.asarray(both, float)
    if min(len(a), len(b)) < FEWEST or not (np.isfinite(a).all() and np.isfinite(b).all()) or b.var(ddof=1) == 0:
        return None
    return float(max(0.0, 1 - a.var(ddof=1) / b.var(ddof=1)))
