"""Where the days go: mean days per shipment by cause, flow by flow; the parts add up to the whole."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from sim.language.forms import in_form, percent
from sim.language.words import tr
from sim.plots import style
from sim.plots.inputs import FigureInputs

MOST_FLOWS = 11


@style.look
def delay_by_cause(inputs: FigureInputs) -> Figure:
    """Draw stacked bars of mean days per shipment by cause, for all corridor cargo and the largest flows."""
    days = _days(inputs)
    if days.empty:
        return style.note_slide(tr("Where the days go"), tr("No shipment of the period has arrived."), inputs.label)
    figure = style.slide(
        _finding(days), tr("Mean days per arrived shipment. All shipments: weighted by tonnes."), inputs.label
    )
    ax = figure.add_axes((0.27, 0.115, 0.69, 0.62))
    whole = days.sum(axis=1)
    left = pd.Series(0.0, index=days.index)
    places = [0.0, *(k + 0.45 for k in range(1, len(days)))]
    for cause, (words, colour) in style.CAUSES.items():
        if days[cause].max() <= 0:
            continue
        ax.barh(
            places,
            days[cause],
            left=left,
            height=0.68,
            color=colour,
            edgecolor="white",
            linewidth=0.8,
            label=words,
        )
        for y, start, width in zip(places, left, days[cause], strict=True):
            if width > 0.045 * whole.max():
                dark = cause in ("vessel", "capacity", "asset")
                ax.text(
                    start + width / 2,
                    y,
                    in_form(f"{width:.1f}"),
                    ha="center",
                    va="center",
                    fontsize=12.5,
                    color="white" if dark else style.INK,
                )
        left += days[cause]
    for y, total in zip(places, whole, strict=True):
        ax.text(
            total + 0.008 * whole.max(),
            y,
            f"{in_form(f'{total:.1f}')} {tr('d')}",
            va="center",
            fontsize=14,
            fontweight="bold",
        )
    titles = inputs.flow_titles() | {"all": tr("All shipments")}
    style.bare_left(ax, places, [titles.get(flow, flow) for flow in days.index])
    ax.get_yticklabels()[0].set_fontweight("bold")
    ax.set(xlim=(0, 1.1 * whole.max()), xlabel=tr("Days per shipment"))
    ax.legend(loc="lower left", bbox_to_anchor=(-0.36, 1.0), ncols=4, columnspacing=1.4, handlelength=1.0)
    return figure


def _days(inputs: FigureInputs) -> pd.DataFrame:
    """Rows ``all`` and the largest flows, longest first; one column of days for each cause."""
    table = inputs.shipments
    if table.empty:
        return pd.DataFrame()
    landed = table[table["reported"] & table["landed"].notna()]
    if landed.empty:
        return pd.DataFrame()
    columns = {f"{cause}_h": cause for cause in style.CAUSES}
    weight = landed["tonnes"] / max(landed["tonnes"].sum(), 1e-9)
    everything = landed[list(columns)].mul(weight, axis=0).sum().rename("all")
    largest = landed.groupby("flow")["tonnes"].sum().nlargest(MOST_FLOWS).index
    by_flow = landed[landed["flow"].isin(largest)].groupby("flow")[list(columns)].mean()
    by_flow = by_flow.loc[by_flow.sum(axis=1).sort_values(ascending=False).index]
    return pd.concat([everything.to_frame().T, by_flow]).rename(columns=columns) / 24


def _finding(days: pd.DataFrame) -> str:
    everything = days.loc["all"]
    standing = everything.drop(["moving", "handling"])
    top = str(standing.idxmax())
    if standing[top] <= 0:
        return tr("Shipments lose no time between moving and handling")
    words = style.CAUSES[top][0]
    return tr(
        "{share} of the journey is standing still; the largest part is {words} ({days} days)",
        share=percent(standing.sum() / everything.sum()),
        words=words,
        days=in_form(f"{standing[top]:.1f}"),
    )
