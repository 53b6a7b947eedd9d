"""Draw the pictures of the concept pages on borders and on the break of gauge from the model itself.

``python docs/img/draw_borders.py`` simulates the baseline once and writes borders.png and gauge.png beside this file.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sim.analysis.ledger import Ledger, ledger
from sim.analysis.records import run_info
from sim.clock import HOUR_S
from sim.contract.plan import Cause
from sim.model.build import build
from sim.plots.style import BLUE, GREEN, MUTED, ORANGE, PURPLE, SKY, VERMILLION, look
from sim.runs.engines import DEFAULT_ENGINE, find_engine
from sim.runs.prepare import prepare

HERE = Path(__file__).parent
FOOT = "Scenario baseline_2024, seed 2024, first replication; sources of the data: docs/parameters.md"
#: The way of boxes from Xi'an to Poti, and of those to Türkiye, as the stations of barriers.
WAY = ("khorgos_cn", "altynkol", "aktau_port", "alat", "boyuk_kesik", "gardabani", "poti")
STEEP = ("marabda", "akhalkalaki", "kars")
BARRIERS = {"documents": BLUE, "handover": ORANGE, "inspection": PURPLE, "standing": GREEN, "flat_wagons": SKY}
WORDS = {"standing": "standing until taken", "flat_wagons": "standing for flat wagons"}


def page(title: str, xlabel: str, height: float) -> tuple[Figure, Axes]:
    """A small figure with one pair of axes."""
    figure = Figure(figsize=(8, height), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    figure.supxlabel(FOOT, x=0.01, ha="left", fontsize=8, color=MUTED)
    axes.set_title(title, fontsize=13, loc="left")
    axes.set_xlabel(xlabel, fontsize=11)
    axes.tick_params(labelsize=10)
    return figure, axes


def borders(book: Ledger, names: dict[str, str]) -> Figure:
    """Mean hours at each border and port of the boxes from Xi'an to Poti: barriers, and queues at them."""
    plan = book.plan
    lots = book.draws.lot_reported & (book.draws.lot_flow == plan.flow_name.index("F03"))
    seg = book.segments.pick(lots[book.segments.lot])
    place, node = np.array(seg.places)[seg.place], np.array(plan.node_name)[seg.node]
    queue = (seg.cause == Cause.CAPACITY) & np.char.endswith(place.astype(str), ("_customs"))
    formal = np.isin(seg.cause, (Cause.BARRIER, Cause.ASSET))
    parts = {name: formal & (place == name) for name in BARRIERS} | {"queue for customs": queue}
    figure, axes = page("Barriers from Xi'an to Poti, baseline of 2024, one run", "hours of a shipment", 3.8)
    left = np.zeros(len(WAY))
    for part, colour in (BARRIERS | {"queue for customs": MUTED}).items():
        hours = np.array([seg.lasts_s[parts[part] & (node == n)].sum() / HOUR_S / lots.sum() for n in WAY])
        axes.barh(range(len(WAY)), hours, left=left, color=colour, label=WORDS.get(part, part))
        left += hours
    axes.set_yticks(range(len(WAY)), [names[n] for n in WAY])
    axes.invert_yaxis()
    axes.legend(fontsize=10)
    return figure


def gauge(book: Ledger) -> Figure:
    """The two shipments of one train to Türkiye, from Marabda to Kars: cut, lifted one after the other, joined again."""
    plan, draws = book.plan, book.draws
    links = [plan.link_name.index(name) for name in ("marabda_akhalkalaki", "akhalkalaki_kars")]
    nodes = [plan.node_name.index(name) for name in STEEP]
    seg = book.segments
    seg = seg.pick(draws.lot_flow[seg.lot] == plan.flow_name.index("F04"))
    here = np.isin(seg.link, links) | (seg.link < 0) & np.isin(seg.node, nodes)
    pair = next(k for k in np.unique(seg.lot)[::2].tolist() if draws.lot_reported[k] and k + 1 in seg.lot)
    figure, axes = page("One train of 94 TEU over Akhalkalaki, two shipments of 47", "hours from Marabda", 3.8)
    origin = seg.from_s[here & np.isin(seg.lot, (pair, pair + 1))].min()
    colours = {
        "running": SKY,
        "papers and handover": BLUE,
        "shunting": ORANGE,
        "lifting": GREEN,
        "waiting": MUTED,
        "waiting for the other part": VERMILLION,
    }
    for row, lot in enumerate((pair, pair + 1)):
        for k in np.flatnonzero(here & (seg.lot == lot)).tolist():
            kind = _kind(int(seg.cause[k]), seg.places[seg.place[k]])
            begins, ends = (float(s[k] - origin) / HOUR_S for s in (seg.from_s, seg.to_s))
            axes.barh(row, ends - begins, left=begins, color=colours[kind])
    for kind, colour in colours.items():
        axes.barh(0, 0, color=colour, label=kind)
    axes.set_yticks((0, 1), ("first shipment", "second shipment"))
    axes.invert_yaxis()
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.24), ncols=3, fontsize=10)
    return figure


def _kind(cause: int, place: str) -> str:
    if cause == Cause.HANDLING:
        return "lifting" if "reloading" in place else "shunting"
    words = {
        Cause.MOVING: "running",
        Cause.BARRIER: "papers and handover",
        Cause.FORMATION: "waiting for the other part",
    }
    return words.get(Cause(cause), "waiting")


@look
def main() -> None:
    """Draw both."""
    world = prepare("baseline_2024")
    model = build(world)
    draws = model.draw(0)
    info = run_info(world)
    book = ledger(model.plan, draws, find_engine(DEFAULT_ENGINE)(model.plan, draws), info.flows, info.origin)
    names = {node: row.name.split(" (")[0] for node, row in world.nodes.items()}
    for name, figure in (("borders", borders(book, names)), ("gauge", gauge(book))):
        figure.savefig(HERE / f"{name}.png", metadata={"Software": None})


if __name__ == "__main__":
    main()
