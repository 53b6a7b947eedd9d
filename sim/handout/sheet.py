"""A table that leaves the program: columns with units, rows of text, numbers and nothing, and notes on how to read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from sim.report.estimate import Estimate

#: A number is written as it is stored; None is an empty cell.
Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. ``title`` names it, in at most 31 letters without ``[]:*?/\\``, as spreadsheets want it."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()


def margin(found: Estimate) -> tuple[Cell, Cell]:
    """An estimate as two cells: the mean, and the 95 % half-width."""
    half = found.half_width
    return found.mean, half if half is not None and isfinite(half) else None


def plus_minus(name: str) -> tuple[str, str]:
    """Heads of the two cells of an estimate."""
    return name, f"{name} ±"
