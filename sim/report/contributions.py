"""The indicators of all replications of a run in one table, with what each replication contributes to them.

A replication knows only itself. Here its lines are put beside those of the others: what one counted and another did
not is 0 there, and every mean, share and quantile gets the contributions to the pooled one (see ``pooled``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.analysis.kpis import QUANTILES, SPREADS
from sim.errors import CheckFailed
from sim.indicators import CORRIDOR, INDICATORS, Indicator
from sim.statistics.pooled import quantile_contributions, ratio_contributions

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
KEYS = ["kpi", "scope", "year", "unit"]
#: Columns of the shipments and passages tables that samples are made of.
SHIPMENT_COLUMNS = ("replication", "flow", "set_out", "transit_h", "reported")
PASSAGE_COLUMNS = ("replication", "scope", "set_out", "hours", "arrived")
_UNKNOWN = Indicator("neutral", "")


class Samples:
    """Transit times in days of all shipments, by scope and year; infinite for those that have not arrived."""

    def __init__(
        self, shipments: pd.DataFrame | None, passages: pd.DataFrame | None, scopes: Mapping[str, Sequence[str]]
    ) -> None:
        """Gather them.

        Args:
            shipments, passages: tables of all replications with at least ``SHIPMENT_COLUMNS`` and ``PASSAGE_COLUMNS``;
                None if there are none.
            scopes: the flows of each scope of shipments.
        """
        lots = _nothing(SHIPMENT_COLUMNS) if shipments is None else shipments
        lots = lots[lots["reported"].to_numpy(bool)]
        self._scopes = scopes
        self._lots = _Times(lots["flow"], lots, lots["transit_h"].to_numpy(float))
        passed = _nothing(PASSAGE_COLUMNS) if passages is None else passages
        hours = passed["hours"].to_numpy(float)
        hours = np.where(passed["arrived"].to_numpy(bool), hours, np.nan)
        self._passages = _Times(passed["scope"], passed, hours)

    def of(self, kpi: str, scope: str, year: int) -> tuple[F64, I64]:
        """Days in ascending order, and the replication of each; year 0 is the whole period."""
        if kpi.startswith("between"):
            return self._passages.pick([scope], year)
        return self._lots.pick(self._scopes.get(scope, ()), year)


def _nothing(columns: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns)).astype({"set_out": "datetime64[s, UTC]"})


class _Times:
    """Entries by name: replication, year and days of each."""

    def __init__(self, name: pd.Series, table: pd.DataFrame, hours: F64) -> None:
        code, names = pd.factorize(name)
        order = np.argsort(code, kind="stable")
        at = np.append(np.searchsorted(code[order], np.arange(len(names))), len(order))
        self._entries = {str(one): order[at[k] : at[k + 1]] for k, one in enumerate(names)}
        self._replication = table["replication"].to_numpy(np.int64)
        self._year = table["set_out"].dt.year.to_numpy(np.int16)
        self._days = np.where(np.isnan(hours), np.inf, hours / 24)

    def pick(self, names: Sequence[str], year: int) -> tuple[F64, I64]:
        parts = [self._entries[name] for name in names if name in self._entries]
        some = np.concatenate(parts) if parts else np.empty(0, np.int64)
        some = some[self._year[some] == year] if year else some
        some = some[np.argsort(self._days[some], kind="stable")]
        return self._days[some], self._replication[some]


def with_contributions(kpis: pd.DataFrame, samples: Samples, replications: Sequence[int]) -> pd.DataFrame:
    """Every indicator of every replication, with its contribution to the statistic of all of them.

    Args:
        kpis: lines of these replications: replication, kpi, scope, year, value, unit, weight.
        samples: the transit times behind the quantiles.
        replications: which there are, in ascending order, those without any line included.

    Returns: the same columns and ``contribution``, one row for each replication and each indicator that one of them
    has, in order of replication. ``value`` is that of the replication alone: counts are 0 where it had none, means
    and quantiles missing. The mean of ``contribution`` is the pooled statistic; only of a level is it missing where the
    replication has none.

    Raises CheckFailed if a replication has two lines of one name.
    """
    order, n = np.asarray(replications, np.int64), len(replications)
    table = kpis.astype({"kpi": str, "scope": str, "unit": str})
    keyed = table.groupby(KEYS, sort=False)
    keys = keyed.size().reset_index()[KEYS]
    column, row = keyed.ngroup().to_numpy(), np.searchsorted(order, table["replication"].to_numpy(np.int64))
    if (twice := pd.DataFrame({"column": column, "row": row}).duplicated()).any():
        one = table.loc[twice.to_numpy(), ["kpi", "scope"]].iloc[0]
        raise CheckFailed(f"two lines of one replication for {one['kpi']} of {one['scope']!r}: one name for two things")
    value, weight = np.full((len(keys), n), np.nan), np.zeros((len(keys), n))
    value[column, row] = table["value"].to_numpy(float)
    weight[column, row] = np.nan_to_num(table["weight"].to_numpy(float))
    kind = np.array([INDICATORS.get(kpi, _UNKNOWN).kind for kpi in keys["kpi"]], object)
    counts = np.flatnonzero(kind == "count")
    value[counts] = np.nan_to_num(value[counts], posinf=np.inf)
    _share_weight(keys, value, weight)
    contribution = value.copy()
    ratios = np.flatnonzero(kind == "ratio")
    total = np.where(weight[ratios] > 0, value[ratios] * weight[ratios], 0.0)
    contribution[ratios] = ratio_contributions(total, weight[ratios])
    quantiles = keys[kind == "quantile"]
    for (family, scope, year), some in quantiles.groupby([quantiles["kpi"].str.split("_").str[0], "scope", "year"]):
        days, replication = samples.of(str(family), str(scope), int(year))
        replication = np.searchsorted(order, replication)
        for at, kpi in zip(some.index, some["kpi"], strict=True):
            contribution[at] = _of_quantile(kpi, days, replication, n)
    return _long(keys, order, value, weight, contribution)


class SampledRun(Protocol):
    """What is needed of a run; one with passages between nodes has a table of them too."""

    @property
    def kpis(self) -> pd.DataFrame:
        """Indicators of all replications, as ``with_contributions`` returns them."""

    @property
    def shipments(self) -> pd.DataFrame:
        """One row a shipment of the period."""

    @property
    def scopes(self) -> pd.DataFrame:
        """Columns scope, flow."""


def run_samples(run: Any, replications: Sequence[int], scopes: Mapping[str, Sequence[str]]) -> Samples:
    """The transit times of some replications of a run, by those ``scopes``."""
    passages = getattr(run, "passages", None)
    first, second = (None if t is None else t[t["replication"].isin(replications)] for t in (run.shipments, passages))
    return Samples(first, second, scopes)


def pooled_over(run: SampledRun, replications: Sequence[int]) -> pd.DataFrame:
    """The indicators of a run as if it had those replications alone."""
    kpis = run.kpis
    if set(kpis["replication"].unique()) == set(replications):
        return kpis
    scopes = flows_of_scopes(run.scopes)
    kept = kpis[kpis["replication"].isin(replications)]
    return with_contributions(kept, run_samples(run, replications, scopes), replications)


def flows_of_scopes(scopes: pd.DataFrame) -> dict[str, list[str]]:
    """Scope -> its flows, of the table of scopes."""
    return {str(scope): rows.astype(str).tolist() for scope, rows in scopes.groupby("scope", sort=False)["flow"]}


def _of_quantile(kpi: str, days: F64, replication: I64, n: int) -> F64:
    if kpi in SPREADS:
        low, high = (quantile_contributions(days, replication, n, QUANTILES[name]) for name in SPREADS[kpi])
        return high - low if np.isfinite(high).all() else high
    return quantile_contributions(days, replication, n, QUANTILES[kpi])


def _share_weight(keys: pd.DataFrame, value: F64, weight: F64) -> None:
    """Time at a barrier is per shipment of the corridor: 0 where nobody was stopped, and all shipments count."""
    barriers = np.flatnonzero(keys["kpi"] == "barrier_time")
    lots = np.flatnonzero((keys["kpi"] == "transit_lots") & (keys["scope"] == CORRIDOR) & (keys["year"] == 0))
    if len(lots):
        value[barriers] = np.nan_to_num(value[barriers])
        weight[barriers] = value[lots[0]]


def _long(keys: pd.DataFrame, order: I64, value: F64, weight: F64, contribution: F64) -> pd.DataFrame:
    n = len(order)
    found = pd.DataFrame({"replication": np.repeat(order, len(keys)).astype(np.int32)})
    for name in KEYS[:3]:
        found[name] = np.tile(keys[name].to_numpy(), n)
    found["value"] = value.T.ravel()
    found["unit"] = np.tile(keys["unit"].to_numpy(), n)
    found["weight"] = np.where(weight.T.ravel() > 0, weight.T.ravel(), np.nan)
    found["contribution"] = contribution.T.ravel()
    return found
