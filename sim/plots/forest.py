"""A forest of differences: one row an indicator, one mark and interval for each scenario against the base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.language.words import mark, tr
from sim.plots import style
from sim.plots.inputs import RunLabel
from sim.report.texttable import capital

VERDICTS = {"better": style.BLUE, "worse": style.VERMILLION, "": style.MUTED}
_MARKS = "osD^vP"
_LEGEND = {"better": mark("better"), "worse": mark("worse"), "": mark("no difference shown")}


@dataclass(frozen=True)
class Difference:
    """One indicator of one comparison: difference and half-width as shares of the base's mean."""

    row: str
    scenario: str
    difference: float
    half_width: float
    verdict: str
    written: str
    primary: bool


@dataclass(frozen=True)
class Forest:
    """The differences in the order of rows, the sentence that is the title, and the foot's label."""

    base: str
    finding: str
    differences: Sequence[Difference]
    label: RunLabel


@style.look
def forest(data: Forest) -> Figure:
    """Draw each difference from the base in per cent of the base, with its 95 % interval."""
    if not data.differences:
        return style.note_slide(
            data.finding, tr("No indicator has an interval; more than one replication is needed."), data.label
        )
    figure = style.slide(
        data.finding,
        tr(
            "Difference from {base} with common random numbers, in % of its mean, with the 95 % interval "
            "over replications. Bold: the primary indicator; the others are corrected together (Holm).",
            base=data.base,
        ),
        data.label,
    )
    ax = figure.add_axes((0.27, 0.14, 0.50, 0.60))
    rows = list(dict.fromkeys(d.row for d in data.differences))
    scenarios = list(dict.fromkeys(d.scenario for d in data.differences))
    for d in data.differences:
        offset = (scenarios.index(d.scenario) - (len(scenarios) - 1) / 2) * 0.7 / len(scenarios)
        _draw(ax, d, rows.index(d.row) + offset, _MARKS[scenarios.index(d.scenario) % len(_MARKS)])
    ax.axvline(0, color=style.INK, linewidth=1.2, zorder=1)
    style.bare_left(ax, range(len(rows)), [style.in_lines(capital(row), 34) for row in rows])
    primary = {d.row for d in data.differences if d.primary}
    for row, text in zip(rows, ax.get_yticklabels(), strict=True):
        text.set_fontweight("bold" if row in primary else "normal")
    ax.set_xlabel(tr("Difference from {base}, %", base=data.base))
    ax.grid(axis="x", color=style.FAINT, linewidth=0.8)
    _legends(figure, data.differences, scenarios)
    return figure


def _draw(ax: Axes, d: Difference, y: float, mark: str) -> None:
    colour = VERDICTS.get(d.verdict, style.MUTED)
    size, width = (9, 2.6) if d.primary else (7, 1.8)
    ax.errorbar(
        100 * d.difference,
        y,
        xerr=100 * d.half_width,
        fmt=mark,
        color=colour,
        markersize=size,
        linewidth=width,
        capsize=4,
        zorder=3,
    )
    ax.text(1.02, y, d.written, transform=ax.get_yaxis_transform(), va="center", fontsize=12.5, color=colour)


def _legends(figure: Figure, differences: Sequence[Difference], scenarios: Sequence[str]) -> None:
    found = {d.verdict if d.verdict in VERDICTS else "" for d in differences}
    handles = [
        Line2D([], [], color=colour, marker="o", linewidth=2, label=_LEGEND[verdict])
        for verdict, colour in VERDICTS.items()
        if verdict in found
    ]
    if len(scenarios) > 1:
        handles += [
            Line2D(
                [], [], color=style.INK, marker=_MARKS[k % len(_MARKS)], linestyle="", label=style.in_lines(name, 60, 1)
            )
            for k, name in enumerate(scenarios)
        ]
    columns = 6 if sum(map(len, scenarios)) < 60 else 2
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.265, 0.80), ncols=min(len(handles), columns))
