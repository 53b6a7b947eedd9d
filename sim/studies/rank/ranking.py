"""A ranking of interventions and packages by what a million USD buys, as records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sim.record import INLINE, Record
from sim.report.estimate import Estimate
from sim.report.stranded import Stranded


@dataclass(frozen=True, slots=True)
class CandidateRun(Record):
    """A candidate that was run, and its effect."""

    candidate: str  #: id of an intervention, or name of a scenario
    title: str
    kind: str  #: of the intervention; ``package`` for a scenario
    members: tuple[str, ...]  #: interventions and settings that it consists of
    grade: str  #: how well founded it is
    cost_musd: float | None  #: million USD; None: not published for every member
    cost_year: int | None  #: year of the prices; None: not known
    cost_given: bool  #: whether the cost is the caller's own
    replications: int
    effect: Estimate  #: change of the indicator against the base, in its unit


@dataclass(frozen=True, slots=True)
class PricedCandidate(CandidateRun):
    """A candidate with a cost."""

    gain_per_musd: Estimate  #: change in the good direction a million USD, in the indicator's unit
    helps: float  #: probability that it gains anything
    best: float  #: probability that none gains more per USD, nor doing nothing


@dataclass(frozen=True, slots=True)
class UnpricedCandidate(CandidateRun):
    """A candidate without a cost."""

    unpriced: tuple[str, ...]  #: members without a published cost
    worth_musd: float | None  #: million USD at which it would equal the first of the ranking; None: at none
    helps: float  #: probability that it gains anything
    most: float  #: probability that no other without a cost gains more


@dataclass(frozen=True, slots=True)
class UnrankedCandidate(Record):
    """A candidate whose effect is not a number, and why."""

    candidate: str
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class RunTogether(Record):
    """A package run as a whole, beside its members' own effects over the same replications, in the indicator's unit."""

    over: int  #: replications
    apart: Mapping[str, Estimate]  #: effect of each member by itself
    sum: Estimate  #: of the members' effects
    together: Estimate  #: effect of the package
    beyond: Estimate  #: together - sum


@dataclass(frozen=True, slots=True)
class BestPackage(Record):
    """The candidates that gain most within a budget, gains added up."""

    budget_musd: float
    members: tuple[str, ...]
    cost_musd: float
    chance: float | None  #: probability that this package is the best; None: nothing could be chosen from
    included: Mapping[str, float]  #: how often each candidate is in the best package, those that ever are
    run: RunTogether | None = field(default=None, metadata=INLINE)  #: None: there is no member, or not run yet


@dataclass(frozen=True, slots=True)
class Order(Record):
    """What the effects and the costs say: who gains most per USD, and how sure that is."""

    measure: str  #: ``KPI of SCOPE``
    words: str
    scope: str
    unit: str
    good: str  #: the good direction: ``higher`` or ``lower``
    confidence: float  #: probability from which a candidate counts as the best
    ranked: tuple[PricedCandidate, ...]  #: the best first
    nothing_best: float  #: probability that no candidate with a cost does any good
    known: bool  #: whether the first is best with ``confidence``
    cost_unknown: tuple[UnpricedCandidate, ...]  #: the largest gain first
    not_finite: tuple[UnrankedCandidate, ...]
    budget: BestPackage | None  #: None: no budget was given


@dataclass(frozen=True, slots=True)
class RankBase(Record):
    """What the candidates are added to."""

    scenario: str
    title: str
    id: str  #: of its series of replications


@dataclass(frozen=True, slots=True)
class NotRun(Record):
    """A candidate that was not run; ``group`` says why in a few words, ``why`` in full."""

    candidate: str
    title: str
    group: str
    why: str


@dataclass(frozen=True, slots=True)
class Ranking(Order):
    """A finished ranking."""

    indicator: str  #: words of the indicator and its scope, as a sentence has them
    inputs: str  #: ``fixed``, ``sampled`` or ``accepted``
    not_arrived: tuple[Stranded, ...]
    base: RankBase
    seed: int
    since: date | None  #: day from which interventions hold; None: from the catalogue's days
    first_stage: int  #: replications of every candidate in the first stage
    replications: int  #: of the base
    stopped: str  #: why no more replications were run
    left_out: tuple[NotRun, ...]
