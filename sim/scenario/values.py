"""The value types that parameter files are written in: dated values, durations, distributions.

A parameter is one value, or a list of ``{from: DATE, value: X}`` in date order. A duration always
carries its unit. A duration may be a distribution; its quantile function is in ``model/durations.py``.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from sim.clock import parse_duration

T = TypeVar("T")

#: Numbers as written: neither ``true`` nor ``"4"`` passes for one.
Whole = Annotated[int, Field(strict=True)]
Number = Annotated[float, Field(strict=True)]
Amount = Annotated[float, Field(strict=True, ge=0)]
Grade = Literal["measured", "published", "claimed", "estimate", "assumption"]
Duration = Annotated[
    int, BeforeValidator(parse_duration), Field(description="length of time with its unit, e.g. '4 h'")
]


class Strict(BaseModel):
    """A record in which an unknown key is an error and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Step(Strict, Generic[T]):
    """One step of a dated value; ``since`` None means from the beginning."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    since: date | None = Field(default=None, alias="from")
    value: T


class Dated(Strict, Generic[T]):
    """A value that may change on dates (UTC midnight): ``steps`` are in date order."""

    steps: tuple[Step[T], ...]

    @model_validator(mode="before")
    @classmethod
    def _one_or_many(cls, raw: Any) -> Any:
        if isinstance(raw, Dated):
            return raw.model_dump(by_alias=True)
        if isinstance(raw, dict) and set(raw) == {"steps"}:
            return raw
        if isinstance(raw, list) and raw and all(isinstance(r, dict) and "value" in r for r in raw):
            return {"steps": raw}
        return {"steps": [{"value": raw}]}

    @model_validator(mode="after")
    def _in_order(self) -> Dated[T]:
        dates = [s.since for s in self.steps]
        if any(d is None for d in dates[1:]):
            raise ValueError("only the first dated value may lack 'from'")
        known = [d for d in dates if d is not None]
        if any(later <= earlier for earlier, later in pairwise(known)):
            raise ValueError("dated values must be in date order, one for each date")
        return self

    def at(self, day: date) -> T:
        """The value in force on ``day``; before the first dated step that step's value holds."""
        value = self.steps[0].value
        for step in self.steps[1:]:
            if step.since is not None and step.since <= day:
                value = step.value
        return value

    @property
    def dates(self) -> tuple[date, ...]:
        """Dates on which the value changes."""
        return tuple(s.since for s in self.steps[1:] if s.since is not None)


class Draw(Strict):
    """A length of time, fixed or random. A plain ``"4 h"`` is a fixed one.

    ``dist`` is one of the closed forms (fixed, uniform, triangular, exponential, lognormal,
    empirical) or the name of any continuous ``scipy.stats`` distribution, given by ``mean`` and
    ``cv`` (gamma, weibull_min, norm ...) or by its own ``shape`` parameters and a ``scale``.
    """

    dist: str = "fixed"
    value: Duration | None = None
    low: Duration | None = None
    mode: Duration | None = None
    high: Duration | None = None
    mean: Duration | None = None
    cv: Number | None = Field(default=None, ge=0)
    scale: Duration | None = None
    loc: Duration | None = None
    shape: dict[str, Number] | None = None
    values: tuple[Duration, ...] | None = None
    weights: tuple[Number, ...] | None = None

    @model_validator(mode="before")
    @classmethod
    def _text_is_fixed(cls, raw: Any) -> Any:
        return {"dist": "fixed", "value": raw} if not isinstance(raw, (dict, Draw)) else raw

    @model_validator(mode="after")
    def _complete(self) -> Draw:
        needs = {
            "fixed": ("value",), "uniform": ("low", "high"), "triangular": ("low", "mode", "high"),
            "exponential": ("mean",), "lognormal": ("mean", "cv"), "empirical": ("values",),
        }.get(self.dist)  # fmt: skip
        given = {k for k, v in self.__dict__.items() if v is not None and k != "dist"}
        if needs is None:
            if not ({"mean", "cv"} <= given or "scale" in given):
                raise ValueError(f"distribution {self.dist!r} needs 'mean' and 'cv', or 'scale' (and 'shape')")
            return self
        missing = [n for n in needs if n not in given]
        extra = sorted(given - set(needs) - ({"weights"} if self.dist == "empirical" else set()))
        if missing or extra:
            raise ValueError(f"distribution {self.dist!r} takes {', '.join(needs)}"
                             + (f"; missing: {', '.join(missing)}" if missing else "")
                             + (f"; not allowed: {', '.join(extra)}" if extra else ""))  # fmt: skip
        if self.dist in ("uniform", "triangular") and not (
            (self.low or 0) <= (self.low if self.mode is None else self.mode) <= (self.high or 0)  # type: ignore[operator]
        ):
            raise ValueError(f"{self.dist}: low, mode and high must not fall")
        if self.weights is not None and (len(self.weights) != len(self.values or ()) or sum(self.weights) <= 0):
            raise ValueError("empirical: as many weights as values, with a positive sum")
        return self
