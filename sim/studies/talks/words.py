"""Words of the talks' page: amounts, indicators and scopes, and how a model's figure stands to a published one."""

from __future__ import annotations

from collections.abc import Mapping
from math import floor, log10
from typing import Any

from sim.indicators import CORRIDOR, INDICATORS
from sim.report.estimate import Estimate
from sim.report.texttable import number
from sim.statistics.intervals import NOT_REACHED

#: A single published figure is met within this share of it.
NEAR = 0.10
#: How a model's figure stands to a published one.
AGREES, CONTRADICTS, OPEN, NOT_COMPARED = "consistent", "inconsistent", "not decided at this precision", "not compared"
NOT_COMPARABLE, WITHDRAWN = "not comparable", "withdrawn"
_GROUPS = {CORRIDOR: "all cargo", "cargo TEU": "containers", "cargo wagon": "wagons", "cargo truck": "trucks"}
#: Indicators in words for readers who do not speak of percentiles; the others as in tables.
_WORDS = {
    "transit_p50": "median transit time",
    "transit_p90": "transit time that nine in ten keep",
    "transit_p95": "transit time that 19 in 20 keep",
}


def judge(claim: Mapping[str, Any]) -> str:
    """How the model's interval stands to what was published: one of the words above, with the direction or reason.

    Consistent: the whole 95 % interval lies inside the published range (a single figure: within ``NEAR`` of it);
    inconsistent: all of it lies outside. Without an interval (one replication) nothing is decided. A level is held
    against a run of its own year and base only, a change against a change.
    """
    model = claim["model"]
    if claim.get("withdrawn"):
        return f"{WITHDRAWN} with the answer"
    if model is None or model["mean"] is None or claim["unit"] != claim["model_unit"]:
        return NOT_COMPARED
    if claim.get("jam") and claim["model_unit"] in ("d", "h"):
        return f"{NOT_COMPARABLE}: the run or its base jams"
    if claim.get("role") in ("input", "fitted"):
        return f"{NOT_COMPARABLE}: {claim['role']}, no test"
    if claim["of"] == "level" and (claim.get("year") is None or claim["year"] != claim.get("base_year")):
        return f"{NOT_COMPARABLE}: {_level_of(claim)} beside a what-if"
    low, high = bounds(claim)
    half = model["half_width"]
    if half is None:
        return OPEN
    least, most = model["mean"] - half, model["mean"] + half
    if low <= least and most <= high:
        return AGREES
    if most < low or least > high:
        side = "lower" if most < low else "higher"
        good = INDICATORS[claim["kpi"]].good
        judged = "" if good == "neutral" else f", which is {'better' if good == side else 'worse'}"
        return f"{CONTRADICTS}: the model's figure is {side}{judged}"
    return OPEN


def _level_of(claim: Mapping[str, Any]) -> str:
    return "a level" if claim.get("year") is None else f"the level of {claim['year']}"


def bounds(claim: Mapping[str, Any]) -> tuple[float, float]:
    """The published range; what is not said has no bound."""
    if claim["value"] is not None:
        apart = abs(claim["value"]) * NEAR
        return claim["value"] - apart, claim["value"] + apart
    low, high = claim["low"], claim["high"]
    return -float("inf") if low is None else low, float("inf") if high is None else high


def amount(found: Estimate | None, unit: str, margin: bool = True) -> str:
    """``10.2 ± 0.3 d``, the mean as precise as its interval; large tonnages as Mt, shares in per cent."""
    if found is None or found.mean is None:
        return "–" if found is None or found.is_reached else NOT_REACHED
    scale, unit = _scale(found.mean, unit)
    mean, half = found.mean * scale, (found.half_width or 0.0) * scale
    if not (margin and half):
        return f"{_minus(number(mean))} {unit}"
    decimals = max(1 - floor(log10(half)), 0)
    return f"{_minus(f'{mean:,.{decimals}f}')} ± {half:,.{decimals}f} {unit}"


def signed(found: Estimate, unit: str) -> str:
    """A difference with its sign; of shares in points."""
    text = ("+" if (found.mean or 0) > 0 else "") + amount(found, unit)
    return f"{text.removesuffix('%')}points" if unit == "share" else text


def _scale(mean: float, unit: str) -> tuple[float, str]:
    if unit == "share":
        return 100.0, "%"
    return (1e-6, "Mt") if unit == "t" and abs(mean) >= 1e5 else (1.0, unit)


def _minus(text: str) -> str:
    return text.replace("-", "−")


def indicator_words(kpi: str) -> str:
    """An indicator in words."""
    return _WORDS.get(kpi, INDICATORS[kpi].words)


def scope_words(scope: str) -> str:
    """A group of cargo in words; a flow or a place keeps its name."""
    return _GROUPS.get(scope, scope.replace("_", " "))
