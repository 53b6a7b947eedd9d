"""The summary that the page of the talks is written from, as records; it is stored in ``talks.json`` and read again.

Scopes carry words for readers who do not know a flow's id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.record import OPTIONAL, Record
from sim.report.estimate import Estimate
from sim.report.published import Published
from sim.studies.compare.comparison import PairedIndicator
from sim.studies.compare.moved_time import PairedTime
from sim.studies.compare.recovery import Recovery, UnseenRecovery

#: What stands in place of a jam where a summary was stored without it.
NOT_STORED = ""


@dataclass(frozen=True, slots=True)
class AnsweringLine(PairedIndicator):
    """A line of a comparison with its scope in words."""

    scope_words: str


@dataclass(frozen=True, slots=True)
class MissingLine(Record):
    """An indicator that was asked for and that the runs do not have in common."""

    kpi: str
    scope: str
    scope_words: str


@dataclass(frozen=True, slots=True)
class Level(Record):
    """An indicator in base (a) and scenario (b), all flows counted, whether or not demand is the same; in ``unit``."""

    kpi: str
    scope: str
    scope_words: str
    a: Estimate
    b: Estimate
    unit: str


@dataclass(frozen=True, slots=True)
class Jam(Record):
    """Where a run jams: its worst cargo."""

    scope: str
    unfinished: float  #: share of the cargo's shipments that had not arrived when the run stopped
    median_d: float | None  #: d; None: not reached


@dataclass(frozen=True, slots=True)
class Answer(Record):
    """What one comparison says of one scenario."""

    scenario: str
    title: str
    question: str
    run_id: str
    notes: tuple[str, ...]
    recovery: Recovery | UnseenRecovery | None
    primary: AnsweringLine
    shown: tuple[AnsweringLine, ...]  #: judged as a family of their own
    not_shown: tuple[MissingLine, ...]
    level: Level | None
    stands_longest: PairedTime | None  #: where the primary indicator's shipments wait longest; None: nowhere
    withdrawn: str = ""  #: why the answer is not given; empty: it is
    levels: tuple[Level, ...] = ()  #: of the question's criteria, besides ``level``
    #: title of the place where ``stands_longest`` is; empty: it has none, or nothing waits
    waits_at: str = ""
    #: share of the time of the primary indicator's shipments that hangs on assumed numbers; None: not stored
    assumed: float | None = None
    #: of the run or its base; None: neither jams
    jam: Jam | str | None = field(default=NOT_STORED, metadata=OPTIONAL)


@dataclass(frozen=True, slots=True)
class BaseOfAnswers(Record):
    """The run that the answers of a question are compared with."""

    scenario: str
    title: str
    run_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion(Record):
    """What must hold for Yes: one bound on one indicator, in its unit; of ``relative`` in %."""

    kpi: str
    scope: str
    scenario: str
    than: str = ""  #: scenario whose difference is taken off; empty: none
    of: str  #: ``level``, ``difference`` or ``relative``
    at_least: float | None = None
    at_most: float | None = None
    about: float | None = None
    must: str = ""  #: ``fall`` or ``rise``: a difference that must be shown
    source: str = ""  #: link to where the bound was published; empty: it is the project's own
    why: str = ""  #: why it is this one, where it is not published


@dataclass(frozen=True, slots=True)
class Promise(Record):
    """A published figure that is drawn beside an answer and judges nothing; of the first criterion's indicator."""

    text: str
    value: float
    source: str


@dataclass(frozen=True, slots=True)
class AnsweredQuestion(Record):
    """A question with the answers of its scenarios."""

    asks: str  #: empty: it stands in no row of the first table
    compare_id: str
    answers: tuple[Answer, ...]
    base: BaseOfAnswers
    judged: tuple[Criterion, ...] = ()  #: what must hold for Yes; none: the primary indicator becomes better
    sentence: str = ""  #: what is found, with {found}, {today} and {bound} of the first criterion
    promised: Promise | None = None
    leads: bool = False  #: its answer heads the page of the talk


@dataclass(frozen=True, slots=True)
class Said(Record):
    """One thing that was said, paraphrased."""

    said: str
    source: str
    interventions: tuple[str, ...]
    scenarios: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldClaim(Record):
    """A published figure with the model's beside it."""

    text: str
    scenario: str
    kpi: str  #: empty: no indicator says the same
    of: str  #: ``level``, ``difference`` or ``relative``
    year: int | None = None  #: of a published level
    observation: str = ""  #: id of the published figure, for its role
    low: float | None  #: at least so much, in ``unit``
    high: float | None  #: at most so much
    value: float | None  #: about so much
    unit: str
    source: str
    scope: str
    scope_words: str
    model: Estimate | None  #: in ``model_unit``; None: the model has none
    model_unit: str
    base_year: int | None = None  #: the year for which the run stands as it ran; None: for none
    role: str = ""  #: of the published figure in this run

    @property
    def published(self) -> Published:
        """The published side."""
        return Published(
            id=self.observation,
            title=self.text,
            unit=self.unit,
            year=self.year,
            value=self.value,
            low=self.low,
            high=self.high,
            source=self.source,
            role=self.role,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldClaim(HeldClaim):
    """A claim, and whether the answer of its scenario is told, and in times."""

    withdrawn: bool
    jam: bool


@dataclass(frozen=True, slots=True)
class ToldIntervention(Record):
    """An entry of the catalogue: figures published, ranges assumed, or why it changes nothing."""

    id: str
    title: str
    kind: str
    since: str  #: day from which it holds
    grade: str
    source: str
    cost_musd: float | None
    effect: str  #: ``changes``, or what else it is
    published: str
    assumed: str
    why: str  #: why it changes nothing; empty: it does


@dataclass(frozen=True, slots=True)
class TalkSummary(Record):
    """One talk with what was said, what is found, and what a reader must know."""

    id: str
    title: str
    statements: tuple[Said, ...]
    comparisons: tuple[AnsweredQuestion, ...]
    claims: tuple[HeldClaim, ...]
    caveats: tuple[str, ...]
    interventions: tuple[ToldIntervention, ...]


@dataclass(frozen=True, slots=True)
class NotCarriedProgram(Record):
    """A program that is not in the library, the reason, and the scenarios that answer a part of its question."""

    name: str
    title: str
    question: str
    reason: str
    source: str
    instead: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Made(Record):
    """By what the page was made."""

    command: str
    version: str
    seed: int
    replications: tuple[int, ...]  #: of the runs, each number once, ascending
    engines: tuple[str, ...]
    code: tuple[str, ...]  #: digests of the program's sources
    geodata: tuple[str, ...]  #: digests of the geodata
    packages: Mapping[str, str]  #: name -> version
    inputs: str = "fixed"  #: how the runs took their inputs


@dataclass(frozen=True, slots=True, kw_only=True)
class TalksSummary(Record):
    """Everything that the page says."""

    talks: tuple[TalkSummary, ...]
    not_carried: tuple[NotCarriedProgram, ...]
    made: Made
    notice: str = ""  #: a sentence that heads the page
    picture: str  #: path from the page
