"""What the tables of a calibration say, as one record: for the page, and for whoever reads it as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import InputError
from sim.network.geofolder import read_geodata
from sim.network.tables import Observation
from sim.network.world import validate
from sim.record import Record
from sim.studies.calibrate import tables
from sim.studies.calibrate.file import Calibration, read_calibration
from sim.studies.calibrate.headlines import Headline, read_headlines
from sim.studies.calibrate.identified import Direction
from sim.studies.calibrate.implausibility import Figures
from sim.studies.calibrate.validated import Tally, Tested, read_validated, tallies

if TYPE_CHECKING:
    import pandas as pd


#: Alike: the cosine of what two candidates do to the targets.
ALIKE = 0.9
#: A candidate does something if it moves a target by so many of its standard deviations.
MOVES = 1.0


@dataclass(frozen=True, slots=True)
class Screened(Record):
    """A candidate: how far it moves the target that it moves most, in standard deviations, and which that is."""

    name: str
    size: float
    target: str
    alike: tuple[str, ...]  #: other candidates that move the targets in the same proportion, or against it
    free: str  #: the free parameter that moves it, empty if none does


@dataclass(frozen=True, slots=True)
class WaveRecord(Record):
    """One wave: its points, and the share of the space that was left when they were drawn."""

    wave: int
    points: int
    replications: int
    left_before: float
    least_implausible_taken: bool
    acceptable: int  #: points that the model itself left when the wave was done


@dataclass(frozen=True, slots=True)
class Held(Record):
    """A published figure beside the base and the accepted sets. ``role``: target, or test of the same years."""

    observation: str
    title: str
    unit: str
    year: int
    months: tuple[int, int] | None
    role: str
    published: float
    low: float | None
    high: float | None
    observed_sd: float | None
    discrepancy_sd: float | None
    luck_sd: float
    base: float
    accepted_low: float | None
    accepted_middle: float | None
    accepted_high: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class FreeRange(Record):
    """A free parameter: its range before and, the middle nine tenths of the accepted sets, after."""

    name: str
    words: str
    moves: tuple[str, ...]
    low: float
    high: float
    accepted_low: float | None
    accepted_middle: float | None
    accepted_high: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class Seen(Record):
    """A direction of the space: its singular value, and in words."""

    strength: float
    words: str
    is_seen: bool


@dataclass(frozen=True, slots=True)
class Excluding(Record):
    """Two targets of which hardly any point meets both: shares of all points that meet one, the other, both."""

    one: str
    other: str
    meets_one: float
    meets_other: float
    meets_both: float


@dataclass(frozen=True, slots=True)
class Sharper(Record):
    """If the model missed only a part of the stated discrepancy: the share of the space left, and of the points run."""

    part: float
    left: float
    points: int
    of: int


@dataclass(frozen=True, slots=True)
class CalibrationRecord(Record):
    """Everything that the tables of a calibration say."""

    title: str
    scenarios: tuple[str, ...]
    seed: int
    cutoff: float
    rank: int
    accepted_sets: int
    left: float  #: share of the space that the emulators leave in the end
    model: str
    screened: tuple[Screened, ...]
    waves: tuple[WaveRecord, ...]
    held: tuple[Held, ...]
    free: tuple[FreeRange, ...]
    seen: tuple[Seen, ...]
    excluding: tuple[Excluding, ...]
    hidden: int
    found: int  #: hidden sets that were kept
    hidden_left: float  #: mean share of the space that was left when a set was hidden
    sharper: tuple[Sharper, ...]
    held_fixed: dict[str, str]  #: candidates that move a target and stay as they are -> why
    headlines: tuple[Headline, ...]
    not_run: tuple[str, ...]  #: what the file asks besides and no run has answered yet
    tested: tuple[Tested, ...]  #: verdicts on tests before and after
    tallies: tuple[Tally, ...]


def stored_record(path: Path) -> CalibrationRecord:
    """The record of a calibration file and the tables beside it, nothing run. Raises InputError."""
    plan = read_calibration(path)
    geodata, problems = read_geodata(path.parent.parent)
    records, faulty = validate(geodata, {}, [("observed", name) for name in geodata.tables["observed"]])
    if problems or faulty:
        raise InputError([*problems, *faulty])
    observed = {name: row for (_, name), row in records.items() if isinstance(row, Observation)}
    return read_record(Figures.of(plan, observed), path.parent)


def read_record(ready: Figures, folder: Path) -> CalibrationRecord:
    """Read the tables of a calibration; directions, hidden sets, tests and answers may not be there yet.

    Raises InputError if another is missing.
    """
    plan, content = ready.plan, ready.plan.content
    values = tables.read_table(folder, tables.ACCEPTED_VALUES)
    accepted = bool((values["accepted"] == "yes").all())
    sets = tables.read_table(folder, "accepted") if accepted else None
    hidden = tables.read_table(folder, tables.TWINS) if tables.has_table(folder, tables.TWINS) else None
    identified = tables.has_table(folder, tables.IDENTIFIED)
    targets = tables.read_table(folder, tables.TARGETS)
    return CalibrationRecord(
        title=content.title,
        scenarios=content.scenarios,
        seed=content.seed,
        cutoff=content.waves.cutoff,
        rank=content.waves.rank,
        accepted_sets=0 if sets is None else len(sets),
        left=float(targets["left"].iloc[0]),
        model="" if sets is None else str(sets["model"].iloc[0]),
        screened=tuple(_screened(tables.read_table(folder, tables.SCREENING), plan)),
        waves=tuple(
            WaveRecord(
                int(row.wave),
                int(row.points),
                int(row.replications),
                float(row.left_before),
                row.least_implausible_taken == "yes",
                int(row.acceptable),
            )
            for row in tables.read_table(folder, tables.WAVES).itertuples()
        ),
        held=tuple(_held(targets, ready)),
        free=tuple(_free(values if accepted else None, plan)),
        seen=tuple(_seen(tables.read_table(folder, tables.IDENTIFIED), plan)) if identified else (),
        excluding=tuple(_excluding(folder, ready)),
        hidden=0 if hidden is None else len(hidden),
        found=0 if hidden is None else int((hidden["kept"] == "yes").sum()),
        hidden_left=1.0 if hidden is None else float(hidden["left"].mean()),
        sharper=tuple(
            Sharper(float(row.part), float(row.left), int(row.points), int(row.of))
            for row in tables.read_table(folder, tables.DISCREPANCIES).itertuples()
        ),
        held_fixed=dict(content.held),
        headlines=tuple(answered := read_headlines(plan, folder)),
        not_run=tuple(
            answer.asks
            for name, answer in content.headlines.answers.items()
            if name not in {one.name for one in answered}
        ),
        tested=tuple(tested := read_validated(folder)),
        tallies=tuple(tallies(tested)),
    )


def _screened(table: pd.DataFrame, plan: Calibration) -> list[Screened]:
    names = list(dict.fromkeys(table["candidate"]))
    sizes = table.pivot(index="candidate", columns="target", values="size").loc[names]
    means = table.pivot(index="candidate", columns="target", values="mean").loc[names].to_numpy(float)
    length = np.linalg.norm(means, axis=1)
    unit = means / np.where(length > 0, length, 1.0)[:, None]
    cosine = np.abs(unit @ unit.T)
    moved_by = {entry: name for name, free in plan.content.free.items() for entry in free.moves}
    found = []
    for k, name in enumerate(names):
        alike = tuple(
            other
            for j, other in enumerate(names)
            if j != k and cosine[k, j] >= ALIKE and min(sizes.iloc[k].max(), sizes.iloc[j].max()) >= MOVES
        )
        row = sizes.iloc[k]
        found.append(Screened(name, float(row.max()), str(row.idxmax()), alike, moved_by.get(name, "")))
    return sorted(found, key=lambda one: -one.size)


def _held(table: pd.DataFrame, ready: Figures) -> list[Held]:
    def number(value: object) -> float | None:
        return None if value is None or value != value else float(value)  # type: ignore[arg-type]

    content = ready.plan.content
    found = []
    for cells in table.to_dict("records"):
        name = str(cells["observation"])
        row = ready.rows[name]
        target = cells["target"] == "yes"
        found.append(
            Held(
                name,
                row.title,
                row.unit,
                row.year,
                row.months,
                "target" if target else "test",
                row.value,
                row.low,
                row.high,
                number(cells["observed_sd"]),
                number(cells["discrepancy_sd"]),
                float(cells["luck_sd"]),
                float(cells["base"]),
                number(cells["accepted_low"]),
                number(cells["accepted_middle"]),
                number(cells["accepted_high"]),
                content.targets[name].reason if target else content.left_out[name],
            )
        )
    return found


def _free(values: pd.DataFrame | None, plan: Calibration) -> list[FreeRange]:
    found = []
    for name, free in plan.content.free.items():
        low, middle, high = (None,) * 3 if values is None else values[name].quantile([0.05, 0.5, 0.95]).tolist()
        found.append(FreeRange(name, free.words, free.moves, *free.range, low, middle, high, free.reason))
    return found


def _seen(table: pd.DataFrame, plan: Calibration) -> list[Seen]:
    words = [free.words for free in plan.content.free.values()]
    found = []
    for cells in table.to_dict("records"):
        one = Direction(float(cells["strength"]), tuple(float(cells[name]) for name in plan.names))
        found.append(Seen(one.strength, one.words(words), one.is_seen))
    return found


def _excluding(folder: Path, ready: Figures) -> list[Excluding]:
    """Pairs of targets that exclude each other, over all points that were run."""
    content, against = ready.plan.content, ready.against
    luck = tables.read_table(folder, tables.TARGETS)["luck_sd"].to_numpy(float)[: ready.targets] ** 2
    meets = []
    for number in range(1, content.waves.number + 1):
        table = tables.read_table(folder, tables.wave_name(number))
        means = table.groupby("point")[list(against.names)].mean().to_numpy(float)
        meets.append(against.implausibility(means, luck, luck / content.waves.replications) <= content.waves.cutoff)
    met = np.concatenate(meets)
    share = met.mean(axis=0)
    found = []
    for j, one in enumerate(against.names):
        for k in range(j + 1, len(against.names)):
            both = float((met[:, j] & met[:, k]).mean())
            if both < 0.5 * share[j] * share[k]:  # less than half of what chance would give
                found.append(Excluding(one, against.names[k], float(share[j]), float(share[k]), both))
    return found
