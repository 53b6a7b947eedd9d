"""What a run would draw is estimated before it is drawn, within a factor of two, and refused beyond the limit."""

from __future__ import annotations

import time

import pytest

from sim.errors import InputError, memory_bytes
from sim.model import size
from sim.model.build import build
from sim.model.feasibility import refuse_impossible
from sim.model.size import OF_CALL, OF_DURATION, OF_LOT, OF_ROW
from sim.runs.prepare import prepare
from sim.runs.worker import simulate


def refusal(*changes: str) -> str:
    with pytest.raises(InputError) as told:
        refuse_impossible(build(prepare("tutorial", changes)))
    return str(told.value)


def arrays_bytes(of: object) -> int:
    return sum(value.nbytes for value in vars(of).values() if hasattr(value, "nbytes"))


@pytest.mark.parametrize("scenario", ["tutorial", pytest.param("baseline_2024", marks=pytest.mark.slow)])
def test_the_estimate_is_within_a_factor_of_two_of_what_is_measured(scenario):
    """Shipments and calls of vessels: bytes of the drawn arrays and of the trace with its copy by columns."""
    model = build(prepare(scenario))
    draws, trace = simulate(model, "compiled" if scenario != "tutorial" else "reference", 0)
    measured = arrays_bytes(draws) + arrays_bytes(trace) + arrays_bytes(trace.by_columns())
    estimated = sum(part.nbytes for part in size.parts(model) if part.what in ("shipments", "calls of vessels"))
    assert measured / 2 < estimated < 2 * measured
    assert min(OF_LOT, OF_DURATION, OF_ROW, OF_CALL) > 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (["facilities.east_cranes.outages={up: 1 min, down: 1 min}"], "outages: makes some 19,260,848 breakdowns"),
        (
            ["facilities.east_cranes.capacity=1000000", "facilities.east_cranes.outages={up: 100 d, down: 1 d}"],
            "breakdowns; allowed: 5,000,000",
        ),
        (["flows.W1.quantity_per_year=1e12"], "flows.W1.quantity_per_year: makes"),
        (["flows.W1.quantity_per_year=180000000", "period.end=2083-12-31"], "flows.W1.quantity_per_year: makes some"),
        (["weather.storms.spell=10 min", "weather.storms.scale=3.2", "period.end=2090-12-31"], "storms; allowed"),
    ],
)
def test_what_no_computer_holds_is_refused_by_name_and_at_once(changes, words):
    begun = time.process_time()
    assert words in refusal(*changes)
    assert time.process_time() - begun < 10


def test_a_fleet_of_thousands_is_laid_out_in_time_that_grows_with_it():
    begun = time.process_time()
    model = build(prepare("tutorial", ["fleets.feeders.count=[{value: 30000}, {from: 2024-01-15, value: 0}]"]))
    assert len({ship.name for ship in model.ships}) == 30_000
    assert time.process_time() - begun < 10


def test_a_ship_that_comes_again_has_another_name():
    changes = ["fleets.feeders.count=[{value: 2}, {from: 2024-01-15, value: 1}, {from: 2024-02-01, value: 2}]"]
    names = [ship.name for ship in build(prepare("tutorial", changes)).ships]
    assert names == ["feeders/001", "feeders/002", "feeders/002/2"]


def test_the_limit_is_declared_in_words(monkeypatch):
    assert [memory_bytes(t) for t in ("8GB", "500 MB", "1.5gib", "1TB")] == [8e9, 5e8, 1.5e9, 1e12]
    for wrong in ("8", "GB", "-1GB", "0GB", "many", "1e9GB", "8 GBs"):
        with pytest.raises(InputError, match="is not an amount of memory; write it as 8GB"):
            memory_bytes(wrong)
    monkeypatch.setenv("CORRIDOR_MEMORY", "1MB")
    assert "allowed: 0.001 GB ('--memory' declares another limit)" in refusal()
