"""Between which multiples something begins to grow, where some multiples cannot be told apart from noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sim.studies.capacity.backlog import GROWS, OPEN, STEADY

#: Multiples outside are not looked for.
LEAST, MOST = 1 / 16, 16.0
#: Where multiples between are not decided, each end is found to this share of the bracket, in ratios.
_OF_THE_WHOLE = 1 / 8


@dataclass(frozen=True)
class Bracket:
    """``low``: the largest multiple shown steady, ``high``: the smallest shown growing; None if there was none.

    ``undecided``: the least and the largest multiple between them that are not shown to be either, or None.
    """

    low: float | None
    high: float | None
    undecided: tuple[float, float] | None = None


def bracket(judge: Callable[[float], str], precision: float, least: float = LEAST, most: float = MOST) -> Bracket:
    """Bracket the multiple at which ``judge`` turns from ``STEADY`` over ``OPEN`` to ``GROWS``.

    From 1 it halves and doubles until both ends are known, then halves by the geometric mean: until high - low <=
    ``precision`` x low, or, where multiples between are not decided, until what lies between each end and the nearest
    of them is as narrow, or the eighth root of high / low.
    """
    found: dict[float, str] = {1.0: judge(1.0)}

    def look(multiple: float) -> str:
        found[multiple] = judge(multiple)
        return found[multiple]

    down, up = 0.5, 2.0
    while STEADY not in found.values() and down >= least:
        look(down)
        down /= 2
    while GROWS not in found.values() and up <= most:
        look(up)
        up *= 2
    while True:
        ends = _ends(found)
        middle = _next(ends, precision)
        if middle is None:
            return ends
        look(middle)


def _ends(found: dict[float, str]) -> Bracket:
    """The bracket of what was judged: a steady multiple beyond one that grows, by chance, does not count."""
    high = min((m for m, what in found.items() if what == GROWS), default=None)
    below = {m: what for m, what in found.items() if high is None or m < high}
    low = max((m for m, what in below.items() if what == STEADY), default=None)
    between = [m for m, what in below.items() if what == OPEN and (low is None or m > low)]
    return Bracket(low, high, (min(between), max(between)) if between else None)


def _next(ends: Bracket, precision: float) -> float | None:
    """The multiple to judge next: the middle of the wider gap that is too wide; None if none is."""
    least, largest = ends.undecided or (ends.high, ends.low)
    enough = precision
    if ends.undecided and ends.low and ends.high:
        enough = max(precision, (ends.high / ends.low) ** _OF_THE_WHOLE - 1)
    gaps = [(a, b) for a, b in ((ends.low, least), (largest, ends.high)) if a is not None and b is not None]
    wide = [(b / a, a, b) for a, b in gaps if b - a > enough * a]
    if not wide:
        return None
    _, a, b = max(wide)
    return float((a * b) ** 0.5)
