"""The summary: right numbers, honest words, plain text that fits."""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import pytest

from sim.report import observed_page
from sim.report.estimate import Estimate
from sim.report.observed import observed_lines
from sim.report.published import Published
from sim.report.published_line import PublishedLine
from sim.report.summary import summarise, summary_text
from sim.report.summary_page import summary_page
from sim.report.texttable import number, text_table
from tests.analysis.simulated import stored


@pytest.fixture(scope="module")
def base():
    return stored(replications=3)


def test_the_summary_is_plain_data_that_closes(base):
    again = summarise(base).as_json()
    assert json.loads(json.dumps(again, allow_nan=False)) == again
    assert again["scenario"] == "tutorial"
    assert [row["scope"] for row in again["transit"][:2]] == ["cargo TEU", "corridor"]  # cargo by cargo first
    assert again["transit"][1]["title"] == "all shipments"  # of one cargo
    corridor = again["transit"][1]
    assert corridor["p50"]["n"] == 3
    assert 0 < corridor["p50"]["half_width"] < corridor["p50"]["mean"] < corridor["p95"]["mean"]
    assert again["balance"]["lost"]["lots"] == {"mean": 0.0, "half_width": 0.0, "n": 3}
    waits = [row["wait_total"]["mean"] for row in again["bottlenecks"]]
    assert waits == sorted(waits, reverse=True)
    flows = [row["title"] for row in again["transit"] if row["scope"] == "E1"]
    assert flows == ["E1 Market - Inland terminal"]


def test_the_text_fits_and_says_what_it_must(base):
    text = summary_text(summarise(base), width=100)
    assert max(map(len, text.splitlines())) <= 100
    for part in (
        "Arrived in the period",
        "Transit time, days",
        "P95",
        "waiting while closed",
        "lost",
        "seed 7",
        "95 % half-width",
    ):
        assert part in text
    assert "Warnings" not in text


def test_the_summary_is_a_page_with_the_same_tables_in_markdown(base):
    summary = replace(summarise(base), warnings=("one | two",))
    page = summary_page(summary)
    assert page.text(100) == summary_text(summary)
    titles = [section.title for section in page.sections]
    assert titles[:2] == ["Arrived in the period", "Transit time, days, by date of departure"]
    assert titles[-1] == "Warnings"
    assert all(section.points or section.table.rows for section in page.sections)  # nothing is a heading alone
    assert "## Warnings\n\n- one \\| two\n" in page.markdown()


def test_what_is_followed_beside_the_total_is_balanced_apart(base):
    run = copy.copy(base)
    run.kpis = base.kpis.copy()
    corridor = run.kpis[run.kpis["kpi"].eq("balance_in_tonnes") & run.kpis["scope"].eq("corridor")]["value"].mean()
    for kpi, more in (("balance_in_lots", 5), ("balance_out_lots", 5), ("balance_in_tonnes", 777)):
        run.kpis.loc[run.kpis["kpi"].eq(kpi) & run.kpis["scope"].eq("all"), "contribution"] += more
    summary = summarise(run)
    assert summary.balance["in"]["tonnes"].mean == pytest.approx(corridor)
    beside = next(line for line in summary_text(summary).splitlines() if line.split()[:2] == ["beside:", "in"])
    assert beside.split()[2:] == ["5", "0", "0", "0", "777"]
    assert "beside: in" not in summary_text(summarise(base))


def test_one_replication_has_no_margins_and_says_so():
    summary = summarise(stored(replications=1))
    assert summary.transit[0].values["p50"].half_width is None
    assert "one replication: no intervals; differences may be chance" in summary.warnings
    assert " +- " not in summary_text(summary).replace("+- is the", "")


def test_unfinished_lots_show_as_not_arrived(base):
    run = copy.copy(base)
    run.kpis = base.kpis.copy()
    for kpi, value in (("transit_p95", float("inf")), ("transit_unfinished", 9.0)):
        rows = (run.kpis["kpi"] == kpi) & (run.kpis["scope"] == "cargo TEU") & (run.kpis["year"] == 0)
        run.kpis.loc[rows, "contribution"] = value
    corridor = run.kpis["scope"].eq("corridor") & run.kpis["year"].eq(0)
    lots = run.kpis.loc[run.kpis["kpi"].eq("transit_lots") & corridor, "value"].sum()
    summary = summarise(run)
    note = f"not reached: 27 of {lots:,.0f} shipments have not arrived"
    assert summary.transit[0].values["p95"] == Estimate(None, None, 3, note)
    assert "not reached" in summary_text(summary)
    assert f"containers: {note}" in summary_text(summary)


def test_published_values_stand_beside_the_models():
    class Fixed:
        def of(self, kpi, scope, year=0):
            known = {
                ("volume_tonnes", "corridor", 2024): [90.0, 110.0],
                ("volume_teu", "F1", 2024): [4.0],
                ("volume_teu", "F2", 2024): [6.0],
                ("between_mean", "a->b (F1)", 2024): [8.0],
            }
            return known.get((kpi, scope, year), [])

    def row(**facts):
        return {
            "unit": "t",
            "year": 2024,
            "low": None,
            "high": None,
            "from_node": None,
            "to_node": None,
            "flows": [],
        } | facts

    world = {
        "period": {"start": "2024-01-01", "end": "2024-12-31"},
        "observed": {
            "a": row(quantity="tonnes", value=80.0),
            "b": row(quantity="teu", value=20.0, flows=["F1", "F2"]),
            "c": row(quantity="transit_time", value=10.0, from_node="a", to_node="b", flows=["F1"]),
            "d": row(quantity="tonnes", value=80.0, year=2023),
            "e": row(quantity="transit_time", value=5.0, from_node="a", to_node="z"),
        },
    }
    lines = {line.published.id: line for line in observed_lines(Fixed(), world)}
    assert lines["a"].deviation == pytest.approx(0.25)
    assert lines["b"].model.mean == 10.0
    assert lines["c"].deviation == pytest.approx(-0.2)
    assert lines["e"].deviation is None
    assert set(lines) == set("abce")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (0.0, "0"),
        (1234567.0, "1,234,567"),
        (12.345, "12.3"),
        (0.012345, "0.0123"),
        (999.6, "1000"),
        (-3.14159, "-3.14"),
        (None, "-"),
        (float("nan"), "-"),
        (float("inf"), "not reached"),
        (17.0, "17"),
        (123.4, "123"),
    ],
)
def test_numbers_have_three_digits_and_no_powers(given, expected):
    assert number(given) == expected


def test_a_long_name_is_wrapped_and_never_cut():
    names = ("transit time of the trains P50", "transit time of the trains P90")
    lines = text_table(("name", "value"), [(names[0], "1"), (names[1], "22"), ("x" * 80, "3")], width=30)
    assert max(map(len, lines)) <= 30
    assert lines[2:6] == [
        "  transit time of the        1",
        "    trains P50",
        "  transit time of the       22",
        "    trains P90",
    ]
    assert sum(line.count("x") for line in lines) == 80


def test_what_two_sources_say_alike_is_printed_once():
    row = Published(
        id="O104", title="transit time a to b", unit="d", year=2024, value=12, source="O104", role="independent"
    )
    said = (row, replace(row, id="O107", source="O107"), replace(row, year=2023))
    rows = observed_page.rows([PublishedLine.of(of, "transit_time", Estimate(11.0, 0.5, 10), of.year) for of in said])
    assert [cells[1] for cells in rows] == ["2024", "2023"]
