"""The common look: a 16:9 slide, a title that says the finding, a foot that says where it comes from.

Colours are Okabe and Ito's eight (distinct for colour-blind readers); one cause has one colour in
every figure. Units stand on the axes, months are words.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sim import indicators
from sim.language import forms
from sim.language.forms import day_words, in_form, month
from sim.language.languages import ENGLISH
from sim.language.shown import shown
from sim.language.words import in_language, language, plural, tr
from sim.plots.fonts import families, no_warnings, speaks
from sim.plots.inputs import RunLabel
from sim.plots.page import FOOT, HEAD, settle
from sim.report.texttable import capital, counted

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILLION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
INK, MUTED, FAINT, MOVING_GREY = "#1B1B1B", "#5E5E5E", "#D9D9D9", "#B5B5B5"
LAND, SEA, BORDER = "#F3F0E8", "#DCE9F2", "#B9B4A6"

_CAUSE_COLOURS = {
    "moving": MOVING_GREY,
    "handling": SKY,
    "barrier": PURPLE,
    "capacity": VERMILLION,
    "vessel": BLUE,
    "formation": YELLOW,
    "asset": GREEN,
    "closure": ORANGE,
}
#: Cause of delay -> (words, colour), in the order of reports.
CAUSES = {cause: (words, _CAUSE_COLOURS[cause]) for cause, words in indicators.CAUSES.items()}
WAITING_CAUSES = indicators.WAITING_CAUSES

SIZE_INCH, DPI = (16.0, 9.0), 120  # 1920 x 1080

TITLE_WIDTH, TITLE_PT = 80, 23  # letters in a line, size
LEFT, _FEWEST_LETTERS = 0.03, 40  # share of the page left of its words, letters in a line of them
_LOOK: dict[Any, Any] = {
    "font.size": 15,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.labelsize": 15,
    "axes.titlesize": 16,
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 14,
    "ytick.labelsize": 14,
    "legend.frameon": False,
    "legend.fontsize": 13.5,
    "figure.facecolor": "white",
    "text.parse_math": False,  # a name with $ is a name
}
P = ParamSpec("P")
R = TypeVar("R")


def look(draw: Callable[P, R]) -> Callable[P, R]:
    """Decorates every figure function: the project's look, and a page that nothing leaves."""

    @wraps(draw)
    def drawn(*given: P.args, **named: P.kwargs) -> R:
        spoken = language().code if speaks(language()) else ENGLISH.code
        with in_language(spoken), mpl.rc_context(_LOOK | {"font.family": families()}), no_warnings():
            figure = draw(*given, **named)
            if isinstance(figure, Figure):
                settle(figure)
            return figure

    return drawn


def slide(finding: str, explanation: str, label: RunLabel | str, sources: str = "") -> Figure:
    """An empty 16:9 page with title, one line of explanation and the foot; draw below y = 0.82.

    Args:
        finding: the title, a sentence with the result.
        explanation: what is drawn and how to read it.
        label: run id, scenario, seed and so on, for the foot; or the foot's own words.
        sources: what else the picture rests on (base map, published values).
    """
    figure = Figure(figsize=SIZE_INCH, dpi=DPI)
    FigureCanvasAgg(figure)  # figures can measure their texts from the beginning
    bold: dict[str, Any] = dict(fontsize=TITLE_PT, fontweight="bold", va="top", color=INK, gid=HEAD)
    title = _placed(figure, 0.965, capital(finding), TITLE_WIDTH, bold)
    below = 0.965 - 0.049 * title
    _placed(figure, below, explanation, 140, dict(fontsize=15, va="top", color=MUTED, gid=HEAD))
    foot = label if isinstance(label, str) else _foot(label)
    figure.text(0.03, 0.018, foot, fontsize=10.5, va="bottom", color=MUTED, gid=FOOT)
    figure.text(0.97, 0.018, sources, fontsize=10.5, va="bottom", ha="right", color=MUTED, gid=FOOT)
    return figure


def _placed(figure: Figure, top: float, words: str, width: int, look: Mapping[str, Any]) -> int:
    """Write words below ``top`` in lines of ``width`` letters, or of fewer where a script is so wide; returns the lines."""
    text = figure.text(LEFT, top, "", **look)
    for letters in range(width, _FEWEST_LETTERS, -4):
        lines = _wrapped(words, letters)
        text.set_text("\n".join(lines))
        if text.get_window_extent().x1 <= (1 - LEFT / 2) * figure.bbox.width:
            break
    return len(lines)


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of a text, none of which ends between a number and its half-width, unit or ``x``."""
    tied = re.sub(r" ± ", "\u00a0±\u00a0", text)
    tied = re.sub(
        r"(?<=\d) (?=(?:%|x|d|h|t|days?|hours?|TEU|дн|сут|ч|т|" + "|".join(map(month, range(1, 13))) + r")(?!\w))",
        "\u00a0",
        tied,
    )
    return [line.replace("\u00a0", " ") for line in textwrap.wrap(tied, width)]


def bare_left(ax: Axes, places: Sequence[float], names: Sequence[str]) -> None:
    """Names instead of a scale on the left side, first at the top."""
    ax.set_yticks(places, [in_lines(name, 38, 2) for name in names])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_ylim(places[-1] + 0.6, places[0] - 0.6)


def in_lines(name: str, width: int = 26, most: int = 3) -> str:
    """A long name beside a row, in lines of about ``width`` letters; what a few lines do not hold is left out."""
    lines = [line for part in name.split("\n") for line in textwrap.wrap(part, width)]
    return "\n".join(lines[:most]) + (" ..." if lines[most:] else "")


def note_slide(what: str, why: str, label: RunLabel) -> Figure:
    """A page for a figure that has nothing to show, with the reason."""
    figure = slide(what, "", label)
    figure.text(0.5, 0.5, textwrap.fill(why, 70), fontsize=20, ha="center", va="center", color=MUTED)
    return figure


def name_months(ax: Axes) -> None:
    """Write the months of a date axis as words, with the year at its first month."""
    from matplotlib.dates import MonthLocator, num2date

    first, last = (num2date(x) for x in ax.get_xlim())
    months = (last.year - first.year) * 12 + last.month - first.month + 1

    def words(x: float, position: float) -> str:
        day = num2date(x)
        year = f"\n{day.year}" if position == 0 or day.month == 1 else ""
        return month(day.month) + year

    ax.xaxis.set_major_locator(MonthLocator(interval=max(1, -(-months // 14))))
    ax.xaxis.set_major_formatter(words)


def name_weeks(ax: Axes) -> None:
    """Mark a date axis of a few weeks every seven days, as ``5 Mar``."""
    from matplotlib.dates import DayLocator, num2date

    ax.xaxis.set_major_locator(DayLocator(interval=7))
    ax.xaxis.set_major_formatter(lambda x, _: forms.day_and_month(num2date(x)))
    ax.set_xlabel(f"{num2date(ax.get_xlim()[0]).year}")


def plain_numbers(axis: Axis) -> None:
    """Write the numbers of a scale as they are, with separated thousands: ``0.2``, ``1``, ``20,000``."""
    axis.set_major_formatter(lambda value, _: in_form(f"{value:,.10g}").replace("-", "−"))


def days_in_words(days: float) -> str:
    """A length of time as a sentence has it: ``14 days``, ``2.5 days``, ``9 hours``, ``40 minutes``."""
    return in_unit(*days_and_unit(days))


def days_and_unit(days: float) -> tuple[str, str]:
    """The same as a number, as English writes it, and its unit."""
    for value, unit in ((days, "day"), (days * 24, "hour"), (days * 1440, "minute")):
        if value >= 2 or unit == "minute":
            return f"{value:.0f}" if value >= 10 or unit != "day" else f"{value:.1f}".removesuffix(".0"), unit
    raise AssertionError  # the last unit takes all


def in_unit(number: str, unit: str) -> str:
    """A number with its unit in words: ``14 days``."""
    return plural(f"{{count}} {unit}", f"{{count}} {unit}s", float(number), count=in_form(number))


def amount(value: float) -> str:
    """Write a count the way a slide shows it: ``4.48 million``, ``56,500``, ``3.2``."""
    if not np.isfinite(value):
        return "–"
    if abs(value) >= 1e6:
        return tr("{count} million", count=in_form(f"{value / 1e6:.2f}"))
    if abs(value) >= 1000:
        return in_form(f"{value:,.0f}")
    return in_form(f"{value:.0f}" if abs(value) >= 20 else f"{value:.1f}")


def percent(share: float) -> str:
    """A share as every figure writes it: ``59%``; a dash where there is none."""
    return forms.percent(share) if np.isfinite(share) else "–"


def _foot(label: RunLabel) -> str:
    count, most = label.replications, label.to_replications
    replications = counted(count, "replication")
    if most > count:
        replications = tr("{count} to {most} replications", count=count, most=most)
    # a study says itself what it is
    source = shown(label.run_id) if " " in label.run_id else tr("run {run_id}", run_id=label.run_id)
    return tr(
        "Scenario {scenario} · {source} · seed {seed} · {replications} · {start} to {end}",
        scenario=label.scenario,
        source=source,
        seed=label.seed,
        replications=replications,
        start=day_words(label.period_start),
        end=day_words(label.period_end),
    )
