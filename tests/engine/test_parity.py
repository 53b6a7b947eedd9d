"""Both engines leave the same trace, row for row, and raise the same errors with the same words.

The oracle tests hold for both engines too: ``tests.oracle.world.run`` insists on one trace.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from sim.clock import LONGEST_CLOCK_S
from sim.contract.draws import Draws
from sim.contract.plan import Plan
from sim.contract.trace import digest
from sim.engine.compiled import codes, compilation, tables
from sim.engine.compiled import simulation as compiled
from sim.engine.reference import simulation as reference
from sim.errors import DeadlockError, DrawsExhausted, RunError
from sim.model.build import build
from sim.model.draws import Model
from sim.runs import engines, notices
from sim.runs.prepare import prepare
from sim.scenario.listing import list_scenarios
from sim.scenario.load import load_scenario
from tests.oracle.sea import sea
from tests.oracle.test_stocks import lots as one_after_the_other
from tests.oracle.test_stocks import railway
from tests.oracle.world import departures, model, set_out_at, simulate_on_both
from tests.property import networks

CASES = sorted(Path(networks.__file__).parent.glob("cases/*.json"))
#: Days of the library's scenarios, with what leads up to them.
SHORT = (1, "period.warm_up=8 d", "period.run_out=2 d")
#: Scenarios that have between them what any has; the others are run by `make test-slow`.
QUICK = ("baseline_2023", "baseline_2025", "closed_cycle", "rivals_closed", "roadmap_2022_2027", "storm_winter")
LONG = (30, "period.warm_up=60 d", "period.run_out=30 d")
TRIES = settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def same_error(plan: Plan, draws: Draws, kind: type[RunError]) -> str:
    """Both engines raise this error with the same words, which are returned."""
    said = []
    for engine in (reference, compiled):
        with pytest.raises(kind) as error:
            engine.simulate(plan, draws)
        said.append(str(error.value))
    assert said[0] == said[1]
    return said[0]


@pytest.fixture(scope="module")
def tutorial() -> Model:
    return build(prepare("tutorial"))


def test_tutorial(tutorial):
    for replication in range(3):
        assert len(simulate_on_both(tutorial.plan, tutorial.draw(replication)).rows) > 1_000


def library() -> list[Any]:
    """Every scenario for a month, a few of them for a day."""
    names = sorted(entry.name for entry in list_scenarios() if entry.name != "tutorial")
    assert set(QUICK) <= set(names)
    months = [pytest.param(name, LONG, marks=pytest.mark.slow, id=f"{name}-long") for name in names]
    return [pytest.param(name, SHORT, id=f"{name}-short") for name in QUICK] + months


@pytest.mark.parametrize(("name", "days"), library())
def test_library(name, days):
    end = load_scenario(name).period_start + timedelta(days=days[0])
    built = build(prepare(name, (f"period.end={end}", *days[1:])))
    draws = built.draw(0, voyages=4)  # a short run with much demand needs more journeys home than are drawn at first
    trace = simulate_on_both(built.plan, draws)
    assert len(trace.lots) > 1_000


@TRIES
@given(networks.networks())
def test_random_networks(network):
    assert_same_network(network)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_cases_that_once_failed(case):
    assert_same_network(json.loads(case.read_text("utf-8")))


def assert_same_network(network: networks.Network) -> None:
    with tempfile.TemporaryDirectory() as folder:
        built, draws = networks.build(Path(folder), network)
    with contextlib.suppress(DeadlockError):
        simulate_on_both(built.plan, draws)


@pytest.fixture
def hardly_any_room(monkeypatch) -> Counter[int]:
    """Tables begin with room for hardly more than one action; counts by status how often some grew with content."""
    in_use = {
        codes.EVENTS_FULL: "n_events",
        codes.CAUSED_FULL: "n_caused",
        codes.WORKS_FULL: "works_used",
        codes.MOVERS_FULL: "movers_used",
        codes.BATCHES_FULL: "batches_used",
        codes.ROWS_FULL: "n_rows",
        codes.PAUSES_FULL: "n_pauses",
    }
    grown: Counter[int] = Counter()
    set_trace, grow = tables.Tables._set_trace, tables.Tables.grow

    def shorten(self: tables.Tables) -> None:
        set_trace(self)
        s, room, movers = self.state[0], self._reserve + 1, 9
        calendar = room + len(self.plan.facilities.name) + len(self.plan.vessels.name)  # filled before the first event
        lengths = {
            "works": room,
            "claims": room * s["most_claims"],
            "batches": room,
            "rows": room,
            "events": calendar,
            "new_events": calendar,
            "movers": movers,
            "sizes": movers * s["n_measure"],
            "held_needs": movers * s["most_held"],
            "caused": 1,
            "pauses": 1,
        }
        for name, length in lengths.items():
            self.memory.hold(name, self.held[name][:length])
        self._tell_room()

    def count(self: tables.Tables, status: int) -> None:
        grown[status] += int(self.state[0][in_use[status]]) > 0
        grow(self, status)

    monkeypatch.setattr(tables.Tables, "_set_trace", shorten)
    monkeypatch.setattr(tables.Tables, "grow", count)
    return grown


def test_each_table_grows_with_what_it_holds(hardly_any_room, tmp_path):
    """Three hundred loads a day to a gate that stops work at night; in the morning it has room for all who wait.

    So many are let through at once that the ring of what is caused grows while it runs over its end.
    """
    flow = {"origin": "a", "destination": "c", "quantity_per_year": 300 * 365, "arrivals": "poisson"}
    tables_ = railway({"a": 9999, "c": 0}, {"F": flow}, idle="1 d")
    tables_["facilities"]["gate"] = {
        "node": "b",
        "capacity": 500,
        "on_closure": "suspend",
        "hours": {"open": "08:00", "close": "20:00", "zone": "UTC"},
    }
    tables_["processes"]["gate"] = {"node": "b", "facility": "gate", "duration": "2 h", "cargo": ["TEU"]}
    built = model(tmp_path, tables_, start="2025-01-01", end="2025-01-03", run_out="5 d")
    simulate_on_both(built.plan, built.draw(0, voyages=20))
    assert {status for status, count in hardly_any_room.items() if count} == set(tables._GROWS)


def test_growing_changes_nothing_in_the_tutorial(tutorial, hardly_any_room):
    simulate_on_both(tutorial.plan, tutorial.draw(0))
    assert hardly_any_room[codes.MOVERS_FULL]
    assert hardly_any_room[codes.ROWS_FULL]


def test_growing_changes_nothing_in_random_networks(hardly_any_room):
    """Fifty lots a day and flow, so that much grows on the way."""

    @settings(TRIES, max_examples=20)
    @given(networks.networks())
    def simulate_busy(network: networks.Network) -> None:
        for row in network["tables"]["flows"].values():
            if "woken_by" not in row:
                row |= {"quantity_per_year": 50 * 365, "arrivals": "poisson"}
        with tempfile.TemporaryDirectory() as folder:
            built = model(Path(folder), network["tables"], **networks.PERIOD)
        with contextlib.suppress(DeadlockError):
            simulate_on_both(built.plan, built.draw(0))

    simulate_busy()
    assert hardly_any_room[codes.MOVERS_FULL]


def test_threads_do_not_disturb_each_other(tutorial):
    draws_of_all = [tutorial.draw(k) for k in range(4)]
    expected = [digest(reference.simulate(tutorial.plan, draws)) for draws in draws_of_all]
    with ThreadPoolExecutor(2) as pool:
        traces = pool.map(lambda draws: compiled.simulate(tutorial.plan, draws), draws_of_all)
        assert [digest(trace) for trace in traces] == expected


def test_used_up_voyages_are_told_in_the_same_words(tmp_path):
    tables_ = sea(
        flows={"F": {"quantity_per_year": departures(1)}},
        departure={"rule": "full", "longest_wait": "1 h"},
        vessels=1,
        limit=1,
        sailing_h=1,
    )
    built = model(tmp_path, tables_, start="2025-01-01", end="2025-01-03", run_out="5 d")
    draws = built.draw(0)
    few = dataclasses.replace(draws, voyage_ptr=np.minimum(draws.voyage_ptr, 3))
    assert "more calls than were drawn" in same_error(built.plan, few, DrawsExhausted)


def test_used_up_journeys_home_are_told_in_the_same_words(tmp_path):
    """Two flats come to c one by one and each goes home: one journey is enough for the first only."""
    flows = {"F": one_after_the_other("a", "c", 2)}
    built = model(tmp_path, railway({"a": 2, "c": 0}, flows, idle="1 h"), start="2025-01-01", end="2025-01-10")
    draws = set_out_at(built, {"F": [0, 6 * 3600]})
    simulate_on_both(built.plan, draws)
    few = dataclasses.replace(draws, asleep_ptr=np.minimum(draws.asleep_ptr, 1))
    said = same_error(built.plan, few, DrawsExhausted)
    assert said == "depot flats_c: more empty journeys than were drawn"


@pytest.mark.parametrize("end_s", [LONGEST_CLOCK_S + 1, 2**31])
def test_a_clock_out_of_range_is_refused(tutorial, end_s):
    draws = dataclasses.replace(tutorial.draw(0), end_s=end_s)
    assert "longer than" in same_error(tutorial.plan, draws, RunError)


@pytest.fixture
def no_numba(monkeypatch):
    monkeypatch.setitem(sys.modules, "sim.engine.compiled.simulation", None)


@pytest.fixture
def no_folder(monkeypatch):
    monkeypatch.setattr(compilation, "_loaded", [])
    monkeypatch.setattr(compilation, "cache_folder", lambda: None)


@pytest.mark.parametrize("lacking", ["no_numba", "no_folder"])
def test_without_what_it_needs_the_reference_engine_runs(lacking, request, monkeypatch, capsys):
    request.getfixturevalue(lacking)
    monkeypatch.setattr(notices, "_said", set())
    monkeypatch.setattr(engines, "_cannot_run", set())
    assert engines.find_engine("compiled") is reference.simulate
    assert engines.find_engine("compiled") is reference.simulate
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert "the reference engine runs instead" in said[0]


def test_a_folder_that_cannot_be_written_is_passed_over(tmp_path, monkeypatch):
    """A file stands where the folder would be: that holds for every user, root too."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file" / "cache"))
    assert compilation.cache_folder() is None
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    assert compilation.cache_folder() == tmp_path / "cache"


@pytest.mark.slow
def test_of_processes_that_start_at_once_one_compiles(tmp_path):
    """Three begin with an empty folder: one compiles, the others wait for it, and all run the same."""
    program = """
from sim.engine.compiled import simulation as compiled
from sim.contract.trace import digest
from sim.runs.prepare import prepare
from sim.model.build import build
compiled.prepare(print)
model = build(prepare("tutorial"))
print(digest(compiled.simulate(model.plan, model.draw(0))))
"""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            env=environment,
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    ended = [process.communicate(timeout=600) for process in started]
    assert [errors for _, errors in ended] == [""] * 3
    assert len({said.splitlines()[-1] for said, _ in ended}) == 1
    assert sum("compiling" in said for said, _ in ended) == 1
    assert len(list(tmp_path.rglob("*.nbc"))) == 1
