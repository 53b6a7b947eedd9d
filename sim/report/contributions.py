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

from sim.errors import CheckFailed
from sim.indicators import CORRIDOR, INDICATORS, SAMPLES, Sample, SampleTable
from sim.statistics.pooled import quantile_contributions, ratio_contributions

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
KEYS = ["kpi", "scope", "year", "unit"]


class Samples:
    """The times that quantiles are of, from the stored tables: by scope and year; infinite for what has not ended."""

    def __init__(self, tables: Mapping[Sample, pd.DataFrame | None], scopes: Mapping[str, Sequence[str]]) -> None:
        """Gather them.

        Args:
            tables: those of all replications with at least the columns of ``SAMPLES``; None if there is none.
            scopes: the flows of each scope of shipments.
        """
        self._scopes = scopes
        self._times = {name: _times(SAMPLES[name], table) for name, table in tables.items() if table is not None}

    def of(self, sample: Sample, scope: str, year: int) -> tuple[F64, I64]:
        """Times in ascending order, in the unit of the sample, and the replication of each; year 0: the period."""
        if sample not in self._times:
            return np.empty(0), np.empty(0, np.int64)
        names = self._scopes.get(scope, ()) if SAMPLES[sample].key == "flow" else [scope]
        return self._times[sample].pick(names, year)


def _times(columns: SampleTable, table: pd.DataFrame) -> _Times:
    kept = table[table[columns.counted].to_numpy(bool)] if columns.counted else table
    hours = kept[columns.hours].to_numpy(float)
    ended = kept[columns.ended].to_numpy(bool) if columns.ended else ~np.isnan(hours)
    return _Times(
        kept[columns.key],
        kept["replication"],
        kept[columns.clock],
        np.where(ended, hours / columns.hours_per_unit, np.inf),
    )


class _Times:
    """Entries by name: replication, year and time of each."""

    def __init__(self, name: pd.Series, replication: pd.Series, clock: pd.Series, times: F64) -> None:
        code, names = pd.factorize(name)
        order = np.argsort(code, kind="stable")
        at = np.append(np.searchsorted(code[order], np.arange(len(names))), len(order))
        self._entries = {str(one): order[at[k] : at[k + 1]] for k, one in enumerate(names)}
        self._replication = replication.to_numpy(np.int64)
        self._year = clock.dt.year.to_numpy(np.int16)
        self._times = times

    def pick(self, names: Sequence[str], year: int) -> tuple[F64, I64]:
        parts = [self._entries[name] for name in names if name in self._entries]
        some = np.concatenate(parts) if parts else np.empty(0, np.int64)
        some = some[self._year[some] == year] if year else some
        some = some[np.argsort(self._times[some], kind="stable")]
        return self._times[some], self._replication[some]


def with_contributions(kpis: pd.DataFrame, samples: Samples, replications: Sequence[int]) -> pd.DataFrame:
    """Every indicator of every replication, with its contribution to the statistic of all of them.

    Args:
        kpis: lines of these replications: replication, kpi, scope, year, value, unit, weight.
        samples: the times behind the quantiles.
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
    kind = np.array([_kind(kpi) for kpi in keys["kpi"]], object)
    counts = np.flatnonzero(kind == "count")
    value[counts] = np.nan_to_num(value[counts], posinf=np.inf)
    _share_weight(keys, value, weight)
    contribution = value.copy()
    ratios = np.flatnonzero(kind == "ratio")
    total = np.where(weight[ratios] > 0, value[ratios] * weight[ratios], 0.0)
    contribution[ratios] = ratio_contributions(total, weight[ratios])
    quantiles = keys[kind == "quantile"]
    of = quantiles["kpi"].map({kpi: known.sample for kpi, known in INDICATORS.items()})
    for (sample, scope, year), some in quantiles.groupby([of, "scope", "year"]):
        times, replication = samples.of(sample, str(scope), int(year))
        replication = np.searchsorted(order, replication)
        for at, kpi in zip(some.index, some["kpi"], strict=True):
            contribution[at] = _of_quantile(INDICATORS[kpi].quantiles, times, replication, n)
    return _long(keys, order, value, weight, contribution)


class SampledRun(Protocol):
    """What is needed of a run; one with passages between nodes, or other samples, has tables of them too."""

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
    """The times behind the quantiles of some replications of a run, by those ``scopes``."""
    tables = {name: getattr(run, name, None) for name in SAMPLES}
    return Samples(
        {name: None if t is None else t[t["replication"].isin(replications)] for name, t in tables.items()}, scopes
    )


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


def _kind(kpi: str) -> str:
    """How an indicator is pooled; one that only an older version of the program knew is taken as it is."""
    return INDICATORS[kpi].kind if kpi in INDICATORS else "level"


def _of_quantile(shares: Sequence[float], times: F64, replication: I64, n: int) -> F64:
    """[n] contributions to a quantile, or to the difference of two."""
    first, *more = (quantile_contributions(times, replication, n, share) for share in shares)
    if not more:
        return first
    return more[0] - first if np.isfinite(more[0]).all() else more[0]


def _share_weight(keys: pd.DataFrame, value: F64, weight: F64) -> None:
    """A ratio that has a line only where something was is 0 elsewhere, and all that it is divided by counts."""
    for kpi in set(keys["kpi"]) & _PER.keys():
        rows = np.flatnonzero(keys["kpi"] == kpi)
        size = np.flatnonzero((keys["kpi"] == _PER[kpi]) & (keys["scope"] == CORRIDOR) & (keys["year"] == 0))
        if len(size):
            value[rows] = np.nan_to_num(value[rows])
            weight[rows] = value[size[0]]


#: Ratios that have a line only where something was -> what they are divided by.
_PER = {kpi: known.per for kpi, known in INDICATORS.items() if known.per}


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
