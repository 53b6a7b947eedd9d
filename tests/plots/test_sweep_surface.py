"""The surface of a sweep: values, intervals, the best point, and today's."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from sim.plots.inputs import FigureInputs
from sim.studies.sweep.figure import Surface
from sim.studies.sweep.figure import figure as sweep_figure

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
    return [text.get_text() for text in sweep_figure(surface).findobj(Text)]


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
    assert "no value" in shown
    assert "one replication" in shown


def more(surface: Surface, **values: list[object]) -> Surface:
    """The sweep at every combination of more parameters, 100 apart for each."""
    points = surface.points
    for k, (key, some) in enumerate(values.items()):
        points = pd.concat(
            [points.assign(**{key: v, "value": points["value"] + 100 * 10**k * n}) for n, v in enumerate(some)]
        )
    return dataclasses.replace(surface, points=points, axes={**surface.axes, **{key: f"{key} words" for key in values}})


def test_three_parameters_are_surfaces_side_by_side(surface: Surface) -> None:
    third = more(surface, papers=[0, 1, "many"])
    figure = sweep_figure(third)
    titles = [ax.get_title() for ax in figure.axes if ax.get_title()]
    assert titles == ["1 berths", "2 berths"]  # the two with most values are inside
    shown = [text.get_text() for text in figure.findobj(Text)]
    for value in third.points["value"]:
        assert f"{value:.0f}" in shown
    assert any("3 feeder vessels and 2 berths and 0 papers words" in t.replace("\n", " ") for t in shown)
    images = [ax.images[0] for ax in figure.axes if ax.images and ax.get_title()]
    assert {(image.norm.vmin, image.norm.vmax) for image in images} == {(23.0, 234.0)}  # one scale of colours


def test_surfaces_that_would_be_too_many_become_a_line_for_each_parameter(surface: Surface) -> None:
    many = more(surface, a=[0, 1, 2], b=list(range(4)), c=[0, 1, 2, 3])
    figure = sweep_figure(many)
    assert [ax.get_xlabel() for ax in figure.axes] == ["Feeder vessels", "Berths", "A words", "B words", "C words"]
    ships = many.points.groupby(SHIPS)["value"].mean()
    assert list(figure.axes[0].lines[0].get_ydata()) == pytest.approx(list(ships))


def test_points_that_failed_are_drawn_as_such(surface: Surface) -> None:
    points = surface.points.copy()
    points.loc[[0, 3], "value"] = None
    figure = sweep_figure(dataclasses.replace(surface, points=points))
    shown = [text.get_text() for text in figure.findobj(Text)]
    assert shown.count("no value") == 2
    assert any("Points without a value: 2" in text.replace("\n", " ") for text in shown)
    none = dataclasses.replace(surface, points=points.assign(value=np.nan))
    assert any("No point of the sweep has a value" in text.replace("\n", " ") for text in words(none))
