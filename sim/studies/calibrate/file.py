"""The file of a calibration: what is moved and how far, what it is held against, and how far the model may be off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, model_validator

from sim.errors import InputError, Problem, nearest
from sim.network.accepted import CALIBRATION_FOLDER
from sim.network.moved import Movable
from sim.network.roles import FIRST_YEAR_OUT_OF_SAMPLE, Standing
from sim.network.tables import Observation
from sim.scenario.described import described
from sim.scenario.faults import faults
from sim.scenario.library import geodata_dir, shown
from sim.scenario.values import Number, Strict
from sim.scenario.yamlfile import Document, read_yaml

#: Where the tables of the corridor's own calibration lie.
FOLDER = CALIBRATION_FOLDER
CALIBRATION_FILE = "calibration.yaml"
MOST_TARGETS, MOST_CANDIDATES, MOST_FREE = 12, 30, 10
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Screening(Strict):
    """Elementary effects: which candidates move a target at all."""

    candidates: tuple[str, ...] = described("Entries of `ranges.yaml` that are screened.", min_length=2)
    trajectories: int = described("Number of trajectories.", "trajectories", ge=2, le=100)
    levels: int = described("Levels of each factor, an even number.", "levels", ge=2, le=20, multiple_of=2)
    replications: int = described("Replications of each point.", "replications", ge=1, le=100)


class FreeParameter(Strict):
    """What is calibrated: entries of ``ranges.yaml`` that move by one factor."""

    words: str = described("What tables call it.")
    moves: tuple[str, ...] = described("Entries of `ranges.yaml` that it multiplies.", min_length=1)
    range: tuple[Number, Number] = described(
        "Lowest and highest factor, within the evidence of all that move.", "ratio"
    )
    reason: str = described("Why several move together.", default="")

    @model_validator(mode="after")
    def _around_one(self) -> FreeParameter:
        low, high = self.range
        if not 0 < low <= 1 <= high or low == high:
            raise ValueError("range: 1 (the value as it stands) must lie between two different factors above 0")
        return self


class Target(Strict):
    """A published figure that the model is held against."""

    tolerance: float = described("Two standard deviations of what was published, of the figure.", "share", gt=0, le=1)
    discrepancy: float = described(
        "One standard deviation of what the model misses with the best inputs, of the figure.", "share", gt=0, le=1
    )
    source: str = described("Where the two come from: a link, plain words, or ids of facts.")
    reason: str = described("Why they are so large and no larger.")


class Waves(Strict):
    """Points that are run, wave by wave, among those not ruled out."""

    number: int = described("Number of waves.", "waves", ge=1, le=10)
    points: int = described("Points of each wave.", "points", ge=4, le=1000)
    replications: int = described("Replications of each point and year.", "replications", ge=2, le=100)
    cutoff: float = described("What is ruled out lies above it.", "ratio", gt=0, le=10)
    rank: int = described("Which implausibility counts, 1 the largest.", "rank", ge=1, le=3)


class Accepted(Strict):
    """Sets of inputs that are confirmed by the model itself."""

    sets: int = described("Most sets that are kept.", "sets", ge=1, le=1000)
    points: int = described("Points run besides those of the waves, of what these leave.", "points", ge=1, le=1000)
    replications: int = described("Replications of each set and year.", "replications", ge=2, le=100)


class Answer(Strict):
    """A comparison of two scenarios that is asked of the accepted sets."""

    asks: str = described("The question.")
    base: str = described("Scenario that is compared with.")
    scenario: str = described("Scenario that is compared.")
    kpi: str = described("Indicator, such as `transit_p50 of cargo TEU`.")


class Headlines(Strict):
    """Answers over the accepted sets."""

    sets: int = described("Sets that each answer is looked at for.", "sets", ge=2, le=1000)
    replications: int = described("Replications of each set.", "replications", ge=2, le=100)
    answers: dict[Name, Answer] = described("Answers, by name.", default_factory=dict)


class CalibrationFile(Strict):
    """What ``calibration.yaml`` may hold."""

    schema_version: Literal[1] = described("Version of this format.", "none")
    title: str = described("Short name for pages.")
    scenarios: tuple[str, ...] = described("Scenarios of the years, each with its `base_year`.", min_length=1)
    seed: int = described("Seed of the designs.", "none", ge=0)
    screening: Screening = described("Which candidates move a target.")
    free: dict[Name, FreeParameter] = described("What is calibrated, by name.", min_length=1)
    held: dict[str, str] = described("Candidates that move a target and stay as they are -> why.", default_factory=dict)
    targets: dict[str, Target] = described("Observation -> how it is held against the model.", min_length=1)
    left_out: dict[str, str] = described("Tests of these years that are no targets -> why.", default_factory=dict)
    waves: Waves = described("The points that are run.")
    accepted: Accepted = described("What is kept.")
    headlines: Headlines = described("Answers over what is kept.")


@dataclass(frozen=True)
class Calibration:
    """A read file with its lines."""

    content: CalibrationFile
    document: Document

    @property
    def names(self) -> tuple[str, ...]:
        """The free parameters in the order of the file."""
        return tuple(self.content.free)

    def factors(self, values: Mapping[str, float]) -> dict[str, float]:
        """Entry of ``ranges.yaml`` -> factor, given that of each free parameter."""
        return {entry: values[name] for name, free in self.content.free.items() for entry in free.moves}


def calibration_path() -> Path:
    """The corridor's own file."""
    return geodata_dir() / FOLDER / CALIBRATION_FILE


def read_calibration(path: Path | None = None) -> Calibration:
    """Read a calibration file. Raises InputError with every fault of its form."""
    path = path or calibration_path()
    document = read_yaml(path, shown(path))
    try:
        content = CalibrationFile.model_validate(document.value)
    except ValidationError as error:

        def locate(at: tuple[str | int, ...]) -> tuple[str, int | None]:
            return document.file, document.line(at)

        raise InputError(faults(error, CalibrationFile, document.value, "", locate)) from None
    return Calibration(content, document)


def misfits(
    plan: Calibration,
    what: Movable,
    observed: Mapping[str, Observation],
    roles: Mapping[int, Mapping[str, Standing]],
) -> list[Problem]:
    """Everything in a file that the geodata, or the roles of the years (by year), contradict."""
    return [*_of_entries(plan, what), *_of_targets(plan, observed, roles)]


def _of_entries(plan: Calibration, what: Movable) -> Iterator[Problem]:
    content, at = plan.content, plan.document.problem
    names = content.screening.candidates
    if len(names) > MOST_CANDIDATES:
        yield at(("screening", "candidates"), f"candidates: {len(names)}; allowed: at most {MOST_CANDIDATES}")
    if len(content.free) > MOST_FREE:
        yield at(("free",), f"free: {len(content.free)} free parameters; allowed: at most {MOST_FREE}")
    for place, name in enumerate(names):
        if name not in what:
            message = f"candidates: {name!r} is no entry of ranges.yaml{nearest(name, what)}"
            yield at(("screening", "candidates", place), message)
        elif name in names[:place]:
            yield at(("screening", "candidates", place), f"candidates: {name!r} is given twice")
    for name in content.held:
        if name not in names:
            yield at(("held", name), f"held: {name!r} is no candidate{nearest(name, names)}")
        elif any(name in free.moves for free in content.free.values()):
            yield at(("held", name), f"held: {name} is moved by a free parameter")
    taken: dict[str, str] = {}
    for free, given in content.free.items():
        for place, name in enumerate(given.moves):
            here = ("free", free, "moves", place)
            if name not in what:
                yield at(here, f"free.{free}: {name!r} is no entry of ranges.yaml{nearest(name, what)}")
                continue
            if name in taken:
                yield at(here, f"free.{free}: {name!r} is moved by {taken[name]} already")
            taken.setdefault(name, free)
            low, high = max(one.low for one in what[name]), min(one.high for one in what[name])
            if given.range[0] < low or given.range[1] > high:
                message = (
                    f"free.{free}: range {given.range[0]:g} to {given.range[1]:g} leaves the evidence of {name}, "
                    f"{low:g} to {high:g}"
                )
                yield at(("free", free, "range"), message)


def _of_targets(
    plan: Calibration, observed: Mapping[str, Observation], roles: Mapping[int, Mapping[str, Standing]]
) -> Iterator[Problem]:
    content, at = plan.content, plan.document.problem
    if len(content.targets) > MOST_TARGETS:
        yield at(("targets",), f"targets: {len(content.targets)}; allowed: at most {MOST_TARGETS}")
    for part in ("targets", "left_out"):
        for name in getattr(content, part):
            here = (part, name)
            if name not in observed:
                yield at(here, f"{part}: {name!r} is no observation{nearest(name, observed)}")
                continue
            if part == "left_out":
                if name in content.targets:
                    yield at(here, f"left_out: {name} is a target")
                continue
            row = observed[name]
            years = ", ".join(str(year) for year in sorted(roles))
            if row.year >= FIRST_YEAR_OUT_OF_SAMPLE:
                message = f"targets: {name} is of {row.year}: years from {FIRST_YEAR_OUT_OF_SAMPLE} on are the test"
                yield at(here, message)
            elif row.year not in roles:
                yield at(here, f"targets: {name} is of {row.year}; the scenarios stand for {years}")
            elif roles[row.year][name].role == "input":
                why = roles[row.year][name].why
                yield at(here, f"targets: {name} is an input of {row.year}, no test of it: {why}")
            elif row.differs:
                yield at(here, f"targets: {name} counts something else than the model: {row.differs}")
