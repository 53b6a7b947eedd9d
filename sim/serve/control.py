"""A slider or a switch of the page: where it stands, its ends, and which values it takes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sim.network.words import number_words
from sim.record import Record
from sim.scenario.values import EARLIEST, LATEST

#: ``number``: the value itself. ``more``: added to a value that changes on dates, which stay. ``times``: a factor of
#: what holds. ``use``: an intervention, on, off or from a day.
Kind = Literal["number", "more", "times", "use"]
Value = float | str


@dataclass(frozen=True, slots=True)
class Control(Record):
    """A slider or a switch.

    ``group`` is a key of the page's words; ``at`` is where it stands: a number in ``unit``, or ``on``, ``off`` or a day;
    ``holds`` says in words what holds in the scenario; ``mean_s`` is the mean of a length of time, in seconds, which a
    factor multiplies; ``since`` is the day that the catalogue gives an intervention; ``unit_one`` is the unit of a single one.
    """

    key: str
    group: str
    kind: Kind
    title: str
    unit: str
    at: Value
    holds: str
    grade: str
    low: float = 0.0
    high: float = 0.0
    step: float = 1.0
    mean_s: float | None = None
    since: str = ""
    unit_one: str = ""

    def read(self, value: object) -> Value:
        """A value of the page. Raises ``ValueError`` that says what is allowed."""
        if self.kind == "use":
            return _use(value)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
            raise ValueError(f"{_shown(value)} is not a number")
        if not self.low <= value <= self.high:
            unit = f" {self.unit}" if self.unit else ""
            allowed = f"{number_words(self.low)} to {number_words(self.high)}{unit}"
            raise ValueError(f"{_shown(value)} is out of range; allowed on this page: {allowed}")
        whole = float(self.step).is_integer() and float(self.low).is_integer()
        if whole and not float(value).is_integer():
            raise ValueError(f"{number_words(value)} should be a whole number")
        return int(value) if whole else round(float(value), 6)


def _use(value: object) -> str:
    if value in ("on", "off"):
        return str(value)
    try:
        day = date.fromisoformat(value if isinstance(value, str) and len(value) <= 20 else "")
    except ValueError:
        raise ValueError(f"{_shown(value)} is not allowed; allowed: on, off, a date such as 2024-03-31") from None
    if not EARLIEST <= day <= LATEST:
        raise ValueError(f"{day} is out of range; allowed: {EARLIEST} to {LATEST}")
    return day.isoformat()


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else f"{text[:40]}..."
