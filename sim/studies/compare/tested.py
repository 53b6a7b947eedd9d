"""Lines of a comparison and their tests: better, worse, or no difference shown.

A family of lines is tested together with Holm's correction, so that a long list shows no differences that are chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from sim.indicators import INDICATORS
from sim.report.estimate import Estimate
from sim.report.kpi_values import Values
from sim.statistics.intervals import ERROR_RATE, PairedDifference, holm, paired
from sim.studies.compare.comparison import PairedIndicator

F64 = npt.NDArray[np.float64]

BETTER, WORSE, NEUTRAL = "better", "worse", "neutral"
NO_DIFFERENCE = "no difference shown at this precision"
UNCHANGED = "the same in every replication"


@dataclass(slots=True)
class Tested:
    """A line while it is judged, and the numbers by which lines that say the same are known (see ``_numbers``)."""

    line: PairedIndicator
    numbers: tuple[float, ...]

    @property
    def p_value(self) -> float:
        """Of a line that is tested."""
        assert self.line.p_value is not None
        return self.line.p_value


def tested_line(kpi: str, scope: str, unit: str, year: int, a: F64, b: F64, sides: tuple[Values, ...]) -> Tested:
    """The line of an indicator of a scope, not tested yet.

    Args:
        a, b: [replication] contributions to it.
        sides: the indicators of both runs, for what must be said beside them.
    """
    pair = paired(a, b)
    base, apart = pair.a.mean, pair.difference.mean
    known = np.isfinite(apart) and np.isfinite(base) and base != 0
    good = INDICATORS[kpi].good
    in_a, in_b = (side.noted(own, kpi, scope, year) for side, own in zip(sides, (pair.a, pair.b), strict=True))
    line = PairedIndicator(
        kpi=kpi,
        scope=scope,
        unit=unit,
        year=year,
        good=good,
        a=in_a,
        b=in_b,
        difference=Estimate.of(pair.difference),
        relative=apart / base if known else None,
        variance_ratio=pair.variance_ratio,
        p_value=None if good == "neutral" else pair.p_value,
        p_adjusted=None,
        verdict=_without_test(good, pair),
        primary=False,
    )
    return Tested(line, _numbers(a, b, pair))


def _numbers(a: F64, b: F64, pair: PairedDifference) -> tuple[float, ...]:
    """The difference of each replication in half-widths: equal for one thing told in two units or scopes.

    Empty where there is no spread: all differences that chance does not touch look alike.
    """
    found = pair.difference
    if not found.half_width:
        return ()
    apart = (b - a) / np.copysign(found.half_width, found.mean)
    return tuple(np.where(np.isnan(apart), np.inf, np.round(apart, 6) + 0.0).tolist())


def _without_test(good: str, pair: PairedDifference) -> str:
    """The verdict on what cannot be tested, and on what has not been tested yet."""
    found = pair.difference
    if not found.n:
        return "only in A" if pair.a.n else "only in B" if pair.b.n else found.note
    if found.mean == 0 and found.half_width == 0:
        return UNCHANGED
    if good == "neutral":
        return NEUTRAL
    return found.note or NO_DIFFERENCE


def judge(lines: Sequence[Tested]) -> int:
    """Adjust the p-values of a family of lines, write the verdicts, and return the number of tests.

    A line that is the same in every replication was not reached by the change; it is no test. Lines that tell
    the same numbers in other units or scopes (lots, TEU and tonnes of a flow) are one test.
    """
    tests: dict[object, list[Tested]] = {}
    for place, one in enumerate(lines):
        if one.line.p_value is not None:
            tests.setdefault(one.numbers or place, []).append(one)
    adjusted = holm([max(one.p_value for one in same) for same in tests.values()])
    for same, p_adjusted in zip(tests.values(), adjusted, strict=True):
        for one in same:
            one.line = _judged(one.line, p_adjusted)
    return len(tests)


def judged_by_themselves(lines: Sequence[PairedIndicator]) -> list[PairedIndicator]:
    """Lines judged anew as a family of their own: indicators that were named before anything was run.

    The family of all indicators is large, and few replications show little in it.
    """
    tested = {place: line.p_value for place, line in enumerate(lines) if line.p_value is not None}
    adjusted = dict(zip(tested, holm(list(tested.values())), strict=True))
    return [_judged(line, adjusted[place]) if place in adjusted else line for place, line in enumerate(lines)]


def _judged(line: PairedIndicator, p_adjusted: float) -> PairedIndicator:
    verdict = NO_DIFFERENCE if line.verdict in (BETTER, WORSE) else line.verdict
    if p_adjusted <= ERROR_RATE and line.difference.mean is not None:
        rises = line.difference.mean > 0
        verdict = BETTER if rises == (line.good == "higher") else WORSE
    return replace(line, p_adjusted=p_adjusted, verdict=verdict)


def answers(lines: Sequence[Tested]) -> list[Tested]:
    """The primary line and those that tell the same numbers in another scope or unit (containers as all cargo)."""
    primary = next(one for one in lines if one.line.primary)
    if primary.line.p_value is None or not primary.numbers:
        return [primary]
    return [one for one in lines if one.line.p_value is not None and one.numbers == primary.numbers]
