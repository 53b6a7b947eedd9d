"""Choice by a logit whose value of time differs from one chooser to the next: shares, log-sums, fitted constants.

A chooser with value of time v gives an alternative the cost price + v (mean + ratio x standard deviation), and takes
alternative a with probability exp(k_a - cost_a / scale) over the sum of the same of all; v is lognormal. Alternatives may be
alike (a nest): among them the scale is smaller by a factor. Source: Train, Discrete Choice Methods with Simulation, 2nd ed.
(2009), chapters 3 (log-sum, constants), 4 (nested logit) and 6 (mixed logit).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
#: Points of the quadrature over the value of time; with 32 shares are good to 1e-6 at a log-sd of 1.
QUADRATURE = 32
#: A constant is fitted when every share is this near, in relation to itself.
FITTED = 1e-12
MOST_FITS = 10_000


@dataclass(frozen=True)
class Taste:
    """How a market weighs: ``median`` of the value of time (USD per unit and day) and sd of its logarithm, ``ratio`` of
    the worth of a day of standard deviation to one of mean time, ``scale`` of the logit (USD per unit; inf: cost decides
    nothing); ``nest`` is the scale among alternatives that are alike, over ``scale``."""

    median: float
    log_sd: float
    ratio: float
    scale: float
    nest: float = 1.0

    @cached_property
    def values(self) -> F64:
        """[QUADRATURE] values of time, USD per unit and day."""
        nodes, _ = np.polynomial.hermite.hermgauss(QUADRATURE)
        return np.asarray(self.median * np.exp(self.log_sd * np.sqrt(2.0) * nodes))

    @cached_property
    def weights(self) -> F64:
        """[QUADRATURE] their shares of all choosers; they add up to 1."""
        _, weights = np.polynomial.hermite.hermgauss(QUADRATURE)
        return np.asarray(weights / weights.sum())

    def costs(self, price: npt.ArrayLike, mean_d: npt.ArrayLike, sd_d: npt.ArrayLike) -> F64:
        """[..., QUADRATURE] generalised cost, USD per unit, of prices (USD per unit) and times (d)."""
        days = np.asarray(mean_d, float) + self.ratio * np.asarray(sd_d, float)
        return np.asarray(price, float)[..., None] + self.values * days[..., None]


@dataclass(frozen=True)
class Offer:
    """What can be chosen in one or more states of the world, in the order of the alternatives.

    ``costs`` [state, alternative, QUADRATURE] as ``Taste.costs`` gives them; ``open_share`` [state, alternative] the part of
    the choosers that find it open, 0 to 1; ``alike`` [alternative] those of the nest.
    """

    costs: F64
    open_share: F64
    alike: npt.NDArray[np.bool_]


def shares(taste: Taste, constants: F64, offer: Offer) -> F64:
    """[state, alternative] shares of all choosers; where nothing is open, all are 0.

    ``constants`` [alternative] are in units of the scale.
    """
    within, nests = _log_terms(taste, constants, offer)
    top = np.maximum(nests.max(axis=1, keepdims=True), -1e300)
    raised = np.exp(nests - top)
    total = raised.sum(axis=1, keepdims=True)
    of_nest = np.divide(raised, total, out=np.zeros_like(raised), where=total > 0)
    each = within * np.where(offer.alike[:, None], of_nest[:, :1], of_nest[:, 1:])
    return np.asarray(each @ taste.weights)


def log_sum(taste: Taste, constants: F64, offer: Offer) -> F64:
    """[state] expected worth of the best alternative, USD per unit, but for a constant: its change is the choosers' gain.

    Small and Rosen, Econometrica 49 (1981); -inf where nothing is open.
    """
    _, nests = _log_terms(taste, constants, offer)
    return np.asarray(taste.scale * (np.logaddexp(nests[:, 0], nests[:, 1]) @ taste.weights))


def _log_terms(taste: Taste, constants: F64, offer: Offer) -> tuple[F64, F64]:
    """[state, alternative, QUADRATURE] shares within those that are alike, and within the others; and
    [state, 2, QUADRATURE] the logarithm of what each of the two groups is worth."""
    with np.errstate(divide="ignore"):
        here = np.log(offer.open_share)[..., None]
    utility = constants[:, None] - offer.costs / taste.scale
    within, nests = np.zeros_like(utility), []
    for group, scale in ((offer.alike, taste.nest), (~offer.alike, 1.0)):
        inner = utility[:, group] / scale + here[:, group]
        top = np.maximum(inner.max(axis=1, keepdims=True, initial=-np.inf), -1e300)
        raised = np.exp(inner - top)
        total = raised.sum(axis=1, keepdims=True)
        within[:, group] = np.divide(raised, total, out=np.zeros_like(raised), where=total > 0)
        with np.errstate(divide="ignore"):
            nests.append(scale * (top + np.log(total))[:, 0])
    return within, np.stack(nests, axis=1)


def fitted_constants(taste: Taste, wanted: F64, offer: Offer, weights: F64) -> F64:
    """[alternative] the constants with which the shares are ``wanted``, the first one 0.

    Args:
        wanted: [alternative], above 0 and adding up to 1.
        offer: in the states of the world that the shares are a mean over.
        weights: [state] of that mean.

    Contraction of Berry, Levinsohn and Pakes, Econometrica 63 (1995), damped by the nest's scale. Raises
    ValueError where no constants give the shares: an alternative that is wanted is never open.
    """
    weights = weights / weights.sum()
    if not (offer.open_share.T @ weights > 0).all():
        raise ValueError("an alternative with a share is never open")
    constants = np.log(wanted)
    for _ in range(MOST_FITS):
        have = weights @ shares(taste, constants, offer)
        if not (have > 0).all():
            raise ValueError("an alternative with a share costs so much more than the others that nobody takes it")
        constants = constants + taste.nest * np.log(wanted / have)
        if np.abs(wanted / have - 1).max() < FITTED:
            return np.asarray(constants - constants[0])
    raise ValueError(f"the shares are not reached in {MOST_FITS} steps")
