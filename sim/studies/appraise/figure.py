"""An appraisal as a picture: present value with each term at its lowest and highest, the widest first (a tornado)."""

from __future__ import annotations

from matplotlib.figure import Figure

from sim.plots import style
from sim.plots.inputs import RunLabel
from sim.report.texttable import capital, number
from sim.studies.appraise.page import finding
from sim.studies.appraise.result import Appraisal


@style.look
def tornado(found: Appraisal, label: RunLabel) -> Figure:
    """Draw the present value, and how far each term moves it."""
    what = (
        "Present value with one term at a time at its lowest (orange) and its highest (blue), all others as given. "
        "Grey: 95 % interval of random variation."
    )
    figure = style.slide(finding(found).replace("+-", "±"), what, label, "terms: docs/concepts/appraisal.md")
    ax = figure.add_axes((0.25, 0.13, 0.68, 0.6))
    middle, half = found.worth.npv_musd.mean or 0.0, found.worth.npv_musd.half_width or 0.0
    ax.axvspan(middle - half, middle + half, color="#E3E3E3", zorder=0)
    places = list(range(len(found.swings)))
    for place, one in zip(places, found.swings, strict=True):
        for worth, colour in ((one.low, style.ORANGE), (one.high, style.BLUE)):
            mean = worth.npv_musd.mean or 0.0
            ax.barh(place, mean - middle, left=middle, height=0.6, color=colour, zorder=2)
            side = "left" if mean > middle or (mean == middle and worth is one.high) else "right"
            ax.annotate(
                worth.words,
                (mean, place),
                xytext=(6 if side == "left" else -6, 0),
                textcoords="offset points",
                ha=side,
                va="center",
                fontsize=13,
            )
    ax.axvline(middle, color=style.INK, linewidth=1.2, zorder=4)
    ax.axvline(0, color=style.MUTED, linewidth=1.2, linestyle="--", zorder=1)
    ax.margins(x=0.12)
    style.bare_left(ax, places, [capital(one.words) for one in found.swings])
    ax.set_xlabel(
        f"Present value at {100 * found.terms.discount:g} %, million USD (all terms as given: {number(middle)})"
    )
    return figure
