"""Demand that answers to the times of a queue: what it settles on, and where all of a market's cargo went."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.errors import InputError, RunError
from sim.network.world import resolve
from sim.results.store import Run
from sim.runs.demand.settle import settled
from sim.runs.options import Options
from sim.runs.prepare import prepare
from sim.runs.replicate import run_named
from sim.scenario.load import load_scenario
from tests.oracle.world import write

MADE_UP = {"source": "made up for a test", "grade": "assumption"}
NODES = {"a": {}, "b": {}}
LINKS = {"ab": {"from": "a", "to": "b", "length_km": 10}}
#: One unit passes in 8 h: 1095 a year are all that the gate lets through.
GATE = {"gate": {"node": "b"}}
PASS = {"pass": {"node": "b", "facility": "gate", "duration": "8 h"}}
PLAN = 800
FLOWS = {
    "F1": {
        "origin": "a",
        "destination": "b",
        "quantity_per_year": PLAN,
        "arrivals": "random",
        "in_corridor_total": True,
    }
}
SEA = {"title": "sea", "cargo": "TEU", "price": 900, "time": "30 d", "spread": "2 d", **MADE_UP}
MARKET: dict[str, Any] = {
    "title": "boxes",
    "reacts": "ocean",
    "flows": ["F1"],
    "rivals": [{"rival": "sea", "share": 0.5}],
    "value_of_time": 100,
    "scale": 500,
    "total": 1600,
    **MADE_UP,
}
OPTIONS = {"engine": "compiled", "figures": False}


def files(folder: Path, *, market: dict[str, Any] | None = None, rivals: Any = None, **more: Any) -> Path:
    """A base year and, beside it, a scenario in which demand answers; ``more`` stands in that."""
    tables = {
        "nodes": NODES,
        "links": LINKS,
        "facilities": GATE,
        "processes": PASS,
        "flows": FLOWS,
        "rivals": rivals or {"sea": SEA},
        "markets": {"m": {**MARKET, **(market or {})}},
    }
    path = write(folder, tables, start="2025-01-01", end="2025-12-31", warm_up="60 d", run_out="90 d")
    base = json.loads(path.read_text("utf-8"))
    (folder / "base.yaml").write_text(json.dumps({**base, "base_year": 2025, "replications": 2}), "utf-8")
    asked = {
        "schema_version": 1,
        "title": "more",
        "extends": "base",
        "demand": {"rule": "between_runs", "tolerance": 0.01, **more.pop("demand", {})},
        **more,
    }
    (folder / "more.yaml").write_text(json.dumps(asked), "utf-8")
    return folder / "more.yaml"


def ran(path: Path, *overrides: str) -> Run:
    return run_named(path, Options(overrides=overrides, out=path.parent / "results", **OPTIONS))


def plan_times(factor: float) -> dict[str, Any]:
    return {"set": {"flows.F1.quantity_per_year": PLAN * factor}}


def sums(run: Run) -> dict[str, float]:
    """Units of the market by outcome, a replication."""
    return (run.markets.groupby("outcome")["units"].sum() / run.replications).to_dict()


def offered(path: Path, *overrides: str) -> float:
    world = settled(prepare(path, overrides), Options(out=path.parent / "results", **OPTIONS))
    return sum(month.offered for month in world.scenario.settled.months)


def test_the_base_year_comes_as_planned(tmp_path):
    run = ran(files(tmp_path))
    assert sums(run)["carried"] == pytest.approx(PLAN, rel=0.02)
    gain = run.kpis[(run.kpis["kpi"] == "shippers_gain") & (run.kpis["scope"] == "m")]["value"]
    assert abs(gain.mean()) < 0.01 * PLAN * MARKET["scale"]


def test_a_plan_beyond_the_gate_is_answered_by_the_rival_and_everything_adds_up(tmp_path):
    path = files(tmp_path, **plan_times(2))
    fixed, run = ran(path, "demand.rule=fixed"), ran(path)
    jam, calm = (
        one.kpis.query("kpi == 'transit_mean' and scope == 'corridor'")["value"].mean() for one in (fixed, run)
    )
    assert calm < jam / 3
    assert "markets" not in fixed.tables
    told = sums(run)
    assert told["diverted"] > 0.2 * PLAN
    whole = sum(amount for outcome, amount in told.items() if outcome != "induced") - told.get("induced", 0)
    assert whole == pytest.approx(2 * PLAN, rel=1e-9)
    assert abs(told.get("left_over", 0)) < 12  # less than a shipment each month
    lots = run.shipments
    in_year = lots[(lots["set_out"] >= "2025-01-01") & (lots["set_out"] < "2026-01-01")]
    assert told["carried"] + told.get("under_way", 0) == pytest.approx(in_year["units"].sum() / run.replications)


def test_the_settled_demand_is_the_answer_to_its_own_times(tmp_path):
    """One value of time, one rival: months by hand from the stored shipments."""
    path = files(tmp_path, market={"known_over": 1}, **plan_times(1.5))
    world = settled(prepare(path), Options(out=tmp_path / "results", **OPTIONS))
    months = {month.month.month: month for month in world.scenario.settled.months}
    run = ran(path)
    lots = run.shipments
    june = lots[(lots["landed"] >= "2025-06-01") & (lots["landed"] < "2025-07-01")]
    days = june["transit_h"] / 24
    assert months[7].mean_d >= days.mean() - 1e-6  # what is late and under way comes on top
    late = months[7].mean_d / days.mean()
    assert late == pytest.approx(1, abs=0.35)
    constants = world.scenario.settled.constants["m"]
    utility = constants["sea"] - (900 + 100 * 30 - 0) / 500, constants["corridor"] - 100 * months[7].mean_d / 500
    share = 1 / (1 + np.exp(utility[0] - utility[1]))
    assert months[7].offered / months[7].plan == pytest.approx(share / 0.5, abs=0.03)


def test_a_scale_without_end_leaves_the_plan_to_the_last_shipment(tmp_path):
    path = files(tmp_path, market={"scale": 1e12}, **plan_times(1.3))
    fixed, run = ran(path, "demand.rule=fixed"), ran(path)
    assert run.manifest["trace_digest"] == fixed.manifest["trace_digest"]


def test_more_capacity_never_lowers_what_is_carried_and_a_cheaper_rival_never_adds(tmp_path):
    path = files(tmp_path, **plan_times(2))
    narrow, wide = (sums(ran(path, f"facilities.gate.capacity={n}"))["carried"] for n in (1, 2))
    assert wide > narrow
    cheaper = offered(path, "rivals.sea.price=[{value: 900}, {from: 2025-02-01, value: 700}]")
    assert cheaper < offered(path)


def test_two_starts_settle_on_the_same(tmp_path):
    path = files(tmp_path, **plan_times(1.6))
    assert offered(path) == pytest.approx(offered(path, "demand.damping=0.7"), rel=0.02)


def test_a_closed_rival_sends_its_cargo_here_and_takes_it_back(tmp_path):
    shut = [{"value": 1}, {"from": "2025-04-01", "value": 0}, {"from": "2025-04-16", "value": 1}]
    path = files(tmp_path, rivals={"sea": {**SEA, "available": shut}}, market={"scale": 2000})
    months = settled(prepare(path), Options(out=tmp_path / "results", **OPTIONS)).scenario.settled.months
    part = {month.month.month: month.offered / month.plan for month in months}
    assert part[4] == pytest.approx((2 + part[3]) / 2, abs=0.15)  # half a month with all of a market of twice the plan
    assert part[3] == pytest.approx(part[2], abs=0.1)
    assert part[6] < 1.2


def test_what_a_scenario_changes_of_a_rival_is_no_part_of_the_base_year(tmp_path):
    dearer = {"set": {"rivals.sea.price": [{"value": 900}, {"from": "2025-03-01", "value": 3000}]}}
    path = files(tmp_path, market={"scale": 3000}, **dearer)
    assert offered(path) > 1.1 * PLAN
    assert offered(path, "rivals.sea.price=900") == pytest.approx(PLAN, rel=0.03)


def test_captive_cargo_ships_less_after_its_lag(tmp_path):
    captive = {"reacts": "captive", "rivals": [], "scale": None, "total": None, "elasticity": 0.02, "lag": "91 d"}
    own = {k: v for k, v in {**MARKET, **captive}.items() if v is not None}
    path = files(tmp_path, **plan_times(2))
    markets = json.loads((tmp_path / "geodata" / "markets.yaml").read_text("utf-8"))
    (tmp_path / "geodata" / "markets.yaml").write_text(json.dumps({"m": {**own, "title": markets["m"]["title"]}}))
    months = settled(prepare(path), Options(out=tmp_path / "results", **OPTIONS)).scenario.settled.months
    for month in months:
        assert month.to_rival == {}
        assert month.offered == pytest.approx(month.plan - month.declined)
    assert months[0].offered == pytest.approx(months[0].plan, rel=0.01)  # nothing was known three months before
    assert months[-1].offered < 0.8 * months[-1].plan


def test_nothing_reacts_where_the_headline_is_off_unless_it_is_asked_for(tmp_path):
    path = files(tmp_path, market={"headline": "off"}, **plan_times(2))
    assert offered(path) == pytest.approx(2 * PLAN)
    assert offered(path, "demand.unsourced=on") < 1.7 * PLAN


def test_induced_trade_is_apart_and_off_by_default(tmp_path):
    path = files(tmp_path, market={"induced": 0.05}, set={"processes.pass.duration": "1 h"})
    run, more = ran(path), ran(path, "demand.induced=on")
    assert "induced" not in sums(run)
    told = sums(more)
    assert told["induced"] > 0
    assert sum(v for k, v in told.items() if k != "induced") - told["induced"] == pytest.approx(PLAN, rel=1e-9)


def test_a_market_grows_as_its_total_where_that_is_asked_for(tmp_path):
    grown = [{"value": 1600}, {"from": "2025-07-01", "value": 3200}]
    path = files(tmp_path, market={"total": grown, "scale": 1e12}, **plan_times(7))
    months = settled(
        prepare(path, ["demand.size=market"]), Options(out=tmp_path / "r", **OPTIONS)
    ).scenario.settled.months
    assert months[-1].offered == pytest.approx(2 * months[0].offered, rel=0.05)
    assert sum(month.offered for month in months) < 2.5 * PLAN  # not seven times


def test_what_does_not_settle_is_an_error_with_its_cycle(tmp_path):
    path = files(tmp_path, demand={"iterations": 3, "tolerance": 0.001}, **plan_times(3))
    with pytest.raises(RunError, match=r"does not settle in 3 iterations .* m \d\.\d+, .*demand\.damping"):
        settled(prepare(path), Options(out=tmp_path / "results", **OPTIONS))
    assert not list((tmp_path / "results").glob("**/demand.json")) if (tmp_path / "results").exists() else True


def test_a_reference_that_ships_nothing_of_a_market_is_named(tmp_path):
    path = files(tmp_path, **plan_times(2))
    base = json.loads((tmp_path / "base.yaml").read_text("utf-8"))
    (tmp_path / "base.yaml").write_text(json.dumps({**base, "set": {"flows.F1.quantity_per_year": 0}}))
    with pytest.raises(InputError, match="none of its flows ships anything in 'base'"):
        prepare(path)


def test_what_was_found_is_found_again_and_damage_is_noticed(tmp_path):
    path = files(tmp_path, **plan_times(1.4))
    options = Options(out=tmp_path / "results", **OPTIONS)
    first = settled(prepare(path), options)
    stored = next((tmp_path / "results").glob("**/demand.json"))
    again = settled(prepare(path), replace(options, progress=lambda *_: pytest.fail("it was run again")))
    assert again.scenario.settled == first.scenario.settled
    stored.write_text(stored.read_text("utf-8").replace('"gaps"', '"gabs"'))
    assert settled(prepare(path), options).scenario.settled == first.scenario.settled


def test_a_world_without_a_rule_is_itself(tmp_path):
    files(tmp_path)
    world = resolve(load_scenario(str(tmp_path / "base.yaml")))
    assert settled(world, Options(out=tmp_path / "results", **OPTIONS)) is world
