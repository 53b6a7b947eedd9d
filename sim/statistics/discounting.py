"""Money over years: present value, and the rate of return at which it is nothing. Years are whole, amounts fall at their ends."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite

import numpy as np

#: Rates of return are looked for between these: beyond, the question has no practical answer.
LOWEST_RATE, HIGHEST_RATE = -0.99, 10.0


def present_value(amounts: Sequence[float], rate: float) -> float:
    """Value today of an amount at the end of each year from this one on.

    Args:
        amounts: [years], the first one now: it is not discounted.
        rate: discount rate a year, above -1.

    Raises:
        ValueError: a rate of -1 or less.
    """
    if not rate > -1 or not isfinite(rate):
        raise ValueError(f"a discount rate must be above -1, not {rate}")
    return float(np.sum(np.asarray(amounts, float) / (1 + rate) ** np.arange(len(amounts))))


def rate_of_return(amounts: Sequence[float]) -> float | None:
    """The rate at which the present value is 0 (the internal rate of return); None where there is none, or more than one.

    There is exactly one where spending all comes before earning (Descartes' rule of signs), which is what is asked for here.
    """
    from scipy.optimize import brentq

    signs = [amount > 0 for amount in amounts if amount]
    if sum(a != b for a, b in pairwise(signs)) != 1:
        return None
    low, high = present_value(amounts, LOWEST_RATE), present_value(amounts, HIGHEST_RATE)
    if not (isfinite(low) and low * high < 0):
        return None
    return float(brentq(lambda rate: present_value(amounts, rate), LOWEST_RATE, HIGHEST_RATE, xtol=1e-9))
