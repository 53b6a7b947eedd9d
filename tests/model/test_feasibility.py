"""What must end in waiting for ever is refused before the run, with its reason and its place."""

import pytest

from sim.errors import InputError
from sim.model.feasibility import refuse_impossible
from tests.oracle.line import line
from tests.oracle.world import departures, model

PERIOD = {"start": "2025-01-01", "end": "2025-01-10"}


def refused(folder, tables):
    with pytest.raises(InputError) as caught:
        refuse_impossible(model(folder, tables, **PERIOD))
    return [problem.message for problem in caught.value.problems]


def one_gate(facility, duration="1 h"):
    return line([("gate", facility, {"duration": duration})], {"F": {"quantity_per_year": departures(3)}})


def test_a_gate_without_an_open_day_is_refused(tmp_path):
    hours = {"open": "08:00", "close": "18:00", "zone": "UTC", "weekdays": []}
    assert refused(tmp_path, one_gate({"hours": hours})) == [
        "facilities.gate: is needed but never open in the run (hours); who comes waits for ever"
    ]


def test_a_closure_over_the_whole_run_is_refused(tmp_path):
    closure = {"from_day": "2024-12-01", "to_day": "2025-03-01", "cause": "works"}
    assert refused(tmp_path, one_gate({"closures": [closure]})) == [
        "facilities.gate: is needed but never open in the run (closures); who comes waits for ever"
    ]


@pytest.mark.parametrize("policy", ["not_started", "restart"])
def test_work_that_fits_into_no_opening_is_refused(tmp_path, policy):
    hours = {"open": "08:00", "close": "09:00", "zone": "UTC"}
    assert refused(tmp_path, one_gate({"hours": hours, "on_closure": policy}, "2 h")) == [
        "facilities.gate: opens for 60 min at most, but 'process/gate' takes 2.0 h at least and closing does not let"
        f" it end (on_closure: {policy})"
    ]


def test_work_that_is_resumed_or_just_fits_is_not_refused(tmp_path):
    hours = {"open": "08:00", "close": "09:00", "zone": "UTC"}
    for policy, duration in (("suspend", "2 h"), ("not_started", "1 h")):
        gate = one_gate({"hours": hours, "on_closure": policy}, duration)
        refuse_impossible(model(tmp_path / policy, gate, **PERIOD))


def test_what_is_taken_must_find_a_way_back(tmp_path):
    stock = {"kind": "stock", "unit": "teu", "pool": "flats"}
    tables = line([], {"F": {"quantity_per_year": departures(3)}})
    tables["facilities"] = {
        "here": {"node": "a", "capacity": 9, **stock},
        "there": {"node": "b", "capacity": 0, **stock},
    }
    tables["processes"] = {
        "take": {"node": "a", "action": "acquire", "facility": "here", "units": "load"},
        "leave": {"node": "b", "action": "release", "facility": "there", "units": "load"},
    }
    assert refused(tmp_path, tables) == [
        "flows.F: takes from 'here' what ends at 'there', from where nothing returns; add 'idle_wait' to 'there' and a"
        " flow 'woken_by' it"
    ]


def test_a_line_with_less_than_one_train_in_68_years_is_refused(tmp_path):
    tables = line([], {"F": {"modes": ["rail"], "train": 1, "formation_wait": "1 h", "quantity_per_year": 900}})
    tables["links"] = {"ab": {"from": "a", "to": "b", "mode": "rail", "tracks": 2, "trains_per_day": 1e-5}}
    assert refused(tmp_path, tables) == [
        "links.ab: trains_per_day is less than one train in 68 years; a closed link is 'in_service: false'"
    ]


def test_breakdowns_that_take_no_time_are_refused(tmp_path):
    assert refused(tmp_path, one_gate({"outages": {"up": "0 s", "down": "0 s"}})) == [
        "facilities.gate.outages.up: is 0 s; allowed: 1 min or more",
        "facilities.gate.outages.down: is 0 s; allowed: 1 min or more",
    ]


def test_a_folder_without_flows_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"flows\.yaml: flows: there is none, so nothing moves"):
        refuse_impossible(model(tmp_path, {**one_gate({}), "flows": {}}, **PERIOD))
