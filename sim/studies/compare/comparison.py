"""A comparison as records: each later run beside the base, its indicators in pairs, and what is said of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.indicators import Measure
from sim.model.effects import Effect
from sim.record import Record
from sim.report.bands import DifferenceBands
from sim.report.estimate import Estimate
from sim.report.published_line import PublishedLine
from sim.report.scopes import cargo_words
from sim.studies.compare.left_out import ScopeTitles
from sim.studies.compare.moved_time import MovedTime
from sim.studies.compare.recovery import Recovery, UnseenRecovery


@dataclass(frozen=True, slots=True)
class PairedIndicator(Record):
    """One indicator of one scope in both runs, and the difference b - a over pairs of replications, in ``unit``."""

    kpi: str
    scope: str
    unit: str
    year: int  #: calendar year; 0: the whole period
    good: str  #: the good direction: ``higher``, ``lower`` or ``neutral``
    a: Estimate
    b: Estimate
    difference: Estimate
    relative: float | None  #: mean difference as a share of a's mean; None where that is 0 or not known
    variance_ratio: float | None  #: how many times more replications independent random numbers would need
    p_value: float | None  #: that the difference is 0; None: not tested
    p_adjusted: float | None  #: the same with Holm's correction for all that is tested together
    verdict: str
    primary: bool  #: whether it stands for the question, and is tested alone

    @property
    def measure(self) -> Measure:
        """The indicator and its scope."""
        return Measure(self.kpi, self.scope)


@dataclass(frozen=True, slots=True)
class RunFacts(Record):
    """What names a run, as its manifest says."""

    run_id: str | None
    scenario: str
    title: str | None
    question: str | None
    seed: int | None
    replications: int | None
    period: Mapping[str, Any] | None  #: start and end, as the resolved world has them


@dataclass(frozen=True, slots=True)
class ComparedFlows(Record):
    """Flows with the same demand in both runs, over which groups are counted, and those left out of them."""

    common: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PairedComparison(Record):
    """One run (b) against the base (a), replication by replication with common random numbers."""

    a: RunFacts
    b: RunFacts
    changes: tuple[str, ...]  #: interventions and keys that b changes and a does not
    notes: tuple[str, ...]
    scopes: Mapping[str, ScopeTitles]
    flows: ComparedFlows
    primary: str  #: ``KPI of SCOPE`` that stands for the question
    lines: tuple[PairedIndicator, ...]  #: of the whole period
    by_year: tuple[PairedIndicator, ...]  #: of each calendar year, where the period has several; not tested
    moved: MovedTime
    places: Mapping[str, str]  #: titles of the places of ``moved``, by id
    recovery: Recovery | UnseenRecovery | None  #: None: b has no disruption of its own
    tests: int = 0  #: how many tests Holm's correction is for, over all comparisons with the base
    observed: tuple[PublishedLine, ...] = ()  #: published figures beside the base's
    effects: tuple[Effect, ...] = ()  #: what b's changes come to
    bands: tuple[DifferenceBands, ...] = ()  #: with sampled inputs: random variation alone, and with inputs

    @property
    def answer(self) -> PairedIndicator:
        """The primary indicator's line."""
        return next(line for line in self.lines if line.primary)

    def title_of(self, line: PairedIndicator) -> str:
        """The scope of a line by its title."""
        known = self.scopes.get(line.scope)
        return cargo_words(line.scope) if known is None else known.of(line.kpi)


@dataclass(frozen=True, slots=True)
class Comparisons(Record):
    """All comparisons with one base, in the order in which the runs were given."""

    comparisons: tuple[PairedComparison, ...]
