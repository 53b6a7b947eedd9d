"""Choices among ways: shares, the multinomial logit, least recent time, and ways that leave the corridor."""

from collections import Counter
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim.analysis.balance import balance_rows
from sim.analysis.kpis import Views, kpis
from sim.analysis.ledger import ledger
from sim.analysis.records import run_info
from sim.contract.plan import Kind
from sim.contract.reading import branches
from sim.errors import InputError
from sim.model.build import build
from sim.model.draws import Model
from sim.network.consistency import ways_are_chosen
from sim.network.world import World, resolve
from sim.scenario.load import load_scenario
from tests.oracle.statistics import FALSE_ALARM
from tests.oracle.world import departures, model, run, set_out_at, write

HOUR = 3600
PERIOD = {"start": "2025-01-01", "end": "2025-01-31", "run_out": "30 d"}


def fork(ways: list[dict], choice: dict, count: int, hours: dict[str, float], **flow: object) -> dict:
    """From a to d by b or by c; ``hours`` by each middle place, the half on each of its two links."""
    links = {}
    for middle, h in hours.items():
        for x, y in (("a", middle), (middle, "d")):
            links[x + y] = {"from": x, "to": y, "length_km": h * 10, "speed_kmh": 20}
    return {
        "nodes": {"a": {}, **{m: {} for m in hours}, "d": {}},
        "links": links,
        "flows": {
            "F": {
                "origin": "a",
                "destination": "d",
                "modes": ["road"],
                "ways": ways,
                "choice": choice,
                "quantity_per_year": departures(count),
                **flow,
            }
        },
    }


def chosen(result) -> list[int]:
    """The branch of each lot, in order of lots."""
    return branches(result.plan, result.draws, result.trace).tolist()


def test_shares_are_kept(tmp_path):
    """Of 4000 lots 3 in 10 go by c: the count is binomial, and so within the quantiles for a stated false alarm."""
    ways = [{"name": "b", "via": ["b"], "share": 7}, {"name": "c", "via": ["c"], "share": 3}]
    result = run(model(tmp_path, fork(ways, {"rule": "share"}, 4000, {"b": 1, "c": 1}), **PERIOD))
    low, high = stats.binom.ppf([FALSE_ALARM / 2, 1 - FALSE_ALARM / 2], 4000, 0.3)
    assert low <= sum(chosen(result)) <= high
    assert high - low < 0.15 * 4000  # a test that would accept anything is no test


def test_a_share_of_nothing_is_never_chosen(tmp_path):
    ways = [{"name": "b", "via": ["b"], "share": 0}, {"name": "c", "via": ["c"], "share": 1}]
    result = run(model(tmp_path, fork(ways, {"rule": "share"}, 50, {"b": 1, "c": 1}), **PERIOD))
    assert chosen(result) == [1] * 50


def test_the_way_chosen_is_the_way_gone(tmp_path):
    """Journeys by b take 2 h, by c 6 h; the destination of a way may be another."""
    ways = [{"name": "b", "via": ["b"], "share": 1}, {"name": "c", "destination": "c", "share": 1}]
    result = run(model(tmp_path, fork(ways, {"rule": "share"}, 100, {"b": 2, "c": 6}), **PERIOD))
    hours = {result.journey_s()[lot] / HOUR for lot, way in enumerate(chosen(result)) if way == 0}
    assert hours == {2.0}
    assert {result.journey_s()[lot] / HOUR for lot, way in enumerate(chosen(result)) if way == 1} == {3.0}


def test_logit_on_fixed_times_is_the_multinomial_formula(tmp_path):
    """exp(-t / scale) over their sum, for three ways of 1, 2 and 4 hours and a scale of 2 h (chi-square test)."""
    hours, count = {"b": 1, "c": 2, "e": 4}, 6000
    ways = [{"name": m, "via": [m]} for m in hours]
    tables = fork(ways, {"rule": "logit", "scale": "2 h", "memory": 1}, count, hours)
    result = run(model(tmp_path, tables, **PERIOD))
    weight = np.exp(-np.array(list(hours.values())) / 2)
    seen = np.bincount(chosen(result), minlength=3)
    assert stats.chisquare(seen, count * weight / weight.sum()).pvalue > FALSE_ALARM
    other = np.exp(-np.array(list(hours.values())) / 1)  # twice the weight of time would be noticed
    assert stats.chisquare(seen, count * other / other.sum()).pvalue < FALSE_ALARM


def test_the_least_recent_time_wins_and_ties_go_to_the_first(tmp_path):
    """Both ways take 1 h at free flow; work of 3 h on b is found out by the first lot, and c is taken from then on."""
    ways = [{"name": "b", "via": ["b"]}, {"name": "c", "via": ["c"]}]
    tables = fork(ways, {"rule": "recent", "memory": 1}, 4, {"b": 1, "c": 1})
    tables["processes"] = {"slow": {"node": "b", "duration": "3 h"}}
    built = model(tmp_path, tables, **PERIOD)
    result = run(built, draws=set_out_at(built, {"F": [0, 3 * HOUR, 5 * HOUR, 9 * HOUR]}))
    assert chosen(result) == [0, 0, 1, 1]


def test_recent_time_is_the_mean_of_as_many_journeys_as_said(tmp_path):
    """By b journeys take 1 h when alone; two at once make 1 h and 3 h, a mean of 2 h, more than the 1.5 h by c."""
    ways = [{"name": "b", "via": ["b"]}, {"name": "c", "via": ["c"]}]
    tables = fork(ways, {"rule": "recent", "memory": 2}, 4, {"b": 1, "c": 1.5})
    tables["facilities"] = {"gate": {"node": "b"}}
    tables["processes"] = {"gate": {"node": "b", "facility": "gate", "duration": "2 h", "share": 1}}
    built = model(tmp_path, tables, **PERIOD)
    result = run(built, draws=set_out_at(built, {"F": [0, 0, HOUR, 10 * HOUR]}))
    # two by b take 3 h and 5 h: known at 5 h; until then free flow says b
    assert chosen(result) == [0, 0, 0, 1]


def test_only_the_time_before_the_ways_meet_is_compared(tmp_path):
    """By b to d takes 2 h, by c 3 h; a day's work at d tells nothing about b. A lot is done only at e."""
    ways = [{"name": "b", "via": ["b"]}, {"name": "c", "via": ["c"]}]
    tables = fork(ways, {"rule": "recent", "memory": 1}, 3, {"b": 2, "c": 3})
    tables["nodes"]["e"] = {}
    tables["links"]["de"] = {"from": "d", "to": "e"}
    tables["flows"]["F"]["destination"] = "e"
    tables["processes"] = {"work": {"node": "d", "duration": "24 h"}}
    built = model(tmp_path, tables, **PERIOD)
    assert built.plan.choices.start_s.tolist() == [2 * HOUR, 3 * HOUR]
    result = run(built, draws=set_out_at(built, {"F": [0, 3 * HOUR, 60 * HOUR]}))
    assert chosen(result) == [0, 0, 0]
    assert set(result.journey_s().values()) == {2 * HOUR + 24 * HOUR + 1}


def test_a_train_tells_of_its_lots_where_the_ways_meet(tmp_path):
    """Two lots make a train on either way; by b it takes 5 h, not the 2 h of free flow, so the next go by c (3 h)."""
    ways = [{"name": "b", "via": ["b"]}, {"name": "c", "via": ["c"]}]
    tables = fork(ways, {"rule": "recent", "memory": 2}, 4, {"b": 2, "c": 3}, modes=["rail"], train=2)
    tables["nodes"]["e"] = {}
    tables["links"]["de"] = {"from": "d", "to": "e"}
    for link in tables["links"].values():
        link |= {"mode": "rail", "gauge_mm": 1520, "tracks": 2}
    tables["flows"]["F"]["destination"] = "e"
    tables["processes"] = {
        "slow": {"node": "b", "duration": "3 h", "scope": "train"},
        "work": {"node": "d", "duration": "24 h", "scope": "train"},
    }
    built = model(tmp_path, tables, **PERIOD)
    result = run(built, draws=set_out_at(built, {"F": [0, 0, 6 * HOUR, 6 * HOUR]}))  # the first is not yet at e
    assert chosen(result) == [0, 0, 1, 1]
    assert len({int(train) for train in result.trace.column("members", "train")}) == 2


def test_choices_by_share_pass_no_meeting(tmp_path):
    ways = [{"name": "b", "via": ["b"], "share": 1}, {"name": "c", "via": ["c"], "share": 1}]
    built = model(tmp_path, fork(ways, {"rule": "share"}, 2, {"b": 1, "c": 1}), **PERIOD)
    assert Kind.MEET not in built.plan.operations.kind


def test_a_closed_way_is_taken_from_its_opening_on(tmp_path):
    """A line that opens on the 10th: before, all go by b; from then on by the shorter way."""
    ways = [{"name": "b", "via": ["b"]}, {"name": "c", "via": ["c"]}]
    tables = fork(ways, {"rule": "recent", "memory": 1}, 1, {"b": 3, "c": 2}, arrivals="regular")
    for link in ("ac", "cd"):
        tables["links"][link]["in_service"] = [{"value": False}, {"from": "2025-01-10", "value": True}]
    tables["flows"]["F"]["quantity_per_year"] = 365  # one each noon
    result = run(model(tmp_path, tables, **PERIOD))
    assert [result.journey_s()[lot] / HOUR for lot in range(31)] == [3.0] * 9 + [2.0] * 22
    for link in ("ac", "cd"):
        tables["links"][link]["in_service"] = False  # planned, but not in this run
    assert len(model(tmp_path / "planned", tables, **PERIOD).plan.choices.target) == 1
    del tables["links"]["ac"], tables["links"]["cd"]
    with pytest.raises(InputError, match="no way from 'a' to 'c'"):
        model(tmp_path / "missing", tables, **PERIOD)


def test_the_memory_outlives_changes_elsewhere(tmp_path):
    """A line far away opens: it is the same choice, with what its lots have learned."""
    ways = [{"name": "b", "via": ["b"]}, {"name": "c", "via": ["c"]}]
    tables = fork(ways, {"rule": "recent", "memory": 1}, 3, {"b": 1, "c": 2})
    tables["links"]["bc"] = {
        "from": "b",
        "to": "c",
        "speed_kmh": 0.001,
        "in_service": [{"value": False}, {"from": "2025-01-10", "value": True}],
    }
    tables["flows"]["F"]["quantity_per_year"] = 40
    built = model(tmp_path, tables, **PERIOD)
    assert sum(built.plan.operations.kind == Kind.CHOOSE) == 1
    tables["links"]["ab"]["length_km"] = [{"value": 10}, {"from": "2025-01-10", "value": 11}]
    assert sum(model(tmp_path / "same", tables, **PERIOD).plan.operations.kind == Kind.CHOOSE) == 1


# -- money


def priced(tables: dict, carriage: float = 0.25, value_of_time: float = 24.0) -> dict:
    """The same with a price for carriage and for time: 24 USD a TEU and day are 1 USD an hour."""
    say = {"cargo": ["TEU"]}
    tariffs = {"road": {"component": "road", "value": carriage, "unit": "USD/TEU-km", **say}}
    if value_of_time:
        tariffs["time"] = {"component": "time", "value": value_of_time, "unit": "USD/TEU-day", **say}
    return {**tables, "tariffs": tariffs}


def test_the_price_of_a_way_counts_as_time(tmp_path):
    """By b 2 h and 40 km, and a toll later; by c 4 h and 80 km.

    By hand, for a lot of 3 TEU: carriage at 0.25 USD a TEU-km costs 30 USD by b and 60 USD by c. An hour of 3 TEU is
    worth 3 USD, so that c is 30 / 3 = 10 h dearer: 4 h + 10 h against 2 h. A toll of 14 USD a TEU on the b side
    (a border's documents, 14 x 3 = 42 USD) makes b the dearer by 12 USD = 4 h: 2 h + 4 h against 4 h, so c wins.
    """
    ways = [{"name": "b", "via": ["b"]}, {"name": "c", "via": ["c"]}]
    tables = priced(fork(ways, {"rule": "recent", "memory": 1, "money": True}, 6, {"b": 2, "c": 4}, lot=3))
    built = model(tmp_path / "free", tables, **PERIOD)
    assert costs(built) == [[0, 10 * HOUR]] * 2
    assert chosen(run(built)) == [0, 0]
    tables["nodes"]["b"]["country"] = "AZ"  # two borders of 7 USD on the side of AZ; the other side pays nothing
    tables["tariffs"] |= {
        "toll": {"component": "documents", "countries": ["AZ"], "value": 7, "unit": "USD/TEU"},
        "none": {"component": "documents", "countries": ["KZ"], "value": 0, "unit": "USD/TEU"},
    }
    built = model(tmp_path / "toll", tables, **PERIOD)
    assert costs(built) == [[4 * HOUR, 0]] * 2
    assert chosen(run(built)) == [1, 1]
    tables["flows"]["F"]["choice"]["value_of_time"] = 72.0  # three times: the toll weighs 4 / 3 h, less than the 2 h
    built = model(tmp_path / "hasty", tables, **PERIOD)
    assert costs(built) == [[HOUR * 4 // 3, 0]] * 2
    assert chosen(run(built)) == [0, 0]


def test_prices_of_the_day_of_setting_out_count(tmp_path):
    ways = [{"name": "b", "via": ["b"]}, {"name": "c", "via": ["c"]}]
    tables = priced(fork(ways, {"rule": "recent", "memory": 1, "money": True}, 2, {"b": 2, "c": 4}))
    tables["tariffs"]["road"]["value"] = [{"value": 0.25}, {"from": "2025-01-10", "value": 0.125}]
    built = model(tmp_path, tables, **PERIOD)
    draws = set_out_at(built, {"F": [0, 15 * 24 * HOUR]})
    assert built.operations[built.plan.operations.name.index("choose/F/2025-01-01")].choosing.money_s == (
        (0, (0, 10 * HOUR)),
        (9 * 24 * HOUR, (0, 5 * HOUR)),
    )
    assert draws.n_lot == 2


def test_logit_weighs_money_and_time_alike(tmp_path):
    """1 h and 20 km against 2 h and 40 km at 0.05 USD a km: a difference of 1 h + 1 h, and a scale of 2 h: e to one."""
    ways = [{"name": m, "via": [m]} for m in ("b", "c")]
    choice = {"rule": "logit", "scale": "2 h", "memory": 1, "money": True}
    result = run(model(tmp_path, priced(fork(ways, choice, 4000, {"b": 1, "c": 2}), 0.05), **PERIOD))
    weight = np.exp(-np.array([1 + 1, 2 + 2]) / 2)
    seen = np.bincount(chosen(result), minlength=2)
    assert stats.chisquare(seen, 4000 * weight / weight.sum()).pvalue > FALSE_ALARM
    without = np.exp(-np.array([1, 2]) / 2)
    assert stats.chisquare(seen, 4000 * without / without.sum()).pvalue < FALSE_ALARM


def test_an_outside_way_has_a_price_of_its_own(tmp_path):
    """By b 2 h and 40 km at 0.25 USD; outside 1 h and 5 USD a TEU: 10 - 5 USD are 5 h, so that lots leave."""
    ways = [{"name": "b", "via": ["b"]}, {"name": "ocean", "outside": "1 h", "price": 5}]
    built = model(tmp_path, priced(fork(ways, {"rule": "recent", "money": True}, 2, {"b": 2})), **PERIOD)
    assert costs(built) == [[5 * HOUR, 0]] * 2
    assert chosen(run(built)) == [1, 1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tariffs": {}}, "no tariff gives TEU a value of time"),
        ({"time_only": True}, "way 'b' has no price for road at KZ for TEU"),
        ({"choice": {"rule": "share", "money": True}}, "money does not count in a choice by share"),
        ({"choice": {"rule": "recent", "value_of_time": 5}}, "'value_of_time' says nothing without 'money: true'"),
        ({"ocean": {"outside": "1 h"}}, "way 'ocean' leaves the corridor: say its 'price'"),
        ({"ocean": {"via": ["b"], "price": 5}}, "only a way outside the corridor has a 'price'"),
    ],
)
def test_money_without_prices_is_refused(tmp_path, change, message):
    """An unknown price is no price of nothing."""
    ways = [{"name": "b", "via": ["b"], "share": 1}, {"name": "c", "via": ["c"], "share": 1}]
    if "ocean" in change:
        ways.append({"name": "ocean", "share": 1, **change["ocean"]})
    tables = priced(fork(ways, change.get("choice", {"rule": "recent", "money": True}), 2, {"b": 2, "c": 4}))
    tables |= {"tariffs": change["tariffs"]} if "tariffs" in change else {}
    if "time_only" in change:
        del tables["tariffs"]["road"]
    world = resolve(load_scenario(str(write(tmp_path, tables, **PERIOD))))
    with pytest.raises(InputError, match=message) as raised:
        build_checked(world)
    assert all("flows.yaml" in str(problem.file) for problem in raised.value.problems)


def build_checked(world: World) -> Model:
    """As the command does: rules first, then the programs."""
    if problems := list(ways_are_chosen(world)):
        raise InputError(problems)
    return build(world)


def costs(built: Model) -> list[list[int]]:
    """The drawn part of the costs of each lot's branches, seconds."""
    draws = built.draw(0)
    first = built.plan.programs.ptr[draws.lot_program]
    at = draws.lot_draw + built.plan.programs.draw[first]
    width = len(built.plan.choices.target)
    return [draws.move_s[a : a + width].tolist() for a in at]


def test_lots_that_set_out_together_choose_alike(tmp_path):
    ways = [{"name": "b", "via": ["b"], "share": 1}, {"name": "c", "via": ["c"], "share": 1}]
    tables = fork(ways, {"rule": "share"}, 120, {"b": 1, "c": 1}, lots_together=3)
    result = run(model(tmp_path, tables, **PERIOD))
    by_three = np.array(chosen(result)).reshape(-1, 3)
    assert (by_three == by_three[:, :1]).all()
    assert set(by_three[:, 0]) == {0, 1}


def test_lots_that_leave_the_corridor_are_diverted(tmp_path):
    """Half go outside: they use nothing here, count neither as transit nor as volume, and the balance closes."""
    ways = [{"name": "b", "via": ["b"], "share": 1}, {"name": "ocean", "share": 1, "outside": "40 h"}]
    tables = fork(ways, {"rule": "share"}, 60, {"b": 2}, in_corridor_total=True)
    built = model(tmp_path, tables, **PERIOD)
    result = run(built)
    info = run_info(built.world)
    book = ledger(result.plan, result.draws, result.trace, info.flows, date(2025, 1, 1))
    out = Counter(chosen(result))[1]
    assert 0 < out < 60
    balance = {(k, s): v for k, s, _, v, *_ in balance_rows(book)}
    said = {line: balance[f"balance_{line}_lots", "all"] for line in ("in", "out", "diverted", "end", "lost")}
    assert said == {"in": 60 - out, "out": 60 - out, "diverted": out, "end": 0, "lost": 0}
    table: pd.DataFrame = kpis(Views(book))
    value = table[table["year"] == 0].set_index(["kpi", "scope"])["value"]
    assert value["volume_lots", "F"] == value["transit_lots", "F"] == 60 - out
    assert value["transit_p95", "F"] * 24 == 2
    assert {result.journey_s()[lot] / HOUR for lot, way in enumerate(chosen(result)) if way == 1} == {40.0}
