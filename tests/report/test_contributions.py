"""All replications count: what one of them did not have is 0 in sums, and no more than that."""

from __future__ import annotations

from math import inf

import numpy as np
import pandas as pd
import pytest

from sim.analysis.records import replication_tables
from sim.errors import CheckFailed
from sim.indicators import INDICATORS
from sim.report.contributions import Samples, flows_of_scopes, pooled_over, with_contributions
from sim.report.kpi_values import Values
from sim.report.side_by_side import side_by_side
from tests.analysis.simulated import simulated, stored

#: Half a shipment to be expected in the quarter, either way.
RARE = (
    "flows.W1.quantity_per_year=60",
    "flows.W1.arrivals=poisson",
    "flows.E1.quantity_per_year=40",
    "flows.E1.arrivals=poisson",
)
N = 6


@pytest.fixture(scope="module")
def rare():
    return stored(RARE, N)


@pytest.fixture(scope="module")
def alone():
    """The lines of each replication as it alone knows them."""
    parts = []
    for k in range(N):
        run = simulated("tutorial", k, RARE)
        parts.append(replication_tables(run.plan, run.draws, run.trace, run.info, k)["kpis"])
    return pd.concat(parts, ignore_index=True)


def test_every_indicator_is_over_all_replications(rare, alone):
    lots = alone[(alone["kpi"] == "transit_lots") & (alone["year"] == 0)].groupby("scope")["value"]
    assert 0 < (lots.get_group("E1") == 0).sum() < N, "the world must have replications without a shipment of a flow"
    keys = ["kpi", "scope", "year"]
    assert (rare.kpis.groupby(keys).size() == N).all()
    assert not rare.kpis["contribution"].isna().any()
    mean = rare.kpis.groupby(keys)["contribution"].mean()
    shipments = rare.shipments[rare.shipments["reported"]]
    flows = flows_of_scopes(rare.scopes)
    for key, rows in alone.groupby(keys):
        kpi, scope, _ = key
        kind = INDICATORS[kpi].kind
        if kind == "count":
            wanted = rows["value"].sum() / N
        elif kpi == "barrier_time":  # per shipment of the corridor, whether or not some were stopped
            wanted = (rows["value"] * rows["weight"]).sum() / lots.get_group("corridor").sum()
        elif kind == "ratio":
            wanted = (rows["value"] * rows["weight"]).sum() / rows["weight"].sum()
        elif len(INDICATORS[kpi].quantiles) == 1:
            (share,) = INDICATORS[kpi].quantiles
            times = shipments.loc[shipments["flow"].isin(flows.get(scope, ())), "transit_h"] / 24
            if INDICATORS[kpi].sample == "port_stays":
                times = rare.port_stays.loc[rare.port_stays["port"] == scope, "hours"]
            wanted = np.quantile(times, share, method="inverted_cdf")
            assert (times <= wanted).mean() >= share
        elif kpi == "transit_spread":
            wanted = mean["transit_p90", scope, 0] - mean["transit_p50", scope, 0]
        else:
            wanted = rows["value"].sum() / len(rows)
            assert len(rows) == N, f"{kpi} of {scope} is a level: every replication has it"
        assert mean[key] == pytest.approx(wanted, rel=1e-9, abs=1e-12), key


def test_facilities_and_services_are_there_in_every_replication(alone):
    of_place = alone[alone["kpi"].isin(["wait_total", "queue_max", "utilisation", "calls"])]
    assert (of_place.groupby(["kpi", "scope"]).size() == N).all()


def test_a_longer_series_is_pooled_anew(rare):
    found = pooled_over(rare, [0, 1, 2, 3])
    parts = stored(RARE, 4)
    pd.testing.assert_frame_equal(found, parts.kpis, check_dtype=False)
    assert pooled_over(rare, range(N)) is rare.kpis


def test_side_by_side_is_over_all_replications_of_both(rare):
    other = rare.kpis[rare.kpis["scope"] != "E1"]
    other = other[other["replication"] < 5]
    both = side_by_side(rare.kpis, other)
    assert (both.groupby(["kpi", "scope", "year"]).size() == 5).all()
    lots = both[(both["kpi"] == "transit_lots") & (both["scope"] == "E1")]
    assert (lots["b"] == 0).all()  # none there, none counted
    assert both.loc[(both["kpi"] == "transit_p50") & (both["scope"] == "E1"), "b"].isna().all()


def lines(kpi, value, weight=np.nan, replication=0, scope="corridor"):
    return {
        "replication": replication,
        "kpi": kpi,
        "scope": scope,
        "year": 0,
        "value": value,
        "unit": "x",
        "weight": weight,
    }


def test_one_name_for_two_things_is_an_error():
    table = pd.DataFrame([lines("wait_total", 1.0), lines("wait_total", 2.0)])
    with pytest.raises(CheckFailed, match="two lines of one replication for wait_total of 'corridor'"):
        with_contributions(table, Samples({}, {}), [0, 1])


def test_what_must_be_said_beside_a_transit_time():
    hours = [[24.0 * day for day in range(1, 13)], [24.0, np.nan]]
    shipments = pd.DataFrame(
        [
            {
                "replication": k,
                "flow": "F1",
                "set_out": pd.Timestamp("2024-01-01", tz="UTC"),
                "transit_h": h,
                "reported": True,
            }
            for k, some in enumerate(hours)
            for h in some
        ]
    )
    table = pd.DataFrame(
        [
            *(lines("transit_p50", 1.0, replication=k) for k in (0, 1)),
            *(lines("transit_p95", inf, replication=k) for k in (0, 1)),
            lines("transit_mean", 6.5, 12.0),
            lines("transit_mean", 40.0, 2.0, 1),
            lines("transit_lots", 12.0),
            lines("transit_lots", 2.0, replication=1),
            lines("transit_unfinished", 1.0, replication=1),
        ]
    )
    values = Values(with_contributions(table, Samples({"shipments": shipments}, {"corridor": ["F1"]}), [0, 1]))
    assert values.estimate("transit_p50", "corridor").mean == 6.0
    assert values.estimate("transit_p50", "corridor").note == "few shipments: 7 a replication"
    late = values.estimate("transit_p95", "corridor")
    assert (late.mean, late.half_width) == (None, None)
    assert late.note == "not reached: 1 of 14 shipments have not arrived; few shipments: 7 a replication"
    mean = values.estimate("transit_mean", "corridor")
    assert mean.mean == pytest.approx((6.5 * 12 + 80) / 14)
    assert mean.note == "1 of 14 shipments have not arrived; counted until the run stops"
