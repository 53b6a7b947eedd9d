"""Published volumes beside what comes where demand answers: levels, and ratios of one run to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field, ValidationError, model_validator

from sim.errors import InputError
from sim.indicators import measure as indicator
from sim.network.tables import Observation, ObservedRole
from sim.record import Record
from sim.report.estimate import Estimate
from sim.report.published import Published
from sim.report.verdicts import NOT_COMPARABLE, judge
from sim.runs.options import Options
from sim.runs.prepare import prepare
from sim.runs.replicate import run_world
from sim.scenario.described import described
from sim.scenario.faults import faults
from sim.scenario.library import geodata_dir, shown
from sim.scenario.values import Grade, Number, Strict, Whole
from sim.scenario.yamlfile import read_yaml
from sim.statistics.intervals import interval
from sim.studies.validate.measure import measured

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.results.store import Run

VOLUMES_FILE = Path("calibration") / "volumes.yaml"
Month = Annotated[Whole, Field(ge=1, le=12)]


class Asked(Strict):
    """A run: a scenario, and what is set in it beside."""

    scenario: str = described("Scenario.")
    with_: tuple[str, ...] = described("Settings, as after `--set`.", default=(), alias="with")


class Measure(Strict):
    """What of a run is taken: an indicator of its period, or a quantity as of the observations."""

    indicator: str | None = described("INDICATOR of SCOPE.", default=None)
    won_over: str | None = described(
        "Another indicator: the figure is what was won (less than 0 of the first) over that and this together.",
        default=None,
    )
    quantity: Literal["teu", "tonnes"] | None = described("What arrives of the corridor.", default=None)
    months: tuple[Month, Month] | None = described("First and last month; left out: all of the year.", default=None)

    @model_validator(mode="after")
    def _one(self) -> Measure:
        if (self.indicator is None) == (self.quantity is None):
            raise ValueError("give either 'indicator' or 'quantity'")
        if (self.won_over and self.indicator is None) or (self.months and self.quantity is None):
            raise ValueError("'won_over' belongs to 'indicator', 'months' to 'quantity'")
        return self


class Volume(Strict):
    """A published volume, and the runs that are held against it."""

    title: str = described("What was published.")
    scenario: str | None = described("Scenario whose demand answers; left out with `not_asked`.", default=None)
    with_: tuple[str, ...] = described("Settings of its run, as after `--set`.", default=(), alias="with")
    measure: Measure | None = described("What of the run is taken.", default=None)
    over: Asked | None = described("The run to which the figure is a ratio; left out: it is a level.", default=None)
    unit: str = described("Unit of value, low and high.")
    year: Whole = described("Calendar year that it is about.")
    value: Number = described("The published figure.", "{unit}")
    low: Number | None = described("Lower end of its range.", "{unit}", default=None)
    high: Number | None = described("Upper end of its range.", "{unit}", default=None)
    source: str = described("Where it was published.")
    grade: Grade = described("Evidence.")
    role: ObservedRole = described("What it is to the model.")
    role_reason: str = described("Why, where it is an input or fitted.", default="")
    note: str = described("What a reader should know.", default="")
    why_missed: str = described("Why it is missed, and what data would decide it.", default="")
    not_asked: str = described("Why no run is held against it.", default="")

    @model_validator(mode="after")
    def _complete(self) -> Volume:
        if bool(self.not_asked) == bool(self.scenario and self.measure):
            raise ValueError("give 'scenario' and 'measure', or say in 'not_asked' why none is")
        if self.role in ("input", "fitted") and not self.role_reason:
            raise ValueError("'role' needs a 'role_reason'")
        return self


class VolumesFile(Strict):
    """What ``volumes.yaml`` may hold."""

    schema_version: Literal[1] = described("Version of this format.", "none")
    volumes: dict[str, Volume] = described("Published volumes, by name.")


@dataclass(frozen=True, slots=True)
class JudgedVolume(Record):
    """A published volume beside what comes; figures in its unit."""

    published: Published
    note: str
    why_missed: str
    scenario: str  #: empty: no run is held against it
    over: str  #: scenario to whose run it is a ratio
    run_ids: tuple[str, ...]
    model: Estimate
    verdict: str
    why: str

    @property
    def deviation(self) -> float | None:
        """Model / published - 1, from the nearer end of a range (0 inside)."""
        return self.published.deviation(self.model.mean)


def read_volumes(path: Path | None = None) -> dict[str, Volume]:
    """The published volumes; none if there is no such file. Raises InputError with every fault of its form."""
    path = path or geodata_dir() / VOLUMES_FILE
    if not path.is_file():
        return {}
    document = read_yaml(path, shown(path))
    try:
        return VolumesFile.model_validate(document.value).volumes
    except ValidationError as error:

        def locate(at: tuple[str | int, ...]) -> tuple[str, int | None]:
            return document.file, document.line(at)

        raise InputError(faults(error, VolumesFile, document.value, "", locate)) from None


def volumes(given: Mapping[str, Volume], options: Options) -> Iterator[JudgedVolume]:
    """Run what each volume asks for, and judge it; runs that two ask for are done once.

    Raises InputError before anything is run where a scenario cannot be; RunError where its demand does not settle.
    """
    asked = [Asked(scenario=v.scenario, **{"with": v.with_}) for v in given.values() if v.scenario]
    asked += [v.over for v in given.values() if v.over]
    worlds = {key: prepare(key[0], (*key[1], *options.header)) for key in dict.fromkeys(map(_key, asked))}

    @cache
    def run(key: tuple[str, tuple[str, ...]]) -> Run:
        place = list(worlds).index(key)
        return run_world(worlds[key], options.nth(place, len(worlds), f"{key[0]}, {place + 1} of {len(worlds)}"))

    for name, volume in given.items():
        runs, values = [], np.empty(0)
        if volume.scenario and volume.measure:
            runs = [run((volume.scenario, volume.with_))]
            values = _taken(runs[0], volume.measure)
            if volume.over:
                runs.append(run(_key(volume.over)))
                values = _ratio(values, _taken(runs[1], volume.measure))
        yield judged_volume(name, volume, values, tuple(one.run_id for one in runs))


def judged_volume(name: str, volume: Volume, values: NDArray[np.float64], run_ids: tuple[str, ...]) -> JudgedVolume:
    """One volume beside its values over replications (none where no run is held against it)."""
    published = Published(
        id=name,
        title=volume.title,
        unit=volume.unit,
        year=volume.year,
        months=volume.measure.months if volume.measure else None,
        value=volume.value,
        low=volume.low,
        high=volume.high,
        source=volume.source,
        grade=volume.grade,
        role=volume.role,
        role_why=volume.role_reason,
    )
    model = Estimate.of(interval(values))
    word, why = judge(published, model, volume.year, nothing="the run has nothing of it")
    if volume.not_asked:
        word, why = NOT_COMPARABLE, volume.not_asked
    return JudgedVolume(
        published,
        volume.note,
        volume.why_missed,
        volume.scenario or "",
        volume.over.scenario if volume.over else "",
        run_ids,
        model,
        word,
        "" if word == volume.role else why,
    )


def _key(asked: Asked) -> tuple[str, tuple[str, ...]]:
    return asked.scenario, asked.with_


def _taken(run: Run, measure: Measure) -> NDArray[np.float64]:
    """[replications] what of a run is taken."""
    if measure.quantity:
        year = int(run.manifest["resolved"]["period"]["start"][:4])
        unit = {"teu": "TEU", "tonnes": "t"}[measure.quantity]
        row = {"quantity": measure.quantity, "unit": unit, "year": year, "months": measure.months}
        return measured(run, Observation.model_validate({**row, "value": 0, "source": "a run", "grade": "assumption"}))
    assert measure.indicator
    values = _indicator(run, measure.indicator)
    if measure.won_over:
        by_rival = _indicator(run, measure.won_over)
        return _ratio(-values, by_rival - values)
    return values


def _indicator(run: Run, name: str) -> NDArray[np.float64]:
    """[replications] of an indicator over the period; NaN where the run has none."""
    asked = indicator(name)
    rows = run.kpis
    own = rows[(rows["kpi"] == asked.kpi) & (rows["scope"] == asked.scope) & (rows["year"] == 0)]
    found = own.set_index("replication")["contribution"].reindex(range(run.replications))
    return found.to_numpy(float)


def _ratio(own: NDArray[np.float64], of: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of runs with as many replications, one by one; else of the means."""
    if len(own) != len(of):
        of = np.full(len(own), np.nanmean(of))
    return np.divide(own, of, out=np.full(len(own), np.nan), where=of != 0)
