"""A change of one parameter: what is done to which key, from when to when, and who says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Action = Literal["set", "add", "scale"]


@dataclass(frozen=True)
class Change:
    """One change of one parameter, in the order in which changes are applied.

    ``since`` None: from the beginning; ``until`` None: for good, else the first day on which what
    would have held returns. ``label`` is "set", an intervention's id, or "--set".
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
