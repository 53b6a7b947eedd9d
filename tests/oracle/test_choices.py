"""Choices among ways: shares, the multinomial logit, least recent time, and ways that leave the corridor."""

from collections import Counter
from datetime import date

import numpy as np
import pandas as pd
from scipy import stats

from sim.analysis.balance import balance_rows
from sim.analysis.kpis import kpis
from sim.analysis.ledger import ledger
from sim.engine.reading import branches
from sim.results.records import run_info
from tests.oracle.statistics import FALSE_ALARM
from tests.oracle.world import departures, model, run, set_out_at

HOUR = 3600
PERIOD = {"start": "2025-01-01", "end": "2025-01-31", "run_out": "30 d"}


def fork(ways: list[dict], choice: dict, count: int, hours: dict[str, float], **flow: object) -> dict:
    """From a to d by b or by c; ``hours`` by each middle place, the half on each of its two links."""
    links = {}
    for middle, h in hours.items():
        for x, y in (("a", middle), (middle, "d")):
            links[x + y] = {"from": x, "to": y, "length_km": h * 10, "speed_kmh": 20}
    return {
        "nodes": {"a": {}, **{m: {} for m in hours}, "d": {}}, "links": links,
        "flows": {"F": {"origin": "a", "destination": "d", "modes": ["road"], "ways": ways, "choice": choice,
                        "quantity_per_year": departures(count), **flow}},
    }  # fmt: skip


def chosen(result) -> list[int]:
    """The branch of each lot, in order of lots."""
    return branches(result.plan, result.luck, result.trace).tolist()


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
    result = run(built, luck=set_out_at(built, {"F": [0, 3 * HOUR, 5 * HOUR, 9 * HOUR]}))
    assert chosen(result) == [0, 0, 1, 1]


def test_recent_time_is_the_mean_of_as_many_journeys_as_said(tmp_path):
    """By b journeys take 1 h when alone; two at once make 1 h and 3 h, a mean of 2 h, more than the 1.5 h by c."""
    ways = [{"name": "b", "via": ["b"]}, {"name": "c", "via": ["c"]}]
    tables = fork(ways, {"rule": "recent", "memory": 2}, 4, {"b": 1, "c": 1.5})
    tables["facilities"] = {"gate": {"node": "b"}}
    tables["processes"] = {"gate": {"node": "b", "facility": "gate", "duration": "2 h", "share": 1}}
    built = model(tmp_path, tables, **PERIOD)
    result = run(built, luck=set_out_at(built, {"F": [0, 0, HOUR, 10 * HOUR]}))
    # two by b take 3 h and 5 h: known at 5 h; until then free flow says b
    assert chosen(result) == [0, 0, 0, 1]


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
    book = ledger(result.plan, result.luck, result.trace, info.flows, date(2025, 1, 1))
    out = Counter(chosen(result))[1]
    assert 0 < out < 60
    balance = {(k, s): v for k, s, _, v, _ in balance_rows(book)}
    said = {line: balance[f"balance_{line}_lots", "all"] for line in ("in", "out", "diverted", "end", "lost")}
    assert said == {"in": 60 - out, "out": 60 - out, "diverted": out, "end": 0, "lost": 0}
    table: pd.DataFrame = kpis(book)
    value = table[table["year"] == 0].set_index(["kpi", "scope"])["value"]
    assert value["volume_lots", "F"] == value["transit_lots", "F"] == 60 - out
    assert value["transit_p95", "F"] * 24 == 2
    assert {result.journey_s()[lot] / HOUR for lot, way in enumerate(chosen(result)) if way == 1} == {40.0}
