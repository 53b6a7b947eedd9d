"""The surface of a sweep: values, intervals, the best point, and today's."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from sim.plots.inputs import FigureInputs
from sim.plots.sweep_surface import Surface, sweep_surface

SHIPS, BERTHS = "fleets.feeders.count", "facilities.berths.capacity"


@pytest.fixture
def surface(inputs: FigureInputs) -> Surface:
    rows = [(ships, berths, 40.0 - 5 * ships - berths, 0.5) for ships in (1, 2, 3) for berths in (1, 2)]
    points = pd.DataFrame(rows, columns=[SHIPS, BERTHS, "value", "half_width"])
    return Surface(
        points,
        {SHIPS: "feeder vessels", BERTHS: "berths"},
        "Mean transit time",
        "days",
        "lower",
        "Ships or berths?",
        {SHIPS: 2, BERTHS: 2},
        inputs.label,
    )


def words(surface: Surface) -> list[str]:
    return [text.get_text() for text in sweep_surface(surface).findobj(Text)]


def test_every_value_stands_in_its_place(surface: Surface) -> None:
    shown = words(surface)
    for value in surface.points["value"]:
        assert f"{value:.0f}" in shown
    assert shown.count("± 0.5") == 6
    assert "today" in shown


def test_the_title_names_the_best_point(surface: Surface) -> None:
    best = "Mean transit time: from 34 to 23 days, best with 3 feeder vessels and 2 berths"
    assert best in [text.replace("\n", " ") for text in words(surface)]
    worst = dataclasses.replace(surface, good="higher")
    assert any("best with 1 feeder vessels and 1 berths" in text.replace("\n", " ") for text in words(worst))


def test_the_title_claims_no_best_point_where_none_is_shown(surface: Surface) -> None:
    said = [text.replace("\n", " ") for text in words(dataclasses.replace(surface, shown=False))]
    assert "Mean transit time: 23 to 34 days, no difference shown between the points" in said
    assert not any("best with" in text for text in said)


def test_one_parameter_is_a_line(surface: Surface) -> None:
    points = surface.points[surface.points[BERTHS] == 1].drop(columns=BERTHS)
    line = dataclasses.replace(surface, points=points, axes={SHIPS: "feeder vessels"})
    assert {"34", "29", "24", "today", "Feeder vessels"} <= set(words(line))


def test_unfinished_points_and_single_replications_are_said(surface: Surface) -> None:
    points = surface.points.copy()
    points.loc[0, "value"] = np.inf
    points["half_width"] = np.nan
    shown = words(dataclasses.replace(surface, points=points))
    assert "–" in shown
    assert "one replication" in shown


def test_three_parameters_are_not_drawn(surface: Surface) -> None:
    axes = {**surface.axes, "third": "third"}
    assert any("this sweep has 3" in text.replace("\n", " ") for text in words(dataclasses.replace(surface, axes=axes)))
