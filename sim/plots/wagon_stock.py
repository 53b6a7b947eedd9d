"""Where returnable equipment is: platforms, tank wagons, engines by station over time, a pool a panel."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure

from sim.language.forms import day_words, percent
from sim.language.words import mark, tr
from sim.plots import style
from sim.plots.inputs import FigureInputs
from sim.report.texttable import capital

MOST_POOLS = 6
#: Stations with a colour of their own in a panel; the others are taken together.
MOST_STATIONS = 4
#: Measure of a stock -> words, where they differ.
UNIT_WORDS = {"each": mark("units"), "teu": "TEU", "wagon": mark("wagons"), "t": mark("tonnes")}
STATION_COLOURS = (style.BLUE, style.SKY, style.GREEN, style.YELLOW)
OTHERS, ON_THE_WAY = mark("other stations"), mark("on the way")


@style.look
def wagon_stock(inputs: FigureInputs) -> Figure:
    """Draw the units at hand by station, and above them those on the way; mean of each day, first replication."""
    table = inputs.assets
    if table.empty:
        return style.note_slide(
            tr("Wagons and engines"), tr("No pool of returnable equipment in this run."), inputs.label
        )
    first = table[table["replication"] == table["replication"].min()]
    moved = first.groupby("pool")[["taken_loaded", "sent_empty"]].sum()
    pools = list(moved[moved["taken_loaded"] > 0].sort_values("taken_loaded", ascending=False).index[:MOST_POOLS])
    if not pools:
        return style.note_slide(tr("Wagons and engines"), tr("No load has used the depots of this run."), inputs.label)
    figure = style.slide(
        _finding(first, moved, pools, inputs),
        tr(
            "Units that stand at each station and those on the way, loaded or empty; mean of each day, "
            "first replication."
        ),
        inputs.label,
    )
    columns = 2 if len(pools) > 1 else 1
    rows = -(-len(pools) // columns)
    height, width = 0.72 / rows, 0.93 / columns
    for k, pool in enumerate(pools):
        left, low = 0.06 + (k % columns) * width, 0.09 + (rows - 1 - k // columns) * height
        place = (left, low, 0.68 * width, 0.72 * height)
        ax = figure.add_axes(place)
        _draw_pool(ax, first[first["pool"] == pool], inputs)
        unit = _unit_words(first[first["pool"] == pool])
        title = tr(
            "{pool} ({unit}): {share} loaded", pool=_words(pool, inputs), unit=unit, share=_share(moved.loc[pool])
        )
        ax.set_title(title, loc="left", fontsize=14)
        if k + columns < len(pools):
            ax.tick_params(axis="x", labelbottom=False)
    return figure


def _words(pool: str, inputs: FigureInputs) -> str:
    return capital(inputs.pool_titles.get(pool, pool.replace("_", " ")))


def _draw_pool(ax: Axes, rows: pd.DataFrame, inputs: FigureInputs) -> None:
    names = inputs.place_names()
    at_hand = rows.pivot_table(index="day", columns="node", values="at_hand", aggfunc="sum")
    owned = rows.groupby("day")["owned"].sum()
    largest = list(at_hand.mean().sort_values(ascending=False, kind="stable").index[:MOST_STATIONS])
    bands = [
        (names.get(node, node), at_hand[node], colour) for node, colour in zip(largest, STATION_COLOURS, strict=False)
    ]
    rest = at_hand.drop(columns=largest)
    if len(rest.columns):
        bands.append((tr(OTHERS), rest.sum(axis=1), style.ORANGE))
    bands.append((tr(ON_THE_WAY), (owned - at_hand.sum(axis=1)).clip(lower=0), style.FAINT))
    days, heights = date2num(owned.index), [np.clip(height, 0, None) for _, height, _ in bands]
    ax.stackplot(days, heights, labels=[words for words, _, _ in bands], colors=[colour for _, _, colour in bands])
    start, end = (date2num(pd.Timestamp(d)) for d in (inputs.label.period_start, inputs.label.period_end))
    ax.set_xlim(start, end + 1)
    ax.set_ylim(0, 1.02 * float(owned.max()) or 1.0)
    style.name_months(ax)
    ax.tick_params(labelsize=11)
    style.plain_numbers(ax.yaxis)
    handles, labels = ax.get_legend_handles_labels()
    labels = [style.in_lines(words, 16, 2) for words in labels]
    ax.legend(handles[::-1], labels[::-1], loc="upper left", bbox_to_anchor=(1.0, 1.05), fontsize=11, handlelength=1.0)


def _finding(first: pd.DataFrame, moved: pd.DataFrame, pools: list[str], inputs: FigureInputs) -> str:
    pool = pools[0] if len(pools) == 1 else next((p for p in pools if "platform" in p), pools[0])
    rows = first[first["pool"] == pool]
    by_day = rows.groupby("day")[["owned", "at_hand"]].sum()
    away = by_day["owned"] - by_day["at_hand"]
    peak = away.idxmax()
    mean, owned = style.amount(away.mean()), style.amount(by_day["owned"].mean())
    most = tr("{most} at most ({peak})", most=style.amount(away.max()), peak=day_words(peak))
    share = tr("{share} of what leaves a station is loaded", share=_share(moved.loc[pool]))
    name, unit = _words(pool, inputs), _unit_words(rows)
    return tr(
        "{name}: {mean} of {owned} {unit} are on the way on average, {most}; {share}",
        name=name,
        mean=mean,
        owned=owned,
        unit=unit,
        most=most,
        share=share,
    )


def _unit_words(rows: pd.DataFrame) -> str:
    unit = str(rows["unit"].iloc[0])
    return tr(UNIT_WORDS.get(unit, unit))


def _share(moved: pd.Series) -> str:
    return percent(moved["taken_loaded"] / max(moved.sum(), 1))
