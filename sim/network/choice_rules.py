"""The rules by which shipments choose among route alternatives: all that is known of each rule stands here.

An engine takes the branch of least cost: a recent time, if the rule goes by time, and what was drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
#: Cost of a branch that was not drawn: more than any journey.
NOT_DRAWN_S = 2**30

RuleName = Literal["share", "recent", "logit"]


@dataclass(frozen=True)
class ChoiceRule:
    """One rule of choice.

    ``drawn_s(u, ways, shares, scale_s)`` is the drawn part of each branch's cost in whole seconds, shape
    [lots, branches]: ``u`` are uniforms [lots, the flow's alternatives], ``ways`` and ``shares`` have one element a
    branch, its place among the alternatives and its weight.
    """

    by_time: bool  # recent times count, up to where the alternatives meet; then money may count as time
    by_share: bool  # each alternative needs a share
    drawn_s: Callable[[F64, Sequence[int], Sequence[float], int], F64]

    def can_choose(self, shares: Sequence[float | None]) -> bool:
        """Whether alternatives with these shares leave any to choose."""
        return bool(shares) and (not self.by_share or any(shares))


def _one_by_share(u: F64, ways: Sequence[int], shares: Sequence[float], scale_s: int) -> F64:
    """Nothing for the branch that was drawn, very much for the others."""
    cumulative = np.cumsum(shares)
    drawn = np.minimum(np.searchsorted(cumulative, u[:, 0] * cumulative[-1], side="right"), len(ways) - 1)
    return np.where(np.arange(len(ways)) == drawn[:, None], 0.0, float(NOT_DRAWN_S))


def _nothing(u: F64, ways: Sequence[int], shares: Sequence[float], scale_s: int) -> F64:
    return np.zeros((len(u), len(ways)))


def _gumbel(u: F64, ways: Sequence[int], shares: Sequence[float], scale_s: int) -> F64:
    """A Gumbel term: the least sum of time and term is the branch of a multinomial logit (McFadden 1974)."""
    return np.rint(scale_s * np.log(-np.log(u[:, list(ways)])))


RULES: dict[RuleName, ChoiceRule] = {
    "share": ChoiceRule(by_time=False, by_share=True, drawn_s=_one_by_share),
    "recent": ChoiceRule(by_time=True, by_share=False, drawn_s=_nothing),
    "logit": ChoiceRule(by_time=True, by_share=False, drawn_s=_gumbel),
}
#: Rules in which money may count.
BY_TIME = tuple(name for name, rule in RULES.items() if rule.by_time)
