"""Statistics pooled over all replications, and what each replication contributes to them.

A run is one sample of shipments that comes in clusters, its replications: shipments of one replication share their
storms and queues, those of two do not. A pooled statistic is that of all shipments together; it is what is printed. Its
*contributions* are linearised values, one a replication, whose mean is the pooled statistic and whose spread is
that of the clusters. So all that is known of means over replications (Student's t, pairs, ranks) applies
to them (Woodruff 1952, Journal of the American Statistical Association 47, 635-646; Francisco and Fuller 1991,
The Annals of Statistics 19, 454-469; ratios: Cochran 1977, Sampling Techniques, 3rd ed., section 6).
"""

from __future__ import annotations

from math import ceil, sqrt

import numpy as np
import numpy.typing as npt

from sim.statistics.intervals import t_quantile

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


def quantile_of_sorted(ascending: F64, share: float) -> float:
    """The smallest value that at least ``share`` of all do not exceed; infinity takes part as the longest.

    The inverse of the empirical distribution function (Hyndman and Fan 1996, The American Statistician 50, 361-365,
    definition 1). Not a number of nothing.
    """
    n = len(ascending)
    if n == 0:
        return float("nan")
    rank = ceil(round(share * n, 9))  # 0.07 x 100 is 7, not 7.000000000000001
    return float(ascending[min(max(rank, 1), n) - 1])


def ratio_contributions(total: F64, size: F64) -> F64:
    """[..., replication] contributions to the ratio of two sums, that of ``total`` to that of ``size``, of one shape.

    A mean over shipments is the ratio of their sum and their number. A replication without any contributes the ratio
    itself. Not a number where all sizes are 0.
    """
    total, size = np.asarray(total, float), np.asarray(size, float)
    every = size.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = total.sum(axis=-1, keepdims=True) / every
        return np.asarray(ratio + (total - ratio * size) / (every / size.shape[-1]))


def quantile_contributions(ascending: F64, replication: I64, replications: int, share: float) -> F64:
    """[replications] contributions to the quantile of all values.

    Args:
        ascending: [n] values of all replications in ascending order, infinite for what has not arrived.
        replication: [n] the replication of each, from 0.
        replications: how many there are, those without a value included.
        share: which quantile, between 0 and 1.

    Returns: the quantile and, on top, how far each replication's number of values beyond it is from what was to be
    expected, turned into time by the slope of the pooled quantiles on both sides of it. The slope is taken over as
    many quantiles as the 95 % interval of the share covers, so that the half-width is that of Woodruff's interval;
    but over no more than half of the way to the ends, so that the longest shipment of all decides nothing.
    All are infinite where the quantile is among what has not arrived, and not a number where there are no values.
    """
    found = quantile_of_sorted(ascending, share)
    n = len(ascending)
    if not np.isfinite(found) or replications < 2:
        return np.full(replications, found)
    within = int(np.searchsorted(ascending, found, side="right"))
    size = np.bincount(replication, minlength=replications)
    beyond = (share * size - np.bincount(replication[:within], minlength=replications)) / (n / replications)
    beyond -= beyond.mean()  # ties and whole numbers of shipments put it beside 0
    half = t_quantile(replications - 1) * float(beyond.std(ddof=1)) / sqrt(replications)
    half = min(half, min(share, 1 - share) / 2)
    return np.asarray(found + beyond * _slope(ascending, share, max(half, 1 / n)), np.float64)


def _slope(ascending: F64, share: float, half: float) -> float:
    """Slope of the quantiles from ``share - half`` to ``share + half``, as far as there are such that have arrived."""
    n = len(ascending)
    arrived = int(np.searchsorted(ascending, np.inf)) / n
    low, high = max(share - half, 0.5 / n), min(share + half, arrived)
    if high <= low:
        return 0.0
    return (quantile_of_sorted(ascending, high) - quantile_of_sorted(ascending, low)) / (high - low)
