"""The distributions that a length of time may have: a closed list, with the parameters of each.

What is not in ``BY_TIMES``, ``BY_SPREAD`` or ``BY_SHAPE`` is no distribution, whatever a library knows under that
name. Quantiles are in ``sim/model/durations.py``. Formulas: Law, Simulation Modeling and Analysis, section 6.2.2.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

#: Given by lengths of time alone: name -> what it needs.
BY_TIMES: Mapping[str, tuple[str, ...]] = {
    "fixed": ("value",),
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "exponential": ("mean",),
    "empirical": ("values",),
}
#: Given by ``mean`` and ``cv``: name -> least and largest coefficient of variation.
BY_SPREAD: Mapping[str, tuple[float, float]] = {
    "lognormal": (0.0, 100.0),
    "gamma": (0.01, 100.0),
    "weibull_min": (0.02, 100.0),
    "norm": (0.01, 10.0),
}
#: Given by ``scale`` (and ``loc``, a length of time that is added) and the named ``shape``: least and largest value.
BY_SHAPE: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "gamma": {"a": (0.0001, 10_000.0)},
    "weibull_min": {"c": (0.15, 100.0)},
    "norm": {},
}
KNOWN = (*BY_TIMES, *BY_SPREAD)


def fault_of(dist: str, given: Mapping[str, Any]) -> str | None:
    """What is wrong with the parameters that are ``given`` (lengths of time in seconds); None if nothing is."""
    if dist in BY_TIMES:
        return _of_times(dist, given)
    if "scale" in given and dist in BY_SHAPE:
        return _of_shape(dist, given)
    return _of_spread(dist, given)


def mean_s(dist: str, given: Mapping[str, Any]) -> float:
    """Expected length in seconds (of the distribution before negative values are cut)."""
    match dist:
        case "fixed":
            return float(given["value"])
        case "uniform":
            return (given["low"] + given["high"]) / 2
        case "triangular":
            return (given["low"] + given["mode"] + given["high"]) / 3
        case "empirical":
            values = given["values"]
            weights = given.get("weights") or [1.0] * len(values)
            return float(sum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights))
    if "scale" not in given:
        return float(given["mean"])
    shape, shift = given.get("shape") or {}, float(given.get("loc") or 0)
    of_one: dict[str, Callable[[], float]] = {
        "gamma": lambda: float(shape["a"]),
        "weibull_min": lambda: math.gamma(1 + 1 / shape["c"]),
        "norm": lambda: 0.0,
    }
    return shift + float(given["scale"] * of_one[dist]())


@lru_cache(maxsize=64)
def weibull_shape(cv: float) -> float:
    """The shape whose coefficient of variation is ``cv``, for a cv within ``BY_SPREAD``."""
    from scipy.optimize import brentq

    def excess(shape: float) -> float:  # ln(1 + cv^2) = ln(gamma(1 + 2/k)) - 2 ln(gamma(1 + 1/k))
        return math.lgamma(1 + 2 / shape) - 2 * math.lgamma(1 + 1 / shape) - math.log1p(cv * cv)

    return float(brentq(excess, 0.1, 200.0, xtol=1e-14))


def _of_times(dist: str, given: Mapping[str, Any]) -> str | None:
    if fault := _fields(dist, given, BY_TIMES[dist], optional=("weights",) if dist == "empirical" else ()):
        return fault
    if dist in ("uniform", "triangular") and not given["low"] <= given.get("mode", given["low"]) <= given["high"]:
        return f"{dist}: low, mode and high must not fall"
    if dist == "empirical":
        if not given["values"]:
            return "empirical: needs one value at least"
        weights = given.get("weights")
        if weights is not None and (len(weights) != len(given["values"]) or min(weights) < 0 or sum(weights) <= 0):
            return "empirical: as many weights as values, with a positive sum and none below 0"
    return None


def _of_spread(dist: str, given: Mapping[str, Any]) -> str | None:
    if not {"mean", "cv"} <= given.keys() and dist in BY_SHAPE:
        shape = ", ".join(BY_SHAPE[dist])
        return f"distribution {dist!r} needs 'mean' and 'cv', or 'scale'" + (f" and 'shape' ({shape})" if shape else "")
    if fault := _fields(dist, given, ("mean", "cv")):
        return fault
    low, high = BY_SPREAD[dist]
    if not low <= given["cv"] <= high:
        return f"{dist}: cv is {given['cv']:g}; allowed: {low:g} to {high:g}"
    return None


def _of_shape(dist: str, given: Mapping[str, Any]) -> str | None:
    needed = BY_SHAPE[dist]
    if fault := _fields(dist, given, ("scale", "shape") if needed else ("scale",), optional=("loc", "shape")):
        return fault
    shape = given.get("shape") or {}
    if shape.keys() != needed.keys():
        return (
            f"{dist}: its shape has {', '.join(needed) or 'no parameter'}, not {', '.join(map(str, shape)) or 'none'}"
        )
    for name, (low, high) in needed.items():
        if not low <= shape[name] <= high:
            return f"{dist}: shape {name} is {shape[name]:g}; allowed: {low:g} to {high:g}"
    return None


def _fields(dist: str, given: Mapping[str, Any], needs: tuple[str, ...], optional: tuple[str, ...] = ()) -> str | None:
    missing = [name for name in needs if name not in given]
    extra = sorted(given.keys() - set(needs) - set(optional))
    if not missing and not extra:
        return None
    return (
        f"distribution {dist!r} takes {', '.join(needs)}"
        + (f"; missing: {', '.join(missing)}" if missing else "")
        + (f"; not allowed: {', '.join(extra)}" if extra else "")
    )
