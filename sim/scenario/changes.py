"""A change of one parameter: what is done to which key, from when to when, and who says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sim.scenario.values import Draw

Action = Literal["set", "add", "scale"]


@dataclass(frozen=True)
class Change:
    """One change of one parameter, in the order in which changes are applied.

    ``since`` None: from the beginning; ``until`` None: for good, else the first day on which what
    would have held returns. ``label`` is "set", an intervention's id, or "--set". ``layer`` is the place
    of the file that makes the change in the chain of parents, the eldest 0.

    An intervention may slip: ``delay`` is how late it may be, of which ``delayed_d`` days are in the
    dates already; ``begins_late`` is False for what begins on time and lasts until the opening (loss
    during works). ``low`` and ``high`` bound the value where it is not published. ``note`` is the intervention's.
    """

    key: str
    action: Action
    value: Any
    since: date | None
    until: date | None
    file: str
    line: int | None
    label: str
    source: str = ""
    grade: str = ""
    note: str = ""
    layer: int = 0
    delay: Draw | None = None
    delayed_d: int = 0
    begins_late: bool = True
    low: Any = None
    high: Any = None
