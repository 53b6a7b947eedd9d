"""Responses to events of a known date: does a jam form in the model as it did on the corridor, and does it clear?

A jam has formed if on some day of the event more trains wait than on any day of the two months before, by five or more. It
has cleared if within thirty days of the end the queue is back at what it was on the fullest day before, or if the run ends
earlier, by its last day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field, ValidationError, model_validator

from sim.errors import InputError
from sim.record import Record
from sim.scenario.described import described
from sim.scenario.faults import faults
from sim.scenario.library import geodata_dir, shown
from sim.scenario.values import Strict
from sim.scenario.yamlfile import read_yaml

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.store import Run

RESPONSES_FILE = Path("calibration") / "responses.yaml"
#: So many trains more than before are a jam.
JAM_TRAINS = 5.0
BEFORE_D, CLEARS_D = 60, 30


class Event(Strict):
    """An event and what was published of the corridor's answer."""

    title: str = described("What happened.")
    scenario: str = described("Scenario that stands for the year.")
    places: tuple[str, ...] = described("Facilities before which trains wait.", min_length=1)
    from_day: date = Field(alias="from", description="First day of the event.")
    to_day: date = Field(alias="to", description="First day after it.")
    published: str = described("What was seen.")
    source: str = described("Where it was published.")
    note: str = described("What a reader should know.", default="")

    @model_validator(mode="after")
    def _in_order(self) -> Event:
        if self.to_day <= self.from_day:
            raise ValueError("to: the event ends before it begins")
        return self


class ResponsesFile(Strict):
    """What ``responses.yaml`` may hold."""

    schema_version: Literal[1] = described("Version of this format.", "none")
    responses: dict[str, Event] = described("Events, by name.")


@dataclass(frozen=True, slots=True)
class Response(Record):
    """An event, and how many replications answer as the corridor did: trains waiting before, at the most, and afterwards."""

    name: str
    title: str
    published: str
    source: str
    note: str
    scenario: str
    replications: int
    formed: int
    cleared: int  #: of those in which it formed
    before_trains: float
    most_trains: float
    after_trains: float

    @property
    def verdict(self) -> str:
        """``hit`` if a jam forms and clears in more than half of the replications, else ``missed``."""
        return "hit" if 2 * self.formed > self.replications and 2 * self.cleared > self.formed else "missed"


def read_events(path: Path | None = None) -> dict[str, Event]:
    """The events of the corridor; none if there is no such file. Raises InputError with every fault of its form."""
    path = path or geodata_dir() / RESPONSES_FILE
    if not path.is_file():
        return {}
    document = read_yaml(path, shown(path))
    try:
        return ResponsesFile.model_validate(document.value).responses
    except ValidationError as error:

        def locate(at: tuple[str | int, ...]) -> tuple[str, int | None]:
            return document.file, document.line(at)

        raise InputError(faults(error, ResponsesFile, document.value, "", locate)) from None


def responses(events: Mapping[str, Event], runs: Mapping[str, Run]) -> Iterator[Response]:
    """The answers of the runs, by scenario; events of scenarios that were not run are left out."""
    for name, event in events.items():
        run = runs.get(event.scenario)
        if run is not None:
            yield response(name, event, run.facilities, run.replications)


def response(name: str, event: Event, days: pd.DataFrame, replications: int) -> Response:
    """How one run answers; ``days`` is its table ``facilities``, a row a day and facility."""
    here = days[days["facility"].isin(event.places)]
    day = here["day"].dt.tz_localize(None).dt.date
    waiting = here.assign(day=day).groupby(["replication", "day"])["queue_mean"].sum()
    begin, end = event.from_day, event.to_day
    spans = ((begin - timedelta(BEFORE_D), begin), (begin, end), (end, end + timedelta(CLEARS_D + 1)))
    found = np.full((replications, 4), 0.0)
    for replication in range(replications):
        of_one = waiting.xs(replication, level=0) if replication in waiting.index.levels[0] else waiting.iloc[:0]
        own = [of_one[[first <= d < last for d in of_one.index]] for first, last in spans]
        before, during, after = own
        found[replication] = (
            before.max() if len(before) else 0.0,
            during.max() if len(during) else 0.0,
            after.iloc[-1] if len(after) else 0.0,
            after.min() if len(after) else np.inf,
        )
    formed = found[:, 1] >= found[:, 0] + JAM_TRAINS
    cleared = formed & (found[:, 3] <= found[:, 0] + 1.0)
    means = found.mean(axis=0)
    return Response(
        name=name,
        title=event.title,
        published=event.published,
        source=event.source,
        note=event.note,
        scenario=event.scenario,
        replications=replications,
        formed=int(formed.sum()),
        cleared=int(cleared.sum()),
        before_trains=float(means[0]),
        most_trains=float(means[1]),
        after_trains=float(means[2]),
    )
