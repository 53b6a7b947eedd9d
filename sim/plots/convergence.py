"""How an indicator's half-width fell as replications were added, and what was asked for."""

from __future__ import annotations

from matplotlib.figure import Figure

from sim.indicators import INDICATORS, unit_words
from sim.language.forms import percent
from sim.language.words import mark, tr
from sim.plots import style
from sim.plots.inputs import FigureInputs
from sim.report.scopes import cargo_words
from sim.report.texttable import capital, number, with_unit


@style.look
def convergence(inputs: FigureInputs) -> Figure:
    """Draw the half-width at every look against the number of replications, with the line that was to be reached."""
    until, label = inputs.until, inputs.label
    seen = [look for look in until.get("looks", ()) if look["half_width"] is not None and look["mean"] is not None]
    if not seen:
        return style.note_slide(tr("Replications until enough"), tr("No look at the rule has an interval."), label)
    unit = unit_words(until["unit"])
    relative, within = until["relative"], until["within"]
    scale = [100 / abs(look["mean"]) if relative and look["mean"] else 1.0 for look in seen]
    halves = [look["half_width"] * s for look, s in zip(seen, scale, strict=True)]
    line = within * 100 if relative else within
    told = mark("{rule} is NOT reached with {replications} replications")
    if until["reached"]:
        told = mark("{rule} is reached with {replications} replications")
    slide = style.slide(
        tr(told, rule=_rule_words(inputs), replications=until["replications"]),
        tr(
            "95 % half-width at each look; where the rule holds ten more replications confirm it. At "
            "most {most} were allowed.",
            most=until["most"],
        ),
        label,
    )
    ax = slide.add_axes((0.10, 0.14, 0.86, 0.62))
    numbers = [look["n"] for look in seen]
    ax.plot(numbers, halves, color=style.BLUE, linewidth=2.5, marker="o", markersize=9)
    for n, half in zip(numbers, halves, strict=True):
        ax.annotate(number(half, 2), (n, half), (0, 10), textcoords="offset points", ha="center", fontsize=14)
    ax.axhline(line, color=style.VERMILLION, linestyle="--", linewidth=2)
    ax.annotate(
        tr("asked for"),
        (1.0, line),
        (-4, 6),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="right",
        color=style.VERMILLION,
    )
    ax.set_ylim(0, max([*halves, line]) * 1.2 or 1.0)
    ax.set(
        xlabel=tr("Replications"),
        ylabel=tr("95 % half-width, {unit}", unit=mark("% of the mean") if relative else unit or mark("as counted")),
    )
    ax.margins(x=0.08)
    ax.grid(axis="y", color=style.FAINT, linewidth=0.8)
    style.plain_numbers(ax.yaxis)
    return slide


def _rule_words(inputs: FigureInputs) -> str:
    """The rule in words: ``Transit time P50 of containers ± 2%``."""
    until = inputs.until
    kpi, _, rest = until["rule"].partition(" of ")
    scope = rest.partition(" within ")[0]
    titles = inputs.flow_titles()
    named = cargo_words(scope) if scope.startswith("cargo ") else titles.get(scope, scope)
    what = tr("{indicator} of {scope}", indicator=capital(tr(INDICATORS[kpi].words)), scope=named)
    within = percent(until["within"]) if until["relative"] else with_unit(number(until["within"], 2), until["unit"])
    return f"{what} ± {within}"
