"""How a model's figure stands to a published one.

``judge`` holds a level, the mean over replications, against a figure of the run's own year and base: hit, near, miss, or
no test at all, with the reason. ``judge_interval`` holds a whole interval against it: consistent, inconsistent, or not
decided at this precision. What a run is built on is no test of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sim.indicators import INDICATORS
from sim.language.words import mark, plural, tr
from sim.report.estimate import Estimate
from sim.report.published import Published

HIT, NEAR, MISS, NOT_COMPARABLE = mark("hit"), mark("near"), mark("miss"), mark("not comparable")
#: How an interval stands to a published range.
AGREES, CONTRADICTS, OPEN = mark("consistent"), mark("inconsistent"), mark("not decided at this precision")
#: Roles against which a run can be tested; to the others it owes its agreement.
TESTS = (mark("independent"), mark("out of sample"))
#: So that 11 is a hit on 10 whatever the rounding of 0.1.
ROUNDING = 1e-12
_NO_TEST = {
    "input": mark("no test: the run is built on it"),
    "fitted": mark("no test: a value was chosen with it in view"),
}
#: In place of a role, with the reason.
UNKNOWN_ROLE = {"role": mark("not known"), "why": mark("the run was stored before roles were kept")}


NOTHING = mark("the run has no such shipments")


class Verdict(NamedTuple):
    """One of hit, near, miss, not comparable, or the role where the figure is no test; and the reason, if one is needed."""

    word: str
    why: str = ""


def judge(of: Published, model: Estimate, base_year: int | None, nothing: str = NOTHING) -> Verdict:
    """The verdict on a published level.

    Args:
        model: mean over replications, in the unit of the figure.
        base_year: the year for which the run stands as it ran, None if for none.
        nothing: the reason where the run has no value.
    """
    if of.year is None:
        return Verdict(NOT_COMPARABLE, tr("no year is published with it"))
    if of.year != base_year:
        return Verdict(NOT_COMPARABLE, tr("the run does not stand for {year} as it ran", year=of.year))
    if of.differs:
        return Verdict(NOT_COMPARABLE, of.differs)
    if of.role not in TESTS:
        return Verdict(of.role, _NO_TEST.get(of.role, tr("no test")))
    if model.mean is not None:
        return Verdict(closeness(of, model.mean))
    if model.is_reached:
        return Verdict(NOT_COMPARABLE, nothing)
    return Verdict(MISS, tr("not all shipments arrive before the run ends"))


def closeness(of: Published, mean: float) -> str:
    """Hit, near or miss of a model's mean.

    A hit is inside the published range or, where none is printed, within ``tolerance`` of the value; near is within
    twice as much of the value, or of the nearer end of the range.
    """
    at = of.nearest(mean)
    apart, within = abs(mean - at) / (1 + ROUNDING), of.tolerance * abs(at)
    if apart <= (0.0 if of.is_range else within):
        return HIT
    return NEAR if apart <= 2 * within else MISS


def judge_interval(of: Published, model: Estimate, kpi: str) -> str:
    """How a 95 % interval of an indicator stands to a published figure.

    Consistent: all of it lies inside the figure's bounds; inconsistent, with the direction: all of it lies outside.
    Without an interval (one replication) nothing is decided.
    """
    if model.mean is None or model.half_width is None:
        return OPEN
    low, high = of.bounds
    least, most = model.mean - model.half_width, model.mean + model.half_width
    if low <= least and most <= high:
        return AGREES
    if low <= most and least <= high:
        return OPEN
    side = "lower" if most < low else "higher"
    good = INDICATORS[kpi].good
    judged = "" if good == "neutral" else f", which is {'better' if good == side else 'worse'}"
    return f"{CONTRADICTS}: the model's figure is {side}{judged}"


def score(verdicts: Iterable[str]) -> str:
    """Words on how the tests among these verdicts went; empty where there is none."""
    tested = [word for word in verdicts if word in (HIT, NEAR, MISS)]
    if not tested:
        return ""
    counts = ", ".join(f"{tested.count(word)} {tr(word)}" for word in (HIT, NEAR, MISS))
    return plural(
        "{count} published figure tests this run: {counts}",
        "{count} published figures test this run: {counts}",
        len(tested),
        count=len(tested),
        counts=counts,
    )
