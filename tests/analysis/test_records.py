"""The tables of a replication: shapes, units, and sums that must agree with each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.analysis.ledger import CAUSE_COLUMNS
from sim.analysis.records import TABLES, replication_tables, run_info
from sim.contract.plan import Cause
from tests.analysis.simulated import simulated


@pytest.fixture(scope="module")
def run():
    return simulated("tutorial")


@pytest.fixture(scope="module")
def made(run):
    return replication_tables(run.plan, run.draws, run.trace, run.info, 0, keep_operations=True)


def test_all_tables_are_there_and_name_their_replication(run, made):
    assert set(TABLES) - set(made) == {"assets", "costs", "markets", "passages", "unfinished"}  # the tutorial has none
    assert all((table["replication"] == 0).all() and len(table) for table in made.values())
    later = replication_tables(run.plan, run.draws, run.trace, run.info, 3)
    assert set(TABLES) - set(later) == {
        *{"assets", "costs", "markets", "passages", "unfinished"},
        *{"scopes", "journeys", "operations"},
    }
    assert (later["kpis"]["replication"] == 3).all()


def test_shipments_have_utc_times_and_causes_that_add_up(run, made):
    table = made["shipments"]
    assert str(table["set_out"].dt.tz) == str(table["landed"].dt.tz) == "UTC"
    start, end = pd.Timestamp(run.world.scenario.period_start, tz="UTC"), pd.Timestamp("2024-04-01", tz="UTC")
    inside = table["set_out"].between(start, end, inclusive="left") | table["landed"].between(
        start, end, inclusive="left"
    )
    assert inside.all()
    assert (table["reported"] == table["set_out"].between(start, end, inclusive="left")).all()
    landed = table[table["landed"].notna()]
    assert ((landed["landed"] - landed["set_out"]).dt.total_seconds() / 3600).to_numpy() == pytest.approx(
        landed["transit_h"].to_numpy()
    )
    assert landed[list(CAUSE_COLUMNS)].sum(axis=1).to_numpy() == pytest.approx(landed["transit_h"].to_numpy(), abs=1e-9)


def test_delays_add_up_to_the_reported_shipments(run, made):
    table, shipments = made["delays"], made["shipments"]
    reported = shipments[shipments["reported"]]
    for cause in Cause:
        hours = table.loc[table["cause"] == cause.name.lower(), "hours"].sum()
        assert hours == pytest.approx(reported[f"{cause.name.lower()}_h"].sum())
    assert (table["lots"] <= len(reported)).all()
    barrier = table[table["cause"] == "barrier"]
    assert not table.loc[table["cause"] != "barrier", "place"].str.contains("@").any()
    where = pd.DataFrame([place.split("@") for place in barrier["place"]], columns=["barrier", "node"])
    assert set(where["barrier"]) <= {"documents", "inspection", "handover", "customs"}
    assert set(where["node"]) <= set(run.plan.node_name)


def test_waiting_at_nodes_is_the_delays_by_place(made):
    by_node = made["node_waits"].groupby("cause")["hours"].sum()
    by_cause = made["delays"].groupby("cause")["hours"].sum().drop("moving")
    assert by_node.to_dict() == pytest.approx(by_cause.to_dict())


def test_facility_days_cover_the_period(run, made):
    table = made["facilities"]
    days = (run.world.scenario.period_end - run.world.scenario.period_start).days + 1
    assert (table.groupby("facility", observed=True)["day"].nunique() == days).all()
    assert table["day"].min() == pd.Timestamp(run.world.scenario.period_start, tz="UTC")
    assert (table["busy_unit_h"] <= table["capacity_unit_h"] + 1e-6).sum() > 0.9 * len(table)
    assert set(table["node"]) <= set(run.plan.node_name)


def test_closures_are_the_days_without_capacity(run, made):
    table = made["closures"]
    assert (table["from"] < table["to"]).all()
    hours = ((table["to"] - table["from"]).dt.total_seconds() / 3600).groupby(table["facility"]).sum()
    days = made["facilities"].groupby("facility", observed=True)["capacity_unit_h"].sum()
    entry = next(name for name in hours.index if name.endswith("entry"))
    most = made["facilities"].loc[made["facilities"]["facility"] == entry, "capacity_unit_h"].max() / 24
    total = 91 * 24
    assert days[entry] / most == pytest.approx(total - hours[entry], rel=1e-6)


def test_operations_name_everything(run, made):
    table = made["operations"]
    count = table["row"].value_counts()
    assert count["operation"] == len(run.trace.rows)
    assert count["in_train"] == len(run.trace.members)
    assert count["aboard"] == len(run.trace.boards)
    assert count["pause"] == len(run.trace.pauses)
    assert count["stopped"] == 1
    table = table[table["row"] == "operation"]
    assert table[["operation", "kind", "cause", "wait_cause"]].notna().all().all()
    assert (table["units"] >= 0).all()
    ships = table["vessel"].notna()
    assert (ships == (table["call"] >= 0)).all()
    lifts = table["kind"].isin(["loading", "discharging"])
    assert ((table["ordinal"] >= 0) == (~ships | lifts)).all()
    assert table.loc[~ships, "flow"].notna().all()


def test_a_shipment_is_lifted_when_it_goes_aboard_and_ashore(made):
    table = made["operations"]
    lifts, aboard = table[table["row"] == "operation"], table[table["row"] == "aboard"]
    of = ["flow", "ordinal", "vessel", "call"]
    loading = aboard.merge(lifts[lifts["kind"] == "loading"], on=of, suffixes=("", "_of_lift"))
    assert len(loading) == len(aboard)
    assert (loading["start_utc"] == loading["start_utc_of_lift"]).all()
    ashore = aboard[aboard["end_utc"].notna()].drop(columns="call").rename(columns={"landing_call": "call"})
    landing = ashore.merge(lifts[lifts["kind"] == "discharging"], on=of, suffixes=("", "_of_lift"))
    assert len(landing) == len(ashore) > 100
    assert (landing["end_utc"] == landing["end_utc_of_lift"]).all()


def test_operations_have_short_names(made):
    names = made["operations"]["operation"].cat.categories
    assert max(map(len, names)) < 60
    assert names.is_unique


def test_run_info_is_plain_data(run):
    info = run_info(run.world)
    assert list(info.flows["flow"]) == sorted(run.world.flows)
    assert (run.world.scenario.period_start - info.origin).days == 30
    assert info.flows["units_per_lot"].dtype == np.int64


def test_stored_tables_have_exactly_the_columns_that_are_declared(made):
    """Those of the tutorial; contributions are added when the replications are merged."""
    assert {*made} <= {*TABLES}
    assert {"kpis", "shipments", "delays", "voyages", "port_stays", "operations"} <= {*made}
    for name, table in made.items():
        declared = ["replication", *(column.name for column in TABLES[name].columns)]
        added = ["contribution"] if name == "kpis" else []
        assert [*table.columns, *added] == declared, name


def test_every_column_says_its_unit_where_its_name_has_one(made):
    for name, table in TABLES.items():
        for column in table.columns:
            assert column.meaning, (name, column.name)
            if column.name.endswith(("_h", "_utc", "tonnes", "teu")):
                wanted = {"h": ("h", "unit-hours"), "utc": ("UTC",), "tonnes": ("t",), "teu": ("TEU",)}
                assert column.unit in wanted[column.name.rpartition("_")[2]], (name, column.name)
