"""On what terms a scheme is appraised: rates, years and prices that no simulation can give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from math import isfinite

from sim.errors import InputError, Problem
from sim.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms(Record):
    """Rates, years and prices of an appraisal.

    The reliability ratio is the value of a day of standard deviation over that of a day of the mean: an estimate for freight, with the
    range in ``TRIED``, until shippers of this corridor are asked. What the others rest on: ``docs/concepts/appraisal.md``.
    """

    cost_low_musd: float  #: investment, million USD
    cost_high_musd: float
    discount: float = 0.05  #: rate a year
    years: int = 25  #: years of benefits
    build_years: int = 3  #: years before the first benefit, over which the cost is spread evenly
    upkeep: float = 0.02  #: running cost of what was built, share of the investment a year
    growth: float = 0.0  #: of the benefit, a year
    carbon_usd_per_t: float = 60.0  #: price of a tonne of CO2e
    time_scale: float = 1.0  #: values of time of the tariffs, times this
    reliability_ratio: float = 0.4

    @property
    def cost_musd(self) -> float:
        """The middle of the investment's range."""
        return (self.cost_low_musd + self.cost_high_musd) / 2

    def flows_musd(self, benefit_musd: float) -> list[float]:
        """Amounts of each year, the first year of building first, of a benefit in the first year of use."""
        spent = [-self.cost_musd / self.build_years] * self.build_years if self.build_years else [-self.cost_musd]
        upkeep = self.upkeep * self.cost_musd
        return spent + [benefit_musd * (1 + self.growth) ** k - upkeep for k in range(self.years)]


#: Field -> lowest and highest value that is tried alone, and the words of the row.
TRIED: dict[str, tuple[float, float, str]] = {
    "discount": (0.03, 0.1, "discount rate"),
    "time_scale": (0.5, 2.0, "value of time, times"),
    "reliability_ratio": (0.1, 1.2, "reliability ratio"),
    "carbon_usd_per_t": (0.0, 100.0, "price of carbon, USD/t"),
    "growth": (-0.02, 0.04, "growth of the benefit a year"),
}
#: Terms that are shares, and written in per cent.
_SHARES = ("discount", "growth")
#: Field -> what it may be: ends, and words.
_BOUNDS: dict[str, tuple[float, float, str]] = {
    "cost_low_musd": (0.0, 1e6, "--cost"),
    "cost_high_musd": (0.0, 1e6, "--cost"),
    "discount": (0.0, 0.5, "--discount"),
    "years": (1, 100, "--years"),
    "build_years": (0, 30, "--build-years"),
    "upkeep": (0.0, 1.0, "--upkeep"),
    "growth": (-0.5, 0.5, "--growth"),
    "carbon_usd_per_t": (0.0, 10_000.0, "--carbon-price"),
    "time_scale": (0.0, 100.0, "--time-scale"),
    "reliability_ratio": (0.0, 10.0, "--reliability-ratio"),
}


def refuse(terms: Terms) -> None:
    """Raise InputError with every term that cannot be."""
    problems = [*_faults(terms)]
    if problems:
        raise InputError(problems)


def _faults(terms: Terms) -> Iterator[Problem]:
    for one in fields(terms):
        low, high, option = _BOUNDS[one.name]
        value = getattr(terms, one.name)
        if not (isfinite(value) and low <= value <= high):
            yield Problem(f"{value:g} is outside of {low:g} to {high:g}", option)
    if terms.cost_low_musd > terms.cost_high_musd:
        yield Problem(f"{terms.cost_low_musd:g} is above {terms.cost_high_musd:g}; write LOW:HIGH", "--cost")
    if not terms.cost_high_musd > 0:
        yield Problem("a scheme that costs nothing needs no appraisal; give million USD above 0", "--cost")


def read_cost(text: str) -> tuple[float, float]:
    """``120`` or ``90:150`` as million USD. Raises InputError."""
    try:
        low, _, high = text.partition(":")
        return float(low), float(high or low)
    except ValueError:
        told = f"{text[:30]!r} is no cost; write million USD, such as 120, or 90:150 for a range"
        raise InputError([Problem(told, "--cost")]) from None


@dataclass(frozen=True)
class Tried:
    """A term at its lowest and at its highest, the others as given; ``ends`` are these two in words."""

    words: str
    ends: tuple[str, str]
    low: Terms
    high: Terms


def alone(terms: Terms) -> Iterator[Tried]:
    """Each term tried alone; one that is given beyond its range is tried up to what is given."""
    least, most = terms.cost_low_musd, terms.cost_high_musd
    costs = replace(terms, cost_high_musd=least), replace(terms, cost_low_musd=most)
    yield Tried("investment, million USD", (f"{least:g}", f"{most:g}"), *costs)
    for name, (low, high, words) in TRIED.items():
        own = getattr(terms, name)
        ends = min(low, own), max(high, own)
        told = [f"{100 * end:g} %" if name in _SHARES else f"{end:g}" for end in ends]
        yield Tried(words, (told[0], told[1]), *(replace(terms, **{name: end}) for end in ends))
