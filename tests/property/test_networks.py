"""What must hold of every network, tried on random ones; failures once found are kept under ``cases``."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from sim.clock import NEVER_S
from sim.contract.draws import Draws
from sim.contract.invariants import check
from sim.contract.plan import Discipline, Kind, Plan, Policy
from sim.contract.reading import stock_changes
from sim.contract.trace import Trace, digest
from sim.engine.reference.simulation import simulate
from sim.errors import DeadlockError
from tests.property.networks import Network, build, networks

CASES = sorted((Path(__file__).parent / "cases").glob("*.json"))
TRIES = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def simulated(network: Network) -> tuple[Plan, Draws, Trace] | None:
    """Plan, luck and trace; None where the network's own rules lead to a deadlock."""
    with tempfile.TemporaryDirectory() as folder:
        built, draws = build(Path(folder), network)
    try:
        return built.plan, draws, simulate(built.plan, draws)
    except DeadlockError:
        return None


def assert_sound(network: Network) -> None:
    """Every invariant holds, nobody waits beside free room, lots are conserved, and a repetition is identical."""
    done = simulated(network)
    if done is None:
        return
    plan, draws, trace = done
    assert check(plan, draws, trace) == []
    assert needless_waits(plan, draws, trace) == []
    dated = draws.lot_time_s < NEVER_S  # the others sleep until a stock wakes them
    taken = np.flatnonzero(dated & (plan.queue_bans.of_flow[draws.lot_flow] < 0))  # a ban may refuse the others
    assert np.isin(taken, trace.column("lots", "lot")).all()
    assert digest(simulate(plan, draws)) == digest(trace)


@TRIES
@given(networks())
def test_every_rule_holds(network):
    assert_sound(network)


@TRIES
@given(networks())
def test_the_order_of_a_file_decides_nothing(network):
    done = simulated(network)
    backwards = {table: dict(reversed(rows.items())) for table, rows in network["tables"].items()}
    again = simulated({**network, "tables": backwards})
    assert (done is None) == (again is None)
    if done is not None and again is not None:
        assert digest(done[2]) == digest(again[2])


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_cases_that_once_failed(case):
    network = json.loads(case.read_text("utf-8"))
    assert simulated(network) is not None
    assert_sound(network)


def needless_waits(plan: Plan, draws: Draws, trace: Trace) -> list[str]:
    """Instants at which the first in a queue waited although its facility had room for it.

    Only facilities served by arrival alone whose closing finishes work: elsewhere room may be kept for
    suspended work, or work may be held back since it could not end before a closing.
    """
    change = stock_changes(plan, trace)
    need = trace.column("rows", "need")
    asks = (plan.operations.kind[plan.needs.op[need]] != Kind.RELEASE) & (trace.column("rows", "units") >= 0)
    found = []
    for f, name in enumerate(plan.facilities.name):
        if plan.facilities.policy[f] != Policy.FINISH or plan.facilities.discipline[f] != Discipline.FIFO:
            continue
        own = np.flatnonzero(change.facility == f)
        steps = slice(draws.timeline_ptr[f], draws.timeline_ptr[f + 1])
        instants = np.unique(np.concatenate((change.time_s[own], draws.timeline_s[steps])))
        used = np.array([change.units[own][change.time_s[own] <= t].sum() for t in instants])
        capacity = draws.timeline_capacity[steps][np.searchsorted(draws.timeline_s[steps], instants, side="right") - 1]
        head_since = 0
        rows = trace.rows[(plan.needs.facility[need] == f) & asks]
        granted = np.where(rows[:, 5] >= 0, rows[:, 5], trace.stopped_s)
        order = np.lexsort((granted, rows[:, 4]))
        for units, request, until in zip(rows[order, 3], rows[order, 4], granted[order], strict=True):
            since = max(head_since, request)
            head_since = until
            free = (used + units <= capacity) & (capacity > 0) & (instants >= since) & (instants < until)
            found += [f"{name}: room for {units} at {t} s, granted at {until} s" for t in instants[free].tolist()]
    return found
