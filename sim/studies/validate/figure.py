"""Model beside published figure, a row each: the published range as a bar, the model's mean and interval as a dot."""

from __future__ import annotations

import calendar
from math import isfinite

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from sim.plots import style
from sim.plots.inputs import RunLabel
from sim.report.observed_page import figure_words
from sim.report.published import Published
from sim.report.verdicts import HIT, MISS, NEAR
from sim.studies.validate.page import when
from sim.studies.validate.result import Judged, Validation

COLOURS = {MISS: style.VERMILLION, NEAR: style.ORANGE, HIT: style.GREEN}
MOST_ROWS = 44
_TICKS = (0.1, 0.2, 0.5, 1.0, 2.0, 4.0)


@style.look
def figure(found: Validation, label: RunLabel) -> Figure:
    """Draw all tests, misses first; the axis is model divided by published, logarithmic."""
    tests = [row for row in found.rows if row.verdict in COLOURS and row.model.mean is not None]
    if not tests:
        return style.note_slide("No published outcome tests these runs", "Nothing to draw.", label)
    counts = {word: sum(row.verdict == word for row in tests) for word in COLOURS}
    slide = style.slide(
        f"Of {len(tests)} published outcomes that test the base, {counts[HIT]} are hit, {counts[NEAR]} near, "
        f"{counts[MISS]} missed",
        "Model divided by published figure. Grey: the published range, or 10 % where none is printed. Dot and line: the "
        "model's mean with its 95 % interval. Inputs and fitted figures are no tests and are left out.",
        label,
        "Published values: see geodata/observations_roles.csv",
    )
    half = -(-min(len(tests), MOST_ROWS) // 2)
    for side, rows in enumerate((tests[:half], tests[half : 2 * half])):
        if rows:
            _panel(slide, rows, 0.25 + 0.50 * side, half)
    handles = [
        *(Line2D([], [], marker="o", linestyle="", color=c, markersize=9, label=w) for w, c in COLOURS.items()),
        Patch(color=style.FAINT, label="published range"),
    ]
    slide.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.03, 0.80), ncols=4)
    return slide


def _panel(slide: Figure, rows: list[Judged], left: float, places: int) -> None:
    ax = slide.add_axes((left, 0.115, 0.22, 0.615))
    for k, row in enumerate(rows):
        of = row.published
        first, last = (
            (end / of.figure if isfinite(end) else tick)
            for end, tick in zip(of.bounds, (_TICKS[0], _TICKS[-1]), strict=True)
        )
        ax.barh(k, last - first, left=first, height=0.62, color=style.FAINT)
        ratio = min(max((row.model.mean or 0.0) / of.figure, _TICKS[0]), _TICKS[-1])
        margin = (row.model.half_width or 0.0) / of.figure
        ax.errorbar(
            ratio, k, xerr=[[min(margin, 0.95 * ratio)], [margin]], fmt="o", markersize=6.5, color=COLOURS[row.verdict]
        )
    ax.axvline(1, color=style.INK, linewidth=1)
    ax.set_xscale("log")
    ax.set_xlim(_TICKS[0] * 0.9, _TICKS[-1] * 1.1)
    ax.xaxis.set_major_locator(FixedLocator(_TICKS))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    ax.set_yticks(range(len(rows)), [_label(row.published) for row in rows])
    ax.tick_params(axis="y", length=0, labelsize=9.5)
    ax.tick_params(axis="x", labelsize=10)
    ax.set_ylim(places - 0.4, -0.6)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("Model ÷ published", fontsize=12)


def _label(of: Published) -> str:
    """What was observed, and below it when and how much; the first letter a capital."""
    title = _short(of.title)
    return f"{style.in_lines(title[:1].upper() + title[1:], 46, 1)}\n{when(of)}: {figure_words(of)}"


def _short(title: str) -> str:
    """The title without the months and the season, which stand below it."""
    head, _, tail = title.rpartition(", ")
    words = (*calendar.month_name[1:], "end of", "spring", "autumn", "mid-year", "late")
    return head if head and any(word in tail for word in words) else title
