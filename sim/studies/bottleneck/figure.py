"""What one more unit of each candidate would do, the most helpful first."""

from __future__ import annotations

import textwrap

import matplotlib.ticker
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.indicators import unit_words
from sim.plots import style
from sim.plots.inputs import RunLabel
from sim.report.texttable import number, with_unit
from sim.studies.bottleneck.page import titles
from sim.studies.bottleneck.result import Bottlenecks, Candidate

#: Verdict -> colour; what was not shown is grey.
COLOURS = {"helps": style.GREEN, "harms": style.VERMILLION}
MOST_ROWS = 14


@style.look
def figure(result: Bottlenecks, label: RunLabel) -> Figure:
    """Draw the effect of one more unit with its interval; the most helpful first."""
    named = zip(titles(result), result.rows, strict=True)
    rows = [(words, row) for words, row in named if row.effect.mean is not None][:MOST_ROWS]
    more = len(result.rows) - len(rows)
    name = result.indicator
    if not rows:
        why = (
            "Shipments had not arrived when the runs stopped."
            if result.rows
            else f"{result.scope} waits for nothing that could be one unit larger."
        )
        return style.note_slide(f"{name}: nothing to rank", why, label)
    why = f"what {result.scope} waits for longest" if result.waits_of else "the longest waits and the highest use"
    figure = style.slide(
        _finding(result, name),
        f"Change of {name} by one more unit of each, with the 95 % interval over replications with common random "
        f"numbers. {len(result.rows)} of {result.candidates} were tried: {why}."
        + (f" {more} more are not drawn." if more else ""),
        label,
    )
    ax = figure.add_axes((0.33, 0.14, 0.50, 0.60))
    for k, (_, row) in enumerate(rows):
        colour = COLOURS.get(row.verdict, style.MOVING_GREY)
        ax.barh(
            k,
            row.effect.mean or 0.0,
            xerr=row.effect.half_width or None,
            height=0.62,
            color=colour,
            ecolor=style.INK,
            capsize=3,
        )
        if not row.effect.mean and not row.effect.half_width:
            ax.annotate(row.verdict, (0, k), (6, 0), textcoords="offset points", va="center", color=style.MUTED)
        ax.text(1.02, k, _written(row), transform=ax.get_yaxis_transform(), va="center", fontsize=12.5)
    ax.axvline(0, color=style.INK, linewidth=1.2)
    style.bare_left(ax, range(len(rows)), [textwrap.fill(words, 34) for words, _ in rows])
    direction = "less is better" if result.good == "lower" else "more is better"
    ax.set_xlabel(f"Change of {name}, {unit_words(result.unit)} ({direction})")
    ax.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(7))
    ax.grid(axis="x", color=style.FAINT, linewidth=0.8)
    ax.set_axisbelow(True)
    handles = [
        Patch(color=style.GREEN, label="helps"),
        Patch(color=style.VERMILLION, label="harms"),
        Patch(color=style.MOVING_GREY, label="no effect shown (Holm, 5%)"),
    ]
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.325, 0.79), ncols=3)
    return figure


def _finding(result: Bottlenecks, name: str) -> str:
    first, what = result.rows[0], titles(result)[0]
    if first.verdict != "helps":
        return f"One more unit of no single thing is shown to help the {name}"
    half = first.effect.half_width
    amount = f"{first.effect.mean:+.3g}" + (f" ± {half:.2g}" if half else "")
    return f"One more unit of {what} helps most: {amount} {unit_words(result.unit)} {result.words}".replace(" -", " −")


def _written(one: Candidate) -> str:
    return f"+{one.step:.3g} on {with_unit(number(one.now), one.unit)}"
