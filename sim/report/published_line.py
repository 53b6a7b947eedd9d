"""A published figure beside a run's, as a run's summary and a comparison store it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from sim.record import Record, plain
from sim.report.estimate import Estimate
from sim.report.published import Published
from sim.report.verdicts import judge


@dataclass(frozen=True, slots=True)
class PublishedLine(Record):
    """A published figure, the model's beside it, and the verdict."""

    published: Published
    quantity: str | None  #: what was observed, or the indicator as ``KPI of SCOPE``; None: no indicator is the same
    model: Estimate  #: in the figure's unit, unless that ``differs``
    deviation: float | None  #: model / published - 1; None: there is no model's value, or it is another quantity
    verdict: str  #: hit, near, miss, not comparable, or the role of what is no test
    verdict_why: str

    @classmethod
    def of(
        cls, published: Published, quantity: str | None, model: Estimate, base_year: int | None, same: bool = True
    ) -> Self:
        """A figure judged; ``same``: whether a deviation from it says anything."""
        word, why = judge(published, model, base_year)
        told = same and model.mean is not None and published.figure != 0
        deviation = (model.mean or 0.0) / published.figure - 1 if told else None
        return cls(published, quantity, model, deviation, word, why)

    def as_json(self) -> dict[str, object]:
        """Flat, under keys that were given out before the record had its parts."""
        of = self.published
        keys: dict[str, object] = {
            "id": of.id,
            "what": of.title,
            "quantity": self.quantity,
            "unit": of.unit,
            "year": "-" if of.year is None else of.year,
            "months": of.months,
            "observed": of.figure,
            "low": of.low,
            "high": of.high,
            "model": self.model,
            "miss": self.deviation,
            "source": of.source,
            "grade": of.grade,
            "role": of.role,
            "role_why": of.role_why,
            "verdict": self.verdict,
            "verdict_why": self.verdict_why,
        }
        return {key: plain(value) for key, value in keys.items()}
