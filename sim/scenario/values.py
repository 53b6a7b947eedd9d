"""The value types that parameter files are written in: dated values, durations, distributions.

A parameter is one value, or a list of ``{from: DATE, value: X}`` in date order. A duration always
carries its unit. A duration may be a distribution; its quantile function is in ``model/durations.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema

from sim.clock import UNIT_S, UNIT_WORDS, format_duration, parse_duration
from sim.errors import nearest
from sim.scenario import distributions
from sim.scenario.described import AS_WRITTEN, NO_UNIT, described

T = TypeVar("T")
Span = TypeVar("Span", int, "Draw")

#: No quantity of the corridor is larger: sums and products of a few such numbers stay far from what a float holds.
LARGEST_NUMBER = 1e12
#: The most that a whole number may be: what 32 bits hold.
LARGEST_WHOLE = 2**31 - 1
#: The most units that a step may need at once, and the most that a shipment or a train may weigh or count.
LARGEST_LOAD = 10_000_000
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)
LONGEST_TITLE, LONGEST_TEXT = 200, 4_000


def _not_a_number(raw: Any) -> Any:
    if isinstance(raw, (bool, int, float)):
        raise ValueError(f"{raw!r} is not a date; write it as 2024-01-31")
    return raw


def _within_centuries(day: date) -> date:
    if not EARLIEST <= day <= LATEST:
        raise ValueError(f"{day} is out of range; allowed: {EARLIEST} to {LATEST}")
    return day


_NUMBER = Field(strict=True, allow_inf_nan=False, ge=-LARGEST_NUMBER, le=LARGEST_NUMBER)
#: Numbers as written: neither ``true`` nor ``"4"`` passes for one.
Whole = Annotated[int, Field(strict=True, ge=-LARGEST_WHOLE, le=LARGEST_WHOLE)]
#: How many there are, 0 or more.
Count = Annotated[int, Field(strict=True, ge=0, le=LARGEST_WHOLE)]
#: How many units are taken at once, 1 or more.
Units = Annotated[int, Field(strict=True, ge=1, le=LARGEST_LOAD)]
#: What a load comes to in one of its units, 0 or more.
LoadAmount = Annotated[int, Field(strict=True, ge=0, le=LARGEST_LOAD)]
Number = Annotated[float, _NUMBER]
#: A number that is not negative.
Amount = Annotated[Number, Field(ge=0)]
#: A number above 0.
Positive = Annotated[Number, Field(gt=0)]
#: A part of a whole.
Share = Annotated[Number, Field(ge=0, le=1)]
#: A part of a whole that leaves something.
PartialShare = Annotated[Number, Field(ge=0, lt=1)]
#: Coefficient of variation of a time under way.
Spread = Annotated[Number, Field(ge=0, le=2)]
Grade = Literal["measured", "published", "claimed", "estimate", "assumption"]
Title = Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
#: What another row is called; left out (not empty) where there is none.
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
#: A length of time as an editor checks it: text, which the program reads into seconds.
DURATION_SCHEMA = {
    "type": "string",
    "pattern": rf"^\s*[0-9]+(\.[0-9]+)?\s*({'|'.join([*UNIT_S, *UNIT_WORDS])})\s*$",
    "examples": ["60 d"],
}
#: A length of time with its unit, such as ``4 h``; whole seconds once read.
Duration = Annotated[int, BeforeValidator(parse_duration), WithJsonSchema(DURATION_SCHEMA)]
#: A calendar day of the centuries that are simulated.
Day = Annotated[date, BeforeValidator(_not_a_number), AfterValidator(_within_centuries)]


class Strict(BaseModel):
    """A record in which an unknown key is an error and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


@dataclass(frozen=True)
class AtLeast:
    """A validator: a length of time, or the mean of a distribution of it, is not shorter than so many seconds."""

    shortest_s: int

    def __call__(self, span: Span) -> Span:
        """The span itself. Raises ``ValueError`` for one that is too short."""
        length_s = span.mean_s if isinstance(span, Draw) else span
        if length_s < self.shortest_s:
            what = "has a mean of" if isinstance(span, Draw) and span.dist != "fixed" else "is"
            raise ValueError(f"{what} {format_duration(length_s)}; allowed: {format_duration(self.shortest_s)} or more")
        return span


class Step(Strict, Generic[T]):
    """One step of a dated value; ``since`` None means from the beginning."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    since: Day | None = described(
        "Day from which the value holds (midnight UTC); the first step alone may leave it out.",
        default=None,
        alias="from",
    )
    value: T = described("The value from that day on.")


class Dated(Strict, Generic[T]):
    """A value that may change on dates (UTC midnight): ``steps`` are in date order."""

    steps: tuple[Step[T], ...]

    @model_validator(mode="before")
    @classmethod
    def _one_or_many(cls, raw: Any) -> Any:
        if isinstance(raw, Dated):
            return raw.model_dump(by_alias=True)
        if isinstance(raw, dict) and set(raw) == {"steps"}:
            raise ValueError("is not a dated list; each entry is {from: DATE, value: X}")
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

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """As it is written: one value, or the list of its steps."""
        steps = handler.resolve_ref_schema(handler(core_schema))["properties"]["steps"]
        value = handler.resolve_ref_schema(steps["items"])["properties"]["value"]
        return {"anyOf": [{k: v for k, v in value.items() if k != "description"}, steps | {"minItems": 1}]}

    @property
    def dates(self) -> tuple[date, ...]:
        """Dates on which the value changes."""
        return tuple(s.since for s in self.steps[1:] if s.since is not None)


class Draw(Strict):
    """A length of time, fixed or random. A plain ``"4 h"`` is a fixed one.

    ``dist`` is one of the list in ``distributions``: fixed, uniform, triangular, exponential and empirical are given
    by times, lognormal by ``mean`` and ``cv``; gamma, weibull_min and norm by ``mean`` and ``cv`` or by a ``scale``,
    their own ``shape`` parameters and a ``loc`` that is added.
    """

    dist: str = described("Name of the distribution.", default="fixed")
    value: Duration | None = described("The length of time itself (fixed).", AS_WRITTEN, default=None)
    low: Duration | None = described("Shortest time (uniform, triangular).", AS_WRITTEN, default=None)
    mode: Duration | None = described("Most likely time (triangular).", AS_WRITTEN, default=None)
    high: Duration | None = described("Longest time (uniform, triangular).", AS_WRITTEN, default=None)
    mean: Duration | None = described(
        "Mean time (exponential, lognormal, gamma, weibull_min, norm).", AS_WRITTEN, default=None
    )
    cv: Amount | None = described("Coefficient of variation: standard deviation over mean.", "ratio", default=None)
    scale: Duration | None = described(
        "Scale of gamma, weibull_min or norm, in place of mean and cv.", AS_WRITTEN, default=None
    )
    loc: Duration | None = described("Time that is added to each draw.", AS_WRITTEN, default=None)
    shape: dict[str, Number] | None = described(
        "Shape parameters by name: a of gamma, c of weibull_min.", "ratio", default=None
    )
    values: tuple[Duration, ...] | None = described(
        "Observed times, one of which is drawn (empirical).", AS_WRITTEN, default=None, max_length=10_000
    )
    weights: tuple[Number, ...] | None = described(
        "Relative frequency of each of the values; left out, all are equally frequent.", NO_UNIT, default=None
    )

    @model_validator(mode="before")
    @classmethod
    def _text_is_fixed(cls, raw: Any) -> Any:
        return {"dist": "fixed", "value": raw} if not isinstance(raw, (dict, Draw)) else raw

    @model_validator(mode="after")
    def _complete(self) -> Draw:
        if self.dist not in distributions.KNOWN:
            known = ", ".join(distributions.KNOWN)
            shown = self.dist if len(self.dist) <= 40 else self.dist[:37] + "..."
            raise ValueError(f"{shown!r} is no distribution; allowed: {known}{nearest(shown, distributions.KNOWN)}")
        if fault := distributions.fault_of(self.dist, self.given):
            raise ValueError(fault)
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """As it is written: a length of time, or a distribution."""
        return {"anyOf": [DURATION_SCHEMA, handler.resolve_ref_schema(handler(core_schema))]}

    @property
    def given(self) -> dict[str, Any]:
        """The parameters that were given, lengths of time in seconds."""
        return {name: value for name, value in self.__dict__.items() if value is not None and name != "dist"}

    @property
    def mean_s(self) -> float:
        """Expected length in seconds (of the distribution before negative values are cut)."""
        return distributions.mean_s(self.dist, self.given)
