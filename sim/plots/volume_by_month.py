"""What arrived, month by month, beside the published year; where demand was set to that, the title says so."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.language.forms import month, percent
from sim.language.words import mark, tr
from sim.plots import style
from sim.plots.inputs import FigureInputs
from sim.report.verdicts import TESTS

CARGO_LOOK = {
    "TEU": ("containers", style.BLUE),
    "wagon": ("wagons", style.ORANGE),
    "truck": ("trucks", style.GREEN),
    "t": (mark("dry bulk"), style.YELLOW),
    "oil_t": ("oil", style.MOVING_GREY),
}
#: Colours of cargoes that have no look of their own.
SPARE = (style.PURPLE, style.SKY, style.VERMILLION, style.BLACK)
HATCHES = ("", "//", "..", "xx", "--")
DIRECTION_LOOK = {"east_to_west": (mark("to the west"), style.BLUE), "west_to_east": (mark("to the east"), style.SKY)}


@style.look
def volume_by_month(inputs: FigureInputs) -> Figure:
    """Draw tonnes arrived by cargo and TEU arrived by direction, by month; mean over replications."""
    landed = _landed(inputs)
    if landed.empty:
        return style.note_slide(tr("Volume by month"), tr("No corridor shipment arrived in the period."), inputs.label)
    months = pd.period_range(inputs.label.period_start, inputs.label.period_end, freq="M")
    tonnes = _by_month(landed, "cargo", "tonnes", months, inputs.label.replications)
    teu = _by_month(landed, "direction", "teu", months, inputs.label.replications)
    dashed = any(year in _full_years(months) for name in ("tonnes", "teu") for year in _published(inputs, name))
    figure = style.slide(
        _finding(inputs, tonnes, teu),
        tr("Corridor cargo by month of arrival, mean over replications.")
        + ((" " + tr("Dashed: published year, spread evenly.")) if dashed else ""),
        inputs.label,
        tr("Published values: see geodata/observations_roles.csv") if dashed else "",
    )
    left = figure.add_axes((0.065, 0.15, 0.41, 0.60))
    right = figure.add_axes((0.56, 0.15, 0.41, 0.60))
    _draw(left, tonnes / 1000, CARGO_LOOK, tr("Thousand tonnes per month"), inputs, "tonnes", 1000)
    _draw(right, teu, DIRECTION_LOOK, tr("TEU per month"), inputs, "teu", 1)
    return figure


def _landed(inputs: FigureInputs) -> pd.DataFrame:
    table = inputs.shipments
    if table.empty:
        return table
    start = pd.Timestamp(inputs.label.period_start, tz="UTC")
    end = pd.Timestamp(inputs.label.period_end, tz="UTC") + pd.Timedelta(days=1)
    within = table[(table["landed"] >= start) & (table["landed"] < end)]
    flows = inputs.flows[inputs.flows["in_corridor_total"]] if inputs.flows["in_corridor_total"].any() else inputs.flows
    found = within.merge(flows[["flow", "cargo", "direction"]], on="flow")
    return found.assign(month=found["landed"].dt.tz_localize(None).dt.to_period("M"))


def _by_month(
    landed: pd.DataFrame, group: str, measure: str, months: pd.PeriodIndex, replications: int
) -> pd.DataFrame:
    """Months by groups, mean over replications."""
    table = landed.pivot_table(index="month", columns=group, values=measure, aggfunc="sum", observed=True)
    return table.reindex(months).fillna(0.0) / max(1, replications)


def _published(inputs: FigureInputs, quantity: str) -> dict[int, tuple[float, str]]:
    """Published total by year with its role, of what is not limited to a pair of places or to flows."""
    seen = inputs.observed
    if seen.empty:
        return {}
    whole = seen[(seen["quantity"] == quantity) & seen["from_node"].isna() & (seen["flows"].map(len) == 0)]
    return {int(row.year): (float(row.value), str(row.role)) for row in whole.itertuples()}


def _full_years(months: pd.PeriodIndex) -> list[int]:
    counts = pd.Series(months.year).value_counts()
    return sorted(counts[counts == 12].index)


def _finding(inputs: FigureInputs, tonnes: pd.DataFrame, teu: pd.DataFrame) -> str:
    years = _full_years(tonnes.index)
    if not years:
        sums = [style.amount(table.to_numpy().sum()) for table in (tonnes, teu)]
        return tr("{tonnes} tonnes and {teu} TEU delivered", tonnes=sums[0], teu=sums[1])
    year = years[-1]
    parts, built_on = [], False
    for table, quantity, word in ((tonnes, "tonnes", mark("{amount} tonnes")), (teu, "teu", mark("{amount} TEU"))):
        total = table[table.index.year == year].to_numpy().sum()
        known, role = _published(inputs, quantity).get(year, (0.0, ""))
        built_on |= role in ("input", "fitted")
        judged = known and role in TESTS
        parts.append(
            tr(word, amount=style.amount(total))
            + (
                (" " + tr("({difference} on published)", difference=percent(total / known - 1, sign=True)))
                if judged
                else ""
            )
        )
    found = tr("{parts} arrived in {year}", parts=tr(" and ").join(parts), year=year)
    return tr("Demand is set so that the published total would arrive: {found}", found=found) if built_on else found


def _draw(
    ax: Axes,
    table: pd.DataFrame,
    looks: dict[str, tuple[str, str]],
    unit: str,
    inputs: FigureInputs,
    quantity: str,
    divide_by: float,
) -> None:
    base = pd.Series(0.0, index=table.index)
    places = range(len(table))
    others = {name: (name, SPARE[k % len(SPARE)]) for k, name in enumerate(table.columns.difference(list(looks)))}
    for group, (words, colour) in (looks | others).items():
        if group in table and table[group].sum() > 0:
            # a colour that comes back has strokes
            hatch = HATCHES[list(others).index(group) // len(SPARE) % len(HATCHES)] if group in others else ""
            ax.bar(
                places,
                table[group],
                bottom=base,
                width=0.8,
                color=colour,
                label=words,
                hatch=hatch,
                edgecolor="white",
                linewidth=0,
            )
            base += table[group]
    if base.sum() <= 0:
        ax.text(0.5, 0.5, tr("none in this run"), transform=ax.transAxes, ha="center", fontsize=18, color=style.MUTED)
        ax.set_yticks([])
    for year, (total, role) in _published(inputs, quantity).items():
        at = [k for k, month in enumerate(table.index) if month.year == year]
        if len(at) == 12:
            level = total / 12 / divide_by
            ax.plot(
                [at[0] - 0.5, at[-1] + 0.5],
                [level, level],
                "--",
                color=style.INK,
                linewidth=2,
                label=tr(
                    mark("published {year}, the input: {total}")
                    if role == "input"
                    else mark("published {year}: {total}"),
                    year=year,
                    total=tr("{tonnes} t", tonnes=style.amount(total))
                    if quantity == "tonnes"
                    else tr("{amount} TEU", amount=style.amount(total)),
                ),
            )
    step = max(1, -(-len(table) // 14))
    names = [month(m.month) + (f"\n{m.year}" if k == 0 or m.month == 1 else "") for k, m in enumerate(table.index)]
    ax.set_xticks(list(places)[::step], names[::step])
    ax.tick_params(axis="x", length=0)
    ax.set_ylabel(unit)
    style.plain_numbers(ax.yaxis)
    ax.set_ylim(0, 1.05 * ax.get_ylim()[1])
    ax.grid(axis="y", color=style.FAINT, linewidth=0.8)
    ax.set_axisbelow(True)
    handles, words = ax.get_legend_handles_labels()
    if handles:
        order = sorted(range(len(handles)), key=lambda k: isinstance(handles[k], Line2D))  # the published year last
        handles, words = [handles[k] for k in order], [words[k] for k in order]
        ax.legend(
            handles,
            words,
            loc="lower left",
            bbox_to_anchor=(-0.02, 1.0),
            ncols=3 if len(words) > 4 else 2,
            columnspacing=1.2,
            handlelength=1.2,
        )
