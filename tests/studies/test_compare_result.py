"""The comparison: like with like, one answer, corrected verdicts, and where the queue moved to."""

from __future__ import annotations

import copy
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sim.errors import InputError
from sim.report.common_flows import common_flows, kpis_of_common_flows
from sim.report.side_by_side import side_by_side
from sim.statistics.intervals import holm
from sim.studies.compare.moved_time import moved_time
from sim.studies.compare.page import page, page_of_pair
from sim.studies.compare.result import compare, compare_all
from sim.studies.compare.tested import NO_DIFFERENCE, UNCHANGED
from tests.analysis.simulated import stored

SLOWER = ("fleets.feeders.count=1",)
MORE_EAST = ("flows.E1.quantity_per_year=6000",)


@pytest.fixture(scope="module")
def base():
    return stored()


@pytest.fixture(scope="module")
def slower():
    return stored(SLOWER)


@pytest.fixture(scope="module")
def more_east():
    return stored(MORE_EAST)


def by_name(result):
    return {(x.kpi, x.scope): x for x in result.lines}


def test_a_run_compared_with_itself_shows_nothing(base):
    result = compare(base, base)
    assert {line.verdict for line in result.lines} == {UNCHANGED}
    assert "A and B are the same run: the scenario changes nothing" in result.notes
    assert result.tests == 0
    assert result.recovery is None


def test_the_text_fits_and_says_what_was_changed(base, slower):
    text = page_of_pair(compare(base, slower)).text(100)
    assert max(map(len, text.splitlines())) <= 100
    assert "B changes: fleets.feeders.count" in text
    assert "transit time P50 of containers" in text
    for title in ("The answer", "Where the time went", "Where the queue moved to", "Holm"):
        assert title in text


def test_one_ship_is_worse_and_back_again_better(base, slower):
    there, back = by_name(compare(base, slower, "time_vessel")), by_name(compare(slower, base, "time_vessel"))
    answer = there["time_vessel", "corridor"]
    assert (answer.verdict, answer.primary) == ("worse", True)
    assert answer.p_adjusted == pytest.approx(answer.p_value)  # the primary indicator is tested alone
    for key, line in there.items():
        if line.verdict in ("better", "worse"):
            assert {line.verdict, back[key].verdict} == {"better", "worse"}
            assert back[key].difference.mean == pytest.approx(-line.difference.mean)
    assert there["utilisation", "east_berths"].verdict == "neutral"


def test_all_but_the_primary_are_corrected_together(base, slower):
    result = compare(base, slower)
    primary = next(x for x in result.lines if x.primary)
    same = [x for x in result.lines if x.p_value == pytest.approx(primary.p_value, rel=1e-9)]
    assert {(x.kpi, x.scope) for x in same} >= {("transit_p50", "corridor"), ("transit_p50", "cargo TEU")}
    assert {x.verdict for x in same} == {primary.verdict}  # one cargo: containers are the whole corridor
    others = [x for x in result.lines if x.p_value is not None and x not in same]
    whole = (run.kpis[run.kpis["year"] == 0] for run in (base, slower))
    table = side_by_side(*whole).set_index(["kpi", "scope"])
    families = {}
    for x in others:
        rows = table.loc[(x.kpi, x.scope)]
        apart = (rows["b"] - rows["a"]).to_numpy(float)
        alike = tuple(np.round(apart / np.abs(apart).max() * np.sign(apart.mean()), 5))
        families[alike if x.difference.half_width else (x.kpi, x.scope)] = x
    assert result.tests == len(families) < len(others)  # lots, TEU and tonnes of one flow are one test
    tests = sorted(x.p_value for x in families.values())
    wanted = holm(tests)
    for x in others:
        assert x.p_adjusted == pytest.approx(wanted[np.argmin(np.abs(np.array(tests) - x.p_value))])
        assert x.p_adjusted >= x.p_value * (1 - 1e-9)
        assert (x.verdict in ("better", "worse")) == (x.p_adjusted <= 0.05)
    raised = [x for x in others if x.p_value <= 0.05 < x.p_adjusted]
    assert raised
    assert {x.verdict for x in raised} == {NO_DIFFERENCE}


def renumbered(run, change):
    """The run with other values: ``change`` takes the place among the indicators and the replication."""
    kpis = run.kpis[run.kpis["year"] == 0].copy()
    lots = kpis["kpi"] == "transit_lots"  # hours are divided by them
    places = kpis.groupby(["kpi", "scope"], sort=False).ngroup()
    new = [float(change(*row)) for row in zip(places, kpis["replication"], strict=True)]
    kpis["contribution"] = kpis["contribution"].where(lots, new)
    return SimpleNamespace(**{**vars(run), "kpis": kpis})


def test_strangers_without_spread_are_a_test_each(base):
    # every indicator changes by the same in all replications: equal p-values of the sign test, and nothing else alike
    ones = renumbered(base, lambda place, replication: 0.0)
    apart = renumbered(base, lambda place, replication: 1.0 + place)
    result = compare(ones, apart)
    tested = [x for x in result.lines if x.p_value is not None]
    assert {x.p_value for x in tested} == {2.0**-3}
    assert result.tests == len(tested) - 1  # all but the primary
    assert {x.p_adjusted for x in tested if not x.primary} == {1.0}
    assert next(x.p_adjusted for x in tested if x.primary) == 2.0**-3


def test_one_thing_told_in_other_units_is_one_test(base):
    zeros = renumbered(base, lambda place, replication: 0.0)
    scaled = renumbered(base, lambda place, replication: (1.0 + place) * (3.0 + replication))
    result = compare(zeros, scaled)
    assert result.tests == 0  # all lines are the answer
    assert len({round(x.p_adjusted, 12) for x in result.lines if x.p_value is not None}) == 1


def test_several_scenarios_are_one_family(base, slower):
    more = stored(("facilities.east_berths.capacity=2", "fleets.feeders.count=3"))
    both = compare_all([base, slower, more]).comparisons
    assert [pair.b.run_id for pair in both] == [slower.manifest["run_id"], more.manifest["run_id"]]
    assert both[0].tests == both[1].tests > max(compare(base, run).tests for run in (slower, more))
    for pair, run in zip(both, (slower, more), strict=True):
        alone = compare(base, run)
        for x, y in zip(pair.lines, alone.lines, strict=True):
            assert x.difference == y.difference
            assert (x.p_adjusted or 0) >= (y.p_adjusted or 0)
    assert page(both).markdown().count("\n## ") == 2


def test_the_parts_of_the_time_add_up_to_the_causes(base, slower):
    result = compare(base, slower)
    lines, moved = by_name(result), result.moved
    for row in moved.causes:
        line = lines[f"time_{row.cause}", "corridor"]
        assert row.difference.mean == pytest.approx(line.difference.mean, abs=1e-9)
        places = [p.b.mean for p in moved.places if p.cause == row.cause]
        if places:
            assert sum(places) == pytest.approx(line.b.mean)
    grown = [p.difference.mean for p in moved.places]
    assert grown == sorted(grown)
    assert moved.next_bottleneck.b.mean == max(p.b.mean for p in moved.places)
    last = moved.places[-1]
    assert (last.cause, last.place) == ("vessel", "ferry")
    assert 0.01 < last.p_value < 0.05  # shown alone, but not as one of twelve places
    assert moved.grew_most is None


def hours_at(places):
    """A run of one lot a replication that waits the given hours, [replication] at each place."""
    rows = [
        {"flow": "f", "cause": "capacity", "place": place, "replication": k, "hours": hours}
        for place, values in places.items()
        for k, hours in enumerate(values)
    ]
    lots = [{"kpi": "transit_lots", "scope": "f", "year": 0, "replication": k, "value": 1.0} for k in range(8)]
    return SimpleNamespace(delays=pd.DataFrame(rows), kpis=pd.DataFrame(lots))


def test_the_place_that_grew_most_is_corrected_for_all_places():
    ones, noise = np.ones(8), np.array([0.3, 1.5, 0.4, 0.1, 0.9, -0.2, 1.1, 0.3])

    def grew_most(**more):
        first = hours_at({place: ones for place in more})
        second = hours_at({place: ones + of for place, of in more.items()})
        return moved_time(first, second, ["f"], range(8)).grew_most

    same_in_all = grew_most(yard=np.full(8, 2.0))
    assert same_in_all.place == "yard"  # no spread is no lack of an interval
    assert same_in_all.p_value == 2.0**-7
    assert grew_most(quay=noise).place == "quay"
    chance = {f"place {k}": np.roll(noise, k) - 0.6 for k in range(6)}
    assert grew_most(quay=noise, **chance) is None  # one of seven, chosen for its size


def test_where_demand_differs_the_common_flows_are_counted(base, more_east):
    assert common_flows(base.manifest["resolved"], more_east.manifest["resolved"]) == (["W1"], ["E1"])
    result = compare(base, more_east)
    assert any("left out: E1" in note for note in result.notes)
    lines = by_name(result)
    assert not any(scope in ("E1", "west_to_east", "all") for _, scope in lines)
    for kpi in ("transit_p50", "transit_p95", "volume_teu", "time_vessel", "on_time"):
        assert lines[kpi, "corridor"].a.mean == pytest.approx(lines[kpi, "W1"].a.mean)
        assert lines[kpi, "corridor"].b.mean == pytest.approx(lines[kpi, "W1"].b.mean)


@pytest.mark.parametrize("other", [SLOWER, MORE_EAST], ids=["same demand", "other demand"])
def test_each_year_is_compared_by_itself(other):
    """Counted here again from the shipments; a shipment belongs to the year in which it set out, or landed."""
    over_new_year = ("period.start=2023-11-15", "period.end=2024-02-15")
    a, b = (stored((*over_new_year, *more), replications=2) for more in ((), other))
    result = compare(a, b)
    by_year = {(x.kpi, x.scope, x.year): x for x in result.by_year}
    assert len(by_year) == len(result.by_year)
    assert {year for _, _, year in by_year} == {2023, 2024}
    assert {(kpi, scope) for kpi, scope, _ in by_year} <= {(x.kpi, x.scope) for x in result.lines}
    for year in (2023, 2024):
        for name, run in (("a", a), ("b", b)):
            lots = run.shipments[run.shipments["reported"] & run.shipments["flow"].isin(result.flows.common)]
            set_out = lots[lots["set_out"].dt.year == year]
            line = getattr(by_year["transit_lots", "corridor", year], name)
            assert line.mean == len(set_out) / 2
            days = np.sort(set_out["transit_h"].fillna(np.inf).to_numpy() / 24)
            assert len(days) > 20
            median = getattr(by_year["transit_p50", "corridor", year], name).mean
            assert median == pytest.approx(days[-(-len(days) // 2) - 1])
        pair = by_year["transit_p50", "corridor", year]
        assert pair.difference.mean == pytest.approx(pair.b.mean - pair.a.mean)
        assert pair.p_value is None
        assert pair.verdict not in ("better", "worse")
    volume = [by_year["volume_teu", "corridor", year].b.mean for year in (2023, 2024)]
    assert sum(volume) == by_name(result)["volume_teu", "corridor"].b.mean
    assert all(volume)
    text = page_of_pair(result).text(200)
    assert "Year by year" in text
    assert "2023 containers: transit time P50" in text


def test_counting_again_over_all_flows_gives_the_same(base):
    flows = ["E1", "W1"]
    columns = ["value", "weight", "contribution"]
    again, stored_ = (
        kpis.set_index(["kpi", "scope", "year", "replication"])[columns]
        for kpis in (kpis_of_common_flows(base, flows), base.kpis)
    )
    shared = again.index.intersection(stored_.index)
    groups = [key for key in shared if key[1] in ("corridor", "east_to_west", "cargo TEU")]
    assert len(groups) > 400
    assert {key[0] for key in groups} >= {"transit_spread", "transit_mean", "on_time", "time_vessel"}
    np.testing.assert_allclose(again.loc[groups], stored_.loc[groups], rtol=1e-9)


def test_runs_that_do_not_share_their_luck_are_refused(base):
    other = SimpleNamespace(**{**vars(base), "manifest": copy.deepcopy(base.manifest)})
    other.manifest["seed"] = 8
    other.manifest["resolved"]["period"]["end"] = "2024-02-01"
    with pytest.raises(InputError) as caught:
        compare(base, other)
    first, second = str(caught.value).splitlines()
    assert first == (
        "the runs cover different periods (2024-01-01 to 2024-03-31; 2024-01-01 to 2024-02-01); "
        "run both over one period"
    )
    assert "different seeds (7, 8)" in second


def test_runs_of_different_length_are_paired_on_what_both_have(base):
    result = compare(base, stored(replications=2))
    assert "paired on the first 2 replications; left out: the other 2 of A" in result.notes
    assert {x.difference.n for x in result.lines} <= {0, 1, 2}


def test_one_replication_has_no_verdict():
    result = compare(stored(replications=1), stored(SLOWER, replications=1))
    assert not {x.verdict for x in result.lines} & {"better", "worse"}
    assert "one replication: no intervals and no verdict; differences may be chance" in result.notes


@pytest.mark.parametrize(
    ("primary", "told"),
    [
        ("transit_p05", "'transit_p05' is not an indicator of a run; nearest: "),
        ("transit_p50 of cargo TUE", "no transit_p50 of 'cargo TUE' in common; nearest: 'cargo TEU'"),
    ],
)
def test_an_unknown_primary_indicator_is_told(base, slower, primary, told):
    with pytest.raises(InputError, match="primary_kpi: .*" + told):
        compare(base, slower, primary)


def test_every_indicator_of_a_run_has_a_direction(base):
    from sim.indicators import INDICATORS

    assert set(base.kpis["kpi"]) <= set(INDICATORS)
