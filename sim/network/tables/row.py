"""What every row of every table carries."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.scenario.values import Grade, Number, Strict

#: Weights of the twelve months of a year.
Weights = Annotated[tuple[Number, ...], Field(min_length=12, max_length=12)]


class Evidence(Strict):
    """Source, grade and plausible range of a single field."""

    source: str
    grade: Grade
    low: Number | str | None = None
    high: Number | str | None = None
    note: str = ""


class Row(Strict):
    """What every row has."""

    source: str
    grade: Grade
    note: str = ""
    evidence: dict[str, Evidence] = Field(default_factory=dict)
