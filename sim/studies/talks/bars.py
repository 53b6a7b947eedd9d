"""One picture a talk: of each question what is today, what was promised and what is found, as bars side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.language.words import mark, tr
from sim.plots import style
from sim.report.estimate import Estimate

COLOURS = {"today": style.MOVING_GREY, "promised": style.ORANGE, "found": style.BLUE}
#: Heights in rows of a bar: of a question, of the gap below a group, and of words without bars; of the page at most.
_HEAD_ROWS, _GAP_ROWS, _TOLD_ROWS, _TALLEST_ROW = 1.1, 0.55, 2, 0.06
_LEGEND = {"today": mark("today, in the model"), "promised": mark("promised"), "found": mark("found, in the model")}


@dataclass(frozen=True)
class Bar:
    """One bar: its kind (today, promised or found), its length, and its number in words."""

    kind: str
    value: Estimate
    words: str


@dataclass(frozen=True)
class Group:
    """A question with its answer, the bars, and what they show, or why there are none, in words."""

    question: str
    answer: str
    told: str
    bars: Sequence[Bar]


@style.look
def bars(finding: str, groups: Sequence[Group], foot: str) -> Figure:
    """Draw each question's bars from zero, on a scale of its own, their numbers written."""
    figure = style.slide(
        finding,
        tr("Each question has a scale of its own, from zero; lines at the ends are 95 % intervals over replications."),
        foot,
    )
    top, bottom = 0.75, 0.06
    rows = [max(len(group.bars), _TOLD_ROWS) + _HEAD_ROWS + _GAP_ROWS for group in groups]
    row = min((top - bottom) / sum(rows), _TALLEST_ROW)
    above = top
    for group, many in zip(groups, rows, strict=True):
        figure.text(0.03, above, f"{group.question}  {group.answer}", fontsize=15, fontweight="bold", va="top")
        below = above - _HEAD_ROWS * row
        told = style.in_lines(group.told, 48 if group.bars else 150, _TOLD_ROWS + 1)
        figure.text(0.03, below, told, fontsize=11.5, va="top", color=style.MUTED, linespacing=1.15)
        if group.bars:
            size = len(group.bars) * row
            _draw(figure.add_axes((0.36, below - size, 0.45, size)), group.bars)
        above -= many * row
    kinds = [kind for kind in COLOURS if any(bar.kind == kind for group in groups for bar in group.bars)]
    handles = [Patch(color=COLOURS[kind], label=_LEGEND[kind]) for kind in kinds]
    if handles:
        figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.35, 0.83), ncols=3)
    return figure


def _draw(ax: Axes, rows: Sequence[Bar]) -> None:
    for y, bar in enumerate(rows):
        mean = bar.value.mean or 0.0
        ax.barh(y, mean, 0.72, color=COLOURS[bar.kind], xerr=bar.value.half_width or None, capsize=3)
        end = mean + (bar.value.half_width or 0.0)
        ax.annotate(bar.words, (end, y), xytext=(8, 0), textcoords="offset points", va="center", fontsize=13)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xlim(0, 1.02 * max((bar.value.mean or 0.0) + (bar.value.half_width or 0.0) for bar in rows) or 1.0)
    ax.set_axis_off()
