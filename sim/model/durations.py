"""Quantile functions: from uniforms to whole seconds.

Tested equal to ``scipy.stats``, which takes longer to import than most runs take to draw; the list of what is known
stands in ``sim/scenario/distributions.py``. Sources of the formulas: any textbook of simulation, e.g. Law, Simulation
Modeling and Analysis, chapter 8 (inverse transform).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sim.errors import RunError
from sim.scenario.distributions import weibull_shape
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
        case "gamma":
            return _gamma(draw, u)
        case "weibull_min":
            return _weibull(draw, u)
        case "norm":
            return np.maximum(_normal(draw, u), 0.0)
    raise ValueError(f"no distribution {draw.dist!r}")  # the check of a value refuses it before


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
        raise RunError(
            f"{names[longest * len(names) // time_s.size]}: longer than 68 years, the most that a drawn time can be"
        )
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


def _gamma(draw: Draw, u: F64) -> F64:
    from scipy.special import gammaincinv

    if draw.scale is not None:
        return gammaincinv((draw.shape or {})["a"], u) * float(draw.scale) + _given(draw.loc)
    mean, cv = _given(draw.mean), float(draw.cv or 0)
    return gammaincinv(1 / cv**2, u) * (mean * cv**2)


def _weibull(draw: Draw, u: F64) -> F64:
    if draw.scale is not None:
        shape, scale = (draw.shape or {})["c"], float(draw.scale)
    else:
        shape = weibull_shape(float(draw.cv or 0))
        scale = _given(draw.mean) / math.gamma(1 + 1 / shape)
    return scale * np.power(-np.log1p(-u), 1 / shape) + _given(draw.loc)


def _normal(draw: Draw, u: F64) -> F64:
    from scipy.special import ndtri

    if draw.scale is not None:
        return ndtri(u) * float(draw.scale) + _given(draw.loc)
    mean = _given(draw.mean)
    return ndtri(u) * (mean * float(draw.cv or 0)) + mean
