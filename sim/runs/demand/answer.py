"""What the shippers of each market do, given what is published of the corridor and quoted of its rivals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from sim.clock import DAY_S
from sim.errors import InputError
from sim.network.references import fault
from sim.network.tables import Market
from sim.network.world import World
from sim.runs.demand.calendar import Stretches
from sim.runs.demand.measured import Seen, published, usual_d
from sim.statistics.logit import Offer, Taste, fitted_constants, log_sum, shares

F64 = npt.NDArray[np.float64]
#: Days of a month on average: the lag of a captive market in months.
MONTH_D = 30.4375
#: A captive market does not grow beyond this many times its plan.
MOST_GROWTH = 3.0


@dataclass(frozen=True)
class Known:
    """[month] what shippers of a market know: mean and standard deviation in days, price in USD per unit."""

    mean_d: F64
    sd_d: F64
    price: F64


@dataclass(frozen=True)
class Usual:
    """The base year of a market: what was known on average over its reported months, flow by flow and of all together.

    ``late_d``: flow -> mean days of its shipments, beyond which one under way is late. ``units`` a year by flow.
    """

    mean_d: float
    sd_d: float
    price: float
    of_flow: Mapping[str, tuple[float, float, float]]
    late_d: Mapping[str, float]
    units: Mapping[str, float]


@dataclass(frozen=True)
class Answers:
    """What a market does, [stretch]: ``share`` of the plan that is offered to the corridor, ``induced`` part of the plan that
    is new trade, ``of_ways`` [stretch, way] parts of all of the market, the corridor first, ``turned`` [stretch, rival]
    parts of the plan that go by a rival and not by the corridor, since the base year; ``gain_usd`` per planned unit."""

    share: F64
    induced: F64
    of_ways: F64
    turned: F64
    gain_usd: F64
    known: Known


@dataclass(frozen=True)
class Mind:
    """One market of a world: what it plans, and how it answers.

    ``plan`` flow -> [stretch] units; ``growth`` [stretch] size of the market over what the plan makes it; ``usual`` the
    base year; ``constants`` [way] fitted, none for a captive one.
    """

    name: str
    market: Market
    world: World
    calendar: Stretches
    plan: Mapping[str, F64]
    usual: Usual
    constants: F64
    growth: F64
    induced: bool

    @cached_property
    def weights(self) -> Mapping[str, F64]:
        """Flow -> [month] its part of the market's plan."""
        month, n = self.calendar.month, len(self.calendar.month_end_s)
        monthly = {name: np.bincount(month, own, n) for name, own in self.plan.items()}
        total = np.sum(list(monthly.values()), axis=0)
        return {name: np.divide(own, total, out=np.zeros(n), where=total > 0) for name, own in monthly.items()}

    def known(self, seen: Seen, replication: int | None = None) -> Known:
        """What is published, of all replications together or of one alone."""
        market, usual = self.market, self.usual
        after, over = lag_months(market), market.known_over
        n = len(self.calendar.month_end_s)
        mean, sd, price = np.full(n, usual.mean_d), np.full(n, usual.sd_d), np.full(n, usual.price)
        for name, weight in self.weights.items():
            own = seen.journeys[name]
            own = own if replication is None else [own[replication]]
            m, s = published(own, self.calendar, after, over, usual.late_d.get(name, np.inf))
            base = usual.of_flow.get(name, (usual.mean_d, usual.sd_d, usual.price))
            mean += weight * (np.where(np.isnan(m), base[0], m) - base[0])
            sd += weight * (np.where(np.isnan(s), base[1], s) - base[1])
            price += weight * (seen.price[name] - base[2])
        return Known(np.maximum(mean, 0.0), np.maximum(sd, 0.0), np.maximum(price, 0.0))

    def answers(self, known: Known) -> Answers:
        """What is done, stretch by stretch."""
        return self._of_captive(known) if self.market.reacts == "captive" else self._of_choice(known)

    def _of_captive(self, known: Known) -> Answers:
        market, usual, month = self.market, self.usual, self.calendar.month
        assert market.elasticity is not None
        longer_d = (known.mean_d - usual.mean_d)[month]
        share = np.minimum(np.exp(-market.elasticity * longer_d), MOST_GROWTH) * self.growth
        value = market.value_of_time or 0.0
        dearer = (known.price - usual.price)[month] + value * longer_d
        gain = -dearer * (1 + share) / 2  # rule of a half
        return Answers(share, np.zeros_like(share), share[:, None], np.zeros((len(share), 0)), gain, known)

    def _of_choice(self, known: Known) -> Answers:
        market, taste, month = self.market, taste_of(self.market), self.calendar.month
        offer = offer_of(self.world, market, self.calendar, known)
        usual = Known(*(np.full(len(known.mean_d), x) for x in (self.usual.mean_d, self.usual.sd_d, self.usual.price)))
        as_usual = offer_of(self.world, market, self.calendar, usual)
        parts = shares(taste, self.constants, offer)
        base = base_shares(market)
        kept = market.captive_share
        turned = (1 - kept) * _turned(base, shares(taste, self.constants, as_usual), parts) / base[0]
        saved = log_sum(taste, self.constants, offer) - log_sum(taste, self.constants, as_usual)
        induced = self.induced and taste.median > 0  # days saved are worth nothing where time is
        more = np.maximum(market.induced * saved / taste.median, -1.0) if induced else np.zeros(len(month))
        all_parts = kept * base + (1 - kept) * parts
        share = all_parts[:, 0] / base[0] * self.growth
        mean_value = float(taste.values @ taste.weights)
        dearer = (known.price - self.usual.price) + mean_value * (
            known.mean_d - self.usual.mean_d + taste.ratio * (known.sd_d - self.usual.sd_d)
        )
        gain = ((1 - kept) * saved / base[0] - kept * dearer[month]) * self.growth
        turned *= self.growth[:, None]
        return Answers(share * (1 + more), share * more, all_parts * (1 + more)[:, None], turned, gain, known)


def _turned(base: F64, as_usual: F64, now: F64) -> F64:
    """[state, rival] parts of a market that go by a rival in place of the corridor, since the base year.

    First the rivals change (``as_usual`` [state, way]: shares with the corridor as in the base year): what it loses or wins
    by that is put down to those that win or lose, in proportion. Then the corridor changes, and every rival by its own.
    """
    change = as_usual[:, 1:] - base[1:]
    lost = base[0] - as_usual[:, 0]
    own = np.maximum(change * np.sign(lost)[:, None], 0.0)
    total = own.sum(axis=1)
    part = np.divide(own, total[:, None], out=np.zeros_like(own), where=total[:, None] > 0)
    return lost[:, None] * part + now[:, 1:] - as_usual[:, 1:]


def lag_months(market: Market) -> int:
    """Months until the times of one are known, or acted upon."""
    return max(market.known_after, round(market.lag / DAY_S / MONTH_D))


def taste_of(market: Market) -> Taste:
    """How a market that chooses weighs."""
    assert market.value_of_time is not None
    assert market.scale is not None
    return Taste(
        market.value_of_time, market.value_of_time_spread, market.reliability_ratio, market.scale, market.alike_scale
    )


def base_shares(market: Market) -> F64:
    """[way] shares of the base year, the corridor's first."""
    rivals = [given.share for given in market.rivals]
    return np.array([1 - sum(rivals), *rivals])


def offer_of(world: World, market: Market, calendar: Stretches, known: Known) -> Offer:
    """What can be chosen in each stretch: the corridor as it is known, the rivals as they are quoted then."""
    rows = [world.rivals[given.rival] for given in market.rivals]
    days, month = calendar.quoted, calendar.month
    price = np.array([[known.price[m], *(r.price.at(d) for r in rows)] for m, d in zip(month, days, strict=True)])
    mean = np.array(
        [[known.mean_d[m], *(r.time.at(d) / DAY_S for r in rows)] for m, d in zip(month, days, strict=True)]
    )
    sd = np.array([[known.sd_d[m], *(r.spread.at(d) / DAY_S for r in rows)] for m, d in zip(month, days, strict=True)])
    takes_part = np.array([1.0, *(given.share > 0 for given in market.rivals)])
    here = np.array([[1.0, *(r.available.at(d) for r in rows)] for d in days]) * takes_part
    alike = np.array([True, *(given.alike for given in market.rivals)])
    return Offer(taste_of(market).costs(price, mean, sd), here, alike)


def usual_of(market: Market, calendar: Stretches, seen: Seen, plan: Mapping[str, F64]) -> Usual:
    """The base year of a market, from a run of the reference."""
    late = {name: usual_d(own) for name, own in seen.journeys.items() if name in plan}
    reported = np.bincount(calendar.month, calendar.in_period) > 0
    of_flow: dict[str, tuple[float, float, float]] = {}
    units = {name: float((own * calendar.in_period).sum()) for name, own in plan.items()}
    for name in plan:
        m, s = published(seen.journeys[name], calendar, lag_months(market), market.known_over, late[name])
        some = reported & ~np.isnan(m)
        if some.any() and units[name] > 0:
            of_flow[name] = (float(m[some].mean()), float(s[some].mean()), seen.price[name])
    total = sum(units[name] for name in of_flow)
    mean, sd, price = (sum(units[n] * own[k] for n, own in of_flow.items()) / total if total else 0.0 for k in range(3))
    return Usual(mean, sd, price, of_flow, late, units)


def constants_of(mind: Mind, known: Known) -> F64:
    """[way] constants with which the base year's plan is what comes over its reported months.

    ``mind`` is the market in the reference, ``known`` what was known there. Raises InputError where no constants do.
    """
    market, calendar = mind.market, mind.calendar
    if market.reacts == "captive":
        return np.zeros(0)
    weights = np.sum(list(mind.plan.values()), axis=0) * calendar.in_period
    there = base_shares(market) > 0
    offer = offer_of(mind.world, market, calendar, known)
    some = Offer(offer.costs[:, there], offer.open_share[:, there], offer.alike[there])
    constants = np.zeros(len(there))
    try:
        constants[there] = fitted_constants(taste_of(market), base_shares(market)[there], some, weights)
    except ValueError as error:
        message = f"no constants give the shares of the base year: {error}"
        raise InputError([fault(mind.world, "markets", mind.name, "rivals", message)]) from None
    return constants
