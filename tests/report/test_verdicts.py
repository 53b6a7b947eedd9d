"""Hit, near and miss, and what is no test at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.report import observed_page
from sim.report.estimate import Estimate
from sim.report.observed import observed_lines
from sim.report.published import Published
from sim.report.published_line import PublishedLine
from sim.report.verdicts import (
    AGREES,
    CONTRADICTS,
    HIT,
    MISS,
    NEAR,
    NOT_COMPARABLE,
    closeness,
    judge,
    judge_interval,
    score,
)
from sim.statistics.intervals import interval

FIGURE = Published(id="O200", title="a time", unit="d", year=2024, value=10.0, role="independent")


def model(mean: float | None, note: str = "") -> Estimate:
    return Estimate(mean, None, 2, note)


@pytest.mark.parametrize(
    ("mean", "bounds", "word"),
    [
        (11.0, (None, None), HIT),
        (9.0, (None, None), HIT),
        (11.01, (None, None), NEAR),
        (12.0, (None, None), NEAR),
        (12.01, (None, None), MISS),
        (7.9, (None, None), MISS),
        (14.0, (8, 14), HIT),
        (14.1, (8, 14), NEAR),
        (16.81, (8, 14), MISS),
        (99.0, (10, None), HIT),
        (8.5, (10, None), NEAR),
        (-9.0, (None, 12), HIT),
        (12.1, (None, 11), NEAR),
        (13.21, (None, 11), MISS),
    ],
)
def test_closeness(mean: float, bounds: tuple, word: str) -> None:
    assert closeness(replace(FIGURE, low=bounds[0], high=bounds[1]), mean) == word


def test_a_negative_figure_has_its_tenth_too() -> None:
    assert [closeness(replace(FIGURE, value=-50.0), mean) for mean in (-55.0, -40.0, -39.0)] == [HIT, NEAR, MISS]


@pytest.mark.parametrize("role", ["input", "fitted", "not known"])
@pytest.mark.parametrize("base_year", [2024, 2023, None])
@pytest.mark.parametrize("mean", [10.0, 11.5, 99.0, None])
def test_what_the_run_is_built_on_is_never_hit_near_or_missed(role, base_year, mean) -> None:
    assert judge(replace(FIGURE, role=role), model(mean), base_year).word not in (HIT, NEAR, MISS)


@pytest.mark.parametrize("role", ["independent", "out of sample"])
def test_a_level_is_held_against_a_run_of_its_own_year_and_base(role) -> None:
    figure = replace(FIGURE, role=role)
    assert judge(figure, model(10.5), 2024) == (HIT, "")
    for base_year in (2023, None):
        word, why = judge(figure, model(10.5), base_year)
        assert (word, why) == (NOT_COMPARABLE, "the run does not stand for 2024 as it ran")
    assert judge(replace(figure, differs="all cargo"), model(10.5), 2024) == (NOT_COMPARABLE, "all cargo")
    for year in (2024, None):
        assert judge(replace(figure, year=None), model(10.5), year).why == "no year is published with it"
    assert judge(figure, model(None), 2024) == (NOT_COMPARABLE, "the run has no such shipments")
    for endless in ([float("inf")] * 2, [9.0, float("inf")]):
        assert judge(figure, Estimate.of(interval(endless)), 2024).word == MISS


@given(
    value=st.floats(-1e6, 1e6),
    low=st.none() | st.floats(-1e6, 1e6),
    high=st.none() | st.floats(-1e6, 1e6),
    mean=st.floats(-1e6, 1e6),
)
def test_a_hit_lies_within_the_bounds_that_an_interval_is_held_against(value, low, high, mean) -> None:
    if low is not None and high is not None and high < low:
        low, high = high, low
    figure = replace(FIGURE, value=value, low=low, high=high)
    least, most = figure.bounds
    if least <= mean <= most:
        assert closeness(figure, mean) == HIT
        assert judge_interval(figure, Estimate(mean, 0.0, 2), "transit_p50") == AGREES
    elif not least - 1e-6 <= mean <= most + 1e-6:  # but for the rounding of the bounds
        assert closeness(figure, mean) != HIT
        assert judge_interval(figure, Estimate(mean, 0.0, 2), "transit_p50").startswith(CONTRADICTS)


class Fixed:
    """Ten tonnes in every replication."""

    def of(self, kpi: str, scope: str, year: int = 0) -> list[float]:
        return [10.0, 10.0]


def lines(role: str, base_year: int | None = 2024) -> list[PublishedLine]:
    row = {"quantity": "tonnes", "unit": "t", "year": 2024, "value": 10.0, "flows": []}
    world = {"period": {"start": "2024-01-01", "end": "2024-12-31"}, "observed": {"O200": row}}
    return observed_lines(Fixed(), world, {"O200": {"role": role, "why": "so"}}, base_year)


@pytest.mark.parametrize("role", ["input", "fitted", "independent", "out of sample"])
@pytest.mark.parametrize("base_year", [2024, None])
def test_no_table_shows_an_input_as_a_hit(role: str, base_year: int | None) -> None:
    found = lines(role, base_year)
    (row,) = observed_page.rows(found)
    tested = role in ("independent", "out of sample") and base_year == 2024
    assert row[-2] == role
    assert (row[-1] == HIT) == tested
    assert score(line.verdict for line in found) == (
        "1 published figure tests this run: 1 hit, 0 near, 0 miss" if tested else ""
    )
    assert (score(line.verdict for line in found) in observed_page.footnotes(found)) == tested
    assert (row[4] == "-") == (base_year is None)  # no deviation where the levels are not of one base


def test_a_run_stored_without_roles_judges_nothing() -> None:
    row = {"quantity": "tonnes", "unit": "t", "year": 2024, "value": 10.0, "flows": []}
    world = {"period": {"start": "2024-01-01", "end": "2024-12-31"}, "observed": {"O200": row}}
    (line,) = observed_lines(Fixed(), world)
    assert (line.published.role, line.verdict) == ("not known", NOT_COMPARABLE)
