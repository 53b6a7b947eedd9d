"""Integer UTC seconds, dates, and durations written with their unit.

Inside the program time is an ``int`` count of seconds since the run's origin (UTC midnight of the
day on which warm-up starts). Calendars with local time live in ``model/facilities.py``.
"""

from __future__ import annotations

import re
from datetime import date

MINUTE_S, HOUR_S, DAY_S = 60, 3_600, 86_400
UNIT_S = {"s": 1, "min": MINUTE_S, "h": HOUR_S, "d": DAY_S, "w": 7 * DAY_S}
#: The same units in words, as they may be written too.
UNIT_WORDS = {
    word: unit
    for unit, words in {
        "s": ("sec", "second"),
        "min": ("minute",),
        "h": ("hr", "hour"),
        "d": ("day",),
        "w": ("wk", "week"),
    }.items()
    for name in words
    for word in (name, f"{name}s")
} | {"mins": "min"}
#: A clock beyond this is refused: no question to the corridor spans a century.
LONGEST_CLOCK_S = 100 * 366 * DAY_S
#: Stands for "never" in integer arrays.
NEVER_S = 2**62

_DURATION = re.compile(r"^\s*([0-9]+(?:\.[0-9]+)?)\s*([^\W\d_]+)\.?\s*$")
_FORM = "write a number and a unit, such as '4 h' (s, min, h, d, w)"
_PARTS = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([a-zA-Z]+)")


def parse_duration(text: object) -> int:
    """Turn ``"4 h"``, ``"30 min"``, ``"1.5 days"`` into whole seconds.

    Raises ``ValueError`` for a bare number, an unknown unit or a negative length.
    """
    if isinstance(text, bool) or not isinstance(text, str):
        raise ValueError(f"{text!r} is not a duration; {_FORM}")
    found = _DURATION.match(text)
    if not found:
        raise ValueError(f"{text!r} is not a duration; {_in_one_unit(text) or _FORM}")
    number, unit = found.groups()
    unit = UNIT_WORDS.get(unit.lower(), unit)
    if unit not in UNIT_S:
        allowed = f"{', '.join(UNIT_S)}; or minutes, hours, days, weeks"
        raise ValueError(f"unknown unit {unit!r} in {text!r}; allowed: {allowed}")
    seconds = round(float(number) * UNIT_S[unit])
    if seconds > LONGEST_CLOCK_S:
        raise ValueError(f"{text!r} is longer than 100 years")
    return seconds


def _in_one_unit(text: str) -> str:
    """Advice on ``0,5 h``, ``1 h 30 min`` and ``12:30``; empty for anything else."""
    if "," in text and _DURATION.match(text.replace(",", ".")):
        return f"the decimal sign is a point: write {text.strip().replace(',', '.')}"
    if found := re.fullmatch(r"\s*([0-9]{1,3}):([0-5][0-9])\s*(?:h|hours?)?\s*", text):
        return f"write {int(found[1]) * 60 + int(found[2])} min"
    if re.fullmatch(r"\s*[0-9][0-9 \u00a0\u202f']*[0-9]\s*[a-zA-Z]+\s*", text):
        return f"write the digits together: {re.sub(r'(?<=[0-9])[^0-9a-zA-Z]+(?=[0-9])', '', text).strip()}"
    parts = [(float(number), UNIT_WORDS.get(unit.lower(), unit)) for number, unit in _PARTS.findall(text)]
    whole = not re.sub(r"[\s,]|and", "", _PARTS.sub("", text))
    if len(parts) > 1 and whole and all(unit in UNIT_S for _, unit in parts):
        seconds = sum(number * UNIT_S[unit] for number, unit in parts)
        return f"write it in one unit: {seconds / MINUTE_S:g} min"
    return ""


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


def exact_duration(seconds: int) -> str:
    """A whole number of seconds as it would be written in a file, without loss: ``1 d``, ``90 min``."""
    unit = next((u for u in ("d", "h", "min") if seconds and seconds % UNIT_S[u] == 0), "s")
    return f"{seconds // UNIT_S[unit]} {unit}"
