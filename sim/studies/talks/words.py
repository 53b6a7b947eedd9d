"""Words of the talks' page: amounts, indicators and scopes."""

from __future__ import annotations

import re
from math import floor, log10

from sim.indicators import CORRIDOR, INDICATORS
from sim.language.forms import in_form
from sim.language.shown import shown
from sim.language.words import mark, tr
from sim.report.estimate import Estimate
from sim.report.texttable import number
from sim.statistics.intervals import NOT_REACHED

_GROUPS = {CORRIDOR: mark("all cargo"), "cargo TEU": "containers", "cargo wagon": "wagons", "cargo truck": "trucks"}
#: A flow with its ends.
_FLOW = re.compile(r"(\w+) \((.+) to (.+)\)")
#: Indicators in words for readers who do not speak of percentiles; the others as in tables.
_WORDS = {
    "transit_p50": mark("median transit time"),
    "transit_p90": mark("transit time that nine in ten keep"),
    "transit_p95": mark("transit time that 19 in 20 keep"),
}


def amount(found: Estimate | None, unit: str, margin: bool = True) -> str:
    """``10.2 ± 0.3 d``, the mean as precise as its interval; large tonnages as Mt, shares in per cent."""
    if found is None or found.mean is None:
        return "–" if found is None or found.is_reached else tr(NOT_REACHED)
    scale, unit = _scale(found.mean, unit)
    mean, half = found.mean * scale, (found.half_width or 0.0) * scale
    if not (margin and half):
        return f"{_minus(number(mean))} {tr(unit)}"
    decimals = max(1 - floor(log10(half)), 0)
    return in_form(f"{_minus(f'{mean:,.{decimals}f}')} ± {half:,.{decimals}f}") + f" {tr(unit)}"


def signed(found: Estimate, unit: str) -> str:
    """A difference with its sign; of shares in points."""
    text = ("+" if (found.mean or 0) > 0 else "") + amount(found, unit)
    return tr("{number} points", number=text.removesuffix("%").rstrip()) if unit == "share" else text


def _scale(mean: float, unit: str) -> tuple[float, str]:
    if unit == "share":
        return 100.0, "%"
    return (1e-6, mark("Mt")) if unit == "t" and abs(mean) >= 1e5 else (1.0, unit)


def _minus(text: str) -> str:
    return text.replace("-", "−")


def indicator_words(kpi: str) -> str:
    """An indicator in words."""
    return tr(_WORDS.get(kpi, INDICATORS[kpi].words))


def scope_words(scope: str) -> str:
    """A group of cargo in words; a flow or a place keeps its name."""
    return _GROUPS.get(scope, scope.replace("_", " "))


def scope_shown(words: str) -> str:
    """The words of a scope as they are stored, in the language: those of a flow with both of its ends."""
    found = _FLOW.fullmatch(words)
    return shown(words) if found is None else tr("{flow} ({a} to {b})", flow=found[1], a=found[2], b=found[3])


def span(least: int, most: int) -> str:
    """``6``, or ``6 to 10``."""
    return str(least) if least == most else tr("{low} to {high}", low=least, high=most)
