"""The on-time share, counted again from the shipments and from movements."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sim.analysis.kpis import Views, kpis
from sim.analysis.ledger import ledger
from sim.analysis.movements import node_to_node_s, traversals
from sim.analysis.on_time import promises_kept
from sim.analysis.records import replication_tables
from tests.analysis.simulated import simulated


def on_time(table: pd.DataFrame) -> dict[str, float]:
    rows = table[(table["kpi"] == "on_time") & (table["year"] == 0)]
    return dict(zip(rows["scope"], rows["value"], strict=True))


def test_a_promise_from_door_to_door_is_kept_by_lots_that_are_quick_enough():
    run = simulated("tutorial")
    tables = replication_tables(run.plan, run.draws, run.trace, run.info, 0)
    lots = tables["shipments"].query("reported and flow == 'W1'")
    wanted = (lots["transit_h"] <= 9 * 24).mean()
    assert 0.2 < wanted < 1  # the promise of the tutorial divides its lots
    found = on_time(tables["kpis"])
    # nothing is promised to E1: the corridor's share is that of W1 alone
    assert found == {scope: pytest.approx(wanted) for scope in ("corridor", "east_to_west", "cargo TEU", "W1")}


@pytest.fixture
def book():
    """The tutorial with a promise for a part of the way of E1 too."""
    run = simulated("tutorial")
    flows = run.info.flows.copy()
    flows.loc[flows["flow"] == "E1", ["promise_days", "promise_from", "promise_to"]] = [4.0, "west_port", "border"]
    return ledger(run.plan, run.draws, run.trace, flows, run.info.origin)


def test_a_promise_between_nodes_has_its_own_clock(book):
    moves = traversals(book)
    passed = node_to_node_s(book, moves, "west_port", "border")
    flow = book.lots.set_index("lot")["flow"]
    own = book.lots.loc[book.lots["reported"], "lot"]
    is_e1 = flow.reindex(passed["lot"]).to_numpy() == list(book.plan.flow_name).index("E1")
    wanted = passed[is_e1 & passed["lot"].isin(own).to_numpy()]
    found = on_time(kpis(Views(book)))
    assert 0 < found["E1"] < 1
    assert found["E1"] == pytest.approx((wanted["lasts_s"] <= 4 * 86_400).mean())
    kept = promises_kept(book, moves)
    assert found["corridor"] == pytest.approx(kept["on_time"].mean())
    assert kept["lot"].is_unique


def test_who_has_not_arrived_is_late(book):
    moves = traversals(book)
    before = promises_kept(book, moves).set_index("lot")["on_time"]
    w1 = list(book.plan.flow_name).index("W1")  # its clock starts when it sets out
    quick = book.lots.loc[(book.lots["flow"] == w1) & book.lots["lot"].isin(before.index[before]), "lot"].iloc[0]
    never = np.where(moves.lot == quick, -1, moves.landed_s)
    after = promises_kept(book, replace(moves, landed_s=never)).set_index("lot")["on_time"]
    assert (before[quick], after[quick]) == (True, False)
    assert (after.drop(quick) == before.drop(quick)).all()


def test_flows_without_a_promise_have_no_share():
    run = simulated("tutorial")
    flows = run.info.flows.assign(promise_days=np.nan)
    assert on_time(kpis(Views(ledger(run.plan, run.draws, run.trace, flows, run.info.origin)))) == {}
