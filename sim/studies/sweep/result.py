"""A sweep as records: its axes, what is looked at, and every point of the grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.record import INLINE, OPTIONAL, Record, named
from sim.report.estimate import Estimate
from sim.studies.sweep.axes import Axis
from sim.studies.sweep.factors import Value


@dataclass(frozen=True, slots=True)
class Target(Record):
    """What an indicator is to be, in its unit: one of the two is given."""

    at_most: float | None
    at_least: float | None

    @property
    def level(self) -> float:
        """The value on the line."""
        return float(self.at_most if self.at_most is not None else self.at_least or 0.0)

    def missed(self, value: float) -> bool:
        """Whether a value is not good enough; what is never reached is not."""
        return not (value <= self.level if self.at_most is not None else value >= self.level)

    def __str__(self) -> str:
        return f"at {'most' if self.at_most is not None else 'least'} {self.level:g}"


@dataclass(frozen=True, slots=True)
class SweptIndicator(Record):
    """The indicator that is looked at, as the sweep's file says."""

    kpi: str
    scope: str
    words: str
    good: str  #: the good direction: ``lower`` or ``higher``
    year: int  #: calendar year; 0: the whole period
    target: Target | None = None  #: what it is to be


@dataclass(frozen=True, slots=True)
class WithFixedInputs(Record):
    """A point by random variation alone, of a sweep with sampled inputs; in the indicator's unit."""

    value: float | None = field(metadata=named("luck_value"))
    half_width: float | None = field(metadata=named("luck_half_width"))


@dataclass(frozen=True, slots=True)
class Rule(Record):
    """Replications until an indicator is known well enough, each point by itself."""

    rule: str  #: ``transit_p50 of W1 within 2%``
    most: int  #: replications of a point at most
    reached: int  #: points that have what it asks for


@dataclass(frozen=True, slots=True)
class ByRule(Record):
    """What a point came to by the rule: whether that was reached, and the rule's indicator in its own unit."""

    reached: bool
    rule_value: float | None
    rule_half_width: float | None


@dataclass(frozen=True, slots=True)
class SweepPoint(Record):
    """One point of the grid; ``value`` and ``half_width`` are None where it failed, which ``failed`` says why."""

    values: Mapping[str, Value] = field(metadata=INLINE)  #: parameter key -> its value
    value: float | None  #: mean over replications, in ``unit``
    half_width: float | None  #: of the 95 % interval
    unit: str
    run_id: str
    fixed: WithFixedInputs | None = field(metadata=INLINE)
    replications: int
    failed: str  #: empty: it has a value
    point: str = ""  #: its name in the store of points
    rebuilt: str = (
        ""  #: why the point was resolved and built as a whole; empty: it was patched from the scenario's model
    )
    by_rule: ByRule | None = field(
        default=None, metadata=INLINE
    )  #: None: its number of replications is fixed, or it failed

    @property
    def estimate(self) -> Estimate:
        """The value with its interval."""
        return Estimate(self.value, self.half_width, self.replications)

    def row(self) -> dict[str, object]:
        """The point as a row of a table, the parameters' values as they were given."""
        return self.as_json() | dict(self.values)


@dataclass(frozen=True, slots=True)
class SweepResult(Record):
    """What came out at every point of a grid of parameter values."""

    sweep: str
    title: str
    question: str
    scenario: str
    scenario_title: str
    given: tuple[str, ...] = field(metadata=named("set"))  #: ``key=value`` that holds at every point
    inputs: str  #: ``fixed``, ``sampled`` or ``accepted``
    seed: int
    replications: int
    outcome: SweptIndicator
    indicator: str  #: words of the indicator and its scope, as a sentence has them
    unit: str
    axes: tuple[Axis, ...]
    points: tuple[SweepPoint, ...]
    failed: int  #: points without a value
    shown: bool  #: whether the replications show that the lowest and the highest point differ
    design: str = "grid"  #: kind of the design
    until: Rule | None = field(default=None, metadata=OPTIONAL)  #: None: numbers of replications are fixed

    @property
    def counts(self) -> tuple[int, int]:
        """Fewest and most replications of a point."""
        counts = [point.replications for point in self.points]
        return min(counts), max(counts)
