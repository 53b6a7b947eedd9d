"""Markets that cannot be: each rule, what breaks it, and all that it says of it."""

from __future__ import annotations

from typing import Any

import pytest
from small_world import KNOWN, TABLES, small_world

from sim.errors import InputError
from sim.network import market_rules
from sim.network.consistency import check
from sim.network.world import World, resolve
from sim.scenario.load import load_scenario

RIVAL: dict[str, Any] = {"title": "sea", "cargo": "TEU", "price": 900, "time": "40 d", "spread": "5 d", **KNOWN}
MARKET: dict[str, Any] = {
    "title": "boxes",
    "reacts": "ocean",
    "flows": ["F1"],
    "rivals": [{"rival": "sea", "share": 0.6}],
    "value_of_time": 20,
    "scale": 1000,
    **KNOWN,
}
CAPTIVE: dict[str, Any] = {"title": "own", "reacts": "captive", "flows": ["F1"], "elasticity": 0.01, **KNOWN}
RIVALS = {"rivals": {"sea": RIVAL}}
BULK = {**TABLES["flows"]["F1"], "cargo": "t"}
#: Empty repositioning has a depot.
STOCK = {"node": "dock", "title": "flats", "kind": "stock", "capacity": 5, "idle_wait": "1 h", **KNOWN}


def fault(text: str, line: int = 1) -> str:
    return f"markets.yaml:{line}: markets.{text}"


#: rule, what is broken, and all that the rule says of it
MARKET_FAULTS = [
    (
        "markets_refer",
        {**RIVALS, "markets": {"m": {**MARKET, "flows": ["F2", "F1", "F1"]}}},
        [
            fault("m.flows: 'F2' is not a flow; nearest: 'F1'"),
            fault("m.flows: 'F1' is there twice; allowed: each flow once"),
        ],
    ),
    (
        "markets_refer",
        {
            **RIVALS,
            "facilities.flats": STOCK,
            "flows.F1.background": True,
            "flows.E1": {**TABLES["flows"]["F1"], "quantity_per_year": 0, "woken_by": "flats"},
            "markets": {"m": {**MARKET, "flows": ["E1", "F1"]}},
        },
        [
            fault("m.flows: 'E1' is empty repositioning, which is not followed"),
            fault("m.flows: 'F1' is background traffic, which is not followed"),
        ],
    ),
    (
        "markets_refer",
        {**RIVALS, "flows.F2": BULK, "markets": {"m": {**MARKET, "flows": ["F1", "F2"]}}},
        [
            fault(
                "m.flows: flows of different cargo: F1 in TEU, F2 in t; allowed: one kind, for prices and totals are per unit"
            )
        ],
    ),
    (
        "markets_refer",
        {
            "rivals": {"sea": RIVAL, "rail": {**RIVAL, "cargo": "t"}, "air": {**RIVAL, "cargo": "teu"}},
            "markets": {
                "m": {**MARKET, "rivals": [{"rival": name, "share": 0.1} for name in ("see", "sea", "sea", "rail")]}
            },
        },
        [
            fault("m.rivals: 'see' is not a rival; nearest: 'sea'"),
            fault("m.rivals: 'sea' is there twice; allowed: each rival once"),
            fault("m.rivals: 'rail' has a price per t, the market is counted in TEU"),
            "rivals.yaml:3: rivals.air.cargo: 'teu' is not a cargo; nearest: 'TEU'",
        ],
    ),
    (
        "a_flow_is_in_one_market",
        {**RIVALS, "markets": {"m": MARKET, "n": CAPTIVE}},
        [fault("n.flows: 'F1' is in markets.m already; allowed: each flow in one market", 2)],
    ),
    (
        "markets_say_how_they_react",
        {**RIVALS, "markets": {"m": {k: v for k, v in MARKET.items() if k not in ("rivals", "scale")}}},
        [
            fault(
                "m.rivals: no rival; a market that reacts among 'ocean' needs 'rivals', [{rival: ..., share: ...}];"
                " or 'reacts: captive'"
            ),
            fault("m.scale: is missing (USD per cargo unit); without it nothing can be chosen"),
        ],
    ),
    (
        "markets_say_how_they_react",
        {**RIVALS, "markets": {"m": {**MARKET, "elasticity": 0.01}}},
        [fault("m.elasticity: belongs to captive markets; here the logit says how it reacts")],
    ),
    (
        "markets_say_how_they_react",
        {
            **RIVALS,
            "markets": {
                "m": {**{k: v for k, v in MARKET.items() if k != "scale"}, "reacts": "captive", "induced": 0.1}
            },
        },
        [
            fault(
                "m.reacts: a captive market needs 'elasticity', the part that is lost with each day more, such as 0.01"
            ),
            fault("m.rivals: says nothing of a captive market, which has no other way"),
            fault("m.induced: is counted in 'elasticity' already, for a captive market"),
        ],
    ),
    (
        "shares_leave_some_for_the_corridor",
        {
            "rivals": {"sea": RIVAL, "rail": RIVAL},
            "markets": {"m": {**MARKET, "rivals": [{"rival": name, "share": 0.5} for name in ("sea", "rail")]}},
        },
        [
            fault(
                "m.rivals: the shares of the rivals come to 1; allowed: more than 0 and less than 1, for the rest is"
                " the corridor's"
            )
        ],
    ),
]


@pytest.mark.parametrize(
    ("rule", "broken", "expected"),
    MARKET_FAULTS,
    ids=[f"{k:02d}-{fault[0]}" for k, fault in enumerate(MARKET_FAULTS)],
)
def test_a_market_that_cannot_be_is_named(tmp_path, rule, broken, expected):
    world = small_world(tmp_path, broken)
    found = [str(p).replace(f"{tmp_path}/geodata/", "") for p in getattr(market_rules, rule)(world)]
    assert found == expected
    assert set(found) <= {str(p).replace(f"{tmp_path}/geodata/", "") for p in check(world)}


def test_shares_prices_and_times_that_are_out_of_bounds_or_missing_are_named_at_once(tmp_path):
    rival = {k: v for k, v in RIVAL.items() if k not in ("price", "time")} | {"available": 2}
    market = {**MARKET, "rivals": [{"rival": "sea", "share": 1.2}], "captive_share": -1, "known_after": 4}
    with pytest.raises(InputError) as refused:
        small_world(tmp_path, {"rivals": {"sea": rival}, "markets": {"m": market}})
    told = "\n".join(str(problem) for problem in refused.value.problems)
    assert "rivals.yaml:1: rivals.sea: missing: price, time" in told
    assert "rivals.yaml:1: rivals.sea.available: 2 should be less than or equal to 1" in told
    for field in ("rivals.0.share", "captive_share", "known_after"):
        assert f"markets.yaml:1: markets.m.{field}" in told


def test_a_rival_without_price_on_a_date_of_the_run_is_named(tmp_path):
    late = {**RIVAL, "price": [{"from": "2024-06-01", "value": 900}]}
    with pytest.raises(
        InputError, match=r"rivals\.sea\.price: its first value holds from 2024-06-01, the run begins on"
    ):
        small_world(tmp_path, {"rivals": {"sea": late}, "markets": {"m": MARKET}})


@pytest.fixture(scope="module")
def corridor() -> World:
    return resolve(load_scenario("baseline_2024"))


def test_each_flow_of_the_corridor_is_in_a_market(corridor):
    own = {name for name, flow in corridor.flows.items() if flow.in_corridor_total and not flow.woken_by}
    empties = {"F13E"}  # empty boxes of 2023: no cargo that decides
    assert own - {name for market in corridor.markets.values() for name in market.flows} == empties


def test_what_has_no_source_reacts_in_no_headline_answer(corridor):
    unsourced = {id_ for id_, m in corridor.markets.items() if m.grade == "assumption"}
    assert unsourced == {id_ for id_, m in corridor.markets.items() if m.headline == "off"}
    assert {m.reacts for id_, m in corridor.markets.items() if id_ in unsourced} == {"ports", "ocean"}
