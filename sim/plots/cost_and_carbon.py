"""What a journey costs and emits: USD and kg CO2e of a TEU, part by part, for the largest flows.

Runs without containers are drawn per tonne of goods. Charges are what is paid, time is what the hours of
the journey are worth to the owner of the goods.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.language.forms import percent
from sim.language.words import mark, tr
from sim.plots import style
from sim.plots.inputs import FigureInputs

MOST_FLOWS = 9
#: Group of components -> (words, colour).
MONEY = {
    "rail": (mark("rail and road"), style.BLUE),
    "sea": (mark("sea freight"), style.SKY),
    "port": ("ports", style.ORANGE),
    "gauge": (mark("change of gauge"), style.GREEN),
    "documents": (mark("border formalities"), style.PURPLE),
    "going": (mark("time moving and handled"), style.MOVING_GREY),
    "standing": (mark("time standing still"), style.VERMILLION),
}
CARBON = {k: MONEY[k] for k in ("rail", "sea")} | {"lifts": ("lifts", style.ORANGE)}
_OF_COMPONENT = {"road": "rail", "pipeline": "rail", "time:moving": "going", "time:handling": "going"}


@style.look
def cost_and_carbon(inputs: FigureInputs) -> Figure:
    """Draw stacked bars of money (left) and greenhouse gases (right) for all shipments and the largest flows."""
    table = inputs.costs
    if table.empty or not (table["usd"].any() or table["kg_co2e"].any()):
        why = tr("No tariffs or emission factors in this run, or no shipment that departed in the period has arrived.")
        return style.note_slide(tr("What a journey costs and emits"), why, inputs.label)
    landed = inputs.shipments[inputs.shipments["reported"] & inputs.shipments["landed"].notna()]
    measure, per = ("teu", "TEU") if landed["teu"].any() else ("net_tonnes", tr("tonne of goods"))
    carried = landed.groupby(landed["flow"].astype(str))[measure].sum()
    carried = carried[carried > 0].sort_values(ascending=False, kind="stable")
    group = table["component"].map(lambda c: _OF_COMPONENT.get(c, "standing" if c.startswith("time:") else c))
    money = _per_unit(table, group, "usd", carried).reindex(columns=list(MONEY), fill_value=0.0)
    lifts = group.replace({"port": "lifts", "gauge": "lifts"})
    carbon = _per_unit(table, lifts, "kg_co2e", carried).reindex(columns=list(CARBON), fill_value=0.0)
    counted = table[table["flow"].isin(carried.index)]
    assumed = counted["usd_assumed"].sum() / max(counted["usd"].sum(), 1e-9)
    figure = style.slide(
        _finding(money, carbon, per),
        tr(
            "Means per {per} of shipments that departed in the period and have arrived. Left: charges "
            "and the value of time; {assumed} of it rests on assumptions. Right: greenhouse gases of the "
            "goods, well to wheel; lifts are those in ports and at gauge changes.",
            per=per,
            assumed=percent(assumed),
        ),
        inputs.label,
    )
    titles = inputs.flow_titles() | {"all": tr("All containers") if measure == "teu" else tr("All shipments")}
    left, right = figure.add_axes((0.24, 0.115, 0.42, 0.615)), figure.add_axes((0.715, 0.115, 0.245, 0.615))
    _bars(left, money, MONEY, tr("USD per {per}", per=per))
    _bars(right, carbon, CARBON, tr("kg CO₂e per {per}", per=per))
    places = _places(len(money))
    style.bare_left(left, places, [titles.get(flow, flow) for flow in money.index])
    left.get_yticklabels()[0].set_fontweight("bold")
    style.bare_left(right, places, [""] * len(places))
    left.legend(loc="lower left", bbox_to_anchor=(-0.52, 1.0), ncols=4, columnspacing=1.3, handlelength=1.0)
    right.legend(loc="lower left", bbox_to_anchor=(-0.06, 1.0), ncols=3, columnspacing=1.1, handlelength=1.0)
    return figure


def _per_unit(table: pd.DataFrame, group: pd.Series, column: str, carried: pd.Series) -> pd.DataFrame:
    """Rows ``all`` and the largest flows, the largest first; one column a group."""
    here = table["flow"].isin(carried.index)
    sums = table[here].groupby([table["flow"][here], group[here]])[column].sum().unstack(fill_value=0.0)
    everything = (sums.sum() / carried.sum()).rename("all")
    largest = [str(flow) for flow in carried.index[:MOST_FLOWS]]
    by_flow = sums.loc[largest].div(carried.to_numpy()[: len(largest)], axis=0)
    return pd.concat([everything.to_frame().T, by_flow])


def _places(count: int) -> list[float]:
    return [0.0, *(k + 0.45 for k in range(1, count))]


def _bars(ax: Axes, table: pd.DataFrame, groups: dict[str, tuple[str, str]], label: str) -> None:
    places, whole = _places(len(table)), table.sum(axis=1)
    left = pd.Series(0.0, index=table.index)
    for name, (words, colour) in groups.items():
        if table[name].max() > 0:
            ax.barh(
                places, table[name], left=left, height=0.68, color=colour, edgecolor="white", linewidth=0.8, label=words
            )
            left += table[name]
    for y, total in zip(places, whole, strict=True):
        ax.text(total + 0.012 * whole.max(), y, style.amount(total), va="center", fontsize=13.5, fontweight="bold")
    ax.set(xlim=(0, max(1.18 * whole.max(), 1e-9)), xlabel=label)
    ax.xaxis.set_major_locator(MaxNLocator(5))
    style.plain_numbers(ax.xaxis)


def _finding(money: pd.DataFrame, carbon: pd.DataFrame, per: str) -> str:
    usd, kg = money.loc["all"], carbon.loc["all"]
    emits = tr("emits {amount} kg CO₂e", amount=style.amount(kg.sum()))
    if not usd.sum():
        return tr("A {per} {emits} on its way", per=per, emits=emits)
    standing = tr("{share} of it for time standing still", share=percent(usd["standing"] / usd.sum()))
    return tr(
        "A {per} costs {amount} USD ({standing}) and {emits}",
        per=per,
        amount=style.amount(usd.sum()),
        standing=standing,
        emits=emits,
    )
