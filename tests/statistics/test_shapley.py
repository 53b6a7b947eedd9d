"""Shapley values against games whose values are known, and against the axioms that define them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from sim.indicators import Measure
from sim.report.estimate import Estimate
from sim.statistics.shapley import Design, design, worths
from sim.studies.decompose.page import page
from sim.studies.decompose.result import BaseRun, Decomposition, PackagePart, PackageRun, worth_of_parts


def every_subset(n):
    return [frozenset(c) for k in range(n + 1) for c in combinations(range(n), k)]


def test_the_glove_game():
    # one left glove, two right ones, a pair is worth 1: 2/3 for the left, 1/6 for each right (Shapley 1953)
    plan = design(3, 1, seed=1)
    values = {s: np.array([1.0 if 0 in s and len(s) > 1 else 0.0]) for s in plan.subsets}
    found = [float(w.shapley[0]) for w in worths(plan, values)]
    assert found == pytest.approx([2 / 3, 1 / 6, 1 / 6])
    assert [float(w.alone[0]) for w in worths(plan, values)] == [0, 0, 0]
    assert [float(w.last[0]) for w in worths(plan, values)] == [1, 0, 0]


@pytest.mark.parametrize("parts", [4, 9])
def test_contributions_add_up_in_every_replication(parts):
    chance = np.random.default_rng(4)
    plan = design(parts, 3, seed=7)
    values = {s: chance.normal(0, 1, 5) for s in plan.subsets}
    total = values[frozenset(range(parts))] - values[frozenset()]
    np.testing.assert_allclose(sum(w.shapley for w in worths(plan, values)), total, atol=1e-12)


def test_what_adds_up_by_itself_is_worth_the_same_in_any_order():
    plan = design(8, 2, seed=3)
    assert plan.orders
    values = {s: np.array([float(sum(2**p for p in s))] * 3) for s in plan.subsets}
    for part, found in enumerate(worths(plan, values)):
        for kind in (found.alone, found.last, found.shapley):
            np.testing.assert_allclose(kind, 2.0**part)
        assert found.sampling_half_width == 0


def test_random_orders_estimate_the_exact_value():
    chance = np.random.default_rng(12)
    size, n = {s: chance.normal() for s in every_subset(7)}, 7
    values = {s: np.array([size[s] + len(s) ** 2]) for s in every_subset(n)}
    exact = worths(Design(n, (), tuple(every_subset(n))), values)
    drawn = worths(design(n, 200, seed=5), values)
    hits = [abs(float(e.shapley[0] - d.shapley[0])) <= d.sampling_half_width for e, d in zip(exact, drawn, strict=True)]
    assert sum(hits) >= n - 1  # 95 % intervals
    assert max(abs(float(e.shapley[0] - d.shapley[0])) for e, d in zip(exact, drawn, strict=True)) < 0.35


def test_the_design_is_small_and_repeatable():
    assert len(design(6, 8, seed=1).subsets) == 64
    plan = design(12, 4, seed=1)
    assert plan == design(12, 4, seed=1) != design(12, 4, seed=2)
    assert len(plan.orders) == 8
    assert len(plan.subsets) <= 8 * 11 + 2 + 24 < 2**12
    assert all(order[::-1] in plan.orders for order in plan.orders)


@pytest.mark.parametrize("parts", [2, 7])
def test_lots_that_never_land_are_told_and_not_left_out(parts):
    plan = design(parts, 2, seed=1)
    values = {s: np.array([10.0 - len(s), 20.0 - len(s), 30.0]) for s in plan.subsets}
    for without in (frozenset[int](), frozenset([0])):  # endless in both: inf - inf would be a replication less
        values[without] = np.array([10.0, np.inf, 30.0])
    names = [f"part {k}" for k in range(parts)]
    found = worth_of_parts(
        plan, names, Measure("transit_p50", "corridor"), [values[s] for s in plan.subsets], "d", "time"
    )
    first = next(row for row in found.parts if row.part == "part 0")
    for estimate in (first.alone, first.shapley, found.total, found.interaction):
        assert estimate == Estimate(None, None, 3, "not reached in 1 of 3 replications")
    assert first.last.mean == pytest.approx(-2 / 3)
    result = Decomposition(
        exact=not plan.orders,
        orders=len(plan.orders),
        subsets=len(plan.subsets),
        parts=tuple(PackagePart(name, (name,), name) for name in names),
        measures=(found,),
        a=BaseRun("s", "t", "r"),
        b=PackageRun("s", "t", "", "r"),
        not_arrived=(),
        by="kind",
        replications=3,
        seed=1,
        left_out=(),
        runs=(),
    )
    text = page(result).text(200)
    assert "'not reached': among shipments that have not arrived" in text
