"""The shape of a scenario file. Field descriptions become the published JSON Schema."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StrictStr, WithJsonSchema, model_validator

from sim.clock import UNIT_S, UNIT_WORDS
from sim.indicators import measure
from sim.mistakes import enclosing_quotes
from sim.scenario.values import LONGEST_TEXT, LONGEST_TITLE, Amount, Day, Draw, Duration, Number, Strict

#: A file's or folder's own name, in any script: no path, nothing hidden, nothing that a file system refuses.
NAME_PATTERN = r'^[^\s./\\:*?"<>|\x00-\x1f][^/\\:*?"<>|\x00-\x1f]*$'
#: Room for the additions that drafts and locks make to a name.
LONGEST_NAME_BYTES = 200
PERIOD_FIELDS = ("start", "end", "warm_up", "run_out")
KEY_PATTERN = r"^[a-z_]+(\.[A-Za-z0-9_-]+)+$"


def _not_too_long(name: str) -> None:
    """A file system would refuse it in its own words, or the command with none."""
    if any(len(part.encode(errors="replace")) > LONGEST_NAME_BYTES for part in name.split("/")) or len(name) > 1_000:
        raise ValueError(f"{name[:40] + '...'!r} is too long for a name; allowed: {LONGEST_NAME_BYTES} bytes")


def _plain_name(name: str) -> str:
    _not_too_long(name)
    if not re.fullmatch(NAME_PATTERN, name) or name.endswith((".yaml", ".yml")) or enclosing_quotes(name):
        hint = f"; write {name.rsplit('.', 1)[0]!r}" if name.endswith((".yaml", ".yml")) else enclosing_quotes(name)
        allowed = "the name of a file without its ending, without a folder or '..'"
        raise ValueError(f"{name!r} is not the name of a scenario; allowed: {allowed}{hint}")
    return name


def _folder_below(name: str) -> str:
    _not_too_long(name)
    if not all(re.fullmatch(NAME_PATTERN, part) for part in name.split("/")):
        raise ValueError(f"{name!r} is not a folder below this file's own; allowed: a relative path without '..'")
    return name


def _indicator_of_a_run(text: str) -> str:
    return str(measure(text))


_UNIT = "|".join([*UNIT_S, *UNIT_WORDS])
#: Editors check the text form of a duration; the program reads it into seconds.
DURATION_SCHEMA = {
    "type": "string",
    "pattern": rf"^\s*[0-9]+(\.[0-9]+)?\s*({_UNIT})\s*$",
    "examples": ["60 d"],
}
_STEP = {
    "type": "object",
    "properties": {
        "from": {"type": "string", "format": "date"},
        "value": {},
        "add": {"type": ["number", "string"]},
        "scale": {"type": "number", "minimum": 0},
    },
    "oneOf": [{"required": [name]} for name in ("value", "add", "scale")],
    "additionalProperties": False,
}
#: A value of any kind; in a list, an entry with ``value`` or a date is a step of a dated value.
_DATED = {"type": "object", "anyOf": [{"required": [name]} for name in ("value", "from")]}
_VALUE = {"items": {"if": _DATED, "then": _STEP}}
SET_SCHEMA = {"type": "object", "propertyNames": {"pattern": KEY_PATTERN}, "additionalProperties": _VALUE}


class Period(Strict):
    """The days that are reported, and the run around them."""

    start: Day | None = Field(default=None, description="First day reported (UTC).")
    end: Day | None = Field(default=None, description="Last day reported, included (UTC).")
    warm_up: Annotated[Duration, WithJsonSchema(DURATION_SCHEMA)] | None = Field(
        default=None, description="The run starts this much before the first day. Default 60 d.")  # fmt: skip
    run_out: Annotated[Duration, WithJsonSchema(DURATION_SCHEMA)] | None = Field(
        default=None, description="The run goes on at most this long after the last day, until the reported "
        "shipments have landed. Default 120 d.")  # fmt: skip

    @model_validator(mode="after")
    def _start_before_end(self) -> Period:
        if self.start and self.end and self.end < self.start:
            raise ValueError(f"end {self.end} is before start {self.start}")
        return self


#: A length of time, or a distribution of it, as an editor checks it.
DELAY_SCHEMA = {"anyOf": [DURATION_SCHEMA, {"type": "object", "properties": {"dist": {"type": "string"}}}]}
Delay = Annotated[Draw, WithJsonSchema(DELAY_SCHEMA)]


class InterventionUse(Strict):
    """An intervention of the catalogue, possibly on another date than the catalogue's."""

    id: StrictStr = Field(description="Its id in interventions.yaml.")
    at: Day | None = Field(default=None, description="Date from which it holds, in place of the catalogue's date.")
    delay: Delay | None = Field(
        default=None, description="How much later than that: '365 d', or a distribution drawn for each replication."
    )


Uses = tuple[StrictStr | InterventionUse, ...]


class Comparator(Strict):
    """A published figure beside a result.

    ``observation`` is the id of the published figure, from which its role follows as for the geodata's ``observed``:
    one that the demand was set to is an input and no test.
    """

    text: StrictStr = Field(min_length=1, description="What was published, in words.")
    source: StrictStr = Field(min_length=1, description="Where it was published.")
    value: Number | None = Field(default=None, description="The published figure.")
    low: Number | None = Field(default=None, description="Lower end, where a range was published.")
    high: Number | None = Field(default=None, description="Upper end, where a range was published.")
    unit: StrictStr | None = Field(default=None, description="Unit of the figures, such as d or t.")
    year: int | None = Field(
        default=None, ge=1900, le=2200, strict=True, description="Calendar year of a published level.")  # fmt: skip
    observation: StrictStr | None = Field(
        default=None, pattern=r"^[A-Z]\d{3}$", description="Id of the published figure, such as O008.")  # fmt: skip
    kpi: Annotated[StrictStr, AfterValidator(_indicator_of_a_run)] | None = Field(
        default=None, description="Indicator of a run that is held against it, as 'KPI of SCOPE'.")  # fmt: skip

    @model_validator(mode="after")
    def _figures_have_a_unit(self) -> Comparator:
        if (self.value, self.low, self.high) != (None, None, None) and self.unit is None:
            raise ValueError("figures need a 'unit'")
        if self.low is not None and self.high is not None and self.high < self.low:
            raise ValueError(f"high {self.high:g} is below low {self.low:g}")
        return self


class ScenarioFile(Strict):
    """One scenario: what is asked, over which period, and what differs from its parent."""

    schema_version: Literal[1] = Field(description="Version of this format.")
    title: StrictStr | None = Field(
        default=None, min_length=1, max_length=LONGEST_TITLE, description="Short name for pictures and tables."
    )
    question: StrictStr | None = Field(
        default=None, max_length=LONGEST_TEXT, description="The question that the scenario answers."
    )
    primary_kpi: Annotated[StrictStr, AfterValidator(_indicator_of_a_run)] | None = Field(
        default=None,
        description="The one indicator that answers the question, as 'KPI of SCOPE', such as 'transit_p50 of cargo "
        "TEU'; comparisons test it alone and correct all others. Default: transit_p50 of containers.",
    )
    extends: Annotated[StrictStr, AfterValidator(_plain_name)] | None = Field(
        default=None,
        json_schema_extra={"pattern": NAME_PATTERN},
        description="Name of the parent scenario: a file of the same folder, else one of the library.",
    )
    geodata: Annotated[StrictStr, AfterValidator(_folder_below)] | None = Field(
        default=None,
        description="Folder with the network, below this file's folder. Default: the corridor's own.",
    )
    period: Period | None = Field(
        default=None, description="Days reported, warm-up and run-out; a child may give single fields."
    )
    replications: int | None = Field(
        default=None,
        ge=1,
        le=10_000,
        strict=True,
        description="Independent repetitions with other luck. Default 10.",
    )
    seed: int | None = Field(
        default=None,
        ge=0,
        le=2**63 - 1,
        strict=True,
        description="Number that fixes the random numbers of all replications. Default 1.",
    )
    base_year: int | None = Field(
        default=None,
        ge=1900,
        le=2200,
        strict=True,
        description="The calendar year that this scenario stands for as it ran: published levels of that year are held "
        "against it. Not inherited; a run with --set of a parameter has none.",
    )
    comparator: tuple[Comparator, ...] = Field(
        default=(), description="Published figures beside the result."
    )
    interventions: Uses = Field(
        default=(), description="Interventions of the catalogue, by id or as {id, at, delay}; applied in date order."
    )
    packages: dict[StrictStr, Uses] = Field(
        default_factory=dict,
        description="More interventions, bundled: name of the package -> list. Each package counts as one where "
        "the worth of a scenario's parts is worked out.",
    )
    interventions_from: Day | None = Field(
        default=None,
        description="Date from which the interventions listed here hold, in place of the catalogue's dates: what "
        "if they had been there by then? Those with 'at' keep their date.",
    )
    delay: Delay | None = Field(
        default=None,
        description="How late each intervention listed here is, unless it has a delay of its own. A distribution "
        "is drawn for each of them and each replication.",
    )
    budget_musd: Amount | None = Field(
        default=None, description="The interventions, the parents' included, may cost this much (USD million)."
    )
    set: Annotated[dict[StrictStr, Any], WithJsonSchema(SET_SCHEMA)] = Field(
        default_factory=dict, max_length=10_000,
        description="Parameter key -> value, or dated list [{value: 3}, {from: 2025-01-01, "
        "value: 4}]; {add: 1} and {scale: 0.5} change what holds, dated too: [{from: 2025-01-01, add: 1}]. Applied "
        "after the interventions.")  # fmt: skip
