"""Words, numbers and the map's window."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from sim.network.titles import short_name
from sim.plots import basemap, style
from sim.plots.place_names import draw_names


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Xi'an International Port (Xinzhu)", "Xi'an"),
        ("Altynkol (Khorgos Gateway dry port)", "Altynkol"),
        ("Port of Baku at Alat", "Alat"),
        ("Aktau sea port", "Aktau"),
        ("Dragoman / Kalotina-Zapad", "Dragoman"),
        ("Varna port and rail ferry complex", "Varna"),
        ("Shu", "Shu"),
    ],
)
def test_names_are_short_on_pictures(name: str, short: str) -> None:
    assert short_name(name) == short


@pytest.mark.parametrize(
    ("value", "text"),
    [(4_484_000, "4.48 million"), (56_500, "56,500"), (137.2, "137"), (3.26, "3.3"), (np.inf, "–")],
)
def test_amounts_are_written_for_readers(value: float, text: str) -> None:
    assert style.amount(value) == text


def test_every_cause_of_the_engine_has_a_colour() -> None:
    from sim.contract.plan import Cause

    assert [cause.name.lower() for cause in Cause] == list(style.CAUSES)
    colours = [colour for _, colour in style.CAUSES.values()]
    assert len(set(colours)) == len(colours)


def test_a_small_network_gets_a_window_of_its_own() -> None:
    places = pd.DataFrame({"lon": [44.0, 55.0], "lat": [41.0, 44.5]})
    west, east, south, north = basemap.window_of(places)
    assert west < 44 < 55 < east
    assert south < 41 < 44.5 < north
    assert east - west < 40
    wide = pd.DataFrame({"lon": [23.0, 109.0], "lat": [41.0, 44.5]})
    assert basemap.window_of(wide) == basemap.CORRIDOR


def test_names_never_lie_on_each_other() -> None:
    chance = np.random.default_rng(3)
    places = pd.DataFrame(
        {
            "node": [f"n{k}" for k in range(40)],
            "kind": "station",
            "lon": chance.uniform(0, 10, 40),
            "lat": chance.uniform(0, 10, 40),
        }
    )
    figure = Figure(figsize=(8, 4.5), dpi=100)
    ax = figure.add_axes((0, 0, 1, 1), xlim=(0, 10), ylim=(0, 10))
    draw_names(
        ax, places, {n: f"Station {n}" for n in places["node"]}, pd.Series(dtype=float), pd.Series(dtype=int), [], {}
    )
    figure.canvas.draw()
    frames = [text.get_window_extent() for text in ax.texts]
    assert len(frames) > 8
    for k, frame in enumerate(frames):
        assert not any(frame.overlaps(other) for other in frames[k + 1 :])
