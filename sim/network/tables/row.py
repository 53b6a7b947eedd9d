"""What every row of every table carries."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from sim.scenario.values import Amount, Grade, Number, Strict, Text


def _not_all_zero(weights: tuple[float, ...]) -> tuple[float, ...]:
    if not any(weights):
        raise ValueError("must be twelve weights, none below 0 and not all 0")
    return weights


#: Weights of the twelve months of a year.
Weights = Annotated[tuple[Amount, ...], Field(min_length=12, max_length=12), AfterValidator(_not_all_zero)]


class Evidence(Strict):
    """Source, grade and plausible range of a single field."""

    source: Text
    grade: Grade
    low: Number | str | None = None
    high: Number | str | None = None
    note: Text = ""


class Row(Strict):
    """What every row has."""

    source: Text
    grade: Grade
    note: Text = ""
    evidence: dict[str, Evidence] = Field(default_factory=dict)
