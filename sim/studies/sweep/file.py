"""A sweep file: one scenario, a grid of parameter values, and the outcome that is looked at."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import ValidationError, field_validator

from sim.errors import InputError, Problem, nearest
from sim.indicators import Measure, measure
from sim.scenario.described import described
from sim.scenario.faults import faults, written
from sim.scenario.filenames import folder_fault
from sim.scenario.library import scenarios_dir, shown
from sim.scenario.values import Strict
from sim.scenario.yamlfile import read_yaml

MOST_POINTS = 1000
Value = bool | int | float | date | str


class Outcome(Strict):
    """The KPI that is drawn over the grid, as it is called in ``kpis.parquet``."""

    kpi: str = described("Indicator.")
    scope: str = described("Scope of the indicator.")
    words: str = described("What the figure calls it, such as 'Mean transit time to Baku'.")
    good: Literal["lower", "higher"] = described("Which direction is good.")
    year: int = described("Calendar year; 0 is the whole period.", "calendar year", default=0)


class SweepFile(Strict):
    """What a file under ``scenarios/sweeps/`` may hold."""

    schema_version: Literal[1] = described("Version of this format.", "none")
    title: str = described("Short name for pictures and tables.")
    question: str = described("The question that the sweep answers.")
    scenario: str = described("Scenario that is run at every point.")
    replications: int = described("Replications of each point.", "replications", ge=1, le=10_000)
    seed: int | None = described("Seed in place of the scenario's.", "none", default=None, ge=0)
    set: dict[str, object] = described("Parameter key -> value that holds at every point.", default_factory=dict)
    grid: dict[str, tuple[Value, ...]] = described("Parameter key -> its values.", "of the field", min_length=1)
    words: dict[str, str] = described("Parameter key -> name on the figure.", default_factory=dict)
    outcome: Outcome = described("The indicator that is drawn over the grid.")

    @field_validator("grid")
    @classmethod
    def _values(cls, grid: dict[str, tuple[Value, ...]]) -> dict[str, tuple[Value, ...]]:
        for key, values in grid.items():
            if not values or len(set(values)) < len(values):
                raise ValueError(f"{key}: a swept parameter needs one or more values, each once")
        if math.prod(map(len, grid.values())) > MOST_POINTS:
            raise ValueError(f"the grid has more than {MOST_POINTS} points")
        return grid


@dataclass(frozen=True)
class SweepPlan:
    """A checked sweep file with its name and place."""

    name: str
    path: Path
    content: SweepFile

    def points(self) -> list[dict[str, Value]]:
        """Every combination of the grid's values, the last parameter changing fastest."""
        grid = self.content.grid
        return [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]

    def overrides(self, point: dict[str, Value], more: Sequence[str] = ()) -> tuple[str, ...]:
        """The sweep's own changes, ``more`` of the command line, and the point's values as ``key=value`` texts."""
        own, given = ([f"{key}={written(value)}" for key, value in some.items()] for some in (self.content.set, point))
        return (*own, *more, *given)

    def measure(self) -> Measure:
        """What is looked at. Raises InputError if there is no such indicator."""
        outcome = self.content.outcome
        try:
            measure(outcome.kpi)
        except ValueError as error:
            raise InputError([Problem(f"outcome.kpi: {error}", str(self.path))]) from None
        return Measure(outcome.kpi, outcome.scope)

    def named(self, point: dict[str, Value]) -> str:
        """A point by its values: ``fleets.feeders.count = 2, seed = 1``."""
        return ", ".join(f"{key} = {written(value)}" for key, value in point.items())


def read_sweep(name_or_path: str) -> SweepPlan:
    """Read a sweep of the library by name, or any sweep file by path. Raises InputError."""
    path = _locate(name_or_path)
    document = read_yaml(path, shown(path))
    if isinstance(document.value, dict) and "grid" not in document.value and "scenario" not in document.value:
        raise InputError(
            [Problem(f"is a scenario; run it with: corridor run {document.file}", document.file)]
            if "schema_version" in document.value
            else [Problem("is no sweep: it has neither 'scenario' nor 'grid'", document.file)]
        )
    try:
        content = SweepFile.model_validate(document.value)
    except ValidationError as error:

        def locate(at: tuple[str | int, ...]) -> tuple[str, int | None]:
            return document.file, document.line(at)

        raise InputError(faults(error, SweepFile, document.value, "", locate)) from None
    unknown = [
        Problem(
            f"words: {key!r} is not a parameter of the grid{nearest(key, content.grid)}",
            document.file,
            document.line(("words", key)),
        )
        for key in content.words
        if key not in content.grid
    ]
    if fault := folder_fault(path.stem):  # results lie in a folder of that name
        unknown.append(Problem(f"the file's name cannot be that of a sweep: {fault}", document.file))
    if unknown:
        raise InputError(unknown)
    return SweepPlan(path.stem, path, content)


def sweep_names() -> dict[str, Path]:
    """Name -> path of the sweeps that come with the program."""
    return {path.stem: path for path in sorted((scenarios_dir() / "sweeps").glob("*.yaml"))}


def _locate(name_or_path: str) -> Path:
    if "/" in name_or_path or name_or_path.endswith((".yaml", ".yml")):
        return Path(name_or_path)
    known = sweep_names()
    if name_or_path not in known:
        allowed = ", ".join(known) or "none"
        raise InputError([Problem(f"unknown sweep {name_or_path!r}; allowed: {allowed}{nearest(name_or_path, known)}")])
    return known[name_or_path]
