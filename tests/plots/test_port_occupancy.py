"""Berths, yards and storms of ports: what is drawn is what the tables say."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from sim.plots.inputs import FigureInputs
from sim.plots.port_occupancy import port_occupancy

DAYS = pd.date_range("2024-01-01", periods=10, tz="UTC")
KINDS = {
    "aktau_a": "berth",
    "aktau_b": "berth",
    "aktau_boxes": "yard",
    "aktau_wagons": "yard",
    "aktau_gate": "entry",
    "poti_berth": "berth",
    "shunters": "track",
}


@pytest.fixture
def port(inputs: FigureInputs) -> FigureInputs:
    """Aktau: two berth groups of 24 and 72 unit-hours a day, two yards; the entry is shut on 4 and 5 January."""
    stormy = np.isin(np.arange(10), (3, 4))
    rows = [
        ("aktau_a", "aktau_port", 24.0, np.where(stormy, 24.0, 0.0)),
        ("aktau_b", "aktau_port", 72.0, np.where(stormy, 48.0, 24.0)),
        ("aktau_boxes", "aktau_port", 100.0, np.full(10, 20.0)),
        ("aktau_wagons", "aktau_port", 10.0, np.where(stormy, 9.0, 1.0)),
        ("aktau_gate", "aktau_port", 96.0, np.full(10, 1.0)),
        ("poti_berth", "poti", 24.0, np.full(10, 24.0)),
        ("shunters", "poti", 24.0, np.full(10, 24.0)),
    ]
    table = pd.concat(
        [
            pd.DataFrame(
                {
                    "replication": 0,
                    "facility": name,
                    "node": node,
                    "day": DAYS,
                    "capacity_unit_h": capacity,
                    "busy_unit_h": busy,
                    "queue_mean": 0.0,
                    "queue_max": 0,
                    "wait_h": 0.0,
                }
            )
            for name, node, capacity, busy in rows
        ],
        ignore_index=True,
    )
    shut = pd.DataFrame(
        {
            "replication": [0, 0],
            "facility": ["aktau_gate", "shunters"],
            "from": [DAYS[3], DAYS[7]],
            "to": [DAYS[5], DAYS[8]],
        }
    )
    return dataclasses.replace(inputs, facilities=table, closures=shut, facility_kinds=KINDS)


def test_berths_count_together_and_the_fullest_yard_is_drawn(port: FigureInputs) -> None:
    """On a calm day 24 of 96 berth hours, on a stormy one 72; yards 20 % and 10 %, or 20 % and 90 %."""
    figure = port_occupancy(port)
    aktau = figure.axes[0]
    (yard,) = aktau.lines
    assert np.asarray(yard.get_ydata()).tolist() == [20, 20, 20, 90, 90, 20, 20, 20, 20, 20]
    heights = {round(float(y)) for y in aktau.collections[0].get_paths()[0].vertices[:, 1]}
    assert heights == {0, 25, 75}
    assert len(aktau.patches) == 1  # one storm; the shunters' closure is no entry's
    title = figure.texts[0].get_text().replace("\n", " ")
    assert title == "Aktau: ships hold 75% of the berths on days with a closed entry, 25% on others"


def test_ports_with_a_yard_come_first(port: FigureInputs) -> None:
    names = [ax.texts[0].get_text() for ax in port_occupancy(port).axes]
    assert names == ["Aktau", "Poti"]


def test_the_legend_stands_below_two_lines_of_title_and_of_explanation(port: FigureInputs) -> None:
    """Six ports of eight are drawn: the explanation says so in a second line, below a title of two."""
    table = port.facilities.replace({"node": {"aktau_port": "Port with a name of many letters"}})
    berth = table[table["facility"] == "poti_berth"]
    more = [berth.assign(facility=f"berth_{k}", node=f"port_{k}") for k in range(6)]
    kinds = port.facility_kinds | {f"berth_{k}": "berth" for k in range(6)}
    figure = port_occupancy(dataclasses.replace(port, facilities=pd.concat([table, *more]), facility_kinds=kinds))
    title, explanation = figure.texts[:2]
    assert title.get_text().count("\n") == 1
    assert explanation.get_text().count("\n") == 1
    (legend,) = figure.legends
    frame = legend.get_window_extent()
    assert frame.y1 < explanation.get_window_extent().y0
    assert frame.y0 > figure.axes[0].get_window_extent().y1


def test_a_run_without_ships_says_so(port: FigureInputs) -> None:
    nothing = dataclasses.replace(port, facilities=port.facilities[port.facilities["facility"] == "shunters"])
    assert "No ship called at a berth" in "\n".join(text.get_text() for text in port_occupancy(nothing).texts)
