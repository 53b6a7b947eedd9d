"""What each part of a package is worth in the primary indicator: alone, last in, and by Shapley value."""

from __future__ import annotations

import textwrap

import matplotlib.ticker
from matplotlib.figure import Figure

from sim.indicators import unit_words
from sim.plots import style
from sim.plots.inputs import RunLabel
from sim.studies.decompose.page import part_names
from sim.studies.decompose.result import Decomposition, IndicatorWorth, PartWorth

BARS = {"alone": ("alone", style.SKY), "last": ("last in", style.ORANGE), "shapley": ("Shapley value", style.BLUE)}
MOST_PARTS = 10


@style.look
def figure(result: Decomposition, label: RunLabel) -> Figure:
    """Draw three bars with 95 % intervals for each part."""
    found = result.measures[0]
    rows = [row for row in found.parts if row.shapley.mean is not None][:MOST_PARTS]
    more = len(found.parts) - len(rows)
    name = found.indicator
    if not rows:
        why = "Too many shipments had not arrived when a run stopped."
        return style.note_slide(f"{name}: nothing to take apart", why, label)
    method = "every subset was run" if result.exact else f"Shapley values from {result.orders} orders"
    figure = style.slide(
        _finding(found, name, part_names(result)),
        f"Change of {name} by each part of '{result.b.title}' against '{result.a.title}'; bars with the "
        f"95 % interval over replications with common random numbers; {method}."
        + (f" {more} more are not drawn." if more else ""),
        label,
    )
    ax = figure.add_axes((0.27, 0.14, 0.68, 0.58))
    for nth, (key, (words, colour)) in enumerate(BARS.items()):
        places = [k + (nth - 1) * 0.26 for k in range(len(rows))]
        means = [row.worths()[key].mean or 0.0 for row in rows]
        halves = [_half_width(row, key) for row in rows]
        ax.barh(places, means, xerr=halves, height=0.24, color=colour, label=words, ecolor=style.INK, capsize=3)
    ax.axvline(0, color=style.INK, linewidth=1.2)
    style.bare_left(ax, range(len(rows)), [_name(row, result) for row in rows])
    ax.set_xlabel(f"Change of {name}, {unit_words(found.unit)}" + _direction(found.good))
    ax.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(8))
    ax.grid(axis="x", color=style.FAINT, linewidth=0.8)
    ax.set_axisbelow(True)
    figure.legend(*ax.get_legend_handles_labels(), loc="upper left", bbox_to_anchor=(0.265, 0.79), ncols=3)
    return figure


def _finding(found: IndicatorWorth, name: str, names: dict[str, str]) -> str:
    total = found.total
    if not total.excludes_zero:
        return f"{name}: no difference of the whole package shown at this precision"
    first = max(found.parts, key=lambda row: row.share or 0.0)
    amount = f"{total.mean:+.3g} ± {total.half_width:.2g} {unit_words(found.unit)}".replace("-", "−")
    return f"{name}: {amount} in all, the largest part of it {names[first.part]} ({first.share:.0%})"


def _half_width(row: PartWorth, key: str) -> float:
    return float((row.shapley_half_width_in_all if key == "shapley" else row.worths()[key].half_width) or 0.0)


def _name(row: PartWorth, result: Decomposition) -> str:
    members = next(part.members for part in result.parts if part.part == row.part)
    bundled = f" ({len(members)})" if members != (row.part,) else ""
    return textwrap.fill(part_names(result)[row.part], 30) + bundled


def _direction(good: str) -> str:
    return {"lower": " (less is better)", "higher": " (more is better)"}.get(good, "")
