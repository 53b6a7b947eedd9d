"""Where the cargo of each market went: carried, to a rival, not shipped; the parts add up to what the base year's share is."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from sim.language.forms import in_form
from sim.language.words import mark, tr
from sim.plots import style
from sim.plots.fonts import drawable
from sim.plots.inputs import FigureInputs

#: Parts of a bar that are no rival, in their order -> words and colour.
_PARTS = {
    "carried": ("carried", style.BLUE),
    "under_way": (mark("still under way"), style.SKY),
    "declined": (mark("not shipped"), style.MOVING_GREY),
    "deferred": (mark("put off"), style.YELLOW),
}
_RIVALS = (style.VERMILLION, style.ORANGE, style.PURPLE, style.GREEN)
#: Parts of a bar that are smaller are not named in it.
_LEAST = 0.035
#: A part that is smaller in every bar is left out.
_SEEN = 0.002


@style.look
def market_outcomes(inputs: FigureInputs) -> Figure:
    """Draw one bar a market, in per cent of what would come at the base year's share of it."""
    what = tr("Where the cargo of each market went")
    if inputs.markets.empty:
        return style.note_slide(what, tr("The demand of this run is as planned."), inputs.label)
    parts = _parts(inputs)
    if parts.empty:
        return style.note_slide(what, tr("No cargo was planned in the period."), inputs.label)
    figure = style.slide(
        _finding(parts, inputs),
        tr(
            "Per cent of what would come at the base year's times and shares. Beyond 100: won from "
            "rivals, or new trade. * ships as planned: nothing published says how it reacts."
        ),
        inputs.label,
    )
    ax = figure.add_axes((0.3, 0.115, 0.66, 0.6))
    colours = {name: colour for name, (_, colour) in _PARTS.items()}
    rivals = [name for name in parts.columns if name not in _PARTS]
    colours |= {name: _RIVALS[k % len(_RIVALS)] for k, name in enumerate(rivals)}
    left = pd.Series(0.0, index=parts.index)
    for name in parts.columns:
        words = _PARTS[name][0] if name in _PARTS else tr("gone: {name}", name=inputs.market_titles.get(name, name))
        width = parts[name].clip(lower=0)
        if width.max() <= _SEEN:
            continue
        ax.barh(
            range(len(parts)),
            width,
            left=left,
            height=0.66,
            color=colours[name],
            edgecolor="white",
            label=drawable(words, name),
        )
        for y, (start, of_bar) in enumerate(zip(left, width, strict=True)):
            if of_bar > _LEAST * max(parts.clip(lower=0).sum(axis=1).max(), 1):
                dark = name in ("carried",) or colours[name] in (style.VERMILLION, style.PURPLE, style.GREEN)
                ink = "white" if dark else style.INK
                ax.text(
                    start + of_bar / 2, y, f"{100 * of_bar:.0f}", ha="center", va="center", fontsize=12.5, color=ink
                )
        left += width
    ax.axvline(1, color=style.INK, linewidth=1.2, linestyle=(0, (4, 3)))
    names = [style.in_lines(drawable(inputs.market_titles.get(str(m), str(m)), str(m)), 30) for m in parts.index]
    style.bare_left(ax, list(range(len(parts))), names)
    ax.set(xlim=(0, 1.06 * max(left.max(), 1)), xlabel=tr("% of what would come as in the base year"))
    ax.xaxis.set_major_formatter(lambda x, _: in_form(f"{100 * x:.0f}"))
    ax.legend(loc="lower left", bbox_to_anchor=(-0.42, 1.0), ncols=3, columnspacing=1.4, handlelength=1.0)
    return figure


def _parts(inputs: FigureInputs) -> pd.DataFrame:
    """[market, part] parts of the plan; rivals by id, only what they won; markets by tonnes, the largest first."""
    table = inputs.markets
    count = max(inputs.label.replications, 1)
    plain = table[(table["outcome"] != "diverted") & table["outcome"].isin(list(_PARTS))]
    found = plain.pivot_table(index="market", columns="outcome", values="units", aggfunc="sum", fill_value=0.0)
    gone = table[table["outcome"] == "diverted"]
    if not gone.empty:
        found = found.join(
            gone.pivot_table(index="market", columns="rival", values="units", aggfunc="sum", fill_value=0.0),
            how="outer",
        )
    found = found.fillna(0.0) / count
    sign = table["outcome"].map(lambda outcome: -1.0 if outcome == "induced" else 1.0)
    plan = (table["units"] * sign).groupby(table["market"]).sum() / count
    tonnes = (table["tonnes"] * sign).groupby(table["market"]).sum()
    found = found[plan.reindex(found.index) > 0]
    rivals = sorted(name for name in found.columns if name not in _PARTS)
    order = [name for name in ("carried", "under_way") if name in found] + rivals
    order += [name for name in ("declined", "deferred") if name in found]
    found = found[order].div(plan.reindex(found.index), axis=0)
    return found.loc[tonnes.reindex(found.index).sort_values(ascending=False).index]


def _finding(parts: pd.DataFrame, inputs: FigureInputs) -> str:
    table = inputs.markets
    tonnes = table.groupby("outcome")["tonnes"].sum()
    plan = float(tonnes.sum() - 2 * tonnes.get("induced", 0.0))
    carried = float(tonnes.get("carried", 0.0))
    rest = {
        mark("goes to rivals"): float(tonnes.get("diverted", 0.0)),
        mark("is not shipped"): float(tonnes.get("declined", 0.0)),
        mark("is still under way"): float(tonnes.get("under_way", 0.0)),
    }
    most = max(rest, key=lambda name: rest[name])
    if plan <= 0 or rest[most] < 0.01 * plan:
        return tr(
            "{carried} of the tonnes that would come as in the base year are carried",
            carried=style.percent(carried / plan if plan > 0 else 0),
        )
    return tr(
        "{carried} of the tonnes are carried; most of the rest {most} ({rest})",
        carried=style.percent(carried / plan),
        most=most,
        rest=style.percent(rest[most] / plan),
    )
