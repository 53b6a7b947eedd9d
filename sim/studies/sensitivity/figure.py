"""Which inputs rule an indicator: effects over the whole range, and shares of variance."""

from __future__ import annotations

import textwrap

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.plots import style
from sim.plots.inputs import RunLabel
from sim.report.texttable import capital
from sim.studies.sensitivity.page import finding
from sim.studies.sensitivity.result import OnIndicator, SensitivityResult

MOST_ROWS = 16


@style.look
def effects_figure(result: SensitivityResult, on: OnIndicator, label: RunLabel) -> Figure:
    """A bar for each input, the largest effect first: its mean with its sign inside, and what random variation alone may show."""
    name = capital(on.words)
    if on.screening is None:
        return style.note_slide(name, on.why or "Nothing was screened.", label)
    rows = [one for one in on.screening.effects if one.size > 0][:MOST_ROWS]
    if not rows:
        return style.note_slide(name, "No input moves it at all.", label)
    more = len(on.screening.effects) - len(rows)
    alone = OnIndicator(on.measure, on.words, on.unit, on.screening, None, on.why)
    slide = style.slide(
        finding(result, alone),
        f"Change of the {on.words} as an input goes over its whole range, mean of {on.screening.used} places of the "
        "others, with the 95 % interval." + (f" {more} more with smaller effects are not drawn." if more else ""),
        label,
    )
    ax = slide.add_axes((0.34, 0.14, 0.60, 0.60))
    for k, one in enumerate(rows):
        colour = style.BLUE if one.shown else style.MOVING_GREY
        ax.barh(k, one.size, xerr=one.half_width, height=0.66, color=colour, ecolor=style.INK, capsize=3)
        ax.plot([one.mean], [k], marker="D", color=style.ORANGE, markersize=8, zorder=5)
        ax.plot([one.noise, one.noise], [k - 0.42, k + 0.42], color=style.VERMILLION, linewidth=2.5, zorder=6)
    ax.axvline(0, color=style.INK, linewidth=1.2)
    style.bare_left(ax, range(len(rows)), [_in_lines(result.title_of(one.name)) for one in rows])
    ax.tick_params(axis="y", labelsize=12)
    ax.set_xlabel(f"Change of the {on.words}" + (f", {on.unit}" if on.unit else ""))
    ax.grid(axis="x", color=style.FAINT, linewidth=0.8)
    ax.set_axisbelow(True)
    style.plain_numbers(ax.xaxis)
    handles = [
        Patch(color=style.BLUE, label="shown"),
        Patch(color=style.MOVING_GREY, label="not beyond random variation"),
        Line2D([], [], color=style.ORANGE, marker="D", linestyle="", label="mean with its sign"),
        Line2D([], [], color=style.VERMILLION, linewidth=2.5, label="random variation alone"),
    ]
    slide.legend(handles=handles, loc="upper right", bbox_to_anchor=(0.97, 0.80), ncols=4)
    return slide


@style.look
def shares_figure(result: SensitivityResult, on: OnIndicator, label: RunLabel) -> Figure:
    """Two bars for each input: its share of the variance alone, and with what it does together with others."""
    name = capital(on.words)
    if on.variance is None or not any(one.total is not None for one in on.variance.shares):
        return style.note_slide(
            name, "No input moves it beyond random variation, so that there is no variance to share.", label
        )
    rows = on.variance.shares[:MOST_ROWS]
    slide = style.slide(
        finding(result, on),
        f"Shares of the variance of the {on.words} over {len(rows)} inputs ({on.variance.used} base points), noise taken "
        "off, with 95 % bootstrap intervals.",
        label,
    )
    ax = slide.add_axes((0.34, 0.14, 0.60, 0.60))
    for k, one in enumerate(rows):
        for value, half, offset, colour in (
            (one.total, one.total_half_width, 0.19, style.SKY),
            (one.first, one.first_half_width, -0.19, style.BLUE),
        ):
            if value is not None:
                bar = max(value, 0.0)
                ax.barh(k + offset, bar, height=0.36, color=colour)
                if half:
                    ax.errorbar(value, k + offset, xerr=half, color=style.INK, capsize=3)
    style.bare_left(ax, range(len(rows)), [_in_lines(result.title_of(one.name)) for one in rows])
    ax.axvline(0, color=style.INK, linewidth=1.2)
    ends = [(one.total or 0.0, one.total_half_width) for one in rows] + [
        (one.first or 0.0, one.first_half_width) for one in rows
    ]
    ax.set_xlim(right=max(1.0, *(1.03 * (value + (half or 0.0)) for value, half in ends)))
    ax.set_xlabel("Share of the variance")
    ax.grid(axis="x", color=style.FAINT, linewidth=0.8)
    ax.set_axisbelow(True)
    handles = [Patch(color=style.BLUE, label="alone"), Patch(color=style.SKY, label="with others")]
    slide.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.335, 0.80), ncols=2)
    return slide


def _in_lines(words: str) -> str:
    return "\n".join(textwrap.wrap(words, 36)[:2])
