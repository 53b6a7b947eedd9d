"""Published figures beside the model's as rows of a table, each with what it is worth as a test."""

from __future__ import annotations

from collections.abc import Sequence

from sim.language.forms import month, percent
from sim.language.words import mark, tr
from sim.report.estimate import with_margin
from sim.report.published import Published
from sim.report.published_line import PublishedLine
from sim.report.texttable import number
from sim.report.verdicts import NOT_COMPARABLE, TESTS, score

TITLE = mark("Published and modelled: what the run is built on (input, fitted) is no test of it")
HEAD = ("", mark("year"), mark("published"), mark("model"), mark("deviation"), mark("role"), mark("verdict"))


def rows(lines: Sequence[PublishedLine]) -> list[tuple[str, ...]]:
    """One row a published outcome; where two sources say the same, once."""
    return list(dict.fromkeys(map(_row, lines)))


def _row(line: PublishedLine) -> tuple[str, ...]:
    of = line.published
    months, open_ = months_words(of), line.verdict == NOT_COMPARABLE
    return (
        of.title + (f", {months}" if months else ""),
        "-" if of.year is None else str(of.year),
        figure_words(of),
        with_margin(line.model),
        "-" if line.deviation is None or open_ else percent(line.deviation, sign=True),
        of.role,
        line.verdict if of.role in TESTS or open_ else "-",
    )


def footnotes(lines: Sequence[PublishedLine]) -> list[str]:
    """How the tests went, and why some figures are none: a reason once, with what it holds for."""
    notes = [score(line.verdict for line in lines)]
    reasons: dict[str, list[str]] = {}
    for line in lines:
        if line.verdict == NOT_COMPARABLE:
            reasons.setdefault(line.verdict_why, []).append(line.published.id)
    notes += [tr("not comparable: {why} ({ids})", why=why, ids=", ".join(ids)) for why, ids in reasons.items()]
    return [note for note in notes if note]


def months_words(of: Published) -> str:
    """The months of its year that a figure is about, such as ``Jan to Mar``; empty: all of them."""
    if of.months is None:
        return ""
    first, last = of.months
    return tr("{first} to {last}", first=month(first), last=month(last)) if last > first else month(first)


def figure_words(of: Published) -> str:
    """The figure or its range, with the unit."""
    if not of.is_range:
        return f"{number(of.figure)} {of.unit}"
    if of.low is None or of.high is None:
        bound, end = (tr("at most"), of.high) if of.low is None else (tr("at least"), of.low)
        return f"{bound} {number(end)} {of.unit}"
    return tr("{low} to {high} {unit}", low=number(of.low), high=number(of.high), unit=of.unit)
