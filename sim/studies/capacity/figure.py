"""Growth of the backlog against the multiple of demand, and what binds just above the largest that is shown steady."""

from __future__ import annotations

from matplotlib.figure import Figure

from sim.language.forms import day_words
from sim.plots import style
from sim.plots.inputs import RunLabel
from sim.studies.capacity.page import answer, beyond, binds
from sim.studies.capacity.result import Capacity

_COLOURS = (style.BLUE, style.ORANGE, style.GREEN, style.PURPLE, style.SKY, style.BLACK)


@style.look
def figure(result: Capacity, label: RunLabel) -> Figure:
    """Draw every run of a search."""
    day = day_words(result.freeze_at)
    said = [text for text in (beyond(result), binds(result)) if text]
    figure = style.slide(
        _sentence(answer(result)),
        f"Growth of what is on its way, by cargo, with the network and the rules of {day} for good; "
        f"95 % intervals. {'. '.join(map(_sentence, said))}",
        label,
    )
    ax = figure.add_axes((0.09, 0.14, 0.74, 0.60))
    for k, cargo in enumerate(result.demand):
        rows = [
            (point.multiple, row)
            for point in result.points
            for row in point.growth
            if row.cargo == cargo and row.demand
        ]
        halves = [100 * (row.units_a_year.half_width or 0.0) / row.demand for _, row in rows]
        ax.errorbar(
            [m for m, _ in rows],
            [100 * row.share for _, row in rows],
            yerr=halves,
            marker="o",
            color=_COLOURS[k % len(_COLOURS)],
            label=cargo,
            capsize=4,
            linewidth=2,
        )
    ax.axhline(100 * result.tolerance, color=style.VERMILLION, linestyle="--", linewidth=1.5, label="allowed")
    if result.multiple is not None and result.above is not None:
        ax.axvspan(result.multiple, result.above, color=style.FAINT, zorder=0, label="capacity\nlies here")
    ax.set_xscale("log", base=2)
    multiples = [point.multiple for point in result.points]
    ticks = [t for t in (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16) if min(multiples) <= t <= max(multiples)]
    ax.set_xticks(ticks, [f"{t:g}" for t in ticks])
    ax.set_xlabel("Multiple of the demand")
    ax.set_ylabel("Yearly growth of the backlog, % of demand")
    ax.grid(color=style.FAINT, linewidth=0.8)
    ax.set_axisbelow(True)
    figure.legend(*ax.get_legend_handles_labels(), loc="center left", bbox_to_anchor=(0.845, 0.5))
    return figure


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].replace("+-", "±")
