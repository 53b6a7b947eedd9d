"""Quantile functions: from uniforms to whole seconds.

Closed forms for the common distributions (tested equal to ``scipy.stats``), ``scipy.stats`` for the
rest. Sources of the formulas: any textbook of simulation, e.g. Law, Simulation Modeling and Analysis,
chapter 8 (inverse transform).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sim.errors import RunError
from sim.scenario.values import Draw

F64 = npt.NDArray[np.float64]
#: The longest time that the arrays of an engine hold, 32 bits of seconds: 68 years.
LONGEST_S = 2**31 - 1


def quantile_s(draw: Draw, u: F64) -> F64:
    """Length of time in seconds (not yet rounded, never negative) at probabilities ``u``, shape of ``u``."""
    match draw.dist:
        case "fixed":
            return np.full(u.shape, float(draw.value or 0))
        case "uniform":
            low, high = _given(draw.low), _given(draw.high)
            found = u * (high - low)
            found += low
            return found
        case "triangular":
            return _triangular(_given(draw.low), _given(draw.mode), _given(draw.high), u)
        case "exponential":
            found = np.negative(u)
            np.log1p(found, out=found)
            found *= -_given(draw.mean)
            return found
        case "lognormal":
            return lognormal(_given(draw.mean), draw.cv or 0.0, u)
        case "empirical":
            return _empirical(draw, u)
    return np.maximum(_scipy(draw).ppf(u), 0.0)


def mean_s(draw: Draw) -> float:
    """Expected length in seconds (of the distribution before negative values are cut)."""
    match draw.dist:
        case "fixed":
            return float(draw.value or 0)
        case "uniform":
            return (_given(draw.low) + _given(draw.high)) / 2
        case "triangular":
            return (_given(draw.low) + _given(draw.mode) + _given(draw.high)) / 3
        case "exponential" | "lognormal":
            return _given(draw.mean)
        case "empirical":
            values = np.array(draw.values, dtype=float)
            return float(np.average(values, weights=draw.weights))
    return float(_scipy(draw).mean())


def lognormal(mean: float, cv: float, u: F64) -> F64:
    """Lognormal by its own mean and coefficient of variation."""
    if cv == 0 or mean == 0:
        return np.full(u.shape, mean)
    return lognormal_of(mean, math.log1p(cv * cv), u)


def lognormal_of(mean: float | F64, sigma2: float | F64, u: F64) -> F64:
    """Lognormal by its own mean and its logarithm's variance, numbers or arrays of a shape that goes with ``u``."""
    from scipy.special import ndtri

    found: F64 = ndtri(u)
    found *= np.sqrt(sigma2)
    found -= sigma2 / 2
    np.exp(found, out=found)
    found *= mean
    return found


def within_32_bits(time_s: F64, names: Sequence[str]) -> F64:
    """The same seconds, 0 or more, refused where 32 bits do not hold them: a cast would wrap around in silence.

    ``names`` say whose time it is, one for each row of ``time_s`` or one for all. Raises ``RunError``.
    """
    if not time_s.max(initial=0.0) <= LONGEST_S:
        longest = int(np.argmax(time_s))
        raise RunError(f"{names[longest * len(names) // time_s.size]}: longer than 68 years, the most that a drawn time"
                       " can be")  # fmt: skip
    return time_s


def _given(seconds: int | None) -> float:
    return float(seconds or 0)


def _triangular(low: float, mode: float, high: float, u: F64) -> F64:
    if high == low:
        return np.full(u.shape, low)
    area = u * (high - low)
    rising = area <= mode - low
    area *= mode - low
    left = np.sqrt(area, out=area)
    left += low
    right = 1 - u
    right *= high - low
    right *= high - mode
    np.subtract(high, np.sqrt(right, out=right), out=right)
    return np.where(rising, left, right)


def _empirical(draw: Draw, u: F64) -> F64:
    values = np.array(draw.values, dtype=float)
    weights = np.array(draw.weights, dtype=float) if draw.weights else np.ones(len(values))
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(weights[order])
    at = np.searchsorted(cumulative, u * cumulative[-1], side="right")
    return values[order][np.minimum(at, len(values) - 1)]


def _scipy(draw: Draw):  # type: ignore[no-untyped-def]  # scipy has no public type for it
    from scipy import optimize, stats

    family = getattr(stats, draw.dist)
    if draw.scale is not None:
        return family(**(draw.shape or {}), loc=_given(draw.loc), scale=float(draw.scale))
    mean, cv = _given(draw.mean), draw.cv or 0.0
    if draw.dist == "gamma":
        return family(1 / cv**2, scale=mean * cv**2)
    if draw.dist == "norm":
        return family(loc=mean, scale=mean * cv)
    if draw.dist == "weibull_min":
        # the shape whose coefficient of variation is cv; the mean then gives the scale
        shape = optimize.brentq(lambda k: float(family(k).std() / family(k).mean()) - cv, 0.1, 100.0)
        return family(shape, scale=mean / float(family(shape).mean()))
    raise ValueError(f"{draw.dist}: give 'scale' and 'shape'; mean and cv are known for gamma, norm, weibull_min")
