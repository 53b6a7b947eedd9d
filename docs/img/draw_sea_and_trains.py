"""Draw the pictures of the concept pages on ports, vessels, weather and trains from the model itself.

``python docs/img/draw_sea_and_trains.py`` simulates the baseline once and writes ports.png, vessels.png,
weather.png and trains.png beside this file.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sim.clock import DAY_S, HOUR_S, month_start, to_seconds
from sim.contract.trace import CALL, Trace
from sim.language.forms import MONTHS, day_words
from sim.model.build import Model, build
from sim.model.streams import Streams
from sim.model.water import depth_m, payload_t
from sim.model.weather import closings
from sim.network.world import World
from sim.plots.style import BLUE, GREEN, MUTED, ORANGE, PURPLE, SKY, VERMILLION, look
from sim.runs.engines import DEFAULT_ENGINE, find_engine
from sim.runs.prepare import prepare

HERE = Path(__file__).parent
FOOT = "Scenario baseline_2024, seed 2024, first replication; sources of the data: docs/parameters.md"
FIRST, YEARS, DRAWS = date(2004, 1, 1), 20, 10


def page(title: str, xlabel: str, ylabel: str, foot: str = FOOT) -> tuple[Figure, Axes]:
    """A small figure with one pair of axes."""
    figure = Figure(figsize=(8, 4.2), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    figure.supxlabel(foot, x=0.01, ha="left", fontsize=8, color=MUTED)
    axes.set_title(title, fontsize=13, loc="left")
    axes.set_xlabel(xlabel, fontsize=11)
    axes.set_ylabel(ylabel, fontsize=11)
    axes.tick_params(labelsize=10)
    return figure, axes


def ports(model: Model, trace: Trace) -> Figure:
    """Hours of the feeders in their two ports."""
    calls, plan = trace.calls, model.plan
    feeder = plan.services.name.index("caspian_feeder")
    own = (plan.vessels.service[calls[:, 0]] == feeder) & (calls[:, CALL.index("left")] >= 0)
    arrive = calls[:, CALL.index("arrive")]
    own &= (arrive >= model.period_start_s) & (arrive < model.period_end_s)
    port = np.array(plan.node_name)[plan.calls.node[calls[:, CALL.index("port")]]]
    figure, axes = page("A feeder's hours in port, 2024, one run", "hours from berthing to leaving", "calls")
    for name, words, colour in (("alat", "Alat", BLUE), ("aktau_port", "Aktau", ORANGE)):
        mine = own & (port == name)
        hours = (calls[mine, CALL.index("left")] - calls[mine, CALL.index("berthed")]) / HOUR_S
        axes.hist(
            np.minimum(hours, 119),
            bins=np.arange(0, 121, 4),
            histtype="step",
            color=colour,
            linewidth=2,
            label=f"{words}, mean {hours.mean():.0f} h",
        )
    axes.axvline(20.1, color=MUTED, linestyle="--", label="published mean at Alat, 20.1 h (fitted)")
    axes.legend(fontsize=10)
    return figure


def vessels(model: Model) -> Figure:
    """What the ships of 2024 could load at other sea levels."""
    world, day = model.world, date(2024, 7, 1)
    figure, axes = page(
        "Load that the water of the harbours of 2024 carries",
        "sea level, m (Baltic system)",
        "% of full load",
        "Depths and fleets of 1 July 2024 in baseline_2024; sources: docs/parameters.md",
    )
    levels = np.arange(-31.0, -28.39, 0.05)
    names = {
        "az_tanker": ("tanker, Aktau", BLUE),
        "kmtf_feeder": ("feeder, Aktau - Alat", ORANGE),
        "dry_cargo_ship": ("dry-cargo ship", SKY),
        "kuryk_ropax": ("ferry, Kuryk - Alat", GREEN),
        "turkmenbashi_ropax": ("ferry, Turkmenbashi - Alat", PURPLE),
    }
    datum_m = world.water["caspian"].datum_m
    for fleet, (words, colour) in names.items():
        row = world.fleets[fleet]
        berths = [world.facilities[c.berth] for c in world.services[row.service].rotation]
        least = min(depth_m(b, world.water, day) for b in berths if b.depth_m is not None)
        at_level = [payload_t(row.draught, least + level - datum_m) / row.draught.payload_t * 100 for level in levels]
        axes.plot(levels, at_level, color=colour, linewidth=2, label=words)
    for year in (2024, 2027, 2030):
        level = world.water["caspian"].level_m.at(date(year, 7, 1))
        axes.axvline(level, color=MUTED, linewidth=0.8, linestyle="--")
        axes.text(level, 2, f" {year}", fontsize=10, color=MUTED)
    axes.invert_xaxis()
    axes.set_ylim(0, 105)
    axes.legend(fontsize=10)
    return figure


def weather(world: World) -> Figure:
    """Drawn share of time closed by month."""
    places = {name: row.node for name, row in world.facilities.items()}
    names = {
        "kuryk_port_entry": ("Kuryk", VERMILLION),
        "aktau_port_entry": ("Aktau", ORANGE),
        "alat_entry": ("Alat", BLUE),
        "poti_entry": ("Poti", GREEN),
        "burgas_entry": ("Burgas", PURPLE),
    }
    closed_s = {name: np.zeros(12) for name in names}
    span_s = np.zeros(12)
    months = [
        (m, *(to_seconds(month_start(y, k), FIRST) for k in (m + 1, m + 2)))
        for y in range(FIRST.year, FIRST.year + YEARS)
        for m in range(12)
    ]
    for month, start, stop in months:
        span_s[month] += DRAWS * (stop - start)
    for k in range(DRAWS):
        for sea, row in world.weather.items():
            for name, spells in closings(sea, row, places, Streams(1, k), FIRST, 366 * YEARS * DAY_S).items():
                if name not in names:
                    continue
                hours = np.zeros(366 * YEARS * 24, bool)
                for s in spells:
                    hours[s.start_s // HOUR_S : s.end_s // HOUR_S] = True
                for month, start, stop in months:
                    closed_s[name][month] += hours[start // HOUR_S : stop // HOUR_S].sum() * HOUR_S
    figure, axes = page(
        f"Entry closed by weather, {DRAWS * YEARS} drawn years",
        "",
        "% of the time",
        "Weather of baseline_2024, seed 1; sources: docs/parameters.md",
    )
    for name, (words, colour) in names.items():
        share = closed_s[name] / span_s * 100
        axes.plot(MONTHS, share, color=colour, linewidth=2, marker="o", markersize=4, label=words)
    axes.set_ylim(0)
    axes.legend(fontsize=10, ncols=5)
    return figure


def trains(model: Model, trace: Trace) -> Figure:
    """When trains enter and leave one single-track section in a day of the run; where they meet is not modelled."""
    plan, link = model.plan, "beyneu_shetpe"
    day = date(2024, 10, 14)
    start_s = to_seconds(day, model.origin)
    figure, axes = page(
        f"Trains enter and leave the single track Beyneu - Shetpe, {day_words(day)}",
        "hour of the day (UTC); dotted: between, where they meet in sidings that are not modelled",
        "km from Beyneu",
    )
    row = model.world.links[link]
    length_km = row.length_km.at(day)
    for side, colour, words in ((row.from_node, BLUE, "to Shetpe"), (row.to_node, ORANGE, "to Beyneu")):
        op = plan.operations.name.index(f"section/{link}/{side}")
        found = trace.rows[(plan.needs.op[trace.rows[:, 2]] == op) & (trace.rows[:, 5] >= 0)]
        entered, left = found[:, 5], found[:, 6]
        seen = (left > start_s) & (entered < start_s + DAY_S)
        ends = (0, length_km) if side == row.from_node else (length_km, 0)
        for a, b in zip(entered[seen], left[seen], strict=True):
            axes.plot(
                [(a - start_s) / HOUR_S, (b - start_s) / HOUR_S],
                ends,
                ":",
                color=colour,
                linewidth=1.2,
                marker="o",
                markersize=4,
            )
        axes.plot([], [], ":", color=colour, marker="o", markersize=4, label=words)
    axes.set_xlim(0, 24)
    axes.set_ylim(-5, length_km * 1.15)
    axes.legend(fontsize=10, loc="upper left", ncols=2)
    return figure


@look
def main() -> None:
    """Simulate the baseline once and write the four pictures."""
    model = build(prepare("baseline_2024"))
    trace = find_engine(DEFAULT_ENGINE)(model.plan, model.draw(0))
    for name, figure in (
        ("ports", ports(model, trace)),
        ("vessels", vessels(model)),
        ("weather", weather(model.world)),
        ("trains", trains(model, trace)),
    ):
        figure.savefig(HERE / f"{name}.png")


if __name__ == "__main__":
    main()
