"""Which of several candidates is best, how sure that is, and which of them to simulate more.

Candidates are judged by the mean of one number a replication. They share their luck, so that replication j of
one goes with replication j of every other, however many each of them has.

What to simulate next is said by OCBA, optimal computing budget allocation (Chen, Lin, Yuecesan and Chick 2000,
Discrete Event Dynamic Systems 10, 251-270): most to the best and to those close behind it or noisy. It takes the
candidates for independent, which decides only where the work goes; the chances reported here do not.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sim.statistics.intervals import sign_test, without_noise

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

#: Gaps to the best below this share of the largest gap count as this: a tie would ask for all there is.
SMALLEST_GAP = 1e-3


def plausible_means(samples: Sequence[F64], draws: int, seed: int) -> F64:
    """Draws of what the true means may be, given the samples: [draws, candidates].

    Each mean is Student's t around that of its sample; so is the difference of two with equal numbers of
    replications, with the standard error of the paired differences. (That is the posterior of a normal
    mean under the usual non-informative prior; Box and Tiao 1973, Bayesian Inference, section 2.4.) The residuals
    are weighted at random, one weight a replication for all candidates, and so keep what shared luck does.

    Equal values have no spread, and a few of them prove nothing about other replications: such a mean is taken for 0 in
    as many draws as the p-value of the sign test says, 2^(1 - n) (see ``clear_of_zero``).

    Args:
        samples: [replications] values of each candidate, replication 0 first; two or more of each that are a number.
        draws: how many.
        seed: fixes the draws.

    Raises:
        ValueError: a candidate has fewer than two replications.
    """
    known = [~np.isnan(values) for values in samples]
    if min(int(some.sum()) for some in known) < 2:
        raise ValueError("two or more replications of each candidate are needed")
    rng = np.random.Generator(np.random.Philox(seed))
    longest = max(map(len, samples))
    weights = rng.standard_normal((draws, longest))
    chi_squared = np.cumsum(rng.standard_normal((draws, longest - 1)) ** 2, axis=1)
    doubt = rng.random((draws, len(samples)))
    found = np.empty((draws, len(samples)))
    for k, (every, some) in enumerate(zip(samples, known, strict=True)):
        values, n = every[some], int(some.sum())
        if without_noise(float(values.std(ddof=1)), float(values.mean())) == 0:
            found[:, k] = np.where(doubt[:, k] < sign_test(n), 0.0, values.mean())
            continue
        spread = weights[:, : len(every)][:, some] @ (values - values.mean()) / np.sqrt(n * (n - 1))
        found[:, k] = values.mean() + spread * np.sqrt((n - 1) / chi_squared[:, n - 2])
    return found


def chance_best(means: F64) -> F64:
    """How often each candidate has the largest of the plausible means, [draws, candidates]; ties share.

    The chances add up to 1.
    """
    largest = means == means.max(axis=1, keepdims=True)
    return np.asarray((largest / largest.sum(axis=1, keepdims=True)).mean(axis=0), np.float64)


def allocate(means: F64, deviations: F64, counts: I64, more: int) -> I64:
    """How many of ``more`` replications each candidate gets, by OCBA.

    With the gap ``d`` of a candidate to the best and its standard deviation ``s``, replications in all go as
    (s/d)^2, and those of the best as its ``s`` times the root of the sum of (replications / s)^2 of the others. A rival
    that does not vary, such as doing nothing, takes none; to be told from it, the best gets its own (s/d)^2 at least.

    Args:
        means, deviations: [candidates] of the values a replication; the largest mean is best.
        counts: [candidates] replications so far, which cannot be taken back.
        more: replications to give out.

    Returns:
        [candidates], adding up to ``more``; all 0 if no candidate varies.
    """
    best = int(np.argmax(means))
    gaps = means[best] - means
    gaps = np.maximum(gaps, SMALLEST_GAP * gaps.max() or 1.0)
    weights = (deviations / gaps) ** 2
    noisy = deviations > 0
    noisy[best] = False
    weights[best] = deviations[best] * np.sqrt(((weights[noisy] / deviations[noisy]) ** 2).sum())
    known = deviations == 0
    known[best] = False
    weights[best] = max(weights[best], ((deviations[best] / gaps[known]) ** 2).max(initial=0.0))
    if deviations[best] > 0 and len(means) == 1:
        weights[best] = 1.0
    return _towards(weights, counts, more)


def allocate_to_doubtful(deviations: F64, included: F64, counts: I64, more: int) -> I64:
    """How many of ``more`` replications each candidate gets where a package is chosen, not one candidate.

    Replications in all go as s root(p (1 - p)), with ``s`` the standard deviation of a candidate's gain and ``p``
    how often it is in the best package: none to those that are always in it, or never. A rule of thumb.

    Args:
        deviations, included: [candidates] of the gains a replication, and shares from 0 to 1.
        counts, more: as in ``allocate``; what is returned too.
    """
    return _towards(deviations * np.sqrt(included * (1 - included)), counts, more)


def _towards(weights: F64, counts: I64, more: int) -> I64:
    """Give out ``more`` so that all there are come near the weights; nothing can be taken back."""
    if more <= 0 or not weights.any():
        return np.zeros(len(counts), np.int64)
    lacking = np.maximum(weights / weights.sum() * (counts.sum() + more) - counts, 0.0)
    return _whole(lacking / lacking.sum() * more, more)


def _whole(shares: F64, total: int) -> I64:
    """Whole numbers that add up to ``total``, as near to the shares as can be (largest remainders)."""
    found = np.floor(shares).astype(np.int64)
    largest_rest = np.argsort(found - shares, kind="stable")
    found[largest_rest[: total - int(found.sum())]] += 1
    return found
