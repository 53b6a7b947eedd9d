"""Shipments that decide while a run goes: the shares of the logit, closures, and markets that add up."""

from __future__ import annotations

import dataclasses
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim.engine.compiled import simulation as compiled
from sim.errors import InputError
from sim.model.build import build
from sim.results.store import Run
from sim.runs.demand.settle import settled
from sim.runs.options import Options
from sim.runs.prepare import prepare
from tests.oracle.statistics import FALSE_ALARM
from tests.oracle.test_markets import MARKET, OPTIONS, PLAN, SEA, files, plan_times, ran, sums
from tests.oracle.world import simulate_on_both

WITHIN = {"rule": "within_run"}
#: The gate lets everybody through at once: what is known of the corridor is 8 h.
WIDE = {"facilities.gate.capacity": 99}


def own_files(folder: Path, *, base: dict[str, Any] | None = None, **more: Any) -> Path:
    """As ``files``; ``base`` is set in the base year, and so in both."""
    path = files(folder, demand=WITHIN, **more)
    told = json.loads((folder / "base.yaml").read_text("utf-8"))
    own = {**told, "replications": 1, "set": base or {}}
    (folder / "base.yaml").write_text(json.dumps(own), "utf-8")
    return path


def went(run: Run) -> pd.DataFrame:
    """Shipments of the period that went by the corridor."""
    return run.shipments[run.shipments["reported"]]


def test_a_base_year_without_queues_comes_to_the_last_shipment(tmp_path):
    path = own_files(tmp_path, base=WIDE)
    fixed, run = ran(path, "demand.rule=fixed"), ran(path)
    assert sums(run).keys() <= {"carried", "left_over"}
    assert len(went(run)) == len(went(fixed))


@pytest.mark.parametrize(("price", "value_of_time"), [(700, 100), (700, 0), (300, 100)])
def test_two_ways_of_known_times_have_the_logits_shares(tmp_path, price, value_of_time):
    """The sea is cheaper than in the base year: of a half the corridor keeps what the logit leaves it, by hand.

    Times are as they were, so that their worth drops out; with a value of 0 prices alone count.
    """
    market = {"value_of_time": value_of_time, "captive_share": 0.25}
    path = own_files(tmp_path, base=WIDE, market=market, set={"rivals.sea.price": price, **plan_times(3)["set"]})
    run = ran(path)
    share = 1 / (1 + np.exp((SEA["price"] - price) / MARKET["scale"]))
    kept = 0.25 + 0.75 * share / 0.5
    lots = 3 * PLAN
    carried = sums(run)["carried"]
    assert stats.binomtest(round(carried), lots, kept).pvalue > FALSE_ALARM
    rows = run.markets[run.markets["outcome"] == "diverted"]
    assert set(rows["rival"]) == {"sea"}
    assert (rows["units"] == np.round(rows["units"])).all()


def test_a_line_that_becomes_slower_has_the_logits_shares_of_what_is_published(tmp_path):
    """Ten days more for all. What is known of each month is worked out from the shipments of the run itself."""
    slower = {"processes.pass.duration": "248 h", **plan_times(6)["set"]}
    path = own_files(tmp_path, base=WIDE, market={"known_over": 1}, set=slower)
    lots = ran(path).shipments
    gone = lots["transit_h"] > 0
    day = pd.Timedelta(days=1)
    took_d, expected = (lots["landed"] - lots["set_out"]) / day, []
    for month in range(2, 13):
        end = pd.Timestamp(2025, month, 1, tz="UTC")
        came = gone & (lots["landed"] >= end - pd.DateOffset(months=1)) & (lots["landed"] < end)
        late = gone & (lots["landed"] >= end) & (lots["set_out"] < end - day)  # by whole days; usual are 8 h
        days = np.concatenate((took_d[came], (end - lots["set_out"][late]) / day))
        utility = 100 * (days.mean() - 8 / 24) / 500
        expected.append(2 / (1 + np.exp(utility)))
    assert 0.2 < min(expected) < max(expected) < 0.35
    sent = lots[lots["set_out"] >= "2025-02-01"].groupby(lots["set_out"].dt.month)
    share = sent["reported"].mean()
    assert share.mean() == pytest.approx(np.mean(expected), abs=0.015)


def test_a_scale_without_end_leaves_the_plan_to_the_last_shipment(tmp_path):
    path = own_files(tmp_path, market={"scale": 1e12}, **plan_times(2))
    fixed, run = ran(path, "demand.rule=fixed"), ran(path)
    columns = ["flow", "replication", "set_out", "landed"]
    assert run.shipments[columns].equals(fixed.shipments[columns])


def test_a_plan_beyond_the_gate_is_answered_and_everything_adds_up(tmp_path):
    path = own_files(tmp_path, **plan_times(2))
    fixed, run = ran(path, "demand.rule=fixed"), ran(path)
    jam, calm = (
        one.kpis.query("kpi == 'transit_mean' and scope == 'corridor'")["value"].mean() for one in (fixed, run)
    )
    assert calm < jam / 2
    told = sums(run)
    assert told["diverted"] > 0.2 * PLAN
    assert sum(told.values()) == pytest.approx(2 * PLAN, rel=1e-9)
    balance = run.kpis[(run.kpis["kpi"] == "balance_diverted_lots") & (run.kpis["scope"] == "corridor")]["value"]
    assert balance.mean() == told["diverted"]
    lost = run.kpis[run.kpis["kpi"] == "balance_lost_lots"]["value"]
    assert (lost == 0).all()


def test_a_rival_that_gets_cheaper_never_adds_cargo_here(tmp_path):
    """To the single shipment: who goes on although the sea is cheap goes on where it is dear."""
    path = own_files(tmp_path, base=WIDE)
    prices = (1200, 850, 300)
    runs = [ran(path, f"rivals.sea.price={price}") for price in prices]
    who = [set(went(run)["ordinal"].tolist()) for run in runs]
    for dearer, cheaper in pairwise(who):
        assert cheaper <= dearer
    assert len(who[-1]) < 0.6 * len(who[0]) == 0.6 * PLAN


@pytest.mark.parametrize("rule", ["within_run", "between_runs"])
def test_a_closed_corridor_sends_all_to_the_rival_and_has_it_back_after_the_lag(tmp_path, rule):
    """Shut from March to May: from the second month on nothing departs, nor while what waited is what is known of it."""
    shut = [{"from_day": "2025-03-01", "to_day": "2025-06-01", "share_open": 0, "cause": "works"}]
    market = {"known_over": 1, "value_of_time": 1000}
    path = own_files(tmp_path, base=WIDE, market=market, set={"facilities.gate.closures": shut})
    run = ran(path, f"demand.rule={rule}")
    lots = went(run)
    by_month = lots.groupby(lots["set_out"].dt.month).size().reindex(range(1, 13), fill_value=0) / (PLAN / 12)
    assert by_month[[1, 2, 3]].min() > 0.8  # nothing is known in March
    assert by_month[[5, 6]].max() < 0.05
    assert by_month[[10, 11]].min() > 0.8
    diverted = run.markets[run.markets["outcome"] == "diverted"].groupby("month")["units"].sum()
    assert diverted.loc["2025-05-01"] / run.replications == pytest.approx(PLAN / 12, rel=0.1)


def test_captive_cargo_is_not_shipped(tmp_path):

    path = own_files(tmp_path, **plan_times(2))
    left_out = ("rivals", "scale", "total")
    own = {k: v for k, v in MARKET.items() if k not in left_out} | {"reacts": "captive", "elasticity": 0.02}
    (tmp_path / "geodata" / "markets.yaml").write_text(json.dumps({"m": own}))
    told = sums(ran(path))
    assert "diverted" not in told
    assert told["declined"] > 0.05 * PLAN
    assert sum(told.values()) == pytest.approx(2 * PLAN, rel=1e-9)


def test_both_engines_leave_one_trace_and_what_was_found_is_found_again(tmp_path):
    path = own_files(tmp_path, market={"reliability_ratio": 0.4, "value_of_time_spread": 1}, **plan_times(2))
    options = Options(out=tmp_path / "results", **OPTIONS)
    world = settled(prepare(path), options)
    built = build(world)
    simulate_on_both(built.plan, built.draw(0))
    again = settled(prepare(path), dataclasses.replace(options, progress=lambda *_: pytest.fail("it was run again")))
    assert again.scenario.settled == world.scenario.settled
    assert compiled.simulate(built.plan, built.draw(1)).rows.shape[0] > PLAN


def test_new_trade_within_a_run_is_refused(tmp_path):
    path = own_files(tmp_path)
    with pytest.raises(InputError, match=r"demand\.induced: new trade comes between runs alone"):
        prepare(path, ["demand.induced=on"])
