"""The two bands as lines of a table: random variation alone, and with inputs."""

from __future__ import annotations

from collections.abc import Sequence

from sim.indicators import CORRIDOR, INDICATORS
from sim.language.forms import percent
from sim.language.words import mark, tr
from sim.report.bands import Band, DifferenceBands, IndicatorBands
from sim.report.estimate import with_margin
from sim.report.scopes import cargo_words, is_of_shipments
from sim.report.texttable import number

TITLE = mark("Two kinds of uncertainty: random variation alone, and with inputs drawn within their ranges")
HEAD = (
    "",
    mark("unit"),
    mark("random"),
    mark("4 of 5 in"),
    mark("random and inputs"),
    mark("4 of 5 in"),
    mark("inputs"),
)


def rows(found: Sequence[IndicatorBands]) -> list[tuple[str, ...]]:
    """One row for each indicator, under ``HEAD``; of differences under ``DIFFERENCE_HEAD``."""
    return [
        (
            _words(x),
            x.unit,
            with_margin(x.random),
            _span(x.random),
            with_margin(x.both),
            _span(x.both),
            "-" if x.inputs_share is None else percent(x.inputs_share),
            *([_better(x)] if isinstance(x, DifferenceBands) else []),
        )
        for x in found
    ]


DIFFERENCE_HEAD = (*HEAD, mark("B better in"))
FOOTNOTE = mark(
    "+- is the 95 % half-width of the mean; '4 of 5 in' is the span of four of five "
    "replications; 'inputs' is the part of the variance that the inputs add (from 40 "
    "replications on)"
)


def _words(x: IndicatorBands) -> str:
    words = tr(INDICATORS[x.kpi].words)
    if x.scope == CORRIDOR:
        return tr("all shipments: {words}", words=words) if is_of_shipments(x.kpi) else words
    return f"{cargo_words(x.scope)}: {words}"


def _better(x: DifferenceBands) -> str:
    return "-" if x.better is None else tr("{better} of {n}", better=x.better, n=x.both.n)


def _span(band: Band) -> str:
    return "-" if band.low is None else tr("{low} to {high}", low=number(band.low), high=number(band.high))
