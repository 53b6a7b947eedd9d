"""A study of sensitivity as records: the factors, what screening says of each, and the shares of variance."""

from __future__ import annotations

from dataclasses import dataclass

from sim.record import Record
from sim.runs.forecast import Forecast


@dataclass(frozen=True, slots=True)
class Input(Record):
    """A factor of the study: one parameter, or what rests on one fact."""

    name: str
    words: str
    keys: tuple[str, ...]  #: what ``--set`` would be given
    parameters: int  #: how many parameters move


@dataclass(frozen=True, slots=True)
class Effect(Record):
    """What a factor does over its whole range, by a Morris design; in the indicator's unit."""

    name: str
    size: float  #: mean absolute elementary effect
    half_width: float  #: of its 95 % bootstrap interval
    mean: float  #: with its sign
    spread: float  #: standard deviation over the places of the other factors
    noise: float  #: what luck alone may show
    shown: bool  #: whether the size is beyond it


@dataclass(frozen=True, slots=True)
class Share(Record):
    """Share of the variance that a factor accounts for, noise taken off; None where nothing moves the indicator."""

    name: str
    first: float | None  #: alone
    first_half_width: float | None  #: of the 95 % bootstrap interval
    total: float | None  #: with what it does together with others
    total_half_width: float | None

    @property
    def is_shown(self) -> bool:
        """Whether the interval of the total index lies above zero; one without an interval shows nothing."""
        return self.total is not None and self.total_half_width is not None and self.total > self.total_half_width


@dataclass(frozen=True, slots=True)
class Screening(Record):
    """Elementary effects of all factors on one indicator, the largest first."""

    effects: tuple[Effect, ...]
    trajectories: int
    used: int  #: trajectories with an outcome at every point


@dataclass(frozen=True, slots=True)
class Variance(Record):
    """Shares of one indicator's variance, the largest first."""

    shares: tuple[Share, ...]
    sd_inputs: float  #: standard deviation over the inputs, in the indicator's unit
    sd_noise: float  #: what luck adds to a point's mean
    base_points: int
    used: int  #: base points of which all of the block has an outcome


@dataclass(frozen=True, slots=True)
class OnIndicator(Record):
    """What was found for one indicator; None where that design was not run, ``why`` where it says nothing."""

    measure: str
    words: str
    unit: str
    screening: Screening | None
    variance: Variance | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class SensitivityResult(Record):
    """Which inputs rule which indicators."""

    title: str
    question: str
    scenario: str
    scenario_title: str
    given: tuple[str, ...]
    seed: int
    replications: int
    inputs: tuple[Input, ...]
    found: tuple[OnIndicator, ...]
    kept: tuple[str, ...]  #: factors of the Sobol design
    groups: int  #: groups of inputs before they were brought to their number; 0: the factors are a file's
    trajectories: int
    base_points: int
    plans: tuple[Forecast, ...]  #: of each stage
    failed: int  #: points without an outcome
    reasons: tuple[str, ...]  #: why, each once

    def title_of(self, name: str) -> str:
        """What a factor is called in a sentence or on a picture: with its name only where others are called alike."""
        own = next(one.words for one in self.inputs if one.name == name)
        return own if sum(one.words == own for one in self.inputs) == 1 else self.words_of(name)

    def words_of(self, name: str) -> str:
        """What a factor is called, with its name."""
        own = next(one for one in self.inputs if one.name == name)
        return own.words if own.words == own.name else f"{own.words} ({own.name})"
