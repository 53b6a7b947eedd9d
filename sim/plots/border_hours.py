"""What formalities take, place by place: mean hours of a shipment that passes, by barrier."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.language.forms import in_form, percent
from sim.language.words import mark, tr
from sim.plots import style
from sim.plots.inputs import FigureInputs

MOST_PLACES = 20
#: Cargo -> (words of its panel, a shipment of it). Other cargo meets barriers at its ports only.
CARGO = {"TEU": (mark("Containers"), mark("container shipment")), "wagon": (mark("Wagons"), mark("wagon group"))}
#: Barrier -> (words, colour); shades of the colour that the cause has in every figure. Others follow in grey.
BARRIERS = {
    "documents": ("documents", style.PURPLE),
    "inspection": (mark("inspection of the cargo"), "#6B2C50"),
    "acceptance": (mark("wait to be accepted"), "#E39CC6"),
    "handover": (mark("handover between railways"), "#EBCADD"),
}
OTHER_COLOURS = (style.MUTED, style.MOVING_GREY, style.INK)


@style.look
def border_hours(inputs: FigureInputs) -> Figure:
    """Draw stacked bars of hours by barrier, a row a place from east to west, containers beside wagons."""
    met = _met(inputs)
    if met.empty:
        why = tr("No container or wagon met a barrier in this run.")
        return style.note_slide(tr("Hours at borders and ports"), why, inputs.label)
    hours = met.pivot_table(index=["cargo", "node"], columns="barrier", values="hours", aggfunc="sum", fill_value=0.0)
    passed = _passed(met)
    longest = hours.sum(axis=1).groupby("node").sum().nlargest(MOST_PLACES).index
    nodes = [node for node in _from_the_east(inputs) if node in longest]
    cargoes = [cargo for cargo in CARGO if cargo in hours.index.get_level_values("cargo")]
    figure = style.slide(
        _finding(inputs, hours.loc[cargoes[0]], passed.loc[cargoes[0]], CARGO[cargoes[0]][1]),
        tr(
            "Mean hours of a shipment that passes the place, from east to west; in grey how many pass in "
            "a replication. Time of the barriers alone, with waits for acceptance slots; waiting for "
            "officers or engines is not in it."
        ),
        inputs.label,
    )
    names = inputs.place_names()
    mean = {c: hours.loc[c].div(passed.loc[c], axis=0).reindex(nodes).fillna(0.0) for c in cargoes}
    most = max(float(each.sum(axis=1).max()) for each in mean.values())
    width, height = 0.79 / len(cargoes), min(0.61, 0.03 + 0.07 * len(nodes))
    for k, cargo in enumerate(cargoes):
        ax = figure.add_axes((0.17 + k * width, 0.715 - height, width - 0.035, height))
        _bars(ax, mean[cargo], passed.loc[cargo] / inputs.label.replications)
        ax.set_xlim(0, 1.32 * most)  # one scale, so that panels compare
        style.bare_left(ax, range(len(nodes)), [names.get(n, n) for n in nodes] if k == 0 else [""] * len(nodes))
        ax.set_title(tr(CARGO[cargo][0]), loc="left", fontsize=16)
        ax.set_xlabel(tr("Hours of a {cargo}", cargo=CARGO[cargo][1]))
    handles, words = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, words, loc="lower left", bbox_to_anchor=(0.165, 0.755), ncols=4, handlelength=1.0)
    return figure


def barrier_look(barriers: list[str]) -> dict[str, tuple[str, str]]:
    """Words and colour of each barrier, the known ones first; those a scenario adds take greys in turn."""
    others = [b for b in barriers if b not in BARRIERS]
    added = {b: (tr(b.replace("_", " ")), OTHER_COLOURS[k % len(OTHER_COLOURS)]) for k, b in enumerate(others)}
    return {b: BARRIERS[b] for b in BARRIERS if b in barriers} | added


def _met(inputs: FigureInputs) -> pd.DataFrame:
    """Barrier rows of the delays of containers and wagons: replication, flow, cargo, barrier, node, hours, lots."""
    table = inputs.delays
    if table.empty:
        return table
    table = table[(table["cause"] == "barrier") & table["place"].astype(str).str.contains("@")]
    if table.empty:
        return table
    name = table["place"].astype(str).str.partition("@")
    cargo = table["flow"].astype(str).map(inputs.flows.set_index("flow")["cargo"])
    table = table.assign(flow=table["flow"].astype(str), cargo=cargo, barrier=name[0], node=name[2])
    return table[table["cargo"].isin(CARGO) & (table["hours"] > 0)]


def _passed(met: pd.DataFrame) -> pd.Series:
    """Shipments that pass, by cargo and node: of each flow as many as its commonest barrier there concerned.

    Papers concern all that pass, inspections a share, so that an inspection counts with its share.
    """
    of_barrier = met.groupby(["replication", "flow", "cargo", "node", "barrier"])["lots"].sum()
    return of_barrier.groupby(["replication", "flow", "cargo", "node"]).max().groupby(["cargo", "node"]).sum()


def _from_the_east(inputs: FigureInputs) -> list[str]:
    return list(inputs.places.sort_values("lon", ascending=False, kind="stable")["node"])


def _bars(ax: Axes, each: pd.DataFrame, passed: pd.Series) -> None:
    rows, whole = range(len(each)), each.sum(axis=1)
    left = pd.Series(0.0, index=each.index)
    for barrier, (words, colour) in barrier_look(list(each.columns)).items():
        ax.barh(rows, each[barrier], left=left, height=0.7, color=colour, edgecolor="white", linewidth=0.8, label=words)
        left += each[barrier]
    for y, (node, total) in zip(rows, whole.items(), strict=True):
        if total > 0:
            text = ax.annotate(
                tr("{hours} h", hours=in_form(f"{total:.1f}")),
                (total, y),
                (6, 0),
                textcoords="offset points",
                va="center",
                fontsize=13,
                fontweight="bold",
            )
            ax.annotate(
                in_form(f"{passed[node]:,.0f}"),
                (1, 0.5),
                (6, 0),
                xycoords=text,
                textcoords="offset points",
                va="center",
                fontsize=12,
                color=style.MUTED,
            )


def _finding(inputs: FigureInputs, hours: pd.DataFrame, passed: pd.Series, shipment: str) -> str:
    """The place with the longest bar, and, where that is another one, the place that costs most hours in all."""
    each, names = hours.sum(axis=1) / passed.reindex(hours.index), inputs.place_names()
    longest, most = str(each.idxmax()), str(hours.sum(axis=1).idxmax())
    top = str(hours.loc[longest].idxmax())
    share = hours.loc[longest, top] / hours.loc[longest].sum()
    part = tr("all") if round(share, 2) == 1 else percent(share)
    told = tr(
        "Formalities take longest at {longest}: {each} h of a {shipment}, {part} of it {barrier}",
        longest=names.get(longest, longest),
        each=in_form(f"{each[longest]:.1f}"),
        shipment=shipment,
        part=part,
        barrier=barrier_look(list(hours.columns))[top][0],
    )
    if longest == most:
        return told
    return tr(
        "{told}. With the number that pass, {most} costs most: {each} h each",
        told=told,
        most=names.get(most, most),
        each=in_form(f"{each[most]:.1f}"),
    )
