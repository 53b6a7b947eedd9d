"""Integer UTC seconds, dates, and durations written with their unit.

Inside the program time is an ``int`` count of seconds since the run's origin (UTC midnight of the
day on which warm-up starts). Calendars with local time live in ``model/facilities.py``.
"""

from __future__ import annotations

import re
from datetime import date

MINUTE_S, HOUR_S, DAY_S = 60, 3_600, 86_400
UNIT_S = {"s": 1, "min": MINUTE_S, "h": HOUR_S, "d": DAY_S, "w": 7 * DAY_S}
#: A clock beyond this is refused: no question to the corridor spans a century.
LONGEST_CLOCK_S = 100 * 366 * DAY_S
#: Stands for "never" in integer arrays.
NEVER_S = 2**62

_DURATION = re.compile(r"^\s*([0-9]+(?:\.[0-9]+)?)\s*([a-zA-Z]+)\s*$")


def parse_duration(text: object) -> int:
    """Turn ``"4 h"``, ``"30 min"``, ``"1.5 d"`` into whole seconds.

    Raises ``ValueError`` for a bare number, an unknown unit or a negative length.
    """
    if isinstance(text, bool) or not isinstance(text, str):
        raise ValueError(f"{text!r} is not a duration; write a number and a unit, such as '4 h' (s, min, h, d, w)")
    found = _DURATION.match(text)
    if not found:
        raise ValueError(f"{text!r} is not a duration; write a number and a unit, such as '4 h' (s, min, h, d, w)")
    number, unit = found.groups()
    if unit not in UNIT_S:
        raise ValueError(f"unknown unit {unit!r} in {text!r}; allowed: {', '.join(UNIT_S)}")
    seconds = round(float(number) * UNIT_S[unit])
    if seconds > LONGEST_CLOCK_S:
        raise ValueError(f"{text!r} is longer than 100 years")
    return seconds


def format_duration(seconds: float) -> str:
    """Write seconds the way a person reads them: ``"3 d 4 h"``, ``"2.5 h"``, ``"40 min"``."""
    if seconds >= 10 * DAY_S:
        return f"{seconds / DAY_S:.1f} d"
    if seconds >= 2 * DAY_S:
        days, rest = divmod(seconds, DAY_S)
        return f"{days:.0f} d {rest / HOUR_S:.0f} h"
    if seconds >= 2 * HOUR_S:
        return f"{seconds / HOUR_S:.1f} h"
    return f"{seconds / MINUTE_S:.0f} min" if seconds >= MINUTE_S else f"{seconds:.0f} s"


def to_seconds(day: date, origin: date) -> int:
    """Seconds from UTC midnight of ``origin`` to UTC midnight of ``day`` (negative if before)."""
    return (day - origin).days * DAY_S


def months_between(first: date, last: date) -> list[tuple[int, int]]:
    """All (year, month) pairs touched by the days from ``first`` to ``last``, both included."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [(first.year + (first.month - 1 + k) // 12, (first.month - 1 + k) % 12 + 1) for k in range(count)]


def month_start(year: int, month: int) -> date:
    """First day of a month; month 13 is January of the next year."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
