"""Confidence intervals over replications, alone and in pairs. One replication has none, and says so.

Replications are independent and start alike, so that Student's t applies to their values (Law,
Simulation Modeling and Analysis, 5th ed., section 9.4.1; pairs: section 10.2.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite, isinf, nan, sqrt

import numpy as np
import numpy.typing as npt

LEVEL = 0.95
#: Chance of one or more false verdicts among those corrected together.
ERROR_RATE = 0.05
#: What is said where a quantile lies among shipments that have not arrived.
NOT_REACHED = "not reached"
#: Relative size below which a spread comes from the rounding of sums, not from luck.
ROUNDING = 1e-12


@dataclass(frozen=True)
class Interval:
    """``mean`` of ``n`` replications plus or minus ``half_width`` (None: not known, ``note`` says why)."""

    mean: float
    half_width: float | None
    n: int
    note: str = ""

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval shows that the mean is not zero."""
        return clear_of_zero(self.mean, self.half_width, self.n)


@dataclass(frozen=True)
class PairedDifference:
    """Difference b - a over replications with common random numbers.

    ``variance_ratio`` is the variance that independent runs would have had, divided by that of the
    pairs: how many times more replications it would take without common random numbers. ``p_value`` is
    that of the two-sided paired t test (without any spread: of the sign test); None where nothing can be
    tested: one replication, unfinished lots, or the same value in every pair.
    """

    difference: Interval
    a: Interval
    b: Interval
    variance_ratio: float | None
    p_value: float | None = None


def clear_of_zero(mean: float | None, half_width: float | None, n: int, level: float = LEVEL) -> bool:
    """Whether a ``level`` interval over ``n`` replications shows that the mean is not zero.

    Equal values leave no width, and a few of them prove nothing about other replications: there the sign test decides,
    which six equal values pass at 95 % (as for p-values, see ``PairedDifference``).
    """
    if mean is None or half_width is None or mean == 0:
        return False
    if half_width == 0:
        return sign_test(n) <= 1 - level
    return abs(mean) > half_width


def sign_test(n: int) -> float:
    """Two-sided p-value of the sign test for ``n`` values that are equal, and not zero."""
    return 2.0 ** (1 - n)


def interval(values: Sequence[float] | npt.NDArray[np.float64], level: float = LEVEL) -> Interval:
    """Mean and half-width of a ``level`` interval for contributions of replications, [n].

    Infinite values (a quantile among shipments that never arrived) make the mean infinite; missing ones are left out.
    """
    known = np.asarray(values, float)
    known = known[~np.isnan(known)]
    n = len(known)
    if n == 0:
        return Interval(nan, None, 0, "no value")
    if endless := int(np.isinf(known).sum()):
        note = NOT_REACHED if endless == n else f"{NOT_REACHED} in {endless} of {n} replications"
        return Interval(inf, None, n, note)
    mean = float(known.mean())
    if n == 1:
        return Interval(mean, None, 1, "one replication: no interval")
    return Interval(mean, t_quantile(n - 1, level) * without_noise(float(known.std(ddof=1)), mean) / sqrt(n), n)


def paired(
    a: Sequence[float] | npt.NDArray[np.float64], b: Sequence[float] | npt.NDArray[np.float64], level: float = LEVEL
) -> PairedDifference:
    """Compare contributions of the same replications of two runs, [n] each; pairs that lack one are left out."""
    first, second = np.asarray(a, float), np.asarray(b, float)
    if first.shape != second.shape:
        raise ValueError(f"{len(first)} and {len(second)} replications cannot be paired")
    both = ~(np.isnan(first) | np.isnan(second))
    alone = interval(first, level), interval(second, level)
    first, second = first[both], second[both]
    if np.isinf(first).any() or np.isinf(second).any():
        left, right = bool(np.isinf(first).any()), bool(np.isinf(second).any())
        note = f"{NOT_REACHED} in {'A and B' if left and right else 'A' if left else 'B'}"
        difference = Interval(nan if left and right else (-inf if left else inf), None, len(first), note)
    else:
        apart = second - first
        # sums of the same numbers in another order differ in the last digits: that is no difference
        apart[np.abs(apart) <= ROUNDING * np.maximum(np.abs(first), np.abs(second))] = 0.0
        difference = interval(apart, level)
    return PairedDifference(difference, *alone, _ratio(first, second), _p_value(difference, level))


def apart(a: Sequence[float], b: Sequence[float], level: float = LEVEL) -> Interval:
    """Difference b - a of the means of independent replications, [n] and [m] (Welch 1947, Biometrika 34, 28-35)."""
    known = [(x := np.asarray(values, float))[~np.isnan(x)] for values in (a, b)]
    n = min(map(len, known))
    if n == 0 or not all(np.isfinite(x).all() for x in known):
        return Interval(nan, None, n, "no value")
    mean = float(known[1].mean() - known[0].mean())
    if n == 1:
        return Interval(mean, None, 1, "one replication: no interval")
    shares = [float(x.var(ddof=1)) / len(x) for x in known]
    if not sum(shares):
        return Interval(mean, 0.0, n)
    degrees = sum(shares) ** 2 / sum(s**2 / (len(x) - 1) for s, x in zip(shares, known, strict=True))
    return Interval(mean, t_quantile(degrees, level) * sqrt(sum(shares)), n)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values of a family of tests, in the order given: reject where one is at most 0.05.

    The chance of one or more false rejections then stays within 5 %, however the tests depend on each
    other (Holm 1979, Scandinavian Journal of Statistics 6, 65-70).
    """
    order = sorted(range(len(p_values)), key=lambda k: p_values[k])
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, k in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[k]))
        adjusted[k] = largest
    return adjusted


def _p_value(found: Interval, level: float) -> float | None:
    """Two-sided p-value that the mean is 0, from its interval.

    Differences without any spread (a train more or less, in every replication) would make t infinite; there
    the sign test holds: all of n differences fall on one side by chance with probability 2 / 2^n.
    """
    if found.half_width is None or found.n < 2 or (found.mean == 0 and found.half_width == 0):
        return None
    if found.half_width == 0:
        return sign_test(found.n)
    from scipy.special import stdtr

    t = abs(found.mean) / found.half_width * t_quantile(found.n - 1, level)
    return float(2 * stdtr(found.n - 1, -t))


def without_noise(spread: float, mean: float) -> float:
    """A standard deviation, or 0 where it is what rounding leaves of equal values."""
    return 0.0 if spread <= ROUNDING * abs(mean) else spread


def t_quantile(degrees: float, level: float = LEVEL) -> float:
    """Two-sided quantile of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(degrees, 0.5 + level / 2))


def _ratio(first: npt.NDArray[np.float64], second: npt.NDArray[np.float64]) -> float | None:
    """(variance of a + variance of b) / variance of the differences; None where it says nothing."""
    if len(first) < 2 or np.isinf(first).any() or np.isinf(second).any():
        return None
    alone = float(first.var(ddof=1) + second.var(ddof=1))
    together = float((second - first).var(ddof=1))
    if together == 0 or not isfinite(alone) or isinf(together):
        return None
    return alone / together
