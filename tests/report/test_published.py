"""A scenario's own published figures stand in the same table as those of the geodata, judged by the same rule."""

from __future__ import annotations

from typing import Any

import pytest

from sim.report.kpi_values import Values
from sim.report.published_lines import published_lines
from sim.report.summary import summarise, summary_text
from sim.report.verdicts import HIT, MISS, NOT_COMPARABLE
from sim.scenario.load import load_scenario
from sim.studies.compare.page import page_of_pair
from sim.studies.compare.result import compare
from tests.analysis.simulated import stored


@pytest.fixture(scope="module")
def run():
    return stored(replications=2)


def comparator(**fields: Any) -> dict[str, Any]:
    return {
        "text": "a published time",
        "source": "a page",
        "value": None,
        "low": None,
        "high": None,
        "unit": "d",
        "year": 2024,
        "observation": None,
        "kpi": "transit_p50 of corridor",
    } | fields


def judged(run, standings=None, **fields):
    facts = {"comparators": [comparator(**fields)], "base_year": 2024, "standings": standings or {}}
    return published_lines(Values(run.kpis), run.manifest | facts)


def test_a_level_is_judged_where_the_run_stands_for_its_year(run):
    independent = {"O900": {"role": "independent", "why": "measured apart"}}
    value = Values(run.kpis).estimate("transit_p50", "corridor").mean
    year = int(run.manifest["resolved"]["period"]["start"][:4])
    for figure, wanted in ((value * 1.05, HIT), (value * 2, MISS)):
        facts = {
            "comparators": [comparator(value=figure, year=year, observation="O900")],
            "base_year": year,
            "standings": independent,
        }
        (line,) = published_lines(Values(run.kpis), run.manifest | facts)
        assert (line.verdict, line.published.role) == (wanted, "independent")
        assert line.model.mean == pytest.approx(value)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"value": 10.0, "year": 1999}, "does not stand for 1999"),
        ({"value": 10.0, "year": None}, "no year is published"),
        ({"value": 10.0, "kpi": None}, "no indicator is the same"),
        ({"low": 10.0, "unit": "h"}, "published in h, the indicator is in d"),
    ],
)
def test_what_is_not_the_same_is_not_judged(run, fields, why):
    (line,) = judged(run, **fields)
    assert line.verdict == NOT_COMPARABLE
    assert why in line.verdict_why


def test_a_figure_without_a_number_is_left_out(run):
    assert judged(run) == []


@pytest.mark.parametrize("bounds", [{"value": 0.0}, {"low": 0.0}, {"low": 0.0, "high": 3.0}])
def test_nothing_is_a_share_of_a_figure_of_zero(run, bounds):
    (line,) = judged(run, **bounds)
    assert line.model.mean > 0
    assert line.deviation is None


def test_a_quantile_that_is_not_reached_is_a_miss_and_not_without_shipments(run):
    kpis = run.kpis.copy()
    kpis.loc[kpis["kpi"].eq("transit_p50") & kpis["scope"].eq("corridor"), "contribution"] = float("inf")
    facts = {
        "comparators": [comparator(value=10.0, observation="O900")],
        "base_year": 2024,
        "standings": {"O900": {"role": "independent", "why": ""}},
    }
    (line,) = published_lines(Values(kpis), run.manifest | facts)
    assert (line.verdict, line.verdict_why) == (MISS, "not all shipments arrive before the run ends")


def test_it_is_stored_flat_under_its_old_keys(run):
    (line,) = judged(run, low=1.0, high=2.0, year=2024)
    stored = line.as_json()
    assert " ".join(stored) == (
        "id what quantity unit year months observed low high model miss source grade role role_why verdict verdict_why"
    )
    assert (stored["id"], stored["observed"], stored["grade"]) == ("transit_p50 of corridor", 1.0, None)
    assert judged(run, value=1.0, year=None)[0].as_json()["year"] == "-"


def test_pages_show_it(run):
    year = int(run.manifest["resolved"]["period"]["start"][:4])
    run.manifest["comparators"] = [comparator(low=1.0, high=2.0, year=year)]
    run.manifest["base_year"] = year
    assert "a published time" in summary_text(summarise(run))
    assert "a published time" in page_of_pair(compare(run, run)).text(140)


def test_a_parents_figures_are_about_the_parent():
    own, child = load_scenario("baseline_2024"), load_scenario("barriers_only")
    assert own.own_comparators == own.comparators
    assert {c.text for c in child.own_comparators}.isdisjoint(c.text for c in own.comparators)
