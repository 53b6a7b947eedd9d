"""Plain text tables and numbers that fit a line, with or without colour, on any terminal."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Sequence
from math import floor, isfinite, isinf, isnan, log10

from sim.language.forms import in_form
from sim.language.words import plural, tr
from sim.statistics.intervals import NOT_REACHED

#: Letters that the first column of a table has at least, and the width of a page where no terminal says its own.
LEAST_LABEL, PAGE_WIDTH = 12, 100
#: Share of the width that the first column has at least, though the table be wider then: a name in shreds is none.
LABEL_SHARE = 0.2
#: A value that is this small a share of its half-width is what rounding leaves of 0.
_NOISE = 1e-9


def page_width() -> int:
    """Letters in a line: what the terminal or COLUMNS says, else ``PAGE_WIDTH``."""
    return max(shutil.get_terminal_size((PAGE_WIDTH, 24)).columns, 40)


def text_table(head: Sequence[str], rows: Sequence[Sequence[str]], width: int = 100) -> list[str]:
    """Lines of a table: the first column flush left, on several lines where it is long; the others flush right."""
    cells = [list(map(str, head)), *[list(map(str, row)) for row in rows]]
    sizes = [max(len(row[k]) for row in cells) for k in range(len(head))]
    room = width - sum(sizes[1:]) - 2 * len(sizes[1:]) - 2
    sizes[0] = min(sizes[0], max(room, LEAST_LABEL, int(width * LABEL_SHARE)))
    lines = []
    for number, row in enumerate(cells):
        first, *more = textwrap.wrap(row[0], sizes[0], subsequent_indent="  ") or [""]
        rest = [cell.rjust(size) for cell, size in zip(row[1:], sizes[1:], strict=True)]
        lines.append("  " + "  ".join([first.ljust(sizes[0]), *rest]).rstrip())
        lines += [f"  {line}" for line in more]
        if number == 0:
            lines.append("  " + "  ".join("-" * size for size in sizes))
    return lines


def number(value: float | None, digits: int = 3) -> str:
    """About three significant digits, never as a power of ten: 1,234,000; 12.3; 0.0123; in the form of the language."""
    return in_form(tr(plain_number(value, digits)))


def plain_number(value: float | None, digits: int = 3) -> str:
    """The same as English writes it, for what is stored."""
    if value is None or isnan(value):
        return "-"
    if isinf(value):
        return NOT_REACHED if value > 0 else "-inf"
    if value == 0 or abs(value) >= 10**digits:
        return f"{value:,.0f}"
    text = f"{value:.{max(digits - 1 - floor(log10(abs(value))), 0)}f}"
    return text if value != round(value) else f"{value:.0f}"


def capital(words: str) -> str:
    """The words as a sentence, title or label begins."""
    return words[:1].upper() + words[1:]


def number_within(value: float | None, half_width: float | None) -> str:
    """A number with three significant digits, and more where its half-width is smaller than the last of these."""
    if value is not None and half_width and abs(value) < _NOISE * half_width:
        return "0"
    text = plain_number(value)
    if value is None or not half_width or not isfinite(value) or not isfinite(half_width) or value == round(value):
        return number(value)
    places = -floor(log10(half_width))
    return in_form(f"{value:,.{places}f}" if places > len(text.partition(".")[2]) else text)


def counted(value: float, noun: str) -> str:
    """``1 shipment``, ``2 shipments``, ``0.5 shipments``; the catalogue has the forms of each noun."""
    return plural(f"{{count}} {noun}", f"{{count}} {noun}s", value, count=number(value))


def with_unit(word: str, unit: str) -> str:
    """``3 ships``, ``1 ship``, ``10 d``: a number or word with its unit, if it has one."""
    first, space, rest = unit.partition(" ")
    if word == "1" and first.endswith("s") and len(first) > 2:
        first = first.removesuffix("s")
    return f"{word} {tr(f'{first}{space}{rest}')}" if unit else word
