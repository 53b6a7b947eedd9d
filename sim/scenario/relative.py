"""Values of ``set`` that refer to what holds already: ``{add: 2}``, ``{scale: 0.5}``, dated or not.

A dated list says what holds from each of its days on: ``[{from: 2026-01-01, add: 2}, {from: 2027-01-01, add: 4}]``
is two more in 2026 and four more, not six, from 2027 on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

from sim.mistakes import number_advice
from sim.scenario.changes import Action, Change

FORM = "write {add: 2} or {scale: 0.5}, or with dates [{from: 2026-01-01, add: 2}]"
_RELATIVE = ("add", "scale")


def is_relative(value: Any) -> bool:
    """Whether a value as written adds to or scales what holds: no other value of a parameter looks like this."""
    if isinstance(value, dict):
        return any(name in value for name in _RELATIVE) and not value.keys() - {"from", *_RELATIVE}
    steps = isinstance(value, list) and bool(value) and all(isinstance(step, dict) for step in value)
    return steps and any(is_relative(step) or ("from" in step and step.keys() & set(_RELATIVE)) for step in value)


def plain_changes(change: Change) -> tuple[Change, ...]:
    """A change as one or more in which ``set`` means set: additions and scalings with their days.

    Raises ``ValueError`` that names the form, for a relative value that is not of it.
    """
    if change.action != "set" or not is_relative(change.value):
        return (change,)
    steps = [change.value] if isinstance(change.value, dict) else change.value
    if change.since is not None and any("from" in step for step in steps):
        raise ValueError(f"{change.label} has a date of its own; write add or scale in place of set, with 'after'")
    for step in steps:
        _check(step)
    dates = [step.get("from") for step in steps]
    if None in dates[1:]:
        raise ValueError(f"only the first entry may lack 'from'; {FORM}")
    known = [day for day in dates if day is not None]
    if any(later <= earlier for earlier, later in pairwise(known)):
        raise ValueError("dated values must be in date order, one for each date")
    ends = [*dates[1:], change.until]
    found = []
    for step, since, until in zip(steps, dates, ends, strict=True):
        action: Action = "add" if "add" in step else "scale"
        begins = change.since if since is None else since
        found.append(replace(change, action=action, value=step[action], since=begins, until=until))
    return tuple(found)


def _check(step: Mapping[str, Any]) -> None:
    given = [name for name in ("value", *_RELATIVE) if name in step]
    if step.keys() - {"from", "value", *_RELATIVE} or given == [] or len(given) > 1:
        raise ValueError(f"an entry has exactly one of add and scale, and 'from' if it has a date; {FORM}")
    if given == ["value"]:
        raise ValueError(f"a list says either values or what is added and scaled, not both; {FORM}")
    since = step.get("from")
    if since is not None and not isinstance(since, date):
        raise ValueError(f"'from' {since!r} is not a date; write it as 2025-01-31")
    amount = step[given[0]]
    if given == ["add"] and isinstance(amount, str):
        return  # a length of time with a sign; the parameter says whether it takes one
    if isinstance(amount, bool) or not isinstance(amount, (int, float)):
        advice = number_advice(amount) if isinstance(amount, str) else ""
        raise ValueError(f"{given[0]}: {amount!r} should be a number{advice}; {FORM}")
    if given == ["scale"] and amount < 0:
        raise ValueError(f"scale: {amount!r} should be 0 or more; {FORM}")
