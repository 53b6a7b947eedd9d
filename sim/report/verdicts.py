"""How a model's level stands to a published one: hit, near, miss, or no test at all, with the reason.

A level is compared with a run of its own year and base, and a figure that the run is built on is no test of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

HIT, NEAR, MISS, NOT_COMPARABLE = "hit", "near", "miss", "not comparable"
#: Roles against which a run can be tested; to the others it owes its agreement.
TESTS = ("independent", "out of sample")
#: A hit is inside the published range or, where none is printed, within this share of the value (``tolerance`` of an
#: observation may say another). Near is within twice as much of the value, or of the nearer end of the range.
HIT_WITHIN = 0.10
#: So that 11 is a hit on 10 whatever the rounding of 0.1.
ROUNDING = 1e-12
_NO_TEST = {"input": "no test: the run is built on it", "fitted": "no test: a value was chosen with it in view"}
UNKNOWN_ROLE = {"role": "not known", "why": "the run was stored before roles were kept"}


def verdict(row: Mapping[str, Any], model: Mapping[str, Any], role: str, base_year: int | None) -> tuple[str, str]:
    """The verdict on an observation and its reason.

    Args:
        row: value, low, high, year and ``differs`` of the observation.
        model: the model's interval as plain data; a mean of None with a note on unfinished shipments is too long.
        role: of the observation in this run; an input or a fitted one is never hit, near or missed.
        base_year: the year for which the run stands as it ran, None if for none.

    Returns: one of hit, near, miss, not comparable; or the role, where the figure is no test.
    """
    if row["year"] != base_year:
        return NOT_COMPARABLE, f"the run does not stand for {row['year']} as it ran"
    if row.get("differs"):
        return NOT_COMPARABLE, str(row["differs"])
    if role not in TESTS:
        return role, _NO_TEST.get(role, "no test")
    mean = model["mean"]
    if mean is None:
        if "unfinished" in model.get("note", ""):
            return MISS, "not all shipments arrive before the run ends"
        return NOT_COMPARABLE, "the run has no such shipments"
    within = row.get("tolerance")
    return closeness(mean, row["value"], row.get("low"), row.get("high"), HIT_WITHIN if within is None else within), ""


def closeness(mean: float, value: float, low: float | None, high: float | None, tolerance: float = HIT_WITHIN) -> str:
    """Hit, near or miss of a model's mean on a published value with its range; ``low`` alone is "at least"."""
    if low is None and high is None:
        apart = abs(mean - value) / (1 + ROUNDING)
        if apart <= tolerance * abs(value):
            return HIT
        return NEAR if apart <= 2 * tolerance * abs(value) else MISS
    if (low is None or low <= mean) and (high is None or mean <= high):
        return HIT
    end = low if low is not None and mean < low else high
    apart = abs(mean - (end or 0.0)) / (1 + ROUNDING)
    return NEAR if apart <= 2 * tolerance * abs(end or 0.0) else MISS


def score(lines: Sequence[Mapping[str, Any]]) -> str:
    """Words on how the tests among observed lines went; empty where there is none."""
    tested = [line["verdict"] for line in lines if line["verdict"] in (HIT, NEAR, MISS)]
    if not tested:
        return ""
    counts = ", ".join(f"{tested.count(word)} {word}" for word in (HIT, NEAR, MISS))
    return f"{len(tested)} published {'figure tests' if len(tested) == 1 else 'figures test'} this run: {counts}"
