"""What a sweep moves: parameters, settings, interventions and ranges, each with its values or its ends.

A factor is named by the key that ``--set`` takes too: ``fleets.kmtf_feeder.count``, ``weather.caspian.seed``,
``interventions.SRV-20`` (on, off or a date), ``ranges.papers_china`` (0 its lowest, 1 its highest).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, model_validator

from sim.clock import parse_duration
from sim.errors import Problem
from sim.network.tables import TABLES
from sim.scenario.described import described
from sim.scenario.faults import show
from sim.scenario.overrides import LEVELS, RANGES, USES
from sim.scenario.shapes import alternatives, dated_type, type_at
from sim.scenario.values import Strict
from sim.scenario.yamlfile import Document

Value = bool | int | float | date | str
#: Settings of a scenario that are whole numbers.
_WHOLE_SETTINGS = ("seed", "replications")


def _as_entry(raw: Any) -> Any:
    """A list is the values themselves; nothing is what a factor has of itself."""
    if raw is None:
        return {}
    return {"values": raw} if isinstance(raw, list) else raw


class FactorEntry(Strict):
    """The values of one factor, or the ends between which a design chooses."""

    values: tuple[Value, ...] = described("Values, each once.", "of the field", default=())
    low: Value | None = described("Lowest value.", "of the field", default=None)
    high: Value | None = described("Highest value.", "of the field", default=None)
    dist: Literal["uniform", "loguniform"] = described(
        "How values lie between the ends: evenly, or evenly in their logarithm.", default="uniform"
    )
    also: tuple[str, ...] = described("Further parameters that have the same value.", default=())

    @model_validator(mode="after")
    def _values_or_ends(self) -> FactorEntry:
        if self.values and (self.low is not None or self.high is not None):
            raise ValueError("has values and ends; write either a list of values, or low and high")
        if len(set(map(str, self.values))) < len(self.values) or (
            "values" in self.model_fields_set and not self.values
        ):
            raise ValueError("a factor needs one or more values, each once")
        if (self.low is None) != (self.high is None):
            raise ValueError(f"has {'low' if self.high is None else 'high'} alone; write both low and high")
        if len(set(self.also)) < len(self.also):
            raise ValueError(f"also: {', '.join(self.also)}: a parameter is named twice")
        return self


Entries = dict[str, Annotated[FactorEntry, BeforeValidator(_as_entry)]]


@dataclass(frozen=True)
class Factor:
    """A factor that a design can take: ``values``, or ``low`` and ``high``, numbers of some unit.

    ``kind`` says what the ends are: a number, a whole number, a day (its ordinal) or a length of time (seconds).
    """

    key: str
    values: tuple[Value, ...] = ()
    low: float = 0.0
    high: float = 1.0
    kind: Literal["number", "whole", "day", "duration"] = "number"
    dist: str = "uniform"
    also: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys that it moves."""
        return (self.key, *self.also)

    @property
    def steps(self) -> tuple[Value, ...]:
        """The values where they are given, else the two ends."""
        return self.values or (self.at(0.0), self.at(1.0))

    def at(self, u: float) -> Value:
        """The value at a share ``u`` (0 to 1) of the way: of values each has the same share."""
        if self.values:
            return self.values[min(int(u * len(self.values)), len(self.values) - 1)]
        if self.kind in ("whole", "day"):
            steps = int(self.high) - int(self.low) + 1
            found = int(self.low) + min(int(u * steps), steps - 1)
            return date.fromordinal(found) if self.kind == "day" else found
        span = self.high - self.low
        number = self.low * (self.high / self.low) ** u if self.dist == "loguniform" else self.low + u * span
        return f"{round(number)} s" if self.kind == "duration" else float(f"{number:.6g}")


def factor(key: str, entry: FactorEntry) -> Factor:
    """The factor of an entry. Raises ``ValueError`` for ends that are none."""
    if entry.values:
        return Factor(key, entry.values, also=entry.also)
    if entry.low is None or entry.high is None:
        if key.startswith(USES):
            return Factor(key, ("off", "on"), also=entry.also)
        if key.startswith(RANGES):
            return Factor(key, dist=entry.dist, also=entry.also)
        raise ValueError("a factor needs values, or low and high")
    (low, kind), (high, other) = _number(entry.low), _number(entry.high)
    if kind != other:
        raise ValueError(f"low {show(entry.low)} and high {show(entry.high)} are of two kinds")
    if low >= high:
        raise ValueError(f"low {show(entry.low)} must be below high {show(entry.high)}")
    if entry.dist == "loguniform" and (low <= 0 or kind == "day"):
        raise ValueError("loguniform needs ends above 0, and no dates")
    if kind == "number" and low == int(low) and high == int(high) and is_whole(key):
        kind = "whole"
    if kind == "whole" and entry.dist == "loguniform":
        raise ValueError("loguniform is for numbers that are not whole; write the values")
    return Factor(key, (), low, high, kind, entry.dist, entry.also)


def factors(entries: Entries, document: Document) -> tuple[list[Factor], list[Problem]]:
    """The factors of a file in their order, and what is wrong with them."""
    found, problems, by = list[Factor](), list[Problem](), dict[str, str]()
    for key, entry in entries.items():
        try:
            one = factor(key, entry)
        except ValueError as error:
            problems.append(document.problem(("factors", key), f"factors: {key}: {error}"))
            continue
        for name in one.keys:
            if name in by:
                message = f"factors: {key}: {name} is moved by {by[name]} already; a parameter belongs to one factor"
                problems.append(document.problem(("factors", key), message))
            by[name] = key
        found.append(one)
    return found, problems


def is_whole(key: str) -> bool:
    """Whether a parameter takes whole numbers alone."""
    if key in _WHOLE_SETTINGS:
        return True
    table, *rest = key.split(".")
    parts = tuple(int(p) if p.isdigit() else p for p in rest[2 if table == "barriers" else 1 :])
    annotation = type_at(TABLES.get(table), parts) if table in TABLES else None
    plain = alternatives(dated_type(annotation) or annotation) if annotation is not None else []
    return int in plain and float not in plain


def texts(factors: Iterable[Factor], point: dict[str, Value]) -> Iterator[tuple[str, Value]]:
    """Every key that a point sets, with its value."""
    for one in factors:
        if one.key in point:
            yield from ((key, point[one.key]) for key in one.keys)


def _number(end: Value) -> tuple[float, Any]:
    if isinstance(end, date):
        return float(end.toordinal()), "day"
    if isinstance(end, str) and end not in LEVELS:
        try:
            return float(parse_duration(end)), "duration"
        except ValueError as error:
            raise ValueError(f"{show(end)} is no number, date or length of time: {error}") from None
    if isinstance(end, (bool, str)):
        raise ValueError(f"{show(end)} has nothing between it and another; write the values")
    return float(end), "number"


def is_length(value: object) -> bool:
    """Whether a value is a length of time, such as ``8 h``."""
    try:
        return isinstance(value, str) and parse_duration(value) >= 0
    except ValueError:
        return False


def as_number(value: object, steps: Sequence[object] = ()) -> float:
    """A value of a factor as a number: lengths of time in hours, days by their ordinal, words by their step."""
    if isinstance(value, date):
        return float(value.toordinal())
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    try:
        return parse_duration(str(value)) / 3600
    except ValueError:
        return float(list(map(str, steps)).index(str(value))) if str(value) in map(str, steps) else 0.0
