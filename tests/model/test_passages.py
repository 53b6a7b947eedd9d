"""A shipment that passes a place again is served and inspected anew, and lots that are no trains are trains of one."""

from __future__ import annotations

import numpy as np
import pytest

from sim.clock import HOUR_S
from sim.engine.compiled import simulation as compiled
from tests.oracle.line import exponential, per_hour
from tests.oracle.statistics import assert_mean
from tests.oracle.world import Run, model, run

YEAR = {"start": "2021-01-01", "end": "2021-12-31", "warm_up": "20 d", "run_out": "10 d"}
#: Journeys through the hub, from one passage to ten; half of those that pass go back, up to the last.
PASSAGES = range(1, 11)
SHARES = [0.5**n for n in PASSAGES[:-1]] + [0.5 ** (len(PASSAGES) - 1)]
SERVICE_H = 0.25


def hub(folder, *, rate=2.0, process=None, passages=PASSAGES):
    """Lots go to a hub, from there to a place beside it and back, several times, each time to another place."""
    beside = [f"x{n}" for n in range(1, max(passages))]
    ways = [
        {"name": f"w{n}", "share": SHARES[n - 1], "via": [v for x in beside[: n - 1] for v in ("hub", x)] + ["hub"]}
        for n in passages
    ]
    chosen = {"ways": ways, "choice": {"rule": "share"}} if len(ways) > 1 else {"via": ways[0]["via"]}
    tables = {
        "nodes": {name: {} for name in ("a", "b", "hub", *beside)},
        "links": {f"l_{n}": {"from": "hub", "to": n} for n in ("a", "b", *beside)},
        "facilities": {"desk": {"node": "hub", "capacity": 1}},
        "processes": {
            "desk": {"node": "hub", "facility": "desk", "duration": exponential(SERVICE_H), **(process or {})}
        },
        "flows": {
            "F": {
                "origin": "a",
                "destination": "b",
                "arrivals": "poisson",
                "quantity_per_year": per_hour(rate),
                **chosen,
            }
        },
    }
    return model(folder, tables, **YEAR)


def mean_number(built, replication):
    """Mean number of lots at the desk, served or waiting, over the period."""
    draws = built.draw(replication)
    result = Run(built.plan, draws, compiled.simulate(built.plan, draws))
    rows = result.rows("process/desk")
    begin_s, end_s = built.period_start_s, built.period_end_s
    stay = np.clip(rows[:, 6], begin_s, end_s) - np.clip(rows[:, 4], begin_s, end_s)
    return stay[rows[:, 6] >= 0].sum() / (end_s - begin_s)


def test_a_queue_that_feeds_back_has_as_many_as_one_that_does_not(tmp_path):
    """Exponential service, drawn anew at each passage, at load 0.75: three lots on average, whatever the routes.

    Kelly, Reversibility and Stochastic Networks (1979), theorem 3.1; with one draw for all passages of a lot it is
    nearly four.
    """
    passages = sum(n * share for n, share in zip(PASSAGES, SHARES, strict=True))
    built = hub(tmp_path, rate=0.75 / SERVICE_H / passages)
    assert_mean([mean_number(built, k) for k in range(10)], 3.0, resolution=0.2)


def drawn(built):
    """[lot, passage] hold of every passage, -1 where a lot is not concerned."""
    draws, plan = built.draw(0), built.plan
    desk = plan.operations.name.index("process/desk")
    steps = np.flatnonzero(plan.programs.op == desk)
    return draws.hold_s[draws.lot_draw[:, None] + plan.programs.draw[steps]]


@pytest.mark.parametrize("process", [{}, {"share": 0.5}])
def test_each_passage_has_draws_of_its_own_and_the_first_those_of_a_single_one(tmp_path, process):
    three = drawn(hub(tmp_path / "three", process=process, passages=[3]))
    one = drawn(hub(tmp_path / "one", process=process, passages=[1]))
    assert np.array_equal(three[:, :1], one)
    assert abs(np.corrcoef(three.T) - np.eye(3)).max() < 0.03
    if process:
        assert abs(np.corrcoef((three >= 0).T) - np.eye(3)).max() < 0.03


def test_ways_of_a_choice_share_the_draws_of_their_first_passages(tmp_path):
    """Whichever way a lot takes, its n-th service is the same."""
    built = hub(tmp_path, passages=[1, 2])
    first, again_first, _ = drawn(built).T
    assert np.array_equal(first, again_first)


ROAD = {"nodes": {n: {} for n in "abc"}, "links": {"ab": {"from": "a", "to": "b"}, "bc": {"from": "b", "to": "c"}}}


@pytest.mark.parametrize("scope", ["train", "lot"])  # a row that names none has the first
@pytest.mark.parametrize("train", [0, 6])
def test_where_no_train_passes_a_lot_is_concerned_whatever_the_scope(tmp_path, scope, train):
    """Two hours at a gate between two roads, two seconds on the way."""
    tables = {
        **ROAD,
        "facilities": {"gate": {"node": "b", "capacity": 9}},
        "processes": {"pass_gate": {"node": "b", "facility": "gate", "duration": "2 h", "scope": scope}},
        "flows": {"F": {"origin": "a", "destination": "c", "quantity_per_year": 365, "lot": 2, "train": train}},
    }
    built = model(tmp_path, tables, start="2025-01-01", end="2025-01-10", run_out="5 d")
    journeys = run(built).journey_s()
    assert journeys
    assert set(journeys.values()) == {2 * HOUR_S + 2}
