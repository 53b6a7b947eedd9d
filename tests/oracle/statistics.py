"""How a simulated mean is held against theory: a t test whose false-alarm rate is stated.

Seeds are fixed, so a test passes or fails for good; the rate says how likely a right program would
have failed with a seed picked at random.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats

#: Chance that a right program fails one comparison.
FALSE_ALARM = 1e-5


def assert_mean(samples: Sequence[float], theory: float, *, resolution: float) -> None:
    """The mean of independent samples agrees with ``theory``.

    The tolerance is the t quantile for FALSE_ALARM times the standard error. It must be at most
    ``resolution`` times the theory's value: a test that would accept anything is an error too.
    """
    values = np.asarray(samples, float)
    error = values.std(ddof=1) / np.sqrt(len(values))
    tolerance = float(stats.t.ppf(1 - FALSE_ALARM / 2, len(values) - 1)) * error
    assert tolerance <= resolution * abs(theory), f"too coarse: {tolerance:.4g} for a value of {theory:.4g}"
    assert abs(values.mean() - theory) <= tolerance, (
        f"mean {values.mean():.5g}, theory {theory:.5g}, tolerance {tolerance:.2g}"
    )
