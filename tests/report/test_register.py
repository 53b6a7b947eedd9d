"""The register of indicators: whatever a run measures stands there, with all that pages need to know of it."""

from __future__ import annotations

import pytest

from sim.analysis.line import Line
from sim.contract.plan import Cause
from sim.errors import CheckFailed
from sim.indicators import CAUSES, CORRIDOR, INDICATORS, SAMPLES, Measure, default_primary, measure, of_families
from sim.network.world import resolve
from sim.plots import style
from sim.report.common_flows import groups, kpis_of_common_flows, reported_flows
from sim.report.scopes import indicator_words
from sim.scenario.load import load_scenario
from tests.analysis.simulated import stored


@pytest.fixture(scope="module")
def run():
    return stored(replications=2)


def test_a_value_without_an_entry_is_refused_with_the_nearest():
    with pytest.raises(CheckFailed, match="no such indicator; nearest: 'transit_p95'"):
        Line("transit_p59", CORRIDOR, 1.0)


@pytest.mark.parametrize(("kpi", "weight"), [("transit_mean", ()), ("transit_lots", (3.0,))])
def test_a_ratio_and_only_a_ratio_says_what_it_was_divided_by(kpi, weight):
    with pytest.raises(CheckFailed, match="divided by"):
        Line(kpi, CORRIDOR, 1.0, *weight)


def test_a_line_has_the_unit_of_the_register():
    assert Line("volume_teu", CORRIDOR, 5, year=2024) == (
        "volume_teu",
        CORRIDOR,
        2024,
        5.0,
        "TEU",
        pytest.approx(float("nan"), nan_ok=True),
    )


def test_every_indicator_adds_up_over_flows_or_says_why_not():
    for name, known in INDICATORS.items():
        assert (known.adds == "not at all") == bool(known.why_not), name
        assert known.adds == {"shipments": {"count": "sum", "ratio": "by size", "quantile": "by shipments"}}.get(
            known.scopes, {}
        ).get(known.kind, "not at all"), name
        assert (known.kind == "quantile") == bool(known.quantiles) == (known.sample in SAMPLES), name
        assert known.per in {"", *(n for n, of in INDICATORS.items() if of.kind == "count")}, name


def test_none_vanishes_where_demand_differs(run):
    """Counted over all flows as if these alone were common, everything is there again, and the same."""
    flows = sorted(reported_flows(run.manifest["resolved"]))
    again = kpis_of_common_flows(run, flows)
    keys = ["kpi", "scope", "year", "replication"]
    lost = set(run.kpis.set_index(keys).index) - set(again.set_index(keys).index)
    assert {INDICATORS[kpi].scopes for kpi, *_ in lost} == {"everything", "barrier"}
    both = run.kpis.merge(again, on=keys, validate="one_to_one")
    assert both["value_x"].to_numpy() == pytest.approx(both["value_y"].to_numpy(), rel=1e-9, nan_ok=True)
    assert both["contribution_x"].to_numpy() == pytest.approx(both["contribution_y"].to_numpy(), rel=1e-9, nan_ok=True)


def test_scopes_are_those_that_the_register_says(run):
    world = run.manifest["resolved"]
    flows = list(reported_flows(world))
    places = {
        "shipments": {*groups(world, flows), *flows},
        "everything": {CORRIDOR, "all"},
        "barrier": set(world["barriers"]),
        "service": set(world["services"]),
        "port": set(world["nodes"]),
        "facility": {name.partition("/")[0] for name in {*world["facilities"], *world["links"]}},
    }
    for kpi, scope in {*zip(run.kpis["kpi"], run.kpis["scope"], strict=True)}:
        known = places.get(INDICATORS[kpi].scopes)
        assert known is None or scope.partition("@")[0].partition("/")[0] in known, (kpi, scope)


def test_causes_have_one_name_each_and_one_colour():
    assert list(CAUSES) == [cause.name.lower() for cause in Cause]
    assert {cause: words for cause, (words, _) in style.CAUSES.items()} == CAUSES
    assert all(INDICATORS[f"time_{cause}"].words == words for cause, words in CAUSES.items())


def test_the_headlines_of_a_family_are_chosen_in_one_place():
    assert of_families("transit", "on_time") == ("transit_p50", "transit_p90", "transit_p95", "on_time")
    assert of_families("facility") == ("wait_total", "wait_mean", "queue_max", "utilisation")


def test_containers_come_first_where_nothing_is_said():
    wagons, boxes = Measure("transit_p50", "cargo wagon"), Measure("transit_p50", "cargo TEU")
    assert default_primary([wagons, boxes]) == boxes
    assert default_primary([wagons]) == wagons
    assert default_primary([]) is None


def test_an_indicator_is_called_by_words_and_titles() -> None:
    world = resolve(load_scenario("tutorial")).canonical()
    called = {
        "transit_mean of corridor": "mean transit time of all shipments",
        "volume_teu of corridor": "TEU delivered of the corridor",
        "transit_p90 of cargo TEU": "transit time P90 of containers",
        "transit_p50 of W1": "transit time P50 of W1 Inland terminal - Market",
        "wait_mean of east_berths": "mean wait of Berths of the east port",
        "transit_p50 of east_to_west": "transit time P50 of all shipments east to west",
    }
    assert {text: indicator_words(measure(text), world) for text in called} == called
