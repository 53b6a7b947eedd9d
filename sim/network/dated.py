"""Compose changes of one parameter: values that are set, added to or scaled, from a date on or for a while.

Works on parameters as they are written (numbers, ``"4 h"``, distributions, dated lists). Changes
apply one after another, each on what the earlier ones left.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sim.clock import LONGEST_CLOCK_S, parse_duration
from sim.errors import nearest
from sim.scenario.changes import Action
from sim.scenario.shapes import STEP_FIELDS, is_dated_list

#: A dated value as written: (date from which it holds, or None from the beginning; the value).
DatedSteps = list[tuple[date | None, Any]]
#: Fields of a distribution that are lengths of time.
DRAW_TIMES = ("value", "low", "mode", "high", "mean", "values", "scale", "loc")

_SIGNED_DURATION = re.compile(r"^\s*([-+]?)\s*(.*)$", re.DOTALL)


def as_steps(raw: Any) -> DatedSteps:
    """The steps of a parameter as written; a plain value is one step from the beginning.

    Raises ``ValueError`` for an entry with another field, for a step without a date after the first, and for dates
    that do not rise.
    """
    if not is_dated_list(raw):
        return [(None, raw)]
    odd = next((name for step in raw for name in step if name not in STEP_FIELDS), None)
    if odd is not None:
        raise ValueError(
            f"unknown field {odd!r} of a dated value; allowed: {', '.join(STEP_FIELDS)}{nearest(odd, STEP_FIELDS)}"
        )
    steps = [(_as_date(step.get("from")), step["value"]) for step in raw]
    dates = [since for since, _ in steps]
    if None in dates[1:]:
        raise ValueError("only the first dated value may lack 'from'")
    known = [d for d in dates if d is not None]
    if any(later <= earlier for earlier, later in itertools.pairwise(known)):
        raise ValueError("dated values must be in date order, one for each date")
    return steps


def as_written(steps: DatedSteps) -> Any:
    """The inverse of ``as_steps``."""
    if len(steps) == 1 and steps[0][0] is None:
        return steps[0][1]
    return [{"value": value} if since is None else {"from": since, "value": value} for since, value in steps]


def change_steps(steps: DatedSteps, change: Callable[[Any], Any], since: date | None, until: date | None) -> DatedSteps:
    """Apply ``change`` to every value in force in [since, until); from then on what would have held returns.

    The first step holds from the beginning, whatever date it carries. Equal neighbours are merged.
    """
    steps = [(None, steps[0][1]), *steps[1:]]
    edges = sorted({d for d in (since, until, *(d for d, _ in steps)) if d is not None})
    new: DatedSteps = []
    for edge in [None, *edges]:
        value = in_force(steps, edge)
        begun = since is None or (edge is not None and edge >= since)
        over = until is not None and edge is not None and edge >= until
        value = change(value) if begun and not over else value
        if not new or not _same(new[-1][1], value):
            new.append((edge, value))
    return new


def replace_steps(steps: DatedSteps, later: DatedSteps) -> DatedSteps:
    """Set a dated list: all of it if its first value is undated, else from its first date on."""
    first = later[0][0]
    if first is None:
        return later
    return [*(s for s in steps if s[0] is None or s[0] < first), *later]


def arithmetic(action: Action, amount: Any, whole: bool) -> Callable[[Any], Any]:
    """The function that ``add`` or ``scale`` by ``amount`` does to one value as written.

    ``whole`` numbers are rounded (half up). Durations and all times of a distribution are added to
    (by a duration, which may carry a sign) or scaled. The function raises ``ValueError`` for a value
    that cannot be changed so.
    """

    def number(value: float) -> float:
        if isinstance(amount, str):
            raise ValueError(f"{amount!r} cannot be added to the number {value!r}")
        result = value + amount if action == "add" else value * amount
        if not math.isfinite(result):
            raise ValueError(f"{value!r} would grow beyond every number")
        return math.floor(result + 0.5) if whole else result

    def duration(text: str) -> str:
        seconds = parse_duration(text)
        seconds = seconds + _signed_seconds(amount) if action == "add" else seconds * amount
        if not 0 <= seconds <= LONGEST_CLOCK_S:
            raise ValueError(f"{text!r} would become {'negative' if seconds < 0 else 'longer than 100 years'}")
        return f"{round(seconds)} s"

    def apply(value: Any) -> Any:
        if isinstance(value, dict):
            return _change_draw(value, duration, action)
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise ValueError(f"{value!r} cannot be {'added to' if action == 'add' else 'scaled'}; use set")
        return duration(value) if isinstance(value, str) else number(value)

    return apply


def _change_draw(draw: Mapping[str, Any], duration: Callable[[str], str], action: Action) -> dict[str, Any]:
    """Change the times of a distribution. Adding moves it as a whole; its spread stays."""
    times = [name for name in DRAW_TIMES if name in draw]
    if not times:
        raise ValueError(f"{draw!r} has no times to change; use set")
    new = dict(draw)
    if action == "add" and "scale" in draw:
        times = ["loc"]
        new.setdefault("loc", "0 s")
    for name in times:
        new[name] = [duration(v) for v in new[name]] if isinstance(new[name], list) else duration(new[name])
    if action == "add" and "mean" in draw and isinstance(draw.get("cv"), (int, float)):
        mean_s, new_mean_s = parse_duration(draw["mean"]), parse_duration(new["mean"])
        new["cv"] = draw["cv"] * mean_s / new_mean_s if new_mean_s else 0
    return new


def _signed_seconds(amount: Any) -> int:
    if not isinstance(amount, str):
        raise ValueError(f"{amount!r} is not a duration; write a number and a unit, such as '4 h' or '-30 min'")
    sign, rest = _SIGNED_DURATION.match(amount).groups()  # type: ignore[union-attr]
    return parse_duration(rest) * (-1 if sign == "-" else 1)


def _as_date(since: Any) -> date | None:
    if since is None or isinstance(since, date):
        return since
    try:
        return date.fromisoformat(since)
    except (TypeError, ValueError):
        raise ValueError(f"'from' {since!r} is not a date; write it as 2025-01-31") from None


def in_force(steps: DatedSteps, day: date | None) -> Any:
    """The value that holds on ``day``; None: from the beginning."""
    value = steps[0][1]
    for since, later in steps[1:]:
        if day is not None and since is not None and since <= day:
            value = later
    return value


def within(raw: Any, first: date, last: date) -> list[tuple[date, Any]]:
    """What a parameter as written comes to from ``first`` to ``last``: the day of each change, and the value."""
    steps = as_steps(raw)
    found: list[tuple[date, Any]] = []
    for day in sorted({first, *(since for since, _ in steps if since and first < since <= last)}):
        value = in_force(steps, day)
        if not found or not _same(found[-1][1], value):
            found.append((day, value))
    return found


def _same(a: Any, b: Any) -> bool:
    return type(a) is type(b) and a == b
