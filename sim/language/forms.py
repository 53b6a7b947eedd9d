"""Numbers and days as a language writes them, among words; what machines read is made without these."""

from __future__ import annotations

import re
from datetime import date

from sim.language.languages import ENGLISH
from sim.language.words import language, mark, tr, tr_of

#: Months as a scale names them, and as a date has them: some languages have another form there.
MONTHS = (
    mark("Jan"),
    mark("Feb"),
    mark("Mar"),
    mark("Apr"),
    mark("May"),
    mark("Jun"),
    mark("Jul"),
    mark("Aug"),
    mark("Sep"),
    mark("Oct"),
    mark("Nov"),
    mark("Dec"),
)
_NUMBER = re.compile(r"[\d.,]*\d")


def in_form(figures: str) -> str:
    """A number written as in English, ``1,234.5``, as the language writes it; other letters stay."""
    known = language()
    if known is ENGLISH or (known.decimal, known.thousands) == (ENGLISH.decimal, ENGLISH.thousands):
        return figures
    swap = str.maketrans({",": known.thousands, ".": known.decimal})
    return _NUMBER.sub(lambda found: found[0].translate(swap), figures)


def percent(share: float, places: int = 0, sign: bool = False) -> str:
    """A share as a number of per cent: ``59%``."""
    figures = f"{100 * share:{'+' if sign else ''},.{places}f}"
    known = language()
    if known.before_percent and figures[:1] in "+-":
        return f"{figures[0]}{known.before_percent}{in_form(figures[1:])}{known.percent}"
    return f"{known.before_percent}{in_form(figures)}{known.percent}"


def month(number: int) -> str:
    """The month of a scale, 1 to 12: ``Mar``."""
    return tr(MONTHS[number - 1])


def day_words(day: date) -> str:
    """``2024-03-05`` as ``5 Mar 2024``."""
    return tr("{day} {month} {year}", day=day.day, month=_month_of_date(day), year=day.year)


def day_and_month(day: date) -> str:
    """``2024-03-05`` as ``5 Mar``."""
    return tr("{day} {month}", day=day.day, month=_month_of_date(day))


def _month_of_date(day: date) -> str:
    return tr_of("in a date", MONTHS[day.month - 1])
