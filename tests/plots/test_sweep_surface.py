"""The picture of a sweep: values, intervals, the best point, today's, words and units of every axis."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.text import Text

from sim.plots.inputs import FigureInputs, RunLabel
from sim.studies.sweep.axes import Axis
from sim.studies.sweep.figure import figure as sweep_figure
from sim.studies.sweep.result import SweepPoint, SweepResult, SweptIndicator, Target

SHIPS, BERTHS = "fleets.feeders.count", "facilities.berths.capacity"


@pytest.fixture
def label(inputs: FigureInputs) -> RunLabel:
    return replace(inputs.label, run_id="sweep 0123")


def axis(key: str, words: str, values: list[object], today: object = None, unit: str = "") -> Axis:
    return Axis(key, words, unit, not unit, tuple(values), today)


def point_at(values: dict[str, object], value: float) -> SweepPoint:
    return SweepPoint(values, value, 0.5, "days", "0", None, 4, "")


@pytest.fixture
def result() -> SweepResult:
    points = (
        point_at({SHIPS: ships, BERTHS: berths}, 40.0 - 5 * ships - berths) for ships in (1, 2, 3) for berths in (1, 2)
    )
    return SweepResult(
        sweep="s",
        title="Ships and berths",
        question="Ships or berths?",
        scenario="tutorial",
        scenario_title="Today",
        given=(),
        inputs="fixed",
        seed=1,
        replications=4,
        outcome=SweptIndicator("transit_mean", "F01", "Mean transit time", "lower", 0),
        indicator="mean transit time of F01",
        unit="days",
        axes=(axis(SHIPS, "feeder vessels", [1, 2, 3], 2), axis(BERTHS, "berths", [1, 2], 2)),
        points=tuple(points),
        failed=0,
        shown=True,
    )


def said(result: SweepResult, label: RunLabel) -> list[str]:
    return [text.get_text().replace("\n", " ") for text in sweep_figure(result, label).findobj(Text)]


def test_every_value_stands_in_its_place(result: SweepResult, label: RunLabel) -> None:
    shown = said(result, label)
    for point in result.points:
        assert f"{point.value:.0f}" in shown
    assert shown.count("± 0.50") == 6
    assert "today" in shown
    assert any("· sweep 0123 ·" in text for text in shown)


def test_a_number_has_the_digits_of_its_half_width_in_the_title_too(result: SweepResult, label: RunLabel) -> None:
    points = tuple(
        replace(point, value=6.594 + k, half_width=0.0004 if k else 0.03) for k, point in enumerate(result.points)
    )
    shown = said(replace(result, points=points), label)
    assert {"6.59", "± 0.030", "7.5940", "± 0.00040"} <= set(shown)
    assert any(text.startswith("Mean transit time: from 11.5940 to 6.59 days, best with") for text in shown)


def test_the_title_names_the_best_point(result: SweepResult, label: RunLabel) -> None:
    assert "Mean transit time: from 34 to 23 days, best with 3 feeder vessels and 2 berths" in said(result, label)
    worst = replace(result, outcome=replace(result.outcome, good="higher"))
    assert any("best with 1 feeder vessels and 1 berths" in text for text in said(worst, label))


def test_the_title_claims_no_best_point_where_none_is_shown(result: SweepResult, label: RunLabel) -> None:
    shown = said(replace(result, shown=False), label)
    assert "Mean transit time: 23 to 34 days, no difference shown between the points" in shown
    assert not any("best with" in text for text in shown)


def test_words_begin_with_a_capital_and_carry_their_unit(result: SweepResult, label: RunLabel) -> None:
    speed = replace(result.axes[0], words="ferry: speed", unit="knots", counts=False)
    small = replace(result.outcome, words="mean transit time")
    shown = said(replace(result, outcome=small, axes=(speed, result.axes[1])), label)
    assert {"Ferry: speed (knots)", "Berths", "Mean transit time (days)"} <= set(shown)
    assert "Mean transit time: from 34 to 23 days, best with ferry: speed 3 knots and 2 berths" in shown


def test_one_parameter_is_a_line(result: SweepResult, label: RunLabel) -> None:
    line = replace(result, axes=result.axes[:1], points=result.points[::2])
    assert {"34 ± 0.50", "29 ± 0.50", "24 ± 0.50", "today", "Feeder vessels"} <= set(said(line, label))


def test_unfinished_points_and_single_replications_are_said(result: SweepResult, label: RunLabel) -> None:
    first, *others = (replace(point, half_width=None) for point in result.points)
    shown = said(replace(result, points=(replace(first, value=None, failed="not reached"), *others)), label)
    assert "no value" in shown
    assert "one replication" in shown


def more(result: SweepResult, **values: list[object]) -> SweepResult:
    """The sweep at every combination of more parameters, 100 apart for each."""
    points = []
    for some in product(*values.values()):
        apart = sum(
            100 * 10**k * list(v).index(at) for k, (v, at) in enumerate(zip(values.values(), some, strict=True))
        )
        added = dict(zip(values, some, strict=True))
        points += [replace(p, values=dict(p.values) | added, value=p.value + apart) for p in result.points]
    axes = (*result.axes, *(axis(key, f"{key} words", some) for key, some in values.items()))
    return replace(result, points=tuple(points), axes=axes)


def test_three_parameters_are_surfaces_side_by_side(result: SweepResult, label: RunLabel) -> None:
    third = more(result, papers=[0, 1, "many"])
    figure = sweep_figure(third, label)
    titles = [ax.get_title() for ax in figure.axes if ax.get_title()]
    assert titles == ["1 berths", "2 berths"]  # the two with most values are inside
    shown = [text.get_text() for text in figure.findobj(Text)]
    for point in third.points:
        assert f"{point.value:.0f}" in shown
    assert any("3 feeder vessels and 2 berths and 0 papers words" in t.replace("\n", " ") for t in shown)
    images = [ax.images[0] for ax in figure.axes if ax.images and ax.get_title()]
    assert {(image.norm.vmin, image.norm.vmax) for image in images} == {(23.0, 234.0)}  # one scale of colours


def test_surfaces_of_four_parameters_share_the_words_of_their_sides(result: SweepResult, label: RunLabel) -> None:
    fourth = more(result, papers=[0, 1], speed=[10, 12])
    speed = replace(fourth.axes[3], words="Ferry: speed", unit="knots", counts=False)
    figure = sweep_figure(replace(fourth, axes=(*fourth.axes[:3], speed)), label)
    titles = [ax.get_title() for ax in figure.axes if ax.get_title()]
    assert titles == [f"{p} papers words, Ferry: speed {s} knots" for p in (0, 1) for s in (10, 12)]
    shown = [text.get_text() for text in figure.findobj(Text)]
    assert (shown.count("Feeder vessels"), shown.count("Berths")) == (1, 1)
    best = "3 feeder vessels and 2 berths and 0 papers words and Ferry: speed 10 knots"
    assert any(best in text.replace("\n", " ") for text in shown)


def test_surfaces_that_would_be_too_many_become_a_line_for_each_parameter(result: SweepResult, label: RunLabel) -> None:
    many = more(result, a=[0, 1, 2], b=list(range(4)), c=[0, 1, 2, 3])
    figure = sweep_figure(many, label)
    assert [ax.get_xlabel() for ax in figure.axes] == ["Feeder vessels", "Berths", "A words", "B words", "C words"]
    ships = [np.mean([p.value for p in many.points if p.values[SHIPS] == n]) for n in (1, 2, 3)]
    assert list(figure.axes[0].lines[0].get_ydata()) == pytest.approx(ships)


def test_points_that_failed_are_drawn_as_such(result: SweepResult, label: RunLabel) -> None:
    failed = (replace(p, value=None, half_width=None, failed="no such shipments") for p in result.points)
    points = tuple(bad if k in (0, 3) else p for k, (p, bad) in enumerate(zip(result.points, failed, strict=True)))
    shown = said(replace(result, points=points, failed=2), label)
    assert shown.count("no value") == 2
    assert any("Points without a value: 2" in text for text in shown)
    none = tuple(replace(p, value=None, half_width=None, failed="none") for p in result.points)
    assert any("No point of the sweep has a value" in text for text in said(replace(result, points=none), label))


TARGET = SweptIndicator("transit_mean", "F01", "Mean transit time", "lower", 0, Target(30.0, None))


def edges(result: SweepResult, label: RunLabel) -> set[tuple[tuple[float, float], ...]]:
    """The edges of cells along which the target's line runs."""
    found = [one for one in sweep_figure(result, label).findobj(LineCollection) if len(one.get_segments())]
    return {tuple(map(tuple, edge.tolist())) for edge in found[-1].get_segments()} if found else set()


def test_the_line_of_the_target_runs_between_points_that_meet_it_and_points_that_miss_it(
    result: SweepResult, label: RunLabel
) -> None:
    drawn = replace(result, outcome=TARGET)  # 34 and 33, 29 and 28, 24 and 23: from two ships on it is met
    assert edges(drawn, label) == {((0.5, -0.5), (0.5, 0.5)), ((0.5, 0.5), (0.5, 1.5))}
    words = said(drawn, label)
    assert "target: at most 30 days" in words
    assert any("The line is the target, at most 30 days, which 2 of 6 points miss." in text for text in words)
    best = replace(drawn, outcome=replace(TARGET, target=Target(None, 30.0), good="higher"))
    assert edges(best, label) == edges(drawn, label)


def test_a_target_that_no_point_meets_or_that_all_meet_has_no_line_and_says_so(
    result: SweepResult, label: RunLabel
) -> None:
    for level, told in ((10.0, "No point meets the target, at most 10 days."), (50.0, "Every point meets the target")):
        drawn = replace(result, outcome=replace(TARGET, target=Target(level, None)))
        assert edges(drawn, label) == set()
        assert any(told in text for text in said(drawn, label))


def test_points_that_are_no_grid_are_a_map_of_two_factors(result: SweepResult, label: RunLabel) -> None:
    words = said(replace(result, outcome=TARGET, design="latin_hypercube"), label)
    assert {"34", "23", "Feeder vessels", "Berths", "target: at most 30 days"} <= set(words)
