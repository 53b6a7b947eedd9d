"""Tables as an Excel workbook. Text is text: nothing that was written in a scenario becomes a formula or a link."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from sim.errors import RunError
from sim.handout.sheet import Cell, Sheet

#: Letters that a cell of Excel can hold; a longer text is cut, and says so.
LONGEST_TEXT = 32_767
_CUT = " ... (cut)"
#: Letters at the beginning of a text that spreadsheets take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WIDEST, _NARROWEST = 60, 8


def workbook_bytes(sheets: Sequence[Sheet], made: datetime) -> bytes:
    """The workbook; the same sheets and time give the same bytes.

    Args:
        made: when what it holds was made, without a time zone (UTC).

    Raises:
        RunError: a table has more rows or columns than a sheet of Excel.
    """
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(stream, options) as book:
        book.set_properties({"title": sheets[0].title, "created": made, "comments": "Middle Corridor simulator"})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        guarded = book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        note = book.add_format({"italic": True, "font_color": "#5E5E5E"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.title)
            for column, name in enumerate(sheet.head):
                _put(page, 0, column, name, bold, bold)
            for line, cells in enumerate(sheet.rows, start=1):
                for column, cell in enumerate(cells):
                    _put(page, line, column, cell, plain, guarded)
            for line, text in enumerate(sheet.notes, start=len(sheet.rows) + 2):
                _put(page, line, 0, text, note, note)
            _lay_out(page, sheet)
    return stream.getvalue()


def _put(page: Worksheet, line: int, column: int, cell: Cell, plain: object, guarded: object) -> None:
    if cell is None:
        return
    if isinstance(cell, str):
        text = cell if len(cell) <= LONGEST_TEXT else cell[: LONGEST_TEXT - len(_CUT)] + _CUT
        failed = page.write_string(line, column, text, guarded if text.startswith(FORMULA) else plain)
    else:
        failed = page.write_number(line, column, cell, None)
    if failed:
        raise RunError(f"sheet {page.get_name()!r}: row {line + 1} does not fit a workbook; export it as CSV")


def _lay_out(page: Worksheet, sheet: Sheet) -> None:
    for column in range(len(sheet.head)):
        texts = [sheet.head[column], *(row[column] for row in sheet.rows[:200])]
        longest = max((len(text) for text in texts if isinstance(text, str)), default=0)
        page.set_column(column, column, min(max(longest, _NARROWEST) + 1, _WIDEST))
    page.freeze_panes(1, 1)
    if sheet.rows and sheet.title != "Answer":
        page.autofilter(0, 0, len(sheet.rows), len(sheet.head) - 1)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_paper(9)  # A4
