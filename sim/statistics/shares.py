"""Shares and quantiles of entries that come in clusters, with binomial intervals for the number that they are worth.

Shipments of one replication share their storms and queues, so that they tell less than as many independent ones. The
design effect (Kish 1965, Survey Sampling, section 8.2) says by how much: the variance of the share over clusters
against that of independent entries. The interval is that of Clopper and Pearson (1934, Biometrika 26, 404-413) for so
many entries as the sample is worth (Korn and Graubard 1998, Survey Methodology 24, 193-201).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import beta

from sim.statistics.intervals import LEVEL
from sim.statistics.pooled import F64, quantile_of_sorted, ratio_contributions

I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SharedInterval:
    """A share with its interval; ``worth`` is how many independent entries would tell as much."""

    share: float
    low: float
    high: float
    worth: float


def share_interval(hit: npt.NDArray[np.bool_], cluster: I64, clusters: int, level: float = LEVEL) -> SharedInterval:
    """The share of entries that are ``hit``.

    Args:
        hit, cluster: [n] whether each entry is, and its cluster, from 0; n above 0.
        clusters: how many there are, those without an entry included.
    """
    share, worth = float(hit.mean()), _worth(hit, cluster, clusters)
    return SharedInterval(share, *binomial_bounds(share * worth, worth, level), worth)


def binomial_bounds(successes: float, of: float, level: float = LEVEL) -> tuple[float, float]:
    """Clopper and Pearson's interval; both numbers may be broken."""
    tail = (1 - level) / 2
    low = 0.0 if successes <= 0 else float(beta.ppf(tail, successes, of - successes + 1))
    high = 1.0 if successes >= of else float(beta.ppf(1 - tail, successes + 1, of - successes))
    return low, high


def quantile_interval(
    values: F64, cluster: I64, clusters: int, share: float, level: float = LEVEL
) -> tuple[float, float, float]:
    """A quantile of all entries, and the ends of its interval (Woodruff's: the share's interval, turned back).

    The upper end is not a number where the sample is worth too few entries to have one.
    """
    ascending = np.sort(values)
    found = quantile_of_sorted(ascending, share)
    worth = _worth(values <= found, cluster, clusters)
    low, high = binomial_bounds(share * worth, worth, level)
    beyond = share**worth > (1 - level) / 2  # even the longest of all may lie below the quantile
    return found, quantile_of_sorted(ascending, low), float("nan") if beyond else quantile_of_sorted(ascending, high)


def _worth(hit: npt.NDArray[np.bool_], cluster: I64, clusters: int) -> float:
    """How many independent entries tell as much; where nothing varies, as many as there are clusters with any."""
    size = np.bincount(cluster, minlength=clusters).astype(float)
    there, share = int((size > 0).sum()), float(hit.mean())
    if share in (0.0, 1.0) or there < 2:
        return float(there)
    hits = np.asarray(np.bincount(cluster, hit.astype(float), minlength=clusters), np.float64)
    parts = ratio_contributions(hits, size)
    variance = float(parts.var(ddof=1)) / clusters
    return float(len(hit)) if variance <= 0 else min(float(len(hit)), max(share * (1 - share) / variance, 1.0))
