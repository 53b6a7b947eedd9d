"""A sweep file: one scenario, the factors that are moved, the design of the points, and the outcome that is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, ValidationError, model_validator

from sim.errors import InputError, Problem, nearest
from sim.indicators import Measure, measure
from sim.scenario.described import described
from sim.scenario.faults import faults, written
from sim.scenario.filenames import folder_fault
from sim.scenario.library import scenarios_dir, shown
from sim.scenario.values import Number, Strict
from sim.scenario.yamlfile import Document, read_yaml
from sim.studies.sweep.design import Design, as_design, faults_of, points_of, unique
from sim.studies.sweep.factors import Entries, Factor, Value, factors, texts
from sim.studies.sweep.migrate import migrate
from sim.studies.sweep.table import read_table


class TargetEntry(Strict):
    """What the outcome is to be: the line between points that fail and those that do not."""

    at_most: Number | None = described("Largest value that is good enough.", "of the indicator", default=None)
    at_least: Number | None = described("Smallest value that is good enough.", "of the indicator", default=None)

    @model_validator(mode="after")
    def _one_of_both(self) -> TargetEntry:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError("a target has either at_most or at_least")
        return self


class Outcome(Strict):
    """The KPI that is looked at in every point, as it is called in ``kpis.parquet``."""

    kpi: str = described("Indicator.")
    scope: str = described("Scope of the indicator.")
    words: str = described("What the figure calls it, such as 'Mean transit time to Baku'.")
    good: Literal["lower", "higher"] = described("Which direction is good.")
    year: int = described("Calendar year; 0 is the whole period.", "calendar year", default=0)
    target: TargetEntry | None = described(
        "What it is to be: the contour of the map, and what discovery asks for.", default=None
    )


class SweepFile(Strict):
    """What a file under ``scenarios/sweeps/`` may hold."""

    schema_version: Literal[2] = described("Version of this format.", "none")
    title: str = described("Short name for pictures and tables.")
    question: str = described("The question that the sweep answers.")
    scenario: str = described("Scenario that is run at every point.")
    replications: int = described("Replications of each point.", "replications", ge=1, le=10_000)
    seed: int | None = described("Seed in place of the scenario's.", "none", default=None, ge=0)
    set: dict[str, object] = described("Parameter key -> value that holds at every point.", default_factory=dict)
    factors: Entries = described(
        "Key -> its values, or the ends between which the design chooses: a parameter, a setting, an intervention "
        "(`interventions.ID`: on, off or a date), a range (`ranges.NAME`: 0 lowest to 1 highest).",
        default_factory=dict,
    )
    design: Annotated[Design, BeforeValidator(as_design)] = described("Which points are run.", default_factory=Design)
    words: dict[str, str] = described("Parameter key -> name on the figure.", default_factory=dict)
    outcome: Outcome = described("The indicator that is looked at.")


@dataclass(frozen=True)
class SweepPlan:
    """A checked sweep file with its name and place; ``table`` holds the points of a design by table."""

    name: str
    path: Path
    content: SweepFile
    factors: tuple[Factor, ...]
    table: tuple[dict[str, Value], ...] = ()
    document: Document = field(default_factory=lambda: Document(""), repr=False)

    @cached_property
    def rows(self) -> list[dict[str, Value]]:
        """The points as the design has them, equal ones as often as it does."""
        return list(self.table) or points_of(self.content.design, self.factors)

    def points(self) -> list[dict[str, Value]]:
        """Every point once, factor -> value, in the order of the design; of a grid the last factor changes fastest.

        A factor that is not named stands as it is.
        """
        return unique(self.rows)

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys that are moved."""
        return tuple(key for one in self.factors for key in one.keys)

    def texts(self, point: dict[str, Value]) -> list[str]:
        """What a point sets, as ``key=value`` texts."""
        return [f"{key}={written(value)}" for key, value in texts(self.factors, point)]

    def overrides(self, point: dict[str, Value], more: Sequence[str] = ()) -> tuple[str, ...]:
        """The sweep's own changes, ``more`` of the command line, and the point's values as ``key=value`` texts."""
        own = [f"{key}={written(value)}" for key, value in self.content.set.items()]
        return (*own, *more, *self.texts(point))

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
        return ", ".join(f"{key} = {written(value)}" for key, value in point.items()) or "the scenario as it is"

    def line_of(self, key: str) -> int | None:
        """Line of a factor in the file."""
        return self.document.line(("factors", key))


def read_sweep(name_or_path: str) -> SweepPlan:
    """Read a sweep of the library by name, or any sweep file by path. Raises InputError with all faults of the file."""
    path = _locate(name_or_path)
    document = read_yaml(path, shown(path))
    if isinstance(document.value, dict) and not {"grid", "factors", "scenario"} & document.value.keys():
        raise InputError(
            [Problem(f"is a scenario; run it with: corridor run {document.file}", document.file)]
            if "schema_version" in document.value
            else [Problem("is no sweep: it has neither 'scenario' nor 'factors'", document.file)]
        )
    document = migrate(document)
    try:
        content = SweepFile.model_validate(document.value)
    except ValidationError as error:

        def locate(at: tuple[str | int, ...]) -> tuple[str, int | None]:
            return document.file, document.line(at)

        raise InputError(faults(error, SweepFile, document.value, "", locate)) from None
    found, problems = factors(content.factors, document)
    if not problems:
        where = ("design",) if "design" in document.value else ("factors",)
        problems += [document.problem(where, told) for told in faults_of(content.design, found)]
    points: list[dict[str, Value]] = []
    if content.design.kind == "table" and not content.factors:
        try:
            found, points = read_table(path.parent / str(content.design.file), content.design.most_points)
        except InputError as error:
            problems += error.problems
    problems += _unfit_keys(content, found, document)
    if fault := folder_fault(path.stem):  # results lie in a folder of that name
        problems.append(Problem(f"the file's name cannot be that of a sweep: {fault}", document.file))
    if problems:
        raise InputError(problems)
    return SweepPlan(path.stem, path, content, tuple(found), tuple(points), document)


def _unfit_keys(content: SweepFile, found: Sequence[Factor], document: Document) -> Iterator[Problem]:
    """Words of what is no factor."""
    known = [key for one in found for key in one.keys]
    for key in content.words:
        if key not in known and (known or content.factors):
            told = f"words: {key!r} is not a factor{nearest(key, known)}"
            yield document.problem(("words", key), told)


def is_sweep(name_or_path: str | Path) -> bool:
    """Whether a name or a file is a sweep, and no scenario; what cannot be read is none."""
    text = str(name_or_path)
    if not ("/" in text or text.endswith((".yaml", ".yml"))):
        return text in sweep_names()
    try:
        found = read_yaml(Path(text)).value
    except InputError:
        return False
    return isinstance(found, dict) and bool({"factors", "grid", "design"} & found.keys())


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
