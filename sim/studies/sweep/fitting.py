"""Factors held against the scenario before anything runs: whether each exists, and takes its values.

Each value is tried alone, of those between two ends the ends, so that every fault is told, and at the line of its
factor; what values do together is found when the points are resolved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from sim.errors import InputError, Problem
from sim.scenario.faults import written

if TYPE_CHECKING:
    from sim.studies.sweep.factors import Factor, Value
    from sim.studies.sweep.file import SweepPlan


def refuse_unfit_factors(plan: SweepPlan, at: Callable[[list[str]], Any]) -> None:
    """Raise InputError with every factor that does not exist, and every value that a factor cannot take.

    Args:
        at: resolves a point, given as ``key=value`` texts; raises InputError where that cannot be done.
    """
    problems = [problem for one in plan.factors for problem in _faults(plan, one, at)]
    if problems:
        raise InputError(list(dict.fromkeys(problems)))


def _faults(plan: SweepPlan, one: Factor, at: Callable[[list[str]], Any]) -> Iterator[Problem]:
    for value in one.steps:
        point: dict[str, Value] = {one.key: value}
        texts = plan.texts(point)
        try:
            at(texts)
        except InputError as error:
            own = [p for p in error.problems if p.file in [f"--set {text}" for text in texts]]
            for problem in own:
                message = problem.message
                unknown = "unknown" in message or "no parameter" in message or "is not in" in message
                told = message if unknown else f"at {one.key} = {written(value)}: {message}"
                yield Problem(told, str(plan.path), plan.line_of(one.key))
            if own and unknown:
                return
