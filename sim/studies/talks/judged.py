"""Whether a question of the talks is answered with Yes, No or Partly: by its criteria from the numbers, never by hand.

A bound on a number holds where its whole 95 % interval lies on the right side of it, and fails where all of it lies on
the other; between the two it is open. A difference that must be shown is shown by the verdict of the comparison. All
criteria hold: Yes. Some do: Partly. None does, and one fails: No. Nothing is decided: Open. A withdrawn answer judges
nothing, and where a run jams no time does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

from sim.indicators import INDICATORS
from sim.language.forms import percent
from sim.language.words import mark, tr
from sim.report.estimate import Estimate
from sim.report.published import HIT_WITHIN
from sim.studies.compare.tested import BETTER, UNCHANGED, WORSE
from sim.studies.talks.limits import is_time, jams
from sim.studies.talks.summary import Answer, AnsweredQuestion, AnsweringLine, Criterion

YES, NO, PARTLY, OPEN, WITHDRAWN = mark("Yes"), mark("No"), mark("Partly"), mark("Open"), mark("Withdrawn")
#: How sure an answer is, by the number of doubts.
SURE = (mark("high"), mark("medium"), mark("low"))
#: A decided bound nearer than so many half-widths is a doubt, as is a larger share of time on assumed numbers.
NEAR_HALF_WIDTHS, MUCH_ASSUMED = 2.0, 1 / 3
_NOTHING = Estimate(None, None, 0)


@dataclass(frozen=True, slots=True)
class JudgedCriterion:
    """A criterion with the numbers that judge it; ``today`` and ``found`` are levels, in ``unit``."""

    criterion: Criterion
    word: str  #: Yes: it holds, No: it fails; Open or Withdrawn
    today: Estimate  #: in the base
    found: Estimate  #: in the scenario
    moved: Estimate  #: what the bound is on, if it is no level: in ``moved_unit``
    unit: str
    moved_unit: str
    far: float | None = None  #: half-widths between what is bounded and the bound; None: no interval

    @property
    def number(self) -> tuple[Estimate, str]:
        """What the bound is on, with its unit."""
        return (self.found, self.unit) if self.criterion.of == "level" else (self.moved, self.moved_unit)

    @property
    def bound(self) -> float | None:
        """The bound as a level: that of today and the bounded difference, where the bound is on one."""
        of, asked = self.criterion, bound_of(self.criterion)
        if asked is None or of.of == "level" or self.today.mean is None:
            return asked if of.of == "level" else None
        return self.today.mean + (asked if of.of == "difference" else self.today.mean * asked / 100)


def bound_of(criterion: Criterion) -> float | None:
    """The number of a criterion; None of one that a difference be shown."""
    given = (criterion.at_least, criterion.at_most, criterion.about)
    return next((bound for bound in given if bound is not None), None)


def judged(question: AnsweredQuestion) -> list[JudgedCriterion]:
    """The criteria of a question with what judges them, in their order; one that has none is judged by its own."""
    return [_judge(one, question) for one in question.judged or (_own(question.answers[0]),)]


def answer_word(criteria: Sequence[JudgedCriterion]) -> str:
    """Yes, No, Partly, Open or Withdrawn."""
    words = {one.word for one in criteria}
    if WITHDRAWN in words:
        return WITHDRAWN
    if words == {YES}:
        return YES
    return PARTLY if YES in words else NO if NO in words else OPEN


def doubts(question: AnsweredQuestion, criteria: Sequence[JudgedCriterion]) -> list[str]:
    """Why an answer is less than sure, in words, each once."""
    found = []
    far = [one.far for one in criteria if one.far is not None and one.word in (YES, NO)]
    if far and min(far) < NEAR_HALF_WIDTHS:
        found.append(tr("the number lies close to the bound"))
    share = assumed(question)
    if share is None:
        found.append(tr("how much rests on assumptions was not stored"))
    elif share > MUCH_ASSUMED:
        found.append(tr("{share} of the time hangs on assumed numbers", share=percent(share)))
    return found


def how_sure(question: AnsweredQuestion, criteria: Sequence[JudgedCriterion]) -> str:
    """High, medium or low, by the number of doubts; nothing of what is withdrawn, and low where nothing is decided."""
    word = answer_word(criteria)
    if word == WITHDRAWN:
        return "–"
    return SURE[-1] if word == OPEN else SURE[min(len(doubts(question, criteria)), len(SURE) - 1)]


def assumed(question: AnsweredQuestion) -> float | None:
    """The share of time that hangs on assumed numbers, of the first answer that is given."""
    given = [answer for answer in question.answers if not answer.withdrawn]
    return given[0].assumed if given else None


def _own(answer: Answer) -> Criterion:
    """Of a question without criteria: the primary indicator becomes better."""
    line = answer.primary
    must = {"lower": "fall", "higher": "rise"}.get(INDICATORS[line.kpi].good, "")
    return Criterion(kpi=line.kpi, scope=line.scope, scenario=answer.scenario, of="difference", must=must)


def _judge(one: Criterion, question: AnsweredQuestion) -> JudgedCriterion:
    answers = {answer.scenario: answer for answer in question.answers}
    used = [answers[name] for name in (one.scenario, one.than) if name in answers]
    line, numbers = _numbers(one, used)
    if not used or any(answer.withdrawn for answer in used):
        return replace(numbers, word=WITHDRAWN)
    if is_time(one.kpi, numbers.unit) and any(map(jams, used)):
        return replace(numbers, today=_NOTHING, found=_NOTHING, moved=_NOTHING)
    bounded, _ = numbers.number
    shown = line is not None and line.good != "neutral" and one.must and not one.than
    word = _shown(one, line) if shown and line else _held(one, bounded)
    return replace(numbers, word=word, far=_half_widths(one, bounded))


def _numbers(one: Criterion, used: Sequence[Answer]) -> tuple[AnsweringLine | None, JudgedCriterion]:
    """The line of the criterion's indicator, if the runs have it in common, and the numbers; nothing judged yet."""
    nothing = JudgedCriterion(one, OPEN, _NOTHING, _NOTHING, _NOTHING, INDICATORS[one.kpi].unit, "")
    lines = [_line(answer, one) for answer in used]
    if one.of == "level":
        answer = used[0] if used else None
        levels = [] if answer is None else [answer.level, *answer.levels]
        level = next((x for x in levels if x is not None and (x.kpi, x.scope) == (one.kpi, one.scope)), None)
        return None, nothing if level is None else replace(nothing, today=level.a, found=level.b, unit=level.unit)
    if not lines or None in lines:
        return None, nothing
    first, *others = [line for line in lines if line is not None]
    moved, unit = first.difference, first.unit
    for other in others:
        moved = _apart(moved, other.difference)
    if one.of == "relative":
        base = first.a.mean
        scale = 100 / abs(base) if base else 0.0
        moved, unit = (_scaled(moved, scale), "%") if scale else (_NOTHING, "%")
    return first, replace(nothing, today=first.a, found=first.b, moved=moved, unit=first.unit, moved_unit=unit)


def _line(answer: Answer, one: Criterion) -> AnsweringLine | None:
    lines = (answer.primary, *answer.shown)
    return next((line for line in lines if (line.kpi, line.scope) == (one.kpi, one.scope)), None)


def _apart(one: Estimate, other: Estimate) -> Estimate:
    """The difference of two differences. Its half-width is at most the sum of theirs, whatever runs with the other."""
    if one.mean is None or other.mean is None:
        return _NOTHING
    halves = (one.half_width, other.half_width)
    half = None if None in halves else sum(half for half in halves if half is not None)
    return Estimate(one.mean - other.mean, half, min(one.n, other.n))


def _scaled(found: Estimate, scale: float) -> Estimate:
    half = found.half_width
    mean = None if found.mean is None else found.mean * scale
    return replace(found, mean=mean, half_width=None if half is None else half * scale)


def _shown(one: Criterion, line: AnsweringLine) -> str:
    """Whether the comparison shows a fall or rise; what is the same in every replication does neither."""
    if line.verdict == UNCHANGED:
        return NO
    if line.verdict not in (BETTER, WORSE) or line.difference.mean is None:
        return OPEN
    return YES if (line.difference.mean < 0) == (one.must == "fall") else NO


def _held(one: Criterion, found: Estimate) -> str:
    """Where a 95 % interval lies to the bounds; without an interval, of one replication, nothing is decided."""
    if found.mean is None or found.half_width is None:
        return OPEN
    least, most = _ends(one)
    low, high = found.mean - found.half_width, found.mean + found.half_width
    if least <= low and high <= most:
        return YES
    return NO if high < least or low > most else OPEN


def _ends(one: Criterion) -> tuple[float, float]:
    """Between what a number must lie."""
    if one.about is not None:
        low, high = sorted(one.about * (1 + side * HIT_WITHIN) for side in (-1, 1))
        return low, high
    least, most = one.at_least, one.at_most
    if one.must:
        least, most = (None, 0.0) if one.must == "fall" else (0.0, None)
    return -inf if least is None else least, inf if most is None else most


def _half_widths(one: Criterion, found: Estimate) -> float | None:
    """How many half-widths a number lies from the nearest bound; without spread it is as far as can be."""
    if found.mean is None or found.half_width is None:
        return None
    apart = min(abs(found.mean - end) for end in _ends(one))
    return apart / found.half_width if found.half_width else inf
