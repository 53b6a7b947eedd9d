"""A rule for where a target is missed, as records."""

from __future__ import annotations

from dataclasses import dataclass

from sim.record import Record
from sim.studies.sweep.result import Target


@dataclass(frozen=True, slots=True)
class RuleBound(Record):
    """A bound of the rule in a factor's own values; None where it has no such end."""

    key: str
    words: str
    above: str | None  #: the smallest value inside, as it is written
    at_most: str | None  #: the largest value inside


@dataclass(frozen=True, slots=True)
class Worth(Record):
    """What the rule is worth on some points; shares with 95 % intervals, None where nothing is there."""

    points: int
    failing: int
    inside: int
    both: int
    coverage: float | None  #: share of the failing points that lie inside
    coverage_low: float
    coverage_high: float
    density: float | None  #: share of the points inside that fail
    density_low: float
    density_high: float


@dataclass(frozen=True, slots=True)
class Placed(Record):
    """A point: its values as numbers of the picture, whether it fails, and whether it is a fresh one."""

    values: tuple[float, ...]
    value: float | None
    fails: bool
    fresh: bool


@dataclass(frozen=True, slots=True)
class DiscoveryResult(Record):
    """Under which conditions a target is missed."""

    title: str
    question: str
    scenario: str
    scenario_title: str
    outcome: str
    unit: str
    target: Target
    seed: int
    replications: int
    factors: tuple[str, ...]  #: their words
    keys: tuple[str, ...]
    rule: tuple[RuleBound, ...]  #: empty: nothing tells where points fail
    found_on: Worth
    fresh: Worth
    placed: tuple[Placed, ...]
    failed_runs: int  #: points that could not be run; they count as failing nowhere

    @property
    def told(self) -> str:
        """The rule as a sentence has it."""
        return " and ".join(bound_words(bound) for bound in self.rule)


def bound_words(bound: RuleBound) -> str:
    """``feeders at most 1``."""
    if bound.above is not None and bound.at_most is not None:
        if bound.above == bound.at_most:
            return f"{bound.words} {bound.above}"
        return f"{bound.words} from {bound.above} to {bound.at_most}"
    return f"{bound.words} at most {bound.at_most}" if bound.above is None else f"{bound.words} at least {bound.above}"
