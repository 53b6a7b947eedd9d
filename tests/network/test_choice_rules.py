"""What each rule of choice draws, worked out by hand."""

from math import exp
from typing import get_args

import numpy as np
import pytest

from sim.network.choice_rules import BY_TIME, NOT_DRAWN_S, RULES, RuleName

U = np.array([[0.1, 0.5], [0.24, 0.5], [0.26, 0.5], [0.99, 0.5]])


def test_every_name_that_may_be_written_has_a_rule():
    assert tuple(RULES) == get_args(RuleName)
    assert BY_TIME == ("recent", "logit")


@pytest.mark.parametrize("rule", RULES)
def test_costs_are_whole_seconds_one_a_branch(rule):
    costs = RULES[rule].drawn_s(U, (0, 1), (1.0, 3.0), 3600)
    assert costs.shape == U.shape
    assert (costs == np.rint(costs)).all()


def test_by_share_one_in_four_takes_the_branch_of_a_quarter():
    costs = RULES["share"].drawn_s(U, (0, 1), (1.0, 3.0), 3600)
    assert costs.tolist() == [[0, NOT_DRAWN_S], [0, NOT_DRAWN_S], [NOT_DRAWN_S, 0], [NOT_DRAWN_S, 0]]
    assert RULES["share"].can_choose([0.0, 2.0])
    assert not RULES["share"].can_choose([0.0, None])


def test_by_recent_time_nothing_is_drawn():
    assert not RULES["recent"].drawn_s(U, (0, 1), (0.0, 0.0), 3600).any()
    assert RULES["recent"].can_choose([None, None])
    assert not RULES["recent"].can_choose([])


def test_by_logit_a_branch_has_the_uniform_of_its_place_among_the_alternatives():
    """A uniform of exp(-e) gives a Gumbel term of 1, so of one scale; the second of three alternatives is closed."""
    u = np.array([[exp(-exp(1)), 0.123, exp(-1)]])
    assert RULES["logit"].drawn_s(u, (0, 2), (0.0, 0.0), 3600).tolist() == [[3600, 0]]
