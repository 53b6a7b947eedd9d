"""Draw the picture of the concept page on flows from the model itself.

``python docs/img/draw_flows.py`` simulates the baseline once and writes flows.png beside this file.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sim.contract.reading import branches
from sim.model.build import build
from sim.plots.style import BLUE, GREEN, MUTED, ORANGE, PURPLE, look
from sim.runs.engines import DEFAULT_ENGINE, find_engine
from sim.runs.prepare import prepare

#: Flows that choose alike are counted together; the colours are those of their ways, in order.
GROUPS = {
    "China trains by time and money": ("F01", "F04", "F05"),
    "China trains by share": ("F02",),
    "To Georgia by share": ("F03", "F07"),
    "To the Balkans by time and money": ("F06", "F09", "F10"),
}
COLOURS = (BLUE, ORANGE, GREEN, PURPLE)
FOOT = "Scenario baseline_2024, seed 2024, first replication; sources of the data: docs/parameters.md"


@look
def main() -> None:
    """Shares of the route alternatives by quarter of departure."""
    world = prepare("baseline_2024")
    model = build(world)
    draws = model.draw(0)
    branch = branches(model.plan, draws, find_engine(DEFAULT_ENGINE)(model.plan, draws))
    quarter = 4 * (draws.lot_time_s - draws.period_start_s) // (draws.period_end_s - draws.period_start_s)
    figure = Figure(figsize=(8, 7), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    figure.supxlabel(FOOT, x=0.01, ha="left", fontsize=8, color=MUTED)
    for axes, (title, flows) in zip(figure.subplots(2, 2).flat, GROUPS.items(), strict=True):
        ways = [way.name for way in world.flows[flows[0]].ways]
        numbers = [model.plan.flow_name.index(flow) for flow in flows]
        lots = np.flatnonzero(draws.lot_reported & np.isin(draws.lot_flow, numbers))
        first = model.plan.programs.op[model.plan.programs.ptr[draws.lot_program[lots]]]  # a choice is the first step
        way = np.array([model.operations[o].choosing.ways[b] for o, b in zip(first, branch[lots], strict=True)])
        count = np.array([[np.sum((way == w) & (quarter[lots] == q)) for q in range(4)] for w in range(len(ways))])
        share, bottom = 100 * count / count.sum(axis=0), np.zeros(4)
        for w, name in enumerate(ways):
            if count[w].any():
                axes.bar(range(4), share[w], bottom=bottom, color=COLOURS[w], label=name)
                bottom += share[w]
        axes.set_title(f"{title}\n{', '.join(flows)}: {len(lots):,} shipments", fontsize=11, loc="left")
        axes.set_xticks(range(4), [f"Q{q + 1}\n{n}" for q, n in enumerate(count.sum(axis=0))], fontsize=10)
        axes.set_ylabel("% of shipments", fontsize=10)
        axes.set_ylim(0, 105)
        axes.tick_params(labelsize=10)
        axes.legend(fontsize=9, loc="lower left", frameon=True, framealpha=0.9)
    figure.savefig(Path(__file__).parent / "flows.png")


if __name__ == "__main__":
    main()
