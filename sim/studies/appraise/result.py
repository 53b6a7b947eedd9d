"""An appraisal as a record: the benefit of a year by its parts, present value and rate of return, and what each term does to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.record import Record
from sim.report.estimate import Estimate
from sim.statistics.discounting import present_value, rate_of_return
from sim.statistics.intervals import interval
from sim.studies.appraise.benefits import PARTS, Benefits
from sim.studies.appraise.terms import Terms, alone


@dataclass(frozen=True, slots=True)
class Part(Record):
    """One part of the benefit of a year."""

    part: str
    musd_per_year: Estimate


@dataclass(frozen=True, slots=True)
class Worth(Record):
    """What the scheme is worth on some terms."""

    words: str
    npv_musd: Estimate  #: present value, million USD of the first year of building; the interval is random variation
    eirr: float | None  #: rate of return of the mean benefit; None: there is none

    def better_than(self, discount: float) -> str:
        """``earns more``, ``earns less`` or ``not decided`` at the discount rate, by the interval of the present value."""
        mean, half = self.npv_musd.mean, self.npv_musd.half_width
        if mean is None or half is None or abs(mean) <= half:
            return "not decided at this precision"
        return "earns more than it costs" if mean > 0 else "earns less than it costs"


@dataclass(frozen=True, slots=True)
class Swing(Record):
    """One term at its lowest and its highest, all others as given."""

    words: str
    low: Worth
    high: Worth


@dataclass(frozen=True, slots=True)
class Appraisal(Record):
    """What a scenario earns against its base and its cost."""

    base: str
    scheme: str
    base_title: str
    scheme_title: str
    base_run: str
    scheme_run: str
    replications: int
    period: str
    terms: Terms
    costed: tuple[str, ...]  #: interventions whose published costs are added up; none: the cost was given
    parts: tuple[Part, ...]
    benefit: Estimate  #: of a year, million USD
    worth: Worth
    swings: tuple[Swing, ...]  #: the widest first
    worst: Worth
    best: Worth
    flows: tuple[str, ...]
    left_out: tuple[str, ...]
    of_markets: tuple[str, ...]  #: flows whose shippers' gain is the change of the log-sum of their market
    unfinished: tuple[int, int]  #: shipments that had not arrived, of both runs
    assumed_share: float  #: part of all charges and times that rests on assumed rates


def worth(found: Benefits, terms: Terms, words: str) -> Worth:
    """Present value of each replication's benefit, and the rate of return of their mean."""
    yearly = found.total(terms.time_scale, terms.reliability_ratio, terms.carbon_usd_per_t)
    values = np.array([present_value(terms.flows_musd(float(one)), terms.discount) for one in yearly])
    return Worth(words, Estimate.of(interval(values)), rate_of_return(terms.flows_musd(float(yearly.mean()))))


def parts_of(found: Benefits, terms: Terms) -> Iterator[Part]:
    """The parts of the benefit of a year, with random variation."""
    scaled = found.scaled(terms.time_scale, terms.reliability_ratio, terms.carbon_usd_per_t)
    if found.of_markets:
        yield Part("shippers", Estimate.of(interval(np.asarray(found.shippers))))
    for part in PARTS:
        yield Part(part, Estimate.of(interval(scaled[part])))


def swings_of(found: Benefits, terms: Terms) -> tuple[Swing, ...]:
    """Each term alone at its ends, the widest swing of the present value first."""
    swings = [
        Swing(one.words, worth(found, one.low, one.ends[0]), worth(found, one.high, one.ends[1]))
        for one in alone(terms)
    ]
    return tuple(sorted(swings, key=lambda one: -_width(one)))


def extremes(found: Benefits, terms: Terms) -> tuple[Worth, Worth]:
    """All terms at those ends that make the present value least, and greatest, one after another."""
    ends = []
    for sign, words in ((-1, "every term at its worse end"), (1, "every term at its better end")):
        at = terms
        for k in range(len([*alone(terms)])):
            tried = [*alone(at)][k]
            at = max((tried.low, tried.high), key=lambda one: sign * _mean(worth(found, one, "")))
        ends.append(worth(found, at, words))
    return ends[0], ends[1]


def _mean(one: Worth) -> float:
    return one.npv_musd.mean or 0.0


def _width(one: Swing) -> float:
    return abs(_mean(one.high) - _mean(one.low))
