"""Hit, near and miss, and what is no test at all."""

from __future__ import annotations

import pytest

from sim.report import observed_page
from sim.report.observed import observed_lines
from sim.report.verdicts import HIT, MISS, NEAR, NOT_COMPARABLE, closeness, score, verdict

ROW = {"value": 10.0, "low": None, "high": None, "year": 2024}


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
        (14.1, (8, 14), MISS),
        (99.0, (10, None), HIT),
        (8.5, (10, None), NEAR),
        (-9.0, (None, 12), HIT),
        (12.1, (None, 11), MISS),
    ],
)
def test_closeness(mean: float, bounds: tuple, word: str) -> None:
    assert closeness(mean, 10.0, *bounds) == word


def test_a_negative_figure_has_its_tenth_too() -> None:
    assert [closeness(mean, -50.0, None, None) for mean in (-55.0, -40.0, -39.0)] == [HIT, NEAR, MISS]


@pytest.mark.parametrize("role", ["input", "fitted", "not known"])
@pytest.mark.parametrize("base_year", [2024, 2023, None])
@pytest.mark.parametrize("mean", [10.0, 11.5, 99.0, None])
def test_what_the_run_is_built_on_is_never_hit_near_or_missed(role, base_year, mean) -> None:
    assert verdict(ROW, {"mean": mean}, role, base_year)[0] not in (HIT, NEAR, MISS)


@pytest.mark.parametrize("role", ["independent", "out of sample"])
def test_a_level_is_held_against_a_run_of_its_own_year_and_base(role) -> None:
    assert verdict(ROW, {"mean": 10.5}, role, 2024) == (HIT, "")
    for base_year in (2023, None):
        word, why = verdict(ROW, {"mean": 10.5}, role, base_year)
        assert (word, why) == (NOT_COMPARABLE, "the run does not stand for 2024 as it ran")
    assert verdict(ROW | {"differs": "all cargo"}, {"mean": 10.5}, role, 2024) == (NOT_COMPARABLE, "all cargo")
    assert verdict(ROW, {"mean": None}, role, 2024)[0] == NOT_COMPARABLE
    assert verdict(ROW, {"mean": None, "note": "unfinished in 1 of 2 replications"}, role, 2024)[0] == MISS


class Fixed:
    """Ten tonnes in every replication."""

    def of(self, kpi: str, scope: str, year: int = 0) -> list[float]:
        return [10.0, 10.0]


def lines(role: str, base_year: int | None = 2024) -> list[dict]:
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
    assert score(found) == ("1 published figure tests this run: 1 hit, 0 near, 0 miss" if tested else "")
    assert (score(found) in observed_page.footnotes(found)) == tested
    assert (row[4] == "-") == (base_year is None)  # no deviation where the levels are not of one base


def test_a_run_stored_without_roles_judges_nothing() -> None:
    row = {"quantity": "tonnes", "unit": "t", "year": 2024, "value": 10.0, "flows": []}
    world = {"period": {"start": "2024-01-01", "end": "2024-12-31"}, "observed": {"O200": row}}
    (line,) = observed_lines(Fixed(), world)
    assert (line["role"], line["verdict"]) == ("not known", NOT_COMPARABLE)
