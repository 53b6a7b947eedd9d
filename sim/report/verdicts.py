"""How a model's level stands to a published one: hit, near, miss, or no test at all, with the reason.

A level is compared with a run of its own year and base, and a figure that the run is built on is no test of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

HIT, NEAR, MISS, NOT_COMPARABLE = "hit", "near", "miss", "not comparable"
#: Roles against which a run can be tested; to the others it owes its agreement.
TESTS = ("independent", "out of sample")
#: A hit is within this share of the published value, or inside the published range; near within twice as much.
HIT_WITHIN, NEAR_WITHIN = 0.10, 0.20
_WITHIN = ((HIT, HIT_WITHIN), (NEAR, NEAR_WITHIN))
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
    return closeness(mean, row["value"], row.get("low"), row.get("high")), ""


def closeness(mean: float, value: float, low: float | None, high: float | None) -> str:
    """Hit, near or miss of a model's mean on a published value with its range; ``low`` alone is "at least"."""
    if low is None and high is None:
        low = high = value
    least, most = (-inf if low is None else low), (inf if high is None else high)
    if least <= mean <= most:
        return HIT
    apart = abs(mean - value) / (1 + ROUNDING)
    return next((word for word, within in _WITHIN if apart <= within * abs(value)), MISS)


def score(lines: Sequence[Mapping[str, Any]]) -> str:
    """Words on how the tests among observed lines went; empty where there is none."""
    tested = [line["verdict"] for line in lines if line["verdict"] in (HIT, NEAR, MISS)]
    if not tested:
        return ""
    counts = ", ".join(f"{tested.count(word)} {word}" for word in (HIT, NEAR, MISS))
    return f"{len(tested)} published {'figure tests' if len(tested) == 1 else 'figures test'} this run: {counts}"
