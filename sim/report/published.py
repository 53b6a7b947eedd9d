"""A published figure: what it says, of when, by whom, and what it may test. Every comparison with one holds this record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, Self

from sim.language.words import tr
from sim.record import Record

#: A single figure is met within this share of it, unless its ``tolerance`` says another.
HIT_WITHIN = 0.10


@dataclass(frozen=True, slots=True, kw_only=True)
class Published(Record):
    """A published figure; ``value``, ``low`` and ``high`` are in ``unit``.

    ``low`` alone is "at least", ``high`` alone "at most". Where a range is printed it decides, whatever ``value`` says.
    """

    id: str  #: such as O008, or what else the figure is known by; empty: by nothing
    title: str  #: what was published, in words
    unit: str
    year: int | None  #: calendar year of a level; None: none is published with it
    months: tuple[int, int] | None = None  #: first and last month of that year; None: all of it
    value: float | None
    low: float | None = None
    high: float | None = None
    tolerance: float = HIT_WITHIN  #: share of the value that a model may be off, where no range is printed
    source: str = ""  #: link, plain words, or ids of facts
    grade: str | None = None  #: evidence; None: the figure has none
    role: str  #: in the run beside it, as ``sim.network.roles`` works it out; empty: not known
    role_why: str = ""  #: why it has that role
    differs: str = ""  #: why it is another quantity than the model's, and is not judged; empty: it is the same

    @classmethod
    def of_observation(cls, id_: str, row: Mapping[str, Any], role: str, role_why: str) -> Self:
        """Of a row of the geodata's ``observed`` (fields of ``sim.network.tables.Observation``)."""
        within = row.get("tolerance")
        return cls(
            id=id_,
            title=_title(row),
            unit=row["unit"],
            year=row["year"],
            months=row.get("months"),
            value=row["value"],
            low=row.get("low"),
            high=row.get("high"),
            tolerance=HIT_WITHIN if within is None else within,
            source=row.get("source", ""),
            grade=row.get("grade"),
            role=role,
            role_why=role_why,
            differs=row.get("differs") or "",
        )

    @property
    def is_range(self) -> bool:
        """Whether a lowest or a highest value is printed."""
        return self.low is not None or self.high is not None

    @property
    def figure(self) -> float:
        """The figure as one number: the value or, where none is printed, the lower or the only end of the range."""
        return next((x for x in (self.value, self.low, self.high) if x is not None), 0.0)

    @property
    def bounds(self) -> tuple[float, float]:
        """Between what a model agrees with it; an end that is not said is infinite."""
        if not self.is_range:
            apart = abs(self.figure) * self.tolerance
            return self.figure - apart, self.figure + apart
        return -inf if self.low is None else self.low, inf if self.high is None else self.high

    def nearest(self, mean: float) -> float:
        """What it says that is nearest to a model's mean: the value, or a point of its range."""
        if not self.is_range:
            return self.figure
        low, high = self.bounds
        return min(max(mean, low), high)

    def deviation(self, mean: float | None) -> float | None:
        """Model / published - 1: from the published value, or from the nearer end of its range (0 inside)."""
        if mean is None:
            return None
        at = self.nearest(mean)
        return 0.0 if at == mean else mean / at - 1 if at else None


def _title(row: Mapping[str, Any]) -> str:
    if row.get("title"):
        return str(row["title"])
    between = " " + tr("{a} to {b}", a=row["from_node"], b=row["to_node"]) if row.get("from_node") else ""
    flows = f" ({', '.join(row['flows'])})" if row.get("flows") else ""
    return row["quantity"].replace("_", " ") + between + flows
