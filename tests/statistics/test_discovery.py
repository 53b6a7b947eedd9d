"""Rules for where points fail, on boxes that are known."""

from __future__ import annotations

import numpy as np
import pytest

from sim.statistics.discovery import Bound, find_rule, judged, rule_holds, share_interval


def cube(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random((n, 5))


def box(points: np.ndarray) -> np.ndarray:
    return (points[:, 1] > 0.6) & (points[:, 3] <= 0.4)


def test_a_box_is_found_and_holds_on_fresh_points() -> None:
    points = cube(300, 1)
    rule = find_rule(points, box(points))
    assert [bound.factor for bound in rule] == [1, 3]
    assert rule[0].above == pytest.approx(0.6, abs=0.03)
    assert rule[1].at_most == pytest.approx(0.4, abs=0.03)
    fresh = cube(2000, 2)
    found = judged(rule, fresh, box(fresh))
    assert found.coverage is not None
    assert found.coverage > 0.93
    assert found.density is not None
    assert found.density > 0.93


def test_a_box_with_noise_is_found_with_what_it_is_worth() -> None:
    points, chance = cube(500, 3), np.random.default_rng(4)
    fails = np.where(box(points), chance.random(500) < 0.9, chance.random(500) < 0.05)
    rule = find_rule(points, fails)
    assert {bound.factor for bound in rule} == {1, 3}
    fresh = cube(4000, 5)
    assert judged(rule, fresh, box(fresh)).score > 0.85


def test_nothing_is_said_where_all_or_none_fail_or_nothing_tells_it() -> None:
    points = cube(100, 6)
    assert find_rule(points, np.zeros(100, bool)) == ()
    assert find_rule(points, np.ones(100, bool)) == ()
    assert rule_holds((), points).all()


def test_a_rule_that_luck_made_shows_it_on_fresh_points() -> None:
    points, chance = cube(60, 7), np.random.default_rng(8)
    fails = chance.random(60) < 0.3
    rule = find_rule(points, fails)
    fresh = cube(3000, 9)
    found = judged(rule, fresh, chance.random(3000) < 0.3)
    assert found.density == pytest.approx(0.3, abs=0.05)


def test_shares_have_the_interval_of_the_book() -> None:
    assert share_interval(0, 10) == pytest.approx((0.0, 0.3085), abs=1e-4)
    assert share_interval(9, 10) == pytest.approx((0.5550, 0.9975), abs=1e-4)
    assert share_interval(0, 0) == (0.0, 1.0)


def test_counts_of_a_rule() -> None:
    points = np.array([[0.1], [0.2], [0.8], [0.9]])
    found = judged((Bound(0, 0.5, None),), points, np.array([False, True, True, True]))
    assert (found.points, found.failing, found.inside, found.both) == (4, 3, 2, 2)
    assert found.coverage == pytest.approx(2 / 3)
    assert found.density == 1.0
