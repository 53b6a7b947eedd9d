"""The shape of a scenario file. Field descriptions become the published JSON Schema."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, StrictStr, WithJsonSchema, model_validator

from sim.indicators import measure
from sim.mistakes import enclosing_quotes
from sim.scenario.demand import DemandSettings
from sim.scenario.described import described
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

    start: Day | None = described("First day reported (UTC).", default=None)
    end: Day | None = described("Last day reported, included (UTC).", default=None)
    warm_up: Duration | None = described(
        "The run starts this much before the first day. Default 60 d.", "as written", default=None
    )
    run_out: Duration | None = described(
        "The run continues at most this long after the last day, until the reported "
        "shipments have arrived. Default 120 d.",
        "as written",
        default=None,
    )

    @model_validator(mode="after")
    def _start_before_end(self) -> Period:
        if self.start and self.end and self.end < self.start:
            raise ValueError(f"end {self.end} is before start {self.start}")
        return self


class InterventionUse(Strict):
    """An intervention of the catalogue, possibly on another date than the catalogue's."""

    id: StrictStr = described("Its id in interventions.yaml.")
    at: Day | None = described("Date from which it holds, in place of the catalogue's date.", default=None)
    delay: Draw | None = described(
        "How much later than that: '365 d', or a distribution drawn for each replication.", "as written", default=None
    )


Uses = tuple[StrictStr | InterventionUse, ...]


class Comparator(Strict):
    """A published figure beside a result.

    ``observation`` is the id of the published figure, from which its role follows as for the geodata's ``observed``:
    one that the demand was set to is an input and no test.
    """

    text: StrictStr = described("What was published, in words.", min_length=1)
    source: StrictStr = described("Where it was published.", min_length=1)
    value: Number | None = described("The published figure.", "{unit}", default=None)
    low: Number | None = described("Lower end, where a range was published.", "{unit}", default=None)
    high: Number | None = described("Upper end, where a range was published.", "{unit}", default=None)
    unit: StrictStr | None = described("Unit of the figures, such as d or t.", default=None)
    year: int | None = described(
        "Calendar year of a published level.", "calendar year", default=None, ge=1900, le=2200, strict=True
    )
    observation: StrictStr | None = described(
        "Id of the published figure, such as O008.", default=None, pattern=r"^[A-Z]\d{3}$"
    )
    kpi: Annotated[StrictStr, AfterValidator(_indicator_of_a_run)] | None = described(
        "Indicator of a run that is held against it, as 'KPI of SCOPE'.", default=None
    )

    @model_validator(mode="after")
    def _figures_have_a_unit(self) -> Comparator:
        if self.has_figures and self.unit is None:
            raise ValueError("figures need a 'unit'")
        if self.low is not None and self.high is not None and self.high < self.low:
            raise ValueError(f"high {self.high:g} is below low {self.low:g}")
        return self

    @property
    def has_figures(self) -> bool:
        """Whether a number was published, or words alone."""
        return (self.value, self.low, self.high) != (None, None, None)


class ScenarioFile(Strict):
    """One scenario: what is asked, over which period, and what differs from its parent."""

    schema_version: Literal[1] = described("Version of this format.", "none")
    title: StrictStr | None = described(
        "Short name for pictures and tables.", default=None, min_length=1, max_length=LONGEST_TITLE
    )
    question: StrictStr | None = described(
        "The question that the scenario answers.", default=None, max_length=LONGEST_TEXT
    )
    primary_kpi: Annotated[StrictStr, AfterValidator(_indicator_of_a_run)] | None = described(
        "The one indicator that answers the question, as 'KPI of SCOPE', such as 'transit_p50 of cargo "
        "TEU'; comparisons test it alone and correct all others. Default: transit_p50 of containers.",
        default=None,
    )
    extends: Annotated[StrictStr, AfterValidator(_plain_name)] | None = described(
        "Name of the parent scenario: a file of the same folder, else one of the library.",
        default=None,
        json_schema_extra={"pattern": NAME_PATTERN},
    )
    geodata: Annotated[StrictStr, AfterValidator(_folder_below)] | None = described(
        "Folder with the network, below this file's folder. Default: the corridor's own.",
        default=None,
    )
    period: Period | None = described(
        "Days reported, warm-up and run-out; a child may give single fields.", default=None
    )
    replications: int | None = described(
        "Independent repetitions with other random draws. Default 10.",
        "replications",
        default=None,
        ge=1,
        le=10_000,
        strict=True,
    )
    seed: int | None = described(
        "Number that fixes the random numbers of all replications. Default 1.",
        "none",
        default=None,
        ge=0,
        le=2**63 - 1,
        strict=True,
    )
    base_year: int | None = described(
        "The calendar year that this scenario stands for as it ran: published levels of that year are held "
        "against it. Not inherited; a run with --set of a parameter has none.",
        "calendar year",
        default=None,
        ge=1900,
        le=2200,
        strict=True,
    )
    demand: DemandSettings | None = described(
        "How the demand comes about: as planned, or in answer to what the corridor and its rivals offer.", default=None
    )
    comparator: tuple[Comparator, ...] = described("Published figures beside the result.", default=())
    interventions: Uses = described(
        "Interventions of the catalogue, by id or as {id, at, delay}; applied in date order.", default=()
    )
    packages: dict[StrictStr, Uses] = described(
        "More interventions, bundled: name of the package -> list. Each package counts as one where "
        "the worth of a scenario's parts is worked out.",
        default_factory=dict,
    )
    without: tuple[StrictStr, ...] = described(
        "Interventions that a parent uses and this scenario does not, by id.", default=()
    )
    interventions_from: Day | None = described(
        "Date from which the interventions listed here hold, in place of the catalogue's dates: what "
        "if they had been there by then? Those with 'at' keep their date.",
        default=None,
    )
    delay: Draw | None = described(
        "How late each intervention listed here is, unless it has a delay of its own. A distribution "
        "is drawn for each of them and each replication.",
        "as written",
        default=None,
    )
    budget_musd: Amount | None = described(
        "The interventions, the parents' included, may cost this much (USD million).", "million USD", default=None
    )
    set: Annotated[dict[StrictStr, Any], WithJsonSchema(SET_SCHEMA)] = described(
        "Parameter key -> value, or dated list [{value: 3}, {from: 2025-01-01, "
        "value: 4}]; {add: 1} and {scale: 0.5} change what holds, dated too: [{from: 2025-01-01, add: 1}]. Applied "
        "after the interventions.",
        default_factory=dict,
        max_length=10_000,
    )
