"""How long shipments take from door to door, by flow: the spread, not only the middle."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from sim.analysis.passages import pair_of
from sim.language.forms import in_form, month
from sim.language.words import tr
from sim.plots import style
from sim.plots.inputs import FigureInputs
from sim.report.kpi_values import FEW
from sim.report.verdicts import TESTS
from sim.statistics.intervals import NOT_REACHED
from sim.statistics.pooled import quantile_of_sorted

MOST_FLOWS, MOST_PUBLISHED = 10, 5
SHARES = (0.05, 0.25, 0.50, 0.75, 0.90, 0.95)


@style.look
def transit_times(inputs: FigureInputs) -> Figure:
    """Draw P5 to P95 of transit time (days) for the largest flows, and published times beside the run's means."""
    spread, titles = _spread(inputs), inputs.flow_titles()
    if spread.empty:
        return style.note_slide(tr("Transit times by flow"), tr("No shipment departed in the period."), inputs.label)
    published = _published(inputs)
    figure = style.slide(
        _finding(inputs, spread),
        tr("Door-to-door, shipments of all replications: P50 · P90 · P95; what has not arrived ranks as the longest."),
        inputs.label,
        tr("Published values: see geodata/observations_roles.csv") if len(published) else "",
    )
    ax = figure.add_axes((0.27, 0.115, 0.69, 0.66))
    drawn = [*spread["p95"].where(np.isfinite(spread["p95"]), spread["p50"]), *published["high"]]
    edge = 1.22 * max(value for value in drawn if np.isfinite(value))
    places = [*range(len(spread)), *(len(spread) + 0.6 + k for k in range(len(published)))]
    for y, row in zip(places, spread.itertuples(), strict=False):
        _draw_spread(ax, y, row, edge)
    for y, row in zip(places[len(spread) :], published.itertuples(), strict=True):
        _draw_published(ax, y, row, edge)
    ax.set(xlim=(0, _edge_with_words(ax, edge)), xlabel=tr("Days"))
    ax.xaxis.set_major_locator(MaxNLocator(integer=edge >= 5))
    style.plain_numbers(ax.xaxis)
    style.bare_left(ax, places, [*(titles.get(f, f) for f in spread["flow"]), *published["words"]])
    ax.grid(axis="x", color=style.FAINT, linewidth=0.8)
    ax.set_axisbelow(True)
    _draw_legend(ax, len(published) > 0)
    return figure


def _spread(inputs: FigureInputs) -> pd.DataFrame:
    """Quantiles in days of the largest flows by tonnes; pooled over replications."""
    sent = inputs.shipments[inputs.shipments["reported"]] if len(inputs.shipments) else inputs.shipments
    if sent.empty:
        return pd.DataFrame()
    largest = sent.groupby("flow")["tonnes"].sum().nlargest(MOST_FLOWS).index
    rows = []
    for flow in largest:
        hours = sent.loc[sent["flow"] == flow, "transit_h"].fillna(np.inf)
        days = np.sort(hours.to_numpy() / 24)
        few = len(days) < FEW * inputs.label.replications
        rows.append((flow, few, *(quantile_of_sorted(days, share) for share in SHARES)))
    table = pd.DataFrame(rows, columns=["flow", "few", *(f"p{round(100 * s)}" for s in SHARES)])
    return table.sort_values("p50", ascending=False, ignore_index=True)


def _published(inputs: FigureInputs) -> pd.DataFrame:
    """Published times between places beside the run's own mean: words, low, high, value, model (days), role."""
    columns = ["words", "low", "high", "value", "model", "role"]
    if inputs.observed.empty or inputs.kpis.empty:
        return pd.DataFrame(columns=columns)
    names, rows = inputs.place_names(), []
    means = inputs.kpis[inputs.kpis["kpi"] == "between_mean"]
    for seen in inputs.observed[inputs.observed["quantity"] == "transit_time"].itertuples():
        pair = pair_of(seen._asdict())
        if pair is None:
            continue
        scope = pair.scope
        model = means.loc[(means["scope"] == scope) & (means["year"] == seen.year), "contribution"].mean()
        low, high = (seen.value if pd.isna(bound) else bound for bound in (seen.low, seen.high))
        if np.isfinite(model):
            words = f"{names.get(seen.from_node, seen.from_node)} – {names.get(seen.to_node, seen.to_node)}"
            named = (
                ", ".join(seen.flows)
                if len(seen.flows) <= 3
                else tr("{flow} and {count} more", flow=seen.flows[0], count=len(seen.flows) - 1)
            )
            flows = f" ({named})" if named else ""
            within = f", {month(pair.months[0])}–{month(pair.months[1])}" if pair.months else ""
            words = f"{words}{within}" if within else f"{words}{flows}"
            rows.append((words, low, high, seen.value, model, seen.role))
    rows.sort(key=lambda row: row[-1] not in TESTS)  # what tests the run comes before what it is built on
    return pd.DataFrame(list(dict.fromkeys(rows))[:MOST_PUBLISHED], columns=columns)


def _finding(inputs: FigureInputs, spread: pd.DataFrame) -> str:
    """Of the largest container flow, or where there are none of the largest flow."""
    sent = inputs.shipments[inputs.shipments["flow"].isin(spread["flow"])]
    size = sent.groupby("flow")[["teu", "tonnes"]].sum()
    head = size["teu" if size["teu"].sum() > 0 else "tonnes"].idxmax()
    row = spread.set_index("flow").loc[head]
    name = inputs.flow_titles().get(head, head).rsplit(" (", 1)[0]
    if not np.isfinite(row["p95"]):
        return tr(
            "{name}: half arrive within {half}, some do not arrive before the end",
            name=name,
            half=style.days_in_words(row["p50"]),
        )
    (half, unit), (most, unit_of_most) = (style.days_and_unit(row[quantile]) for quantile in ("p50", "p95"))
    return tr(
        "{name}: half arrive within {half}, one in twenty takes more than {most}",
        name=name,
        half=style.in_unit(half, unit),
        most=in_form(most) if unit == unit_of_most else style.in_unit(most, unit_of_most),  # a unit is said once
    )


def _draw_spread(ax: Axes, y: float, row: Any, edge: float) -> None:
    p5, p25, p50, p75, p90, p95 = (min(getattr(row, f"p{round(100 * s)}"), edge) for s in SHARES)
    ax.plot([p5, p95], [y, y], color=style.BLUE, linewidth=3, alpha=0.45, solid_capstyle="butt", zorder=2)
    ax.barh(y, p75 - p25, left=p25, height=0.5, color=style.SKY, zorder=3)
    ax.plot([p50, p50], [y - 0.3, y + 0.3], color=style.INK, linewidth=3, zorder=5)
    ax.plot(p90, y, marker="|", markersize=17, markeredgewidth=2.5, color=style.BLUE, zorder=4)
    ax.plot(p95, y, marker="|", markersize=17, markeredgewidth=2.5, color=style.VERMILLION, zorder=4)
    values = (row.p50, row.p90, row.p95)
    digits = 0 if row.p50 >= 10 else 1
    words = " · ".join(in_form(f"{value:.{digits}f}") if np.isfinite(value) else tr(NOT_REACHED) for value in values)
    words += (" " + tr("(under {few} shipments a replication)", few=FEW)) if row.few else ""
    ax.text(min(p95 + 0.012 * edge, 0.87 * edge), y, words, va="center", fontsize=13, zorder=6)


def _draw_published(ax: Axes, y: float, row: Any, edge: float) -> None:
    ax.plot([row.low, row.high], [y, y], color=style.ORANGE, linewidth=11, solid_capstyle="butt", zorder=3)
    ax.plot(row.value, y, marker="D", markersize=10, color=style.ORANGE, zorder=4)
    ax.plot([row.model, row.model], [y - 0.3, y + 0.3], color=style.INK, linewidth=3, zorder=5)
    words = tr(
        "run {model}, published {value} ({role})",
        model=in_form(f"{row.model:.1f}"),
        value=in_form(f"{row.value:g}"),
        role=row.role,
    )
    ax.text(max(row.high, row.model) + 0.012 * edge, y, words, va="center", fontsize=13)


def _edge_with_words(ax: Axes, edge: float) -> float:
    """The end of the scale in days at which every label that starts on it ends within the axes."""
    width = 0.95 * ax.get_window_extent().width  # long names at the left make the axes a little narrower
    for text in ax.texts:
        share = min(text.get_window_extent().width / width, 0.6)
        edge = max(edge, float(text.get_position()[0]) / (1 - share))
    return edge


def _draw_legend(ax: Axes, published: bool) -> None:
    tick: dict[str, Any] = dict(marker="|", markersize=15, markeredgewidth=2.5, linestyle="")
    handles = [
        Line2D([], [], color=style.INK, linewidth=3, label=tr("half arrive (P50)")),
        Patch(color=style.SKY, label=tr("middle half")),
        Line2D([], [], color=style.BLUE, label="P90", **tick),
        Line2D([], [], color=style.VERMILLION, label="P95", **tick),
    ]
    if published:
        handles.append(Line2D([], [], color=style.ORANGE, marker="D", markersize=9, linewidth=8, label=tr("published")))
    ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=5, columnspacing=1.6, handlelength=1.4)
