"""What a million USD buys, candidate by candidate, and how likely each of them is the best."""

from __future__ import annotations

import textwrap

import matplotlib.ticker
from matplotlib.figure import Figure

from sim.indicators import unit_words
from sim.plots import style
from sim.plots.inputs import RunLabel
from sim.report.texttable import number
from sim.studies.rank.page import chance, finding
from sim.studies.rank.ranking import PricedCandidate, Ranking

MOST_ROWS = 12


@style.look
def figure(result: Ranking, label: RunLabel) -> Figure:
    """Draw gains per million USD with 95 % intervals, and beside them the probability of being best."""
    rows = result.ranked[:MOST_ROWS]
    if not rows:
        return style.note_slide("Nothing to rank", finding(result), label)
    more = len(result.ranked) - len(rows)
    name = result.indicator
    figure = style.slide(
        finding(result),
        f"Gain in {name} per million USD against '{label.title}', with the 95 % interval over replications with common "
        "random numbers; right: probability that no other candidate gains more per USD."
        + (f" {more} more are not drawn." if more else ""),
        label,
        "costs as published" + (", or given (*)" if any(row.cost_given for row in rows) else ""),
    )
    places = range(len(rows))
    gains = figure.add_axes((0.33, 0.13, 0.43, 0.66))
    halves = [row.gain_per_musd.half_width or 0.0 for row in rows]
    colours = [style.BLUE if row.best == max(r.best for r in rows) else style.SKY for row in rows]
    gains.barh(
        places,
        [row.gain_per_musd.mean or 0.0 for row in rows],
        xerr=halves,
        height=0.6,
        color=colours,
        ecolor=style.INK,
        capsize=3,
    )
    gains.axvline(0, color=style.INK, linewidth=1.2)
    style.bare_left(gains, places, [_name(row) for row in rows])
    gains.set_xlabel(f"Gain per million USD, {unit_words(result.unit)}")
    gains.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(5))
    gains.grid(axis="x", color=style.FAINT, linewidth=0.8)
    gains.set_axisbelow(True)
    chances = figure.add_axes((0.80, 0.13, 0.13, 0.66))
    chances.barh(places, [row.best * 100 for row in rows], height=0.6, color=colours)
    for place, row in zip(places, rows, strict=True):
        chances.text(row.best * 100 + 3, place, chance(row.best), va="center", fontsize=13)
    style.bare_left(chances, places, [""] * len(rows))
    chances.set_xlim(0, 100)
    chances.set_xlabel("Probability of best, %")
    return figure


def _name(row: PricedCandidate) -> str:
    """Id, title and cost, in two lines at most."""
    title = textwrap.shorten(row.title, 42, placeholder=" ...")
    star = "*" if row.cost_given else ""
    return f"{row.candidate.replace('_', ' ')}: {number(row.cost_musd)} million USD{star}\n{title}"
