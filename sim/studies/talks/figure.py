"""One picture for the talks: each scenario's main indicator against its base, grouped by talk."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.language.forms import percent
from sim.language.words import mark, tr
from sim.plots import style
from sim.plots.forest import VERDICTS

#: Differences beyond this share of the base are drawn as an arrow at the edge, with their number.
EDGE = 0.6
_LEGEND = {"better": "better", "worse": "worse", "": mark("no difference shown")}


@dataclass(frozen=True)
class TalkRow:
    """One scenario: difference (``written`` in words) and half-width as shares of the base's mean; None: no share.

    ``scenario`` and ``base`` are titles.
    """

    talk: str
    scenario: str
    base: str
    indicator: str
    difference: float | None
    half_width: float
    verdict: str
    written: str


@dataclass(frozen=True)
class TalksForest:
    """Rows in the order of the page, the sentence that is the title, and what the foot says."""

    finding: str
    rows: Sequence[TalkRow]
    comparisons: Sequence[str]
    made: str


@style.look
def figure(data: TalksForest) -> Figure:
    """Draw every row in per cent of its base's mean, with the 95 % interval."""
    figure = style.slide(
        data.finding,
        tr(
            "Main indicator of each scenario: difference from its base with common random numbers, in % "
            "of the base, with the 95 % interval. Beyond {edge}: arrow and number. Withdrawn answers are "
            "left out.",
            edge=percent(EDGE),
        ),
        textwrap.fill(
            tr("Comparisons {ids} · {made}", ids=", ".join(dict.fromkeys(data.comparisons)), made=data.made),
            180,
        ),
    )
    ax = figure.add_axes((0.40, 0.17, 0.30, 0.61))
    places, heads = _places(data.rows)
    for y, row in zip(places, data.rows, strict=True):
        _draw(ax, row, y)
    for y, talk in heads:
        ax.text(-1.23, y, talk, transform=ax.get_yaxis_transform(), fontsize=11.5, fontweight="bold", va="center")
    ax.axvline(0, color=style.INK, linewidth=1.2, zorder=1)
    ax.set_xlim(-100 * EDGE * 1.08, 100 * EDGE * 1.08)
    style.bare_left(ax, places, ["" for _ in data.rows])
    ax.set_yticks(places, [f"{style.in_lines(tr(row.scenario), 66, 1)} · {row.indicator}" for row in data.rows])
    ax.set_ylim(places[-1] + 0.8, -0.8)
    ax.tick_params(axis="y", labelsize=9.5)
    ax.set_xlabel(tr("Difference from the base, %"))
    ax.grid(axis="x", color=style.FAINT, linewidth=0.8)
    found = {row.verdict if row.verdict in VERDICTS else "" for row in data.rows}
    handles = [
        Line2D([], [], color=colour, marker=_mark(verdict), linewidth=2, label=_LEGEND[verdict])
        for verdict, colour in VERDICTS.items()
        if verdict in found
    ]
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.395, 0.835), ncols=3)
    return figure


def _places(rows: Sequence[TalkRow]) -> tuple[list[float], list[tuple[float, str]]]:
    """Heights of the rows, with a line for the name of each talk above its first."""
    places: list[float] = []
    heads: list[tuple[float, str]] = []
    y = 0.0
    for k, row in enumerate(rows):
        if k == 0 or row.talk != rows[k - 1].talk:
            y += 0.4 if k else 0
            heads.append((y, tr(row.talk)))
            y += 1
        places.append(y)
        y += 1
    return places, heads


def _draw(ax: Axes, row: TalkRow, y: float) -> None:
    colour = VERDICTS.get(row.verdict, style.MUTED)
    if row.difference is None:
        pass  # a base of zero has no per cent; the number on the right still tells
    elif abs(row.difference) > EDGE:
        ax.plot(
            100 * EDGE * (1 if row.difference > 0 else -1),
            y,
            marker=">" if row.difference > 0 else "<",
            color=colour,
            markersize=10,
            zorder=3,
            clip_on=False,
        )
    else:
        ax.errorbar(
            100 * row.difference,
            y,
            xerr=100 * row.half_width,
            fmt=_mark(row.verdict),
            color=colour,
            markersize=6,
            linewidth=1.8,
            capsize=3,
            zorder=3,
        )
    against = tr("{difference}  (against: {base})", difference=row.written, base=style.in_lines(tr(row.base), 52, 1))
    ax.text(1.03, y, against, transform=ax.get_yaxis_transform(), va="center", fontsize=9.5, color=colour)


def _mark(verdict: str) -> str:
    """Shape tells what colour tells."""
    return {"better": "o", "worse": "s"}.get(verdict, "D")
