"""An estimate over replications: a mean with its 95 % interval, as it is stored and printed."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite
from typing import Self

from sim.language.words import tr
from sim.record import OPTIONAL, Record
from sim.report.texttable import number, number_within
from sim.statistics.intervals import NOT_REACHED, Interval, clear_of_zero


@dataclass(frozen=True, slots=True)
class Estimate(Record):
    """A mean plus or minus a half-width, in the unit of what is estimated.

    ``mean`` is None where there is no value, or where shipments that have not arrived decide; ``half_width`` is None
    where no interval is known, as of one replication. ``note`` says why, and what else must be said.
    """

    mean: float | None
    half_width: float | None
    n: int  #: replications that have a value
    note: str = field(default="", metadata=OPTIONAL)

    @classmethod
    def of(cls, found: Interval, note: str | None = None) -> Self:
        """Of an interval, with its own note unless another is given."""
        mean = found.mean if isfinite(found.mean) else None
        return cls(mean, found.half_width, found.n, found.note if note is None else note)

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval shows that the mean is not zero."""
        return clear_of_zero(self.mean, self.half_width, self.n)

    @property
    def is_reached(self) -> bool:
        """Whether it does not lie among shipments that have not arrived."""
        return NOT_REACHED not in self.note


def with_margin(found: Estimate) -> str:
    """``12.3 +- 0.4``; no margin if there is none, or it is 0."""
    if found.mean is None:
        return "-" if found.is_reached else tr(NOT_REACHED)
    text = number_within(found.mean, found.half_width)
    return text + (f" +- {number(found.half_width, 2)}" if found.half_width else "")


def share_with_margin(found: Estimate) -> str:
    """``50 +- 6 %`` for an estimate of a share; ``-`` where there is none."""
    if found.mean is None:
        return "-"
    margin = found.half_width
    return number(100 * found.mean) + (f" +- {number(100 * margin, 2)}" if margin else "") + " %"


def columns(record: Record) -> dict[str, object]:
    """A record as a row of a table: in place of each estimate two columns, its mean and its half-width."""
    row: dict[str, object] = {}
    for key, value in record.as_json().items():
        if isinstance(value, dict):
            row |= {f"{key}_mean": value["mean"], f"{key}_half_width": value["half_width"]}
        else:
            row[key] = value
    return row
