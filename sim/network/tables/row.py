"""What every row of every table carries."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from sim.scenario.described import described
from sim.scenario.values import Amount, Grade, Number, Strict, Text


def _not_all_zero(weights: tuple[float, ...]) -> tuple[float, ...]:
    if not any(weights):
        raise ValueError("must be twelve weights, none below 0 and not all 0")
    return weights


#: Weights of the twelve months of a year.
Weights = Annotated[tuple[Amount, ...], Field(min_length=12, max_length=12), AfterValidator(_not_all_zero)]


class Evidence(Strict):
    """Source, grade and plausible range of a single field."""

    source: Text = described("Where the value comes from: a link, plain words, or ids of facts in sources.csv.")
    grade: Grade = described("How good the source is, from measured to assumption.")
    low: Number | str | None = described("Lowest plausible value.", "of the field", default=None)
    high: Number | str | None = described("Highest plausible value.", "of the field", default=None)
    note: Text = described("Anything else a reader should know.", default="")


class Row(Strict):
    """What every row has."""

    source: Text = described(
        "Where the row comes from: a link, plain words, or ids of facts in sources.csv.", patch="reports"
    )
    grade: Grade = described("How good the source is, from measured to assumption.", patch="reports")
    note: Text = described("Anything else a reader should know.", default="", patch="reports")
    evidence: dict[str, Evidence] = described(
        "Field -> its own source, grade and range, where they are not those of the row.",
        default_factory=dict,
        patch="reports",
    )
