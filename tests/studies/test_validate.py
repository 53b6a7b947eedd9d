"""The base beside published outcomes: what a run gives, worked out by hand, and how it is judged."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sim.errors import InputError
from sim.network.tables import Observation
from sim.studies.validate.measure import measured
from sim.studies.validate.page import page
from sim.studies.validate.result import COLUMNS, judged, validation, without_run
from sim.studies.validate.run import validate

DAY, HOUR = pd.Timedelta(days=1), pd.Timedelta(hours=1)


def at(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz="UTC")


def outcome(quantity: str, unit: str, value: float = 10, **fields) -> Observation:
    given = {"source": "made up", "grade": "assumption", "year": 2024, "role": "independent"}
    return Observation(**given | {"quantity": quantity, "unit": unit, "value": value} | fields)


def call(vessel: str, number: int, port: str, arrive: str, **loads) -> dict[str, object]:
    start = at(arrive)
    return {
        "replication": 0,
        "service": "boats",
        "vessel": vessel,
        "call": number,
        "port": port,
        "arrive": start,
        "berthed": start + HOUR,
        "left": start + 5 * HOUR,
        "round_trip_h": np.nan if number < 2 else 48.0,
        "load_teu": 0,
        "load_wagons": 0,
        "load_trucks": 0,
        "load_t": 0,
    } | loads


@pytest.fixture
def run() -> SimpleNamespace:
    """Two ships between east and west in January 2024: 40 TEU west and 10 east by A, 20 west by B; one replication."""
    voyages = pd.DataFrame(
        [
            call("a/001", 0, "east", "2024-01-01", load_teu=40, load_t=400),
            call("a/001", 1, "west", "2024-01-02", load_teu=10, load_t=100),
            call("a/001", 2, "east", "2024-01-03"),
            call("b/001", 0, "east", "2024-01-08", load_teu=20),
            call("b/001", 1, "west", "2024-02-01", load_wagons=6, load_trucks=3),
        ]
    )
    days = pd.DataFrame(
        {
            "replication": [0, 0, 0],
            "facility": ["park", "park", "quota"],
            "day": [at("2024-11-01"), at("2024-11-02"), at("2024-11-02")],
            "busy_unit_h": [240.0, 480.0, 24.0],
            "queue_mean": [2.0, 3.0, 7.0],
        }
    )
    closures = pd.DataFrame(
        {"replication": [0], "facility": ["entry"], "from": [at("2023-12-31")], "to": [at("2024-01-03")]}
    )
    shipments = pd.DataFrame(
        {
            "replication": [0, 0, 0],
            "flow": ["F", "F", "B"],
            "reported": True,
            "landed": [at("2024-03-31 23:00"), at("2024-04-01"), at("2024-02-01")],
            "teu": [10, 20, 40],
            "tonnes": [1.0, 2.0, 4.0],
        }
    )
    passages = pd.DataFrame(
        {
            "replication": [0, 0, 0],
            "scope": "a->b (F)",
            "flow": "F",
            "set_out": [at("2024-01-31"), at("2024-01-31"), at("2024-01-01")],
            "hours": [12.0, 48.0, 24.0],
            "arrived": [True, True, False],
        }
    )
    costs = pd.DataFrame(
        {"replication": [0, 0], "flow": ["F", "F"], "component": ["rail", "time:moving"], "usd": [3_000.0, 500.0]}
    )
    resolved = {
        "flows": {
            "F": {"lot": 10, "train": 20, "in_corridor_total": True, "background": False},
            "B": {"lot": 40, "train": 0, "in_corridor_total": False, "background": False},
        },
        "fleets": {"a": {"service": "boats"}, "b": {"service": "boats"}},
        "facilities": {"park": {"kind": "yard"}, "quota": {"kind": "quota"}},
    }
    tables = {"voyages": voyages, "facilities": days, "closures": closures, "shipments": shipments}
    tables |= {"passages": passages, "costs": costs}
    return SimpleNamespace(replications=1, manifest={"resolved": resolved}, tables=list(tables), **tables)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (outcome("handled_teu", "TEU", to_node="west"), 40 + 10 + 20),  # all that came, and all that left
        (outcome("handled_teu", "TEU", to_node="west", months=(1, 1)), 40 + 10),
        (outcome("handled_teu", "TEU", to_node="west", places=("other",)), 0),
        (outcome("handled_wagons", "wagons", to_node="west"), 6),
        (outcome("wagons_per_call", "wagons", to_node="west"), 3),
        (outcome("tonnes_per_call", "t", to_node="west", months=(1, 1)), 500),
        (outcome("calls", "calls", to_node="east"), 3),
        (outcome("calls_per_month", "calls/month", to_node="east", months=(1, 2)), 1.5),
        (outcome("sailings_per_week", "calls/week", to_node="east", months=(1, 1)), 3 * 7 / 31),
        (outcome("wagons_per_day", "wagons/day", to_node="west", months=(2, 2)), 6 / 29),
        (outcome("boxes_aboard", "TEU", places=("a",)), 50),
        (outcome("share_aboard", "share", places=("a",)), 50 / 70),
        (outcome("round_trip", "d", places=("boats",)), 2),
        (outcome("port_time", "h", to_node="east"), 4),
        (outcome("waiting", "units", places=("park",), flows=("F",), months=(11, 11)), 20 + 3 * 10),
        (outcome("waiting", "units", places=("quota",), flows=("F",), months=(11, 11)), 7 * 10),
        (outcome("trains_waiting", "trains", places=("quota",), months=(11, 11)), 7),
        (outcome("trains_waiting", "trains", places=("quota",), months=(12, 12)), 0),
        (outcome("closed_days", "d", places=("entry",), months=(1, 1)), 2),
        (outcome("closed_share", "share", places=("entry",), months=(1, 1)), 2 / 31),
        (outcome("teu", "TEU", months=(1, 3)), 10),  # of the corridor's total, by the last instant of March
        (outcome("teu", "TEU", flows=("B", "F")), 70),
        (outcome("tonnes", "t", months=(4, 4)), 2),
        (outcome("trains", "trains", from_node="a", to_node="b", flows=("F",)), 1),
        (outcome("trains", "trains", from_node="a", to_node="b", flows=("F",), months=(2, 2)), 0.5),
        (outcome("charges", "USD/FEU", flows=("F",)), 2 * 3_000 / 30),
    ],
)
def test_what_a_run_gives_by_hand(run, row, expected):
    assert measured(run, row) == pytest.approx([expected])


def rated(row: Observation, *values: float, role: str = "independent"):
    return judged("O1", row, np.array(values), role=role, rests_on="", scenario="s", run_id="r")


@pytest.mark.parametrize(
    ("row", "model", "verdict", "deviation"),
    [
        (outcome("calls", "calls", 10, to_node="p"), 11.0, "hit", 0.1),
        (outcome("calls", "calls", 10, to_node="p"), 11.9, "near", 0.19),
        (outcome("calls", "calls", 10, to_node="p"), 12.1, "miss", 0.21),
        (outcome("calls", "calls", 10, to_node="p", tolerance=0.3), 12.1, "hit", 0.21),
        (outcome("calls", "calls", 10, to_node="p", low=9.9, high=10.1), 10.5, "near", 10.5 / 10.1 - 1),
        (outcome("calls", "calls", 10, to_node="p", low=8, high=20), 19.0, "hit", 0.0),
        (outcome("calls", "calls", 30, to_node="p", low=30), 45.0, "hit", 0.0),
        (outcome("calls", "calls", 30, to_node="p", low=30), 23.0, "miss", 23 / 30 - 1),
    ],
)
def test_hit_near_miss(row, model, verdict, deviation):
    found = rated(row, model)
    assert (found.verdict, found.deviation) == (verdict, pytest.approx(deviation))


def test_what_the_run_is_built_on_is_never_counted():
    row = outcome("calls", "calls", 10, to_node="p")
    rows = [rated(row, 10.0, role=role) for role in ("input", "fitted", "independent", "out of sample")]
    found = validation(rows, ["s"], 1, 1)
    assert [(score.role, score.hit) for score in found.scores] == [("independent", 1), ("out of sample", 1)]


def test_no_verdict_without_a_run_or_on_another_scope():
    row = outcome("calls", "calls", 10, to_node="p", differs="all ships of the port")
    assert (rated(row, 10.0).verdict, rated(row, 10.0).why) == ("not comparable", "all ships of the port")
    assert without_run("O1", row, "independent", "").why == "no run stands for 2024 as it ran"
    assert rated(outcome("calls", "calls", 10, to_node="p"), np.nan).why == "the run has nothing of it"
    assert rated(outcome("calls", "calls", 10, to_node="p"), np.inf).verdict == "miss"


def test_an_outcome_is_stored_flat():
    stored = rated(outcome("calls", "calls", 10, to_node="p", low=8, months=(1, 3)), 9.0, 11.0).as_json()
    assert tuple(stored) == COLUMNS
    assert (stored["id"], stored["value"], stored["low"], stored["high"], stored["months"]) == (
        "O1",
        10,
        8,
        None,
        [1, 3],
    )
    assert (stored["model"], stored["replications"], stored["verdict"]) == (10.0, 2, "hit")


def test_misses_come_first_and_the_score_stands_on_top():
    rows = [rated(outcome("calls", "calls", v, to_node="p", earlier_base=10), 10.0) for v in (10, 30)]
    text = page(validation(rows, ["s"], 1, 7)).markdown()
    assert text.index("## Missed: 1") < text.index("## Hit: 1")
    assert "in all: 1 hit, 0 near, 1 missed (the base before, on the same roles: 1 hit, 0 near, 1 missed)" in text


def test_a_scenario_that_stands_for_no_year_is_refused():
    with pytest.raises(InputError, match="barriers_only stands for no year as it ran; it needs base_year"):
        validate(["barriers_only"])


def test_what_is_missed_says_why_and_what_would_decide_it():
    why = "the ships of that year are not known; a list of them would decide it"
    rows = [rated(outcome("calls", "calls", v, to_node="p", why_missed=why), 10.0) for v in (10, 30)]
    text = page(validation(rows, ["s"], 1, 7)).markdown()
    assert text.count(why) == 1  # of the one that is missed
    assert text.index("## Missed: 1") < text.index(why) < text.index("## Hit: 1")
