"""An appraisal by hand: the rule of half, a present value and a rate of return that a pencil can check, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from sim.cli import app
from sim.errors import InputError
from sim.statistics.discounting import present_value, rate_of_return
from sim.studies.appraise.benefits import PARTS, Benefits, of_unit_costs, unit_costs
from sim.studies.appraise.result import extremes, swings_of, worth
from sim.studies.appraise.run import appraise
from sim.studies.appraise.terms import Terms, read_cost, refuse
from tests.oracle.test_markets import files, plan_times, ran

TERMS = Terms(
    cost_low_musd=100, cost_high_musd=100, discount=0.1, years=2, build_years=1, upkeep=0.0, carbon_usd_per_t=0.0
)


def test_present_value_and_rate_of_return_by_hand() -> None:
    """100 spent, 66 and then 60.5 earned: 66 / 1.1 + 60.5 / 1.21 = 60 + 50, and 100 at 21.0...%."""
    assert present_value([-100, 66, 60.5], 0.1) == pytest.approx(10)
    assert present_value([-100, 110], 0.1) == pytest.approx(0)
    assert rate_of_return([-100, 110]) == pytest.approx(0.1)
    assert rate_of_return([-100, 0, 121]) == pytest.approx(0.1)
    assert rate_of_return([-50, -50, 0]) is None
    assert rate_of_return([-100, 300, -210]) is None  # two rates, so none is told
    with pytest.raises(ValueError, match="above -1"):
        present_value([1.0], -1.0)


@given(st.floats(1, 1e4), st.floats(0.01, 0.6), st.integers(1, 40))
def test_the_rate_of_return_is_where_the_present_value_is_nothing(cost: float, rate: float, years: int) -> None:
    yearly = cost * rate / (1 - (1 + rate) ** -years)  # an annuity that repays the cost at the rate
    assert rate_of_return([-cost, *[yearly] * years]) == pytest.approx(rate, rel=1e-6)


def shipments(days: dict[str, list[float]]) -> pd.DataFrame:
    rows = [(0, flow, True, 24 * d) for flow, own in days.items() for d in own]
    return pd.DataFrame(rows, columns=["replication", "flow", "reported", "transit_h"])


def costs(rows: list[tuple[str, str, float, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["flow", "component", "usd", "kg_co2e"]).assign(replication=0)


BASE = unit_costs(
    shipments({"F": [10, 14], "gone": [5]}),
    costs([("F", "rail", 200, 4000), ("F", "time:moving", 480, 0), ("gone", "rail", 1, 1)]),
)
AFTER = unit_costs(shipments({"F": [9, 9, 9, 9]}), costs([("F", "rail", 320, 8000), ("F", "time:moving", 720, 0)]))


def test_what_a_shipment_costs() -> None:
    """Two of 10 and 14 d: 100 USD and 240 USD of time each, 20 USD a day, a spread of root 8 days, 2 t of carbon."""
    one = BASE.loc[(0, "F")]
    assert one["shipments"] == 2
    assert one[["charges", "time", "carbon"]].tolist() == [100, 240, 2]
    assert one["reliability"] == pytest.approx(20 * 8**0.5)


def test_new_cargo_counts_half() -> None:
    """(2 + 4) / 2 = 3 shipments that each pay 20 less, have 60 USD less of time, all of the spread and no less carbon."""
    found = of_unit_costs(BASE, AFTER, [0], years=2)
    assert found.flows == ("F",)
    assert found.left_out == ("gone",)
    per_year = {part: float(found.parts[part][0]) * 1e6 * 2 for part in PARTS}
    assert per_year == pytest.approx({"charges": 60, "time": 180, "reliability": 3 * 20 * 8**0.5, "carbon": 0})


def test_where_demand_answers_the_gain_of_shippers_stands_in_place_of_the_rule_of_half(tmp_path: Path) -> None:
    """A second unit at the gate: shippers gain the change of the log-sum, and nothing but carbon is counted by flow."""
    tariffs = {
        name: {
            "component": of,
            "cargo": ["TEU"],
            "value": value,
            "unit": unit,
            "source": "made up",
            "grade": "assumption",
        }
        for name, of, value, unit in (("rail", "rail", 1, "USD/TEU-km"), ("time", "time", 100, "USD/TEU-day"))
    }
    path = files(tmp_path, **plan_times(1.5))
    (tmp_path / "geodata" / "tariffs.yaml").write_text(json.dumps(tariffs))
    told = {"schema_version": 1, "title": "wide", "extends": "more", "set": {"facilities.gate.capacity": 2}}
    (tmp_path / "wide.yaml").write_text(json.dumps(told))
    how = {"engine": "compiled", "figures": False, "out": tmp_path / "results", "replications": 2}
    study = appraise(str(path), str(tmp_path / "wide.yaml"), cost="1", **how)
    runs = [ran(file, "replications=2") for file in (path, tmp_path / "wide.yaml")]
    gain = [r.kpis.query("kpi == 'shippers_gain' and scope == 'm' and year == 0")["value"].mean() for r in runs]
    parts = {part.part: part.musd_per_year.mean for part in study.result.parts}
    assert study.result.of_markets == ("F1",)
    assert parts["shippers"] == pytest.approx((gain[1] - gain[0]) * 365.25 / 365 / 1e6)
    assert parts["shippers"] > 0
    assert (parts["charges"], parts["time"], parts["reliability"]) == (0, 0, 0)
    assert study.result.benefit.mean == pytest.approx(sum(parts.values()))
    assert "in no other part but carbon" in study.summary()
    told = {"schema_version": 1, "title": "other", "extends": "more", "demand": {"size": "market"}}
    (tmp_path / "other.yaml").write_text(json.dumps(told))
    with pytest.raises(InputError, match="cannot be subtracted"):
        appraise(str(path), str(tmp_path / "other.yaml"), cost="1", **how)
    fixed = appraise(str(path), str(tmp_path / "wide.yaml"), cost="1", overrides=["demand.rule=fixed"], **how)
    assert fixed.result.of_markets == ()
    assert {part.part for part in fixed.result.parts} == set(PARTS)


def made(*yearly: float) -> Benefits:
    none = np.zeros(len(yearly))
    return Benefits({"charges": np.array(yearly), "time": none, "reliability": none, "carbon": none}, ("F",), ())


def test_a_scheme_by_hand() -> None:
    """100 in the first year, then 66 a year twice: 66 / 1.1 + 66 / 1.21 - 100."""
    found = worth(made(66.0), TERMS, "")
    assert found.npv_musd.mean == pytest.approx(66 / 1.1 + 66 / 1.21 - 100)
    assert found.npv_musd.half_width is None
    assert found.eirr == pytest.approx((66 + (66**2 + 4 * 100 * 66) ** 0.5) / 200 - 1)  # of 100 x^2 - 66 x - 66 = 0
    assert found.better_than(0.1) == "not decided at this precision"  # one replication has no interval
    assert worth(made(66.0, 66.5), TERMS, "").better_than(0.1) == "earns more than it costs"
    assert worth(made(10.0, 10.5), TERMS, "").better_than(0.1) == "earns less than it costs"
    assert worth(made(20.0, 100.0), TERMS, "").better_than(0.1) == "not decided at this precision"
    with_upkeep = worth(made(66.0), replace(TERMS, upkeep=0.06), "")
    assert with_upkeep.npv_musd.mean == pytest.approx(60 / 1.1 + 60 / 1.21 - 100)


def test_terms_are_tried_alone_and_together() -> None:
    wide = replace(TERMS, cost_low_musd=90, cost_high_musd=150)
    swings = {one.words: one for one in swings_of(made(66.0, 66.0), wide)}
    cost = swings["investment, million USD"]
    assert (cost.low.npv_musd.mean or 0) - (cost.high.npv_musd.mean or 0) == pytest.approx(60)
    assert swings["value of time, times"].low.npv_musd.mean == swings["value of time, times"].high.npv_musd.mean
    worst, best = extremes(made(66.0, 66.0), wide)
    all_means = [w.npv_musd.mean for one in swings.values() for w in (one.low, one.high)]
    assert worst.npv_musd.mean <= min(all_means) <= max(all_means) <= best.npv_musd.mean


def test_terms_that_cannot_be_are_refused_all_at_once() -> None:
    with pytest.raises(InputError) as caught:
        refuse(replace(TERMS, cost_low_musd=200, discount=2.0, years=0, growth=float("nan")))
    told = str(caught.value)
    for option in ("--cost", "--discount", "--years", "--growth"):
        assert option in told
    for text in ("a lot", "1:2:3", ":"):
        with pytest.raises(InputError, match="is no cost"):
            read_cost(text)
    assert read_cost("90:150") == (90, 150)


RATES = """schema_version: 1
title: The tutorial with prices
extends: tutorial
set:
  tariffs.rail: {component: rail, cargo: [TEU], value: 0.2, unit: USD/TEU-km, source: made up, grade: assumption}
  tariffs.sea: {component: sea, cargo: [TEU], value: 300, unit: USD/TEU, source: made up, grade: assumption}
  tariffs.time: {component: time, cargo: [TEU], value: 20, unit: USD/TEU-day, source: made up, grade: assumption}
"""
SHIPS = """schema_version: 1
title: A third ship
extends: prices
set: {fleets.feeders.count: 3}
"""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("appraise")
    (folder / "prices.yaml").write_text(RATES, encoding="utf-8")
    (folder / "ships.yaml").write_text(SHIPS, encoding="utf-8")
    return folder


def test_a_scheme_of_the_tutorial(out: Path) -> None:
    """Adds up to the tables of both runs, and is the same again."""
    base, scheme = (str(out / f"{name}.yaml") for name in ("prices", "ships"))
    done = appraise(base, scheme, cost="1:2", replications=2, out=out)
    found = done.result
    assert found.terms.cost_musd == 1.5
    assert sum(part.musd_per_year.mean or 0 for part in found.parts) == pytest.approx(found.benefit.mean)
    assert found.parts[1].musd_per_year.mean > 0  # a third ship saves time
    assert set(done.table["what"]) == {"benefit of a year", "present value"}
    assert [path.name for path in done.figures] == ["1_present_value.png"]
    again = appraise(base, scheme, cost="1:2", replications=2, out=out, figures=False)
    assert (again.study_id, again.result) == (done.study_id, found)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["baseline_2024", "baseline_2024"],
            "the scheme adds no intervention of the catalogue; give it in million USD",
        ),
        (["tutorial", "tutorial", "--cost", "5"], "tutorial has no tariffs, so that nothing has a price"),
        (["tutorial", "tutorial", "--cost", "cheap"], "--cost: 'cheap' is no cost"),
        (["tutorial", "tutorial", "--cost", "0"], "costs nothing needs no appraisal"),
        (["tutorial", "tutorial", "--cost", "5", "--discount", "5"], "--discount: 5 is outside of 0 to 0.5"),
        (["tutorial", "baseline_2024", "--cost", "5"], "cover different periods"),
    ],
)
def test_what_cannot_be_appraised_is_refused(arguments: list[str], words: str, tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["appraise", *arguments, "--out", str(tmp_path / "out")])
    assert told.exit_code == 2
    assert words in told.output.replace("\n", " ")
    assert not (tmp_path / "out").exists()
