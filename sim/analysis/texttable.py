"""Plain text tables and numbers that fit a line, with or without colour, on any terminal."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, isinf, isnan, log10
from typing import Any

from sim.analysis.intervals import Interval


def text_table(head: Sequence[str], rows: Sequence[Sequence[str]], width: int = 100) -> list[str]:
    """Lines of a table: the first column flush left and shortened to fit ``width``, the others flush right."""
    cells = [list(map(str, head)), *[list(map(str, row)) for row in rows]]
    sizes = [max(len(row[k]) for row in cells) for k in range(len(head))]
    sizes[0] = max(min(sizes[0], width - sum(sizes[1:]) - 2 * len(sizes[1:]) - 2), 8)
    lines = []
    for number, row in enumerate(cells):
        first = row[0] if len(row[0]) <= sizes[0] else row[0][: sizes[0] - 1] + "~"
        rest = [cell.rjust(size) for cell, size in zip(row[1:], sizes[1:], strict=True)]
        lines.append("  " + "  ".join([first.ljust(sizes[0]), *rest]).rstrip())
        if number == 0:
            lines.append("  " + "  ".join("-" * size for size in sizes))
    return lines


def number(value: float | None, digits: int = 3) -> str:
    """About three significant digits, never as a power of ten: 1,234,000; 12.3; 0.0123."""
    if value is None or isnan(value):
        return "-"
    if isinf(value):
        return "not all arrived" if value > 0 else "-inf"
    if value == 0 or abs(value) >= 10**digits:
        return f"{value:,.0f}"
    text = f"{value:.{max(digits - 1 - floor(log10(abs(value))), 0)}f}"
    return text if value != round(value) else f"{value:.0f}"


def with_margin(found: dict[str, Any]) -> str:
    """``12.3 +- 0.4`` for an interval written by ``interval_facts``; no margin if there is none, or it is 0."""
    if found["mean"] is None:
        return "not all arrived" if "unfinished" in found.get("note", "") else "-"
    margin = found["half_width"]
    return number(found["mean"]) + (f" +- {number(margin, 2)}" if margin else "")


def interval_facts(found: Interval) -> dict[str, Any]:
    """An interval as plain data: no infinities, so that any reader of JSON takes it."""
    finite = not (isinf(found.mean) or isnan(found.mean))
    facts: dict[str, Any] = {"mean": found.mean if finite else None, "half_width": found.half_width, "n": found.n}
    return facts | ({"note": found.note} if found.note else {})
