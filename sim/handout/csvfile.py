"""A table as CSV, with the separator and the decimal sign of the reader's own spreadsheet."""

from __future__ import annotations

import csv
import io

from sim.errors import InputError, Problem
from sim.handout.sheet import Cell, Sheet
from sim.handout.workbook import FORMULA

SEPARATORS = {",": ",", ";": ";", "tab": "\t", "\t": "\t", "|": "|"}
DECIMALS = (".", ",")


def check_signs(separator: str, decimal: str) -> None:
    """Raise InputError for signs that no CSV has, or that cannot be told apart."""
    problems = []
    if separator not in SEPARATORS:
        problems.append(Problem(f"{separator[:20]!r} is not allowed; allowed: , ; | tab", "--separator"))
    if decimal not in DECIMALS:
        problems.append(Problem(f"{decimal[:20]!r} is not allowed; allowed: . ,", "--decimal"))
    if separator == decimal:
        message = f"separator and decimal sign are both {decimal!r}; with a decimal comma take --separator ';'"
        problems.append(Problem(message, "--separator"))
    if problems:
        raise InputError(problems)


def csv_bytes(sheet: Sheet, separator: str = ",", decimal: str = ".") -> bytes:
    """One table in UTF-8 with a mark by which spreadsheets know it; notes are left out.

    A text that a spreadsheet would take for a formula has an apostrophe before it. Raises InputError for odd signs.
    """
    check_signs(separator, decimal)
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=SEPARATORS[separator], lineterminator="\r\n")
    writer.writerow([_cell(name, decimal) for name in sheet.head])
    writer.writerows([_cell(cell, decimal) for cell in row] for row in sheet.rows)
    return stream.getvalue().encode("utf-8-sig")


def _cell(cell: Cell, decimal: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(FORMULA) else cell
    return str(cell).replace(".", decimal)  # the shortest text that gives the same number
